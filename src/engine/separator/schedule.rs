//! The work of a frame, divided into steps, so that it can be spread evenly over the following hop.
//!
//! Which steps are due depends on the number of samples that have arrived, not on the host's block size.

use super::{controls::SmoothedControls, transients::Division};
use crate::preset::MAX_SOURCES;

/// A step of a frame's work: at most one transform, or the activations of one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The spectrum of a channel.
    Analyse(usize),
    /// Keeps the masks of the frame before, for what lies before an onset.
    KeepMasks,
    /// The spectrum of what lies before an onset, of a channel.
    AnalyseBefore(usize),
    /// The evidence of the model that plays.
    Hear,
    /// The evidence of the model that fades in.
    HearRising,
    /// The activations of the model that plays.
    Solve,
    /// The activations of the model that fades in.
    SolveRising,
    /// The masks of the model that plays.
    Mask,
    /// The masks of the model that fades in.
    MaskRising,
    /// What cuts muted sources out before an onset.
    MuteBefore,
    /// A source's gain-weighted mask before an onset.
    WeighBefore(usize),
    /// What lies before an onset in a channel of a source's own output.
    PlaySourceBefore(usize, usize),
    /// The gain-weighted mask of the main output before an onset.
    WeighMainBefore,
    /// What lies before an onset in a channel of the main output.
    PlayMainBefore(usize),
    /// What cuts muted sources out.
    Mute,
    /// A source's gain-weighted mask and its level.
    Weigh(usize),
    /// A channel of a source's own output.
    PlaySource(usize, usize),
    /// The gain-weighted mask of the main output.
    WeighMain,
    /// A channel of the main output.
    PlayMain(usize),
    /// Finishes levels and fades.
    Finish,
}

/// What determines the steps of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) channels: usize,
    /// Whether a second model fades in.
    pub(super) fading: bool,
    /// Whether there is evidence for the model that plays and for the one that fades in.
    pub(super) hearing: [bool; 2],
    pub(super) division: Division,
    /// Whether a source is muted.
    pub(super) mutes: bool,
    /// Number of sources, and those of them whose own outputs are played.
    pub(super) sources: usize,
    pub(super) listened: &'a [bool],
}

/// The steps of a frame, and how many of them are done.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    steps: Vec<Step>,
    done: usize,
    /// The smoothed controls at the beginning of the frame.
    pub(super) before: SmoothedControls,
}

impl Schedule {
    /// No work yet, with memory for the longest list of steps.
    pub(super) fn idle(channels: usize, levels: SmoothedControls) -> Self {
        let most = 2 * channels + 9 + MAX_SOURCES * 2 * (1 + channels) + 2 * (1 + channels) + 1;
        Self { steps: Vec::with_capacity(most), done: 0, before: levels }
    }

    /// Begins the work of the next frame.
    pub(super) fn begin(&mut self, work: Work<'_>, before: SmoothedControls) {
        let Work { channels, fading, hearing, division, mutes, sources, listened } = work;
        let is_divided = division != Division::Whole;
        self.steps.clear();
        self.done = 0;
        self.before = before;
        self.steps.extend((division == Division::First).then_some(Step::KeepMasks));
        self.steps.extend((0..channels).map(Step::Analyse));
        self.steps.extend((0..channels).filter(|_| is_divided).map(Step::AnalyseBefore));
        self.steps.extend(hearing[0].then_some(Step::Hear));
        self.steps.extend(hearing[1].then_some(Step::HearRising));
        self.steps.push(Step::Solve);
        self.steps.extend(fading.then_some(Step::SolveRising));
        self.steps.push(Step::Mask);
        self.steps.extend(fading.then_some(Step::MaskRising));
        let is_listened = |source: &usize| listened.get(*source).copied().unwrap_or(false);
        if is_divided {
            self.steps.extend(mutes.then_some(Step::MuteBefore));
            for source in (0..sources).filter(is_listened) {
                self.steps.push(Step::WeighBefore(source));
                self.steps.extend((0..channels).map(|channel| Step::PlaySourceBefore(source, channel)));
            }
            self.steps.push(Step::WeighMainBefore);
            self.steps.extend((0..channels).map(Step::PlayMainBefore));
        }
        self.steps.extend(mutes.then_some(Step::Mute));
        for source in 0..sources {
            self.steps.push(Step::Weigh(source));
            if is_listened(&source) {
                self.steps.extend((0..channels).map(|channel| Step::PlaySource(source, channel)));
            }
        }
        self.steps.push(Step::WeighMain);
        self.steps.extend((0..channels).map(Step::PlayMain));
        self.steps.push(Step::Finish);
    }

    /// The next step that is due after `filled` of `hop` samples, if any.
    pub(super) fn next_due(&mut self, filled: usize, hop: usize) -> Option<Step> {
        let due = (self.steps.len() * filled).div_ceil(hop.max(1));
        let step = *self.steps.get(self.done).filter(|_| self.done < due)?;
        self.done += 1;
        Some(step)
    }

    /// Drops the remaining steps.
    pub(super) fn abandon(&mut self) {
        self.steps.clear();
        self.done = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::separator::Controls;

    #[test]
    fn steps_are_spread_over_the_hop_and_done_at_its_end() {
        let levels = SmoothedControls::of(&Controls::default());
        let mut schedule = Schedule::idle(2, levels);
        let capacity = schedule.steps.capacity();
        let work = Work {
            channels: 2,
            fading: true,
            hearing: [true; 2],
            division: Division::First,
            mutes: true,
            sources: MAX_SOURCES,
            listened: &[true; MAX_SOURCES],
        };
        schedule.begin(work, levels);
        assert_eq!(schedule.steps.capacity(), capacity, "nothing is allocated on the way");
        let total = schedule.steps.len();
        let mut done = 0;
        for filled in (32..=512).step_by(32) {
            let mut at_once = 0;
            while schedule.next_due(filled, 512).is_some() {
                at_once += 1;
            }
            assert!(at_once <= total / 16 + 1, "{at_once} of {total} at {filled}");
            done += at_once;
        }
        assert_eq!(done, total);
    }
}
