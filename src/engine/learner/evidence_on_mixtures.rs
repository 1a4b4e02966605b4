//! What the source model says of mixtures that reconstruction bases are learned from: the same as it will say of what
//! plays, so that the bases are learned under it.

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
    /// For mixtures of `lessons` in the frames of `mode`, of `bins` bins, said on `width` bands. `None` if no lesson has
    /// a role; also if the binary was built with a damaged source model, which is said when the preset plays.
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
