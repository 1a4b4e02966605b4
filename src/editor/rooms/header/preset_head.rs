//! The preset that plays: its name with the arrows beside it, where it came from, and whether it was changed.

use super::{
    EditorState, Scene, browser,
    icon::{Icon, IconButton, plate},
    theme,
};
use crate::instance::{
    params::{StripParams, UnbraidParams},
    session::Session,
    state::summary::{Origin, Summary},
    worker::browsing::Browse,
};
use crate::preset::Knobs;
use egui::{
    Align2, Rect, Response, Sense, Ui, WidgetInfo,
    accesskit::Role,
    text::{LayoutJob, TextWrapping},
    vec2,
};

/// Width of an arrow button, in points.
const ARROW: f32 = 24.0;
/// Under this width the name is set smaller, in points.
const NARROW: f32 = 170.0;
/// A gain this close to the preset's is the preset's: hosts hand back a knob's position rounded. In dB.
const SAME_DB: f32 = 0.01;

/// Draws arrows and name in `rect`, and where the preset came from beneath, in `caption`.
pub fn draw(ui: &mut Ui, rect: Rect, caption: Rect, scene: &Scene, state: &mut EditorState) {
    let Some(summary) = state.summary.clone() else { return };
    let left = rect.with_max_x(rect.left() + ARROW);
    let right = rect.with_min_x(rect.right() - ARROW);
    let middle = Rect::from_x_y_ranges(left.right() + 3.0..=right.left() - 3.0, rect.y_range());
    for (place, icon, name, browse) in
        [(left, Icon::Previous, "Previous preset", Browse::Previous), (right, Icon::Next, "Next preset", Browse::Next)]
    {
        if IconButton::new(icon, name).show(ui, place, ui.scope_id().with(name)).on_hover_text(name).clicked() {
            scene.session.browse(browse);
        }
    }
    let changed = is_changed(&summary, scene.params);
    let button = name_button(ui, middle, &summary, changed);
    browser::show(&button, &summary, scene, state);

    let text = provenance(&summary, scene.session, changed);
    let at = egui::pos2(middle.left() + 2.0, caption.center().y);
    let mut job = LayoutJob::simple_singleline(text, theme::font(theme::CAPTION), theme::WEAK);
    job.wrap = TextWrapping::truncate_at_width(caption.right() - at.x);
    let galley = ui.painter().layout_job(job);
    let rect = Align2::LEFT_CENTER.anchor_size(at, galley.size());
    ui.painter().galley(rect.min, galley, theme::WEAK);
}

/// Whether the preset, or where its knobs stand, is no longer what was loaded or saved.
pub fn is_changed(summary: &Summary, params: &UnbraidParams) -> bool {
    summary.changed || summary.knobs.iter().zip(&params.strips).any(|(knobs, strip)| !stands_at(strip, knobs))
}

fn stands_at(strip: &StripParams, knobs: &Knobs) -> bool {
    let gain = match (strip.gain_db(), knobs.gain_db) {
        (Some(stands), Some(preset)) => (stands - preset).abs() < SAME_DB,
        (stands, preset) => stands == preset,
    };
    gain && strip.mute.value() == knobs.mute && strip.solo.value() == knobs.solo
}

fn provenance(summary: &Summary, session: &Session, changed: bool) -> String {
    let origin = match &summary.origin {
        Origin::Factory(_) => "Factory preset",
        Origin::File(_) if session.browsing.library().origin_missing => "Its file is missing",
        Origin::File(_) => "Preset file",
        Origin::Project => "From the project",
        Origin::New => "Not saved yet",
    };
    let count = summary.strips.len();
    let changed = if changed { " · changed" } else { "" };
    format!("{origin} · {count} {}{changed}", if count == 1 { "source" } else { "sources" })
}

/// The button that names the preset and opens the browser. An asterisk, as everywhere, says that it is not saved as it is.
fn name_button(ui: &Ui, rect: Rect, summary: &Summary, changed: bool) -> Response {
    let title = format!("{}{}", summary.title, if changed { " *" } else { "" });
    let response = ui.interact(rect, ui.scope_id().with("preset"), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), "Preset");
        info.current_text_value = Some(title.clone());
        info
    });
    plate(ui, rect, if response.hovered() { theme::BUTTON_HOVER } else { theme::BUTTON }, &response);
    Icon::More.paint(ui.painter(), rect.right_center() - vec2(14.0, 0.0), theme::WEAK);
    let font = theme::font(if rect.width() < NARROW { theme::BODY } else { 16.0 });
    let lay = |text: &str, width: f32| {
        let mut job = LayoutJob::simple_singleline(text.to_owned(), font.clone(), theme::TEXT);
        job.wrap = TextWrapping::truncate_at_width(width);
        ui.painter().layout_job(job)
    };
    // The asterisk is seen however long the name is.
    let asterisk = lay(if changed { " *" } else { "" }, f32::INFINITY);
    let name = lay(&summary.title, rect.width() - 32.0 - asterisk.size().x);
    let mut at = egui::pos2(rect.left() + 9.0, rect.center().y - name.size().y / 2.0);
    for galley in [name, asterisk] {
        let width = galley.size().x;
        ui.painter().galley(at, galley, theme::TEXT);
        at.x += width;
    }
    let tooltip = if changed { "It is not saved as it plays now." } else { "Choose, save and rename presets." };
    response.on_hover_text(tooltip)
}
