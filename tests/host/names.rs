//! Parameters, outputs and pages are called by the sources that play.

use super::{player::fresh, stored_state};
use clap_host::Instance;
use std::time::{Duration, Instant};
use unbraid_engine::preset::library;

fn shown(plugin: &mut Instance) -> Vec<String> {
    let params = plugin.list_params().unwrap();
    params.into_iter().filter(|param| !param.is_hidden).map(|param| param.name).collect()
}

fn outputs(plugin: &mut Instance) -> Vec<String> {
    plugin.ports(false).unwrap().into_iter().map(|port| port.name).collect()
}

/// The names of the strips' parameters.
fn of_strips(sources: &[&str]) -> Vec<String> {
    let knobs = |source| ["gain", "mute", "solo", "learn"].map(|knob| format!("{source} {knob}"));
    sources.iter().flat_map(knobs).collect()
}

const OTHERS: [&str; 8] = ["Mode", "Focus", "Sparsity", "Smoothness", "Mix", "Output", "Bypass", "Delta"];

#[test]
fn names_follow_the_preset_and_the_host_is_told() {
    let mut plugin = fresh();
    let expected = |sources: &[&str]| [of_strips(sources), OTHERS.map(str::to_owned).to_vec()].concat();
    assert_eq!(shown(&mut plugin), expected(&["Drums", "Bass", "Rest"]));
    assert_eq!(outputs(&mut plugin)[..4], ["Output", "Drums", "Bass", "Rest"]);
    let gains: Vec<u32> = plugin.params().iter().filter(|param| param.name.ends_with("gain")).map(|p| p.id).collect();
    assert_eq!(plugin.remote_pages().unwrap()[0], ("Gains".to_owned(), gains));
    assert_eq!(plugin.requests().renamed_params, 0, "it was called so from the start");

    let kit = stored_state::pack(library::factory_bytes("Kick + Snare + Hats").unwrap());
    let state = stored_state::with_preset_file(&plugin.save().unwrap(), &kit);
    plugin.load(&state).unwrap();
    let begun = Instant::now();
    while plugin.requests().renamed_params == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the host is not told");
        plugin.flush().unwrap();
        plugin.serve_callback();
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(shown(&mut plugin), expected(&["Kick", "Snare", "Hats"]));
    assert_eq!(outputs(&mut plugin)[..5], ["Output", "Kick", "Snare", "Hats", "Source 4"]);
    let requests = plugin.requests();
    assert_eq!((requests.renamed_params, requests.renamed_ports, requests.changed_pages), (1, 1, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn so_does_a_vst3_host() {
    use super::{vst3_host::titles, vst3_player::Vst3Player};

    let player = Vst3Player::new(48_000.0, 512);
    let titles = titles(player.controller());
    let shown: Vec<&str> = titles.iter().filter(|(_, is_hidden)| !is_hidden).map(|(title, _)| title.as_str()).collect();
    assert_eq!(shown[..12], of_strips(&["Drums", "Bass", "Rest"]));
    assert_eq!(player.output_names()[..4], ["Output", "Drums", "Bass", "Rest"]);
}
