//! The recordings of each source alone, each cut into three parts that never meet.
//!
//! Settings are chosen by what was learned from the first part and heard in mixtures of the second, and the other way
//! round. How good the choice is, is measured on mixtures of the third, with what was learned from the first two.

use crate::{
    preset::{MAX_SOURCES, Role},
    recording::{Recording, SILENCE_PEAK},
};
use std::{f32::consts::FRAC_PI_2, ops::Range};

/// Shortest recording, in seconds: a third of it has to hold frames enough to learn from.
pub const MIN_TUNING_SECONDS: f64 = 3.0;
/// How long the end of a part fades into its beginning, where a passage goes round, in seconds.
const SEAM_SECONDS: f64 = 0.01;

/// A source, and recordings of it alone.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningSource {
    /// Its name.
    pub name: String,
    /// The recordings, all at one sample rate.
    pub recordings: Vec<Recording>,
    /// Whether it is not learned from its recordings: it finds its bases while the mixture plays.
    pub finds_bases: bool,
    /// What the source model knows it as, if it does.
    pub role: Option<Role>,
}

/// What a trial is learned from, or mixed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Thirds {
    First,
    Second,
    FirstTwo,
    Last,
    Whole,
}

impl Thirds {
    /// Its samples of a recording of `len` samples.
    fn range(self, len: usize) -> Range<usize> {
        let third = |n: usize| n * len / 3;
        match self {
            Self::First => 0..third(1),
            Self::Second => third(1)..third(2),
            Self::FirstTwo => 0..third(2),
            Self::Last => third(2)..len,
            Self::Whole => 0..len,
        }
    }

    /// That part of `recording`.
    pub(super) fn of(self, recording: &Recording) -> Recording {
        let range = self.range(recording.len());
        let channels = recording.channels.iter().map(|channel| channel[range.clone()].to_vec()).collect();
        Recording { sample_rate: recording.sample_rate, channels }
    }
}

/// Why nothing can be tuned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MaterialError {
    /// There is nothing to tell apart.
    #[error("{0} is named; give recordings of 2 to {MAX_SOURCES} sources, for one alone has nothing to be told from")]
    Count(usize),
    /// A source has no recording.
    #[error("source {0:?} has no recording: give one of it alone")]
    NoRecording(String),
    /// A recording is too short to be cut.
    #[error(
        "recording {number} of {source_name:?} lasts {seconds:.1} s: give at least {MIN_TUNING_SECONDS} s, for it is cut \
         into three parts that do not meet"
    )]
    TooShort {
        /// The source.
        source_name: String,
        /// Number of the recording, counted from 1.
        number: usize,
        /// Its length.
        seconds: f64,
    },
    /// A part of a recording is silent.
    #[error(
        "the {part} third of recording {number} of {source_name:?} is silent: give a recording that sounds throughout, \
         for each third is learned from or mixed by itself"
    )]
    Silent {
        /// The source.
        source_name: String,
        /// Number of the recording, counted from 1.
        number: usize,
        /// "first", "second" or "last".
        part: &'static str,
    },
    /// Recordings do not have one sample rate.
    #[error("the recordings have different sample rates ({first} and {other} Hz): bring them to one")]
    SampleRates {
        /// Of the first recording, in Hz.
        first: u32,
        /// Of the one that differs, in Hz.
        other: u32,
    },
}

/// Checks that mixtures can be made of `sources`.
pub(super) fn check(sources: &[TuningSource]) -> Result<(), MaterialError> {
    if !(2..=MAX_SOURCES).contains(&sources.len()) {
        return Err(MaterialError::Count(sources.len()));
    }
    for TuningSource { name, recordings, .. } in sources {
        let first = sources[0].recordings.first().map(|recording| recording.sample_rate);
        let Some(first) = first.filter(|_| !recordings.is_empty()) else {
            return Err(MaterialError::NoRecording(name.clone()));
        };
        for (number, recording) in (1..).zip(recordings) {
            let source_name = name.clone();
            if recording.sample_rate != first {
                return Err(MaterialError::SampleRates { first, other: recording.sample_rate });
            }
            if recording.seconds() < MIN_TUNING_SECONDS {
                return Err(MaterialError::TooShort { source_name, number, seconds: recording.seconds() });
            }
            let parts = [(Thirds::First, "first"), (Thirds::Second, "second"), (Thirds::Last, "last")];
            if let Some((_, part)) = parts.into_iter().find(|(thirds, _)| is_silent(recording, *thirds)) {
                return Err(MaterialError::Silent { source_name, number, part });
            }
        }
    }
    Ok(())
}

fn is_silent(recording: &Recording, thirds: Thirds) -> bool {
    let range = thirds.range(recording.len());
    recording.channels.iter().all(|channel| channel[range.clone()].iter().all(|x| x.abs() <= SILENCE_PEAK))
}

/// A part of a recording, bent into a circle: passages begin anywhere, and go on at its beginning without a click.
#[derive(Debug, Clone)]
pub(super) struct CircularPart {
    /// Indexed by `[channel][sample]`.
    channels: Vec<Vec<f32>>,
}

impl CircularPart {
    /// Of `part`, with as many `channels`; a mono recording is in each of them.
    pub(super) fn new(part: &Recording, channels: usize) -> Self {
        let seam = ((SEAM_SECONDS * f64::from(part.sample_rate)) as usize).min(part.len() / 4);
        let len = part.len() - seam;
        let bent = |channel: &Vec<f32>| {
            let mut bent = channel[..len].to_vec();
            for (n, (sample, ending)) in bent.iter_mut().zip(&channel[len..]).enumerate() {
                let (fade_in, fade_out) = (FRAC_PI_2 * (n as f32 + 0.5) / seam as f32).sin_cos();
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
            let [first, second, last] = [Thirds::First, Thirds::Second, Thirds::Last].map(|part| part.of(&counted));
            let all: Vec<f32> = [&first, &second, &last].iter().flat_map(|part| part.channels[0].clone()).collect();
            assert_eq!(all, counted.channels[0]);
            assert_eq!(Thirds::FirstTwo.of(&counted).channels[0], all[..first.len() + second.len()]);
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
        half[1_000..2_000].fill(0.0);
        for (sources, sentence) in [
            (vec![source("drums", sound())], "1 is named; give recordings of 2 to 8 sources"),
            (vec![source("drums", sound()), source("bass", vec![0.1; 2_900])], "recording 1 of \"bass\" lasts 2.9 s"),
            (
                vec![source("drums", sound()), source("bass", half)],
                "the second third of recording 1 of \"bass\" is silent",
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
