//! The figures of BSS Eval.

use statrs::statistics::{Data, OrderStatistics};

/// How good the estimate of one source is. Positive infinity where an error is exactly zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Signal-to-distortion ratio in dB, which counts every error.
    pub sdr: f64,
    /// Signal-to-interference ratio in dB, which counts what comes from the other sources.
    pub sir: f64,
    /// Signal-to-artifacts ratio in dB, which counts what comes from none of the sources.
    pub sar: f64,
}

/// How good the estimate of one source is as its image: the channels as they are heard, so that a wrong filter or place
/// between left and right is an error. Positive infinity where an error is exactly zero, NaN where nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageScore {
    /// Signal-to-distortion ratio in dB, which counts every error.
    pub sdr: f64,
    /// Image-to-spatial-distortion ratio in dB, which counts what a filter has done to the source.
    pub isr: f64,
    /// Signal-to-interference ratio in dB, which counts what comes from the other sources.
    pub sir: f64,
    /// Signal-to-artifacts ratio in dB, which counts what comes from none of the sources.
    pub sar: f64,
}

impl ImageScore {
    /// Of what cannot be scored.
    pub const UNDEFINED: Self = Self { sdr: f64::NAN, isr: f64::NAN, sir: f64::NAN, sar: f64::NAN };

    /// The median of each ratio over `frames`. Those that are undefined or infinite are left out, as in museval; only
    /// where no other is left, an infinite ratio stands.
    pub fn median(frames: &[Self]) -> Self {
        let of = |ratio: fn(&Self) -> f64| {
            let defined = || frames.iter().map(ratio).filter(|x| !x.is_nan());
            let finite: Vec<f64> = defined().filter(|x| x.is_finite()).collect();
            Data::new(if finite.is_empty() { defined().collect() } else { finite }).median()
        };
        Self { sdr: of(|x| x.sdr), isr: of(|x| x.isr), sir: of(|x| x.sir), sar: of(|x| x.sar) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(sdr: f64) -> ImageScore {
        ImageScore { sdr, ..ImageScore::UNDEFINED }
    }

    #[test]
    fn the_median_leaves_out_what_is_undefined_or_infinite() {
        let of = |ratios: &[f64]| ImageScore::median(&ratios.iter().copied().map(frame).collect::<Vec<_>>()).sdr;
        assert_eq!(of(&[5.0, f64::NAN, 1.0, 2.0, f64::INFINITY]), 2.0);
        assert_eq!(of(&[4.0, 1.0]), 2.5);
        assert_eq!(of(&[f64::INFINITY, f64::NAN, f64::INFINITY]), f64::INFINITY);
        assert_eq!(of(&[f64::NEG_INFINITY; 3]), f64::NEG_INFINITY);
        assert!(of(&[f64::NAN]).is_nan() && of(&[]).is_nan());
    }
}
