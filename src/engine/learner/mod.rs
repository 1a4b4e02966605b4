//! Learns dictionaries: from recordings of sources played alone, and from the mixture while it plays.
//!
//! The recordings of a source are cut into frames as the engine does with the stream, and factorized together: into one
//! dictionary for the modes with short frames, and one for those with long frames. Silent frames and the bin at 0 Hz
//! are left out, because they are not part of the source's sound. Every recording is analysed at its own sample rate,
//! with the frame length that gives the same bin spacing, so that recordings with several rates go into one dictionary
//! without resampling. Sources that are learned together also get reconstruction bases.
//!
//! - [`adaptive`]: learns bases from the mixture while it plays.
//! - [`capture`]: keeps the last seconds of a stream, written by the audio thread.
//! - `evidence_on_mixtures`: what the source model says of mixtures.
//! - `drawn`: bases from recordings of any length.
//! - `frame_cutter`: cuts recordings that come block by block.
//! - `framing`: cuts recordings into frames.
//! - [`grouping`]: groups the components of an unsupervised factorization into sources.
//! - `lesson`: what a source is learned from, and how.
//! - `mixtures`: mixes recordings of several sources, to learn reconstruction bases from.
//! - `passage`: passages of recordings, to mix.
//! - `verdict`: how well sources that were learned together are told apart.
//!
//! # Example
//! ```
//! use std::ops::ControlFlow;
//! use unbraid_engine::{
//!     learner::{LearnSettings, Lesson, learn},
//!     preset::{Preset, Source},
//!     recording::Recording,
//! };
//!
//! // Half a second of a tone, to learn one source from.
//! let tone = (0..4_000).map(|n| (0.3 * n as f32).sin()).collect();
//! let recordings = [Recording { sample_rate: 8_000, channels: vec![tone] }];
//! let settings = LearnSettings { components: 2, iterations: 10, ..LearnSettings::default() };
//! let lesson = Lesson { recordings: &recordings, settings, known: &[], role: None };
//!
//! let learned = learn(&[lesson], &mut |_share_done| ControlFlow::Continue(()))?;
//! // One dictionary for the modes with short frames, one for those with long frames.
//! assert_eq!(learned[0].dictionaries().len(), 2);
//! assert_eq!(learned[0].blocks(), [2]);
//! let sources = learned.into_iter().enumerate().map(|(strip, learned)| Source::fixed("tone", strip, learned));
//! assert!(Preset::of(sources.collect()).validate().is_ok());
//! # Ok::<(), unbraid_engine::learner::LessonError>(())
//! ```

pub mod adaptive;
pub mod capture;
mod drawn;
mod evidence_on_mixtures;
mod frame_cutter;
mod framing;
pub mod grouping;
mod lesson;
mod mixtures;
mod passage;
mod verdict;

pub use drawn::{FrameDraw, MOST_FRAMES, can_go_on, learn_drawn};
pub use frame_cutter::FrameCutter;
pub use framing::{padded, sounding_frames};
pub use lesson::{LearnError, LearnSettings, Lesson, LessonError};
pub use verdict::{Grade, Verdict, judge};

use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    memory,
    nmf::{
        discriminative,
        factorization::{Factorization, FactorizationError, Frames},
    },
    preset::LearnedBases,
    recording::Recording,
    stft::{LatencyMode, Layout},
};
use std::ops::ControlFlow;

/// The modes in whose frames dictionaries are learned. The other modes have the bins of one of these, and nearly its
/// window.
pub const LEARNED_MODES: [LatencyMode; 2] = [LatencyMode::Live, LatencyMode::Quality];
/// Of longer recordings of a source, so many seconds are enough to learn from: all of it takes longer and says no more.
pub const MOST_SECONDS: f64 = 60.0;
/// And of each recording of a source no less, however long the others are.
pub const LEAST_SECONDS: usize = 1;
/// Bytes that a sample of a recording takes while it is learned from: its frames overlap four times, and the updates
/// hold them and their model.
const BYTES_PER_SAMPLE: usize = 64;
/// Steps of gradient descent for reconstruction bases.
const STEPS: usize = 60;
/// Share of the time for a mode that reconstruction bases take, roughly.
const RECONSTRUCTION_SHARE: f32 = 0.4;

/// Learns the sources of `lessons` together: for each, its dictionaries in the frames of [`LEARNED_MODES`].
///
/// With several lessons, the dictionaries get reconstruction bases, which are learned from mixtures of the recordings
/// and tell the sources apart. `progress` is called with the share done, 0 to 1, and cancels by breaking.
///
/// # Errors
/// [`LessonError`], which names the lesson and its recording.
pub fn learn(
    lessons: &[Lesson<'_>],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Vec<LearnedBases>, LessonError> {
    learn_modes(&LEARNED_MODES, lessons, progress)
}

/// The one of [`LEARNED_MODES`] whose dictionaries `mode` plays with.
pub fn learned_mode(mode: LatencyMode) -> LatencyMode {
    let spacing = |mode: LatencyMode| Layout::new(44_100.0, mode).bin_spacing();
    let distance = |learned: &LatencyMode| (spacing(*learned) / spacing(mode)).ln().abs();
    LEARNED_MODES.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(mode)
}

/// The same as [`learn`], but only the dictionaries that `mode` plays with: in half of the time.
///
/// # Errors
/// As [`learn`].
pub fn learn_for(
    mode: LatencyMode,
    lessons: &[Lesson<'_>],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Vec<LearnedBases>, LessonError> {
    learn_modes(&[learned_mode(mode)], lessons, progress)
}

/// The sources' dictionaries in the frames of `modes`, of which there is at least one.
fn learn_modes(
    modes: &[LatencyMode],
    lessons: &[Lesson<'_>],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Vec<LearnedBases>, LessonError> {
    for (index, lesson) in lessons.iter().enumerate() {
        check(lesson.recordings).map_err(|error| LessonError { lesson: index, error })?;
        let samples: usize = lesson.recordings.iter().map(Recording::len).sum();
        let room = memory::ensure(BYTES_PER_SAMPLE.saturating_mul(samples));
        room.map_err(|error| LessonError { lesson: index, error: error.into() })?;
    }
    let mut learned: Vec<Vec<Dictionary>> = vec![Vec::new(); lessons.len()];
    for (done, mode) in modes.iter().copied().enumerate() {
        let mut told = |share: f32| progress((done as f32 + share) / modes.len() as f32);
        for (dictionaries, dictionary) in learned.iter_mut().zip(learn_mode(mode, lessons, &mut told)?) {
            dictionaries.push(dictionary);
        }
    }
    let is_under_evidence = lessons.len() > 1 && lessons.iter().any(|lesson| lesson.role.is_some());
    let bases = |(dictionaries, lesson): (Vec<Dictionary>, &Lesson<'_>)| {
        // One dictionary per mode, each with as many bases as the lesson asks for.
        let learned = LearnedBases::new(dictionaries, lesson.blocks());
        let mut learned = learned.expect("dictionaries fit the lesson they were learned from");
        learned.evidence_weight = is_under_evidence.then_some(lesson.settings.evidence_weight);
        learned
    };
    Ok(learned.into_iter().zip(lessons).map(bases).collect())
}

/// The dictionaries of all sources for one mode.
fn learn_mode(
    mode: LatencyMode,
    lessons: &[Lesson<'_>],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Vec<Dictionary>, LessonError> {
    let together = lessons.len() > 1;
    let known = |lesson: &Lesson<'_>| lesson.known_for(mode).cloned();
    let new = lessons.iter().filter(|lesson| known(lesson).is_none()).count();
    let alone = match (together, new) {
        (false, _) => 1.0,
        (true, 0) => 0.0,
        (true, _) => 1.0 - RECONSTRUCTION_SHARE,
    };
    let mut dictionaries = Vec::new();
    let mut done = 0;
    for (index, lesson) in lessons.iter().enumerate() {
        let dictionary = match known(lesson) {
            Some(dictionary) => dictionary,
            None => {
                let mut told = |share: f32| progress(alone * (done as f32 + share) / new as f32);
                let dictionary = factorize(mode, lesson, &mut told);
                done += 1;
                dictionary.map_err(|error| LessonError { lesson: index, error })?
            }
        };
        dictionaries.push(dictionary);
    }
    if together {
        let mut told = |share: f32| progress(alone + RECONSTRUCTION_SHARE * share);
        reconstruct(mode, lessons, &mut dictionaries, &mut told).map_err(|error| LessonError { lesson: 0, error })?;
    }
    Ok(dictionaries)
}

/// One source's dictionary for one mode.
fn factorize(
    mode: LatencyMode,
    lesson: &Lesson<'_>,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Dictionary, LearnError> {
    let framed = lesson
        .recordings
        .iter()
        .enumerate()
        .map(|(index, recording)| framing::sounding_frames(recording, mode, index + 1))
        .collect::<Result<Vec<_>, _>>()?;
    let layout = lesson.layout(mode);
    let bins = framed.iter().map(|frames| frames.bins).min().ok_or(LearnError::NoRecording)?;
    let mut parts: Vec<Frames> = framed.into_iter().map(|frames| frames.lowest(bins)).collect();
    let LearnSettings { components, universal, iterations, seed, .. } = lesson.settings;
    if !universal {
        parts = vec![Frames { bins, values: parts.into_iter().flat_map(|frames| frames.values).collect() }];
    }
    let mut bases = Vec::new();
    for (done, frames) in parts.iter().enumerate() {
        let mut told = |share: f32| progress((done as f32 + share) / parts.len() as f32);
        bases.extend(Factorization { components, iterations, seed }.run(frames, &mut told)?);
    }
    Ok(Dictionary {
        frame: FrameSpec::of(&layout),
        training: Training { divergence: "kl".to_owned(), seed, iterations },
        components: bases.len() / bins,
        bins,
        bases,
        reconstruction: None,
    })
}

/// Gives `dictionaries` their reconstruction bases.
fn reconstruct(
    mode: LatencyMode,
    lessons: &[Lesson<'_>],
    dictionaries: &mut [Dictionary],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<(), LearnError> {
    let cancelled = LearnError::Factorization(FactorizationError::Cancelled);
    let draw = mixtures::Draw { seed: lessons.first().map_or(0, |lesson| lesson.settings.seed), count: None };
    let mixtures = mixtures::mix(mode, lessons, dictionaries, draw, || progress(0.0).is_continue()).ok_or(cancelled)?;
    let settings = discriminative::DescentSettings { focus: discriminative::FOCUS, steps: STEPS };
    let learned = discriminative::train(&mixtures.magnitudes, mixtures.bins, &mixtures.sources, &settings, progress)
        .ok_or(cancelled)?;
    for (dictionary, learned) in dictionaries.iter_mut().zip(learned) {
        // Bins that some sources lack keep their bases.
        let mut bases = dictionary.bases.clone();
        for (basis, learned) in bases.chunks_exact_mut(dictionary.bins).zip(learned.chunks_exact(mixtures.bins)) {
            basis[..mixtures.bins].copy_from_slice(learned);
        }
        dictionary.reconstruction = Some(bases);
    }
    Ok(())
}

/// Checks that every recording can be learned from.
fn check(recordings: &[Recording]) -> Result<(), LearnError> {
    if recordings.is_empty() {
        return Err(LearnError::NoRecording);
    }
    for (index, recording) in recordings.iter().enumerate() {
        framing::check(recording, index + 1)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stft::BIN_SPACING_HZ;

    const RATE: u32 = 44_100;

    fn tone(sample_rate: u32, hz: f64, seconds: f64) -> Vec<f32> {
        let step = std::f64::consts::TAU * hz / f64::from(sample_rate);
        (0..(seconds * f64::from(sample_rate)) as usize).map(|n| (0.3 * (step * n as f64).sin()) as f32).collect()
    }

    fn mono(sample_rate: u32, samples: Vec<f32>) -> Recording {
        Recording { sample_rate, channels: vec![samples] }
    }

    /// The dictionary for the Live mode.
    fn learn_quickly(recordings: &[Recording], components: usize) -> Result<Dictionary, LearnError> {
        let settings = LearnSettings { components, iterations: 50, ..LearnSettings::default() };
        let learned =
            learn(&[Lesson { recordings, settings, known: &[], role: None }], &mut |_| ControlFlow::Continue(()));
        learned.map(|mut sources| sources.remove(0).dictionaries_mut()[0].clone()).map_err(|error| error.error)
    }

    #[test]
    fn tones_become_bases_with_their_peaks() {
        let recordings = [430.7, 2_153.3].map(|hz| mono(RATE, tone(RATE, hz, 0.5)));
        let dictionary = learn_quickly(&recordings, 2).unwrap();
        let mut peaks: Vec<usize> = (0..2)
            .map(|k| dictionary.basis(k).iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0)
            .collect();
        peaks.sort_unstable();
        assert_eq!(peaks, [20, 100]);
    }

    #[test]
    fn what_is_learned_for_one_mode_is_what_is_learned_for_it_among_all() {
        let recordings = [mono(RATE, tone(RATE, 430.7, 0.5))];
        let settings = LearnSettings { components: 2, iterations: 5, ..LearnSettings::default() };
        let lessons = [Lesson { recordings: &recordings, settings, known: &[], role: None }; 2];
        let go_on = &mut |_| ControlFlow::Continue(());
        let all = learn(&lessons, go_on).unwrap();
        for (mode, index) in LatencyMode::ALL.into_iter().zip([0, 0, 0, 1]) {
            let one = learn_for(mode, &lessons, go_on).unwrap();
            assert_eq!(one[0].dictionaries(), &all[0].dictionaries()[index..=index], "{mode:?}");
        }
    }

    #[test]
    fn silence_and_offset_leave_no_trace() {
        let mut padded = vec![0.0; RATE as usize];
        padded.extend(tone(RATE, 430.7, 0.5));
        padded.iter_mut().for_each(|x| *x += 0.25);
        let dictionary = learn_quickly(&[mono(RATE, padded)], 1).unwrap();
        assert_eq!(dictionary.basis(0)[0], 0.0);
        let low: f32 = dictionary.basis(0)[..5].iter().sum();
        assert!(low < 0.02, "{low}");
    }

    #[test]
    fn recordings_of_several_rates_agree_bin_by_bin() {
        let recordings = [44_100, 48_000].map(|rate| mono(rate, tone(rate, 100.0 * BIN_SPACING_HZ, 0.5)));
        let dictionary = learn_quickly(&recordings, 1).unwrap();
        assert_eq!(dictionary.bins, 1030);
        let near: f32 = dictionary.basis(0)[98..=102].iter().sum();
        assert!(near > 0.6, "{near}");
        let peak = dictionary.basis(0).iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        assert_eq!(peak, 100);
    }

    #[test]
    fn each_bad_recording_is_named() {
        let good = mono(RATE, tone(RATE, 440.0, 0.2));
        let bad = [
            (mono(RATE, vec![0.1; 100]), "recording 2 lasts 2 ms"),
            (mono(RATE, vec![0.0; 9_999]), "recording 2 is silent"),
            (mono(RATE, vec![f32::NAN; 9_999]), "recording 2 holds samples that are not finite"),
        ];
        for (recording, sentence) in bad {
            let error = learn_quickly(&[good.clone(), recording], 2).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{error}");
        }
        assert_eq!(learn_quickly(&[], 2), Err(LearnError::NoRecording));
    }
}
