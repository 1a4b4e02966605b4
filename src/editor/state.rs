//! What the editor remembers between two frames: the rooms' own states, and what they share.

use super::{
    audition::AuditionState,
    drag_out::{DragOut, DragSource},
    file_chooser::FileChooser,
    playing::PlayingState,
    recorder::Recorder,
    rooms::{
        bases::BasesState, drops::DropsState, header::HeaderState, param_menu::ParamMenuState, picture::PictureState,
        status::StatusState, strips::state::StripsState,
    },
    scale::ScaleState,
    signal::Signal,
    snapshot::{EditorSnapshot, MeterReadings, WindowStatus},
    widgets::{knob_input::KnobInput, meter::MeterLevel},
};
use crate::instance::{
    params::UnbraidParams, project::version::Version, session::Session, state::learn_state::Finished,
};
use egui::Context;
use nice_plug::context::{PluginApi, gui::GuiContext};
use std::sync::Arc;

/// What the editor remembers between two frames.
#[derive(Default)]
pub struct EditorState {
    pub(super) header: HeaderState,
    pub(super) picture: PictureState,
    pub(super) strips: StripsState,
    pub(super) bases: BasesState,
    pub(super) status: StatusState,
    pub(super) drops: DropsState,
    pub(super) menu: ParamMenuState,
    pub(super) scale: ScaleState,
    pub(super) help_is_open: bool,
    /// What is held to be heard alone.
    pub(super) audition: AuditionState,
    /// The frozen stretch that plays.
    pub(super) playing: PlayingState,
    /// The stem that is dragged out of the window.
    pub(super) drag_out: DragOut,
    /// The main output's level, as it is shown.
    pub(super) output: MeterLevel,
    /// What pointer and keyboard are doing to the knobs, in whatever room.
    pub(super) knobs: KnobInput,
    files: FileChooser,
    signal: Signal,
    /// Writes down gestures on their way to the host.
    recorder: Option<Arc<Recorder>>,
    /// What was shown in the last frame.
    version: Option<Arc<Version>>,
    /// Time of the last frame, in seconds.
    seen_at: Option<f64>,
    /// Whether something is captured or learned.
    is_learning: bool,
    /// What was learned last, in the last frame.
    finished: Option<Finished>,
}

impl EditorState {
    /// The same state, with `files` in place of the system's file dialog.
    pub fn with_file_chooser(self, files: FileChooser) -> Self {
        Self { files, ..self }
    }

    /// The same state, with `source` in place of the system's way to drag files out of the window.
    pub fn with_drag_source(self, source: Box<dyn DragSource>) -> Self {
        Self { drag_out: DragOut::new(source), ..self }
    }

    /// The file dialog.
    pub fn file_chooser(&self) -> FileChooser {
        self.files.clone()
    }

    /// The same state, without the picture.
    pub fn without_picture(mut self) -> Self {
        self.picture.is_folded = true;
        self
    }

    /// `host` with a recorder in front of it, for the window of `ctx`.
    pub(super) fn recorded(
        &mut self,
        ctx: &Context,
        params: &UnbraidParams,
        session: &Arc<Session>,
        host: &GuiContext,
    ) -> GuiContext {
        let recorder = self.recorder.get_or_insert_with(|| Recorder::new(params, host, session));
        recorder.end_with(ctx);
        GuiContext::new(recorder.clone())
    }

    /// A new frame begins: takes in what has happened since the last one. Returns what the rooms show.
    pub(super) fn begin_frame<'a>(
        &mut self,
        ctx: &Context,
        params: &'a UnbraidParams,
        session: &'a Session,
        host: &GuiContext,
    ) -> EditorSnapshot<'a> {
        let now = ctx.input(|input| input.time);
        let elapsed = (now - self.seen_at.replace(now).unwrap_or(now)).clamp(0.0, 1.0) as f32;
        if let Some(recorder) = &self.recorder {
            recorder.begin_frame(now);
        }
        let version = self.follow_version(session);
        self.measure(&MeterReadings::take(session), now, elapsed);
        let window = WindowStatus {
            is_dragging: self.knobs.drag.is_some(),
            is_typing: self.knobs.typing.is_some(),
            file_dialog_is_open: self.files.is_open(),
            is_standalone: host.plugin_api() == PluginApi::Standalone,
            is_dragged_out: self.drag_out.is_on(),
            is_silent: self.signal.is_silent(),
            is_overloaded: self.header.cpu.is_overloaded(now),
            screen: self.scale.screen,
            scale: self.scale.now(params),
        };
        let snapshot = EditorSnapshot::read(params, session, version, window);
        let learned = snapshot.learning.finished;
        if let Some(Finished { strip, .. }) = learned
            && self.finished.map(|finished| finished.strip) != Some(strip)
        {
            self.bases.open_next(strip);
        }
        self.finished = learned;
        self.is_learning = snapshot.learning.take.is_some() || snapshot.learning.job.is_some();
        snapshot
    }

    /// The version to show. One that arrives while a knob is dragged is shown when the drag has ended.
    fn follow_version(&mut self, session: &Session) -> Arc<Version> {
        let plays = session.version();
        let names =
            |version: &Version| version.summary.strips.iter().map(|strip| strip.name.clone()).collect::<Vec<_>>();
        let shown = match self.version.take() {
            Some(shown) if self.knobs.drag.is_some() && shown.summary != plays.summary => shown,
            shown => {
                if shown.is_none_or(|shown| names(&shown) != names(&plays)) {
                    self.strips.clear_levels();
                    self.knobs.typing = None;
                }
                plays
            }
        };
        self.version = Some(shown.clone());
        shown
    }

    fn measure(&mut self, readings: &MeterReadings, now: f64, elapsed: f32) {
        self.header.cpu.update(readings.load, now);
        self.signal.update(readings.mixture, now, elapsed);
        self.strips.update(readings, self.signal.is_quiet(), now, elapsed);
        self.output.update(readings.output, now, elapsed);
    }

    /// All rooms are drawn.
    pub(super) fn end_frame(&mut self) {
        // A knob that is not on the screen any more cannot be released.
        if self.knobs.end_undrawn_drag()
            && let Some(recorder) = &self.recorder
        {
            recorder.end_all();
        }
    }

    /// Whether something on the screen moves by itself.
    pub(super) fn is_moving(&self) -> bool {
        self.is_learning || self.output.is_moving() || self.strips.is_moving()
    }

    /// Seconds until something changes on the screen though nothing moves; `None` if it stays as it is.
    pub(super) fn seconds_to_change(&self) -> Option<f64> {
        let now = self.seen_at.unwrap_or_default();
        // While a scale is tried its seconds are counted.
        let second = self.scale.trial(now).map(|(_, left)| now + left.fract());
        let due = [self.signal.due(), self.header.cpu.due(now), self.drops.due(), second];
        let due = due.into_iter().flatten().min_by(f64::total_cmp)?;
        // A little later, so that it is certainly due then.
        Some((due - now).max(0.0) + 0.02)
    }
}
