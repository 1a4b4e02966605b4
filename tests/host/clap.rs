//! The bundled CLAP in a host of our own.

use super::{
    player::{fresh, learned, with_learned},
    signals::{bass_note, error_db, hiss, impulse, level_db, noise, sum},
    stored_state,
};
use clap_host::{Instance, Played, Separate};
use std::ops::ControlFlow;
use unbraid::{
    preset::file,
    recording::Recording,
    separator::{Controls, LatencyMode, offline},
};

const MODES: [&str; 4] = ["Direct", "Live", "Balanced", "Quality"];
const RATES: [f64; 5] = [22_050.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0];

/// An active instance in `mode`; the mode is taken over by a restart, as in a host.
fn active(mode: &str, sample_rate: f64) -> Instance {
    activated(fresh(), mode, sample_rate)
}

/// The same with learned drums and bass, which play the same samples each time.
fn active_learned(mode: &str, sample_rate: f64) -> Instance {
    activated(with_learned(), mode, sample_rate)
}

fn activated(mut plugin: Instance, mode: &str, sample_rate: f64) -> Instance {
    plugin.activate(sample_rate, 8192).unwrap();
    plugin.set("Mode", mode).unwrap();
    play(&mut plugin, &noise(2, 64));
    plugin.restart_if_asked().unwrap();
    assert_eq!(plugin.text("Mode").unwrap(), mode);
    plugin
}

fn play(plugin: &mut Instance, input: &[Vec<f32>]) -> Played {
    plugin.play(input, &[512], Separate::Given).unwrap()
}

#[test]
fn ports_are_one_main_pair_and_one_output_per_source() {
    let mut plugin = fresh();
    for (configuration, channels) in [("Stereo", 2), ("Mono", 1)] {
        plugin.select_ports(configuration).unwrap();
        let inputs = plugin.ports(true).unwrap();
        assert_eq!(inputs.len(), 1);
        assert!(inputs[0].is_main && inputs[0].name == "Input" && inputs[0].channels == channels);
        let outputs = plugin.ports(false).unwrap();
        let names: Vec<&str> = outputs.iter().map(|port| port.name.as_str()).collect();
        let sources = ["Drums", "Bass", "Rest", "Source 4", "Source 5", "Source 6", "Source 7", "Source 8"];
        assert_eq!(names[0], "Output");
        assert_eq!(names[1..], sources);
        assert!(outputs.iter().enumerate().all(|(i, port)| port.is_main == (i == 0) && port.channels == channels));
    }
}

/// Projects and automation find parameters by id; what is listed here may grow, never change.
#[test]
fn parameter_ids_are_those_of_every_earlier_version() {
    let plugin = fresh();
    let strips = (1..=8).flat_map(|source| ["gain", "mute", "solo", "learn"].map(|knob| format!("{knob}_{source}")));
    let others = ["mode", "focus", "sparsity", "smoothness", "mix", "output", "bypass", "removed"].map(str::to_owned);
    // nice-plug's published rule: the text's polynomial hash in base 31, without the top bit.
    let hash =
        |id: &str| id.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) & !(1 << 31);
    let expected: Vec<u32> = strips.chain(others).map(|id| hash(&id)).collect();
    let ids: Vec<u32> = plugin.params().iter().map(|param| param.id).collect();
    assert_eq!(ids, expected);
    assert_eq!(hash("gain_1"), 894_137_201, "the rule itself");
}

#[test]
fn parameters_speak_the_units_of_their_knobs() {
    let mut plugin = fresh();
    plugin.activate(48_000.0, 512).unwrap();
    for (name, said, shown) in [
        ("gain_1", "0", "0.0 dB"),
        ("gain_1", "-6.04 dB", "-6.0 dB"),
        ("gain_1", "-inf", "-inf dB"),
        ("gain_1", "-200", "-inf dB"),
        ("gain_8", "+40", "12.0 dB"),
        ("Mix", "25 %", "25 %"),
        ("Focus", "1.5", "1.50"),
        ("Output", "-3.5", "-3.5 dB"),
        ("Mode", "Live", "Live"),
        ("Bypass", "On", "On"),
    ] {
        plugin.set(name, said).unwrap();
        play(&mut plugin, &noise(2, 16));
        assert_eq!(plugin.text(name).unwrap(), shown, "{name} set to {said}");
    }
    assert!(plugin.value_of("gain_1", "loud").is_err());
    let find = |name: &str| plugin.params().iter().find(|param| param.name == name).unwrap();
    assert!(find("Bypass").is_bypass);
    assert!(!find("Mode").is_automatable && find("Drums gain").is_automatable);
}

#[test]
fn the_reported_latency_is_the_impulses_delay() {
    for mode in MODES {
        for rate in RATES {
            let mut plugin = active(mode, rate);
            let latency = plugin.latency().unwrap();
            let played = play(&mut plugin, &impulse(2, 300, latency + 2000));
            let peak =
                (0..played.main[0].len()).max_by(|&a, &b| played.main[0][a].abs().total_cmp(&played.main[0][b].abs()));
            assert_eq!(peak, Some(300 + latency), "{mode} at {rate} Hz");
            let limit = match mode {
                "Direct" => 128.0 / 44_100.0,
                "Live" => 256.0 / 44_100.0,
                "Balanced" => 1024.0 / 44_100.0,
                _ => 4096.0 / 44_100.0,
            };
            assert!(latency as f64 / rate <= limit * 1.002 + 1.0 / rate, "{mode} at {rate} Hz: {latency}");
        }
    }
}

#[test]
fn unity_gains_return_the_delayed_input() {
    for mode in MODES {
        let mut plugin = active(mode, 48_000.0);
        let latency = plugin.latency().unwrap();
        let input = noise(2, 48_000);
        let played = plugin.play(&input, &[1, 37, 64, 8192], Separate::Given).unwrap();
        for (input, output) in input.iter().zip(&played.main) {
            let error = error_db(&input[..input.len() - latency], &output[latency..]);
            assert!(error < -120.0, "{mode}: {error:.1} dB");
        }
    }
}

#[test]
fn other_block_sizes_give_the_same_bits() {
    let render = |blocks: &[usize]| {
        let mut plugin = active_learned("Balanced", 44_100.0);
        plugin.set("gain_1", "-9").unwrap();
        plugin.play(&noise(2, 30_000), blocks, Separate::Given).unwrap()
    };
    let whole = render(&[8192]);
    for blocks in [&[1][..], &[37], &[64], &[511, 2, 4096]] {
        assert!(render(blocks) == whole, "blocks of {blocks:?}");
    }
}

#[test]
fn separate_outputs_carry_their_sources_and_add_up_to_the_remix() {
    let mut plugin = active_learned("Quality", 44_100.0);
    plugin.set("gain_1", "-6").unwrap();
    plugin.set("gain_2", "3").unwrap();
    let played = play(&mut plugin, &sum(&noise(2, 60_000), &bass_note(2, 60_000, 44_100.0)));
    let added = sum(&played.sources[0], &played.sources[1]);
    assert!(level_db(&played.sources[0][0]) > -60.0 && level_db(&played.sources[1][0]) > -60.0);
    assert!(played.sources[2..].iter().flatten().flatten().all(|sample| *sample == 0.0));
    for (added, main) in added.iter().zip(&played.main) {
        let error = error_db(main, added);
        assert!(error < -100.0, "{error:.1} dB");
    }
}

#[test]
fn mute_and_solo_act_on_the_source_they_name() {
    // The learned preset is drums, then bass: a hiss belongs to the first strip.
    let level = |setting: Option<&str>| {
        let mut plugin = active_learned("Quality", 44_100.0);
        if let Some(name) = setting {
            plugin.set(name, "On").unwrap();
        }
        let played = play(&mut plugin, &hiss(2, 80_000));
        level_db(&played.main[0][20_000..])
    };
    let all = level(None);
    let change = |setting: &str| level(Some(setting)) - all;
    assert!(change("mute_2") > -3.0, "the drums play on without the bass");
    assert!(change("mute_1") < -12.0, "the drums are muted");
    assert!(change("solo_1") > -3.0, "the drums are soloed");
    assert!(change("solo_2") < -12.0, "the bass is soloed");
    assert!(change("solo_8").abs() < 0.1, "an empty strip's solo silences nothing");
}

#[test]
fn missing_separate_outputs_do_not_stop_the_sound() {
    let render = |separate: Separate| {
        let mut plugin = active_learned("Balanced", 44_100.0);
        plugin.set("mute_1", "On").unwrap();
        plugin.play(&noise(2, 30_000), &[480], separate).unwrap().main
    };
    let given = render(Separate::Given);
    assert!(render(Separate::Missing) == given, "not listed");
    assert!(render(Separate::WithoutChannels) == given, "listed without channels");
}

#[test]
fn mono_plays_as_each_channel_of_stereo_does() {
    let mut mono = fresh();
    mono.select_ports("Mono").unwrap();
    mono.activate(44_100.0, 512).unwrap();
    let played = play(&mut mono, &noise(1, 30_000));
    let latency = mono.latency().unwrap();
    assert_eq!((played.main.len(), played.sources.len(), played.sources[0].len()), (1, 8, 1));
    let error = error_db(&noise(1, 30_000)[0][..30_000 - latency], &played.main[0][latency..]);
    assert!(error < -120.0, "{error:.1} dB");
}

#[test]
fn a_mode_change_waits_for_a_restart() {
    let mut plugin = fresh();
    plugin.activate(48_000.0, 512).unwrap();
    let quality = plugin.latency().unwrap();
    plugin.set("Mode", "Live").unwrap();
    play(&mut plugin, &noise(2, 4800));
    play(&mut plugin, &noise(2, 4800));
    assert_eq!(plugin.latency().unwrap(), quality, "the old mode plays on");
    assert_eq!(plugin.requests().restarts, 1, "asked once");
    let told = plugin.requests().latency_changes;
    assert_eq!(told, 1, "the first latency, while activating");
    assert!(plugin.restart_if_asked().unwrap());
    assert!(plugin.latency().unwrap() < quality);
    assert!(!plugin.restart_if_asked().unwrap(), "one restart is enough");
    assert_eq!(plugin.requests().latency_changes, told + 1);
    assert_eq!(plugin.requests().stray_latency_changes, 0);
    play(&mut plugin, &noise(2, 4800));
    assert_eq!(plugin.requests().restarts, 1, "satisfied");
}

#[test]
fn state_comes_back() {
    let mut plugin = with_learned();
    plugin.activate(48_000.0, 512).unwrap();
    for (name, value) in [("gain_1", "-7.5"), ("solo_2", "On"), ("Mode", "Live"), ("Mix", "40 %"), ("Focus", "2.25")] {
        plugin.set(name, value).unwrap();
    }
    play(&mut plugin, &noise(2, 512));
    let saved = plugin.save().unwrap();
    let mut other = fresh();
    other.load(&saved).unwrap();
    for index in 0..plugin.params().len() {
        let name = plugin.params()[index].name.clone();
        assert_eq!(other.text(&name).unwrap(), plugin.text(&name).unwrap(), "{name}");
    }
    other.activate(48_000.0, 512).unwrap();
    assert_eq!(stored_state::parse(&other.save().unwrap()), stored_state::parse(&saved));
    // Base64 alone makes four bytes of three; the rest is compression.
    let file = file::to_bytes(&learned()).unwrap().len();
    assert!(saved.len() < file * 4 / 3, "{} bytes for a preset of {file}", saved.len());
}

/// Whatever is loaded, the preset that plays goes on. What a project brought, readable or not, is what it stores next:
/// a later version may read it.
#[test]
fn damaged_state_leaves_the_preset_that_plays() {
    type Damage<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;
    let untouched: Damage = &<[u8]>::to_vec;
    let render = |damage: Option<(Damage, bool)>| {
        let mut plugin = with_learned();
        plugin.activate(44_100.0, 512).unwrap();
        let mut stored = plugin.save().unwrap();
        if let Some((damage, refused)) = damage {
            let damaged = damage(&stored);
            assert_eq!(plugin.load(&damaged).is_err(), refused);
            if !refused {
                stored = damaged;
            }
            assert_eq!(stored_state::preset(&plugin.save().unwrap()), stored_state::preset(&stored), "at once");
            stored_state::wait_for_worker();
        }
        plugin.set("mute_1", "On").unwrap();
        let played = play(&mut plugin, &noise(2, 20_000));
        assert_eq!(stored_state::preset(&plugin.save().unwrap()), stored_state::preset(&stored));
        played
    };
    let whole = render(None);
    let half = |state: &[u8]| state[..state.len() / 2].to_vec();
    assert!(render(Some((&half, true))) == whole, "half a state");
    assert!(render(Some((&|_| b"\x10\0\0\0\0\0\0\0no state at all!".to_vec(), true))) == whole, "no state");
    let not_base64 = |state: &[u8]| stored_state::with_preset_file(state, "%%%");
    assert!(render(Some((&not_base64, false))) == whole, "no base64");
    let no_preset = |state: &[u8]| stored_state::with_preset_file(state, &stored_state::pack(b"no preset"));
    assert!(render(Some((&no_preset, false))) == whole, "no preset");
    // A whole state, in contrast, is taken up: its model starts anew.
    assert!(render(Some((untouched, false))) != whole, "the test sees a load");
}

/// The learned preset with its sources in the other order: muting the first strip then leaves the drums.
#[test]
fn a_preset_can_change_while_sound_plays() {
    let mut plugin = active_learned("Quality", 44_100.0);
    let input = sum(&noise(2, 60_000), &bass_note(2, 60_000, 44_100.0));
    plugin.set("mute_1", "On").unwrap();
    let bass = play(&mut plugin, &input);
    plugin.set("mute_1", "Off").unwrap();
    plugin.set("mute_2", "On").unwrap();
    play(&mut plugin, &input);
    let drums = play(&mut plugin, &input);

    let swapped_state = stored_state::with_sources_swapped(&plugin.save().unwrap());
    plugin.load(&swapped_state).unwrap();
    stored_state::wait_for_worker();
    play(&mut plugin, &input);
    let swapped = play(&mut plugin, &input);
    let tail = 30_000..;
    let (to_bass, to_drums) = (
        error_db(&bass.main[0][tail.clone()], &swapped.main[0][tail.clone()]),
        error_db(&drums.main[0][tail.clone()], &swapped.main[0][tail]),
    );
    assert!(to_bass < -20.0, "strip 2 is the drums now and is muted: {to_bass:.1} dB");
    assert!(to_drums > -10.0, "and it was not so before: {to_drums:.1} dB");
}

#[test]
fn an_event_behind_the_block_comes_at_its_end() {
    let mut plugin = fresh();
    plugin.activate(48_000.0, 512).unwrap();
    let default = plugin.value("Mix").unwrap();
    for (late, value) in [(0, 0.9), (511, 0.8), (512, 0.7), (513, 0.6), (100_000, 0.5), (u32::MAX, 0.4)] {
        plugin.set_value("Mix", value * default, late).unwrap();
        let played = play(&mut plugin, &noise(2, 512));
        assert!(played.main.iter().flatten().all(|sample| sample.is_finite()));
        assert!((plugin.value("Mix").unwrap() - value * default).abs() < 1e-6, "sample {late}");
    }
}

/// What the plugin plays and what the command line renders are the same samples, bit for bit.
#[test]
fn the_offline_engine_gives_the_same_samples() {
    let sound = sum(&bass_note(2, 30_000, 44_100.0), &hiss(2, 30_000));
    let mixture = Recording { sample_rate: 44_100, channels: sound };
    let preset = learned();
    for (name, mode) in MODES.into_iter().zip(LatencyMode::ALL) {
        let mut plugin = active_learned(name, 44_100.0);
        plugin.reset();
        let latency = plugin.latency().unwrap();
        let played = play(&mut plugin, &mixture.channels);
        let controls = Controls::default();
        let rendered =
            offline::separate(&preset, &mixture, mode, &controls, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(rendered.latency_samples, latency);
        for channel in 0..2 {
            let end = 30_000 - latency;
            assert!(played.main[channel][latency..] == rendered.main.channels[channel][..end], "{name}: main");
            for (played, rendered) in played.sources.iter().zip(&rendered.sources) {
                assert!(played[channel][latency..] == rendered.channels[channel][..end], "{name}: a source");
            }
        }
    }
}
