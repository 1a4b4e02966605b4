//! The first insert: nobody has taught anything, and the plugin takes the mixture apart and teaches itself.

use super::player::{RATE, Song, fresh, play_slowly};

/// Mean SDR of drums and bass in the first two seconds, and the second time that the mixture is heard, in dB. Neither
/// the kit nor the bass is one that the source model was trained on.
const FIRST_SDR: f64 = 8.6;
const LATER_SDR: f64 = 9.8;

#[test]
fn the_first_insert_separates_at_once_and_better_the_longer_it_listens() {
    let song = Song::unheard();
    let mut plugin = fresh();
    plugin.activate(RATE, 512).unwrap();
    let latency = plugin.latency().unwrap();
    let once = song.mixture(9.0, 0);
    // Twice, as a loop is.
    let twice = once.iter().map(|channel| [&channel[..], channel, &vec![0.0; latency]].concat()).collect::<Vec<_>>();
    let mut played = play_slowly(&mut plugin, &twice);
    let two_seconds = |start: f64| song.sdr(&played, latency, start..start + 2.0);
    let by_second: Vec<f64> = (0..8).map(|second| two_seconds(f64::from(second))).collect();
    played.main.iter_mut().chain(played.sources.iter_mut().flatten()).for_each(|x| drop(x.drain(..once[0].len())));
    let later = song.sdr(&played, latency, 0.0..9.0);
    println!("SDR in two seconds each, from insertion on: {by_second:.1?}; the second time {later:.1} dB");
    assert!(by_second[0] >= FIRST_SDR, "{:.1} dB at first", by_second[0]);
    assert!(later >= LATER_SDR, "{later:.1} dB the second time");
}
