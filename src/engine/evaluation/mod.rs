//! How good a separation is.
//!
//! BSS Eval gives signal-to-distortion, -interference and -artifacts ratios of estimated sources, when the true ones are
//! known: [`bss_eval_sources`].

mod bss_eval;

pub use bss_eval::{EvaluationError, FILTER_TAPS, Score, bss_eval_sources};
