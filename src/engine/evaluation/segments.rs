//! Segments of signals, each decomposed as if nothing came before and after it. They may overlap: the samples that they
//! wait for are kept once for all of them.

use super::{
    decomposition::FilterBank,
    delays::{PAST, blocks},
    energies::Energies,
};
use std::{collections::VecDeque, ops::Range};

/// Segments of signals that are gone through block by block.
pub(super) struct Segments {
    bank: FilterBank,
    /// The newest samples of all channels, of the references and then of the estimates.
    newest: Vec<Vec<f32>>,
    /// The sample that `newest` begins with.
    first: usize,
    /// Those that have not ended, in the order of their beginnings.
    open: VecDeque<Segment>,
}

struct Segment {
    samples: Range<usize>,
    /// The sample up to which it is decomposed.
    done: usize,
    /// Of each estimate.
    energies: Vec<Energies>,
}

impl Segments {
    pub(super) fn new(bank: FilterBank) -> Self {
        Self { bank, newest: Vec::new(), first: 0, open: VecDeque::new() }
    }

    /// One segment, of all that is added.
    pub(super) fn whole(bank: FilterBank) -> Self {
        let mut segments = Self::new(bank);
        segments.open(0..usize::MAX);
        segments
    }

    /// Begins a segment of these `samples`, none of which was added yet. It begins, and ends, no earlier than those
    /// before it.
    pub(super) fn open(&mut self, samples: Range<usize>) {
        let energies = vec![Energies::default(); self.bank.scored()];
        self.open.push_back(Segment { done: samples.start, samples, energies });
    }

    /// Adds the next samples of all channels, of the references and then of the estimates. Gives the segments that end
    /// with them: the energies of the parts of each estimate.
    pub(super) fn add(&mut self, signals: &[&[f32]]) -> Vec<Vec<Energies>> {
        let mut ended = Vec::new();
        self.newest.resize_with(signals.len(), Vec::new);
        let most = self.bank.block();
        for block in blocks(signals, most) {
            self.newest.iter_mut().zip(block).for_each(|(newest, block)| newest.extend_from_slice(block));
            let now = self.now();
            for segment in &mut self.open {
                while segment.done + most <= now.min(segment.samples.end) {
                    segment.decompose(&self.bank, most, &self.newest, self.first);
                }
            }
            while self.open.front().is_some_and(|segment| segment.samples.end <= now) {
                ended.extend(self.end_first());
            }
            self.drop_samples(now);
        }
        ended
    }

    /// Ends the segments that are longer than the signals.
    pub(super) fn finish(mut self) -> Vec<Vec<Energies>> {
        let now = self.now();
        self.open.iter_mut().for_each(|segment| segment.samples.end = segment.samples.end.min(now));
        std::iter::from_fn(|| self.end_first()).collect()
    }

    /// The sample that comes next.
    fn now(&self) -> usize {
        self.first + self.newest.first().map_or(0, Vec::len)
    }

    fn end_first(&mut self) -> Option<Vec<Energies>> {
        let mut segment = self.open.pop_front()?;
        // Delays and filters reach so far beyond it.
        while segment.done < segment.samples.end + PAST {
            let len = self.bank.block().min(segment.samples.end + PAST - segment.done);
            segment.decompose(&self.bank, len, &self.newest, self.first);
        }
        Some(segment.energies)
    }

    /// Drops what no open segment has to hear again.
    fn drop_samples(&mut self, now: usize) {
        let needed = self.open.iter().map(|segment| segment.done.saturating_sub(PAST)).min().unwrap_or(now).min(now);
        let dropped = needed.saturating_sub(self.first);
        self.newest.iter_mut().for_each(|newest| drop(newest.drain(..dropped)));
        self.first += dropped;
    }
}

impl Segment {
    /// Decomposes the next `len` samples, of which `newest` holds those of the segment, from sample `first` on.
    fn decompose(&mut self, bank: &FilterBank, len: usize, newest: &[Vec<f32>], first: usize) {
        let inside = self.samples.start.max(self.done.saturating_sub(PAST))..self.samples.end.min(self.done + len);
        let silence = inside.start + PAST - self.done;
        let block = |newest: &Vec<f32>| {
            let mut block = vec![0.0; PAST + len];
            let sound = &newest[inside.start - first..inside.end - first];
            block[silence..silence + sound.len()].copy_from_slice(sound);
            block
        };
        bank.decompose(&newest.iter().map(block).collect::<Vec<_>>(), &mut self.energies);
        self.done += len;
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            decomposition::{ProjectedChannels, Projectors, ScoredEstimate},
            delays::Correlations,
        },
        *,
    };

    #[test]
    fn samples_are_kept_once_however_many_segments_are_open() {
        let signal: Vec<f32> = (0..60_000_u32).map(|n| (n * n % 1_009) as f32 / 1_009.0 - 0.5).collect();
        let mut correlations = Correlations::new(1, 1);
        correlations.add(&[&signal], &[&signal]);
        let (projected, lags) = (ProjectedChannels::all(1, 1), correlations.finish());
        let filters = Projectors::new(&lags, &projected.of_source).filters(0, &lags).unwrap();
        let scored = [ScoredEstimate { reference: 0, estimate: 0, filters }];
        let mut segments = Segments::new(FilterBank::new(20_000, 1, &projected, &scored));
        let most = segments.bank.block() + PAST;
        let mut most_open = 0;
        for (index, block) in signal.chunks(2_000).enumerate() {
            for hop in 0..4 {
                let start = index * 2_000 + hop * 500;
                segments.open(start..start + 20_000);
            }
            segments.add(&[block, block]);
            most_open = most_open.max(segments.open.len());
            let kept = segments.newest[0].len();
            assert!(kept <= most, "{kept} samples for {} segments, of at most {most}", segments.open.len());
        }
        assert!(most_open >= 36, "{most_open} segments");
    }
}
