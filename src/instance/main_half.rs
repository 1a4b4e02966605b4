//! The half of the plugin object that belongs to the host's main thread.

use super::{
    host_params::{HostParams, ParamChanges},
    params::UnbraidParams,
    project::{
        model::BuiltModel,
        playback::{Playback, Refused, Snapshot},
        stored_preset::StoredPreset,
        stream::{Stream, StreamFormat},
        version::Version,
    },
    session::Session,
    state::message::Message,
    worker::{Worker, context::Context, error::WorkerError, thread::WorkerThread},
};
use crate::{
    learner::capture::Capture,
    preset::Preset,
    realtime::wires::{WorkerEnd, host_requests::HostRequests},
    separator::{Model, ModelError},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// What the main thread owns of an instance.
pub struct MainHalf {
    /// The parameters.
    pub params: Arc<UnbraidParams>,
    /// What the editor reads.
    pub session: Arc<Session>,
    playback: Arc<Playback>,
    /// Ends with the plugin. Tests of the main half alone do without.
    _worker: Option<WorkerThread>,
}

/// What an activation gives to the audio thread.
pub struct Activated {
    /// The model that plays first.
    pub model: Box<Model>,
    /// Where to write what is played.
    pub capture: Arc<Capture>,
    /// The number of the activation.
    pub stream: u64,
}

impl MainHalf {
    /// A new instance that plays the first preset, whose worker has `models` for a way to the audio thread. The changes
    /// of parameters are for whoever speaks to the host.
    pub fn new(host: Arc<HostRequests>, models: WorkerEnd) -> (Self, ParamChanges) {
        let playback = Playback::new(Arc::new(Version::first()));
        let (session, commands) = Session::new(playback.clone());
        let params = Arc::new(UnbraidParams::new(playback.clone()).with_options(session.options()));
        let (host_params, changes) = HostParams::new(params.clone());
        let (renamed, ask_host) = (host.clone(), host_params.host_asker());
        playback.on_renaming(move || {
            renamed.want_callback();
            ask_host();
        });
        let context = Context::new(playback.clone(), session.clone(), host.clone(), models, host_params);
        // What plays is part of the session.
        let told = Arc::downgrade(&session);
        let sound = params.sound.clone();
        playback.on_arrival(move || {
            // The framework sets the parameters before it brings the preset.
            host.note_load(sound.strips.each_ref().map(|strip| strip.learn.value()));
            told.upgrade().iter().for_each(|session| session.look());
        });
        let worker = WorkerThread::spawn(Worker::new(context), commands, &session);
        (Self { params, session, playback, _worker: Some(worker) }, changes)
    }

    /// The plugin becomes active for `channels` channels of a stream of `format`. What a project has brought is taken
    /// up. `commit` runs under the lock of what plays: the audio half forgets models of earlier activations in it.
    ///
    /// Nothing changes before a model is built. If none can be built of what a project has brought, what plays goes on,
    /// and the project's preset is stored again as it came.
    ///
    /// # Errors
    /// If no model can be built of what plays either, or something panics: that must not reach the host, which would
    /// end with it.
    pub fn activate(
        &self,
        format: StreamFormat,
        channels: usize,
        mut commit: impl FnMut(),
    ) -> Result<Activated, WorkerError> {
        let activate = AssertUnwindSafe(|| self.activate_unguarded(format, channels, &mut commit));
        catch_unwind(activate).unwrap_or(Err(WorkerError::Panicked))
    }

    /// What plays where [`Self::activate`] has failed through no fault of the stream: nothing is separated, and the
    /// input passes, delayed by the latency of `format`. `commit` as there.
    ///
    /// # Errors
    /// If the stream is at fault, or not even this can be built.
    pub fn activate_passing(
        &self,
        format: StreamFormat,
        channels: usize,
        commit: impl FnOnce(),
    ) -> Result<Activated, WorkerError> {
        let activate = AssertUnwindSafe(|| {
            let title = String::new();
            let model = Model::new(&Preset::unsupervised(2, 1), format.sample_rate, format.mode);
            let model = Box::new(model.map_err(|source| WorkerError::NoModel { title, source })?);
            let capture = Arc::new(Capture::new(format.sample_rate, channels));
            self.playback.deactivate(commit);
            Ok(Activated { model, capture, stream: self.playback.snapshot().activation })
        });
        catch_unwind(activate).unwrap_or(Err(WorkerError::Panicked))
    }

    fn activate_unguarded(
        &self,
        format: StreamFormat,
        channels: usize,
        mut commit: impl FnMut(),
    ) -> Result<Activated, WorkerError> {
        let mut capture = None;
        loop {
            let seen = self.playback.snapshot();
            let (version, built, message) = self.build(&seen, format)?;
            // Not before there is a model: that refuses sample rates for which this would be enormous.
            let capture = capture.get_or_insert_with(|| Arc::new(Capture::new(format.sample_rate, channels))).clone();
            let number = seen.activation + 1;
            let stream = Stream { format, capture: capture.clone(), number };
            let BuiltModel { model, adapter } = built;
            match self.playback.activate(&seen, version, stream, adapter, &mut commit) {
                Ok(()) => {
                    if let Some(message) = message {
                        self.session.set_message(message);
                    }
                    self.session.look();
                    return Ok(Activated { model, capture, stream: number });
                }
                // Something else was put in force while the model was built.
                Err(Refused::Superseded | Refused::OtherStream) => {}
            }
        }
    }

    /// What is to play of what was `seen`, a model of it, and what is to be said of it.
    fn build(
        &self,
        seen: &Snapshot,
        format: StreamFormat,
    ) -> Result<(Arc<Version>, BuiltModel, Option<Message>), WorkerError> {
        let options = self.session.adapt_options();
        let build = |version: &Version| {
            let no_model = |source: ModelError| WorkerError::NoModel { title: version.title().to_owned(), source };
            BuiltModel::new(version, format, options).map_err(no_model)
        };
        let Some(stored) = &seen.arrived else {
            let version = seen.version.recounted();
            let built = build(&version)?;
            return Ok((version, built, None));
        };
        let brought = |stored: &StoredPreset| {
            let (version, lost) = Version::from_project(stored)?;
            let message =
                lost.map_or(Message::None, |lost| Message::Failed(WorkerError::AdaptiveStateLost(lost).to_string()));
            let built = build(&version)?;
            Ok::<_, WorkerError>((Arc::new(version), built, Some(message)))
        };
        brought(stored).or_else(|error| {
            let version = seen.version.recounted().keeping(stored.clone());
            let built = build(&version)?;
            Ok((Arc::new(version), built, Some(Message::Failed(error.to_string()))))
        })
    }

    /// The plugin is not active any more; `commit` as for [`Self::activate`].
    pub fn deactivate(&self, commit: impl FnOnce()) {
        self.playback.deactivate(commit);
        self.session.look();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::{
        instance::{LEARNED, project::version::FIRST_PRESET},
        preset::file,
        realtime::wires,
        separator::LatencyMode,
    };
    use std::cell::Cell;

    const LIVE: StreamFormat = StreamFormat { sample_rate: 44_100.0, mode: LatencyMode::Live, offline: false };

    /// A main half whose worker has ended: what the activation itself does is seen undisturbed.
    fn main_half() -> MainHalf {
        let (mut half, _) = MainHalf::new(Arc::default(), wires::connect().1);
        half._worker = None;
        half
    }

    fn project(title: &str) -> StoredPreset {
        StoredPreset::pack(title, &file::from_bytes(LEARNED, "the learned preset").unwrap()).unwrap()
    }

    #[test]
    fn without_a_model_the_input_passes_with_the_same_latency_at_rates_that_there_are() {
        let half = main_half();
        let playing = half.activate(LIVE, 2, || {}).unwrap().model.layout().latency_samples();
        let passing = half.activate_passing(LIVE, 2, || {}).unwrap();
        assert_eq!(passing.model.layout().latency_samples(), playing);
        assert!(half.playback.snapshot().stream.is_none(), "nothing is learned from it");
        assert!(half.activate_passing(StreamFormat { sample_rate: f64::NAN, ..LIVE }, 2, || {}).is_err());
    }

    #[test]
    fn an_activation_takes_up_what_a_project_has_brought() {
        let half = main_half();
        half.playback.bring(project("Brought"));
        let activated = half.activate(LIVE, 2, || {}).unwrap();
        assert_eq!(activated.model.layout().sample_rate, 44_100.0);
        let now = half.playback.snapshot();
        assert_eq!((now.version.title(), now.arrived, now.projects), ("Brought", None, 1));
        assert!(now.stream.is_some_and(|stream| Arc::ptr_eq(&stream.capture, &activated.capture)));
    }

    #[test]
    fn an_activation_for_which_no_model_can_be_built_changes_nothing() {
        let half = main_half();
        half.playback.bring(project("Brought"));
        let before = half.playback.snapshot();
        let committed = Cell::new(false);
        // At the highest of these, the last seconds of sound alone would take 100 GB.
        for sample_rate in [10.0, 0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            let outcome = half.activate(StreamFormat { sample_rate, ..LIVE }, 2, || committed.set(true));
            assert!(matches!(outcome, Err(WorkerError::NoModel { .. })) && !committed.get(), "{sample_rate}");
        }
        let after = half.playback.snapshot();
        assert!(Arc::ptr_eq(&before.version, &after.version) && after.arrived.is_some() && after.stream.is_none());
        assert_eq!((before.activation, before.projects), (after.activation, after.projects));
    }

    #[test]
    fn a_project_that_cannot_be_read_does_not_keep_the_plugin_from_playing() {
        let half = main_half();
        let damaged = StoredPreset { file: "%".to_owned(), ..project("Damaged") };
        half.playback.bring(damaged.clone());
        half.activate(LIVE, 2, || {}).unwrap();
        assert!(matches!(half.session.message(), Message::Failed(sentence) if sentence.contains("Damaged")));
        assert_eq!(half.playback.version().title(), FIRST_PRESET);
        assert_eq!(half.playback.stored(), damaged, "it is stored again as it came");
    }

    #[test]
    fn a_project_that_arrives_while_a_model_is_built_is_taken_up_all_the_same() {
        let half = main_half();
        let seen = half.playback.snapshot();
        let (version, built, _) = half.build(&seen, LIVE).unwrap();
        half.playback.bring(project("Brought"));
        let stream = Stream { format: LIVE, capture: Arc::new(Capture::new(44_100.0, 2)), number: 1 };
        let outcome = half.playback.activate(&seen, version, stream, built.adapter, || {});
        assert_eq!(outcome, Err(Refused::Superseded));
        half.activate(LIVE, 2, || {}).unwrap();
        assert_eq!(half.playback.version().title(), "Brought");
    }
}
