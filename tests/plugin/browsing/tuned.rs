//! Presets that say how they are best played.

use super::rig::{Folder, Rig};
use crate::learned;
use std::ops::ControlFlow;
use unbraid::{
    instance::command::PresetCommand,
    learner::adaptive::COMPONENTS,
    preset::{PlaySettings, Preset},
    recording::{self, Recording},
    separator::{Controls, LatencyMode, Separator, offline::separate},
};

/// A second and a half of drums and bass, mono.
fn mixture() -> Recording {
    let parts = ["standard-kit-take2", "finger-bass-take2"].map(|name| {
        let path = format!("{}/tests/audio/{name}.flac", env!("CARGO_MANIFEST_DIR"));
        let take = recording::read(std::path::Path::new(&path)).unwrap();
        Recording { channels: vec![take.downmix()[..66_150].to_vec()], ..take }
    });
    Recording::sum_of(&parts)
}

/// What the command line makes of it, with the drums off.
fn separated(preset: &Preset, mixture: &Recording) -> Vec<f32> {
    let PlaySettings { mode, focus, sparsity, smoothness, .. } = preset.play.unwrap();
    let mut controls = Controls { focus, sparsity, smoothness, ..Controls::default() };
    controls.gains[0] = 0.0;
    let separation = separate(preset, mixture, mode, &controls, &mut |_| ControlFlow::Continue(())).unwrap();
    separation.main.channels.into_iter().next().unwrap()
}

#[test]
fn a_tuned_preset_plays_the_samples_that_separate_gives() {
    let folder = Folder::new();
    // Numbers that a host's parameters hold to the bit.
    let (mode, memory_seconds) = (LatencyMode::Live, Some(0.5));
    let play = PlaySettings { mode, focus: 2.25, sparsity: 0.5, smoothness: 0.25, memory_seconds };
    let mut tuned = Preset { play: Some(play), ..learned() };
    tuned.sources[1].make_adaptive(COMPONENTS);
    tuned.sources[0].knobs.mute = true;
    let path = folder.save(&tuned, "Tuned");
    let rig = Rig::new();
    // Offline, what follows the mixture does so in step with the stream, as on the command line.
    rig.activate(mode, true, None);
    rig.play(PresetCommand::LoadFile(path), "Tuned");
    let mixture = mixture();
    let mut separator = Separator::new(rig.audio.models.take_newest().unwrap(), 1);
    separator.set_controls(&rig.params.settings().controls(2));
    let mut samples = mixture.channels[0].clone();
    samples.chunks_mut(441).for_each(|block| separator.process(&mut [block], &mut []));
    let played = &samples[separator.latency_samples()..];

    let preset = Preset::clone(&rig.version().preset);
    let expected = separated(&preset, &mixture);
    assert!(played == &expected[..played.len()], "to the bit");
    for other in [
        PlaySettings { focus: 1.5, ..play },
        PlaySettings { sparsity: 0.0, ..play },
        PlaySettings { smoothness: 0.0, ..play },
        PlaySettings { memory_seconds: None, ..play },
    ] {
        let other = Preset { play: Some(other), ..preset.clone() };
        assert!(separated(&other, &mixture) != expected, "each makes a difference: {:?}", other.play);
    }
}
