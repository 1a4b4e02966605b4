//! Puts together presets that were learned apart, from the same start, into what one that has heard everything knows.

use super::{LearnedBases, Preset, Source, SourceBases, Tally, file};
use crate::dictionary::Dictionary;
use std::collections::BTreeSet;

/// Why presets do not go together. Presets are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("name presets to merge")]
    NoPreset,
    /// A preset has other sources, or other numbers of bases, than the first.
    #[error("has other sources or numbers of bases than the first; merge presets that were learned from one start")]
    OtherSources {
        /// Which preset.
        preset: usize,
    },
    /// It is not known how much a source has heard.
    #[error("does not say how much its source {source_name:?} has heard; learn it with --start")]
    NoTally {
        /// Which preset.
        preset: usize,
        /// Which source.
        source_name: String,
    },
    /// A source began elsewhere.
    #[error(
        "its source {source_name:?} did not begin as that of the first; learn all with --start and the same preset"
    )]
    OtherStart {
        /// Which preset.
        preset: usize,
        /// Which source.
        source_name: String,
    },
}

impl MergeError {
    /// Which preset is to blame, counted from 0.
    pub fn preset(&self) -> usize {
        match self {
            Self::NoPreset => 0,
            Self::OtherSources { preset } | Self::NoTally { preset, .. } | Self::OtherStart { preset, .. } => *preset,
        }
    }
}

/// One preset with what all of `presets` have learned: every basis, also for reconstruction, is their mean, weighted by
/// how much it explains of what each has heard. The order makes no difference. Knobs and notes are those of one of
/// them.
///
/// # Errors
/// [`MergeError`], unless all have the same sources, which began alike: from the same preset, or as one of `presets`.
pub fn merged(presets: &[Preset]) -> Result<Preset, MergeError> {
    let mut order: Vec<usize> = (0..presets.len()).collect();
    // Sums depend on the order of their terms, by rounding.
    order.sort_by_cached_key(|index| file::to_bytes(&presets[*index]).unwrap_or_default());
    let first = *order.first().ok_or(MergeError::NoPreset)?;
    let mut together = presets[first].clone();
    for (place, source) in together.sources.iter_mut().enumerate() {
        let mut all = Vec::new();
        for &preset in &order {
            let other = presets[preset].sources.get(place).filter(|other| goes_with(source, other));
            let same = presets[preset].sources.len() == presets[first].sources.len();
            let other = other.filter(|_| same).ok_or(MergeError::OtherSources { preset: preset.max(first) })?;
            all.extend(other.learned().map(|learned| (preset, learned)));
        }
        if let SourceBases::Learned(learned) = &mut source.bases {
            *learned = mean(&source.name, &all)?;
        }
    }
    Ok(together)
}

/// Whether two sources can be merged, whatever they have heard.
fn goes_with(one: &Source, other: &Source) -> bool {
    let shape = |source: &Source| {
        let learned = source.learned()?;
        let frames = learned.dictionaries().iter().map(|dictionary| (dictionary.frame.clone(), dictionary.bins));
        Some((learned.blocks().to_vec(), frames.collect::<Vec<_>>(), learned.evidence_weight))
    };
    one.name == other.name && one.kind() == other.kind() && one.role == other.role && shape(one) == shape(other)
}

/// The mean of what was learned of one source.
fn mean(name: &str, all: &[(usize, &LearnedBases)]) -> Result<LearnedBases, MergeError> {
    let mut tallies = Vec::new();
    let mut starts: Option<BTreeSet<String>> = None;
    for (preset, learned) in all {
        let source_name = name.to_owned();
        let Some(tally) = &learned.tally else { return Err(MergeError::NoTally { preset: *preset, source_name }) };
        tallies.push(tally);
        // What others began as may be one of the presets itself.
        let own = BTreeSet::from([tally.start.clone(), Tally::id_of(learned.dictionaries())]);
        let common = starts.map_or(own.clone(), |starts| starts.intersection(&own).cloned().collect());
        if common.is_empty() {
            return Err(MergeError::OtherStart { preset: *preset, source_name });
        }
        starts = Some(common);
    }
    let mut merged = all[0].1.clone();
    let mut names: BTreeSet<&String> = BTreeSet::new();
    merged.learned_from =
        all.iter().flat_map(|(_, own)| &own.learned_from).filter(|from| names.insert(from)).cloned().collect();
    let mut weights = Vec::new();
    for (index, dictionary) in merged.dictionaries_mut().iter_mut().enumerate() {
        let own: Vec<&[f64]> = tallies.iter().map(|tally| &tally.weights[index][..]).collect();
        let dictionaries: Vec<&Dictionary> = all.iter().map(|(_, learned)| &learned.dictionaries()[index]).collect();
        let rows: Vec<&[f32]> = dictionaries.iter().map(|dictionary| &dictionary.bases[..]).collect();
        dictionary.bases = weighted(&rows, &own, dictionary.bins);
        let rows: Option<Vec<&[f32]>> =
            dictionaries.iter().map(|dictionary| dictionary.reconstruction.as_deref()).collect();
        dictionary.reconstruction = rows.map(|rows| weighted(&rows, &own, dictionary.bins));
        weights.push((0..dictionary.components).map(|k| own.iter().map(|own| own[k]).sum()).collect());
    }
    let start = starts.and_then(|starts| starts.into_iter().next()).unwrap_or_default();
    let seconds = tallies.iter().map(|tally| tally.seconds).sum();
    merged.tally = Some(Tally { start, seconds, weights });
    Ok(merged)
}

/// The mean of `rows`, each `[K, F]`, weighted by `weights`, each `[K]`; where all weights are 0, the plain mean.
fn weighted(rows: &[&[f32]], weights: &[&[f64]], bins: usize) -> Vec<f32> {
    let weight = |own: &[f64], k: usize, sum: f64| if sum > 0.0 { own[k] / sum } else { 1.0 / rows.len() as f64 };
    let value = |place: usize| {
        let k = place / bins;
        let sum: f64 = weights.iter().map(|own| own[k]).sum();
        rows.iter().zip(weights).map(|(row, own)| f64::from(row[place]) * weight(own, k, sum)).sum::<f64>() as f32
    };
    (0..rows.first().map_or(0, |row| row.len())).map(value).collect()
}
