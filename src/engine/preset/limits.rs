//! The ranges of a preset's values.

use std::ops::RangeInclusive;

/// Most sources a preset may hold: one per gain knob and separate output.
pub const MAX_SOURCES: usize = 8;
/// Most bases a single source may hold.
pub const MAX_COMPONENTS: usize = 1024;
/// Most bases that all sources of a preset may hold together: more take a model that no computer plays.
pub const MAX_COMPONENTS_IN_ALL: usize = 4096;
/// How much evidence may count against learned bases: the exponent of its prior.
pub const EVIDENCE_WEIGHTS: RangeInclusive<f32> = 0.0..=1.0;
/// Gains that a preset may set, in dB. The range of the knob in the interface is narrower.
pub const GAINS_DB: RangeInclusive<f32> = -120.0..=24.0;
