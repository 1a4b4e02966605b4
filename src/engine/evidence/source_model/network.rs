//! One step of the net.

use crate::nmf::{
    aligned::{Aligned, padded},
    kernels::{elementary::exp2, vector},
};
use pulp::{Arch, Simd, WithSimd};
use std::f32::consts::LOG2_E;

/// Keeps the variance of the features from 0.
const LEAST_VARIANCE: f32 = 1e-5;
/// Added to the output of a source that cannot sound.
const ABSENT: f32 = -20.0;

/// A matrix and what is added to its product: y = Wx + b.
#[derive(Debug)]
pub(super) struct Linear {
    /// W, `[rows, columns]`, rows padded.
    weights: Aligned,
    /// b, `[rows]`.
    bias: Aligned,
}

/// A gated recurrent unit's weights; the rows are those of the reset gate, the update gate and the new state.
#[derive(Debug)]
pub(super) struct Gru {
    pub(super) input: Linear,
    pub(super) recurrent: Linear,
}

/// The weights of a net.
#[derive(Debug)]
pub(super) struct Network {
    arch: Arch,
    shape: Shape,
    input: Linear,
    units: [Gru; 2],
    output: Linear,
    /// The share of the memory that is left after a step.
    kept: f32,
}

/// What a net remembers of a stream, and memory for a step.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// What the net reads, with room for the flags. `[features + flags]`, padded.
    pub(super) features: Aligned,
    /// What it answers: `[S, B]`, rows padded.
    pub(super) likelihoods: Aligned,
    /// The states of both units, one after the other. `[2 H]`
    memory: Aligned,
    /// z, and h₁ + z. `[H]`
    inner: Aligned,
    /// Products with the weights of a unit, `[3 H]` each.
    from_input: Aligned,
    from_memory: Aligned,
    /// `[S B]`, padded.
    outputs: Aligned,
    sources: usize,
}

impl Linear {
    /// `weights`, `[rows, columns]`, and `bias`, `[rows]`.
    pub(super) fn new(weights: &[f32], columns: usize, bias: &[f32]) -> Self {
        Self { weights: Aligned::rows(weights, columns), bias: Aligned::rows(bias, bias.len()) }
    }

    /// `out[..rows] = Wx + b`.
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, x: &[f32], out: &mut [f32]) {
        let rows = self.weights.len() / x.len();
        vector::products(simd, &self.weights, x, &mut out[..rows]);
        out.iter_mut().zip(self.bias.iter()).for_each(|(out, bias)| *out += bias);
    }
}

impl Gru {
    /// Moves `memory`, `[H]`, on by one step with the input `x`, `[H]`.
    #[inline(always)]
    fn step<S: Simd>(&self, simd: S, x: &[f32], memory: &mut [f32], from_input: &mut [f32], from_memory: &mut [f32]) {
        let hidden = memory.len();
        self.input.apply(simd, x, from_input);
        self.recurrent.apply(simd, memory, from_memory);
        let gate = |n: usize| n * hidden..(n + 1) * hidden;
        let (reset_in, reset_own) = (&from_input[gate(0)], &from_memory[gate(0)]);
        let (update_in, update_own) = (&from_input[gate(1)], &from_memory[gate(1)]);
        let (new_in, new_own) = (&from_input[gate(2)], &from_memory[gate(2)]);
        for i in 0..hidden {
            let reset = sigmoid(reset_in[i] + reset_own[i]);
            let update = sigmoid(update_in[i] + update_own[i]);
            let new = hyperbolic_tangent(new_in[i] + reset * new_own[i]);
            memory[i] = new + update * (memory[i] - new);
        }
    }
}

impl Network {
    /// One step with the features in `state`, where the sources that `present` says (1 or 0) may sound, `[flags]`.
    pub(super) fn step(&self, present: &[f32], state: &mut State) {
        struct Step<'a>(&'a Network, &'a [f32], &'a mut State);
        impl WithSimd for Step<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                let Self(network, present, state) = self;
                network.run(simd, present, state);
            }
        }
        self.arch.dispatch(Step(self, present, state));
    }

    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, present: &[f32], state: &mut State) {
        let State { features, likelihoods, memory, inner, from_input, from_memory, outputs, .. } = state;
        normalise(&mut features[..self.shape.features]);
        features[self.shape.features..][..self.shape.flags].copy_from_slice(present);
        self.input.apply(simd, features, inner);
        inner.iter_mut().for_each(|z| *z = z.max(0.0));
        let (first, second) = memory.split_at_mut(self.shape.hidden);
        self.units[0].step(simd, inner, first, from_input, from_memory);
        inner.iter_mut().zip(first.iter()).for_each(|(z, h)| *z += h);
        self.units[1].step(simd, inner, second, from_input, from_memory);
        self.output.apply(simd, memory, outputs);
        self.softmax(present, outputs, likelihoods);
        memory.iter_mut().for_each(|h| *h *= self.kept);
    }

    /// Turns `outputs`, `[S, B]`, into `likelihoods`, rows padded.
    #[inline(always)]
    fn softmax(&self, present: &[f32], outputs: &mut [f32], likelihoods: &mut [f32]) {
        let width = padded(self.shape.bands);
        for (row, present) in outputs.chunks_exact_mut(self.shape.bands).zip(present) {
            row.iter_mut().for_each(|output| *output += (1.0 - present) * ABSENT);
        }
        for b in 0..self.shape.bands {
            let each = outputs[b..].iter().step_by(self.shape.bands).take(self.shape.sources);
            let largest = each.clone().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for (likelihood, output) in likelihoods[b..].iter_mut().step_by(width).zip(each) {
                *likelihood = exp2((output - largest) * LOG2_E);
                sum += *likelihood;
            }
            let scale = 1.0 / sum;
            likelihoods[b..].iter_mut().step_by(width).for_each(|likelihood| *likelihood *= scale);
        }
    }

    /// The same step in plain loops with the standard library's functions: the reference for tests.
    #[cfg(test)]
    pub(super) fn plain_step(&self, present: &[f32], state: &mut State) {
        let apply = |linear: &Linear, x: &[f32]| -> Vec<f32> {
            let rows = linear.weights.chunks_exact(padded(x.len())).zip(linear.bias.iter());
            rows.map(|(row, bias)| row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>() + bias).collect()
        };
        let mut features = state.features[..self.shape.features].to_vec();
        let mean = features.iter().sum::<f32>() / features.len() as f32;
        let variance = features.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / features.len() as f32;
        features.iter_mut().for_each(|x| *x = (*x - mean) / (variance + LEAST_VARIANCE).sqrt());
        features.extend(present);
        let mut x: Vec<f32> = apply(&self.input, &features).iter().map(|z| z.max(0.0)).collect();
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        for (unit, memory) in self.units.iter().zip(state.memory.chunks_exact_mut(self.shape.hidden)) {
            let (input, own) = (apply(&unit.input, &x), apply(&unit.recurrent, memory));
            let gate = |n: usize, i: usize| sigmoid(input[n * self.shape.hidden + i] + own[n * self.shape.hidden + i]);
            for i in 0..self.shape.hidden {
                let new = (input[2 * self.shape.hidden + i] + gate(0, i) * own[2 * self.shape.hidden + i]).tanh();
                let update = gate(1, i);
                memory[i] = (1.0 - update) * new + update * memory[i];
            }
            x.iter_mut().zip(memory.iter()).for_each(|(x, h)| *x += h);
        }
        let outputs = apply(&self.output, &state.memory);
        state.memory.iter_mut().for_each(|h| *h *= self.kept);
        for b in 0..self.shape.bands {
            let powers: Vec<f32> = (0..self.shape.sources)
                .map(|s| (outputs[s * self.shape.bands + b] + (1.0 - present[s]) * ABSENT).exp())
                .collect();
            for (s, power) in powers.iter().enumerate() {
                state.likelihoods[s * padded(self.shape.bands) + b] = power / powers.iter().sum::<f32>();
            }
        }
    }

    /// A net with weights drawn from `seed`.
    #[cfg(test)]
    pub(super) fn random(seed: u64, shape: Shape) -> Self {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        let mut linear = |rows: usize, columns: usize| {
            let scale = 2.0 / (columns as f32).sqrt();
            let mut draw =
                |count: usize| -> Vec<f32> { (0..count).map(|_| scale * (2.0 * rng.random::<f32>() - 1.0)).collect() };
            Linear::new(&draw(rows * columns), columns, &draw(rows))
        };
        let Shape { bands, hidden, features, sources, flags } = shape;
        let units = [0, 1].map(|_| Gru { input: linear(3 * hidden, hidden), recurrent: linear(3 * hidden, hidden) });
        let (input, output) = (linear(hidden, features + flags), linear(sources * bands, 2 * hidden));
        Self::new(shape, input, units, output, 0.9)
    }

    /// A net of the given weights and `shape`, with H a multiple of 16. `kept` is the share of its memory that is left
    /// after a step: what was heard long ago does not count.
    pub(super) fn new(shape: Shape, input: Linear, units: [Gru; 2], output: Linear, kept: f32) -> Self {
        Self { arch: Arch::new(), shape, input, units, output, kept }
    }
}

/// The numbers of bands B, hidden units H, features, sources S and flags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) bands: usize,
    pub(super) hidden: usize,
    /// Without the flags.
    pub(super) features: usize,
    pub(super) sources: usize,
    /// One per source, and one if others may sound beside them.
    pub(super) flags: usize,
}

impl State {
    /// A state without a past, in which all sources are equally likely.
    pub(super) fn new(network: &Network) -> Self {
        let hidden = network.shape.hidden;
        let mut state = Self {
            features: Aligned::zeros(padded(network.shape.features + network.shape.flags)),
            likelihoods: Aligned::zeros(network.shape.sources * padded(network.shape.bands)),
            memory: Aligned::zeros(2 * hidden),
            inner: Aligned::zeros(hidden),
            from_input: Aligned::zeros(3 * hidden),
            from_memory: Aligned::zeros(3 * hidden),
            outputs: Aligned::zeros(padded(network.shape.sources * network.shape.bands)),
            sources: network.shape.sources,
        };
        state.reset();
        state
    }

    pub(super) fn reset(&mut self) {
        self.memory.fill(0.0);
        self.likelihoods.fill(1.0 / self.sources as f32);
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        self.memory.copy_from_slice(&other.memory);
        self.likelihoods.copy_from_slice(&other.likelihoods);
    }
}

/// Scales `features` to a mean of 0 and a variance of 1.
#[inline(always)]
fn normalise(features: &mut [f32]) {
    let count = features.len() as f32;
    let mean = features.iter().sum::<f32>() / count;
    features.iter_mut().for_each(|x| *x -= mean);
    let variance = features.iter().map(|x| x * x).sum::<f32>() / count;
    let scale = 1.0 / (variance + LEAST_VARIANCE).sqrt();
    features.iter_mut().for_each(|x| *x *= scale);
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp2(-LOG2_E * x))
}

#[inline(always)]
fn hyperbolic_tangent(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_agrees_with_the_plain_reference() {
        for (bands, hidden, sources, flags) in [(120, 112, 3, 3), (7, 16, 3, 3), (133, 48, 5, 6)] {
            let network = Network::random(1, Shape { bands, hidden, features: 2 * bands, sources, flags });
            let (mut fast, mut plain) = (State::new(&network), State::new(&network));
            for t in 0..60 {
                let present = if t < 30 { [1.0; 6] } else { [1.0, 0.0, 1.0, 1.0, 0.0, 0.0] };
                let present = &present[..flags];
                for (n, feature) in fast.features[..2 * bands].iter_mut().enumerate() {
                    *feature = ((n * 31 + t * 17) % 53) as f32 / 10.0;
                }
                plain.features.copy_from_slice(&fast.features);
                network.step(present, &mut fast);
                network.plain_step(present, &mut plain);
                for (fast, plain) in fast.likelihoods.iter().zip(plain.likelihoods.iter()) {
                    assert!((fast - plain).abs() < 1e-4, "{fast} and {plain} in step {t}");
                }
            }
        }
    }

    #[test]
    fn likelihoods_sum_to_one_and_a_source_that_is_absent_gets_nothing() {
        let network = Network::random(2, Shape { bands: 20, hidden: 32, features: 40, sources: 3, flags: 3 });
        let mut state = State::new(&network);
        for t in 0..10 {
            state.features[..40].iter_mut().enumerate().for_each(|(n, x)| *x = ((n + t) % 11) as f32);
            network.step(&[1.0, 1.0, 0.0], &mut state);
            for b in 0..20 {
                let each = [0, 1, 2].map(|s| state.likelihoods[s * padded(20) + b]);
                assert!((each.iter().sum::<f32>() - 1.0).abs() < 1e-5 && each[2] < 1e-5, "{each:?}");
            }
        }
    }
}
