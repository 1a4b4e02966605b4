//! The first insert: nobody has taught anything, and the plugin takes the mixture apart and teaches itself.

use super::player::{RATE, Song, fresh, play_slowly, render};

/// The worker learns while it plays, so the second half of the mixture comes out better than the first two seconds.
#[test]
fn the_first_insert_separates_at_once_and_better_the_longer_it_listens() {
    let song = Song::unheard();
    let mut plugin = fresh();
    plugin.activate(RATE, 512).unwrap();
    let latency = plugin.latency().unwrap();
    let once = song.mixture(9.0, 0);
    // Twice, as a loop is.
    let mixture: Vec<Vec<f32>> =
        once.iter().map(|channel| [&channel[..], channel, &vec![0.0; latency]].concat()).collect();
    let played = play_slowly(&mut plugin, &mixture);
    let by_second: Vec<String> = (0..8)
        .map(|second| format!("{:.1}", song.sdr(&played, latency, f64::from(second)..f64::from(second) + 2.0)))
        .collect();
    println!("SDR in two seconds each, from insertion on: {}", by_second.join(", "));
    let mut second_time = played;
    for channel in second_time.main.iter_mut().chain(second_time.sources.iter_mut().flatten()) {
        channel.drain(..once[0].len());
    }
    let first = song.sdr(&render_first(&song), latency, 0.0..2.0);
    let later = song.sdr(&second_time, latency, 0.0..9.0);
    println!("{first:.1} dB at first, {later:.1} dB the second time");
    assert!(first >= FIRST_SDR, "{first:.1} dB at first");
    assert!(later >= LATER_SDR, "{later:.1} dB the second time");
}

/// An offline render of a fresh instance.
fn render_first(song: &Song) -> clap_host::Played {
    let mut plugin = fresh();
    plugin.activate(RATE, 512).unwrap();
    let latency = plugin.latency().unwrap();
    render(&mut plugin, &song.mixture(3.0, latency), &[512])
}

/// Mean SDR of drums and bass in the first two seconds, and the second time that the mixture is heard, in dB.
const FIRST_SDR: f64 = 3.0;
const LATER_SDR: f64 = 6.0;
