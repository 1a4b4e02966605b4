//! The latency modes to choose from, and the latency in force.

use crate::{
    editor::{
        names::mode_name,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
        widgets::{gesture, menu_call, toggle::Toggle},
    },
    instance::{mode::Mode, state::audio_status::AudioStatus},
    separator::LatencyMode,
};
use egui::{Align2, CornerRadius, Rect, Sense, Ui, WidgetInfo, accesskit::Role};
use nice_plug::prelude::ParamSetter;

/// Every mode and what it is for.
const MODES: [(Mode, &str); 4] = [
    (Mode::Direct, "The shortest delay, to play an instrument through. The sources bleed into each other more."),
    (Mode::Live, "A very short delay, for the stage. The sources bleed into each other a little more."),
    (Mode::Balanced, "A short delay, for monitoring while recording."),
    (Mode::Quality, "The cleanest separation, for mixing. The host makes up for the delay."),
];

/// Below this width the names are set in smaller type, in points.
const NARROW: f32 = 220.0;
/// Margin around a mode's name, in letters.
const NAME_MARGIN: f32 = 2.0;

/// Draws the modes in `rect` and the latency in force below, in `caption`.
pub fn draw(ui: &Ui, rect: Rect, caption: Rect, snapshot: &EditorSnapshot, setter: &ParamSetter) {
    let wanted = LatencyMode::from(snapshot.params.mode.value());
    let waiting = snapshot.pending_mode().is_some();
    let letters = |mode: Mode| mode_name(mode.into()).len() as f32 + NAME_MARGIN;
    let letter_width = rect.width() / MODES.iter().map(|(mode, _)| letters(*mode)).sum::<f32>();
    let mut left = rect.left();
    for (i, (mode, tooltip)) in MODES.into_iter().enumerate() {
        let name = mode_name(mode.into());
        let right = left + letters(mode) * letter_width;
        let segment = Rect::from_x_y_ranges(left..=right, rect.y_range());
        left = right;
        let chosen = wanted == LatencyMode::from(mode);
        let fill = if waiting { ui.colours().notice } else { ui.colours().chosen };
        let toggle = Toggle {
            role: Role::RadioButton,
            corners: corners(i),
            text_size: if rect.width() < NARROW { theme::CAPTION } else { theme::BODY },
            ..Toggle::switch(name, name, chosen, fill)
        };
        let id = ui.scope_id().with(("mode", i));
        let response = toggle.show(ui, segment, id);
        menu_call::listen(&response, &snapshot.params.mode, None);
        if response.on_hover_text(tooltip).clicked() {
            gesture::set(setter, &snapshot.params.mode, mode);
        }
    }
    let text = in_force(&snapshot.audio, waiting);
    let response = ui.interact(caption, ui.scope_id().with("latency"), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Status, true, "Latency");
        info.current_text_value = Some(text.clone());
        info
    });
    let tooltip = match snapshot.window.is_standalone {
        true => "How late the sound comes out.",
        false => "How late the sound comes out. Your host knows, and makes up for it.",
    };
    response.on_hover_text(tooltip);
    ui.painter().text(caption.center(), Align2::CENTER_CENTER, text, theme::font(theme::CAPTION), ui.colours().weak);
}

fn corners(segment: usize) -> CornerRadius {
    let round = theme::BUTTON_RADIUS as u8;
    match segment {
        0 => CornerRadius { nw: round, sw: round, ..CornerRadius::ZERO },
        last if last + 1 == MODES.len() => CornerRadius { ne: round, se: round, ..CornerRadius::ZERO },
        _ => CornerRadius::ZERO,
    }
}

fn in_force(audio: &AudioStatus, waiting: bool) -> String {
    if audio.sample_rate <= 0.0 {
        return "not running yet".to_owned();
    }
    let samples = audio.latency_samples;
    let ms = f64::from(samples) / audio.sample_rate * 1e3;
    let mode = if waiting { format!("{}: ", mode_name(audio.mode)) } else { String::new() };
    format!("{mode}{ms:.1} ms · {samples} samples")
}
