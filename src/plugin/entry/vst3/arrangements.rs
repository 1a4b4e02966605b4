//! Which speakers a host may give the buses: mono or stereo, each bus as it likes, and no mono output where the input
//! is stereo, because that would leave a channel unheard.
//!
//! clap-wrapper 0.3.1 takes stereo alone, and Cubase and others offer mono to plugins on their mono tracks. The plugin
//! behind plays stereo all the same: see [`super::buses`] for how mono buses are completed.

use crate::preset::MAX_SOURCES;
use vst3::Steinberg::Vst::{BusDirections_, SpeakerArr, SpeakerArrangement};

/// The speakers of each bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrangements {
    inputs: [SpeakerArrangement; 1],
    outputs: [SpeakerArrangement; 1 + MAX_SOURCES],
}

impl Arrangements {
    /// Stereo everywhere.
    pub(super) const STEREO: Self =
        Self { inputs: [SpeakerArr::kStereo], outputs: [SpeakerArr::kStereo; 1 + MAX_SOURCES] };

    /// The same with what a host offers for its first buses, or `None` if that is refused.
    pub(super) fn offered(mut self, inputs: &[SpeakerArrangement], outputs: &[SpeakerArrangement]) -> Option<Self> {
        self.inputs.get_mut(..inputs.len())?.copy_from_slice(inputs);
        self.outputs.get_mut(..outputs.len())?.copy_from_slice(outputs);
        let known = |speakers: &SpeakerArrangement| [SpeakerArr::kMono, SpeakerArr::kStereo].contains(speakers);
        let narrows = self.inputs[0] == SpeakerArr::kStereo && self.outputs.contains(&SpeakerArr::kMono);
        (self.inputs.iter().chain(&self.outputs).all(known) && !narrows).then_some(self)
    }

    /// The speakers of a bus, if there is such a bus.
    pub(super) fn of(&self, direction: i32, bus: i32) -> Option<SpeakerArrangement> {
        let buses = if direction == BusDirections_::kInput as i32 { &self.inputs[..] } else { &self.outputs[..] };
        buses.get(usize::try_from(bus).ok()?).copied()
    }
}

/// Number of channels of these speakers.
pub(super) fn channels(speakers: SpeakerArrangement) -> i32 {
    speakers.count_ones() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_and_stereo_are_taken_and_nothing_that_loses_a_channel() {
        const MONO: SpeakerArrangement = SpeakerArr::kMono;
        const STEREO: SpeakerArrangement = SpeakerArr::kStereo;
        let taken = |inputs: &[_], outputs: &[_]| Arrangements::STEREO.offered(inputs, outputs).is_some();
        assert!(taken(&[STEREO], &[STEREO; 9]) && taken(&[MONO], &[MONO; 9]));
        assert!(taken(&[MONO], &[STEREO]), "mono in, stereo out");
        assert!(taken(&[MONO], &[MONO, STEREO, MONO]), "separate outputs as they like");
        assert!(!taken(&[STEREO], &[MONO]), "the right channel would be lost");
        assert!(!taken(&[STEREO], &[STEREO, MONO]), "also that of a source");
        assert!(!taken(&[SpeakerArr::k51], &[SpeakerArr::k51]) && !taken(&[0], &[STEREO]));
        assert!(!taken(&[MONO; 2], &[MONO]) && !taken(&[MONO], &[MONO; 10]), "more buses than there are");
    }
}
