//! What goes on, said honestly: the line at the bottom, and the banner of a failure.

use super::{EditorState, Scene, latency, learn, strip, theme};
use crate::plugin::session::{Activity, Session};
use egui::{
    Align, Button, Color32, CornerRadius, Galley, Label, Layout, Rect, RichText, Stroke, StrokeKind, Ui, UiBuilder,
    pos2, vec2,
};
use std::sync::Arc;

const DISMISS_WIDTH: f32 = 76.0;
/// Hint for who opens the window for the first time.
const HINT: &str = "Drag a knob up or down · double-click for 0 dB · click a number to type";

/// The sentence of a failure that has not been dismissed.
pub fn failure(session: &Session) -> Option<String> {
    match session.activity() {
        Activity::Failed(sentence) => Some(sentence),
        Activity::Idle | Activity::Loading(_) => None,
    }
}

/// A failure, laid out.
pub struct Banner {
    galley: Arc<Galley>,
    sentence: String,
}

impl Banner {
    /// Lays `sentence` out for a window of this width, in points.
    pub fn new(ui: &Ui, window_width: f32, sentence: String) -> Self {
        let width = window_width - 2.0 * theme::GAP - DISMISS_WIDTH - 40.0;
        let galley = ui.painter().layout(sentence.clone(), theme::font(theme::BODY), theme::TEXT, width);
        Self { galley, sentence }
    }

    /// Height it needs, in points; a long sentence is cut rather than pushing the strips out.
    pub fn height(&self) -> f32 {
        (self.galley.size().y + 16.0).clamp(38.0, 62.0)
    }

    /// Draws it in `room`.
    pub fn draw(self, ui: &mut Ui, room: Rect, session: &Session) {
        let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
        ui.painter().rect(room, corners, theme::ALARM_GROUND, Stroke::new(1.0, theme::ALARM), StrokeKind::Inside);
        let text = room.shrink2(vec2(12.0, 6.0)).with_max_x(room.right() - DISMISS_WIDTH - 20.0);
        let mut inside = ui
            .new_child(UiBuilder::new().max_rect(text).layout(Layout::left_to_right(Align::Center)).id_salt("failure"));
        inside.shrink_clip_rect(text);
        inside.add(Label::new(RichText::new(self.sentence).color(theme::TEXT)).wrap());
        let button = Rect::from_center_size(
            pos2(room.right() - 10.0 - DISMISS_WIDTH / 2.0, room.center().y),
            vec2(DISMISS_WIDTH, 26.0),
        );
        if ui.put(button, Button::new("Dismiss")).clicked() {
            session.set_activity(Activity::Idle);
        }
    }
}

/// Draws the line in `room`.
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &EditorState) {
    let layout = Layout::left_to_right(Align::Center);
    let mut line = ui.new_child(UiBuilder::new().max_rect(room).layout(layout).id_salt("status"));
    line.spacing_mut().item_spacing.x = 7.0;
    let remarks = remarks(scene, state);
    if remarks.is_empty() {
        line.add(Label::new(RichText::new(HINT).size(theme::CAPTION).color(theme::FAINT)).truncate());
    }
    for (i, (colour, text)) in remarks.into_iter().enumerate() {
        if i > 0 {
            line.add_space(10.0);
        }
        let (dot, _) = line.allocate_exact_size(vec2(8.0, 8.0), egui::Sense::hover());
        line.painter().circle_filled(dot.center(), 4.0, colour);
        line.add(Label::new(RichText::new(text).size(theme::CAPTION + 0.5).color(theme::TEXT)).truncate());
    }
}

/// What is out of the ordinary, most pressing first.
fn remarks(scene: &Scene, state: &EditorState) -> Vec<(Color32, String)> {
    let mut remarks = Vec::new();
    if let Activity::Loading(name) = scene.session.activity() {
        remarks.push((theme::FOCUS, format!("Loading {name}…")));
    }
    let name = |index: usize| {
        let strips = state.summary.iter().flat_map(|summary| &summary.strips);
        strips.map(|strip| strip.name.clone()).nth(index).unwrap_or_default()
    };
    if let Some(text) = learn::remark(&scene.session.learning(), scene.session.learn_options(), name) {
        remarks.push((theme::FOCUS, text));
    }
    if state.files.is_open() {
        remarks.push((theme::FOCUS, "Waiting for you to choose a file".to_owned()));
    }
    if let Some(mode) = latency::pending(scene) {
        let text = format!("{} takes over when the host restarts the plugin", latency::name(mode));
        remarks.push((theme::NOTICE, text));
    }
    if state.load.is_overloaded(state.now()) {
        let text = "CPU overload: sound drops out · choose a mode with more latency, or larger blocks in the host";
        remarks.insert(0, (theme::ALARM, text.to_owned()));
    }
    let playing = scene.session.playing();
    if playing.sample_rate <= 0.0 {
        remarks.push((theme::NEUTRAL, "Waiting for the host to start the audio".to_owned()));
    }
    if scene.params.bypass.value() {
        remarks.push((theme::NOTICE, "Bypassed".to_owned()));
    }
    if scene.params.removed.value() && !scene.params.bypass.value() {
        remarks.push((theme::NOTICE, "You hear what is removed".to_owned()));
    }
    if playing.sample_rate > 0.0 && state.is_silent() && lets_everything_through(scene, state) {
        remarks.push((theme::NEUTRAL, "No signal comes in".to_owned()));
    }
    remarks
}

/// Whether silence at the meters can only mean silence at the input.
fn lets_everything_through(scene: &Scene, state: &EditorState) -> bool {
    let count = state.summary.as_ref().map_or(0, |summary| summary.strips.len().min(scene.params.strips.len()));
    (0..count).all(|i| strip::is_heard(scene, count, i) && scene.params.strips[i].gain_db().is_some())
}
