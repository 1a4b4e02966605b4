//! Keeps the last seconds of a stream: the audio thread writes, another thread reads at any time.
//!
//! It is a ring buffer of atomics, in which neither side waits. The writer overwrites the oldest samples. A reader
//! copies, then checks whether the writer has overwritten what it copied, and gives an error rather than a mixture of
//! old and new samples.

use crate::{
    recording::Recording,
    wait_free::atomics::{AtomicU32, AtomicU64, Ordering, fence},
};
use std::ops::Range;

/// Length that can be read back, in seconds.
pub const REMEMBERED_SECONDS: f64 = 10.0;
/// Additional length of the ring, in seconds, for what is written while somebody reads.
const SPARE_SECONDS: f64 = 2.0;
/// Samples are clamped to this: +120 dB full scale.
const MAX_SAMPLE: f32 = 1e6;

/// The last seconds of a stream. Positions are counted in samples since the stream began.
#[derive(Debug)]
pub struct Capture {
    sample_rate: u32,
    /// Number of samples that can be read back.
    remembered: u64,
    /// Bit patterns of f32, indexed by `[channel][position % length]`.
    channels: Vec<Vec<AtomicU32>>,
    /// End of the samples whose writing has begun, and end of those that are written.
    begun: AtomicU64,
    written: AtomicU64,
}

/// The samples are not there any more, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sound was played too long ago, {REMEMBERED_SECONDS} s are remembered: learn while it plays")]
pub struct Gone;

impl Capture {
    /// An empty capture for a stream of `channels` channels at `sample_rate` in Hz.
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        let length = ((REMEMBERED_SECONDS + SPARE_SECONDS) * sample_rate).ceil() as usize;
        let silence = || (0..length).map(|_| AtomicU32::new(0)).collect();
        Self {
            sample_rate: sample_rate.round() as u32,
            remembered: (REMEMBERED_SECONDS * sample_rate) as u64,
            channels: (0..channels).map(|_| silence()).collect(),
            begun: AtomicU64::new(0),
            written: AtomicU64::new(0),
        }
    }

    /// The sample rate in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Number of samples that were written.
    pub fn position(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// The positions that can be read back now.
    pub fn at_hand(&self) -> Range<u64> {
        let end = self.position();
        end.saturating_sub(self.remembered)..end
    }

    /// On the audio thread, the only writer: appends `block`, indexed by `[channel][sample]`. A sample that is not
    /// finite counts as 0.
    pub fn write(&self, block: &[&mut [f32]]) {
        let samples = block.first().map_or(0, |channel| channel.len());
        let start = self.written.load(Ordering::Relaxed);
        let end = start + samples as u64;
        self.begun.store(end, Ordering::Relaxed);
        // A reader that sees a sample written from here on also sees that its writing has begun.
        fence(Ordering::Release);
        for (channel, ring) in block.iter().zip(&self.channels) {
            let mut place = (start % ring.len() as u64) as usize;
            for sample in channel.iter() {
                let held = if sample.is_finite() { sample.clamp(-MAX_SAMPLE, MAX_SAMPLE) } else { 0.0 };
                ring[place].store(held.to_bits(), Ordering::Relaxed);
                place += 1;
                if place == ring.len() {
                    place = 0;
                }
            }
        }
        self.written.store(end, Ordering::Release);
    }

    /// On the audio thread, the only writer: fills `block`, indexed by `[channel][sample]`, with what was written
    /// `samples` samples before the last block, which had the same length. Silence before the stream began.
    pub fn play_delayed(&self, samples: usize, block: &mut [&mut [f32]]) {
        let end = self.written.load(Ordering::Relaxed);
        for (channel, ring) in block.iter_mut().zip(&self.channels) {
            let back = (channel.len() + samples) as u64;
            for (n, sample) in channel.iter_mut().enumerate() {
                let position = (end + n as u64).checked_sub(back).filter(|_| back <= ring.len() as u64);
                let place = position.map(|position| (position % ring.len() as u64) as usize);
                *sample = place.map_or(0.0, |place| f32::from_bits(ring[place].load(Ordering::Relaxed)));
            }
        }
    }

    /// A copy of the samples at the positions `range`.
    ///
    /// # Errors
    /// [`Gone`], if some of them are overwritten or not written yet.
    pub fn read(&self, range: Range<u64>) -> Result<Recording, Gone> {
        if range.end > self.position() {
            return Err(Gone);
        }
        let copy = |ring: &Vec<AtomicU32>| {
            let length = ring.len() as u64;
            let sample = |at| f32::from_bits(ring[(at % length) as usize].load(Ordering::Relaxed));
            range.clone().map(sample).collect()
        };
        let channels = self.channels.iter().map(copy).collect();
        fence(Ordering::Acquire);
        let oldest = self.channels.first().map_or(0, |ring| {
            let begun = self.begun.load(Ordering::Relaxed);
            begun.saturating_sub(ring.len() as u64)
        });
        if range.start < oldest { Err(Gone) } else { Ok(Recording { sample_rate: self.sample_rate, channels }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 1_000.0;

    /// Writes samples numbered from `from` on, the right channel negative.
    fn play(capture: &Capture, from: u64, count: usize) {
        let mut left: Vec<f32> = (0..count).map(|n| (from + n as u64) as f32).collect();
        let mut right: Vec<f32> = left.iter().map(|x| -x).collect();
        capture.write(&[&mut left, &mut right]);
    }

    #[test]
    fn the_writer_plays_delayed_what_it_has_written() {
        let capture = Capture::new(RATE, 2);
        for block in 0..250 {
            play(&capture, block * 100, 100);
            let (mut left, mut right) = ([7.0; 100], [7.0; 100]);
            capture.play_delayed(130, &mut [&mut left, &mut right]);
            let expected: Vec<f32> = (0..100).map(|n| (block as f32 * 100.0 + n as f32 - 130.0).max(0.0)).collect();
            assert!(
                left[..] == expected && right.iter().zip(&expected).all(|(right, left)| *right == -left),
                "{block}"
            );
        }
    }

    #[test]
    fn what_was_played_is_read_back_round_the_end() {
        let capture = Capture::new(RATE, 2);
        for block in 0..250 {
            play(&capture, block * 100, 100);
        }
        assert_eq!(capture.at_hand(), 15_000..25_000);
        let read = capture.read(23_500..24_500).unwrap();
        let expected: Vec<f32> = (23_500..24_500).map(|n| n as f32).collect();
        assert_eq!(read.channels[0], expected);
        assert_eq!(read.channels[1][10], -expected[10]);
        assert_eq!(read.sample_rate, 1_000);
    }

    #[test]
    fn what_is_gone_or_to_come_is_refused() {
        let capture = Capture::new(RATE, 2);
        play(&capture, 0, 5_000);
        assert_eq!(capture.at_hand(), 0..5_000);
        assert_eq!(capture.read(4_000..5_001), Err(Gone));
        play(&capture, 5_000, 8_000);
        assert_eq!(capture.read(0..2_000), Err(Gone));
        assert!(capture.read(1_000..13_000).is_ok());
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let capture = Capture::new(RATE, 1);
        capture.write(&[&mut [f32::NAN, f32::INFINITY, -1e30, 0.5]]);
        assert_eq!(capture.read(0..4).unwrap().channels[0], [0.0, 0.0, -1e6, 0.5]);
    }

    /// A reader that is overtaken gets an error; otherwise it gets one piece of the stream.
    #[test]
    fn a_copy_is_never_a_mixture_of_old_and_new() {
        let capture = Capture::new(RATE, 1);
        let blocks = 4_000;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for block in 0..blocks {
                    let mut samples: Vec<f32> = (0..50).map(|n| (block * 50 + n) as f32).collect();
                    capture.write(&[&mut samples]);
                }
            });
            let mut whole = 0;
            while capture.position() < blocks * 50 {
                // As far back as the ring goes, because the writer is often faster.
                let end = capture.position();
                let range = end.saturating_sub(11_900)..end;
                if let Ok(read) = capture.read(range.clone()) {
                    let expected = range.map(|n| n as f32);
                    assert!(read.channels[0].iter().copied().eq(expected));
                    whole += 1;
                }
            }
            assert!(capture.read(capture.at_hand()).is_ok(), "{whole} were whole before");
        });
    }
}
