//! What an adaptation begins with, and what it makes.

use crate::{
    nmf::{aligned::Aligned, bands::Bands},
    preset::Cue,
};

/// What a transposed basis costs, as a share of what it explains. Without it, the copies, which are many, take what free bases would learn.
const TRANSPOSED_COST: f32 = 0.4;

/// What may become of a component's basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freedom {
    /// It stays as it was learned.
    Fixed,
    /// It may move, but is pulled back.
    Drifting,
    /// It follows the mixture.
    Adaptive,
    /// It stays, a copy of a fixed source's basis at another pitch, and is used only for what it explains far better than the others.
    Transposed,
}

impl Freedom {
    /// What it costs to use the basis, as a share of what it explains.
    pub(super) fn cost(self) -> f32 {
        if self == Self::Transposed { TRANSPOSED_COST } else { 0.0 }
    }

    /// Whether the basis may become another.
    pub fn moves(self) -> bool {
        matches!(self, Self::Drifting | Self::Adaptive)
    }
}

/// Bases as the separator takes them: rows padded to whole registers.
#[derive(Debug, Clone)]
pub struct Bases {
    /// To find activations with, `[K, B]`.
    pub bands: Aligned,
    /// To build masks from, `[K, F]`.
    pub masking: Aligned,
    /// The source of each component. `[K]`
    pub owners: Vec<u8>,
}

/// What an adaptation begins with.
#[derive(Debug, Clone)]
pub struct AdaptationSetup {
    /// The bases as they were learned, or the first ones, `[K, F]`.
    pub bases: Vec<f32>,
    /// The bases that masks are built from, `[K, F]`.
    pub masking: Vec<f32>,
    /// The bases as they were learned from the mixture so far, `[K, F]`; `None` where nothing was.
    pub learned: Option<Vec<f32>>,
    /// Number of bins F.
    pub bins: usize,
    /// How the bins are merged.
    pub bands: Bands,
    /// What may become of each component. `[K]`
    pub freedom: Vec<Freedom>,
    /// The source of each component. `[K]`
    pub owners: Vec<u8>,
    /// Seconds of sound heard already.
    pub heard_seconds: f64,
    /// By what adaptive sources share their components.
    pub cue: Cue,
    /// Whether they share them as `owners` says already.
    pub is_shared: bool,
    /// Which components were given to their source by hand. `[K]`
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
            heard_seconds: 0.0,
            cue: Cue::default(),
            is_shared: false,
            pinned: Vec::new(),
        }
    }
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
