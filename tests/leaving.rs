//! What an instance leaves behind when it goes: no thread, whatever it was at.
//!
//! A file of its own: other tests' instances have threads of the same names. `cargo xtask test` bundles the plugin and says in
//! `UNBRAID_CLAP` where it is.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    time::{Duration, Instant},
};

#[allow(dead_code, reason = "other tests play more")]
mod player;
#[allow(dead_code, reason = "other tests need more signals")]
mod signals;
#[allow(dead_code, reason = "not every test changes a state")]
mod stored_state;

use player::{Song, beginning, let_the_bass_follow, play, plugin, silence, slowly, stem};

/// The names of this process's threads that are the plugin's. A thread without a name has that of the one that began it.
fn threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.map(|name| name.trim().to_owned()).filter(|name| name.starts_with("unbraid-")).collect()
}

/// Waits until the threads are such.
fn wait_until(fits: impl Fn(&[String]) -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !fits(&threads()) {
        assert!(Instant::now() < patience, "{:?}", threads());
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Drops `instance`; a thread that has ended is listed a moment longer.
fn leave(at: &str, instance: clap_host::Instance) {
    let begin = Instant::now();
    drop(instance);
    println!("{at}: gone after {:?}", begin.elapsed());
    wait_until(<[String]>::is_empty);
}

#[test]
fn an_instance_that_goes_leaves_no_thread() {
    let Some(mut capturing) = plugin() else { return };
    capturing.set("Learn 1", "On").unwrap();
    play(&mut capturing, &beginning(&stem("standard-kit-take1"), 1.0));
    assert_eq!(threads(), ["unbraid-worker"]);
    leave("in a take", capturing);

    let Some(mut learning) = plugin() else { return };
    learning.set("Learn 1", "On").unwrap();
    let solo = stem("standard-kit-take1").channels;
    slowly(solo[0].len(), |piece| play(&mut learning, &player::cut(&solo, piece)));
    learning.set("Learn 1", "Off").unwrap();
    play(&mut learning, &silence(0.05));
    wait_until(|threads| threads.iter().any(|name| name == "unbraid-learner"));
    leave("while it learns", learning);

    let Some(mut adapting) = plugin() else { return };
    let_the_bass_follow(&mut adapting);
    let mixture = Song::unheard().mixture(3.0, 0);
    slowly(mixture[0].len(), |piece| play(&mut adapting, &player::cut(&mixture, piece)));
    leave("while a source follows the mixture", adapting);
}
