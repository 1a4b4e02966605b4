//! What an adaptation starts from, and its results.

use crate::{
    nmf::{aligned::Aligned, bands::Bands},
    preset::Cue,
};

/// Cost of a transposed basis, as a share of what it explains. Without it the copies, which are many, would take what
/// free bases should learn.
const TRANSPOSED_COST: f32 = 0.4;

/// How the basis of a component is allowed to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freedom {
    /// It stays as it was learned.
    Fixed,
    /// It may change, but is pulled back.
    Drifting,
    /// It follows the mixture: what the others do not explain.
    Adaptive,
    /// It follows the mixture where the evidence says that its source sounds.
    Recognised,
    /// It stays. It is a copy of a fixed source's basis at another pitch, and is only used for what it explains far
    /// better than the other bases.
    Transposed,
}

impl Freedom {
    /// Cost of the basis, as a share of what it explains.
    pub(super) fn cost(self) -> f32 {
        if self == Self::Transposed { TRANSPOSED_COST } else { 0.0 }
    }

    /// Whether the basis was found in the mixture alone.
    pub fn is_found(self) -> bool {
        matches!(self, Self::Adaptive | Self::Recognised)
    }

    /// Whether the basis may change.
    pub fn moves(self) -> bool {
        matches!(self, Self::Drifting | Self::Adaptive | Self::Recognised)
    }
}

/// Bases for the separator, with rows padded to whole registers.
#[derive(Debug, Clone)]
pub struct Bases {
    /// To find activations with, `[K, B]`.
    pub bands: Aligned,
    /// To build masks from, `[K, F]`.
    pub masking: Aligned,
    /// The source of each component. `[K]`
    pub owners: Vec<u8>,
    /// How far what was learned under evidence is to be believed, 0 to 1.
    pub trust: f32,
}

/// What an adaptation starts from.
#[derive(Debug, Clone)]
pub struct AdaptationSetup {
    /// The bases as they were learned, or those of an adaptive source at the start, `[K, F]`.
    pub bases: Vec<f32>,
    /// The bases that masks are built from, `[K, F]`.
    pub masking: Vec<f32>,
    /// The bases as learned from the mixture so far, `[K, F]`; `None` if nothing was learned yet.
    pub learned: Option<Vec<f32>>,
    /// Number of bins F.
    pub bins: usize,
    /// The bands that the bins are merged into.
    pub bands: Bands,
    /// How each component is allowed to change. `[K]`
    pub freedom: Vec<Freedom>,
    /// The source of each component. `[K]`
    pub owners: Vec<u8>,
    /// Whose evidence constrains each component, as a number. `[K]`; empty where there is no evidence.
    pub groups: Vec<u8>,
    /// Seconds of sound that were learned from already.
    pub heard_seconds: f64,
    /// The same for the bases of recognised sources; 0 where one of them has none yet.
    pub recognised_seconds: f64,
    /// What decides to which adaptive source a component goes.
    pub cue: Cue,
    /// Whether `owners` is already the final grouping.
    pub is_shared: bool,
    /// Whether a component was given to its source by hand. `[K]`
    pub pinned: Vec<bool>,
}

impl AdaptationSetup {
    /// A setup in which nothing was learned from the mixture yet, and nothing was given by hand.
    pub fn new(
        bases: Vec<f32>,
        masking: Vec<f32>,
        bins: usize,
        bands: Bands,
        freedom: Vec<Freedom>,
        owners: Vec<u8>,
    ) -> Self {
        Self {
            bases,
            masking,
            learned: None,
            bins,
            bands,
            freedom,
            owners,
            groups: Vec::new(),
            heard_seconds: 0.0,
            recognised_seconds: 0.0,
            cue: Cue::default(),
            is_shared: false,
            pinned: Vec::new(),
        }
    }
}

/// The basis of component `k` of `components` at the start, `[F]`: a raised cosine over a frequency scale that is
/// linear below 60 Hz and logarithmic above, centred between 80 Hz and 16 kHz. Sums to 1.
pub fn first_basis(k: usize, components: usize, bins: usize, bin_spacing_hz: f64) -> Vec<f32> {
    let place = |hz: f64| (hz + 60.0).ln();
    let top = (bins as f64 * bin_spacing_hz).min(16_000.0);
    let (low, high) = (80.0_f64.ln().min(place(0.5 * top)), top.max(1.0).ln());
    let step = (high - low) / (components.max(2) - 1) as f64;
    let centre = if components == 1 { 0.5 * (low + high) } else { low + k as f64 * step };
    let mut basis: Vec<f32> = (0..bins)
        .map(|bin| {
            let distance = ((place(bin as f64 * bin_spacing_hz) - centre) / step).abs().min(1.0);
            // The floor lets every basis grow in every band.
            (std::f64::consts::FRAC_PI_2 * distance).cos().powi(2) as f32 + 1e-4
        })
        .collect();
    basis[0] = 0.0;
    let sum: f32 = basis.iter().sum();
    basis.iter_mut().for_each(|w| *w /= sum);
    basis
}

/// Scales `basis` to `sum`; one that is 0 or not finite becomes `first` again.
pub(super) fn scale_to(basis: &mut [f32], sum: f32, first: &[f32]) {
    let total: f32 = basis.iter().sum();
    if total > f32::MIN_POSITIVE && total.is_finite() {
        let scale = sum / total;
        basis.iter_mut().for_each(|w| *w *= scale);
    } else {
        basis.copy_from_slice(first);
    }
}
