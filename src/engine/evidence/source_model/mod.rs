//! The source models: small causal recurrent nets that say how likely each band of a frame belongs to each source: one
//! for drums, bass and the rest, one for the parts of the drums. What a single frame's spectrum does not tell, a kick
//! from a bass note, its course in time does.
//!
//! ```text
//! x = features(E), flags          z = relu(W_in x + b_in)
//! h₁ ← GRU(h₁, z)                 h₂ ← GRU(h₂, h₁ + z)
//! o = W_out [h₁, h₂] + b_out      p(s, b) = softmax over the sources s of o(s, b)
//! ```
//!
//! With low latency h₁ and h₂ fade after each step, with a time constant of 3 s as in training: what was heard long
//! ago does not count, so that what plays after another past soon sounds the same. In Quality they last: there the net
//! goes by what it has heard of a loop before.
//!
//! The gated recurrent units are those of Cho et al. (2014), in the form with the reset gate after the product. It is
//! computed by hand, on the vector registers: no run-time library promises not to allocate. The weights are trained by
//! `cargo xtask train` and are part of the binary.
//!
//! - `source_set`: what a net tells apart. `weights`: reads the file of a net. `features`: band energies to what the
//!   net reads. `network`: one step.

mod features;
mod network;
mod source_set;
mod weights;

use crate::stft::{BIN_SPACING_HZ, Layout};
use features::Features;
use network::State;
pub(super) use source_set::SourceSet;
use std::sync::{Arc, OnceLock};
use weights::TrainedNet;

/// A net with its state in one stream. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct SourceModel {
    net: Arc<TrainedNet>,
    features: Features,
    state: State,
    /// Which sources may sound, and whether others may: 1 or 0. `[flags]`
    present: Vec<f32>,
}

impl SourceModel {
    /// The net for the sources of `set` in the frames of `layout`. `present` says which of them may sound, and for the
    /// parts of a kit as its last value whether other sources may. `None` only if the binary was built with a damaged
    /// file.
    pub(super) fn new(set: SourceSet, layout: &Layout, present: &[bool]) -> Option<Self> {
        let net = trained(set, layout)?;
        let features = Features::new(&net.reading);
        let state = State::new(&net.network);
        Some(Self {
            net,
            features,
            state,
            present: present.iter().map(|present| f32::from(u8::from(*present))).collect(),
        })
    }

    /// Number of bins, from 0 Hz up, that the net's bands cover; there may be more of them than the stream has.
    pub(super) fn bins(&self) -> usize {
        self.net.bins
    }

    /// Duration between two steps, in seconds.
    pub(super) fn step_seconds(&self) -> f64 {
        self.net.reading.step_seconds
    }

    /// Forgets the past of the stream.
    pub(super) fn reset(&mut self) {
        self.features.reset();
        self.state.reset();
    }

    /// Takes over the past of the stream from `other`, if it is a net of the same kind.
    pub(super) fn continue_from(&mut self, other: &Self) {
        if Arc::ptr_eq(&self.net, &other.net) {
            self.features.copy_from(&other.features);
            self.state.copy_from(&other.state);
        }
    }

    /// On the audio thread: takes the next frame's energies per band, `[B]`, as mean squares. `false` if the frame is
    /// silent or faulty: then everything stays as it was.
    pub(super) fn step(&mut self, energies: &[f32]) -> bool {
        let heard = self.features.read(energies, &mut self.state.features);
        if heard {
            self.net.network.step(&self.present, &mut self.state);
        }
        heard
    }

    /// How tonal each band was last: log₁₀ of the energy that lasts over the energy around, `[B]`.
    pub(super) fn tonal(&self) -> &[f32] {
        self.features.tonal()
    }

    /// How likely each band belongs to each source, `[S, B]`, rows [padded](crate::nmf::aligned::padded);
    /// sums to 1 over the sources.
    pub(super) fn likelihoods(&self) -> &[f32] {
        &self.state.likelihoods
    }
}

/// The net for the sources of `set` in the frames of `layout`.
fn trained(set: SourceSet, layout: &Layout) -> Option<Arc<TrainedNet>> {
    static NETS: [OnceLock<Option<Arc<TrainedNet>>>; 4] = [const { OnceLock::new() }; 4];
    let is_long = layout.bin_spacing() < 0.75 * BIN_SPACING_HZ;
    let (net, file): (_, &[u8]) = match (set, is_long) {
        (SourceSet::Mixture, true) => (0, include_bytes!("../../../../presets/source-model/quality.safetensors")),
        (SourceSet::Mixture, false) => (1, include_bytes!("../../../../presets/source-model/low-latency.safetensors")),
        (SourceSet::Kit, true) => (2, include_bytes!("../../../../presets/source-model/kit-quality.safetensors")),
        (SourceSet::Kit, false) => (3, include_bytes!("../../../../presets/source-model/kit-low-latency.safetensors")),
    };
    NETS[net].get_or_init(|| weights::read(file, set).ok().map(Arc::new)).clone()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{nmf::aligned::padded, stft::LatencyMode};
    use safetensors::SafeTensors;

    /// What training has computed with numpy from the same weights, for every net: 40 steps, one of them silent.
    #[test]
    fn all_nets_answer_as_they_did_in_training() {
        let golden: [(_, _, &[u8]); 4] = [
            (
                SourceSet::Mixture,
                LatencyMode::Live,
                include_bytes!("../../../../presets/source-model/golden-low-latency.safetensors"),
            ),
            (
                SourceSet::Mixture,
                LatencyMode::Quality,
                include_bytes!("../../../../presets/source-model/golden-quality.safetensors"),
            ),
            (
                SourceSet::Kit,
                LatencyMode::Live,
                include_bytes!("../../../../presets/source-model/golden-kit-low-latency.safetensors"),
            ),
            (
                SourceSet::Kit,
                LatencyMode::Quality,
                include_bytes!("../../../../presets/source-model/golden-kit-quality.safetensors"),
            ),
        ];
        for (set, mode, file) in golden {
            let file = SafeTensors::deserialize(file).unwrap();
            let numbers = |name: &str| -> Vec<f32> {
                let tensor = file.tensor(name).unwrap();
                tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
            };
            let (energies, expected) = (numbers("energies"), numbers("prior"));
            let present: Vec<bool> = numbers("flags").iter().map(|flag| *flag > 0.5).collect();
            let layout = Layout::new(44_100.0, mode);
            let mut model = SourceModel::new(set, &layout, &present).unwrap();
            let (bands, sources) = (model.net.reading.bands, set.roles().len());
            // The file's energies are sums of |X|²; ours are mean squares.
            let scale = 2.0 / (layout.windows.frame_len() as f32).powi(2);
            for (energies, expected) in energies.chunks_exact(bands).zip(expected.chunks_exact(sources * bands)) {
                let energies: Vec<f32> = energies.iter().map(|energy| energy * scale).collect();
                model.step(&energies);
                for (row, expected) in model.likelihoods().chunks_exact(padded(bands)).zip(expected.chunks_exact(bands))
                {
                    for (found, expected) in row.iter().zip(expected) {
                        assert!((found - expected).abs() < 2e-3, "{set:?} {mode:?}: {found}, {expected}");
                    }
                }
            }
        }
    }
}
