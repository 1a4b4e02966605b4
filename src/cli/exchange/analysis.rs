//! At which sample rate and with which frames bases were found, as far as a file tells.

use crate::{
    dictionary::{FrameSpec, SAMPLE_RATES_HZ},
    learner::LEARNED_MODES,
    stft::Layout,
};
use std::ops::Range;

/// Sample rates of sound, in Hz.
const USUAL_RATES: [f64; 13] = [
    8_000.0, 11_025.0, 12_000.0, 16_000.0, 22_050.0, 24_000.0, 32_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0,
    176_400.0, 192_000.0,
];

/// What a file or a person says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct StatedAnalysis {
    /// In Hz.
    pub(crate) sample_rate: Option<f64>,
    /// In samples.
    pub(crate) frame_len: Option<usize>,
    /// Exponent of the magnitude.
    pub(super) exponent: Option<f64>,
    /// Between which numbers of Hz the distance of two bins lies.
    pub(super) spacing: Option<Range<f64>>,
}

/// What is known in the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FoundAnalysis {
    pub(crate) sample_rate: f64,
    pub(crate) frame_len: usize,
}

impl StatedAnalysis {
    /// What a person says, in Hz and in samples.
    pub(crate) fn by_hand(sample_rate: Option<f64>, frame_len: Option<usize>) -> Self {
        Self { sample_rate, frame_len, ..Self::default() }
    }

    /// What is said here or, if nothing is, in `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            sample_rate: self.sample_rate.or(other.sample_rate),
            frame_len: self.frame_len.or(other.frame_len),
            exponent: self.exponent.or(other.exponent),
            spacing: self.spacing.or(other.spacing),
        }
    }

    /// Number of bins F, if the frame length is stated.
    pub(super) fn bins(&self) -> Option<usize> {
        self.frame_len.map(|frame_len| frame_len / 2 + 1)
    }

    /// The analysis of bases with `bins` bins.
    pub(super) fn with_bins(&self, bins: usize) -> Result<FoundAnalysis, String> {
        if let Some(exponent) = self.exponent.filter(|exponent| *exponent != 1.0) {
            return Err(format!(
                "these are bases of |X|^{exponent}, which cannot be made bases of |X|; learn them from magnitudes"
            ));
        }
        let frame_len = self.frame_len.unwrap_or(2 * bins.saturating_sub(1));
        let sample_rate = match (self.sample_rate, &self.spacing) {
            (Some(sample_rate), _) => sample_rate,
            (None, Some(spacing)) => rate_of(spacing, frame_len)?,
            (None, None) => {
                return Err("the sample rate is not in the file; give it with --rate, as in --rate 44100".to_owned());
            }
        };
        if !SAMPLE_RATES_HZ.contains(&sample_rate) {
            let [least, most] = [SAMPLE_RATES_HZ.start(), SAMPLE_RATES_HZ.end()];
            return Err(format!(
                "the sample rate is {sample_rate} Hz; expected {least} to {most} Hz: give it with --rate"
            ));
        }
        Ok(FoundAnalysis { sample_rate, frame_len })
    }
}

impl FoundAnalysis {
    /// The frames of a mode where they are those of one; Hann windows otherwise.
    pub(crate) fn frame(self) -> FrameSpec {
        let own = |mode| FrameSpec::of(&Layout::new(self.sample_rate, mode));
        let of_a_mode = LEARNED_MODES.map(own).into_iter().find(|frame| self.is_of(frame));
        of_a_mode.unwrap_or_else(|| FrameSpec::hann(self.sample_rate, self.frame_len))
    }

    fn is_of(self, frame: &FrameSpec) -> bool {
        (frame.sample_rate, frame.frame_len) == (self.sample_rate, self.frame_len)
    }
}

/// The one usual sample rate at which frames of `frame_len` samples have bins so far apart. Frames that are as long as
/// those of a mode at one of several rates are taken for that mode's.
fn rate_of(spacing: &Range<f64>, frame_len: usize) -> Result<f64, String> {
    let fits = |rate: &f64| spacing.contains(&(rate / frame_len as f64));
    let fitting: Vec<f64> = USUAL_RATES.into_iter().filter(fits).collect();
    let is_own = |rate: &&f64| FoundAnalysis { sample_rate: **rate, frame_len }.frame().window != "hann";
    let own: Vec<&f64> = fitting.iter().filter(is_own).collect();
    match (&fitting[..], &own[..]) {
        ([rate], _) => Ok(*rate),
        (_, [rate]) => Ok(**rate),
        ([], _) => Err(format!(
            "no usual sample rate fits {frame_len}-sample frames with bins some {:.0} Hz apart; give it with --rate",
            spacing.start.ceil()
        )),
        (several, _) => Err(format!(
            "the sample rate could be {} Hz; say which with --rate",
            several.iter().map(f64::to_string).collect::<Vec<_>>().join(" or ")
        )),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_sample_rate_follows_from_the_rounded_distance_of_bins() {
        // What other programs leave of 44,100 / 1024 = 43.07 and 48,000 / 2048 = 23.44 in a whole number.
        for (spacing, frame_len, rate) in [(42.5..44.0, 1_024, 44_100.0), (22.5..24.0, 2_048, 48_000.0)] {
            assert_eq!(rate_of(&spacing, frame_len).unwrap(), rate);
        }
        assert_eq!(rate_of(&(10.5..12.0), 4_116).unwrap(), 44_100.0, "frames of Quality");
        assert!(rate_of(&(10.5..12.0), 4_096).unwrap_err().contains("44100 or 48000"));
        assert!(rate_of(&(99.5..101.0), 1_024).unwrap_err().contains("no usual sample rate"));
    }

    #[test]
    fn sample_rates_of_no_sound_are_refused() {
        for rate in [f64::NAN, f64::INFINITY, -44_100.0, 0.0, 44.1, 1e300] {
            let stated = StatedAnalysis::by_hand(Some(rate), None);
            assert!(stated.with_bins(1_025).unwrap_err().contains("expected 1000 to 768000 Hz"), "{rate}");
        }
    }

    #[test]
    fn frames_of_a_mode_are_known_by_their_length() {
        let frame = |sample_rate, frame_len| FoundAnalysis { sample_rate, frame_len }.frame();
        assert_eq!(frame(44_100.0, 4_116).label(), "4116.3072");
        assert_eq!(frame(44_100.0, 4_096), FrameSpec::hann(44_100.0, 4_096));
    }
}
