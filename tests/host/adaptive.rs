//! Sources that follow the mixture, as a player has them: the bundled CLAP in a host of our own.

use super::{
    player::{
        RATE, Song, append, bring, cut, let_the_bass_follow, listen, nothing, play, play_slowly, plugin, render, sdr,
        sdr_within, silence, slowly, stem,
    },
    signals::{bass_note, largest_step},
    stored_state,
};
use clap_host::{Played, Transport};
use std::time::Duration;
use unbraid::preset::Preset;

/// The drums are learned from two seconds; the bass, which nobody taught, from the mixture while it plays.
#[test]
fn an_adaptive_source_follows_the_mixture() {
    let mut plugin = plugin();
    let_the_bass_follow(&mut plugin);
    let sdr = sdr(&mut plugin, 5.0);
    println!("{sdr:.1} dB");
    assert!(sdr > 9.9, "{sdr:.1} dB");
}

/// What an adaptive source has become goes on in another latency mode, and in a project that is opened again.
#[test]
fn what_an_adaptive_source_has_become_is_kept() {
    let mut plugin = plugin();
    let_the_bass_follow(&mut plugin);
    let at_first = sdr_within(&mut plugin, 0.3..3.0);
    sdr(&mut plugin, 5.0);
    // The project takes it in every two seconds.
    std::thread::sleep(Duration::from_millis(2_300));
    let project = plugin.save().unwrap();
    assert_eq!(stored_state::preset(&project)["adapted"]["strips"], serde_json::json!([1]));

    plugin.set("Mode", "Balanced").unwrap();
    play(&mut plugin, &silence(0.1));
    plugin.deactivate();
    plugin.activate(RATE, 512).unwrap();
    let in_another_mode = sdr_within(&mut plugin, 0.3..3.0);

    let mut other = self::plugin();
    other.load(&project).unwrap();
    stored_state::wait_for_worker();
    play(&mut other, &silence(0.3));
    let opened_again = sdr_within(&mut other, 0.3..3.0);
    println!("{at_first:.1} dB at first, {in_another_mode:.1} dB in another mode, {opened_again:.1} dB opened again");
    assert!(in_another_mode > at_first + 1.0 && opened_again > at_first + 1.0);
}

/// Two parts of which nobody taught anything share what they find, and the project holds what each has become.
#[test]
fn parts_that_nobody_taught_are_kept_in_the_project() {
    let mut plugin = plugin();
    bring(&mut plugin, &Preset::unsupervised(2, 8));
    sdr(&mut plugin, 5.0);
    std::thread::sleep(Duration::from_millis(2_300));
    let stored = stored_state::preset(&plugin.save().unwrap());
    let adapted = &stored["adapted"];
    assert_eq!(adapted["strips"], serde_json::json!([0, 1]));
    let counts = adapted["pinned"].as_array().unwrap().iter().map(|pinned| pinned.as_array().unwrap().len());
    assert_eq!(counts.sum::<usize>(), 16);
    assert_eq!(adapted["grouped_by"], "timbre");
}

/// In bypass the input comes out, late by the latency, and the separate outputs are silent; the source goes on
/// following what plays.
#[test]
fn bypass_gives_the_input_and_a_source_follows_it_all_the_same() {
    let mut plugin = plugin();
    let_the_bass_follow(&mut plugin);
    let (song, latency) = (Song::unheard(), plugin.latency().unwrap());
    let mixture = song.mixture(9.0, latency);
    plugin.set("gain_1", "-12 dB").unwrap();
    plugin.set("Bypass", "On").unwrap();
    let bypassed = play_slowly(&mut plugin, &mixture);
    let (settled, end) = ((0.5 * RATE) as usize, mixture[0].len());
    for (input, output) in mixture.iter().zip(&bypassed.main) {
        assert!(input[settled - latency..end - latency] == output[settled..], "the input, late by the latency");
    }
    assert!(bypassed.sources.iter().flatten().all(|channel| channel[settled..].iter().all(|sample| *sample == 0.0)));

    plugin.set("gain_1", "0 dB").unwrap();
    plugin.set("Bypass", "Off").unwrap();
    let played = play_slowly(&mut plugin, &song.mixture(3.0, latency));
    assert!(played.main.iter().chain(played.sources.iter().flatten()).flatten().all(|sample| sample.is_finite()));
    // Alone from the beginning it takes some seconds to come so far.
    let sdr = song.sdr(&played, latency, 0.3..3.0);
    println!("{sdr:.1} dB");
    assert!(sdr > 10.4, "{sdr:.1} dB");
}

/// A transport that jumps does not change the music: nothing clicks, and the source goes on from what it has become.
#[test]
fn a_source_follows_the_mixture_over_jumps_of_the_transport() {
    let mut plugin = plugin();
    let_the_bass_follow(&mut plugin);
    let (song, latency) = (Song::unheard(), plugin.latency().unwrap());
    let mixture = song.mixture(9.0, latency);
    let mut played = nothing();
    slowly(mixture[0].len(), |piece| {
        // Back, and back again, where 0.09 s are played.
        let seconds = if piece.start.is_multiple_of(8192) { 10.0 } else { 4.0 };
        plugin.set_transport(Some(Transport { seconds, playing: !piece.start.is_multiple_of(16_384) }));
        append(&mut played, listen(&mut plugin, &cut(&mixture, piece)));
    });
    let sdr = song.sdr(&played, latency, 5.0..9.0);
    println!("{sdr:.1} dB");
    assert!(sdr > 9.9, "{sdr:.1} dB");

    plugin.set("gain_1", "-12 dB").unwrap();
    play(&mut plugin, &silence(0.5));
    let tone = bass_note(2, 3 * RATE as usize, RATE);
    let mut played = nothing();
    slowly(tone[0].len(), |piece| {
        let seconds = if piece.start.is_multiple_of(8192) { 10.0 } else { 4.0 };
        plugin.set_transport(Some(Transport { seconds, playing: true }));
        append(&mut played, listen(&mut plugin, &cut(&tone, piece)));
    });
    let [before, after] = [largest_step(&tone), largest_step(&played.main)];
    println!("steps of {after} from {before}");
    assert!(after < 1.05 * before, "a step of {after} from {before}");
}

#[test]
fn two_instances_follow_two_mixtures_at_once_each_as_if_alone() {
    let (first, second) = (plugin(), plugin());
    let mut plugins = [first, second];
    plugins.iter_mut().for_each(let_the_bass_follow);
    let songs = [Song::unheard(), Song { parts: [stem("standard-kit-take2"), stem("finger-bass-take1")] }];
    let latency = plugins[0].latency().unwrap();
    let mixtures = songs.each_ref().map(|song| song.mixture(8.9, latency));
    let sdr = |song: usize, played: &Played| songs[song].sdr(played, latency, 5.0..8.9);
    let alone = [0, 1].map(|n| sdr(n, &render(&mut plugins[n], &mixtures[n], &[512])));
    for plugin in &mut plugins {
        plugin.deactivate();
        plugin.render_offline(false).unwrap();
        plugin.activate(RATE, 512).unwrap();
    }

    let mut played = [nothing(), nothing()];
    slowly(mixtures[0][0].len(), |piece| {
        for ((plugin, mixture), played) in plugins.iter_mut().zip(&mixtures).zip(&mut played) {
            append(played, listen(plugin, &cut(mixture, piece.clone())));
        }
    });
    let together = [0, 1].map(|n| sdr(n, &played[n]));
    println!("{together:.1?} dB together, {alone:.1?} dB alone");
    assert!(alone[0] > 10.0 && alone[1] > 7.2, "{alone:.1?} dB alone");
    // Live, the worker learns as often as it finds time: on a busy machine it is up to 2 dB behind.
    assert!((0..2).all(|n| together[n] > alone[n] - 2.0), "{together:.1?} dB together, {alone:.1?} dB alone");
    // The project takes it in every two seconds.
    std::thread::sleep(Duration::from_millis(2_300));
    let [first, second] =
        plugins.each_mut().map(|plugin| stored_state::preset(&plugin.save().unwrap())["adapted"].clone());
    assert_eq!((&first["strips"], &second["strips"]), (&serde_json::json!([1]), &serde_json::json!([1])));
    assert_ne!(first["file"], second["file"]);
}
