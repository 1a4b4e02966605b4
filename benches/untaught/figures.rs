//! What is measured of a separation: BSS Eval and the plain signal-to-noise ratio per band.

use crate::scene::Scene;
use unbraid_engine::{
    evaluation::{BandEnergies, Score},
    recording::Recording,
};

/// The figures of one source, or their means, in dB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) sdr: f64,
    pub(crate) sir: f64,
    pub(crate) sar: f64,
    /// Below 150 Hz, to 2 kHz, above.
    pub(crate) snr: [f64; 3],
}

impl Row {
    fn values(&self) -> [f64; 6] {
        let [low, middle, high] = self.snr;
        [self.sdr, self.sir, self.sar, low, middle, high]
    }

    /// The means of `rows`, value by value.
    pub(crate) fn mean(rows: &[Self]) -> Self {
        let mean = |i: usize| rows.iter().map(|row| row.values()[i]).sum::<f64>() / rows.len() as f64;
        Self { sdr: mean(0), sir: mean(1), sar: mean(2), snr: [mean(3), mean(4), mean(5)] }
    }
}

/// The figures of a separation.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// One per source.
    pub(crate) sources: Vec<Row>,
    /// Means of SDR, SIR and SAR; the signal-to-noise ratios of all sources together, their energies and their errors
    /// added: a source that has next to nothing in a band says little about it.
    pub(crate) mean: Row,
}

impl Figures {
    /// Scores the last pass of `estimates`, in the order of the scene's sources.
    ///
    /// # Panics
    /// If a sample is not finite.
    pub(crate) fn of(scene: &Scene, estimates: &[Recording]) -> Self {
        let range = scene.last_pass();
        let rate = f64::from(scene.mixture.sample_rate);
        let scores = match scene.true_sources.score(&scene.estimates_in(estimates, &range)) {
            Ok(scores) => scores,
            Err(error) => panic!("{}: {error}", scene.material.name),
        };
        let energies = |(truth, estimate): (&Vec<f32>, &Recording)| {
            BandEnergies::of(truth, &estimate.downmix()[range.clone()], rate)
        };
        let energies: Vec<_> = scene.truths.iter().zip(estimates).map(energies).collect();
        let row = |(score, energies): (&Score, &BandEnergies)| Row {
            sdr: score.sdr,
            sir: score.sir,
            sar: score.sar,
            snr: energies.snr(),
        };
        let sources: Vec<Row> = scores.iter().zip(&energies).map(row).collect();
        let together = energies.into_iter().fold(BandEnergies::default(), |sum, energies| sum + energies);
        let mean = Row { snr: together.snr(), ..Row::mean(&sources) };
        Self { sources, mean }
    }

    /// The means of `all`, source by source; they have as many sources each.
    pub(crate) fn mean_of(all: &[&Self]) -> Self {
        let count = all.first().map_or(0, |figures| figures.sources.len());
        let source = |i: usize| Row::mean(&all.iter().map(|figures| figures.sources[i]).collect::<Vec<_>>());
        let mean = Row::mean(&all.iter().map(|figures| figures.mean).collect::<Vec<_>>());
        Self { sources: (0..count).map(source).collect(), mean }
    }
}
