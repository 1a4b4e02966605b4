//! Frames on their way from the audio thread to an editor's picture.
//!
//! Every box has room for every frame, whatever the sample rate, the mode and the preset, so that the boxes outlive an
//! activation.

use crate::engine::{AnalyzerFrame, AnalyzerReceiver, AnalyzerSender, BIN_SPACING_HZ, analyzer_frames};

/// Frames that can wait: as many as come while a window that rests is woken and draws its first picture, and more.
pub const FRAMES: usize = 24;
/// Bins above this are not looked at, in Hz.
const HIGHEST_HZ: f64 = 24_000.0;

/// Both ends; the link is closed until [`open`].
pub fn link() -> (AnalyzerSender, AnalyzerReceiver) {
    analyzer_frames(FRAMES)
}

/// Editor: lets frames come from now on.
pub fn open(receiver: &mut AnalyzerReceiver) {
    receiver.open(|| AnalyzerFrame::with_room(room()));
}

/// Bins that a box has room for: those up to [`HIGHEST_HZ`] where they lie closest.
fn room() -> usize {
    // Quality's bins lie twice as close as the others'; frames of a whole, even number of samples may bring them a
    // little closer still.
    (HIGHEST_HZ / (BIN_SPACING_HZ / 2.0) * 1.002) as usize + 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{LatencyMode, Layout};

    #[test]
    fn a_box_holds_every_frame_up_to_what_is_shown() {
        for rate in [1_000.0, 8_000.0, 37_123.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0, 1_536_000.0] {
            for mode in LatencyMode::ALL {
                let layout = Layout::new(rate, mode);
                let shown = ((HIGHEST_HZ / layout.bin_spacing()) as usize + 1).min(layout.bins());
                assert!(shown <= room(), "{mode:?} at {rate} Hz: {shown} bins of {}", room());
            }
        }
    }
}
