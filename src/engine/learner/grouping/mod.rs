//! Groups the K components of an unsupervised factorization into a few sources.
//!
//! - `percussiveness`: a measure that tells drums from notes.
//! - `line`: groups components by a single number each.
//! - `profiles`: groups components by when they sound.
//!
//! Components are weighted by their energy, so that faint ones do not decide. Nothing is random: the same components
//! always fall into the same groups.

mod line;
mod percussiveness;
mod profiles;

use crate::{
    nmf::kernels::plain::dot,
    preset::{Cue, MAX_SOURCES},
};
use line::Line;
use percussiveness::percussiveness;
use profiles::Profiles;

/// Components with less than this share of the energy are silent: they have no part in any mask, and their bases are
/// arbitrary.
const SILENT_SHARE: f64 = 1e-6;
/// Marks a component that is in no group yet.
const NOWHERE: u8 = u8::MAX;

/// K components to be grouped.
#[derive(Debug, Clone, Copy)]
pub struct Components<'a> {
    /// Their bases over bins or bands, `[K, B]`, non-negative.
    pub bases: &'a [f32],
    /// Their activations in successive frames, `[T, K]`.
    pub activations: &'a [f32],
    /// The share of each component's sound that is in the left channel, `[K]`, 0 to 1; empty for a mono mixture.
    pub left: &'a [f32],
}

/// Groups components. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// Energy of each component, `[K]`.
    energies: Vec<f64>,
    /// The number by which each component is grouped, `[K]`.
    values: Vec<f32>,
    /// The components that are not silent.
    sounding: Vec<usize>,
    line: Line,
    profiles: Profiles,
}

impl Grouping {
    /// Memory for up to `components` components and `most_frames` frames. Of more frames, the last ones count.
    pub fn new(components: usize, most_frames: usize) -> Self {
        Self {
            energies: vec![0.0; components],
            values: vec![0.0; components],
            sounding: Vec::with_capacity(components),
            line: Line::new(components),
            profiles: Profiles::new(components, most_frames),
        }
    }

    /// Gives each component its group in `owners`, `[K]`: 0 to `groups` - 1, in the order that `cue` defines.
    ///
    /// Every group gets at least one component, if there are enough. A silent component goes to the group of the
    /// component whose basis is most similar.
    ///
    /// # Panics
    /// If the shapes do not fit each other, there are more components than there is memory for, or more than
    /// [`MAX_SOURCES`] groups.
    pub fn group(&mut self, components: &Components<'_>, groups: usize, cue: Cue, owners: &mut [u8]) {
        let count = owners.len();
        assert!(count > 0 && count <= self.energies.len(), "there must be room for every component");
        assert!((1..=MAX_SOURCES).contains(&groups), "there is a group for each of up to {MAX_SOURCES} sources");
        assert!(components.bases.len().is_multiple_of(count) && components.activations.len().is_multiple_of(count));
        owners.fill(NOWHERE);
        self.listen(components, count);
        let heard = groups.min(self.sounding.len());
        if heard > 0 {
            self.tell_apart(components, heard, cue, owners);
        }
        self.place_silent(components.bases, heard, groups, owners);
    }

    /// Computes the energies.
    fn listen(&mut self, components: &Components<'_>, count: usize) {
        let bins = components.bases.len() / count;
        self.energies.fill(0.0);
        for h in components.activations.chunks_exact(count) {
            self.energies.iter_mut().zip(h).for_each(|(sum, h)| *sum += f64::from(*h));
        }
        for (energy, basis) in self.energies.iter_mut().zip(components.bases.chunks_exact(bins)) {
            *energy *= basis.iter().map(|w| f64::from(*w)).sum::<f64>();
            // A component that is not finite counts as silent.
            *energy = if energy.is_finite() { energy.max(0.0) } else { 0.0 };
        }
        let total: f64 = self.energies.iter().sum();
        self.sounding.clear();
        self.sounding.extend((0..count).filter(|k| self.energies[*k] > SILENT_SHARE * total));
    }

    /// Groups the components that are not silent.
    fn tell_apart(&mut self, components: &Components<'_>, groups: usize, cue: Cue, owners: &mut [u8]) {
        let count = owners.len();
        let bins = components.bases.len() / count;
        let values = &mut self.values[..count];
        match cue {
            Cue::Time => {
                self.profiles.cluster(components.activations, &self.sounding, &self.energies, groups, owners);
                return;
            }
            Cue::Timbre => {
                for &k in &self.sounding {
                    let h = components.activations[k..].iter().step_by(count).copied();
                    values[k] = -percussiveness(&components.bases[k * bins..][..bins], h);
                }
            }
            Cue::Position => {
                for (k, value) in values.iter_mut().enumerate() {
                    *value = -components.left.get(k).copied().filter(|left| left.is_finite()).unwrap_or(0.5);
                }
            }
        }
        self.line.cluster(values, &self.energies, &self.sounding, groups, owners);
    }

    /// Puts each silent component where its basis is most similar, but first into groups that would stay empty.
    fn place_silent(&self, bases: &[f32], heard: usize, groups: usize, owners: &mut [u8]) {
        let mut empty = heard..groups;
        let bins = bases.len() / owners.len();
        let basis = |k: usize| &bases[k * bins..][..bins];
        for k in 0..owners.len() {
            if owners[k] != NOWHERE {
                continue;
            }
            // Bounded below, so that a basis of zeros is similar to none.
            let likeness = |other: usize| {
                let other = basis(other);
                dot(basis(k), other) / dot(other, other).sqrt().max(f32::MIN_POSITIVE)
            };
            let nearest = self.sounding.iter().copied().max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)));
            owners[k] = match (empty.next(), nearest) {
                (Some(group), _) => group as u8,
                (None, Some(nearest)) => owners[nearest],
                (None, None) => 0,
            };
        }
    }
}

#[cfg(test)]
mod tests;
