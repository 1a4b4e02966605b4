//! What goes on, said honestly: the line at the bottom, and the banner of a failure.

use super::{EditorState, Scene, latency, learn, strip, theme};
use crate::instance::{
    session::{Activity, Dictionaries, Playing, Session},
    state::summary::{Origin, Summary},
};
use egui::{
    Align, Button, Color32, CornerRadius, Galley, Label, Layout, Rect, RichText, Stroke, StrokeKind, Ui, UiBuilder,
    pos2, vec2,
};
use nice_plug::context::PluginApi;
use std::{sync::Arc, time::Duration};

const DISMISS_WIDTH: f32 = 76.0;
/// How long a success is told, in seconds.
const TOLD_S: f64 = 6.0;
/// Bins above this need not be known, in Hz.
const AUDIBLE_HZ: f64 = 18_000.0;
/// Hint for who opens the window for the first time.
const HINT: &str = "Learn: click it, and play that source alone · drag a knob up or down, double-click for 0 dB, click a number to type";

/// The sentence of a failure that has not been dismissed.
pub fn failure(session: &Session) -> Option<String> {
    match session.activity() {
        Activity::Failed(sentence) => Some(sentence),
        Activity::Idle | Activity::Loading(_) | Activity::Done(_) => None,
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
        let label = inside.add(Label::new(RichText::new(&self.sentence).color(theme::TEXT)).wrap());
        label.on_hover_text(self.sentence);
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
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &mut EditorState) {
    state.fits.observe(scene);
    forget_success(ui, scene.session);
    let layout = Layout::left_to_right(Align::Center);
    let mut line = ui.new_child(UiBuilder::new().max_rect(room).layout(layout).id_salt("status"));
    line.shrink_clip_rect(room);
    line.spacing_mut().item_spacing.x = 7.0;
    let remarks = remarks(scene, state);
    let hint = state.hint.map(|hint| (hint, theme::TEXT)).or(remarks.is_empty().then_some((HINT, theme::FAINT)));
    for (i, (colour, text)) in remarks.into_iter().enumerate() {
        if i > 0 {
            line.add_space(10.0);
        }
        let (dot, _) = line.allocate_exact_size(vec2(8.0, 8.0), egui::Sense::hover());
        line.painter().circle_filled(dot.center(), 4.0, colour);
        line.add(Label::new(RichText::new(text).size(theme::CAPTION + 0.5).color(theme::TEXT)).truncate());
    }
    if let Some((hint, ink)) = hint {
        line.add(Label::new(RichText::new(hint).size(theme::CAPTION).color(ink)).truncate());
    }
}

/// What is out of the ordinary, most pressing first.
fn remarks(scene: &Scene, state: &EditorState) -> Vec<(Color32, String)> {
    let mut remarks = Vec::new();
    if let Activity::Loading(name) = scene.session.activity() {
        remarks.push((theme::FOCUS, format!("Loading {name}…")));
    }
    if let Activity::Done(sentence) = scene.session.activity() {
        remarks.push((theme::DONE, sentence));
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
        let text = match scene.host.plugin_api() {
            // It has nobody to restart it.
            PluginApi::Standalone => {
                format!("The application takes a mode at its start: --mode {}", latency::name(mode).to_lowercase())
            }
            _ => format!("{} takes over when the host restarts the plugin", latency::name(mode)),
        };
        remarks.push((theme::NOTICE, text));
    }
    if state.load.is_overloaded(state.now()) {
        let text = "CPU overload: sound drops out · choose a mode with more latency";
        remarks.insert(0, (theme::ALARM, text.to_owned()));
    }
    let playing = scene.session.playing();
    if playing.sample_rate <= 0.0 {
        remarks.push((theme::NEUTRAL, "Waiting for the host to start the audio".to_owned()));
    }
    if scene.params.bypass.value() {
        remarks.push((theme::NOTICE, "Bypassed: you hear the mixture as it comes in".to_owned()));
    }
    if scene.params.removed.value() && !scene.params.bypass.value() {
        remarks.push((theme::NOTICE, "You hear what is removed".to_owned()));
    }
    if playing.sample_rate > 0.0 && state.is_silent() {
        remarks.push((theme::NEUTRAL, "No signal comes in".to_owned()));
    }
    if let Some(Origin::File(_)) = state.summary.as_ref().map(|summary| &summary.origin)
        && scene.session.browsing.library().origin_missing
    {
        remarks.push((
            theme::NOTICE,
            "The preset's file is missing: it plays on from the project · save it to have it again".into(),
        ));
    }
    if let Some(sentence) = &state.fits.sentence {
        remarks.push((theme::NOTICE, sentence.clone()));
    }
    remarks
}

/// How the dictionaries fit the frames that play; looked up when one or the other changes.
#[derive(Default)]
pub struct Fits {
    known: Option<(Dictionaries, Playing)>,
    sentence: Option<String>,
}

impl Fits {
    fn observe(&mut self, scene: &Scene) {
        let (dictionaries, playing) = (scene.session.dictionaries(), scene.session.playing());
        let same = |known: &(Dictionaries, Playing)| known.0.is(&dictionaries) && known.1 == playing;
        if !self.known.as_ref().is_some_and(same) {
            self.sentence = misfit(&scene.session.summary(), &dictionaries, &playing);
            self.known = Some((dictionaries, playing));
        }
    }
}

/// The first source whose bases do not quite fit what plays, and what that means.
fn misfit(summary: &Summary, dictionaries: &Dictionaries, playing: &Playing) -> Option<String> {
    if playing.sample_rate <= 0.0 {
        return None;
    }
    summary.strips.iter().enumerate().find_map(|(i, strip)| {
        let name = strip::display_name(&strip.name);
        let in_use = dictionaries.in_use(i, playing).filter(|in_use| !in_use.moved)?;
        let frame = &in_use.dictionary.frame;
        if in_use.interpolated {
            let rate = frame.sample_rate / 1e3;
            return Some(format!(
                "{name} was learned in other frames, at {rate} kHz: interpolated · learn it again for more"
            ));
        }
        let (known, heard) = (frame.sample_rate / 2.0, (playing.sample_rate / 2.0).min(AUDIBLE_HZ));
        (known < 0.8 * heard).then(|| {
            format!("{name} was learned at {} kHz: nothing is known above {} kHz", frame.sample_rate / 1e3, known / 1e3)
        })
    })
}

/// What was done is told for a while.
fn forget_success(ui: &Ui, session: &Session) {
    let id = ui.scope_id().with("done since");
    let Activity::Done(sentence) = session.activity() else {
        return ui.data_mut(|data| data.remove::<(String, f64)>(id));
    };
    let now = ui.input(|input| input.time);
    let since = ui.data_mut(|data| {
        let told = data.get_temp_mut_or_insert_with(id, || (sentence.clone(), now));
        if told.0 != sentence {
            *told = (sentence, now);
        }
        told.1
    });
    if now - since > TOLD_S {
        session.set_activity(Activity::Idle);
    } else {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(TOLD_S - (now - since)));
    }
}
