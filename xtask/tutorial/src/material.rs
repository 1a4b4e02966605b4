//! The recordings of the page, and what is learned from them: a drum kit and a bass, two takes each.

use crate::nmf::Spectra;
use anyhow::{Context, Result};
use std::{ops::ControlFlow, path::Path};
use unbraid::{
    learner::{self, LearnSettings, Lesson},
    preset::{LearnedBases, Source},
    recording::{self, Recording},
    stft::{Analysis, Bin, hann},
};

/// Names of the sources, and of their files.
pub(crate) const SOURCES: [(&str, &str); 2] = [("drums", "standard-kit"), ("bass", "finger-bass")];
/// Number of bases of a source.
pub(crate) const COMPONENTS: usize = 25;
/// Frame length and distance of frames of the page's spectrograms, in samples.
pub(crate) const FRAME: usize = 4_096;
pub(crate) const HOP: usize = 1_024;
/// The same for the comparison of the two algorithms, on so many seconds of the mixture.
pub(crate) const SHORT_FRAME: usize = 512;
pub(crate) const SHORT_SECONDS: usize = 1;

/// What the page works on.
pub(crate) struct Material {
    /// The second takes, which are mixed.
    pub(crate) truth: Vec<Recording>,
    pub(crate) mixture: Recording,
    /// The sources, each learned from its first take alone.
    pub(crate) learned: Vec<Source>,
}

impl Material {
    /// Reads and learns what lies below `root`, the project's.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let take = |file: &str, number: u32| {
            let path = root.join(format!("tests/audio/{file}-take{number}.flac"));
            recording::read(&path).with_context(|| path.display().to_string())
        };
        let mut truth = Vec::new();
        let mut learned = Vec::new();
        for (strip, (name, file)) in SOURCES.into_iter().enumerate() {
            learned.push(Source::fixed(name, strip, learn(&take(file, 1)?)?));
            truth.push(take(file, 2)?);
        }
        Ok(Self { mixture: Recording::sum_of(&truth), truth, learned })
    }

    /// A second of the mixture in short frames, with a little noise so that no bin is silent.
    pub(crate) fn short_spectra(&self) -> Spectra {
        let samples = &self.mixture.downmix()[..SHORT_SECONDS * self.mixture.sample_rate as usize];
        let values = magnitudes(samples, SHORT_FRAME, SHORT_FRAME / 2);
        Spectra { bins: SHORT_FRAME / 2 + 1, values: values.iter().map(|v| f64::from(*v) + 1e-4).collect() }
    }
}

/// What is learned from one recording, by itself: without reconstruction bases, as in the tutorial.
fn learn(recording: &Recording) -> Result<LearnedBases> {
    let settings = LearnSettings { components: COMPONENTS, ..LearnSettings::default() };
    let lesson = Lesson { recordings: std::slice::from_ref(recording), settings, known: &[], role: None };
    let learned = learner::learn(&[lesson], &mut |_| ControlFlow::Continue(())).context("cannot learn")?;
    learned.into_iter().next().context("nothing was learned")
}

/// Magnitudes of the Hann frames of `samples`, `[T, F]`.
pub(crate) fn magnitudes(samples: &[f32], frame_len: usize, hop: usize) -> Vec<f32> {
    let window: Vec<f32> = hann(frame_len).iter().map(|w| *w as f32).collect();
    let mut analysis = Analysis::new(&window);
    let mut spectrum = vec![Bin::default(); frame_len / 2 + 1];
    let frames = samples.windows(frame_len).step_by(hop);
    let magnitudes = frames.flat_map(|frame| {
        analysis.spectrum(frame, &mut spectrum);
        spectrum.iter().map(|bin| bin.norm()).collect::<Vec<_>>()
    });
    magnitudes.collect()
}
