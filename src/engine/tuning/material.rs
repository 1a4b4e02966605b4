//! The recordings of each source alone, each cut into parts that never meet.
//!
//! The first two thirds are three blocks. Settings are chosen by mixtures of each block, with what was learned from the
//! other two. How good the choice is, is measured on mixtures of the last third, with what was learned from the first
//! two.

use crate::{
    preset::{MAX_SOURCES, Role},
    recording::{MIN_SAMPLE_RATE, Recording, SILENCE_PEAK},
};
use std::{f32::consts::FRAC_PI_2, ops::Range};

/// Blocks that settings are chosen by.
pub(super) const BLOCKS: usize = 3;
/// Shortest recording, in seconds: its parts have to hold frames enough to learn from.
pub const MIN_TUNING_SECONDS: f64 = 3.0;
/// Length of a crossfade in seconds: where two blocks are joined, and where a passage starts again at the beginning of
/// its part.
const SEAM_SECONDS: f64 = 0.01;

/// A source, and recordings of it alone.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningSource {
    /// Its name.
    pub name: String,
    /// The recordings, each at its own sample rate, as it is learned from.
    pub recordings: Vec<Recording>,
    /// Whether it is not learned from its recordings: it finds its bases while the mixture plays.
    pub finds_bases: bool,
    /// What the source model knows it as, if it does.
    pub role: Option<Role>,
}

/// What a trial is learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum LearnedPart {
    /// The blocks but this one, counted from 0.
    AllBut(usize),
    /// All blocks.
    Blocks,
    /// Everything.
    Whole,
}

/// What mixtures are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MixedPart {
    /// A block, counted from 0.
    Block(usize),
    /// The last third.
    Last,
}

/// Where block `n` begins in a recording of `len` samples, or the last third after the last of them.
fn start_of_block(n: usize, len: usize) -> usize {
    2 * n * len / (3 * BLOCKS)
}

impl LearnedPart {
    /// That part of `recording`; what lies before and after the block that is left out fades into each other.
    pub(super) fn of(self, recording: &Recording) -> Recording {
        let len = recording.len();
        let end = start_of_block(BLOCKS, len);
        match self {
            Self::Whole => recording.clone(),
            Self::Blocks => cut(recording, 0..end),
            Self::AllBut(block) => {
                let [before, after] = [0..start_of_block(block, len), start_of_block(block + 1, len)..end];
                joined(cut(recording, before), &cut(recording, after))
            }
        }
    }
}

impl MixedPart {
    /// Its samples of a recording of `len` samples.
    fn range(self, len: usize) -> Range<usize> {
        match self {
            Self::Block(block) => start_of_block(block, len)..start_of_block(block + 1, len),
            Self::Last => start_of_block(BLOCKS, len)..len,
        }
    }

    /// That part of `recording`.
    pub(super) fn of(self, recording: &Recording) -> Recording {
        cut(recording, self.range(recording.len()))
    }
}

fn cut(recording: &Recording, range: Range<usize>) -> Recording {
    let channels = recording.channels.iter().map(|channel| channel[range.clone()].to_vec()).collect();
    Recording { sample_rate: recording.sample_rate, channels }
}

/// Length of a fade in samples.
fn seam(part: &Recording) -> usize {
    (SEAM_SECONDS * f64::from(part.sample_rate)) as usize
}

/// One after the other, faded into each other.
fn joined(mut before: Recording, after: &Recording) -> Recording {
    let seam = seam(after).min(before.len()).min(after.len());
    let start = before.len() - seam;
    for (channel, after) in before.channels.iter_mut().zip(&after.channels) {
        for (n, (sample, next)) in channel[start..].iter_mut().zip(after).enumerate() {
            let (fade_in, fade_out) = fades(n, seam);
            *sample = *sample * fade_out + next * fade_in;
        }
        channel.extend_from_slice(&after[seam..]);
    }
    before
}

/// The gains of what comes and of what goes, `n` samples after the beginning of a fade of `len`; their power is even.
fn fades(n: usize, len: usize) -> (f32, f32) {
    (FRAC_PI_2 * (n as f32 + 0.5) / len as f32).sin_cos()
}

/// Why nothing can be tuned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MaterialError {
    /// There is nothing to tell apart, or too much.
    #[error("the number of sources is {0}: give recordings of 2 to {MAX_SOURCES}, which are told from each other")]
    Count(usize),
    /// A source has no recording.
    #[error("source {0:?} has no recording: give one of it alone")]
    NoRecording(String),
    /// A recording cannot be cut into parts.
    #[error("recording {number} of {source_name:?} {fault}")]
    Recording {
        /// The source.
        source_name: String,
        /// Number of the recording, counted from 1.
        number: usize,
        /// What is wrong with it.
        fault: MaterialFault,
    },
}

/// What is wrong with a recording, so that it cannot be cut into parts.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MaterialFault {
    /// It is too short.
    #[error("lasts {seconds:.1} s: give at least {MIN_TUNING_SECONDS} s, for it is cut into parts that do not meet")]
    TooShort {
        /// Its length.
        seconds: f64,
    },
    /// A part of it is silent in mono.
    #[error(
        "is silent from {from:.1} to {to:.1} s, or its channels cancel each other there: give one that sounds \
         throughout, for its parts are learned from and mixed one by one"
    )]
    Silent {
        /// Where the silence begins, in seconds.
        from: f64,
        /// Where it ends.
        to: f64,
    },
}

/// Checks that mixtures can be made of `sources`.
pub(super) fn check(sources: &[TuningSource]) -> Result<(), MaterialError> {
    if !(2..=MAX_SOURCES).contains(&sources.len()) {
        return Err(MaterialError::Count(sources.len()));
    }
    for TuningSource { name, recordings, .. } in sources {
        if recordings.is_empty() {
            return Err(MaterialError::NoRecording(name.clone()));
        }
        for (number, recording) in (1..).zip(recordings) {
            check_parts(recording).map_err(|fault| {
                let source_name = name.clone();
                MaterialError::Recording { source_name, number, fault }
            })?;
        }
    }
    Ok(())
}

/// Checks that `recording` can be cut into parts, all of which sound.
fn check_parts(recording: &Recording) -> Result<(), MaterialFault> {
    if recording.seconds() < MIN_TUNING_SECONDS {
        return Err(MaterialFault::TooShort { seconds: recording.seconds() });
    }
    let parts = (0..BLOCKS).map(MixedPart::Block).chain([MixedPart::Last]);
    let mut ranges = parts.map(|part| part.range(recording.len()));
    match ranges.find(|range| is_silent(recording, range)) {
        Some(silent) => {
            let seconds = |samples: usize| samples as f64 / f64::from(recording.sample_rate);
            Err(MaterialFault::Silent { from: seconds(silent.start), to: seconds(silent.end) })
        }
        None => Ok(()),
    }
}

/// Whether nothing sounds in `range` once the channels are added, as they are for scoring.
fn is_silent(recording: &Recording, range: &Range<usize>) -> bool {
    cut(recording, range.clone()).downmix().iter().all(|x| x.abs() <= SILENCE_PEAK)
}

/// The sample rate of mixtures in Hz: the highest of the recordings, which loses nothing.
pub(super) fn mixture_rate(sources: &[TuningSource]) -> u32 {
    let recordings = sources.iter().flat_map(|source| &source.recordings);
    recordings.map(|recording| recording.sample_rate).max().unwrap_or(MIN_SAMPLE_RATE)
}

/// Seconds of the shortest part that mixtures are made of.
pub(super) fn shortest_part_seconds(sources: &[TuningSource]) -> f64 {
    let recordings = sources.iter().flat_map(|source| &source.recordings);
    let block = |recording: &Recording| {
        let part = CircularPart::new(&MixedPart::Block(0).of(recording), 1);
        part.len() as f64 / f64::from(recording.sample_rate)
    };
    recordings.map(block).fold(f64::INFINITY, f64::min)
}

/// A part of a recording as a loop: a passage may begin anywhere, and goes on at the part's beginning without a click.
#[derive(Debug, Clone)]
pub(super) struct CircularPart {
    /// Indexed by `[channel][sample]`.
    channels: Vec<Vec<f32>>,
}

impl CircularPart {
    /// Of `part`, with as many `channels`; a mono recording is in each of them.
    pub(super) fn new(part: &Recording, channels: usize) -> Self {
        let seam = seam(part).min(part.len() / 4);
        let len = part.len() - seam;
        let bent = |channel: &Vec<f32>| {
            let mut bent = channel[..len].to_vec();
            for (n, (sample, ending)) in bent.iter_mut().zip(&channel[len..]).enumerate() {
                let (fade_in, fade_out) = fades(n, seam);
                *sample = *sample * fade_in + ending * fade_out;
            }
            bent
        };
        let own: Vec<Vec<f32>> = part.channels.iter().map(bent).collect();
        let channels = (0..channels).map(|channel| own[channel.min(own.len() - 1)].clone()).collect();
        Self { channels }
    }

    pub(super) fn len(&self) -> usize {
        self.channels[0].len()
    }

    /// The place of the loudest sample, the channels added.
    pub(super) fn loudest(&self) -> usize {
        let level = |n: usize| self.channels.iter().map(|channel| channel[n]).sum::<f32>().abs();
        (0..self.len()).max_by(|a, b| level(*a).total_cmp(&level(*b))).unwrap_or_default()
    }

    /// `len` samples of every channel from `start` on.
    pub(super) fn passage(&self, start: usize, len: usize) -> Vec<Vec<f32>> {
        let passage = |channel: &Vec<f32>| channel.iter().cycle().skip(start).take(len).copied().collect();
        self.channels.iter().map(passage).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(samples: Vec<f32>) -> Recording {
        Recording { sample_rate: 1_000, channels: vec![samples] }
    }

    fn source(name: &str, samples: Vec<f32>) -> TuningSource {
        TuningSource { name: name.to_owned(), recordings: vec![recording(samples)], finds_bases: false, role: None }
    }

    #[test]
    fn the_parts_of_a_recording_never_meet_and_leave_nothing_out() {
        for len in [3_000, 3_001, 9_998] {
            let counted = recording((0..len).map(|n| n as f32).collect());
            let parts = [0, 1, 2].map(MixedPart::Block).into_iter().chain([MixedPart::Last]);
            let parts: Vec<Vec<f32>> = parts.map(|part| part.of(&counted).channels[0].clone()).collect();
            assert_eq!(parts.concat(), counted.channels[0]);
            assert_eq!(LearnedPart::Blocks.of(&counted).channels[0], parts[..3].concat());
            for block in 0..3 {
                let learned = LearnedPart::AllBut(block).of(&counted).channels[0].clone();
                let faded = if block == 1 { 10 } else { 0 };
                let others: usize = (0..3).filter(|other| *other != block).map(|other| parts[other].len()).sum();
                assert_eq!(learned.len(), others - faded);
                // But for the fade, whose samples are sums of both sides.
                let is_mixed = |sample: &f32| parts[block].contains(sample) || parts[3].contains(sample);
                let start = parts[0].len() - faded;
                let found =
                    learned.iter().enumerate().filter(|(n, x)| is_mixed(x) && !(start..start + faded).contains(n));
                assert_eq!(found.count(), 0);
            }
        }
    }

    #[test]
    fn a_passage_goes_round_without_a_jump() {
        let sine = |n: usize| (0.013 * n as f32).sin();
        let part = CircularPart::new(&recording((0..3_000).map(sine).collect()), 2);
        let passage = part.passage(part.len() - 500, 1_000);
        assert_eq!(passage.len(), 2);
        let steepest = passage[0].windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        // A fade of ten samples between two values that differ by at most 2.
        assert!(steepest < 0.3, "{steepest}");
        assert_eq!(passage[0], passage[1]);
    }

    #[test]
    fn what_no_mixture_can_be_made_of_is_refused_with_its_name() {
        let sound = || vec![0.1; 3_000];
        let mut half = sound();
        half[600..1_400].fill(0.0);
        for (sources, sentence) in [
            (vec![source("drums", sound())], "the number of sources is 1: give recordings of 2 to 8"),
            (vec![source("drums", sound()), source("bass", vec![0.1; 2_900])], "recording 1 of \"bass\" lasts 2.9 s"),
            (
                vec![source("drums", sound()), source("bass", half)],
                "recording 1 of \"bass\" is silent from 0.7 to 1.3 s, or its channels cancel each other there: give",
            ),
            (
                vec![source("drums", sound()), TuningSource { recordings: Vec::new(), ..source("bass", Vec::new()) }],
                "source \"bass\" has no recording",
            ),
        ] {
            let error = check(&sources).map_or_else(|error| error.to_string(), |()| String::new());
            assert!(error.starts_with(sentence), "{error}");
        }
        assert_eq!(check(&[source("drums", sound()), source("bass", sound())]), Ok(()));
    }
}
