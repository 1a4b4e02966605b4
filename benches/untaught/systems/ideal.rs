//! The ideal ratio mask: what masks on the engine's own frames reach when the sources are known.

use crate::{frames, scene::Scene};
use unbraid_engine::{
    recording::Recording,
    separator::{LatencyMode, Layout},
};

pub(crate) fn separate(scene: &Scene, mode: LatencyMode) -> Vec<Recording> {
    let windows = Layout::new(f64::from(scene.mixture.sample_rate), mode).windows;
    let passes = scene.last_pass().end / scene.truths[0].len();
    let levels = |part: &Recording| {
        let channels = part.channels.iter().map(|channel| channel.repeat(passes)).collect();
        frames::magnitudes(&Recording { channels, ..*part }, &windows)
    };
    let levels: Vec<_> = scene.material.parts.iter().map(levels).collect();
    let masks = frames::shares(&levels, 1.0);
    masks.iter().map(|mask| frames::masked(&scene.mixture, &windows, mask)).collect()
}
