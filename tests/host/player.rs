//! What a player does with the bundled CLAP in a host of our own: teaches sources, and plays mixtures of takes that
//! they have not heard.

use crate::{
    signals::sum,
    stored_state::{self, pack, unpack, with_preset_file},
};
use clap_host::{Host, Instance, Played, Separate};
use std::{
    ops::Range,
    path::Path,
    time::{Duration, Instant},
};
use unbraid::{
    evaluation::bss_eval_sources,
    learner::adaptive,
    preset::{Preset, file},
    recording::{self, Recording},
};

pub(crate) const RATE: f64 = 44_100.0;

/// A fresh instance of the bundled plugin.
pub(crate) fn fresh() -> Instance {
    let Some(bundle) = std::env::var_os("UNBRAID_CLAP") else {
        panic!("UNBRAID_CLAP does not say where the bundled plugin is: `cargo xtask test` builds it and does");
    };
    Host::load(bundle).and_then(|host| host.create()).unwrap()
}

/// Drums and bass that were learned from recordings.
pub(crate) fn learned() -> Preset {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    file::read(&folder.join("learned.unbraid.safetensors")).unwrap()
}

/// A fresh instance, to which the host has brought a project with learned drums and bass. Unlike the sources of the
/// first preset, they do not change while they play.
pub(crate) fn with_learned() -> Instance {
    let mut plugin = fresh();
    load(&mut plugin, &learned());
    plugin
}

/// The same, which plays.
pub(crate) fn plugin() -> Instance {
    let mut plugin = with_learned();
    plugin.activate(RATE, 512).unwrap();
    plugin
}

pub(crate) fn stem(name: &str) -> Recording {
    recording::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/audio/{name}.flac"))).unwrap()
}

/// `seconds` of `recording` from its beginning.
pub(crate) fn beginning(recording: &Recording, seconds: f64) -> Vec<Vec<f32>> {
    recording.channels.iter().map(|channel| channel[..(seconds * RATE) as usize].to_vec()).collect()
}

pub(crate) fn play(plugin: &mut Instance, input: &[Vec<f32>]) {
    plugin.play(input, &[512], Separate::Missing).unwrap();
}

pub(crate) fn silence(seconds: f64) -> Vec<Vec<f32>> {
    vec![vec![0.0; (seconds * RATE) as usize]; 2]
}

pub(crate) fn stored(plugin: &mut Instance) -> Preset {
    unpack(&plugin.save().unwrap())
}

/// Waits until what the project stores `fits`.
pub(crate) fn wait_for(plugin: &mut Instance, fits: impl Fn(&Preset) -> bool) -> Preset {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let preset = stored(plugin);
        if fits(&preset) {
            return preset;
        }
        assert!(Instant::now() < patience, "the plugin has not learned: {:?}", preset.sources[0].learned_from());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The switch goes on, `solo` is played, the switch goes off.
pub(crate) fn learn(plugin: &mut Instance, switch: &str, solo: &[Vec<f32>]) {
    plugin.set(switch, "On").unwrap();
    play(plugin, solo);
    plugin.set(switch, "Off").unwrap();
    play(plugin, &silence(0.05));
}

pub(crate) fn was_played(preset: &Preset, source: usize) -> bool {
    preset.sources[source].learned_from().iter().any(|name| name.starts_with("what was played"))
}

/// Drums that were learned from two seconds, and a bass that follows the mixture.
pub(crate) fn let_the_bass_follow(plugin: &mut Instance) {
    learn(plugin, "learn_1", &beginning(&stem("standard-kit-take1"), 2.0));
    let mut preset = wait_for(plugin, |preset| was_played(preset, 0));
    preset.sources[1].make_adaptive(adaptive::COMPONENTS);
    bring(plugin, &preset);
}

/// The host loads a project with this preset.
fn load(plugin: &mut Instance, preset: &Preset) {
    let state = plugin.save().unwrap();
    let state = with_preset_file(&state, &pack(&file::to_bytes(preset).unwrap()));
    plugin.load(&state).unwrap();
}

/// The host brings a project with this preset while it plays.
pub(crate) fn bring(plugin: &mut Instance, preset: &Preset) {
    load(plugin, preset);
    stored_state::wait_for_worker();
    play(plugin, &silence(0.3));
}

/// Has `play` play a signal of `frames` samples piece by piece, in about a third of the time that it lasts, so that the
/// worker has its share of it.
pub(crate) fn slowly(frames: usize, mut play: impl FnMut(Range<usize>)) {
    for start in (0..frames).step_by(4096) {
        play(start..(start + 4096).min(frames));
        std::thread::sleep(Duration::from_millis(35));
    }
}

/// Plays slowly, and listens to all outputs.
pub(crate) fn play_slowly(plugin: &mut Instance, input: &[Vec<f32>]) -> Played {
    let mut whole = nothing();
    slowly(input[0].len(), |piece| append(&mut whole, listen(plugin, &cut(input, piece))));
    whole
}

/// Plays, and listens to all outputs.
pub(crate) fn listen(plugin: &mut Instance, input: &[Vec<f32>]) -> Played {
    plugin.play(input, &[64], Separate::Given).unwrap()
}

/// What was played before the first sample.
pub(crate) fn nothing() -> Played {
    Played { main: Vec::new(), sources: Vec::new() }
}

/// The host stops, says that it renders offline, starts again, and renders `mixture`.
pub(crate) fn render(plugin: &mut Instance, mixture: &[Vec<f32>], blocks: &[usize]) -> Played {
    plugin.deactivate();
    plugin.render_offline(true).unwrap();
    plugin.activate(RATE, 8192).unwrap();
    plugin.play(mixture, blocks, Separate::Given).unwrap()
}

pub(crate) fn cut(signal: &[Vec<f32>], samples: Range<usize>) -> Vec<Vec<f32>> {
    signal.iter().map(|channel| channel[samples.clone()].to_vec()).collect()
}

/// `next` was played after `whole`.
pub(crate) fn append(whole: &mut Played, next: Played) {
    let extend = |whole: &mut Vec<Vec<f32>>, next: Vec<Vec<f32>>| {
        whole.resize(next.len(), Vec::new());
        whole.iter_mut().zip(next).for_each(|(whole, next)| whole.extend(next));
    };
    extend(&mut whole.main, next.main);
    whole.sources.resize(next.sources.len(), Vec::new());
    whole.sources.iter_mut().zip(next.sources).for_each(|(whole, next)| extend(whole, next));
}

/// Drums and bass that play together, and what each of them is.
pub(crate) struct Song {
    pub(crate) parts: [Recording; 2],
}

impl Song {
    /// Takes that nothing was learned from.
    pub(crate) fn unheard() -> Self {
        Self { parts: [stem("standard-kit-take2"), stem("finger-bass-take2")] }
    }

    /// The mixture up to `end` seconds, and as much silence as it takes to hear the last of it.
    pub(crate) fn mixture(&self, end: f64, latency: usize) -> Vec<Vec<f32>> {
        let mixture = sum(&self.parts[0].channels, &self.parts[1].channels);
        let end = mixture[0].len().min((end * RATE) as usize);
        mixture.into_iter().map(|channel| [&channel[..end], &vec![0.0; latency]].concat()).collect()
    }

    /// The mean SDR of drums and bass within `seconds` of what was `played` from the beginning, in dB.
    pub(crate) fn sdr(&self, played: &Played, latency: usize, seconds: Range<f64>) -> f64 {
        let start = (seconds.start * RATE) as usize;
        let end = (played.main[0].len() - latency).min((seconds.end * RATE) as usize);
        let mono = |source: usize| -> Vec<f32> {
            let channels = &played.sources[source];
            (latency + start..latency + end).map(|n| (channels[0][n] + channels[1][n]) / 2.0).collect()
        };
        let truths = self.parts.each_ref().map(|part| part.downmix()[start..end].to_vec());
        let scores = bss_eval_sources(&truths, &[mono(0), mono(1)]).unwrap();
        scores.iter().map(|score| score.sdr).sum::<f64>() / 2.0
    }
}

/// The mean SDR of drums and bass of the unheard takes, in dB, from so many seconds on.
pub(crate) fn sdr(plugin: &mut Instance, after_seconds: f64) -> f64 {
    sdr_within(plugin, after_seconds..9.0)
}

/// The same of a passage, in seconds; nothing after it is played.
pub(crate) fn sdr_within(plugin: &mut Instance, seconds: Range<f64>) -> f64 {
    let (song, latency) = (Song::unheard(), plugin.latency().unwrap());
    let played = play_slowly(plugin, &song.mixture(seconds.end, latency));
    song.sdr(&played, latency, seconds)
}
