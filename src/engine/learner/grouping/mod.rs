//! Which components of an unsupervised factorization belong together: each of the K components to one of a few groups, a source each.
//!
//! - `percussiveness`: what tells drums from notes.
//! - `line`: components told apart by one number each, exactly.
//! - `profiles`: components told apart by when they sound.
//!
//! Components weigh as much as they sound, so that what is hardly heard does not decide. Nothing is drawn at random: the same
//! components always fall into the same groups.

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

/// Components with less than this share of the sound are silent: they are heard in no mask, and what they look like is chance.
const SILENT_SHARE: f64 = 1e-6;
/// Marks a component that is in no group yet.
const NOWHERE: u8 = u8::MAX;

/// What is known of K components.
#[derive(Debug, Clone, Copy)]
pub struct Components<'a> {
    /// Their bases over bins or bands, `[K, B]`, non-negative.
    pub bases: &'a [f32],
    /// Their activations, `[T, K]`, in frames that follow each other.
    pub activations: &'a [f32],
    /// The share of each component's sound that is in the left channel, `[K]`, 0 to 1; empty when the mixture is mono.
    pub left: &'a [f32],
}

/// Groups components. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// How much each component sounds, `[K]`.
    energies: Vec<f64>,
    /// What each is told apart by, `[K]`.
    values: Vec<f32>,
    /// Those that sound.
    sounding: Vec<usize>,
    line: Line,
    profiles: Profiles,
}

impl Grouping {
    /// Room for up to `components` components and `most_frames` frames; of more frames, the last ones count.
    pub fn new(components: usize, most_frames: usize) -> Self {
        Self {
            energies: vec![0.0; components],
            values: vec![0.0; components],
            sounding: Vec::with_capacity(components),
            line: Line::new(components),
            profiles: Profiles::new(components, most_frames),
        }
    }

    /// Gives each component its group in `owners`, `[K]`: 0 to `groups` - 1, in the order that `cue` says.
    ///
    /// Every group gets at least one component, if there are as many. Components without sound go to the group of the one whose
    /// basis is most alike.
    ///
    /// # Panics
    /// If the shapes do not fit each other, there are more components than there is room for, or more than
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

    /// Finds how much each component sounds.
    fn listen(&mut self, components: &Components<'_>, count: usize) {
        let bins = components.bases.len() / count;
        self.energies.fill(0.0);
        for h in components.activations.chunks_exact(count) {
            self.energies.iter_mut().zip(h).for_each(|(sum, h)| *sum += f64::from(*h));
        }
        for (energy, basis) in self.energies.iter_mut().zip(components.bases.chunks_exact(bins)) {
            *energy *= basis.iter().map(|w| f64::from(*w)).sum::<f64>();
            // What is no number is no sound.
            *energy = if energy.is_finite() { energy.max(0.0) } else { 0.0 };
        }
        let total: f64 = self.energies.iter().sum();
        self.sounding.clear();
        self.sounding.extend((0..count).filter(|k| self.energies[*k] > SILENT_SHARE * total));
    }

    /// Groups those that sound.
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

    /// Puts those without sound where their basis is most alike; first into groups that would stay empty.
    fn place_silent(&self, bases: &[f32], heard: usize, groups: usize, owners: &mut [u8]) {
        let mut empty = heard..groups;
        let bins = bases.len() / owners.len();
        let basis = |k: usize| &bases[k * bins..][..bins];
        for k in 0..owners.len() {
            if owners[k] != NOWHERE {
                continue;
            }
            // Bounded below, so that a basis of zeros is like none.
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
