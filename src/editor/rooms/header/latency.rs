//! The latency mode: its segments, what is in force, and the host's restart.

use super::{Scene, gesture, theme, toggle::Toggle};
use crate::{
    instance::{params::Mode, session::Playing},
    separator::LatencyMode,
};
use egui::{Align2, CornerRadius, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role};

/// Every mode as it is drawn: its value, its name, and what it is for.
const SEGMENTS: [(Mode, &str, &str); 4] = [
    (
        Mode::Direct,
        "Direct",
        "The shortest delay, to play an instrument through. The sources bleed into each other more.",
    ),
    (Mode::Live, "Live", "A very short delay, for the stage. The sources bleed into each other a little more."),
    (Mode::Balanced, "Balanced", "A short delay, for monitoring while recording."),
    (Mode::Quality, "Quality", "The cleanest separation, for mixing. The host makes up for the delay."),
];

/// Under this width the names are set smaller, in points.
const PACKED: f32 = 220.0;
/// Room around a segment's name, in letters.
const SEGMENT_MARGIN: f32 = 2.0;

/// The mode's name in the interface.
pub fn name(mode: LatencyMode) -> &'static str {
    SEGMENTS[mode as usize].1
}

/// Asks the host for one restart per change of mode.
#[derive(Debug, Default)]
pub struct Restart {
    asked_for: Option<LatencyMode>,
}

impl Restart {
    /// Asks, if the parameter wants another mode than the one in force and nobody has asked yet.
    pub fn observe(&mut self, scene: &Scene) {
        let wanted = pending(scene);
        if wanted.is_some() && wanted != self.asked_for {
            scene.gui.request_restart();
        }
        self.asked_for = wanted;
    }
}

/// The mode that the parameter asks for, where it is not the one in force.
/// Before the first activation there is none in force, and none to wait for.
pub fn pending(scene: &Scene) -> Option<LatencyMode> {
    let playing = scene.session.playing();
    let wanted = LatencyMode::from(scene.params.mode.value());
    (playing.sample_rate > 0.0 && wanted != playing.mode).then_some(wanted)
}

/// Draws the segments in `rect` and the latency in force beneath, in `caption`.
pub fn draw(ui: &Ui, rect: Rect, caption: Rect, scene: &Scene) {
    let wanted = LatencyMode::from(scene.params.mode.value());
    let waiting = pending(scene).is_some();
    let room = |name: &str| name.len() as f32 + SEGMENT_MARGIN;
    let width_of_one = rect.width() / SEGMENTS.iter().map(|(_, name, _)| room(name)).sum::<f32>();
    let mut left = rect.left();
    for (i, (mode, name, tooltip)) in SEGMENTS.into_iter().enumerate() {
        let right = left + room(name) * width_of_one;
        let segment = Rect::from_x_y_ranges(left..=right, rect.y_range());
        left = right;
        let chosen = wanted == LatencyMode::from(mode);
        let fill = if waiting { theme::NOTICE } else { theme::CHOSEN };
        let toggle = Toggle {
            role: Role::RadioButton,
            corners: corners(i),
            edge: Stroke::new(1.0, theme::BUTTON_EDGE),
            text_size: if rect.width() < PACKED { theme::CAPTION } else { theme::BODY },
            ..Toggle::switch(name, name, chosen, fill)
        };
        let id = ui.scope_id().with(("mode", i));
        if toggle.show(ui, segment, id).on_hover_text(tooltip).clicked() {
            gesture::set(&scene.gui.param_setter(), &scene.params.mode, mode);
        }
    }
    let text = in_force(&scene.session.playing(), waiting);
    let response = ui.interact(caption, ui.scope_id().with("latency"), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Status, true, "Latency");
        info.current_text_value = Some(text.clone());
        info
    });
    response.on_hover_text("The delay that the host was told, and makes up for.");
    ui.painter().text(caption.center(), Align2::CENTER_CENTER, text, theme::font(theme::CAPTION), theme::WEAK);
}

fn corners(segment: usize) -> CornerRadius {
    let round = theme::BUTTON_RADIUS as u8;
    match segment {
        0 => CornerRadius { nw: round, sw: round, ..CornerRadius::ZERO },
        last if last + 1 == SEGMENTS.len() => CornerRadius { ne: round, se: round, ..CornerRadius::ZERO },
        _ => CornerRadius::ZERO,
    }
}

fn in_force(playing: &Playing, waiting: bool) -> String {
    if playing.sample_rate <= 0.0 {
        return "not running yet".to_owned();
    }
    let samples = playing.latency_samples;
    let ms = f64::from(samples) / playing.sample_rate * 1e3;
    let mode = if waiting { format!("{}: ", name(playing.mode)) } else { String::new() };
    format!("{mode}{ms:.1} ms · {samples} samples")
}
