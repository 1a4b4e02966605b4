//! What becomes of takes, tasks and what was learned from when the worker changes the preset.

use super::{FinishedJob, Learning, Take};
use crate::{instance::project::version::Version, learner::adaptive::StripMoves, preset::MAX_SOURCES};

impl Learning {
    /// The worker itself has changed the preset, to that of `version`: what was begun goes on. With another source on
    /// `strip`, what that was learned from is of no use any more, nor what is being learned for it.
    pub fn follow(&mut self, version: &Version, strip: Option<usize>) {
        self.keep_taught();
        self.preset = Some(version.preset.clone());
        let Some(strip) = strip.filter(|strip| *strip < MAX_SOURCES) else { return };
        self.taught.forget(strip);
        self.finished.take_if(|finished| finished.strip == strip);
        self.tasks.forget(strip);
        self.job.take_if(|job| job.strip == strip);
        if let Some(job) = &mut self.job {
            job.moves = job.moves.then_replaced(strip);
        }
    }

    /// The same, where the sources have gone where `moves` says: what was begun for it goes on there.
    pub fn follow_moves(&mut self, version: &Version, moves: &StripMoves) {
        self.keep_taught();
        self.preset = Some(version.preset.clone());
        let moved = |strip: usize| moves.destination(strip);
        self.take = self.take.take().and_then(|take| Some(Take { strip: moved(take.strip)?, ..take }));
        self.tasks.follow_moves(moves);
        self.taught.follow_moves(moved);
        self.finished = self.finished.take().and_then(|job| Some(FinishedJob { strip: moved(job.strip)?, ..job }));
        match self.job.as_mut().map(|job| (moved(job.strip), job)) {
            None => {}
            Some((None, _)) => self.job = None,
            Some((Some(strip), job)) => {
                job.strip = strip;
                job.moves = job.moves.then(moves);
            }
        }
    }
}
