//! A preset of the library that is heard while somebody points at it, with the knobs as they stand.
//!
//! Only a model of it goes to the audio thread, which brings what the preset was tuned to: no parameter moves. What
//! plays stays what plays: it is what a project stores meanwhile, what is undone and edited, and what sounds again
//! afterwards, from what it had learned.

use super::{context::Context, error::WorkerError};
use crate::{
    instance::{
        project::version::Version,
        state::{heard_preset::HeardPreset, summary::Origin},
    },
    learner::adaptive::COMPONENTS,
    preset::{
        Source,
        library::{self, Entry},
    },
};
use std::sync::Arc;

/// What a source that is heard alone is told apart from. No preset can call a source so.
const REST: &str = "all else/";

/// What is heard in the place of what plays, if anything is.
#[derive(Default)]
pub(super) struct Hearing {
    now: Option<HeardBeside>,
}

struct HeardBeside {
    /// Which of the models that were sent is its own: with the next one it is over.
    model: u64,
    /// With the next activation, too.
    activation: u64,
    /// It ends with the window, if there was one.
    has_window: bool,
}

impl Hearing {
    /// Lets the preset of `entry` be heard. While the plugin is not active, or renders offline, nothing happens.
    ///
    /// # Errors
    /// If it cannot be read, no model can be made of it, or a project has come in between. What was heard goes on then.
    pub(super) fn begin(&mut self, entry: Entry, context: &mut Context) -> Result<(), WorkerError> {
        let mut preset = library::load(&entry)?;
        let sources = preset.sources.iter().map(|source| source.name.clone()).collect();
        if preset.sources.len() == 1 {
            // By itself it would be given all that plays.
            preset.sources.push(Source::adaptive(REST, 1, COMPONENTS));
        }
        let version = Version::new(Arc::new(preset), "", entry.name.as_str(), Origin::New);
        if let Some(activation) = context.begin_hearing(&version)? {
            let has_window = context.session.repaint.is_open();
            self.now = Some(HeardBeside { model: context.models_sent, activation, has_window });
            context.session.set_heard_preset(Some(HeardPreset { entry, sources }));
        }
        Ok(())
    }

    /// What plays is heard again.
    ///
    /// # Errors
    /// If no model can be made of it any more, which is never so.
    pub(super) fn end(&mut self, context: &mut Context) -> Result<(), WorkerError> {
        let Some(now) = self.now.take() else { return Ok(()) };
        context.session.set_heard_preset(None);
        if now.is_over(context) {
            return Ok(());
        }
        match context.end_hearing() {
            // What has come in between brings its own model.
            Ok(()) | Err(WorkerError::Superseded) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes notice of what has ended it.
    pub(super) fn poll(&mut self, context: &mut Context) -> Result<(), WorkerError> {
        let has_ended =
            |now: &HeardBeside| now.is_over(context) || now.has_window && !context.session.repaint.is_open();
        if self.now.as_ref().is_some_and(has_ended) { self.end(context) } else { Ok(()) }
    }
}

impl HeardBeside {
    /// Whether something else has taken its place.
    fn is_over(&self, context: &Context) -> bool {
        self.model != context.models_sent || self.activation != context.playback.snapshot().activation
    }
}
