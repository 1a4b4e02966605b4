//! A case, ready to be separated and scored.

use crate::material::Material;
use std::ops::Range;
use unbraid_engine::{evaluation::TrueSources, recording::Recording};

/// A case as it is played, once or several times on end.
pub(crate) struct Scene {
    pub(crate) material: Material,
    /// All parts together, all passes.
    pub(crate) mixture: Recording,
    /// The parts' downmixes, one pass.
    pub(crate) truths: Vec<Vec<f32>>,
    /// The same, prepared.
    pub(crate) true_sources: TrueSources,
    passes: usize,
}

impl Scene {
    /// `material`, played `passes` times on end.
    pub(crate) fn new(material: Material, passes: usize) -> Result<Self, String> {
        let truths: Vec<_> = material.parts.iter().map(Recording::downmix).collect();
        let true_sources = TrueSources::new(&truths).map_err(|error| format!("{}: {error}", material.name))?;
        let mut mixture = Recording::sum_of(&material.parts);
        mixture.channels.iter_mut().for_each(|channel| *channel = channel.repeat(passes));
        Ok(Self { material, mixture, truths, true_sources, passes })
    }

    /// The names of the parts.
    pub(crate) fn sources(&self) -> Vec<&str> {
        self.material.sources.iter().map(String::as_str).collect()
    }

    /// The samples of the last pass, which is the one that is measured.
    pub(crate) fn last_pass(&self) -> Range<usize> {
        let len = self.truths[0].len();
        (self.passes - 1) * len..self.passes * len
    }

    /// Where the last pass begins and ends, in seconds.
    pub(crate) fn last_pass_seconds(&self) -> [f64; 2] {
        let Range { start, end } = self.last_pass();
        [start, end].map(|sample| sample as f64 / f64::from(self.mixture.sample_rate))
    }

    /// The mean SDR of `estimates` over the last pass, in dB.
    ///
    /// # Panics
    /// If a sample is not finite.
    pub(crate) fn mean_sdr(&self, estimates: &[Recording]) -> f64 {
        match self.true_sources.score(&self.estimates_in(estimates, &self.last_pass())) {
            Ok(scores) => scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64,
            Err(error) => panic!("{}: {error}", self.material.name),
        }
    }

    /// The parts' downmixes in the samples `range` of all passes.
    pub(crate) fn truths_in(&self, range: Range<usize>) -> Vec<Vec<f32>> {
        let cut = |truth: &Vec<f32>| truth.iter().copied().cycle().skip(range.start).take(range.len()).collect();
        self.truths.iter().map(cut).collect()
    }

    /// The downmixes of `estimates` in the samples `range` of all passes. A silent one has no SDR; the mixture stands
    /// for it, which is as good as doing nothing.
    pub(crate) fn estimates_in(&self, estimates: &[Recording], range: &Range<usize>) -> Vec<Vec<f32>> {
        let cut = |recording: &Recording| recording.downmix()[range.clone()].to_vec();
        let sounding = |signal: Vec<f32>| {
            if signal.iter().all(|x| *x == 0.0) { cut(&self.mixture) } else { signal }
        };
        estimates.iter().map(|estimate| sounding(cut(estimate))).collect()
    }
}
