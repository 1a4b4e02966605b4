//! When recognised sources learn, and how far what they have learned is believed.
//!
//! Their bases are learned afresh from the whole memory, at first after a second of sound, then ever more rarely, and
//! stay as they are in between: bases that go on learning drift. Later on they stay also where new ones explain the
//! memory no better.

use super::{
    memory::{MOST_FRAMES, Memory, STRIDE_SECONDS},
    seeding::Seeding,
    setup::{Freedom, scale_to},
};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use std::ops::Range;

/// Default number of bases of a recognised source.
pub const RECOGNISED_COMPONENTS: usize = 12;
/// Seconds of sound before the first bases are learned; each time after that, half as many again.
const FIRST_SECONDS: f64 = 1.0;
/// Longest time between two, in seconds.
const LONGEST_SECONDS: f64 = 4.0;
/// Passes over the memory, and passes in which only the activations of the bases of before are found.
const PASSES: usize = 15;
const CHECKING_PASSES: usize = 8;
/// Seconds of sound from which on bases stay unless new ones lower the divergence by this factor.
const SETTLED_SECONDS: f64 = 8.0;
const BETTER: f32 = 1.05;
/// Seconds of sound from which on the bases are believed a little, and those from which on they are believed fully.
const BELIEVED_SECONDS: Range<f64> = 0.5..2.0;

/// The recognised sources, and when they learn next. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct RecognisedSources {
    /// The components of each source, and whose evidence constrains them.
    sources: Vec<(Range<usize>, u8)>,
    seeding: Seeding,
    /// Number of frames heard, and the number at which they learn next.
    fed: usize,
    due: usize,
    /// Number of frames that the bases were learned from: with less in the memory they stay.
    learned_from: usize,
    /// How often they have learned.
    learned: u64,
    width: usize,
    /// The bases of before, and what each is multiplied by. `[K, B]`
    before: Vec<f32>,
    gathered: Vec<f32>,
}

/// What does not change of the components.
pub(super) struct Shapes<'a> {
    /// The bases at the start, `[K, B]`, and their sums, `[K]`.
    pub(super) first: &'a [f32],
    pub(super) sums: &'a [f32],
    /// Divisor of an activation in each pass, `[K]`.
    pub(super) costs: &'a [f32],
}

impl RecognisedSources {
    /// The recognised sources among the components of `freedom`, `owners` and `groups`, `[K]`, whose bases were learned
    /// from `fed` frames; `None` if there are none. Frames have `width` bands.
    pub(super) fn new(freedom: &[Freedom], owners: &[u8], groups: &[u8], width: usize, fed: usize) -> Option<Self> {
        let mut sources: Vec<(Range<usize>, u8)> = Vec::new();
        for k in (0..groups.len()).filter(|&k| freedom[k] == Freedom::Recognised) {
            match sources.last_mut() {
                Some((components, _)) if components.end == k && owners[k] == owners[k - 1] => components.end = k + 1,
                _ => sources.push((k..k + 1, groups[k])),
            }
        }
        (!sources.is_empty()).then(|| Self {
            sources,
            seeding: Seeding::new(width, MOST_FRAMES),
            fed,
            due: next_after(fed),
            learned_from: fed.min(MOST_FRAMES),
            learned: 0,
            width,
            before: vec![0.0; freedom.len() * width],
            gathered: vec![0.0; freedom.len() * width],
        })
    }

    /// Back to bases that were learned from `fed` frames.
    pub(super) fn rewind(&mut self, fed: usize) {
        (self.fed, self.due, self.learned_from, self.learned) = (fed, next_after(fed), fed.min(MOST_FRAMES), 0);
    }

    /// Hears another frame.
    pub(super) fn hear(&mut self) {
        self.fed += 1;
    }

    /// Learns `bases`, `[K, B]`, afresh from `memory`, if that is due and the memory holds as much as they were learned
    /// from; `true` if they have changed.
    pub(super) fn learn(&mut self, memory: &mut Memory, bases: &mut [f32], shapes: &Shapes<'_>) -> bool {
        let needed = self.learned_from.max(next_after(0)).min(memory.most());
        if self.fed < self.due || memory.count() < needed {
            return false;
        }
        self.due = next_after(self.fed);
        self.learned_from = memory.count();
        // The same stream gives the same sound.
        let mut rng = Pcg64Mcg::seed_from_u64(self.learned);
        self.learned += 1;
        let is_settled = self.heard_seconds() >= SETTLED_SECONDS;
        let divergence_before = if is_settled {
            (0..CHECKING_PASSES).for_each(|_| memory.update_activations(bases, shapes.costs));
            memory.divergence(bases)
        } else {
            f32::INFINITY
        };
        self.before.copy_from_slice(bases);
        for (components, group) in &self.sources {
            let own = &mut bases[components.start * self.width..components.end * self.width];
            memory.seed_bases(components.clone(), *group, &mut self.seeding, &mut rng, own);
        }
        (0..PASSES).for_each(|_| self.pass(memory, bases, shapes));
        let is_better = !is_settled || memory.divergence(bases) * BETTER < divergence_before;
        if !is_better {
            bases.copy_from_slice(&self.before);
            (0..CHECKING_PASSES).for_each(|_| memory.update_activations(bases, shapes.costs));
        }
        is_better
    }

    /// Updates the activations, then the bases of the recognised sources.
    fn pass(&mut self, memory: &mut Memory, bases: &mut [f32], shapes: &Shapes<'_>) {
        memory.update_activations(bases, shapes.costs);
        memory.gather_bases(bases, &mut self.gathered);
        for k in self.sources.iter().flat_map(|(components, _)| components.clone()) {
            let own = k * self.width..(k + 1) * self.width;
            let basis = &mut bases[own.clone()];
            basis.iter_mut().zip(&self.gathered[own.clone()]).for_each(|(w, n)| *w *= n);
            scale_to(basis, shapes.sums[k], &shapes.first[own]);
        }
    }

    /// How many times bases were learned, whether or not they were taken.
    pub(super) fn attempts(&self) -> u64 {
        self.learned
    }

    fn heard_seconds(&self) -> f64 {
        self.fed as f64 * STRIDE_SECONDS
    }

    /// How far the bases are to be believed by now, 0 to 1.
    pub(super) fn trust(&self) -> f32 {
        let Range { start, end } = BELIEVED_SECONDS;
        let heard_seconds = self.heard_seconds();
        if heard_seconds < FIRST_SECONDS { 0.0 } else { ((heard_seconds - start) / (end - start)).min(1.0) as f32 }
    }
}

/// The number of frames heard at which bases are learned next, after `fed` frames.
fn next_after(fed: usize) -> usize {
    let frames = |seconds: f64| (seconds / STRIDE_SECONDS) as usize;
    let mut due = frames(FIRST_SECONDS);
    while due <= fed {
        due += (due / 2).clamp(1, frames(LONGEST_SECONDS));
    }
    due
}
