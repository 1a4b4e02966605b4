//! Offline renders with a source that follows the mixture: the same twice, and as good as live.

use super::player::{RATE, Song, let_the_bass_follow, play_slowly, plugin, render, stored};
use std::{ops::ControlFlow, time::Duration};
use unbraid::{
    recording::Recording,
    separator::{Controls, LatencyMode, offline},
};

#[test]
fn an_offline_render_is_the_same_twice_and_the_command_lines() {
    let mut plugin = plugin();
    let_the_bass_follow(&mut plugin);
    let (song, latency) = (Song::unheard(), plugin.latency().unwrap());
    let mixture = song.mixture(9.0, latency);
    let first = render(&mut plugin, &mixture, &[8192]);
    assert!(render(&mut plugin, &mixture, &[37, 512, 1, 4096]) == first, "blocks of other sizes");
    let sdr = song.sdr(&first, latency, 5.0..9.0);
    println!("{sdr:.1} dB after 5 s");
    assert!(sdr > 10.3, "{sdr:.1} dB");

    let recording = Recording { sample_rate: RATE as u32, channels: song.mixture(9.0, 0) };
    let progress = &mut |_| ControlFlow::Continue(());
    let preset = stored(&mut plugin);
    let command_line =
        offline::separate(&preset, &recording, LatencyMode::Quality, &Controls::default(), progress).unwrap();
    assert_eq!(command_line.latency_samples, latency);
    for (played, rendered) in first.sources.iter().zip(&command_line.sources) {
        for (played, rendered) in played.iter().zip(&rendered.channels) {
            assert!(played[latency..] == rendered[..]);
        }
    }
}

/// What the source has become while somebody played is where every render begins.
#[test]
fn an_offline_render_goes_on_from_what_was_played_live() {
    let mut plugin = plugin();
    let_the_bass_follow(&mut plugin);
    let (song, latency) = (Song::unheard(), plugin.latency().unwrap());
    let (whole, passage) = (song.mixture(9.0, latency), song.mixture(3.0, latency));
    let fresh = render(&mut plugin, &passage, &[512]);

    plugin.deactivate();
    plugin.render_offline(false).unwrap();
    plugin.activate(RATE, 512).unwrap();
    play_slowly(&mut plugin, &whole);
    // The worker looks 40 times a second.
    std::thread::sleep(Duration::from_millis(200));

    let first = render(&mut plugin, &passage, &[8192]);
    assert!(render(&mut plugin, &passage, &[300, 77]) == first, "a render begins where the one before it did");
    let [at_first, going_on] = [&fresh, &first].map(|played| song.sdr(played, latency, 0.3..3.0));
    println!("{at_first:.1} dB at first, {going_on:.1} dB going on");
    assert!(going_on > at_first + 1.0, "{at_first:.1} dB at first, {going_on:.1} dB going on");
}
