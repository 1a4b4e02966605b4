//! How evidence takes part in a model: in the activations, as a constraint, and in the masks.

use super::{Layout, model_error::ModelError};
use crate::{
    evidence::Evidence,
    nmf::{activations::Constraint, bands::Bands, discriminative::FOCUS, kernels::elementary::power},
    preset::{Kind, Preset, Role},
};

/// How much the evidence counts, as measured: against bases that were learned from the source alone it counts little.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strength {
    /// α, the exponent of the prior in activations and masks.
    pub(super) alpha: f32,
    /// The exponent of the masks, as a share of the focus that is set: it only helps bases that were learned with it.
    pub(super) focus: f32,
}

/// All sources were learned from recordings, without the evidence; some were learned; all find their bases.
const ALL_LEARNED: Strength = Strength { alpha: 0.2, focus: 1.0 };
pub(super) const SOME_LEARNED: Strength = Strength { alpha: 0.35, focus: 1.2 / FOCUS };
const ALL_FOUND: Strength = Strength { alpha: 0.5, focus: 1.0 / FOCUS };
/// α of a source that finds its bases, while it does: with less, sources exchange sounds.
const FINDING_ALPHA: f32 = 1.0;

/// The evidence on a model's stream, as its sources use it. Allocates nothing after construction.
pub(super) struct Recognition {
    evidence: Evidence,
    sources: Vec<SourceEvidence>,
    /// What several sources have in common: a role, and whether they find their bases.
    groups: Vec<(Role, bool)>,
    strength: Strength,
    /// L = prior^α of each group, `[G, B]`: for activations and masks, and for learning.
    likelihoods: Vec<f32>,
    learning_likelihoods: Vec<f32>,
    width: usize,
    /// Share of the learned bases in what a recognised source is taken to be; the rest is the prior's.
    pub(super) trust: f32,
}

/// How a source uses the evidence.
#[derive(Debug, Clone, Copy)]
struct SourceEvidence {
    role: Role,
    group: u8,
    /// Whether it has no bases of its own at first.
    is_recognised: bool,
}

impl Recognition {
    /// The evidence for `preset` on `bands`; `None` if the source model knows none of its sources.
    ///
    /// # Errors
    /// [`ModelError::SourceModel`].
    pub(super) fn of(preset: &Preset, layout: &Layout, bands: &Bands) -> Result<Option<Self>, ModelError> {
        if preset.sources.iter().all(|source| source.role.is_none()) {
            return Ok(None);
        }
        let mut groups: Vec<(Role, bool)> = Vec::new();
        let sources: Vec<SourceEvidence> = preset
            .sources
            .iter()
            .map(|source| {
                // What the source model does not know is part of the rest.
                let role = source.role.unwrap_or(Role::Rest);
                let group = (role, source.finds_bases());
                let group = groups.iter().position(|known| *known == group).unwrap_or_else(|| {
                    groups.push(group);
                    groups.len() - 1
                });
                SourceEvidence { role, group: group as u8, is_recognised: source.kind() == Kind::Recognised }
            })
            .collect();
        let finds = |finds: bool| groups.iter().all(|(_, own)| *own == finds);
        let strength = match (finds(true), finds(false)) {
            (true, _) => ALL_FOUND,
            (_, true) => Strength { alpha: preset.evidence_weight().unwrap_or(ALL_LEARNED.alpha), ..ALL_LEARNED },
            (false, false) => SOME_LEARNED,
        };
        let width = bands.len();
        let evidence =
            Evidence::new(layout, sources.iter().map(|source| source.role), width).ok_or(ModelError::SourceModel)?;
        let (likelihoods, learning_likelihoods) = (vec![0.0; groups.len() * width], vec![0.0; groups.len() * width]);
        let mut recognition =
            Self { evidence, sources, groups, strength, likelihoods, learning_likelihoods, width, trust: 0.0 };
        recognition.take_up();
        Ok(Some(recognition))
    }

    /// Whose evidence constrains each component, for components of the sources `owners`, `[K]`.
    pub(super) fn groups_of(&self, owners: &[u8]) -> Vec<u8> {
        owners.iter().map(|owner| self.sources[usize::from(*owner)].group).collect()
    }

    /// What constrains learning from the present frame, `[G, B]`.
    pub(super) fn learning_likelihoods(&self) -> &[f32] {
        &self.learning_likelihoods
    }

    pub(super) fn reset(&mut self) {
        self.evidence.reset();
        self.take_up();
    }

    /// Takes over the past of the stream from another model.
    pub(super) fn continue_from(&mut self, other: &Self) {
        self.evidence.continue_from(&other.evidence);
        self.take_up();
    }

    /// On the audio thread: hears a frame's `power`, `[F]`.
    pub(super) fn hear(&mut self, power: &[f32]) {
        self.evidence.hear(power);
        self.take_up();
    }

    /// The constraint on components of the groups `groups`, `[K]`.
    pub(super) fn constraint<'a>(&'a self, groups: &'a [u8]) -> Constraint<'a> {
        Constraint { likelihoods: &self.likelihoods, bins: self.width, groups }
    }

    /// Constrains what each source explains, `[S, F]` in rows of `width`, of the frame `v`, `[F]`.
    pub(super) fn constrain(&self, explained: &mut [f32], width: usize, v: &[f32], bands: &Bands) {
        let likelihood =
            |source: &SourceEvidence, b: usize| self.likelihoods[usize::from(source.group) * self.width + b];
        let prior = |source: &SourceEvidence, b: usize| self.evidence.prior(source.role)[b];
        let trust = |source: &SourceEvidence| source.is_recognised.then_some(self.trust);
        constrain(explained, width, v, bands, &self.sources, &BandSays { likelihood, prior, trust });
    }

    /// The exponent of the masks at this `focus`.
    pub(super) fn focus(&self, focus: f32) -> f32 {
        self.strength.focus * focus
    }

    /// Takes up what the evidence says.
    fn take_up(&mut self) {
        let rows =
            self.likelihoods.chunks_exact_mut(self.width).zip(self.learning_likelihoods.chunks_exact_mut(self.width));
        for ((likelihoods, learning_likelihoods), (role, finds)) in rows.zip(&self.groups) {
            let alpha = self.strength.alpha;
            let learning = if *finds { FINDING_ALPHA } else { alpha };
            let said = likelihoods.iter_mut().zip(learning_likelihoods).zip(self.evidence.prior(*role));
            for ((likelihood, learning_likelihoods), prior) in said {
                (*likelihood, *learning_likelihoods) = (power(*prior, alpha), power(*prior, learning));
            }
        }
    }
}

/// What is said of a source in one frame: L and the prior per band, and the share of the learned bases in what a source
/// is taken to be that finds them; the rest is the prior's.
pub(super) struct BandSays<L, P, T> {
    pub(super) likelihood: L,
    pub(super) prior: P,
    pub(super) trust: T,
}

/// Constrains what each of `sources` explains, `[S, F]` in rows of `width`, of the frame `v`, `[F]`.
///
/// Where the bases do not explain a band, with R the model of it and V what is there, a source that finds its bases is
/// what the prior says of V: the bases count with q = min(R, V) / max(R, V).
#[inline(always)]
pub(super) fn constrain<S, L, P, T>(
    explained: &mut [f32],
    width: usize,
    v: &[f32],
    bands: &Bands,
    sources: &[S],
    said: &BandSays<L, P, T>,
) where
    L: Fn(&S, usize) -> f32,
    P: Fn(&S, usize) -> f32,
    T: Fn(&S) -> Option<f32>,
{
    for b in 0..bands.len() {
        let bins = bands.bins(b);
        let sound: f32 = v[bins.clone()].iter().sum();
        let rows = explained.chunks_exact(width).zip(sources);
        let model: f32 =
            rows.map(|(row, source)| (said.likelihood)(source, b) * row[bins.clone()].iter().sum::<f32>()).sum();
        let fit = model.min(sound) / model.max(sound).max(f32::MIN_POSITIVE);
        for (row, source) in explained.chunks_exact_mut(width).zip(sources) {
            let trust = (said.trust)(source).map_or(1.0, |trust| trust * fit);
            let learned = trust * (said.likelihood)(source, b);
            let heard = (1.0 - trust) * (said.prior)(source, b);
            for (y, v) in row[bins.clone()].iter_mut().zip(&v[bins.clone()]) {
                *y = learned * *y + heard * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{
        dictionary::{Dictionary, FrameSpec, Training},
        preset::{LearnedBases, Source},
        stft::LatencyMode,
    };

    /// α for sources that were learned under the evidence with these weights, or without it; the last one finds its
    /// bases if `finds`.
    fn alpha(weights: [Option<f32>; 2], finds: bool) -> f32 {
        let layout = Layout::new(44_100.0, LatencyMode::Live);
        let bins = layout.bins();
        let source = |(strip, (weight, role)): (usize, (Option<f32>, Role))| {
            let mut learned = LearnedBases::from(Dictionary {
                frame: FrameSpec::of(&layout),
                training: Training { divergence: "kl".to_owned(), seed: 0, iterations: 1 },
                components: 1,
                bins,
                bases: vec![1.0 / bins as f32; bins],
                reconstruction: None,
            });
            learned.evidence_weight = weight;
            match finds && strip == 1 {
                true => Source::recognised(role.name(), strip, role, 4),
                false => Source { role: Some(role), ..Source::fixed(role.name(), strip, learned) },
            }
        };
        let sources = weights.into_iter().zip([Role::Drums, Role::Bass]).enumerate().map(source);
        let recognition = Recognition::of(&Preset::of(sources.collect()), &layout, &Bands::new(1..bins)).unwrap();
        recognition.unwrap().strength.alpha
    }

    #[test]
    fn all_sources_of_a_preset_have_one_weight_that_of_what_was_learned_under_the_evidence() {
        assert_eq!(alpha([None, None], false), ALL_LEARNED.alpha, "presets of earlier versions play as before");
        assert_eq!(alpha([Some(0.5), Some(0.5)], false), 0.5);
        assert_eq!(alpha([Some(0.5), None], false), 0.5, "one was learned again alone");
        assert_eq!(alpha([Some(0.2), Some(0.8)], false), 0.5, "they were learned apart");
        assert_eq!(alpha([Some(0.8), Some(0.8)], true), SOME_LEARNED.alpha);
    }
}
