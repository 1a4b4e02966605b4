//! The source model's evidence on the mixtures that reconstruction bases are learned from, computed as of what plays.

use super::{
    framing,
    lesson::Lesson,
    passage::{Passage, channels},
};
use crate::{
    evidence::Evidence,
    nmf::kernels::elementary::power,
    preset::Role,
    stft::{Bin, LatencyMode, Layout},
};

/// Sample rate of the frames that are heard, in Hz: all that matters is their bin spacing, which is the same at any.
const RATE: f64 = 44_100.0;
/// Level at which sources are heard, as RMS: the loudness of most music.
const LEVEL: f32 = 0.05;

/// The evidence on the frames of one mixture after another, a stride apart.
pub(super) struct EvidenceOnMixtures {
    evidence: Evidence,
    /// Role and weight of each source.
    sources: Vec<(Role, f32)>,
    /// Factor from the power of the passages' spectra, the channels added, to a mean square.
    scale: f32,
    /// `[F]`
    power: Vec<f32>,
    /// L = prior^weight of each source, `[S, B]`.
    likelihoods: Vec<f32>,
    width: usize,
}

impl EvidenceOnMixtures {
    /// For mixtures of `lessons` in the frames of `mode`, of `bins` bins, said on `width` bands. `None` if no lesson
    /// has a role; also if the binary was built with a damaged source model, which is an error when the preset plays.
    pub(super) fn of(lessons: &[Lesson<'_>], mode: LatencyMode, bins: usize, width: usize) -> Option<Self> {
        lessons.iter().find(|lesson| lesson.role.is_some())?;
        // What the source model does not know is part of the rest.
        let source = |lesson: &Lesson<'_>| (lesson.role.unwrap_or(Role::Rest), lesson.settings.evidence_weight);
        let sources: Vec<(Role, f32)> = lessons.iter().map(source).collect();
        let mut layout = Layout::new(RATE, mode);
        layout.windows.hop = framing::stride(RATE);
        let evidence = Evidence::new(&layout, sources.iter().map(|(role, _)| *role), width)?;
        // The passages' spectra are scaled to an RMS of about 1, and divided by the frame's length.
        let level = LEVEL * layout.windows.frame_len() as f32;
        Some(Self {
            evidence,
            scale: layout.windows.power_scale(1) * level * level,
            power: vec![0.0; bins],
            likelihoods: vec![0.0; sources.len() * width],
            sources,
            width,
        })
    }

    /// A new mixture begins.
    pub(super) fn reset(&mut self) {
        self.evidence.reset();
    }

    /// Hears frame `t` of all `passages` together.
    pub(super) fn hear(&mut self, passages: &[Passage], t: usize) {
        let channels = channels(passages);
        self.power.fill(0.0);
        for channel in 0..channels {
            let spectra: Vec<&[Bin]> = passages.iter().map(|passage| passage.spectrum(channel, t)).collect();
            for (bin, power) in self.power.iter_mut().enumerate() {
                let sum: Bin = spectra.iter().map(|spectrum| spectrum[bin]).sum();
                *power += sum.norm_sqr() * self.scale / channels as f32;
            }
        }
        self.evidence.hear(&self.power);
        for ((role, weight), row) in self.sources.iter().zip(self.likelihoods.chunks_exact_mut(self.width)) {
            row.iter_mut().zip(self.evidence.prior(*role)).for_each(|(l, prior)| *l = power(*prior, *weight));
        }
    }

    /// How likely each source is in each band of the last frame, `[S, B]`.
    pub(super) fn all(&self) -> &[f32] {
        &self.likelihoods
    }

    /// The same of one source, `[B]`.
    pub(super) fn of_source(&self, source: usize) -> &[f32] {
        &self.likelihoods[source * self.width..][..self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learner::{LearnSettings, passage::Extent},
        nmf::bands::Bands,
        recording::Recording,
    };
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const SECONDS: u32 = 3;

    /// Four bursts of noise a second, in both channels; and a low note with overtones, in one.
    fn drums_and_bass(sample_rate: u32) -> [Recording; 2] {
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        let seconds = |n: u32| n as f32 / sample_rate as f32;
        let noise = |n: u32| 0.3 * (-40.0 * (seconds(n) % 0.25)).exp() * rng.random_range(-1.0..1.0_f32);
        let noise: Vec<f32> = (0..SECONDS * sample_rate).map(noise).collect();
        let partial = |n: u32, k: u32| (std::f32::consts::TAU * 70.0 * (k * n) as f32 / sample_rate as f32).sin();
        let note = |n: u32| (1..5).map(|k| 0.1 * partial(n, k) / k as f32).sum();
        let note = (0..SECONDS * sample_rate).map(note).collect();
        [vec![noise.clone(), noise], vec![note]].map(|channels| Recording { sample_rate, channels })
    }

    /// The mean likelihoods of drums and bass, `[S, B]`, over the last frames of a mixture; and the bands.
    fn likelihoods(sample_rate: u32, roles: [Option<Role>; 2], weight: f32) -> (Vec<f32>, Bands) {
        let recordings = drums_and_bass(sample_rate).map(|recording| [recording]);
        let settings = LearnSettings { evidence_weight: weight, ..LearnSettings::default() };
        let lesson = |(recordings, role)| Lesson { recordings, settings, known: &[], role };
        let lessons: Vec<Lesson<'_>> = recordings.iter().map(|one| &one[..]).zip(roles).map(lesson).collect();
        let bins = lessons[0].layout(LatencyMode::Live).bins();
        let bands = Bands::new(1..bins);
        let extent = Extent { frames: 200, strides: 1 };
        let mut rng = Pcg64Mcg::seed_from_u64(2);
        let passages: Vec<Passage> =
            lessons.iter().map(|lesson| Passage::new(lesson, LatencyMode::Live, extent, &mut rng)).collect();
        let mut evidence = EvidenceOnMixtures::of(&lessons, LatencyMode::Live, bins, bands.len()).unwrap();
        let mut mean = vec![0.0; 2 * bands.len()];
        for t in 0..extent.frames {
            evidence.hear(&passages, t);
            if t >= extent.frames / 2 {
                mean.iter_mut().zip(evidence.all()).for_each(|(mean, l)| *mean += l / (extent.frames / 2) as f32);
            }
        }
        (mean, bands)
    }

    #[test]
    fn drums_and_bass_are_told_apart_at_any_sample_rate_whatever_their_channels() {
        for sample_rate in [22_050, 44_100, 48_000] {
            let (l, bands) = likelihoods(sample_rate, [Some(Role::Drums), Some(Role::Bass)], 1.0);
            let (drums, bass) = l.split_at(bands.len());
            assert!(drums.iter().zip(bass).all(|(a, b)| (a + b - 1.0).abs() < 0.02), "they share every band");
            let band = |hz: f64| (0..bands.len()).find(|b| bands.bins(*b).contains(&((hz / 21.53) as usize))).unwrap();
            let (low, high) = (band(75.0), band(5_000.0));
            assert!(bass[low] > 0.7 && drums[high] > 0.9, "{sample_rate}: {} {}", bass[low], drums[high]);
        }
    }

    #[test]
    fn what_has_no_role_is_the_rest_and_the_weight_is_an_exponent() {
        let (rest, bands) = likelihoods(44_100, [Some(Role::Drums), None], 1.0);
        let (named, _) = likelihoods(44_100, [Some(Role::Drums), Some(Role::Rest)], 1.0);
        assert_eq!(rest, named);
        let (flat, _) = likelihoods(44_100, [Some(Role::Drums), None], 0.0);
        assert!(flat[..bands.len()].iter().all(|l| (l - 1.0).abs() < 1e-3));
    }
}
