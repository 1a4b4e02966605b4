//! Evidence: what says, per source, band and frame, how likely that source is, before any bases are looked at.
//!
//! Several kinds of evidence may say so, each with its confidence c. Their likelihoods are pooled as products of powers
//! (the logarithmic opinion pool: Genest and Zidek 1986),
//!
//! ```text
//! prior(s, b) ∝ Π_i p_i(s, b)^(c_i),   which sums to 1 over the sources s
//! ```
//!
//! and the pooled prior constrains the model of the mixture, R = Σ_s L_s · (W_s h_s) with L_s = prior_s^α (posterior
//! regularisation: Ganchev et al. 2010; for NMF Bryan and Mysore 2013).
//!
//! A part of the drums is as likely as the drums, times the share of the drums that is this part.
//!
//! - `pooled`: the pooled evidence on one set of sources. `pool`: the product.
//! - `source_model`: trained nets. `harmonic_percussive`: a cue that needs no training. `medians`: running medians.

mod harmonic_percussive;
mod medians;
mod pool;
mod pooled;
mod source_model;

use crate::{nmf::bands::Bands, preset::Role, stft::Layout};
use pooled::PooledEvidence;
use source_model::SourceSet;

/// α for sources whose reconstruction bases are learned under the evidence, unless another is chosen; by measurement.
/// It is below ½, because bases that were learned from the source alone say more than the evidence.
pub const LEARNED_WEIGHT: f32 = 0.35;

/// The evidence on one stream. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// On drums, bass and the rest; `None` if there are drums alone.
    mixture: Option<PooledEvidence>,
    /// On the parts of the drums; `None` if no part has a source of its own.
    kit: Option<PooledEvidence>,
    /// The bands of the source model, on the stream's bins as far as it has them, and the frame's energy in each. `[B]`
    bands: Bands,
    energies: Vec<f32>,
    /// Frames between two that it looks at, and frames since the last of those.
    stride: usize,
    since_seen: usize,
    /// Which roles have a source. `[Role::COUNT]`
    present: [bool; Role::COUNT],
    /// What is said last, on the bands of the one who asks, `[Role::COUNT, width]`.
    prior: Vec<f32>,
    width: usize,
}

impl Evidence {
    /// The evidence on the frames of `layout` for the sources of `roles`, said on `width` bands: those of
    /// [`Bands::new`] from bin 1 up. `None` only if the binary was built with damaged weights.
    pub fn new(layout: &Layout, roles: impl Iterator<Item = Role>, width: usize) -> Option<Self> {
        let mut present = [false; Role::COUNT];
        roles.for_each(|role| present[role as usize] = true);
        let has = |role: Role| present[role as usize];
        let has_kit = Role::KIT.into_iter().any(has);
        let has_others = has(Role::Bass) || has(Role::Rest);
        let mixture = match has_others || !has_kit {
            true => Some(PooledEvidence::new(
                SourceSet::Mixture,
                layout,
                &[has(Role::Drums) || has_kit, has(Role::Bass), has(Role::Rest)],
                width,
            )?),
            false => None,
        };
        let kit = match has_kit {
            // Beside parts, the drums are all other parts: any may sound.
            true => {
                let mut flags: Vec<bool> = Role::KIT.into_iter().map(|role| has(role) || has(Role::Drums)).collect();
                flags.push(has_others);
                Some(PooledEvidence::new(SourceSet::Kit, layout, &flags, width)?)
            }
            false => None,
        };
        let pooled = mixture.as_ref().or(kit.as_ref())?;
        let bands = pooled.bands();
        if kit.as_ref().is_some_and(|kit| kit.bands().len() != bands.len()) {
            return None;
        }
        let mut evidence = Self {
            energies: vec![0.0; bands.len()],
            bands,
            stride: (pooled.step_seconds() * layout.sample_rate / layout.windows.hop as f64).round().max(1.0) as usize,
            since_seen: 0,
            present,
            prior: vec![0.0; Role::COUNT * width],
            width,
            mixture,
            kit,
        };
        evidence.reset();
        Some(evidence)
    }

    /// Forgets the past of the stream.
    pub fn reset(&mut self) {
        self.pooled().for_each(PooledEvidence::reset);
        self.since_seen = 0;
        self.conclude();
    }

    /// Takes over the past of the stream from `other`, as far as it has looked at the same.
    pub fn continue_from(&mut self, other: &Self) {
        for (own, other) in [(&mut self.mixture, &other.mixture), (&mut self.kit, &other.kit)] {
            if let (Some(own), Some(other)) = (own, other) {
                own.continue_from(other);
            }
        }
        self.since_seen = other.since_seen;
        self.conclude();
    }

    /// On the audio thread, once a frame: hears the frame's `power`, `[F]`, as mean squares.
    pub fn hear(&mut self, power: &[f32]) {
        if self.since_seen == 0 {
            let Self { bands, energies, mixture, kit, .. } = self;
            bands.merge(power, energies);
            let mut heard = false;
            mixture.iter_mut().chain(kit).for_each(|pooled| heard |= pooled.hear(energies));
            if heard {
                self.conclude();
            }
        }
        self.since_seen = (self.since_seen + 1) % self.stride;
    }

    /// How likely each band belongs to `role`, `[width]`; sums to 1 over the roles that have a source.
    pub fn prior(&self, role: Role) -> &[f32] {
        &self.prior[role as usize * self.width..][..self.width]
    }

    fn pooled(&mut self) -> impl Iterator<Item = &mut PooledEvidence> {
        self.mixture.iter_mut().chain(&mut self.kit)
    }

    /// Joins what is said of the mixture and of its drums.
    fn conclude(&mut self) {
        let (mixture, kit) = self.prior.split_at_mut(Role::MIXTURE.len() * self.width);
        match &self.mixture {
            Some(pooled) => pooled.write(mixture),
            None => mixture[..self.width].fill(1.0),
        }
        let Some(pooled) = &self.kit else { return };
        pooled.write(kit);
        let drums = &mut mixture[..self.width];
        let has_drums = self.present[Role::Drums as usize];
        for (b, drums) in drums.iter_mut().enumerate() {
            let parts = || Role::KIT.iter().enumerate().filter(|(_, role)| self.present[**role as usize]);
            let own: f32 = parts().map(|(s, _)| kit[s * self.width + b]).sum();
            // What has no source of its own stays with the drums; without them the parts share it.
            let scale = if has_drums { *drums } else { *drums / own.max(f32::MIN_POSITIVE) };
            parts().for_each(|(s, _)| kit[s * self.width + b] *= scale);
            *drums = (*drums - scale * own).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::stft::LatencyMode;
    use rand::{RngExt, SeedableRng};

    const WIDTH: usize = 123;

    fn evidence(roles: &[Role]) -> Evidence {
        Evidence::new(&Layout::new(48_000.0, LatencyMode::Live), roles.iter().copied(), WIDTH).unwrap()
    }

    /// Frames of noise, with a hit in every sixteenth.
    fn hear(evidence: &mut Evidence, frames: usize) -> Vec<f32> {
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(1);
        let mut said = Vec::new();
        for n in 0..frames {
            let level = if n % 16 == 0 { 1e-2 } else { 1e-5 };
            let power: Vec<f32> = (0..1200).map(|_| level * rng.random::<f32>()).collect();
            evidence.hear(&power);
            said.extend_from_slice(&evidence.prior);
        }
        said
    }

    #[test]
    fn priors_sum_to_one_over_the_sources_of_any_choice() {
        let choices: [&[Role]; 6] = [
            &Role::MIXTURE,
            &Role::KIT,
            &[Role::Kick, Role::Snare, Role::Hats],
            &[Role::Kick, Role::Drums],
            &[Role::Bass, Role::Rest, Role::Kick, Role::Snare, Role::Hats],
            &[Role::Bass, Role::Kick, Role::Drums],
        ];
        for roles in choices {
            let mut evidence = evidence(roles);
            for _ in 0..10 {
                hear(&mut evidence, 7);
                for b in 0..WIDTH {
                    let sum: f32 = roles.iter().map(|role| evidence.prior(*role)[b]).sum();
                    assert!((sum - 1.0).abs() < 0.02, "{roles:?}: {sum} in band {b}");
                }
            }
        }
    }

    #[test]
    fn after_a_reset_the_same_is_said_again() {
        for roles in [&Role::MIXTURE[..], &Role::KIT, &Role::ALL] {
            let mut evidence = evidence(roles);
            let first = hear(&mut evidence, 40);
            evidence.reset();
            assert!(hear(&mut evidence, 40) == first, "{roles:?}");
        }
    }
}
