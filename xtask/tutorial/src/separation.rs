//! The mixture taken apart with both sources known, one of them, or none; and by masks that know the truth.

use crate::material::{COMPONENTS, FRAME, HOP, Material, magnitudes};
use anyhow::{Context, Result};
use std::ops::ControlFlow;
use unbraid::{
    evaluation::{Score, bss_eval_sources},
    preset::{Preset, Source},
    recording::Recording,
    separator::batch::{self, BatchSettings},
};

/// Bases of a source that is not known, and of each of two where none is.
pub(crate) const FREE: usize = 25;
pub(crate) const UNSUPERVISED: usize = 10;

/// One way, and what it gives.
pub(crate) struct Separated {
    /// What the page calls it.
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    /// Drums and bass.
    pub(crate) sounds: Vec<Recording>,
    /// Of drums and bass.
    pub(crate) scores: Vec<Score>,
    /// Passes over the mixture.
    pub(crate) passes: u32,
}

/// All ways, the ideal masks first.
pub(crate) fn separate(material: &Material) -> Result<Vec<Separated>> {
    let [drums, bass] = &material.learned[..] else { anyhow::bail!("there are two sources") };
    let free = |name: &str, strip| Source::adaptive(name, strip, FREE);
    let ways = [
        ("supervised", "both known (supervised)", Preset::of(vec![drums.clone(), bass.clone()])),
        ("drums_known", "drums known (semi-supervised)", Preset::of(vec![drums.clone(), free("bass", 1)])),
        ("bass_known", "bass known (semi-supervised)", Preset::of(vec![free("drums", 0), bass.clone()])),
        ("unsupervised", "none known (unsupervised)", Preset::unsupervised(2, UNSUPERVISED)),
    ];
    let mut all = vec![way(material, "mixture", "the mixture itself", vec![material.mixture.clone(); 2], 0)?];
    for (key, title, preset) in ways {
        // The exponent of the tutorial's masks.
        let settings = BatchSettings { focus: 1.0, ..BatchSettings::default() };
        let found = batch::separate(&preset, &material.mixture, &settings, &mut |_| ControlFlow::Continue(()));
        let found = found.context(key)?;
        let passes = found.passes.map_or(0, |passes| passes.iterations);
        let mut sounds = found.separation.sources;
        let straight = way(material, key, title, sounds.clone(), passes)?;
        // Nobody has said which is which where none is known.
        sounds.reverse();
        let crossed = way(material, key, title, sounds, passes)?;
        let is_crossed = key == "unsupervised" && mean_sdr(&crossed.scores) > mean_sdr(&straight.scores);
        all.push(if is_crossed { crossed } else { straight });
    }
    Ok(all)
}

fn way(
    material: &Material,
    key: &'static str,
    title: &'static str,
    sounds: Vec<Recording>,
    passes: u32,
) -> Result<Separated> {
    let mono = |recordings: &[Recording]| recordings.iter().map(Recording::downmix).collect::<Vec<_>>();
    let scores = bss_eval_sources(&mono(&material.truth), &mono(&sounds)).context(key)?;
    Ok(Separated { key, title, sounds, scores, passes })
}

pub(crate) fn mean_sdr(scores: &[Score]) -> f64 {
    scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64
}

/// The share of the second of two sounds in every bin of every frame, `[T, F]`.
pub(crate) fn mask(sounds: &[Recording]) -> Vec<f32> {
    let [first, second] = [0, 1].map(|index| magnitudes(&sounds[index].downmix(), FRAME, HOP));
    first.iter().zip(&second).map(|(first, second)| second / (first + second + 1e-9)).collect()
}

/// All bases of the known sources.
pub(crate) const KNOWN: usize = 2 * COMPONENTS;
