//! Block sparsity: prefers those blocks of a source that fit what plays (Sun and Mysore 2013).
//!
//! A universal dictionary holds one block of bases per training recording. A recording fits a whole performance rather
//! than a single frame, so a block is judged by p, its share of its source over the last seconds. The cost gains λ Σ_b
//! c_b Σ h_b with c_b = (p_max + ε) / (p_b + ε) − 1: the tangent, at the present shares, of a logarithm that pulls
//! whole blocks to zero. The largest block costs nothing, so that a source with a single block is as loud as without
//! this prior.

/// ε, as a share of the source: how faint a block can be and still come back.
const LEAST_SHARE: f32 = 0.2;

/// The share of each block in the last frames.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    /// Components of each block.
    sizes: Vec<usize>,
    /// Blocks of each source.
    sources: Vec<usize>,
    /// Mean share of each block, weighted towards the last frames.
    heard: Vec<f32>,
    /// c of each block.
    costs: Vec<f32>,
    /// Weight of a new frame.
    pace: f32,
}

impl Blocks {
    /// `sources` holds the blocks of each source, as numbers of components. Shares are averaged over about `frames`
    /// frames.
    pub(super) fn new(sources: &[Vec<usize>], frames: f32) -> Self {
        let sizes: Vec<usize> = sources.concat();
        Self {
            heard: vec![0.0; sizes.len()],
            costs: vec![0.0; sizes.len()],
            sources: sources.iter().map(Vec::len).collect(),
            sizes,
            pace: 1.0 / frames.max(1.0),
        }
    }

    /// linear ← weights + λ c of each component, `[K]`.
    pub(super) fn weigh(&mut self, block_sparsity: f32, weights: &[f32], linear: &mut [f32]) {
        let mut first = 0;
        for &blocks in &self.sources {
            let range = first..first + blocks;
            let (heard, costs) = (&self.heard[range.clone()], &mut self.costs[range]);
            let total: f32 = heard.iter().sum::<f32>() + f32::MIN_POSITIVE;
            let most = heard.iter().copied().fold(0.0, f32::max) / total;
            for (cost, heard) in costs.iter_mut().zip(heard) {
                *cost = block_sparsity * ((most + LEAST_SHARE) / (heard / total + LEAST_SHARE) - 1.0);
            }
            first += blocks;
        }
        let each = self.sizes.iter().zip(&self.costs).flat_map(|(&size, cost)| std::iter::repeat_n(*cost, size));
        linear.iter_mut().zip(weights).zip(each).for_each(|((linear, weight), cost)| *linear = weight + cost);
    }

    /// Takes the activations `h`, `[K]`, of a frame whose sum is `total` into account.
    pub(super) fn remember(&mut self, h: &[f32], total: f32) {
        let mut rest = h;
        for (heard, &size) in self.heard.iter_mut().zip(&self.sizes) {
            let (block, after) = rest.split_at(size);
            // Limited, so that a faulty frame does no lasting harm.
            *heard += self.pace * ((block.iter().sum::<f32>() / total).min(1.0) - *heard);
            rest = after;
        }
    }

    pub(super) fn reset(&mut self) {
        self.heard.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sources: blocks of 1 and 2 components, and a single block of 2.
    fn linear(blocks: &mut Blocks) -> [f32; 5] {
        let mut linear = [0.0; 5];
        blocks.weigh(1.0, &[1.0; 5], &mut linear);
        linear
    }

    #[test]
    fn the_block_heard_most_goes_free_and_so_does_a_source_of_one_block() {
        let mut blocks = Blocks::new(&[vec![1, 2], vec![2]], 3.0);
        assert_eq!(linear(&mut blocks), [1.0; 5]);
        (0..50).for_each(|_| blocks.remember(&[3.0, 0.5, 0.5, 1.0, 1.0], 6.0));
        let [loud, faint, same, alone, _] = linear(&mut blocks);
        assert_eq!((loud, alone), (1.0, 1.0));
        // p is 0.75 and 0.25.
        let expected = (0.75 + LEAST_SHARE) / (0.25 + LEAST_SHARE);
        assert!((faint - expected).abs() < 1e-3 && faint == same, "{faint}, {expected}");
    }

    #[test]
    fn a_source_that_pauses_keeps_its_blocks() {
        let mut blocks = Blocks::new(&[vec![1, 1], vec![1]], 3.0);
        (0..20).for_each(|_| blocks.remember(&[0.5, 0.1, 0.4], 1.0));
        let mut before = [0.0; 3];
        blocks.weigh(1.0, &[1.0; 3], &mut before);
        (0..20).for_each(|_| blocks.remember(&[0.0, 0.0, 1.0], 1.0));
        let mut after = [0.0; 3];
        blocks.weigh(1.0, &[1.0; 3], &mut after);
        before.iter().zip(&after).for_each(|(a, b)| assert!((a - b).abs() < 1e-3, "{before:?} {after:?}"));
    }

    #[test]
    fn a_fault_is_soon_forgotten() {
        let mut blocks = Blocks::new(&[vec![1, 1]], 3.0);
        blocks.remember(&[f32::NAN, f32::INFINITY], 1.0);
        (0..40).for_each(|_| blocks.remember(&[1.0, 0.0], 1.0));
        let mut linear = [0.0; 2];
        blocks.weigh(1.0, &[1.0; 2], &mut linear);
        assert!(linear[0] == 1.0 && linear[1] > 4.0, "{linear:?}");
    }
}
