//! The bases of a preset on the engine's bins, and how they may change.

use super::{
    Layout,
    model_error::ModelError,
    transposition::{copies, most_copies, transposed},
};
use crate::{
    dictionary::{Dictionary, SAME_BINS, interpolate},
    learner::adaptive::{AdaptationSetup, AdaptiveState, Freedom, LEAST_CARRIED, SourceState, first_basis},
    nmf::bands::Bands,
    preset::{Kind, Preset, Source, SourceBases},
};

/// The bases of all sources on the engine's lowest bins, and how they may change.
pub(super) struct PresetBases {
    /// To find activations with, `[K, F]`: as they were learned, or those of an adaptive source at the start.
    pub(super) bases: Vec<f32>,
    /// To build masks from, `[K, F]`.
    pub(super) masking: Vec<f32>,
    /// The bases as they were learned from the mixture so far, `[K, F]`.
    learned: Vec<f32>,
    /// `[K]`
    pub(super) freedom: Vec<Freedom>,
    /// `[K]`
    pub(super) owners: Vec<u8>,
    /// Whether a component was given to its source by hand. `[K]`
    pinned: Vec<bool>,
    /// Whether every source that may move continues from what it has learned, and every recognised one.
    all_continue: bool,
    recognised_continue: bool,
}

impl PresetBases {
    pub(super) fn of(preset: &Preset, state: &AdaptiveState, layout: &Layout, bins: usize) -> Result<Self, ModelError> {
        let mut rows = Self {
            bases: Vec::new(),
            masking: Vec::new(),
            learned: Vec::new(),
            freedom: Vec::new(),
            owners: Vec::new(),
            pinned: Vec::new(),
            all_continue: true,
            recognised_continue: true,
        };
        // The bases of all adaptive sources together cover the spectrum; a recognised source's cover it alone.
        let adaptive = preset.sources.iter().enumerate().filter(|(_, source)| source.kind() == Kind::Adaptive);
        let pool: usize = adaptive.map(|(strip, source)| component_count(source, strip, state)).sum();
        let mut used = 0;
        for (strip, source) in preset.sources.iter().enumerate() {
            let count = component_count(source, strip, state);
            match &source.bases {
                SourceBases::Learned(_) => {
                    let dictionary = nearest(source, layout)?;
                    let masking = dictionary.reconstruction.as_ref().unwrap_or(&dictionary.bases);
                    append_rows(&dictionary.bases, dictionary, layout, bins, &mut rows.bases);
                    append_rows(masking, dictionary, layout, bins, &mut rows.masking);
                }
                SourceBases::Adaptive { .. } => {
                    let (places, pool) = match source.kind() {
                        Kind::Adaptive => (used..used + count, pool),
                        _ => (0..count, count),
                    };
                    used += if source.kind() == Kind::Adaptive { count } else { 0 };
                    for k in places {
                        let basis = first_basis(k, pool, bins, layout.bin_spacing());
                        rows.bases.extend_from_slice(&basis);
                        rows.masking.extend(basis);
                    }
                }
            }
            let first = rows.learned.len();
            let freedom = freedom_of(source);
            let fits = |state: &&SourceState| freedom != Freedom::Fixed && state.dictionary.components == count;
            match state.of(strip).filter(fits) {
                Some(SourceState { dictionary, pinned, .. }) => {
                    append_rows(&dictionary.bases, dictionary, layout, bins, &mut rows.learned);
                    let least = LEAST_CARRIED / bins as f32;
                    rows.learned[first..].iter_mut().for_each(|w| *w = w.max(least));
                    rows.pinned.extend_from_slice(pinned);
                }
                None => {
                    rows.learned.extend_from_slice(&rows.bases[first..]);
                    rows.all_continue &= freedom == Freedom::Fixed;
                    rows.recognised_continue &= freedom != Freedom::Recognised;
                }
            }
            rows.freedom.resize(rows.learned.len() / bins, freedom);
            rows.owners.resize(rows.learned.len() / bins, strip as u8);
            rows.pinned.resize(rows.learned.len() / bins, false);
        }
        Ok(rows)
    }

    /// Appends copies of the fixed sources' pitched bases at other pitches, if there are sources that find their bases:
    /// they would otherwise learn the notes that are missing. Returns the number of copies.
    pub(super) fn transpose(&mut self, layout: &Layout, bins: usize) -> usize {
        if !self.freedom.iter().any(|freedom| freedom.is_found()) {
            return 0;
        }
        let copies = copies(
            &self.bases,
            bins,
            layout.bin_spacing(),
            (0..self.freedom.len()).filter(|k| !self.freedom[*k].is_found()),
        );
        for copy in &copies {
            for rows in [&mut self.bases, &mut self.masking, &mut self.learned] {
                let moved: Vec<f32> = transposed(&rows[copy.component * bins..][..bins], copy.semitones).collect();
                rows.extend(moved);
            }
            self.freedom.push(Freedom::Transposed);
            self.owners.push(self.owners[copy.component]);
            self.pinned.push(false);
        }
        copies.len()
    }

    /// What the adaptation of these bases starts from, where the evidence of `groups`, `[K]`, constrains the
    /// components.
    pub(super) fn setup(
        self,
        preset: &Preset,
        state: &AdaptiveState,
        bins: usize,
        bands: Bands,
        groups: Vec<u8>,
    ) -> AdaptationSetup {
        // If one source has learned nothing yet, all of them start again with frequent updates.
        let heard_seconds = if self.all_continue { state.heard_seconds } else { 0.0 };
        let is_shared = self.all_continue && state.grouped_by == Some(preset.grouping);
        let recognised_seconds = if self.recognised_continue { state.heard_seconds } else { 0.0 };
        AdaptationSetup {
            recognised_seconds,
            learned: Some(self.learned),
            heard_seconds,
            cue: preset.grouping,
            is_shared,
            pinned: self.pinned,
            groups,
            ..AdaptationSetup::new(self.bases, self.masking, bins, bands, self.freedom, self.owners)
        }
    }
}

/// The source's dictionary that is used with `layout`, and whether its bins are interpolated. `None` if it has no
/// bases.
pub fn dictionary_in_use<'a>(source: &'a Source, layout: &Layout) -> Option<(&'a Dictionary, bool)> {
    let dictionary = nearest(source, layout).ok()?;
    Some((dictionary, !dictionary.frame.has_bin_spacing(layout.bin_spacing())))
}

/// The source's dictionary whose frames are most like the engine's, in bin spacing first and then in latency.
pub(super) fn nearest<'a>(source: &'a Source, layout: &Layout) -> Result<&'a Dictionary, ModelError> {
    let distance = |dictionary: &Dictionary| {
        let frame = &dictionary.frame;
        let spacing = (frame.bin_spacing() / layout.bin_spacing()).ln().abs();
        let latency = frame.latency as f64 / frame.sample_rate;
        let own = layout.windows.latency() as f64 / layout.sample_rate;
        ((spacing / SAME_BINS).floor(), (latency / own).ln().abs())
    };
    source
        .dictionaries()
        .iter()
        .filter(|dictionary| dictionary.components > 0)
        .min_by(|a, b| distance(a).partial_cmp(&distance(b)).unwrap_or(std::cmp::Ordering::Equal))
        .ok_or_else(|| ModelError::NoBases(source.name.clone()))
}

fn freedom_of(source: &Source) -> Freedom {
    match source.kind() {
        Kind::Fixed => Freedom::Fixed,
        Kind::Drifting => Freedom::Drifting,
        Kind::Adaptive => Freedom::Adaptive,
        Kind::Recognised => Freedom::Recognised,
    }
}

/// Number of components of `preset`, copies at other pitches included, at most.
pub(super) fn most_components(preset: &Preset, state: &AdaptiveState) -> usize {
    let count = |strip: usize| component_count(&preset.sources[strip], strip, state);
    let (found, fixed): (Vec<usize>, Vec<usize>) =
        (0..preset.sources.len()).partition(|&strip| preset.sources[strip].finds_bases());
    let [of_found, of_fixed] = [&found, &fixed].map(|strips| strips.iter().map(|&strip| count(strip)).sum::<usize>());
    of_found + of_fixed + if found.is_empty() { 0 } else { most_copies(of_fixed) }
}

/// The number of components in each block of the source of `strip`.
pub(super) fn blocks(source: &Source, strip: usize, state: &AdaptiveState) -> Vec<usize> {
    match source.learned() {
        Some(learned) => learned.blocks().to_vec(),
        None => vec![component_count(source, strip, state)],
    }
}

/// Number of components with which the source of `strip` starts. Components may have moved between adaptive sources.
fn component_count(source: &Source, strip: usize, state: &AdaptiveState) -> usize {
    let learned = state.of(strip).filter(|_| source.finds_bases());
    learned.map_or_else(|| source.components(), |learned| learned.dictionary.components)
}

/// Number of bins, from 0 Hz up, that every dictionary of the preset has.
pub(super) fn known_bins(preset: &Preset, layout: &Layout) -> Result<usize, ModelError> {
    if preset.sources.is_empty() {
        return Err(ModelError::NoSource);
    }
    let mut known = layout.bins();
    for source in preset.sources.iter().filter(|source| !source.finds_bases()) {
        let frame = &nearest(source, layout)?.frame;
        let own = if frame.has_bin_spacing(layout.bin_spacing()) {
            frame.bins()
        } else {
            (frame.sample_rate / 2.0 / layout.bin_spacing()) as usize + 1
        };
        known = known.min(own);
    }
    Ok(known.max(2))
}

/// Appends `rows`, `[K, F]`, of `dictionary` on the engine's lowest `bins` bins.
pub(super) fn append_rows(rows: &[f32], dictionary: &Dictionary, layout: &Layout, bins: usize, out: &mut Vec<f32>) {
    let ratio = layout.bin_spacing() / dictionary.frame.bin_spacing();
    for row in rows.chunks_exact(dictionary.bins) {
        if dictionary.frame.has_bin_spacing(layout.bin_spacing()) {
            out.extend((0..bins).map(|bin| row.get(bin).copied().unwrap_or(0.0)));
        } else {
            out.extend((0..bins).map(|bin| interpolate(row, bin as f64 * ratio)));
        }
    }
}
