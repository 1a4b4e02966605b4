//! What every part of the worker works with: what plays, the ways to the audio thread, the host and the editor.

use super::{
    error::WorkerError,
    preset_settings::PresetSettings,
    undo_history::{Action, UndoHistory},
};
use crate::{
    instance::{
        host_params::HostParams,
        project::{
            model::{BuiltModel, ModelAdapter},
            playback::{Basis, Playback, Refused, Snapshot},
            stream::StreamFormat,
            version::Version,
        },
        session::Session,
        state::{message::Message, options::AdaptOptions},
    },
    learner::adaptive::{AdaptiveState, StripMoves},
    preset::Preset,
    realtime::wires::{WorkerEnd, host_requests::HostRequests},
    separator::{ModelError, StripControls},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a success is told.
const TOLD: Duration = Duration::from_secs(6);
/// The same of what somebody may want to act on: a file whose folder can be shown, or what can be taken back.
const LONG_TOLD: Duration = Duration::from_secs(20);

/// Puts what the strips' controls say where it belongs from now on.
pub(super) type ArrangeStrips<'a> = &'a dyn Fn(&mut Vec<StripControls>);

/// What the worker works with.
pub struct Context {
    /// What plays.
    pub playback: Arc<Playback>,
    /// What the editor reads.
    pub session: Arc<Session>,
    /// The way to the host.
    pub host: Arc<HostRequests>,
    /// The way to the audio thread and back.
    pub models: WorkerEnd,
    /// The parameters.
    pub params: HostParams,
    pub(super) history: UndoHistory,
    /// Adapters of models that were sent to play and that nobody works with yet.
    pub(super) new_adapters: Vec<ModelAdapter>,
    /// Counts the models that were sent to the audio thread.
    pub(super) models_sent: u64,
    /// When the message that is shown is over.
    told_until: Option<Instant>,
}

impl Context {
    /// Nothing was done yet.
    pub fn new(
        playback: Arc<Playback>,
        session: Arc<Session>,
        host: Arc<HostRequests>,
        models: WorkerEnd,
        params: HostParams,
    ) -> Self {
        let (history, new_adapters) = (UndoHistory::default(), Vec::new());
        Self { playback, session, host, models, params, history, new_adapters, models_sent: 0, told_until: None }
    }

    /// Says something to the person at the plugin.
    pub(super) fn say(&mut self, message: Message) {
        let told = match message {
            Message::Done(_) => Some(TOLD),
            Message::Notice(_) | Message::Saved(_) => Some(LONG_TOLD),
            Message::None | Message::Loading(_) | Message::Failed(_) => None,
        };
        self.told_until = told.map(|told| Instant::now() + told);
        self.session.set_message(message);
    }

    /// Says what is wrong.
    pub(super) fn say_failed(&mut self, error: &WorkerError) {
        self.say(Message::Failed(error.to_string()));
    }

    /// Takes the message away whose time is over; gives the time that is left, if one is shown for a time.
    pub(super) fn end_message(&mut self) -> Option<Duration> {
        let until = self.told_until?;
        let left = until.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            return Some(left);
        }
        self.told_until = None;
        // Something else may have been said since, by the main thread.
        if matches!(self.session.message(), Message::Done(_) | Message::Notice(_) | Message::Saved(_)) {
            self.session.set_message(Message::None);
        }
        None
    }

    /// As if what is told now had been told until `end`.
    #[cfg(test)]
    pub(super) fn end_message_at(&mut self, end: Instant) {
        self.told_until = Some(end);
    }

    /// Where the controls of all strips stand.
    pub(super) fn strip_controls(&self) -> Vec<StripControls> {
        self.params.params().strip_controls().to_vec()
    }

    /// Puts the parameters where `settings` says. The memory is set with what plays.
    pub(super) fn set_params(&self, settings: &PresetSettings) {
        self.params.set(settings.all_params(self.params.params()));
    }

    /// Builds a model of `version`, which was derived from `basis`, sends it to the audio thread and puts `version` in
    /// force.
    ///
    /// # Errors
    /// If no model can be built, or something else plays by now. What plays goes on then.
    pub(super) fn play(
        &mut self,
        basis: Basis<'_>,
        version: impl Into<Arc<Version>>,
    ) -> Result<Arc<Version>, WorkerError> {
        self.play_remembering(basis, version, None)
    }

    /// The same, where sources that move learn from so many seconds of sound from now on, if another memory comes with
    /// `version`.
    ///
    /// # Errors
    /// As [`Self::play`]. The memory stays then, too.
    pub(super) fn play_remembering(
        &mut self,
        basis: Basis<'_>,
        version: impl Into<Arc<Version>>,
        memory_seconds: Option<f32>,
    ) -> Result<Arc<Version>, WorkerError> {
        let version = version.into();
        let build = |format, options: AdaptOptions| {
            Some(BuiltModel::new(&version, format, options.remembering(memory_seconds)))
        };
        self.send_model(basis, &version, (version.title(), build), memory_seconds)?;
        self.session.repaint.request();
        Ok(version)
    }

    /// Lets `heard` be heard as it was tuned; what plays stays what plays. Gives the activation that a model was built
    /// for, or `None` while the plugin is not active or renders offline: then nothing is sent.
    ///
    /// # Errors
    /// If no model can be built, or something else plays by now. What is heard goes on then.
    pub(super) fn begin_hearing(&mut self, heard: &Version) -> Result<Option<u64>, WorkerError> {
        self.sound(heard.title(), |format, options| BuiltModel::as_tuned(heard, format, options))
    }

    /// Lets what plays be heard again.
    ///
    /// # Errors
    /// As [`Self::begin_hearing`].
    pub(super) fn end_hearing(&mut self) -> Result<(), WorkerError> {
        let version = self.playback.version();
        self.sound(version.title(), |format, options| BuiltModel::new(&version, format, options)).map(|_| ())
    }

    /// Sends the model that `build` makes of the preset of this title, except to offline renders.
    fn sound(
        &mut self,
        title: &str,
        build: impl Fn(StreamFormat, AdaptOptions) -> Result<BuiltModel, ModelError>,
    ) -> Result<Option<u64>, WorkerError> {
        let version = self.playback.version();
        let build = |format: StreamFormat, options| (!format.offline).then(|| build(format, options));
        self.send_model(Basis::Version(&version), &version, (title, build), None)
    }

    /// Builds a model of the preset of this title, if there is a stream, and sends it to the audio thread when
    /// `version`, which was derived from `basis`, comes in force; with it comes another memory, if there is one. Gives
    /// the activation that the model was built for.
    ///
    /// # Errors
    /// If no model can be built, or something else plays by now. What is heard goes on then.
    fn send_model(
        &mut self,
        basis: Basis<'_>,
        version: &Arc<Version>,
        (title, build): (&str, impl Fn(StreamFormat, AdaptOptions) -> Option<Result<BuiltModel, ModelError>>),
        memory_seconds: Option<f32>,
    ) -> Result<Option<u64>, WorkerError> {
        loop {
            let Snapshot { stream, activation, .. } = self.playback.snapshot();
            let options = self.session.adapt_options();
            let built = stream.and_then(|stream| build(stream.format, options)).transpose();
            let built = built.map_err(|source| WorkerError::NoModel { title: title.to_owned(), source })?;
            let is_sent = built.is_some();
            let (model, adapter) = built.map_or((None, None), |built| (Some(built.model), built.adapter));
            // Under the lock of what plays, so that an activation sees all or nothing.
            let send = || {
                memory_seconds.into_iter().for_each(|seconds| self.session.set_memory_seconds(seconds));
                model.into_iter().for_each(|model| self.models.send_model(model));
            };
            match self.playback.replace(basis, version.clone(), Some(activation), send) {
                Ok(()) => {
                    self.new_adapters.extend(adapter);
                    self.models_sent += u64::from(is_sent);
                    return Ok(is_sent.then_some(activation));
                }
                // The plugin was activated anew meanwhile: the model is of no use to it.
                Err(Refused::OtherStream) => {}
                Err(Refused::Superseded) => return Err(WorkerError::Superseded),
            }
        }
    }

    /// Puts `version`, which plays the same preset as `basis`, in force.
    ///
    /// # Errors
    /// If something else plays by now.
    pub(super) fn put(&self, basis: &Arc<Version>, version: Version) -> Result<Arc<Version>, WorkerError> {
        let version = Arc::new(version);
        self.playback.replace(Basis::Version(basis), version.clone(), None, || {})?;
        self.session.repaint.request();
        Ok(version)
    }

    /// `preset` takes the place of the one that plays in `basis`, with its title and the knobs as they are.
    ///
    /// # Errors
    /// If it is not valid or cannot be played, or something else plays by now. What plays goes on then.
    pub(super) fn edit(&mut self, basis: &Arc<Version>, preset: Preset) -> Result<Arc<Version>, WorkerError> {
        self.edit_strips(basis, preset, &StripMoves::none(), None)
    }

    /// The same, where the sources go where `moves` says, and the knobs to where `arrange` puts them.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub(super) fn edit_strips(
        &mut self,
        basis: &Arc<Version>,
        preset: Preset,
        moves: &StripMoves,
        arrange: Option<ArrangeStrips<'_>>,
    ) -> Result<Arc<Version>, WorkerError> {
        let state = basis.adaptive_state.surviving(&basis.preset, &preset, moves);
        self.edit_with_state(basis, preset, state, arrange)
    }

    /// The same, where the sources have learned `state`.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub(super) fn edit_with_state(
        &mut self,
        basis: &Arc<Version>,
        preset: Preset,
        state: AdaptiveState,
        arrange: Option<ArrangeStrips<'_>>,
    ) -> Result<Arc<Version>, WorkerError> {
        let version = self.play(Basis::Version(basis), basis.edited(preset, state)?)?;
        let settings = arrange.map(|arrange| {
            let before = self.strip_controls();
            let mut after = before.clone();
            arrange(&mut after);
            let [before, after] = [before, after].map(PresetSettings::of_strips);
            self.set_params(&after);
            (before, after)
        });
        self.record_change(basis, &version, settings);
        self.say(Message::None);
        Ok(version)
    }

    /// `after` plays in the place of `before`, with its settings as they stood and as they stand now.
    pub(super) fn record_change(
        &mut self,
        before: &Arc<Version>,
        after: &Arc<Version>,
        settings: Option<(PresetSettings, PresetSettings)>,
    ) {
        self.record(before, after, settings, before.difference(after));
    }

    /// The same, described by `what`.
    pub(super) fn record(
        &mut self,
        before: &Arc<Version>,
        after: &Arc<Version>,
        settings: Option<(PresetSettings, PresetSettings)>,
        what: String,
    ) {
        self.history.push(Action::Changed { from: before.clone(), to: after.clone(), settings, what });
        self.mark_project_changed();
    }

    /// What the project stores is no longer what it was.
    pub(super) fn mark_project_changed(&self) {
        self.host.mark_project_changed();
        self.params.ask_host();
    }
}
