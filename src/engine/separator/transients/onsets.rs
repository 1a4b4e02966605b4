//! Finds onsets in the input: instants at which its high frequencies become louder all at once.
//!
//! Energies are those of the differences between neighbouring samples, in short blocks. That weighs high frequencies
//! more, in which a hit stands out from sustained notes.

/// Length of a block, in milliseconds.
const BLOCK_MS: f64 = 1.45;
/// Number of blocks before a pair of blocks that the pair is compared with: 17 ms, the longest period of a bass that
/// shall not look like a series of onsets.
const PAST_BLOCKS: usize = 12;
/// How many times the mean energy of the past a pair of blocks has at an onset.
const RISE: f32 = 6.0;
/// If the first block of the pair alone has this many times the mean energy of the past, the onset is in it.
const FIRST_RISE: f32 = 3.0;
/// Least energy of an onset, relative to the loudest pair of blocks so far, which fades with this time constant.
const LEAST: f32 = 0.005;
const LOUDEST_SECONDS: f64 = 0.7;
/// Shortest distance between onsets, in milliseconds.
const GAP_MS: f64 = 12.0;

/// Finds the onsets of one stream, hop by hop. Allocates nothing after construction.
pub(super) struct OnsetDetector {
    hop: usize,
    /// Number of blocks in a hop.
    blocks: usize,
    gap: usize,
    /// The last sample of each channel.
    last: Vec<f32>,
    /// Mean energies of the last blocks, newest first.
    energies: [f32; PAST_BLOCKS + 1],
    loudest: f32,
    loudest_kept: f32,
    /// Number of samples from the last onset to the end of the last hop.
    pub(super) age: usize,
}

impl OnsetDetector {
    pub(super) fn new(sample_rate: f64, hop: usize, channels: usize) -> Self {
        let samples = |ms: f64| sample_rate * ms * 1e-3;
        let blocks = ((hop as f64 / samples(BLOCK_MS)).round() as usize).clamp(1, hop);
        let seconds = hop as f64 / blocks as f64 / sample_rate;
        Self {
            hop,
            blocks,
            gap: samples(GAP_MS) as usize,
            last: vec![0.0; channels],
            energies: [0.0; PAST_BLOCKS + 1],
            loudest: 0.0,
            loudest_kept: (-seconds / LOUDEST_SECONDS).exp() as f32,
            age: usize::MAX,
        }
    }

    pub(super) fn reset(&mut self) {
        self.last.fill(0.0);
        self.energies.fill(0.0);
        self.loudest = 0.0;
        self.age = usize::MAX;
    }

    /// Takes the newest hop, `[channel][sample]`. Whether there is an onset in it, or in the last block before.
    pub(super) fn detect<'a>(&mut self, hops: impl Iterator<Item = &'a [f32]> + Clone) -> bool {
        self.age = self.age.saturating_add(self.hop);
        let mut found = false;
        for block in 0..self.blocks {
            let (start, end) = (block * self.hop / self.blocks, (block + 1) * self.hop / self.blocks);
            let mut energy = 0.0;
            for (hop, last) in hops.clone().zip(&mut self.last) {
                for sample in &hop[start..end] {
                    energy += (sample - *last).powi(2);
                    *last = *sample;
                }
            }
            if let Some(blocks_back) = self.take(energy / (end - start) as f32) {
                let age = self.hop - start + blocks_back * (end - start);
                if self.age.saturating_sub(age) > self.gap {
                    self.age = age;
                    found = true;
                }
            }
        }
        found
    }

    /// Takes the next block's energy. How many blocks ago an onset began, if there is one.
    fn take(&mut self, energy: f32) -> Option<usize> {
        let first = self.energies[0];
        let past = self.energies[1..].iter().sum::<f32>() / PAST_BLOCKS as f32;
        let pair = 0.5 * (first + energy);
        self.energies.copy_within(..PAST_BLOCKS, 1);
        self.energies[0] = energy;
        self.loudest = pair.max(self.loudest * self.loudest_kept);
        let is_onset = pair > RISE * past && pair > LEAST * self.loudest;
        is_onset.then_some(usize::from(first > FIRST_RISE * past))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: usize = 512;

    /// Positions of the onsets in `samples`, in samples from their start.
    fn onsets(samples: &[f32]) -> Vec<usize> {
        let mut detector = OnsetDetector::new(44_100.0, HOP, 1);
        let mut found = Vec::new();
        for (n, hop) in samples.chunks_exact(HOP).enumerate() {
            if detector.detect([hop].into_iter()) {
                found.push((n + 1) * HOP - detector.age);
            }
        }
        found
    }

    fn tone(hz: f32) -> Vec<f32> {
        (0..40 * HOP).map(|n| 0.3 * (std::f32::consts::TAU * hz * n as f32 / 44_100.0).sin()).collect()
    }

    fn with_hit(mut samples: Vec<f32>, at: usize, peak: f32) -> Vec<f32> {
        let hit = (0..1_000).map(|n| peak * (-n as f32 / 300.0).exp() * if n % 2 == 0 { 1.0 } else { -1.0 });
        samples[at..].iter_mut().zip(hit).for_each(|(sample, hit)| *sample += hit);
        samples
    }

    #[test]
    fn a_hit_is_found_within_a_block_of_where_it_is_at_any_level() {
        for at in [9_300, 9_728, 10_239, 10_300] {
            for level in [1e-6, 1.0, 1e4] {
                let mut samples = with_hit(tone(80.0), at, 0.2);
                samples.iter_mut().for_each(|sample| *sample *= level);
                let found = onsets(&samples);
                // The tone itself begins with the stream.
                assert!(matches!(found[..], [0..64, hit] if hit.abs_diff(at) <= 64), "{found:?} for {at}");
            }
        }
    }

    #[test]
    fn steady_sound_and_silence_have_no_onset_but_their_beginning() {
        assert!(onsets(&vec![0.0; 40 * HOP]).is_empty());
        for hz in [60.0, 440.0, 5_000.0] {
            assert_eq!(onsets(&tone(hz)).len(), 1, "{hz} Hz");
        }
    }

    #[test]
    fn a_hit_far_below_the_last_one_is_none() {
        let faint = with_hit(with_hit(vec![0.0; 40 * HOP], 5_000, 0.5), 12_000, 0.01);
        assert_eq!(onsets(&faint).len(), 1);
        let soft = with_hit(with_hit(vec![0.0; 40 * HOP], 5_000, 0.5), 12_000, 0.1);
        assert_eq!(onsets(&soft).len(), 2);
    }
}
