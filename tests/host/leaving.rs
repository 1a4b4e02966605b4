//! What an instance leaves behind when it goes: no thread, whatever it was at.

use super::player::{Song, beginning, cut, let_the_bass_follow, play, plugin, silence, slowly, stem};
use std::{
    env, fs,
    process::Command,
    time::{Duration, Instant},
};

/// The names of this process's threads that are the plugin's. A thread without a name has that of the one that began
/// it.
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
    // In a process of its own, because other tests' instances have threads of the same names.
    const ALONE: &str = "UNBRAID_TEST_ALONE";
    if env::var_os(ALONE).is_none() {
        let mut alone = Command::new(env::current_exe().unwrap());
        alone.args(["--exact", "leaving::an_instance_that_goes_leaves_no_thread", "--nocapture"]);
        let ran = alone.env(ALONE, "yes").output().unwrap();
        let told = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&ran.stderr));
        return;
    }
    let mut capturing = plugin();
    capturing.set("learn_1", "On").unwrap();
    play(&mut capturing, &beginning(&stem("standard-kit-take1"), 1.0));
    assert_eq!(threads(), ["unbraid-worker"]);
    leave("in a take", capturing);

    let mut learning = plugin();
    learning.set("learn_1", "On").unwrap();
    let solo = stem("standard-kit-take1").channels;
    slowly(solo[0].len(), |piece| play(&mut learning, &cut(&solo, piece)));
    learning.set("learn_1", "Off").unwrap();
    play(&mut learning, &silence(0.05));
    wait_until(|threads| threads.iter().any(|name| name == "unbraid-learner"));
    leave("while it learns", learning);

    let mut adapting = plugin();
    let_the_bass_follow(&mut adapting);
    let mixture = Song::unheard().mixture(3.0, 0);
    slowly(mixture[0].len(), |piece| play(&mut adapting, &cut(&mixture, piece)));
    leave("while a source follows the mixture", adapting);
}
