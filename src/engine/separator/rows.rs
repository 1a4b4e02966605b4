//! A preset's bases on the engine's bins, and what may become of them.

use super::{
    Layout,
    model::ModelError,
    transposition::{copies, transposed},
};
use crate::{
    dictionary::Dictionary,
    learner::{
        adapted::Adapted,
        adaptive::{Beginning, Freedom, first_basis},
    },
    nmf::bands::Bands,
    preset::{Bases, Kind, Preset, Source},
};

/// Bin spacings this close are the same grid, as a ratio.
const SAME_GRID: f64 = 0.002;
/// Least share of a bin in a basis that goes on, times the number of bins.
const LEAST_CARRIED: f32 = 1e-3;

/// The bases of all sources on the engine's first bins, and what may become of them.
pub(super) struct Rows {
    /// To find activations with, as learned or as the first ones, `[K, F]`.
    pub(super) bases: Vec<f32>,
    /// To build masks from, `[K, F]`.
    pub(super) masking: Vec<f32>,
    /// What they have become already, `[K, F]`.
    now: Vec<f32>,
    /// `[K]`
    pub(super) freedom: Vec<Freedom>,
    /// `[K]`
    pub(super) owners: Vec<u8>,
    /// Which were given to their source by hand. `[K]`
    pinned: Vec<bool>,
    /// Whether every source that may move goes on from something.
    all_go_on: bool,
}

impl Rows {
    pub(super) fn of(preset: &Preset, adapted: &Adapted, layout: &Layout, bins: usize) -> Result<Self, ModelError> {
        let mut rows = Self {
            bases: Vec::new(),
            masking: Vec::new(),
            now: Vec::new(),
            freedom: Vec::new(),
            owners: Vec::new(),
            pinned: Vec::new(),
            all_go_on: true,
        };
        // What adaptive sources have between them covers the spectrum once.
        let adaptive = preset.sources.iter().enumerate().filter(|(_, source)| source.is_adaptive());
        let pool: usize = adaptive.map(|(strip, source)| component_count(source, strip, adapted)).sum();
        let mut used = 0;
        for (strip, source) in preset.sources.iter().enumerate() {
            let count = component_count(source, strip, adapted);
            match &source.bases {
                Bases::Learned(_) => {
                    let dictionary = nearest(source, layout)?;
                    let masking = dictionary.reconstruction.as_ref().unwrap_or(&dictionary.bases);
                    append_rows(&dictionary.bases, dictionary, layout, bins, &mut rows.bases);
                    append_rows(masking, dictionary, layout, bins, &mut rows.masking);
                }
                Bases::Adaptive { .. } => {
                    for k in used..used + count {
                        let basis = first_basis(k, pool, bins, layout.bin_spacing());
                        rows.bases.extend_from_slice(&basis);
                        rows.masking.extend(basis);
                    }
                    used += count;
                }
            }
            let first = rows.now.len();
            let freedom = freedom_of(source);
            match adapted
                .of(strip)
                .filter(|gone_on| freedom != Freedom::Fixed && gone_on.dictionary.components == count)
            {
                Some(gone_on) => {
                    let dictionary = &gone_on.dictionary;
                    append_rows(&dictionary.bases, dictionary, layout, bins, &mut rows.now);
                    // Bins that were not known keep a little, or they would never come back.
                    let least = LEAST_CARRIED / bins as f32;
                    rows.now[first..].iter_mut().for_each(|w| *w = w.max(least));
                    rows.pinned.extend_from_slice(&gone_on.pinned);
                }
                None => {
                    rows.now.extend_from_slice(&rows.bases[first..]);
                    rows.all_go_on &= freedom == Freedom::Fixed;
                }
            }
            rows.freedom.resize(rows.now.len() / bins, freedom);
            rows.owners.resize(rows.now.len() / bins, strip as u8);
            rows.pinned.resize(rows.now.len() / bins, false);
        }
        Ok(rows)
    }

    /// Appends copies of the fixed sources' pitched bases at other pitches, where there are adaptive sources that would take what the
    /// notes learned do not explain. Returns how many.
    pub(super) fn transpose(&mut self, layout: &Layout, bins: usize) -> usize {
        if !self.freedom.contains(&Freedom::Adaptive) {
            return 0;
        }
        let copies = copies(
            &self.bases,
            bins,
            layout.bin_spacing(),
            (0..self.freedom.len()).filter(|k| self.freedom[*k] != Freedom::Adaptive),
        );
        for copy in &copies {
            for rows in [&mut self.bases, &mut self.masking, &mut self.now] {
                let moved: Vec<f32> = transposed(&rows[copy.component * bins..][..bins], copy.semitones).collect();
                rows.extend(moved);
            }
            self.freedom.push(Freedom::Transposed);
            self.owners.push(self.owners[copy.component]);
            self.pinned.push(false);
        }
        copies.len()
    }

    pub(super) fn beginning(self, preset: &Preset, adapted: &Adapted, bins: usize, bands: Bands) -> Beginning {
        // With a source that begins, all are eager again.
        let heard_seconds = if self.all_go_on { adapted.heard_seconds } else { 0.0 };
        let is_shared = self.all_go_on && adapted.grouped_by == Some(preset.grouping);
        Beginning {
            become_already: Some(self.now),
            heard_seconds,
            cue: preset.grouping,
            is_shared,
            pinned: self.pinned,
            ..Beginning::new(self.bases, self.masking, bins, bands, self.freedom, self.owners)
        }
    }
}

/// Which of the source's dictionaries `layout` plays, and whether its bins have to be interpolated. `None` where it has no bases.
pub fn dictionary_in_use<'a>(source: &'a Source, layout: &Layout) -> Option<(&'a Dictionary, bool)> {
    let dictionary = nearest(source, layout).ok()?;
    Some((dictionary, !on_grid(dictionary.frame.bin_spacing(), layout)))
}

/// The source's dictionary whose frames are most like the engine's: in bin spacing, then in latency.
fn nearest<'a>(source: &'a Source, layout: &Layout) -> Result<&'a Dictionary, ModelError> {
    let distance = |dictionary: &Dictionary| {
        let frame = &dictionary.frame;
        let spacing = (frame.bin_spacing() / layout.bin_spacing()).ln().abs();
        let latency = frame.latency as f64 / frame.sample_rate;
        let own = layout.windows.latency() as f64 / layout.sample_rate;
        ((spacing / SAME_GRID).floor(), (latency / own).ln().abs())
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
    }
}

/// How the components of the source of `strip` fall into blocks.
pub(super) fn blocks(source: &Source, strip: usize, adapted: &Adapted) -> Vec<usize> {
    match source.learned() {
        Some(learned) => learned.blocks().to_vec(),
        None => vec![component_count(source, strip, adapted)],
    }
}

/// Number of components that the source of `strip` begins with: an adaptive source may have given some away, or been given some.
fn component_count(source: &Source, strip: usize, adapted: &Adapted) -> usize {
    let gone_on = adapted.of(strip).filter(|_| source.is_adaptive());
    gone_on.map_or_else(|| source.components(), |gone_on| gone_on.dictionary.components)
}

/// How many of the engine's bins, from 0 Hz up, every dictionary of the preset knows.
pub(super) fn known_bins(preset: &Preset, layout: &Layout) -> Result<usize, ModelError> {
    if preset.sources.is_empty() {
        return Err(ModelError::NoSource);
    }
    let mut known = layout.bins();
    for source in preset.sources.iter().filter(|source| !source.is_adaptive()) {
        let frame = &nearest(source, layout)?.frame;
        let own = if on_grid(frame.bin_spacing(), layout) {
            frame.bins()
        } else {
            (frame.sample_rate / 2.0 / layout.bin_spacing()) as usize + 1
        };
        known = known.min(own);
    }
    Ok(known.max(2))
}

fn on_grid(bin_spacing: f64, layout: &Layout) -> bool {
    (bin_spacing / layout.bin_spacing() - 1.0).abs() <= SAME_GRID
}

/// Appends `rows`, `[K, F]`, of `dictionary` on the engine's first `bins` bins.
fn append_rows(rows: &[f32], dictionary: &Dictionary, layout: &Layout, bins: usize, out: &mut Vec<f32>) {
    let ratio = layout.bin_spacing() / dictionary.frame.bin_spacing();
    for row in rows.chunks_exact(dictionary.bins) {
        if on_grid(dictionary.frame.bin_spacing(), layout) {
            out.extend((0..bins).map(|bin| row.get(bin).copied().unwrap_or(0.0)));
        } else {
            out.extend((0..bins).map(|bin| interpolate(row, bin as f64 * ratio)));
        }
    }
}

/// `basis` at a position between its bins.
pub(super) fn interpolate(basis: &[f32], position: f64) -> f32 {
    let (below, share) = (position as usize, position.fract() as f32);
    let at = |bin: usize| basis.get(bin).copied().unwrap_or(0.0);
    at(below) * (1.0 - share) + at(below + 1) * share
}
