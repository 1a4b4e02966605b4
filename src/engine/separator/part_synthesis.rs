//! The inverse transform of a part of a frame: in the modes with little latency a few of the newest samples of a long
//! frame are resynthesised, and the others need not be computed.
//!
//! The spectrum Z of a part around sample 0 is smooth over frequency (frames are rotated, so that it lies there): every
//! D-th bin is enough, if what lies outside the part, which would fold into it, is taken away first. In time that is a
//! product with a window, in frequency a convolution with a short kernel g:
//!
//! ```text
//! W_j = Σ_t g_t Z_{Dj + t},     y_n = D / G_n times the inverse transform of W, of length N / D
//! ```
//!
//! with G_n = Σ_t g_t cos(2π t n / N). The kernel is a sinc in a Kaiser window (Kaiser 1974).
//!
//! What all bins of a mask have in common, c, need not be transformed at all: it is c times the frame's samples through
//! both windows. So a mask that is constant from some bin up costs no more than the bins below it.

use super::loops;
use crate::stft::{Bin, Overlap, WindowPair};
use pulp::{Arch, Simd, WithSimd};
use std::{f64::consts::PI, ops::Range, sync::Arc};
use unbraid_fft::ComplexToReal;

/// How far what lies outside the part is taken down, in dB.
const ATTENUATION_DB: f64 = 130.0;
/// Cycles of a multiplication and addition in the convolution, and of n log₂ n in a transform of n values, as measured.
const CONVOLUTION_COST: f64 = 0.1;
const TRANSFORM_COST: f64 = 0.5;
/// Outputs of the convolution that are computed together.
const BLOCK: usize = 4;
/// Kernels are padded to a whole number of the widest registers.
const LANES: usize = 16;

/// Masked spectra to the resynthesised part of a frame. Allocates nothing after construction.
pub(super) struct PartSynthesis {
    arch: Arch,
    fft: Arc<dyn ComplexToReal<f32>>,
    /// The part of the frame.
    part: Range<usize>,
    plan: Plan,
    /// g, padded with zeros.
    kernel: Vec<f32>,
    /// What makes the inverse transform the samples through the synthesis window, `[P]`.
    scale: Vec<f32>,
    /// Both windows' product, `[P]`.
    product: Vec<f32>,
    /// Real and imaginary parts of Z from bin -reach up, and zeros: room for the kernel of the last output.
    masked: [Vec<f32>; 2],
    /// W, `[N / 2D + 1]`, with room for whole blocks.
    coarse: Vec<Bin>,
    samples: Vec<f32>,
    /// The part of the frame, through both windows. `[P]`
    sums: Vec<f32>,
    scratch: Vec<Bin>,
}

/// How a part of P samples of a frame of N is computed.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// N and D.
    frame_len: usize,
    step: usize,
    /// Bins that the kernel reaches to each side.
    reach: usize,
}

impl Plan {
    /// The cheapest way; `None` if the whole transform is cheaper.
    fn cheapest(frame_len: usize, part_len: usize) -> Option<Self> {
        let transform = |n: usize| TRANSFORM_COST * n as f64 * (n as f64).log2();
        let steps = (2..=frame_len / (2 * part_len).max(2)).filter(|step| frame_len.is_multiple_of(2 * step));
        let plans = steps.map(|step| {
            // The part's half, and where the nearest fold of it begins.
            let (inside, outside) = (part_len as f64 / 2.0, (frame_len / step) as f64 - part_len as f64 / 2.0);
            let width = 2.0 * PI * (outside - inside) / frame_len as f64;
            let reach = ((ATTENUATION_DB - 8.0) / (2.285 * width) / 2.0).ceil() as usize;
            let products = (frame_len / step + 2) * (2 * reach + 1);
            (Self { frame_len, step, reach }, CONVOLUTION_COST * products as f64 + transform(frame_len / step))
        });
        let (plan, cost) = plans.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let is_short = plan.reach < frame_len / 4;
        (is_short && cost < transform(frame_len)).then_some(plan)
    }

    /// g_t for t from -reach to reach.
    fn kernel(&self) -> Vec<f64> {
        let beta = 0.1102 * (ATTENUATION_DB - 8.7);
        let reach = self.reach as isize;
        let sinc = |t: isize| match t {
            0 => 1.0 / self.step as f64,
            t => (PI * t as f64 / self.step as f64).sin() / (PI * t as f64),
        };
        let taper = |t: isize| {
            let place = t as f64 / (reach + 1) as f64;
            bessel_i0(beta * (1.0 - place * place).sqrt()) / bessel_i0(beta)
        };
        (-reach..=reach).map(|t| sinc(t) * taper(t)).collect()
    }
}

/// The modified Bessel function of the first kind of order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > 1e-17 * sum {
        term *= (x / (2.0 * n)).powi(2);
        sum += term;
        n += 1.0;
    }
    sum
}

impl PartSynthesis {
    /// For the windows of `pair`; `None` if so much of a frame is resynthesised that the whole transform is cheaper.
    pub(super) fn new(pair: &WindowPair) -> Option<Self> {
        let (frame_len, latency) = (pair.frame_len(), pair.latency());
        let ahead = pair.synthesis.iter().rev().take_while(|weight| **weight == 0.0).count();
        let part = frame_len - latency..frame_len - ahead;
        let plan = Plan::cheapest(frame_len, part.len())?;
        let kernel = plan.kernel();
        let half = part.len() / 2;
        let gain = |n: usize| -> f64 {
            let angle = 2.0 * PI * (n as f64 - half as f64) / frame_len as f64;
            kernel.iter().zip(-(plan.reach as isize)..).map(|(g, t)| g * (angle * t as f64).cos()).sum()
        };
        let windows = || pair.synthesis.iter().take(part.len()).enumerate();
        let scale = windows().map(|(n, w)| (f64::from(*w) * plan.step as f64 / gain(n) / frame_len as f64) as f32);
        let product = windows().map(|(n, w)| w * pair.analysis[part.start + n]);
        let mut padded: Vec<f32> = kernel.iter().map(|g| *g as f32).collect();
        padded.resize(kernel.len().next_multiple_of(LANES), 0.0);
        let fft = unbraid_fft::inverse_f32(frame_len / plan.step);
        let outputs = (frame_len / plan.step / 2 + 1).next_multiple_of(BLOCK);
        let masked = || vec![0.0; outputs * plan.step + padded.len()];
        Some(Self {
            arch: Arch::new(),
            scale: scale.collect(),
            product: product.collect(),
            masked: [masked(), masked()],
            kernel: padded,
            coarse: vec![Bin::default(); outputs],
            samples: fft.make_output_vec(),
            sums: vec![0.0; part.len()],
            scratch: fft.make_scratch_vec(),
            part,
            plan,
            fft,
        })
    }

    /// The sample of a frame that has to be the first of what is transformed, so that the part lies around it.
    pub(super) fn origin(&self) -> usize {
        self.part.start + self.part.len() / 2
    }

    /// Adds the frame of `samples`, `[N]`, and `spectrum`, `[F]`, masked with `mask`, `[F]`, to `overlap`.
    pub(super) fn add(&mut self, mask: &[f32], spectrum: &[Bin], samples: &[f32], overlap: &mut Overlap) {
        let common = mask.last().copied().unwrap_or(0.0);
        let bins = loops::varying(mask, common);
        for ((sum, sample), product) in self.sums.iter_mut().zip(&samples[self.part.clone()]).zip(&self.product) {
            *sum = common * product * sample;
        }
        if bins > 0 {
            self.fill(&mask[..bins], common, spectrum);
            self.convolve(bins);
            let coarse = &mut self.coarse[..self.samples.len() / 2 + 1];
            let done = self.fft.process_with_scratch(coarse, &mut self.samples, &mut self.scratch);
            debug_assert!(done.is_ok(), "lengths are those of the plan");
            // What lies before the origin is at the end.
            let half = self.part.len() / 2;
            let (before, after) = self.sums.split_at_mut(half);
            let (scale_before, scale_after) = self.scale.split_at(half);
            for (sums, samples, scale) in [
                (before, &self.samples[self.samples.len() - half..], scale_before),
                (after, &self.samples[..], scale_after),
            ] {
                sums.iter_mut().zip(samples).zip(scale).for_each(|((sum, y), scale)| *sum += scale * y);
            }
        }
        overlap.add(self.sums.iter().copied());
    }

    /// Z ← (mask − common) · spectrum, continued to both sides as the spectrum of a real signal is.
    fn fill(&mut self, mask: &[f32], common: f32, spectrum: &[Bin]) {
        let (reach, frame_len, bins) = (self.plan.reach, self.plan.frame_len, mask.len());
        let [re, im] = &mut self.masked;
        let ((re_below, re), (im_below, im)) = (re.split_at_mut(reach), im.split_at_mut(reach));
        loops::apply_apart(mask, common, spectrum, re, im);
        for (part, below, sign) in [(re, re_below, 1.0), (im, im_below, -1.0)] {
            part[bins..].fill(0.0);
            below.iter_mut().rev().zip(&part[1..]).for_each(|(below, value)| *below = sign * value);
            let (part, above) = part.split_at_mut(frame_len / 2 + 1);
            let mirrored = part.iter().rev().skip(1).take(reach);
            above.iter_mut().zip(mirrored).for_each(|(above, value)| *above = sign * value);
        }
    }

    /// W ← the convolution of Z, whose first `bins` bins are not 0.
    fn convolve(&mut self, bins: usize) {
        struct Convolve<'a> {
            kernel: &'a [f32],
            masked: [&'a [f32]; 2],
            step: usize,
            coarse: &'a mut [Bin],
        }
        impl<'a> WithSimd for Convolve<'a> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                let Self { kernel, masked: [re, im], step, coarse } = self;
                let mut start = 0;
                for outputs in coarse.chunks_exact_mut(BLOCK) {
                    let row = |part: &'a [f32], n: usize| S::as_simd_f32s(&part[start + n * step..][..kernel.len()]).0;
                    let re: [_; BLOCK] = std::array::from_fn(|n| row(re, n));
                    let im: [_; BLOCK] = std::array::from_fn(|n| row(im, n));
                    let mut sums = [[simd.splat_f32s(0.0); 2]; BLOCK];
                    for (t, g) in S::as_simd_f32s(kernel).0.iter().enumerate() {
                        for (sum, (re, im)) in sums.iter_mut().zip(re.iter().zip(&im)) {
                            sum[0] = simd.mul_add_e_f32s(re[t], *g, sum[0]);
                            sum[1] = simd.mul_add_e_f32s(im[t], *g, sum[1]);
                        }
                    }
                    for (output, [re, im]) in outputs.iter_mut().zip(sums) {
                        *output = Bin::new(simd.reduce_sum_f32s(re), simd.reduce_sum_f32s(im));
                    }
                    start += BLOCK * step;
                }
            }
        }
        let outputs = self.samples.len() / 2 + 1;
        let heard = ((bins + self.plan.reach) / self.plan.step + 1).next_multiple_of(BLOCK).min(self.coarse.len());
        let (coarse, silent) = self.coarse.split_at_mut(heard);
        silent.fill(Bin::default());
        let masked = self.masked.each_ref().map(Vec::as_slice);
        self.arch.dispatch(Convolve { kernel: &self.kernel, masked, step: self.plan.step, coarse });
        // A real signal has no imaginary part at 0 Hz and at Nyquist.
        self.coarse[0].im = 0.0;
        self.coarse[outputs - 1].im = 0.0;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::stft::{Analysis, LatencyMode, Layout, Synthesis};
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    /// The resynthesised part of a frame, and the same by a whole transform.
    fn both_ways(pair: &WindowPair, mask: &[f32], samples: &[f32]) -> [Vec<f32>; 2] {
        let mut part = PartSynthesis::new(pair).unwrap();
        let (mut plain, mut rotated) = (vec![Bin::default(); mask.len()], vec![Bin::default(); mask.len()]);
        Analysis::new(&pair.analysis).spectrum(samples, &mut plain);
        Analysis::new(&pair.analysis).with_origin(part.origin()).spectrum(samples, &mut rotated);
        let (mut one, mut other) = (Overlap::new(pair), Overlap::new(pair));
        // Twice, because what is left of the first frame must not matter.
        for _ in 0..2 {
            (one, other) = (Overlap::new(pair), Overlap::new(pair));
            part.add(mask, &rotated, samples, &mut one);
        }
        plain.iter_mut().zip(mask).for_each(|(bin, weight)| *bin *= weight);
        Synthesis::new(pair).add(&mut plain, &mut other);
        [one, other].map(|mut overlap| {
            let mut out = vec![0.0; pair.latency()];
            overlap.take(&mut out);
            out
        })
    }

    fn difference_db([a, b]: &[Vec<f32>; 2]) -> f32 {
        20.0 * a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(1e-12, f32::max).log10()
    }

    #[test]
    fn the_part_is_that_of_the_whole_transform() {
        let mut rng = Pcg64Mcg::seed_from_u64(3);
        for rate in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0] {
            for mode in [LatencyMode::Direct, LatencyMode::Live] {
                let layout = Layout::new(rate, mode);
                let samples: Vec<f32> = (0..layout.windows.frame_len()).map(|_| rng.random_range(-1.0..1.0)).collect();
                let bins = layout.bins();
                // Varying masks up to the top, and up to some bin.
                for varying in [bins, bins / 2, 40.min(bins)] {
                    let weight = |k: usize, random: f32| if k < varying { random } else { 0.3 };
                    let mask: Vec<f32> = (0..bins).map(|k| weight(k, rng.random())).collect();
                    let difference = difference_db(&both_ways(&layout.windows, &mask, &samples));
                    assert!(difference < -110.0, "{mode:?} at {rate} Hz, {varying} bins: {difference} dB");
                }
            }
        }
    }

    #[test]
    fn a_constant_mask_leaves_the_samples_as_they_are() {
        let layout = Layout::new(48_000.0, LatencyMode::Live);
        let samples: Vec<f32> = (0..layout.windows.frame_len()).map(|n| (n as f32).sin()).collect();
        for weight in [0.0, 1.0] {
            let [part, whole] = both_ways(&layout.windows, &vec![weight; layout.bins()], &samples);
            assert!(difference_db(&[part.clone(), whole]) < -120.0);
            assert!(weight == 1.0 || part.iter().all(|sample| *sample == 0.0));
        }
    }

    #[test]
    fn frames_that_are_resynthesised_for_the_most_part_are_not_cheaper_in_part() {
        assert!(PartSynthesis::new(&Layout::new(48_000.0, LatencyMode::Quality).windows).is_none());
    }
}
