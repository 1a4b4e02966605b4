//! From the end of a take to the sound of what was learned from it.

use crate::{
    pace::{BLOCK, Pace},
    plugin,
};
use clap_host::{HostError, Instance, Player, Separate};
use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};
use unbraid_engine::recording::Recording;

/// Length of a take, in seconds.
const TAKE_SECONDS: f64 = 5.0;
/// How long to wait for the sound, in seconds.
const PATIENCE_SECONDS: f64 = 10.0;
/// Samples that differ by more than this, 100 dB under full scale, come from another model.
const DIFFERENT: f32 = 1e-5;
/// A knob that is moved, because with all knobs at 0 dB every model sounds the same.
const KNOB: (&str, &str) = ("gain_1", "-12");

/// Plays by the clock, and listens for the first sample that is not as `expected`.
struct Listener<'a> {
    /// The input, indexed by `[channel][sample]`.
    sound: &'a [Vec<f32>],
    /// The output if nothing were learned, indexed by `[channel][sample]`.
    expected: &'a [Vec<f32>],
    next: usize,
    pace: Pace,
    begin: Instant,
    /// Seconds from the first block to the first sample that differs.
    heard: Option<f64>,
    over: &'a AtomicBool,
}

impl Player for Listener<'_> {
    fn begin(&mut self, input: &mut [Vec<f32>]) {
        for (input, sound) in input.iter_mut().zip(self.sound) {
            let rest = &sound[self.next.min(sound.len())..];
            let count = rest.len().min(BLOCK);
            input.fill(0.0);
            input[..count].copy_from_slice(&rest[..count]);
        }
        self.pace.wait();
    }

    fn end(&mut self, main: &[Vec<f32>]) {
        self.pace.done();
        let differs = main.iter().zip(self.expected).any(|(main, expected)| {
            let expected = &expected[self.next.min(expected.len())..];
            main.iter().zip(expected).any(|(sample, expected)| (sample - expected).abs() > DIFFERENT)
        });
        self.next += BLOCK;
        if differs && self.heard.is_none() {
            self.heard = Some(self.begin.elapsed().as_secs_f64());
        }
        if self.heard.is_some() || self.next >= self.expected[0].len() {
            self.over.store(true, Relaxed);
        }
    }
}

/// Seconds from the end of a take of each of `instruments` to the sound of what was learned from it: the first is
/// learned alone, the next ones together with those before. After each take `mixture` is played.
///
/// # Errors
/// If the plugin does not play, or nothing new is heard.
pub(crate) fn take_to_sound(
    mode: &str,
    instruments: &[&Recording],
    mixture: &Recording,
) -> Result<Vec<f64>, Box<dyn std::error::Error>> {
    let sample_rate = f64::from(mixture.sample_rate);
    let mut learner = plugin(mode, sample_rate)?;
    let mut times = Vec::new();
    for (strip, instrument) in instruments.iter().enumerate() {
        // The same without Learn: what is heard until the new model plays.
        let mut plain = plugin(mode, sample_rate)?;
        plain.load(&learner.save()?)?;
        plain.restart()?;
        let [take, rest] = parts(instrument, mixture);
        plain.set(KNOB.0, KNOB.1)?;
        plain.play(&take, &[BLOCK], Separate::Missing)?;
        let expected = plain.play(&rest, &[BLOCK], Separate::Missing)?.main;

        learner.reset();
        learner.set(KNOB.0, KNOB.1)?;
        learner.set(&format!("learn_{}", strip + 1), "On")?;
        learner.play(&take, &[BLOCK], Separate::Missing)?;
        learner.set(&format!("learn_{}", strip + 1), "Off")?;
        times.push(listen(&mut learner, &rest, &expected, sample_rate)?.ok_or("nothing new was heard")?);
        // Long enough for the fade to end, so that the next take begins with one model.
        learner.play(&rest, &[BLOCK], Separate::Missing)?;
    }
    Ok(times)
}

/// The take, in whole blocks, and what is played after it.
fn parts(instrument: &Recording, mixture: &Recording) -> [Vec<Vec<f32>>; 2] {
    let samples = |seconds: f64| (seconds * f64::from(mixture.sample_rate)) as usize / BLOCK * BLOCK;
    let cut = |recording: &Recording, seconds: f64| -> Vec<Vec<f32>> {
        let channel = |channel: &Vec<f32>| channel.iter().copied().cycle().take(samples(seconds)).collect();
        recording.channels.iter().map(channel).collect()
    };
    [cut(instrument, TAKE_SECONDS), cut(mixture, PATIENCE_SECONDS)]
}

fn listen(
    learner: &mut Instance,
    rest: &[Vec<f32>],
    expected: &[Vec<f32>],
    sample_rate: f64,
) -> Result<Option<f64>, HostError> {
    let (begin, over) = (Instant::now(), AtomicBool::new(false));
    let pace = Pace::new(begin, sample_rate, PATIENCE_SECONDS);
    let mut listener = Listener { sound: rest, expected, next: 0, pace, begin, heard: None, over: &over };
    learner.perform(BLOCK, &mut listener, |_| {
        while !over.load(Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
    })?;
    Ok(listener.heard)
}
