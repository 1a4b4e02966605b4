//! Groups the components that several adaptive sources learn together.

use crate::{
    learner::{
        adaptive::Freedom,
        grouping::{Components, Grouping},
    },
    nmf::{
        factorization::{Decomposed, Frames},
        matrix::{MatrixView, product},
    },
    preset::Cue,
};

/// Frames per chunk when positions are computed.
const CHUNK_FRAMES: usize = 64;

/// The components of all adaptive sources.
pub(super) struct Pool {
    components: Vec<usize>,
    sources: Vec<u8>,
}

impl Pool {
    pub(super) fn of(freedom: &[Freedom], owners: &[u8]) -> Self {
        let components: Vec<usize> = (0..freedom.len()).filter(|k| freedom[*k] == Freedom::Adaptive).collect();
        let mut sources: Vec<u8> = components.iter().map(|k| owners[*k]).collect();
        sources.dedup();
        Self { components, sources }
    }

    /// Whether there are several adaptive sources.
    pub(super) fn is_shared(&self) -> bool {
        self.sources.len() > 1
    }

    /// Groups the components and writes the source of each to `owners`, `[K]`. `left` is [`left_shares`], or empty.
    pub(super) fn share(&self, found: &Decomposed, left: &[f32], cue: Cue, owners: &mut [u8]) {
        let (count, bins) = (self.components.len(), found.bases.len() / owners.len());
        let bases: Vec<f32> = self.components.iter().flat_map(|k| &found.bases[k * bins..][..bins]).copied().collect();
        let activations: Vec<f32> =
            found.activations.chunks_exact(owners.len()).flat_map(|h| self.components.iter().map(|k| h[*k])).collect();
        let left: Vec<f32> = self.components.iter().filter_map(|k| left.get(*k)).copied().collect();
        let known = Components { bases: &bases, activations: &activations, left: &left };
        let mut groups = vec![0; count];
        Grouping::new(count, activations.len() / count).group(&known, self.sources.len(), cue, &mut groups);
        for (k, group) in self.components.iter().zip(groups) {
            owners[*k] = self.sources[usize::from(group)];
        }
    }
}

/// The share of the left channel in each component, `[K]`. `left` are the magnitudes of the left channel, `v` those of
/// both channels added, both `[T, F]`.
pub(super) fn left_shares(left: &Frames, v: &Frames, found: &Decomposed) -> Vec<f32> {
    let components = found.bases.len() / v.bins;
    let bases = MatrixView::new(&found.bases, v.bins);
    let (mut own, mut all) = (vec![0.0_f64; components], vec![0.0_f64; components]);
    let (chunk, rows) = (CHUNK_FRAMES * v.bins, CHUNK_FRAMES * components);
    let frames = left.values.chunks(chunk).zip(v.values.chunks(chunk)).zip(found.activations.chunks(rows));
    for ((left, v), h) in frames {
        let mut model = vec![0.0; v.len()];
        product(MatrixView::new(h, components), bases, &mut model);
        for (part, sums) in [(left, &mut own), (v, &mut all)] {
            let ratio: Vec<f32> = part.iter().zip(&model).map(|(v, u)| v / u.max(f32::MIN_POSITIVE)).collect();
            let mut gradient = vec![0.0; h.len()];
            product(MatrixView::new(&ratio, bases.columns()), bases.transposed(), &mut gradient);
            for (gradient, h) in gradient.chunks_exact(components).zip(h.chunks_exact(components)) {
                let terms = gradient.iter().zip(h).map(|(gradient, h)| f64::from(gradient * h));
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += if term.is_finite() { term } else { 0.0 });
            }
        }
    }
    own.iter().zip(&all).map(|(own, all)| if *all > 0.0 { (own / all) as f32 } else { 0.5 }).collect()
}
