//! Groups components by when they sound.
//!
//! The profile of a component is its activations over time: log-compressed, with the mean removed, and scaled to length
//! 1, so that the product of two profiles is a correlation. Profiles are clustered by spherical k-means (Dhillon and
//! Modha 2001), weighted by the components' energies, from several starts, whose centres are components that are as
//! different from each other as possible.

use crate::{
    nmf::kernels::plain::{add_scaled, dot},
    preset::MAX_SOURCES,
};

/// Activations below this share of their mean hardly count.
const RANGE: f32 = 0.1;
/// Number of starts, each with another of the loudest components as its first centre.
const STARTS: usize = 8;
/// Largest number of rounds of k-means, which needs far fewer.
const MOST_ROUNDS: usize = 50;

/// Clusters profiles. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    most_frames: usize,
    /// `[K, T]`, rows in the order of the points.
    profiles: Vec<f32>,
    /// `[groups, T]`
    centres: Vec<f32>,
    /// Weights of the points, and the points in the order of their weights, heaviest first.
    weights: Vec<f32>,
    heaviest: Vec<usize>,
    /// Groups of the points: those of the present start, and the best so far.
    own: Vec<u8>,
    best: Vec<u8>,
}

impl Profiles {
    /// Memory for `components` components over `most_frames` frames.
    pub(super) fn new(components: usize, most_frames: usize) -> Self {
        Self {
            most_frames,
            profiles: vec![0.0; components * most_frames],
            centres: vec![0.0; MAX_SOURCES * most_frames],
            weights: Vec::with_capacity(components),
            heaviest: Vec::with_capacity(components),
            own: Vec::with_capacity(components),
            best: Vec::with_capacity(components),
        }
    }

    /// Gives each of `points`, which are components with these `activations`, `[T, K]`, and `energies`, `[K]`, its
    /// group in `owners`, `[K]`: 0 for the loudest. Each group gets at least one point.
    ///
    /// There must be at least as many points as groups.
    pub(super) fn cluster(
        &mut self,
        activations: &[f32],
        points: &[usize],
        energies: &[f64],
        groups: usize,
        owners: &mut [u8],
    ) {
        let frames = self.prepare(activations, points, energies, owners.len());
        let mut highest = f32::NEG_INFINITY;
        for start in 0..STARTS.min(points.len()) {
            self.start(start, groups, frames);
            let likeness = self.settle(groups, frames);
            if likeness > highest {
                highest = likeness;
                self.best.copy_from_slice(&self.own);
            }
        }
        let order = loudest_first(&self.best, &self.weights, groups);
        for (point, group) in points.iter().zip(&self.best) {
            owners[*point] = order[usize::from(*group)];
        }
    }

    /// Computes profiles and weights; gives the number of frames.
    fn prepare(&mut self, activations: &[f32], points: &[usize], energies: &[f64], count: usize) -> usize {
        let frames = (activations.len() / count).min(self.most_frames);
        let recent = &activations[activations.len() - frames * count..];
        let total: f64 = points.iter().map(|k| energies[*k]).sum();
        self.weights.clear();
        self.weights.extend(points.iter().map(|k| (energies[*k] / total) as f32));
        for (profile, &k) in self.profiles.chunks_exact_mut(frames.max(1)).zip(points) {
            let mean = recent.iter().skip(k).step_by(count).sum::<f32>() / frames as f32;
            let least = (RANGE * mean).max(f32::MIN_POSITIVE);
            for (x, h) in profile.iter_mut().zip(recent.iter().skip(k).step_by(count)) {
                *x = (h.max(0.0) / least).ln_1p();
            }
            let mean = profile.iter().sum::<f32>() / frames as f32;
            profile.iter_mut().for_each(|x| *x -= mean);
            normalize(profile);
        }
        let (weights, heaviest) = (&self.weights, &mut self.heaviest);
        heaviest.clear();
        heaviest.extend(0..points.len());
        heaviest.sort_unstable_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
        for groups in [&mut self.own, &mut self.best] {
            groups.clear();
            groups.resize(points.len(), 0);
        }
        frames
    }

    /// Puts the first centre on the `start`th heaviest point, and each further one on the point that is heaviest and
    /// least similar to the centres so far.
    fn start(&mut self, start: usize, groups: usize, frames: usize) {
        let mut centre = self.heaviest[start];
        for group in 0..groups {
            self.centres[group * frames..][..frames].copy_from_slice(&self.profiles[centre * frames..][..frames]);
            let unlike = |point: usize| {
                let likeness = (0..=group).map(|group| self.likeness(point, group, frames)).fold(-1.0, f32::max);
                self.weights[point] * (1.0 - likeness)
            };
            centre = (0..self.weights.len()).max_by(|a, b| unlike(*a).total_cmp(&unlike(*b))).unwrap_or(centre);
        }
    }

    /// Runs rounds of k-means until no point changes its group; gives the similarity of points and centres.
    fn settle(&mut self, groups: usize, frames: usize) -> f32 {
        for round in 0..MOST_ROUNDS {
            let moved = self.assign(groups, frames);
            if !moved && round > 0 {
                break;
            }
            self.fill_empty(groups, frames);
            self.centres[..groups * frames].fill(0.0);
            for (point, profile) in self.profiles.chunks_exact(frames.max(1)).take(self.own.len()).enumerate() {
                let centre = &mut self.centres[usize::from(self.own[point]) * frames..][..frames];
                add_scaled(centre, self.weights[point], profile);
            }
            self.centres[..groups * frames].chunks_exact_mut(frames.max(1)).for_each(normalize);
        }
        self.fill_empty(groups, frames);
        (0..self.own.len())
            .map(|point| self.weights[point] * self.likeness(point, usize::from(self.own[point]), frames))
            .sum()
    }

    /// Gives each point to the most similar centre; `true` if any changed its group.
    fn assign(&mut self, groups: usize, frames: usize) -> bool {
        let mut moved = false;
        for point in 0..self.own.len() {
            let likeness = |group: usize| self.likeness(point, group, frames);
            // Of several that are equally similar, the first.
            let nearest = (0..groups).rev().max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap_or(0) as u8;
            moved |= std::mem::replace(&mut self.own[point], nearest) != nearest;
        }
        moved
    }

    /// Gives each empty group the point that is least similar to its centre, of those that are not alone in their
    /// group.
    fn fill_empty(&mut self, groups: usize, frames: usize) {
        for empty in 0..groups as u8 {
            if self.own.contains(&empty) {
                continue;
            }
            let unlike =
                |point: usize| self.weights[point] * (1.0 - self.likeness(point, usize::from(self.own[point]), frames));
            let alone = |point: usize| self.own.iter().filter(|group| **group == self.own[point]).count() == 1;
            let farthest =
                (0..self.own.len()).filter(|point| !alone(*point)).max_by(|a, b| unlike(*a).total_cmp(&unlike(*b)));
            if let Some(point) = farthest {
                self.own[point] = empty;
            }
        }
    }

    fn likeness(&self, point: usize, group: usize, frames: usize) -> f32 {
        dot(&self.profiles[point * frames..][..frames], &self.centres[group * frames..][..frames])
    }
}

/// The rank of each group by loudness, loudest first.
fn loudest_first(own: &[u8], weights: &[f32], groups: usize) -> [u8; MAX_SOURCES] {
    let mut loudness = [0.0_f32; MAX_SOURCES];
    own.iter().zip(weights).for_each(|(group, weight)| loudness[usize::from(*group)] += weight);
    let mut order = [0; MAX_SOURCES];
    for (group, place) in order.iter_mut().enumerate().take(groups) {
        let louder = |other: &usize| loudness[*other] > loudness[group];
        let same_before = (0..group).filter(|other| loudness[*other] == loudness[group]).count();
        *place = ((0..groups).filter(louder).count() + same_before) as u8;
    }
    order
}

/// Scales a row to length 1, unless it is 0.
fn normalize(row: &mut [f32]) {
    let length = dot(row, row).sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|x| *x /= length);
    }
}
