//! Which settings are tried: all of them where there are few, otherwise points that are spread evenly.

use super::settings::{Tunable, TuningSettings};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// How often a setting stays at its default: most of what helps is a change of few settings.
const KEPT_SHARE: f64 = 0.35;
/// As many trials in a row share what is learned: learning takes far longer than to separate and to score.
const SHARED_BY: usize = 3;
/// Points that are looked at for each trial before the search for a new one ends.
const TRIES_PER_TRIAL: usize = 50;

/// One setting, and the values that are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TuningAxis {
    /// The setting.
    pub tunable: Tunable,
    /// Its values, ascending; at least one.
    pub values: Vec<f64>,
}

/// The settings that are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchSpace {
    /// What the others are compared with: trial 0.
    pub defaults: TuningSettings,
    /// What is varied.
    pub axes: Vec<TuningAxis>,
}

impl SearchSpace {
    /// The first `count` trials, all different; fewer if there are fewer. The first is the defaults, then come those
    /// that change one thing which is tried alone; the `n`th does not depend on `count`, unless all there are fit into
    /// it.
    pub fn trials(&self, count: usize, seed: u64) -> Vec<TuningSettings> {
        let combinations = self.axes.iter().try_fold(1_usize, |all, axis| all.checked_mul(axis.values.len()));
        let key = |settings: &TuningSettings| -> Vec<u64> {
            self.axes.iter().map(|axis| axis.tunable.of(settings).to_bits()).collect()
        };
        let mut trials = vec![self.defaults.clone()];
        let mut known = HashSet::from([key(&self.defaults)]);
        let mut add = |settings: TuningSettings| {
            if trials.len() < count && known.insert(key(&settings)) {
                trials.push(settings);
            }
            trials.len() < count
        };
        match combinations.filter(|combinations| *combinations < count) {
            Some(combinations) => (0..combinations).for_each(|index| {
                add(self.combination(index));
            }),
            None => {
                for axis in self.axes.iter().filter(|axis| axis.tunable.is_tried_alone()) {
                    for value in &axis.values {
                        let mut settings = self.defaults.clone();
                        axis.tunable.set(&mut settings, *value);
                        add(settings);
                    }
                }
                let points = EvenPoints::new(self.axes.len(), seed);
                let _ = (0..TRIES_PER_TRIAL * count).find(|index| {
                    let shared =
                        if self.axes.iter().all(|axis| axis.tunable.is_learned_with()) { 1 } else { SHARED_BY };
                    !add(self.at(&points.point(*index), &points.point(index / shared)))
                });
            }
        }
        trials
    }

    /// Whether sources have other bases with `settings` than with the defaults, from another random start.
    pub(super) fn is_learned_anew(&self, settings: &TuningSettings) -> bool {
        let mut tunables = self.axes.iter().map(|axis| axis.tunable).filter(|tunable| tunable.gives_other_bases());
        tunables.any(|tunable| tunable.of(settings) != tunable.of(&self.defaults))
    }

    /// What `settings` has in place of the defaults, of what is varied, in words. `sources` are the names of the
    /// sources.
    pub fn changes(&self, settings: &TuningSettings, sources: &[String]) -> Vec<String> {
        let tunables = self.axes.iter().map(|axis| axis.tunable);
        let changed = tunables.filter(|tunable| tunable.of(settings) != tunable.of(&self.defaults));
        changed
            .map(|tunable| format!("{} {}", tunable.name_among(sources), tunable.shown(tunable.of(settings))))
            .collect()
    }

    /// The `index`th of all combinations. What counts while the sources play changes first: trials that follow each
    /// other share what is learned.
    fn combination(&self, mut index: usize) -> TuningSettings {
        let mut settings = self.defaults.clone();
        let (learning, playing): (Vec<&TuningAxis>, Vec<&TuningAxis>) =
            self.axes.iter().partition(|axis| axis.tunable.is_learned_with());
        for TuningAxis { tunable, values } in playing.into_iter().chain(learning) {
            tunable.set(&mut settings, values[index % values.len()]);
            index /= values.len();
        }
        settings
    }

    /// The settings at two points of the unit cube: one for those that count while the sources play, one for those that
    /// count while they are learned.
    fn at(&self, playing: &[f64], learning: &[f64]) -> TuningSettings {
        let mut settings = self.defaults.clone();
        for (TuningAxis { tunable, values }, (playing, learning)) in self.axes.iter().zip(playing.iter().zip(learning))
        {
            let x = if tunable.is_learned_with() { learning } else { playing };
            let default = tunable.of(&self.defaults);
            let kept = if values.contains(&default) { KEPT_SHARE } else { 0.0 };
            if *x >= kept {
                let step = ((x - kept) / (1.0 - kept) * values.len() as f64) as usize;
                tunable.set(&mut settings, values[step.min(values.len() - 1)]);
            }
        }
        settings
    }
}

/// A sequence of points that fills the unit cube evenly however long it is: multiples of powers of 1/φ_d, where φ_d is
/// the positive root of x^(d+1) = x + 1 (Roberts 2018), from a random point on.
struct EvenPoints {
    start: Vec<f64>,
    steps: Vec<f64>,
}

impl EvenPoints {
    fn new(dimensions: usize, seed: u64) -> Self {
        let power = 1.0 / (dimensions + 1) as f64;
        // A fixed point of a contraction.
        let root = (0..64).fold(2.0_f64, |root, _| (1.0 + root).powf(power));
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        Self {
            start: (0..dimensions).map(|_| rng.random_range(0.0..1.0)).collect(),
            steps: (1..=dimensions).map(|n| root.powi(-(n as i32))).collect(),
        }
    }

    fn point(&self, index: usize) -> Vec<f64> {
        self.start.iter().zip(&self.steps).map(|(start, step)| (start + index as f64 * step).fract()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(axes: &[(Tunable, &[f64])]) -> SearchSpace {
        let axes = axes.iter().map(|(tunable, values)| TuningAxis { tunable: *tunable, values: values.to_vec() });
        SearchSpace { defaults: TuningSettings::defaults(vec![25]), axes: axes.collect() }
    }

    #[test]
    fn a_small_space_is_tried_whole_and_the_defaults_come_first() {
        let space = space(&[(Tunable::Components(0), &[5.0, 25.0]), (Tunable::Focus, &[1.0, 1.5, 2.0])]);
        let trials = space.trials(100, 0);
        assert_eq!(trials.len(), 6);
        assert_eq!(trials[0], space.defaults);
        // Those that share what is learned stand together.
        assert_eq!(trials.iter().map(|trial| trial.components[0]).collect::<Vec<_>>(), [25, 5, 5, 5, 25, 25]);
        let pairs: Vec<(usize, f32)> = trials.iter().map(|trial| (trial.components[0], trial.focus)).collect();
        for pair in [(5, 1.0), (5, 1.5), (5, 2.0), (25, 1.0), (25, 2.0)] {
            assert!(pairs.contains(&pair), "{pair:?}");
        }
    }

    #[test]
    fn a_longer_search_begins_with_the_same_trials_and_another_seed_with_others() {
        let values: Vec<f64> = (1..=64).map(f64::from).collect();
        let space = space(&[
            (Tunable::Components(0), &values),
            (Tunable::Focus, &[1.0, 1.5, 2.0]),
            (Tunable::Drift, &[0.0, 1.0]),
        ]);
        let trials = space.trials(100, 3);
        assert_eq!(trials.len(), 100);
        assert_eq!(trials[..40], space.trials(40, 3));
        assert_ne!(trials[1..], space.trials(100, 4)[1..]);
    }

    #[test]
    fn switches_and_weights_of_the_evidence_are_tried_alone_before_several_settings_are() {
        let values: Vec<f64> = (1..=64).map(f64::from).collect();
        let space = space(&[
            (Tunable::Components(0), &values),
            (Tunable::Drift, &[0.0, 1.0]),
            (Tunable::Evidence, &[0.0, 0.2, 0.5]),
        ]);
        let trials = space.trials(50, 0);
        assert_eq!(trials[0], space.defaults);
        assert_eq!(trials[1], TuningSettings { drift: true, ..space.defaults.clone() });
        assert_eq!(trials[2], TuningSettings { evidence: 0.2, ..space.defaults.clone() });
        assert_eq!(trials[3], TuningSettings { evidence: 0.5, ..space.defaults.clone() });
    }

    #[test]
    fn every_value_is_tried_about_as_often_and_the_default_more_often() {
        let values: Vec<f64> = (0..10).map(|n| f64::from(n) / 10.0).collect();
        let wide: Vec<f64> = (1..=400).map(f64::from).collect();
        let fine: Vec<f64> = (0..=1_000).map(|n| f64::from(n) / 1_000.0).collect();
        let space =
            space(&[(Tunable::Sparsity, &values), (Tunable::Smoothness, &fine), (Tunable::Components(0), &wide)]);
        let trials = space.trials(400, 1);
        let count = |value: f64| trials.iter().filter(|trial| Tunable::Sparsity.of(trial) == value).count();
        // 0.35 of 400 at the default beside its own share of the rest, 26 at each of the others.
        assert!((140..=190).contains(&count(0.0)), "{}", count(0.0));
        values[1..].iter().for_each(|value| assert!((20..=32).contains(&count(*value)), "{value}: {}", count(*value)));
    }
}
