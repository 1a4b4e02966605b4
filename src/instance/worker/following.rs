//! The worker's part that decides which sources follow the mixture: adaptive, drifting, kept as they are, shared anew.

use super::{Desk, adapting::Adapters};
use crate::instance::{
    session::Activity,
    state::summary::{Origin, Summary},
};
use crate::{
    learner::{adapted::Adapted, adaptive::COMPONENTS},
    preset::{Cue, Preset, Source, file},
};
use std::sync::Arc;

/// Number of bases of each source that nobody taught: more of them fall to the wrong one.
const UNSUPERVISED_COMPONENTS: usize = 8;

impl Desk {
    pub(super) fn make_adaptive(&self, strip: usize) -> Option<Arc<Preset>> {
        self.change_source(strip, |source| source.make_adaptive(COMPONENTS))
    }

    pub(super) fn let_drift(&self, strip: usize, drift: bool) -> Option<Arc<Preset>> {
        self.change_source(strip, |source| source.set_drift(drift))
    }

    pub(super) fn keep(&self, strip: usize) -> Option<Arc<Preset>> {
        let adapted = self.stage.lock().adapted.clone();
        let is_adaptive = self.stage.lock().preset.sources.get(strip).is_some_and(Source::is_adaptive);
        let Some(kept) = adapted.of(strip).filter(|_| is_adaptive) else {
            let sentence = "there is nothing to keep yet: let the mixture play, then keep what the source has become";
            self.session.set_activity(Activity::Failed(sentence.to_owned()));
            return None;
        };
        self.change_source(strip, |source| source.keep(kept.dictionary.clone()))
    }

    pub(super) fn group_by(&self, cue: Cue) -> Option<Arc<Preset>> {
        let mut preset = Preset::clone(&self.stage.lock().preset.clone());
        preset.grouping = cue;
        // Also by the same cue: what was given by hand is shared anew.
        let mut adapted = Adapted { grouped_by: None, ..Adapted::clone(&self.stage.lock().adapted) };
        adapted.sources.iter_mut().for_each(|source| source.pinned.fill(false));
        self.change_to(preset, adapted, None)
    }

    /// Lets all that follow the mixture begin again.
    pub(super) fn begin_again(&self, adapters: &mut Adapters) {
        let before = self.version().apart();
        adapters.reset(self);
        self.record_step(before, "what follows began again");
    }

    pub(super) fn give(&self, component: usize, strip: usize, adapters: &mut Adapters) {
        let before = self.version().apart();
        if adapters.give(component, strip, self) {
            self.record_step(before, "base given to another strip");
        } else {
            let sentence = "this component stays where it is: it is its source's last, or nothing plays live just now";
            self.session.set_activity(Activity::Failed(sentence.to_owned()));
        }
    }

    /// Plays `count` adaptive sources, which nobody taught anything.
    pub(super) fn take_apart(&self, count: usize) {
        let preset = Preset::unsupervised(count, UNSUPERVISED_COMPONENTS);
        match file::to_bytes(&preset) {
            Ok(bytes) => {
                let title = format!("{} parts", preset.sources.len());
                let describe = |preset: &Preset| Summary { changed: true, ..Summary::new(title, Origin::New, preset) };
                self.begin_with(preset, &bytes, describe);
            }
            Err(error) => self.session.set_activity(Activity::Failed(error.to_string())),
        }
    }
}
