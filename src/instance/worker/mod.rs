//! The worker: one thread per instance that carries out commands, reads presets, builds models, learns.
//!
//! Everything below this folder runs on that thread alone (learning jobs have threads of their own, see [`learning`]).
//!
//! - [`context`]: what every part works with. [`error`]: every sentence about what went wrong.
//! - [`presets`]: which preset plays, and the library. [`preset_settings`]: what it sets. [`sources`]: which sources it
//!   has.
//! - `ranking`: how well each preset fits what was heard. `hearing`: a preset that is heard and does not play.
//! - [`preferences`]: what a person has chosen for every instance.
//! - [`marking`]: marks on a frozen stretch. [`learning`]: takes and learning jobs. [`adaptation`]: what follows the
//!   mixture.
//! - [`undo_history`] remembers what was done, [`undoing`] carries out what is undone.
//! - [`thread`]: the thread, and when it sleeps.

pub mod adaptation;
pub mod context;
pub mod error;
mod hearing;
pub mod learning;
pub mod marking;
pub mod preferences;
pub mod preset_settings;
pub mod presets;
mod ranking;
pub mod sources;
pub mod thread;
pub mod undo_history;
pub mod undoing;

use super::{
    command::{Command, SentCommand, UndoCommand},
    project::{playback::Basis, stored_preset::StoredPreset, version::Version},
    repaint::SoundWatch,
    state::{message::Message, summary::Summary},
};
use crate::preset::library::Entry;
use adaptation::Adapters;
use context::Context;
use error::WorkerError;
use hearing::Hearing;
use learning::Learning;
use marking::StretchMarking;
use ranking::Ranking;
use std::{sync::Arc, time::Duration};
use undo_history::UndoHistory;

/// Time between two looks at the audio thread while something depends on it.
const BUSY: Duration = Duration::from_millis(25);
/// The same while the host plays and nothing is expected but a Learn switch that it may turn.
const IDLE: Duration = Duration::from_millis(200);
/// The same while the plugin is active and the host does not play.
const STOPPED: Duration = Duration::from_secs(1);

/// The worker, whatever thread it runs on.
pub struct Worker {
    context: Context,
    learning: Learning,
    marking: StretchMarking,
    adapters: Adapters,
    ranking: Ranking,
    hearing: Hearing,
    sound: SoundWatch,
    /// What next and previous tried last, and what played then: they go on from there, be it playable or not.
    tried: Option<(Entry, Arc<Summary>)>,
    /// As in [`Snapshot::projects`](super::project::playback::Snapshot::projects): whose undo history this is.
    projects: u64,
}

impl Worker {
    /// A worker that has done nothing yet.
    pub fn new(context: Context) -> Self {
        Self {
            context,
            learning: Learning::default(),
            marking: StretchMarking::default(),
            adapters: Adapters::default(),
            ranking: Ranking::default(),
            hearing: Hearing::default(),
            sound: SoundWatch::default(),
            tried: None,
            projects: 0,
        }
    }

    /// Carries out what was sent, unless it is about what played before a project came.
    pub fn receive(&mut self, sent: SentCommand) {
        self.take_up_project();
        if sent.projects == self.projects || !sent.command.is_about_what_plays() {
            return self.carry_out(sent.command);
        }
        // A knob that was moved is forgotten in silence: so is the history that it was for.
        if !matches!(sent.command, Command::Undo(UndoCommand::Moved(_))) {
            self.context.say_failed(&WorkerError::Superseded);
        }
    }

    /// Carries out `command` and says what came of it.
    pub fn serve(&mut self, command: Command) {
        self.take_up_project();
        self.carry_out(command);
    }

    /// The same for what plays: a project that arrives from here on refuses what is done to another.
    fn carry_out(&mut self, command: Command) {
        let done = match command {
            Command::Preset(command) => self.serve_preset(command),
            Command::Library(command) => self.serve_library(command),
            Command::Source(command) => self.serve_source(command),
            Command::Learn(command) => self.learning.serve(command, &mut self.context),
            Command::Adaptation(command) => self.adapters.serve(command, &mut self.context, &mut self.learning),
            Command::Mark(command) => self.marking.serve(command, &mut self.context, &mut self.learning),
            Command::Undo(command) => self.serve_undo(command),
            Command::SetPreferences(preferences) => self.set_preferences(preferences),
            Command::ReadPreferences => {
                self.read_preferences();
                Ok(())
            }
            Command::DismissMessage => {
                self.context.say(Message::None);
                Ok(())
            }
            Command::Look => Ok(()),
            #[cfg(test)]
            Command::Panic => panic!("as asked"),
        };
        if let Err(error) = done {
            self.context.say_failed(&error);
        }
    }

    /// Takes up what the host and the audio thread have left since the last call; gives the time after which to look
    /// again, if nobody calls before: none if there is nothing to wait for.
    pub fn look(&mut self) -> Option<Duration> {
        self.take_up_project();
        self.learning.poll(&mut self.context);
        self.marking.poll(&mut self.context);
        self.adapters.poll(&mut self.context);
        if let Err(error) = self.hearing.poll(&mut self.context) {
            self.context.say_failed(&error);
        }
        self.ranking.poll(&self.context);
        self.context.models.free_retired();
        if self.context.session.meters.take_failure() {
            self.context.say_failed(&WorkerError::SeparationFailed);
        }
        self.show_undo();
        if self.sound.notice(&self.context.session.meters) {
            self.context.session.repaint.request();
        }
        let message = self.context.end_message();
        [message, self.patience()].into_iter().flatten().min()
    }

    /// How long the audio thread can be left alone.
    fn patience(&self) -> Option<Duration> {
        // Only a command comes before the next preset.
        if self.ranking.is_busy() {
            return Some(Duration::ZERO);
        }
        let is_active = self.context.playback.snapshot().stream.is_some();
        let is_watched = is_active && self.context.session.repaint.is_open();
        let is_adapting = is_active && self.adapters.any() && self.sound.plays();
        if self.learning.is_busy() || is_watched || is_adapting {
            return Some(BUSY);
        }
        is_active.then_some(if self.sound.plays() { IDLE } else { STOPPED })
    }

    /// Something panicked: drops what was begun, so that it is not met again, and says so.
    fn abandon(&mut self) {
        self.learning.abandon();
        self.marking.release(&self.context);
        self.adapters.abandon();
        self.ranking = Ranking::default();
        if let Some(stored) = self.context.playback.snapshot().arrived {
            self.keep_unplayable(&stored, &WorkerError::Panicked);
        }
        self.context.say_failed(&WorkerError::Panicked);
    }

    /// Plays what a project has brought. Its knobs came with the parameters. The undo history begins anew.
    fn take_up_project(&mut self) {
        while let Some(stored) = self.context.playback.snapshot().arrived {
            let (version, lost) = match Version::from_project(&stored) {
                Ok(read) => read,
                Err(error) => {
                    self.keep_unplayable(&stored, &error.into());
                    continue;
                }
            };
            match self.context.play(Basis::Project(&stored), version) {
                Ok(_) => {
                    self.context.say(Message::None);
                    if let Some(lost) = lost {
                        self.context.say_failed(&WorkerError::AdaptiveStateLost(lost));
                    }
                }
                // An activation has taken it up, or another has arrived.
                Err(WorkerError::Superseded) => {}
                Err(error) => self.keep_unplayable(&stored, &error),
            }
        }
        let projects = self.context.playback.snapshot().projects;
        if projects != self.projects {
            self.projects = projects;
            // It may have come with another latency mode, which the host hears of when it comes for parameters.
            self.context.params.ask_host();
            self.context.history = UndoHistory::default();
            self.learning.follow_playback(&mut self.context);
        }
    }

    /// What a project has brought cannot be played: it is stored again as it came, and what plays goes on.
    fn keep_unplayable(&mut self, stored: &Arc<StoredPreset>, error: &WorkerError) {
        let version = self.context.playback.version().keeping(stored.clone());
        if self.context.playback.replace(Basis::Project(stored), Arc::new(version), None, || {}).is_ok() {
            self.context.say_failed(error);
        }
    }
}

#[cfg(test)]
mod tests;
