//! Masks on the frames of a recording, over all of it at once.

use unbraid_engine::{
    recording::Recording,
    stft::{Analysis, Bin, Overlap, Synthesis, WindowPair},
};

/// One value for every frame and bin, indexed by `[frame][bin]`.
pub(crate) type Grid = Vec<Vec<f32>>;

/// The magnitudes of `recording`, its channels added. Frame `t` ends with sample `(t + 1) hop`.
pub(crate) fn magnitudes(recording: &Recording, windows: &WindowPair) -> Grid {
    let bins = windows.frame_len() / 2 + 1;
    let mut analysis = Analysis::new(&windows.analysis);
    let mut spectrum = vec![Bin::default(); bins];
    let mut sums = vec![vec![0.0; bins]; frames(recording, windows)];
    for channel in &recording.channels {
        let padded = padded(channel, windows);
        for (t, sums) in sums.iter_mut().enumerate() {
            let start = t * windows.hop;
            analysis.spectrum(&padded[start..start + windows.frame_len()], &mut spectrum);
            sums.iter_mut().zip(&spectrum).for_each(|(sum, bin)| *sum += bin.norm());
        }
    }
    sums
}

/// What `mask` leaves of `recording`, as long as it and aligned with it.
pub(crate) fn masked(recording: &Recording, windows: &WindowPair, mask: &Grid) -> Recording {
    let (mut analysis, mut synthesis) = (Analysis::new(&windows.analysis), Synthesis::new(windows));
    let mut spectrum = vec![Bin::default(); windows.frame_len() / 2 + 1];
    // The output of a frame lags by the latency, less the hop that the first frame ends with.
    let lag = windows.latency() - windows.hop;
    let mut channel = |channel: &Vec<f32>| {
        let padded = padded(channel, windows);
        let (mut overlap, mut out) = (Overlap::new(windows), vec![0.0; mask.len() * windows.hop]);
        for ((t, mask), out) in mask.iter().enumerate().zip(out.chunks_exact_mut(windows.hop)) {
            let start = t * windows.hop;
            analysis.spectrum(&padded[start..start + windows.frame_len()], &mut spectrum);
            spectrum.iter_mut().zip(mask).for_each(|(bin, mask)| *bin *= *mask);
            synthesis.add(&mut spectrum, &mut overlap);
            overlap.take(out);
        }
        out[lag..lag + channel.len()].to_vec()
    };
    Recording { channels: recording.channels.iter().map(&mut channel).collect(), ..*recording }
}

/// The share of each of `levels` in their sum, raised to `power` before.
pub(crate) fn shares(levels: &[Grid], power: f32) -> Vec<Grid> {
    let share = |level: &Grid| {
        let frame = |t: usize| {
            let bin = |f: usize| {
                let sum: f32 = levels.iter().map(|level| level[t][f].powf(power)).sum();
                level[t][f].powf(power) / sum.max(f32::MIN_POSITIVE)
            };
            (0..level[t].len()).map(bin).collect()
        };
        (0..level.len()).map(frame).collect()
    };
    levels.iter().map(share).collect()
}

/// As many frames as it takes until the last sample is complete.
fn frames(recording: &Recording, windows: &WindowPair) -> usize {
    (recording.len() + windows.latency()).div_ceil(windows.hop)
}

/// `channel` between the silence that the first frame begins with and what the last frame ends with.
fn padded(channel: &[f32], windows: &WindowPair) -> Vec<f32> {
    let (before, after) = (windows.frame_len() - windows.hop, windows.latency() + windows.hop);
    [&vec![0.0; before], channel, &vec![0.0; after]].concat()
}
