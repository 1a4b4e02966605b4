//! The half of the plugin object that belongs to the host's main thread.

use super::{
    command::Command,
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
    state::{audio_status::AudioStatus, message::Message},
    worker::{Worker, context::Context, error::WorkerError, thread::WorkerThread},
};
use crate::{
    learner::capture::Capture,
    realtime::wires::{WorkerEnd, host_requests::HostRequests},
    separator::{Model, ModelError},
};
use std::sync::Arc;

/// What the main thread owns of an instance.
pub struct MainHalf {
    /// The parameters.
    pub params: Arc<UnbraidParams>,
    /// What the editor reads.
    pub session: Arc<Session>,
    playback: Arc<Playback>,
    /// Ends with the plugin.
    _worker: WorkerThread,
}

/// What an activation gives to the audio thread.
pub struct Activated {
    /// The model that plays first.
    pub model: Box<Model>,
    /// Where to write what is played.
    pub capture: Arc<Capture>,
}

impl MainHalf {
    /// A new instance that plays the first preset, whose worker has `models` for a way to the audio thread. The changes of
    /// parameters are for whoever speaks to the host.
    pub fn new(host: Arc<HostRequests>, models: WorkerEnd) -> (Self, ParamChanges) {
        let playback = Playback::new(Arc::new(Version::first()));
        let (session, commands) = Session::new(playback.clone());
        let params = Arc::new(UnbraidParams::new(playback.clone()).with_options(session.options()));
        let (host_params, changes) = HostParams::new(params.clone());
        let context = Context::new(playback.clone(), session.clone(), host, models, host_params);
        let look = session.commands();
        // After the worker has gone nobody is left to be told.
        playback.on_arrival(move || look.send(Command::Look).unwrap_or_default());
        let worker = WorkerThread::spawn(Worker::new(context), commands, &session);
        (Self { params, session, playback, _worker: worker }, changes)
    }

    /// The plugin becomes active for `channels` channels of a stream of `format`. What a project has brought is taken up. `commit`
    /// runs under the lock of what plays: the audio half forgets models of earlier activations in it.
    ///
    /// Nothing changes before a model is built. If none can be built of what a project has brought, what plays goes on, and
    /// the project's preset is stored again as it came.
    ///
    /// # Errors
    /// If no model can be built of what plays either.
    pub fn activate(
        &self,
        format: StreamFormat,
        channels: usize,
        mut commit: impl FnMut(),
    ) -> Result<Activated, WorkerError> {
        let capture = Arc::new(Capture::new(format.sample_rate, channels));
        loop {
            let seen = self.playback.snapshot();
            let (version, built, message) = self.build(&seen, format)?;
            let stream = Stream { format, capture: capture.clone() };
            let BuiltModel { model, adapter } = built;
            match self.playback.activate(&seen, Arc::new(version), stream, adapter, &mut commit) {
                Ok(()) => {
                    if let Some(message) = message {
                        self.session.set_message(message);
                    }
                    self.session.look();
                    return Ok(Activated { model, capture });
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
    ) -> Result<(Version, BuiltModel, Option<Message>), WorkerError> {
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
            Ok::<_, WorkerError>((version, built, Some(message)))
        };
        brought(stored).or_else(|error| {
            let version = seen.version.recounted().keeping(stored.clone());
            let built = build(&version)?;
            Ok((version, built, Some(Message::Failed(error.to_string()))))
        })
    }

    /// The separator of the activation is ready.
    pub fn show_audio_status(&self, status: AudioStatus) {
        self.session.set_audio_status(status);
    }

    /// The plugin is not active any more; `commit` as for [`Self::activate`].
    pub fn deactivate(&self, commit: impl FnOnce()) {
        self.playback.deactivate(commit);
        self.session.look();
    }
}
