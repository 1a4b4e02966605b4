//! The built plugin in a small host that loads its state and records its outputs.

use anyhow::{Context, Result, ensure};
use clap_host::{Host, Instance, Played, Separate};
use cpu_time::ProcessTime;
use indicatif::ProgressBar;
use serde_json::Value;
use std::{path::Path, time::Duration};
use unbraid::{
    instance::project::stored_preset::StoredPreset, preset::Preset, recording::Recording, separator::LatencyMode,
};

/// Samples per call, as DAWs are often set.
const BLOCK: usize = 512;
/// Bytes of the length that stands in front of a stored state's JSON.
const LENGTH_BYTES: usize = size_of::<u64>();

/// What the plugin played in one latency mode, aligned with the mixture and as long.
pub(super) struct Performance {
    pub(super) mode: LatencyMode,
    /// As the plugin reports it.
    pub(super) latency_samples: usize,
    /// The mixture's length.
    pub(super) seconds: f64,
    /// Processor time that playing with all separate outputs took.
    pub(super) processor_time: Duration,
    /// Largest difference between the main output at unity gains and the mixture, linear.
    pub(super) unity_error: f32,
    /// The separate outputs at unity gains.
    pub(super) sources: Vec<Recording>,
    /// The main output with the remix's gains.
    pub(super) remix: Recording,
}

/// Plays `mixture` through the CLAP at `path` with `preset` in its project: at unity gains, then with `gains`.
pub(super) fn perform(
    path: &Path,
    preset: &Preset,
    mode: LatencyMode,
    mixture: &Recording,
    gains: &[&str],
) -> Result<Performance> {
    let spinner = ProgressBar::new_spinner().with_message(format!("playing in {} mode", mode.name()));
    spinner.enable_steady_tick(Duration::from_millis(100));

    let mut plugin = Host::load(path)?.create()?;
    let state = with_preset(&plugin.save()?, preset, mode).context("the plugin's state is not as expected")?;
    plugin.load(&state)?;
    plugin.activate(f64::from(mixture.sample_rate), BLOCK)?;
    let latency_samples = plugin.latency()?;

    let begin = ProcessTime::now();
    let unity = play(&mut plugin, mixture, latency_samples)?;
    let processor_time = begin.elapsed();
    ensure!(unity.sources.len() >= preset.sources.len(), "the plugin has too few separate outputs");

    for (number, gain) in gains.iter().enumerate() {
        plugin.set(&format!("gain_{}", number + 1), gain)?;
    }
    plugin.reset();
    let remix = play(&mut plugin, mixture, latency_samples)?;

    let recording = |channels: Vec<Vec<f32>>| Recording { sample_rate: mixture.sample_rate, channels };
    let unity_main = recording(unity.main);
    spinner.finish_and_clear();
    Ok(Performance {
        mode,
        latency_samples,
        seconds: mixture.seconds(),
        processor_time,
        unity_error: largest_difference(&unity_main, mixture),
        sources: unity.sources.into_iter().take(preset.sources.len()).map(recording).collect(),
        remix: recording(remix.main),
    })
}

/// Plays all of `mixture`, and takes the latency off what comes out.
fn play(plugin: &mut Instance, mixture: &Recording, latency_samples: usize) -> Result<Played> {
    let mut input = mixture.channels.clone();
    input.iter_mut().for_each(|channel| channel.resize(mixture.len() + latency_samples, 0.0));
    let mut played = plugin.play(&input, &[BLOCK], Separate::Given)?;
    for channel in played.main.iter_mut().chain(played.sources.iter_mut().flatten()) {
        channel.drain(..latency_samples);
    }
    Ok(played)
}

fn largest_difference(a: &Recording, b: &Recording) -> f32 {
    let samples = a.channels.iter().flatten().zip(b.channels.iter().flatten());
    samples.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// A project's state that holds `preset` and asks for `mode`, made from any `state` of the plugin.
fn with_preset(state: &[u8], preset: &Preset, mode: LatencyMode) -> Result<Vec<u8>> {
    let json = state.get(LENGTH_BYTES..).context("it is too short")?;
    let mut project: Value = serde_json::from_slice(json)?;
    let stored = StoredPreset::pack("Demo", preset)?;
    *project.pointer_mut("/fields/preset").context("it holds no preset")? = serde_json::to_string(&stored)?.into();
    *project.pointer_mut("/params/mode/string").context("it holds no latency mode")? = mode.name().into();
    let json = serde_json::to_vec(&project)?;
    Ok([&(json.len() as u64).to_le_bytes(), json.as_slice()].concat())
}
