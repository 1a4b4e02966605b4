//! The top row: name, preset, the two states to compare, undo, latency mode, what is listened to; the CPU meter below.
//!
//! Where the window is narrow, the name is left out and words become icons, so that everything keeps its place.
//!
//! - [`preset_head`]: the preset that plays; [`browser`]: the presets to choose from.
//! - [`compare`], [`undo`], [`latency`], [`cpu_meter`].

pub mod browser;
pub mod compare;
pub mod cpu_meter;
pub mod latency;
pub mod preset_head;
pub mod undo;

use crate::editor::{
    asked::Asked,
    snapshot::EditorSnapshot,
    theme::{self, Themed},
    widgets::{gesture, icon::Icon, menu_call, toggle::Toggle},
};
use browser::BrowserState;
use cpu_meter::CpuReadout;
use egui::{Align2, Rect, Ui, pos2};
use nice_plug::prelude::{BoolParam, ParamSetter};
use std::ops::RangeInclusive;

const NAME_WIDTH: f32 = 92.0;
/// Width of all latency modes in a wide row and in a narrow one, in points.
const MODES_WIDTHS: (f32, f32) = (234.0, 200.0);
const PRESET_MAX_WIDTH: f32 = 360.0;
/// Height of the buttons, in points; the captions take what is left.
const BUTTON_HEIGHT: f32 = 28.0;
/// From this width of the row on the name and the word "Bypass" are shown, in points.
const WIDE: f32 = 800.0;
/// From this width on the word "Delta" is shown, in points.
const VERY_WIDE: f32 = 960.0;

/// What the header remembers between two frames.
#[derive(Default)]
pub struct HeaderState {
    /// The CPU meter, as it is shown.
    pub cpu: CpuReadout,
    browser: BrowserState,
}

impl HeaderState {
    /// The browser opens in the next frame, and asks for a name under which to save what plays.
    pub fn save_as(&mut self) {
        self.browser.save_as();
    }
}

/// Draws the row in `row`.
pub fn draw(
    ui: &mut Ui,
    row: Rect,
    snapshot: &EditorSnapshot,
    own: &mut HeaderState,
    setter: &ParamSetter,
) -> Vec<Asked> {
    let wide = row.width() >= WIDE;
    let space = if wide { 12.0 } else { 8.0 };
    let buttons = row.with_max_y(row.top() + BUTTON_HEIGHT);
    let captions = row.with_min_y(buttons.bottom() + 1.0);
    let column = |columns: &RangeInclusive<f32>| {
        let part = |row: Rect| Rect::from_x_y_ranges(columns.clone(), row.y_range());
        (part(buttons), part(captions))
    };

    let bypass = switch_width("Bypass", wide);
    let removed = switch_width("Delta", row.width() >= VERY_WIDE);
    let switches = row.right() - bypass - removed - 4.0..=row.right();
    let modes_width = if wide { MODES_WIDTHS.0 } else { MODES_WIDTHS.1 };
    let modes = switches.start() - space - modes_width..=switches.start() - space;
    let left = row.left() + if wide { NAME_WIDTH + space } else { 0.0 };
    let tools = compare::WIDTH + space + undo::WIDTH;
    let preset = left..=(modes.start() - 2.0 * space - tools).min(left + PRESET_MAX_WIDTH);
    let sides = preset.end() + space..=preset.end() + space + compare::WIDTH;
    let undo_buttons = sides.end() + space..=sides.end() + space + undo::WIDTH;

    if wide {
        let name_at = pos2(row.left() + 2.0, buttons.center().y);
        ui.painter().text(name_at, Align2::LEFT_CENTER, "Unbraid", theme::font(theme::LARGE), ui.colours().text);
    }
    let (rect, caption) = column(&preset);
    // The preset's caption also has the space below the two states and undo.
    let (head, mut asked) = preset_head::draw(ui, rect, caption.with_max_x(*undo_buttons.end()), snapshot);
    asked.extend(browser::show(&head, snapshot, &mut own.browser));
    asked.extend(compare::draw(ui, column(&sides).0, snapshot));
    asked.extend(undo::draw(ui, column(&undo_buttons).0, snapshot));
    let (rect, caption) = column(&modes);
    latency::draw(ui, rect, caption, snapshot, setter);

    let (rect, caption) = column(&switches);
    let tooltip = "Hear what is removed: the mixture minus the remix. The separate outputs stay as they are.";
    let place = rect.with_max_x(rect.left() + removed);
    switch(ui, place, "Delta", Icon::Difference, tooltip, &snapshot.params.removed, setter);
    let tooltip = "Bypass: hear the mixture as it comes in, at the same delay. The separate outputs fall silent.";
    let place = rect.with_min_x(rect.right() - bypass);
    switch(ui, place, "Bypass", Icon::Power, tooltip, &snapshot.params.bypass, setter);
    own.cpu.draw(ui, caption, snapshot);
    asked
}

/// The width of a switch with its name or with its icon, in points.
fn switch_width(name: &str, spelled_out: bool) -> f32 {
    match name {
        _ if !spelled_out => 28.0,
        "Bypass" => 66.0,
        _ => 80.0,
    }
}

/// A switch of `param`, with its name where that fits and its icon elsewhere.
fn switch(ui: &Ui, rect: Rect, name: &str, icon: Icon, tooltip: &str, param: &BoolParam, setter: &ParamSetter) {
    let on = param.value();
    let spelled_out = rect.width() > 30.0;
    let toggle =
        Toggle { text: if spelled_out { name } else { "" }, ..Toggle::switch(name, name, on, ui.colours().notice) };
    let response = toggle.show(ui, rect, ui.scope_id().with(name));
    menu_call::listen(&response, param, None);
    if !spelled_out {
        icon.paint(ui.painter(), rect.center(), if on { ui.colours().ink } else { ui.colours().text });
    }
    if response.on_hover_text(tooltip).clicked() {
        gesture::set(setter, param, !on);
    }
}
