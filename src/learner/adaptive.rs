//! Bases that are learned from the mixture while it plays, with the fixed sources' bases held: semi-supervised separation
//! (Smaragdis, Raj and Shashanka 2007), online with a sliding memory of recent frames (Duan, Mysore and Smaragdis 2012; Joder et
//! al. 2012).
//!
//! The memory holds the frames V `[T, B]` of the last seconds, in bands, with their activations H `[T, K]`. Every few frames the
//! multiplicative updates of H and of the free bases run a few times over the memory, from where they stood:
//!
//! ```text
//! H ← H · (V / HW) Wᵀ          W_a ← W_a · Hᵀ(V / HW), each basis scaled to its sum
//! ```
//!
//! Free bases begin as broad bumps over the spectrum, few of them, and after some seconds of sound they are updated far more rarely: bases
//! that go on for long take over what belongs to the fixed sources. A fixed source may drift: its bases are updated too, and a
//! prior (a Dirichlet's pseudo-counts) pulls them back to what was learned.

use crate::nmf::{
    aligned::{Aligned, padded},
    bands::Bands,
    matrix::{Rows, product},
};

/// Time between two frames of the memory, in seconds.
pub const STRIDE_SECONDS: f64 = 0.0232;
/// Frames between two updates.
pub const PERIOD_FRAMES: usize = 4;
/// Length of the memory at first, and at most, in seconds of sound.
pub const MEMORY_SECONDS: f64 = 10.0;
/// Number of bases of an adaptive source that says no other: more take over the fixed sources' sounds.
pub const COMPONENTS: usize = 10;
/// Passes over the memory in an update, at first.
const PASSES: usize = 6;
/// For so long, in seconds of sound.
const EAGER_SECONDS: f64 = 5.0;
/// After that, one pass in so many updates.
const CALM_PERIODS: usize = 8;
/// A drifting basis is pulled back as if this much of what an average basis has in the memory had been heard as learned.
const DRIFT_PRIOR: f32 = 0.5;
/// Frames whose bands sum to less than this are silence and are not remembered.
const SILENCE: f32 = 1e-4;
/// Frames above this are faults.
const LOUDEST: f32 = 1e9;
/// Least activation, as a share of the frame's sum per component: an activation that is 0 would stay 0.
const LEAST_SHARE: f32 = 1e-4;
/// Added to the model before a division, relative to the mean of the memory.
const LEAST_MODEL: f32 = 1e-9;

/// What may become of a component's basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freedom {
    /// It stays as it was learned.
    Fixed,
    /// It may move, but is pulled back.
    Drifting,
    /// It follows the mixture.
    Adaptive,
}

/// Bases as the separator takes them: rows padded to whole registers.
#[derive(Debug, Clone)]
pub struct Bases {
    /// To find activations with, `[K, B]`.
    pub bands: Aligned,
    /// To build masks from, `[K, F]`.
    pub masking: Aligned,
}

/// Learns from the frames it is fed. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub struct Adaptation {
    bands: Bands,
    bins: usize,
    freedom: Vec<Freedom>,
    /// The bases at the beginning, `[K, B]` and `[K, F]`, and their sums over the bands.
    first: Vec<f32>,
    first_masking: Vec<f32>,
    sums: Vec<f32>,
    /// The bases as they stand, `[K, B]`.
    bases: Vec<f32>,
    memory: Memory,
    /// Frames that were fed since the beginning and since the last update, and updates.
    fed: usize,
    since_update: usize,
    updates: usize,
    frozen: bool,
    numerator: Vec<f32>,
}

/// The last frames; row `t` of each is one frame.
#[derive(Debug, Clone)]
struct Memory {
    /// Most frames T.
    most: usize,
    /// Frames it holds, and the place of the next.
    count: usize,
    next: usize,
    /// V, `[T, B]`, and H, `[T, K]`.
    v: Vec<f32>,
    h: Vec<f32>,
    /// HW, then V / HW, `[T, B]`; (V / HW) Wᵀ, `[T, K]`.
    ratio: Vec<f32>,
    gradient: Vec<f32>,
}

impl Adaptation {
    /// `bases`, `[K, F]`, merged into `bands`, of which those that `freedom` says may move; masks are built from `masking`, `[K, F]`.
    ///
    /// # Panics
    /// If the shapes do not fit each other.
    pub fn new(bases: &[f32], masking: Vec<f32>, bins: usize, bands: Bands, freedom: Vec<Freedom>) -> Self {
        let (components, width) = (freedom.len(), bands.len());
        assert!(components > 0 && bases.len() == components * bins && masking.len() == bases.len());
        let mut first = vec![0.0; components * width];
        for (basis, merged) in bases.chunks_exact(bins).zip(first.chunks_exact_mut(width)) {
            bands.merge(basis, merged);
        }
        let most = (MEMORY_SECONDS / STRIDE_SECONDS) as usize;
        Self {
            sums: first.chunks_exact(width).map(|basis| basis.iter().sum()).collect(),
            bases: first.clone(),
            numerator: vec![0.0; first.len()],
            memory: Memory {
                most,
                count: 0,
                next: 0,
                v: vec![0.0; most * width],
                h: vec![0.0; most * components],
                ratio: vec![0.0; most * width],
                gradient: vec![0.0; most * components],
            },
            first,
            first_masking: masking,
            bands,
            bins,
            freedom,
            fed: 0,
            since_update: 0,
            updates: 0,
            frozen: false,
        }
    }

    /// Number of bands B.
    pub fn width(&self) -> usize {
        self.bands.len()
    }

    /// Number of bins F of a masking basis.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Number of components K.
    pub fn components(&self) -> usize {
        self.freedom.len()
    }

    /// Room for what [`Self::write`] gives.
    pub fn empty_bases(&self) -> Bases {
        let zeros = |columns: usize| Aligned::zeros(self.components() * padded(columns));
        Bases { bands: zeros(self.width()), masking: zeros(self.bins) }
    }

    /// Stops and resumes learning; frames are remembered all the same.
    pub fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Remembers the last `seconds` of sound, up to [`MEMORY_SECONDS`]; what was remembered longer, or shorter, is forgotten.
    pub fn set_memory(&mut self, seconds: f64) {
        let frames = ((seconds.min(MEMORY_SECONDS) / STRIDE_SECONDS) as usize).max(PERIOD_FRAMES);
        if frames != self.memory.most {
            (self.memory.most, self.memory.count, self.memory.next) = (frames, 0, 0);
        }
    }

    /// Back to the beginning, with an empty memory.
    pub fn reset(&mut self) {
        self.bases.copy_from_slice(&self.first);
        (self.memory.count, self.memory.next) = (0, 0);
        (self.fed, self.since_update, self.updates) = (0, 0, 0);
    }

    /// Remembers the frame `v`, `[B]`, and the activations `h`, `[K]`, that were found for it; `true` when an update is due.
    pub fn feed(&mut self, v: &[f32], h: &[f32]) -> bool {
        let total: f32 = v.iter().sum();
        if !(SILENCE..LOUDEST).contains(&total) {
            return false;
        }
        let (width, components) = (self.width(), self.components());
        let memory = &mut self.memory;
        let place = memory.next;
        memory.v[place * width..][..width].copy_from_slice(v);
        let least = LEAST_SHARE * total / components as f32;
        let held = &mut memory.h[place * components..][..components];
        // A comparison that also refuses what is no number.
        held.iter_mut().zip(h).for_each(|(held, h)| *held = if *h > least { h.min(total) } else { least });
        memory.next = (place + 1) % memory.most;
        memory.count = (memory.count + 1).min(memory.most);
        self.fed += 1;
        self.since_update += 1;
        self.since_update >= PERIOD_FRAMES
    }

    /// Learns from the memory, if it is time to; `true` if the bases have moved.
    pub fn update(&mut self) -> bool {
        self.since_update = 0;
        self.updates += 1;
        if self.frozen || self.memory.count == 0 {
            return false;
        }
        let eager = (self.fed as f64) * STRIDE_SECONDS < EAGER_SECONDS;
        let passes = if eager { PASSES } else { usize::from(self.updates.is_multiple_of(CALM_PERIODS)) };
        (0..passes).for_each(|_| self.pass());
        passes > 0
    }

    fn pass(&mut self) {
        let (width, components) = (self.width(), self.components());
        let Memory { count, v, h, ratio, gradient, .. } = &mut self.memory;
        let count = *count;
        let (v, h) = (&v[..count * width], &mut h[..count * components]);
        let (ratio, gradient) = (&mut ratio[..count * width], &mut gradient[..count * components]);
        let total: f32 = v.iter().sum();
        let least = LEAST_MODEL * total / v.len() as f32;
        let least_h = LEAST_SHARE * total / h.len() as f32;
        let bases = Rows::new(&self.bases, width);
        divide(v, h, bases, least, ratio);
        product(Rows::new(ratio, width), bases.transposed(), gradient);
        for (h, gradient) in h.iter_mut().zip(gradient.iter()) {
            *h = (*h * gradient).max(least_h);
        }
        divide(v, h, bases, least, ratio);
        product(Rows::new(h, components).transposed(), Rows::new(ratio, width), &mut self.numerator);
        let prior = DRIFT_PRIOR * total / components as f32;
        for (k, basis) in self.bases.chunks_exact_mut(width).enumerate() {
            let numerator = &self.numerator[k * width..][..width];
            match self.freedom[k] {
                Freedom::Fixed => continue,
                Freedom::Adaptive => basis.iter_mut().zip(numerator).for_each(|(w, n)| *w *= n),
                Freedom::Drifting => {
                    let first = &self.first[k * width..][..width];
                    basis.iter_mut().zip(numerator).zip(first).for_each(|((w, n), first)| *w = *w * n + prior * first);
                }
            }
            let sum: f32 = basis.iter().sum();
            if sum > f32::MIN_POSITIVE && sum.is_finite() {
                let scale = self.sums[k] / sum;
                basis.iter_mut().for_each(|w| *w *= scale);
            } else {
                basis.copy_from_slice(&self.first[k * width..][..width]);
            }
        }
    }

    /// The bases as they stand. Within a band, a masking basis keeps the shape it had.
    pub fn write(&self, out: &mut Bases) {
        let (width, bins) = (self.width(), self.bins);
        for (out, basis) in out.bands.chunks_exact_mut(padded(width)).zip(self.bases.chunks_exact(width)) {
            out[..width].copy_from_slice(basis);
        }
        for (k, row) in out.masking.chunks_exact_mut(padded(bins)).enumerate() {
            self.write_masking(k, &mut row[..bins]);
        }
    }

    /// The masking basis of component `k` as it stands, `[F]`.
    pub fn write_masking(&self, k: usize, row: &mut [f32]) {
        let width = self.width();
        row.copy_from_slice(&self.first_masking[k * self.bins..][..self.bins]);
        if self.freedom[k] == Freedom::Fixed {
            return;
        }
        for b in 0..width {
            let (first, now) = (self.first[k * width + b], self.bases[k * width + b]);
            let scale = if first > 0.0 { now / first } else { 1.0 };
            row[self.bands.bins(b)].iter_mut().for_each(|w| *w *= scale);
        }
    }
}

/// ratio ← V / HW.
fn divide(v: &[f32], h: &[f32], bases: Rows<'_>, least: f32, ratio: &mut [f32]) {
    product(Rows::new(h, h.len() * bases.columns() / v.len()), bases, ratio);
    ratio.iter_mut().zip(v).for_each(|(model, v)| *model = v / (*model + least));
}

/// The basis that component `k` of `components` begins with, `[F]`: a raised cosine over frequency on a scale that is linear below
/// 60 Hz and logarithmic above, centred between 80 Hz and 16 kHz; sums to 1.
pub fn first_basis(k: usize, components: usize, bins: usize, bin_spacing_hz: f64) -> Vec<f32> {
    let place = |hz: f64| (hz + 60.0).ln();
    let top = (bins as f64 * bin_spacing_hz).min(16_000.0);
    let (low, high) = (80.0_f64.ln().min(place(0.5 * top)), top.max(1.0).ln());
    let step = (high - low) / (components.max(2) - 1) as f64;
    let centre = if components == 1 { 0.5 * (low + high) } else { low + k as f64 * step };
    let mut basis: Vec<f32> = (0..bins)
        .map(|bin| {
            let distance = ((place(bin as f64 * bin_spacing_hz) - centre) / step).abs().min(1.0);
            // The floor keeps every band within reach of every basis.
            (std::f64::consts::FRAC_PI_2 * distance).cos().powi(2) as f32 + 1e-4
        })
        .collect();
    basis[0] = 0.0;
    let sum: f32 = basis.iter().sum();
    basis.iter_mut().for_each(|w| *w /= sum);
    basis
}

#[cfg(test)]
mod tests {
    use super::*;

    const BINS: usize = 129;
    const SPACING_HZ: f64 = 150.0;

    /// A basis with a peak at `bin`.
    fn peak(bin: usize) -> Vec<f32> {
        let mut basis: Vec<f32> = (0..BINS).map(|f| if f.abs_diff(bin) < 2 { 0.33 } else { 1e-4 }).collect();
        basis[0] = 0.0;
        let sum: f32 = basis.iter().sum();
        basis.iter_mut().for_each(|w| *w /= sum);
        basis
    }

    /// A fixed source with a peak at bin 20, and `count` components that may move.
    fn adaptation(count: usize, freedom: Freedom) -> Adaptation {
        let free = (0..count).map(|k| match freedom {
            Freedom::Adaptive => first_basis(k, count, BINS, SPACING_HZ),
            _ => peak(60),
        });
        let bases: Vec<f32> = std::iter::once(peak(20)).chain(free).flatten().collect();
        let mut freedoms = vec![freedom; count + 1];
        freedoms[0] = Freedom::Fixed;
        Adaptation::new(&bases, bases.clone(), BINS, Bands::new(1..BINS), freedoms)
    }

    /// Plays frames in which the fixed source and a peak at `bin` sound, now louder, now softer.
    fn play(adaptation: &mut Adaptation, bin: usize, frames: usize) {
        let (fixed, other) = (peak(20), peak(bin));
        let mut v = vec![0.0; adaptation.width()];
        let mut h = vec![1.0; adaptation.components()];
        for t in 0..frames {
            let (a, b) = (1.0 + (0.7 * t as f32).sin(), 1.0 + (0.3 * t as f32).cos());
            let bins: Vec<f32> = fixed.iter().zip(&other).map(|(f, o)| a * f + b * o).collect();
            adaptation.bands.merge(&bins, &mut v);
            h[0] = a;
            if adaptation.feed(&v, &h) {
                adaptation.update();
            }
        }
    }

    fn masking(adaptation: &Adaptation, k: usize) -> Vec<f32> {
        let mut row = vec![0.0; BINS];
        adaptation.write_masking(k, &mut row);
        row
    }

    #[test]
    fn free_bases_find_what_the_fixed_ones_do_not_explain() {
        let mut adaptation = adaptation(3, Freedom::Adaptive);
        play(&mut adaptation, 70, 200);
        let (mut found, mut fixed) = (0.0, 0.0);
        for k in 1..4 {
            let row = masking(&adaptation, k);
            let share = |bin: usize| row[bin - 3..=bin + 3].iter().sum::<f32>();
            found = f32::max(found, share(70));
            fixed = f32::max(fixed, share(20));
        }
        assert!(found > 0.8 && fixed < found, "{found} at the new sound, {fixed} at the fixed one");
        assert_eq!(masking(&adaptation, 0), peak(20), "the fixed basis stays");
    }

    #[test]
    fn a_drifting_basis_follows_part_of_the_way() {
        let mut adaptation = adaptation(1, Freedom::Drifting);
        play(&mut adaptation, 62, 400);
        let row = masking(&adaptation, 1);
        let (learned, heard) = (row[59..=60].iter().sum::<f32>(), row[62..=63].iter().sum::<f32>());
        assert!(heard > 2.0 * peak(60)[62..=63].iter().sum::<f32>(), "{heard}");
        assert!(learned > 0.2, "{learned}");
    }

    #[test]
    fn bases_keep_their_sums_whatever_is_fed() {
        let mut adaptation = adaptation(3, Freedom::Adaptive);
        let width = adaptation.width();
        let mut out = adaptation.empty_bases();
        for (level, h) in [(1.0, 1.0), (f32::NAN, 1.0), (1e30, f32::NAN), (0.0, 0.0), (1e-3, f32::INFINITY), (3.0, 0.0)]
        {
            for t in 0..40 {
                let v: Vec<f32> = (0..width).map(|b| level * ((b * 7 + t) % 5) as f32).collect();
                if adaptation.feed(&v, &[h; 4]) {
                    adaptation.update();
                }
            }
        }
        adaptation.write(&mut out);
        for row in out.bands.chunks_exact(padded(width)) {
            let sum: f32 = row.iter().sum();
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        }
        adaptation.reset();
        play(&mut adaptation, 70, 100);
        assert!((1..4).any(|k| masking(&adaptation, k)[67..=73].iter().sum::<f32>() > 0.5), "it learns again");
    }

    #[test]
    fn frozen_bases_stay_and_a_reset_brings_the_first_ones_back() {
        let mut adaptation = adaptation(2, Freedom::Adaptive);
        let first = masking(&adaptation, 1);
        adaptation.set_frozen(true);
        play(&mut adaptation, 70, 100);
        assert_eq!(masking(&adaptation, 1), first);
        adaptation.set_frozen(false);
        play(&mut adaptation, 70, 100);
        assert_ne!(masking(&adaptation, 1), first);
        adaptation.reset();
        assert_eq!(masking(&adaptation, 1), first);
    }

    #[test]
    fn first_bases_cover_the_spectrum() {
        for (count, bins, spacing) in [(1, 50, 20.0), (10, 2059, 10.7), (10, 20, 21.4), (25, 1030, 21.4)] {
            let mut sum = vec![0.0; bins];
            for k in 0..count {
                let basis = first_basis(k, count, bins, spacing);
                assert!((basis.iter().sum::<f32>() - 1.0).abs() < 1e-3 && basis.iter().all(|w| w.is_finite()));
                sum.iter_mut().zip(&basis).for_each(|(sum, w)| *sum += w);
            }
            assert!(sum[1..].iter().all(|sum| *sum > 0.0));
        }
    }
}
