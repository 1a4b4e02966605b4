//! The preset that plays: its name with the arrows beside it, where it came from, and whether it was changed.

use crate::{
    editor::{
        asked::Asked,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
        widgets::icon::{Icon, IconButton, plate},
    },
    instance::{
        command::PresetCommand,
        params::{StripParams, UnbraidParams},
        state::{
            options::AdaptOptions,
            summary::{Origin, Summary},
        },
    },
    preset::{Kind, Knobs, PlaySettings},
};
use egui::{
    Align2, Rect, Response, Sense, Ui, WidgetInfo,
    accesskit::Role,
    text::{LayoutJob, TextWrapping},
    vec2,
};

/// Width of an arrow button, in points.
const ARROW: f32 = 24.0;
/// Gains closer than this count as equal, in dB: hosts return a knob's position rounded.
const SAME_DB: f32 = 0.01;
/// The same for focus, sparsity and smoothness.
const SAME_SETTING: f32 = 1e-4;

/// Draws arrows and name in `rect`, and where the preset came from below, in `caption`. Returns the button with the
/// name.
pub fn draw(ui: &mut Ui, rect: Rect, caption: Rect, snapshot: &EditorSnapshot) -> (Response, Vec<Asked>) {
    let summary = snapshot.summary();
    let mut asked = Vec::new();
    let left = rect.with_max_x(rect.left() + ARROW);
    let right = rect.with_min_x(rect.right() - ARROW);
    let middle = Rect::from_x_y_ranges(left.right() + 3.0..=right.left() - 3.0, rect.y_range());
    for (place, icon, name, command) in [
        (left, Icon::Previous, "Previous preset", PresetCommand::Previous),
        (right, Icon::Next, "Next preset", PresetCommand::Next),
    ] {
        if IconButton::new(icon, name).show(ui, place, ui.scope_id().with(name)).on_hover_text(name).clicked() {
            asked.push(command.into());
        }
    }
    let changed = is_changed(snapshot);
    let button = name_button(ui, middle, summary, changed);

    let text = provenance(snapshot, changed);
    let at = egui::pos2(middle.left() + 2.0, caption.center().y);
    let mut job = LayoutJob::simple_singleline(text.clone(), theme::font(theme::CAPTION), ui.colours().weak);
    job.wrap = TextWrapping::truncate_at_width(caption.right() - at.x);
    let galley = ui.painter().layout_job(job);
    let rect = Align2::LEFT_CENTER.anchor_size(at, galley.size());
    ui.painter().galley(rect.min, galley, ui.colours().weak);
    let caption = ui.interact(rect, ui.scope_id().with("provenance"), Sense::hover());
    caption.widget_info(|| WidgetInfo::labeled(Role::Label, true, text.as_str()));
    (button, asked)
}

/// Whether the preset, its knobs or what it was tuned to have been changed since it was loaded or saved.
fn is_changed(snapshot: &EditorSnapshot) -> bool {
    let (summary, params) = (snapshot.summary(), snapshot.params);
    let is_tuned = |play| is_at_tuned(params, snapshot.adapt_options, play);
    summary.changed
        || summary.knobs.iter().zip(&params.strips).any(|(knobs, strip)| !is_at(strip, knobs))
        || !summary.play.is_none_or(is_tuned)
}

fn is_at_tuned(params: &UnbraidParams, options: AdaptOptions, play: PlaySettings) -> bool {
    let tuned = [(&params.focus, play.focus), (&params.sparsity, play.sparsity), (&params.smoothness, play.smoothness)];
    tuned.iter().all(|(param, tuned)| (param.value() - tuned).abs() < SAME_SETTING)
        && play.memory_seconds.is_none_or(|tuned| options.memory_seconds == tuned as f32)
}

fn is_at(strip: &StripParams, knobs: &Knobs) -> bool {
    let gain = match (strip.gain_db(), knobs.gain_db) {
        (Some(now), Some(preset)) => (now - preset).abs() < SAME_DB,
        (now, preset) => now == preset,
    };
    gain && strip.mute.value() == knobs.mute
}

fn provenance(snapshot: &EditorSnapshot, changed: bool) -> String {
    let summary = snapshot.summary();
    let origin = match &summary.origin {
        Origin::Factory(_) => "Factory preset",
        Origin::File(_) if snapshot.origin_is_missing() => "Its file is missing",
        Origin::File(_) => "Preset file",
        Origin::Project => "From the project",
        Origin::New => "Not saved yet",
    };
    let count = summary.strips.len();
    let changed = if changed { " · changed" } else { "" };
    let recognised = match summary.strips.iter().filter(|strip| strip.kind == Kind::Recognised).count() {
        0 => String::new(),
        all if all == count => ", recognised".to_owned(),
        some => format!(", {some} recognised"),
    };
    format!("{origin} · {count} {}{recognised}{changed}", if count == 1 { "source" } else { "sources" })
}

/// The button that names the preset and opens the browser. An asterisk marks a preset that was changed.
fn name_button(ui: &Ui, rect: Rect, summary: &Summary, changed: bool) -> Response {
    let title = format!("{}{}", summary.title, if changed { " *" } else { "" });
    let response = ui.interact(rect, ui.scope_id().with("preset"), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), "Preset");
        info.current_text_value = Some(title.clone());
        info
    });
    plate(ui, rect, if response.hovered() { ui.colours().button_hover } else { ui.colours().button }, &response);
    Icon::More.paint(ui.painter(), rect.right_center() - vec2(14.0, 0.0), ui.colours().weak);
    let font = theme::font(theme::BODY);
    let lay = |text: &str, width: f32| {
        let mut job = LayoutJob::simple_singleline(text.to_owned(), font.clone(), ui.colours().text);
        job.wrap = TextWrapping::truncate_at_width(width);
        ui.painter().layout_job(job)
    };
    // A long name is cut, but the asterisk is always shown.
    let asterisk = lay(if changed { " *" } else { "" }, f32::INFINITY);
    let name = lay(&summary.title, rect.width() - 32.0 - asterisk.size().x);
    let mut at = egui::pos2(rect.left() + 9.0, rect.center().y - name.size().y / 2.0);
    for galley in [name, asterisk] {
        let width = galley.size().x;
        ui.painter().galley(at, galley, ui.colours().text);
        at.x += width;
    }
    let tooltip = if changed { "It is not saved as it plays now." } else { "Choose, save and rename presets." };
    response.on_hover_text(tooltip)
}
