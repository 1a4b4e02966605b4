//! What the editor remembers between two frames.

use super::{
    Scene, bases,
    browser::Browser,
    file_chooser::FileChooser,
    gesture,
    knob::{Hold, Turn},
    latency::Restart,
    load::LoadView,
    meter::Level,
    recorder::Recorder,
    status::Fits,
    strip_menu::Naming,
    value_field::Entry,
};
use crate::{
    instance::{
        params::{GAIN_SILENCE_DB, UnbraidParams},
        session::Session,
        state::summary::Summary,
    },
    preset::{Knobs, MAX_SOURCES},
};
use nice_plug::context::gui::GuiContext;
use std::sync::Arc;

/// Silence this long is worth a word, in seconds.
const SILENCE_S: f64 = 2.0;

/// What the hand is at: there is one pointer and one keyboard.
#[derive(Debug, Default)]
pub struct Hand {
    /// The knob that is dragged.
    pub hold: Option<Hold>,
    /// The number that is being typed.
    pub entry: Option<Entry>,
    /// The knob that was turned in steps last.
    pub turn: Option<Turn>,
}

/// Time constant of a share of the mixture as it is shown, in seconds.
const SHARE_TIME_S: f32 = 0.4;

/// What the editor remembers between two frames.
#[derive(Default)]
pub struct EditorState {
    /// The preset that is shown. It is the session's, except while the hand holds something.
    pub(super) summary: Option<Arc<Summary>>,
    /// Levels as shown, indexed by source.
    pub(super) levels: [Level; MAX_SOURCES],
    /// Shares of the mixture as shown, 0 to 1, indexed by source.
    pub(super) shares: [f32; MAX_SOURCES],
    /// The mixture's level.
    pub(super) mixture: Level,
    /// The page of bases.
    pub(super) bases: bases::Page,
    /// A strip's new name, as it is being chosen.
    pub(super) naming: Naming,
    /// How the dictionaries fit the frames that play.
    pub(super) fits: Fits,
    /// What the control under the pointer does, where there is no room beside it to say so.
    pub(super) hint: Option<&'static str>,
    /// The main output's level as shown.
    pub(super) output: Level,
    /// What the hand is at.
    pub(super) hand: Hand,
    /// The preset browser.
    pub(super) browser: Browser,
    /// The CPU load.
    pub(super) load: LoadView,
    /// The system's file dialog.
    pub(super) files: FileChooser,
    /// Restarts asked of the host.
    pub(super) restart: Restart,
    /// Writes down what the hand does, on its way to the host.
    recorder: Option<Arc<Recorder>>,
    /// Whether the picture is folded away.
    pub(super) picture_folded: bool,
    /// Time of the last frame, in seconds.
    seen_at: Option<f64>,
    /// Since when nothing is heard, in seconds.
    silent_since: Option<f64>,
    /// Whether that has lasted.
    silent: bool,
    /// Whether something is captured or learned.
    learning: bool,
}

impl EditorState {
    /// The same state, with an "Open file…" that asks `files`.
    pub fn with_file_chooser(self, files: FileChooser) -> Self {
        Self { files, ..self }
    }

    /// What asks for files.
    pub fn file_chooser(&self) -> FileChooser {
        self.files.clone()
    }

    /// `host`, with a recorder before it, for the window of `ctx`.
    pub(super) fn recording(
        &mut self,
        ctx: &egui::Context,
        params: &UnbraidParams,
        session: &Arc<Session>,
        host: &GuiContext,
    ) -> GuiContext {
        let recorder = self.recorder.get_or_insert_with(|| Recorder::new(params, host, session));
        recorder.end_with(ctx);
        GuiContext::new(recorder.clone())
    }

    /// Every room is drawn: a knob that is held and was not drawn is let go.
    pub(super) fn settle(&mut self) {
        if self.hand.hold.take_if(|hold| !std::mem::take(&mut hold.is_drawn)).is_some()
            && let Some(recorder) = &self.recorder
        {
            recorder.end_all();
        }
    }

    /// The same state, with the picture folded away.
    pub fn without_picture(self) -> Self {
        Self { picture_folded: true, ..self }
    }

    /// Takes in what happened since the last frame.
    pub(super) fn observe(&mut self, ui: &egui::Ui, scene: &Scene) {
        let now = ui.input(|input| input.time);
        let elapsed = (now - self.seen_at.replace(now).unwrap_or(now)).clamp(0.0, 1.0) as f32;

        if let Some(recorder) = &self.recorder {
            recorder.tick(now);
        }
        self.hint = None;
        self.load.observe(scene.session.meters.cpu.read(), now);

        // Nothing is exchanged under the hand: a gesture that has begun ends on the knob it began on.
        if self.hand.hold.is_none() {
            self.follow(scene);
        }
        for (level, meter) in self.levels.iter_mut().zip(&scene.session.meters.sources) {
            level.update(meter, now, elapsed);
        }
        self.output.update(&scene.session.meters.output, now, elapsed);
        self.mixture.update(&scene.session.meters.mixture, now, elapsed);
        let quiet = self.mixture.is_silent();
        for (shown, share) in self.shares.iter_mut().zip(&scene.session.meters.shares) {
            let share = if quiet { 0.0 } else { share.read() };
            *shown += (share - *shown) * (1.0 - (-elapsed / SHARE_TIME_S).exp());
        }
        let since = *self.silent_since.get_or_insert(now);
        self.silent_since = quiet.then_some(since);
        self.silent = quiet && now - since > SILENCE_S;
        let learning = scene.session.learning();
        self.learning = learning.take.is_some() || learning.job.is_some();
        self.restart.observe(scene);
    }

    fn follow(&mut self, scene: &Scene) {
        let summary = scene.session.summary();
        if self.summary.as_ref() != Some(&summary) {
            let names = |summary: &Summary| summary.strips.iter().map(|strip| strip.name.clone()).collect::<Vec<_>>();
            if self.summary.as_deref().map(names) != Some(names(&summary)) {
                self.levels = Default::default();
                self.shares = Default::default();
                self.hand.entry = None;
            }
            self.summary = Some(summary);
        }
        if let Some(knobs) = scene.session.take_knobs() {
            apply(&knobs, scene);
        }
    }

    /// Time of this frame, in seconds.
    pub(super) fn now(&self) -> f64 {
        self.seen_at.unwrap_or_default()
    }

    /// The strip whose bases are shown in place of the strips.
    pub(super) fn shown_bases(&self) -> Option<usize> {
        let count = self.summary.as_ref().map_or(0, |summary| summary.strips.len());
        self.bases.strip.filter(|_| count > 0).map(|strip| strip.min(count - 1))
    }

    /// Whether something on the screen moves by itself.
    pub(super) fn is_moving(&self) -> bool {
        let fading = self.shares.iter().any(|share| *share > 1e-3);
        self.learning || fading || self.output.is_moving() || self.levels.iter().any(Level::is_moving)
    }

    /// Seconds until what is shown is over, though nothing moves; `None` if it stays as it is.
    pub(super) fn seconds_to_rest(&self) -> Option<f64> {
        let now = self.now();
        let silence = self.silent_since.filter(|_| !self.silent).map(|since| since + SILENCE_S);
        let due = [silence, self.load.due(now)].into_iter().flatten().min_by(f64::total_cmp)?;
        // A little later, so that it is over by then.
        Some((due - now).max(0.0) + 0.02)
    }

    /// Whether nothing has come in for a while.
    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }
}

/// Puts a loaded preset's knob settings into the parameters, each in a gesture of its own.
fn apply(knobs: &[Knobs], scene: &Scene) {
    // Past the recorder: the preset is the step, not its knobs.
    let setter = scene.host.param_setter();
    for (strip, knobs) in scene.params.strips.iter().zip(knobs) {
        gesture::set(&setter, &strip.gain, knobs.gain_db.unwrap_or(GAIN_SILENCE_DB));
        gesture::set(&setter, &strip.mute, knobs.mute);
        gesture::set(&setter, &strip.solo, knobs.solo);
    }
}
