//! Plays for hours, faster than real time, with random everything: memory must not grow, and a render with the same
//! random numbers must come out the same.

use anyhow::{Context, Result, ensure};
use clap_host::{Host, Instance, Separate, Transport};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::{
    fs,
    hash::{DefaultHasher, Hasher},
    path::Path,
    time::{Duration, Instant},
};
use unbraid::recording;

/// Instances that render, whose sound is compared, and instances that play, learn and follow in their own time.
const RENDERERS: usize = 4;
const PLAYERS: usize = 4;
const RATES: [f64; 7] = [22_050.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 37_123.0];
const MODES: [&str; 4] = ["Direct", "Live", "Balanced", "Quality"];
const MAX_BLOCK: usize = 2048;
/// Each round plays so many samples on every instance, at least and at most.
const ROUND_SAMPLES: std::ops::Range<usize> = 2_000..60_000;
/// Between the middle and the end, what instances that rest keep in memory may grow by this share.
const GROWTH: f64 = 0.1;
/// Time for the workers to free what is no longer played.
const SETTLING: Duration = Duration::from_secs(2);
const LOOPS: [&str; 4] = ["standard-kit-take1", "finger-bass-take1", "standard-kit-take2", "finger-bass-take2"];

/// One of the instances, and what is drawn for it.
struct Player {
    plugin: Instance,
    random: Pcg64Mcg,
    renders: bool,
    /// Where in its loop it is.
    position: usize,
    played_seconds: f64,
    digest: DefaultHasher,
}

/// Plays the CLAP at `plugin` until the instances have played `hours` hours together, twice with the same `seed`.
pub(crate) fn run(plugin: &Path, hours: f64, seed: u64) -> Result<()> {
    let loops = LOOPS.map(|name| recording::read(format!("tests/audio/{name}.flac")));
    let loops = loops.into_iter().collect::<Result<Vec<_>, _>>()?;
    let loops: Vec<Vec<f32>> = loops.into_iter().map(|recording| recording.downmix()).collect();
    let first = play(plugin, hours / 2.0, seed, &loops)?;
    let second = play(plugin, hours / 2.0, seed, &loops)?;
    ensure!(first == second, "the renders differ: {first:016x?} and {second:016x?}");
    println!("both renders are the same: {first:016x?}");
    Ok(())
}

/// Gives the digest of each renderer.
fn play(path: &Path, hours: f64, seed: u64, loops: &[Vec<f32>]) -> Result<Vec<u64>> {
    let host = Host::load(path)?;
    let mut players = Vec::new();
    for index in 0..RENDERERS + PLAYERS {
        let (mut plugin, renders) = (host.create()?, index < RENDERERS);
        plugin.render_offline(renders)?;
        plugin.activate(RATES[index % RATES.len()], MAX_BLOCK)?;
        let random = Pcg64Mcg::seed_from_u64(seed.wrapping_add(index as u64));
        players.push(Player {
            plugin,
            random,
            renders,
            position: 0,
            played_seconds: 0.0,
            digest: DefaultHasher::new(),
        });
    }
    let (begun, mut middle_mb, mut told) = (Instant::now(), None, 0.0);
    loop {
        for (index, player) in players.iter_mut().enumerate() {
            player.round(&loops[index % loops.len()]).with_context(|| format!("instance {index}"))?;
        }
        // The renderers alone say how long it lasts, so that both runs draw the same numbers.
        let rendered: f64 = players[..RENDERERS].iter().map(|player| player.played_seconds).sum();
        let played: f64 = players.iter().map(|player| player.played_seconds).sum();
        let share = rendered / (hours * 3600.0 * RENDERERS as f64 / (RENDERERS + PLAYERS) as f64);
        if share > 0.5 && middle_mb.is_none() {
            middle_mb = Some(resting_mb(&mut players)?);
        }
        if share >= told + 0.1 || share >= 1.0 {
            told = share;
            let speed = played / begun.elapsed().as_secs_f64();
            println!("{:.2} h played, {speed:.0} times real time, {:.0} MB", played / 3600.0, resident_mb()?);
        }
        if share >= 1.0 {
            let (middle, end) = (middle_mb.unwrap_or(f64::INFINITY), resting_mb(&mut players)?);
            println!("at rest: {middle:.0} MB in the middle, {end:.0} MB at the end");
            ensure!(end < middle * (1.0 + GROWTH), "memory at rest grew from {middle:.0} to {end:.0} MB");
            return Ok(players[..RENDERERS].iter().map(|player| player.digest.finish()).collect());
        }
    }
}

/// What is in memory while no instance is active. Each has last been active at the same sample rate: what was played
/// last is remembered, to be learned from.
fn resting_mb(players: &mut [Player]) -> Result<f64> {
    let rates: Vec<f64> = players.iter().map(|player| player.plugin.sample_rate()).collect();
    for player in players.iter_mut() {
        for _ in 0..2 {
            player.plugin.deactivate();
            player.plugin.activate(RATES[0], MAX_BLOCK)?;
        }
        player.plugin.deactivate();
    }
    std::thread::sleep(SETTLING);
    let mb = resident_mb()?;
    for (player, rate) in players.iter_mut().zip(rates) {
        player.plugin.activate(rate, MAX_BLOCK)?;
    }
    Ok(mb)
}

impl Player {
    fn below(&mut self, count: usize) -> usize {
        self.random.random_range(0..count)
    }

    /// Something happens, then some sound is played.
    fn round(&mut self, sound: &[f32]) -> Result<()> {
        match self.below(24) {
            0 => self.restart()?,
            1 => {
                let mode = MODES[self.below(MODES.len())];
                self.plugin.set("Mode", mode)?;
            }
            2 => self.plugin.reset(),
            3 => {
                let state = self.plugin.save()?;
                self.plugin.load(&state)?;
                self.restart()?;
            }
            4 => {
                let seconds = self.random.random_range(0.0..600.0);
                let transport = Transport { playing: self.below(2) == 0, seconds };
                self.plugin.set_transport(Some(transport));
            }
            5 if !self.renders => {
                let (strip, on) = (1 + self.below(4), ["On", "Off"][self.below(2)]);
                self.plugin.set(&format!("learn_{strip}"), on)?;
            }
            _ => self.turn_knobs()?,
        }
        let frames = self.random.random_range(ROUND_SAMPLES);
        let input: Vec<f32> = (0..frames).map(|n| sound[(self.position + n) % sound.len()]).collect();
        self.position = (self.position + frames) % sound.len();
        let blocks: Vec<usize> = (0..3).map(|_| 1 + self.below(MAX_BLOCK)).collect();
        let separate = [Separate::Given, Separate::WithoutChannels, Separate::Missing][self.below(3)];
        let played = self.plugin.play(&[input.clone(), input], &blocks, separate)?;
        for sample in played.main.iter().chain(played.sources.iter().flatten()).flatten() {
            ensure!(sample.is_finite(), "a sample that is no number");
            self.digest.write_u32(sample.to_bits());
        }
        self.played_seconds += frames as f64 / self.plugin.sample_rate();
        self.plugin.serve_callback();
        self.plugin.restart_if_asked()?;
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        self.plugin.deactivate();
        let rate = RATES[self.below(RATES.len())];
        Ok(self.plugin.activate(rate, MAX_BLOCK)?)
    }

    /// Moves some parameters somewhere in the next block.
    fn turn_knobs(&mut self) -> Result<()> {
        for _ in 0..self.below(6) {
            let params = self.plugin.params();
            let param = params[self.random.random_range(0..params.len())].clone();
            if param.name.to_lowercase().contains("learn") || param.name == "Mode" {
                continue;
            }
            let value = self.random.random_range(param.min..=param.max);
            let frame = self.random.random_range(0..MAX_BLOCK as u32);
            self.plugin.set_value(&param.name, value, frame)?;
        }
        Ok(())
    }
}

/// What the process has in memory, in MB; 0 where the system does not say so in a file.
fn resident_mb() -> Result<f64> {
    let Ok(status) = fs::read_to_string("/proc/self/status") else { return Ok(0.0) };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    Ok(kilobytes.context("the system does not say how much memory is used")? / 1024.0)
}
