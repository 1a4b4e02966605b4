//! Cuts a recording that comes block by block into the frames that [`sounding_frames`](super::sounding_frames) gives of
//! one in memory, for several modes at once, or draws some of them.

use super::framing::stride;
use crate::{
    nmf::factorization::Frames,
    stft::{Analysis, Bin, LatencyMode, Layout},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A frame in which nothing is louder than this share of the recording's peak is silence: -60 dB.
const SILENCE_RATIO: f32 = 1e-3;

/// A recording that is being cut.
pub struct FrameCutter {
    /// What is to be subtracted from each channel, `[C]`.
    offsets: Vec<f32>,
    /// Samples up to this magnitude are silence.
    floor: f32,
    stride: usize,
    /// Samples that a frame to come needs, by channel, without their offset.
    waiting: Vec<Vec<f32>>,
    modes: Vec<ModeFrames>,
}

/// Where one mode is in the samples that wait.
struct ModeFrames {
    analysis: Analysis,
    spectrum: Vec<Bin>,
    frame_len: usize,
    /// Where its next frame begins.
    next: usize,
    /// Whether it has had a frame.
    has_begun: bool,
    draw: EvenDraw,
}

/// Draws one of each run of `interval` frames, 1 or more, at a random place in it.
struct EvenDraw {
    interval: f64,
    rng: Pcg64Mcg,
    /// Number of runs from which a place was drawn, and the newest of these.
    runs: u64,
    next: u64,
    /// Frames so far.
    seen: u64,
}

impl EvenDraw {
    fn new(interval: f64, seed: u64) -> Self {
        let mut draw = Self { interval, rng: Pcg64Mcg::seed_from_u64(seed), runs: 0, next: 0, seen: 0 };
        draw.go_on();
        draw
    }

    fn go_on(&mut self) {
        let [start, end] = [self.runs, self.runs + 1].map(|run| (run as f64 * self.interval) as u64);
        self.next = self.rng.random_range(start..end);
        self.runs += 1;
    }

    /// Whether the next frame is drawn.
    fn draws(&mut self) -> bool {
        let frame = self.seen;
        self.seen += 1;
        let is_drawn = frame == self.next;
        if is_drawn {
            self.go_on();
        }
        is_drawn
    }
}

impl FrameCutter {
    /// For a recording at `sample_rate` in Hz, whose channels have these means, `[C]`, and which is nowhere louder than
    /// `peak`.
    pub fn new(modes: &[LatencyMode], sample_rate: u32, offsets: &[f32], peak: f32) -> Self {
        let sample_rate = f64::from(sample_rate);
        let mode = |mode: &LatencyMode| {
            let layout = Layout::new(sample_rate, *mode);
            ModeFrames {
                analysis: Analysis::new(&layout.windows.analysis),
                spectrum: vec![Bin::default(); layout.bins()],
                frame_len: layout.windows.frame_len(),
                next: 0,
                has_begun: false,
                draw: EvenDraw::new(1.0, 0),
            }
        };
        Self {
            offsets: offsets.to_vec(),
            floor: peak * SILENCE_RATIO,
            stride: stride(sample_rate),
            waiting: vec![Vec::new(); offsets.len()],
            modes: modes.iter().map(mode).collect(),
        }
    }

    /// The same, but that it draws one of `interval` frames that hold sound, 1 or more, as `seed` says.
    #[must_use]
    pub(super) fn drawing(mut self, interval: f64, seed: u64) -> Self {
        self.modes.iter_mut().for_each(|mode| mode.draw = EvenDraw::new(interval, seed));
        self
    }

    /// Number of frames that held sound so far of the mode at `index`, drawn or not.
    pub(super) fn sounding(&self, index: usize) -> u64 {
        self.modes[index].draw.seen
    }

    /// Takes the next `samples`, indexed by `[channel][sample]`.
    pub(super) fn add(&mut self, samples: &[Vec<f32>]) {
        let done = self.modes.iter().map(|mode| mode.next).min().unwrap_or(0);
        self.modes.iter_mut().for_each(|mode| mode.next -= done);
        for ((waiting, samples), offset) in self.waiting.iter_mut().zip(samples).zip(&self.offsets) {
            waiting.drain(..done.min(waiting.len()));
            waiting.extend(samples.iter().map(|sample| sample - offset));
        }
    }

    /// At the end: a recording that is shorter than a frame is followed by silence.
    pub(super) fn pad(&mut self) {
        let longest = self.modes.iter().filter(|mode| !mode.has_begun).map(|mode| mode.frame_len).max().unwrap_or(0);
        for waiting in &mut self.waiting {
            waiting.resize(waiting.len().max(longest), 0.0);
        }
        // Those that have had frames want no silence.
        self.modes.iter_mut().filter(|mode| mode.has_begun).for_each(|mode| mode.next = usize::MAX / 2);
    }

    /// Appends the next frame of the mode at `index` that holds sound, and is drawn, to `frames`: magnitudes of its
    /// lowest bins, the channels added, 0 at 0 Hz. `false` if it has none yet.
    pub(super) fn next_frame(&mut self, index: usize, frames: &mut Frames) -> bool {
        let mode = &mut self.modes[index];
        loop {
            let place = mode.next..mode.next.saturating_add(mode.frame_len);
            if self.waiting.iter().any(|waiting| waiting.len() < place.end) {
                return false;
            }
            mode.next += self.stride;
            mode.has_begun = true;
            let sounds = |waiting: &Vec<f32>| waiting[place.clone()].iter().any(|sample| sample.abs() > self.floor);
            if !self.waiting.iter().any(sounds) || !mode.draw.draws() {
                continue;
            }
            let start = frames.values.len();
            frames.values.resize(start + frames.bins, 0.0);
            for waiting in &self.waiting {
                mode.analysis.spectrum(&waiting[place.clone()], &mut mode.spectrum);
                for (sum, bin) in frames.values[start..].iter_mut().zip(&mode.spectrum).skip(1) {
                    *sum += bin.norm();
                }
            }
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learner::{LEARNED_MODES, sounding_frames},
        recording::Recording,
    };

    const RATE: u32 = 44_100;

    /// Two channels of decaying tones over an offset, with a second of silence among them.
    fn recording(len: usize) -> Recording {
        let second = RATE as usize;
        let sample = |n: usize, hz: f32| match n / second {
            1 => 0.25,
            _ => {
                0.25 + 0.4
                    * (hz * n as f32 / RATE as f32 * std::f32::consts::TAU).sin()
                    * (-((n % 9_000) as f32) / 5e3).exp()
            }
        };
        let channels = [220.0, 330.0].map(|hz| (0..len).map(|n| sample(n, hz)).collect()).to_vec();
        Recording { sample_rate: RATE, channels }
    }

    /// The frames of each mode, of a recording that comes in blocks of `block` samples.
    fn cut(recording: &Recording, block: usize) -> Vec<Frames> {
        let mean =
            |channel: &Vec<f32>| (channel.iter().map(|x| f64::from(*x)).sum::<f64>() / channel.len() as f64) as f32;
        let offsets: Vec<f32> = recording.channels.iter().map(mean).collect();
        let mut cutter = FrameCutter::new(&LEARNED_MODES, RATE, &offsets, recording.peak());
        let bins = |mode| Layout::new(f64::from(RATE), mode).bins();
        let mut frames = LEARNED_MODES.map(|mode| Frames { bins: bins(mode), values: Vec::new() }).to_vec();
        let mut take = |cutter: &mut FrameCutter| {
            for (index, frames) in frames.iter_mut().enumerate() {
                while cutter.next_frame(index, frames) {}
            }
        };
        for start in (0..recording.len()).step_by(block) {
            let end = (start + block).min(recording.len());
            cutter.add(&recording.channels.iter().map(|channel| channel[start..end].to_vec()).collect::<Vec<_>>());
            take(&mut cutter);
        }
        cutter.pad();
        take(&mut cutter);
        frames
    }

    #[test]
    fn a_recording_that_comes_in_blocks_has_the_frames_of_one_in_memory() {
        let recording = recording(3 * RATE as usize);
        for block in [1_000, 44_100, 500_000] {
            for (mode, frames) in LEARNED_MODES.into_iter().zip(cut(&recording, block)) {
                let whole = sounding_frames(&recording, mode, 1).unwrap();
                // Silence is told by the loudest sample here, and by the sum of magnitudes there: a few frames differ.
                let few = whole.len() / 20;
                assert!(frames.len().abs_diff(whole.len()) <= few, "{} of {} frames", frames.len(), whole.len());
                assert_eq!(frames.values[..20 * frames.bins], whole.values[..20 * frames.bins], "{mode:?}");
            }
        }
        assert_eq!(cut(&recording, 777), cut(&recording, 20_000));
    }

    #[test]
    fn a_recording_that_is_shorter_than_a_frame_has_one() {
        let len = LEARNED_MODES.map(|mode| Layout::new(f64::from(RATE), mode).windows.frame_len());
        let recording = recording(len[0] + 10);
        let counts: Vec<usize> = cut(&recording, 500).iter().map(Frames::len).collect();
        assert!(len[1] > recording.len());
        assert_eq!(counts, [1, 1]);
    }

    #[test]
    fn one_of_each_run_of_frames_is_drawn_at_any_place_in_it() {
        for interval in [1.0, 2.5, 10.0] {
            let mut places = [0; 10];
            for seed in 0..200 {
                let mut draw = EvenDraw::new(interval, seed);
                let drawn: Vec<u64> = (0..1_000).filter(|_| draw.draws()).collect();
                let ends = (1..).map(|run| (f64::from(run) * interval) as u64);
                assert_eq!(drawn.len(), (1_000.0 / interval) as usize);
                assert!(drawn.iter().zip(ends.clone()).all(|(frame, end)| *frame < end));
                assert!(drawn.iter().skip(1).zip(ends).all(|(frame, start)| *frame >= start));
                drawn.iter().for_each(|frame| places[*frame as usize % 10] += 1);
            }
            // Every second run of 2.5 frames is longer than the others.
            let mean = places.iter().sum::<usize>() / 10;
            assert!(
                interval == 2.5 || places.iter().all(|count| count.abs_diff(mean) < mean / 10),
                "{places:?} of {interval}"
            );
        }
    }
}
