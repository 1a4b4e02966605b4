//! How much of its time the audio thread takes: its own time for a block, by the share of what the block lasts.

use core::{
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

/// Time constant of the average, in seconds.
const AVERAGE_S: f64 = 0.5;
/// How long the highest share is held, in seconds.
const HOLD_S: f64 = 2.0;
/// How far the audio thread may fall behind before sound drops out, in seconds. A host may cut its buffer into small
/// blocks, of which one or the other may take longer than it lasts.
const SPARE_S: f64 = 0.005;

/// The share of each block's length that the audio thread took for it. Written by the audio thread, read by the editor
/// and the worker.
#[derive(Debug, Default)]
pub struct CpuMeter {
    share: AtomicU32,
    peak: AtomicU32,
    late: AtomicU32,
    blocks: AtomicU32,
}

/// What a [`CpuMeter`] says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CpuLoad {
    /// Share of the time, 0 to 1 and above, averaged over half a second.
    pub share: f32,
    /// The highest share of a single block lately.
    pub peak: f32,
    /// Blocks with which the audio thread fell behind, since the beginning; wraps around.
    pub late: u32,
    /// Blocks that were measured, since the beginning; wraps around. It stands still while nothing is played.
    pub blocks: u32,
}

impl CpuMeter {
    /// Audio thread: another block; `late` if the audio thread fell behind with it.
    pub fn write(&self, share: f32, peak: f32, late: bool) {
        self.share.store(share.to_bits(), Relaxed);
        self.peak.store(peak.to_bits(), Relaxed);
        // Nobody else writes.
        self.late.store(self.late.load(Relaxed).wrapping_add(late.into()), Relaxed);
        self.blocks.store(self.blocks.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Any thread: how it stands.
    pub fn read(&self) -> CpuLoad {
        CpuLoad {
            share: f32::from_bits(self.share.load(Relaxed)),
            peak: f32::from_bits(self.peak.load(Relaxed)),
            late: self.late.load(Relaxed),
            blocks: self.blocks.load(Relaxed),
        }
    }
}

/// Finds the figures of a [`CpuMeter`]. Lives on the audio thread, which is told how long each block took: no clock is
/// read here.
#[derive(Debug, Default)]
pub struct CpuTimer {
    /// In Hz; 0 where nothing is measured.
    sample_rate: f64,
    average: f64,
    peak: f64,
    /// Time since the peak, in seconds of sound.
    peak_age_s: f64,
    /// How far the audio thread has fallen behind, in seconds.
    behind_s: f64,
}

impl CpuTimer {
    /// A timer for a stream at `sample_rate` Hz. An `offline` render has all the time it takes, and is not measured.
    pub fn new(sample_rate: f64, offline: bool) -> Self {
        Self { sample_rate: if offline { 0.0 } else { sample_rate }, ..Self::default() }
    }

    /// Whether blocks are to be timed.
    pub fn is_running(&self) -> bool {
        self.sample_rate > 0.0
    }

    /// Audio thread: a block of `samples` samples took `spent`.
    pub fn take(&mut self, spent: Duration, samples: usize, meter: &CpuMeter) {
        if !self.is_running() || samples == 0 {
            return;
        }
        let lasts_s = samples as f64 / self.sample_rate;
        let share = spent.as_secs_f64() / lasts_s;
        self.average += (share - self.average) * (1.0 - (-lasts_s / AVERAGE_S).exp());
        self.peak_age_s += lasts_s;
        if share >= self.peak || self.peak_age_s > HOLD_S {
            (self.peak, self.peak_age_s) = (share, 0.0);
        }
        self.behind_s = (self.behind_s + spent.as_secs_f64() - lasts_s).max(0.0);
        let is_late = self.behind_s > SPARE_S;
        if is_late {
            self.behind_s = 0.0;
        }
        meter.write(self.average as f32, self.peak as f32, is_late);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(timer: &mut CpuTimer, meter: &CpuMeter, spent_us: u64, seconds: f64) {
        for _ in 0..(seconds * 100.0) as usize {
            timer.take(Duration::from_micros(spent_us), 480, meter);
        }
    }

    #[test]
    fn the_share_is_the_time_taken_of_the_time_there_is() {
        let (mut timer, meter) = (CpuTimer::new(48_000.0, false), CpuMeter::default());
        play(&mut timer, &meter, 500, 5.0);
        let load = meter.read();
        assert!((load.share - 0.05).abs() < 1e-3 && (load.peak - 0.05).abs() < 1e-6, "{load:?}");
        assert_eq!((load.late, load.blocks), (0, 500));
        // After one time constant the average has gone 1 - 1/e of the way.
        play(&mut timer, &meter, 5_500, 0.5);
        let expected = 0.05 + 0.5 * (1.0 - (-1.0_f32).exp());
        assert!((meter.read().share - expected).abs() < 5e-3, "{:?}", meter.read());
    }

    #[test]
    fn one_late_block_is_counted_and_its_peak_held_for_two_seconds() {
        let (mut timer, meter) = (CpuTimer::new(48_000.0, false), CpuMeter::default());
        play(&mut timer, &meter, 1_000, 1.0);
        play(&mut timer, &meter, 18_000, 0.01);
        play(&mut timer, &meter, 1_000, 1.9);
        let load = meter.read();
        assert!((load.peak - 1.8).abs() < 1e-6 && load.late == 1, "{load:?}");
        play(&mut timer, &meter, 1_000, 0.5);
        assert!((meter.read().peak - 0.1).abs() < 1e-6, "{:?}", meter.read());
    }

    #[test]
    fn a_small_block_that_takes_longer_than_it_lasts_is_not_late_but_many_are() {
        let (mut timer, meter) = (CpuTimer::new(48_000.0, false), CpuMeter::default());
        // A buffer of 256 samples in pieces of 32; the work of a frame falls into one of them.
        for _ in 0..1_000 {
            timer.take(Duration::from_micros(2_000), 32, &meter);
            (0..7).for_each(|_| timer.take(Duration::from_micros(20), 32, &meter));
        }
        assert_eq!(meter.read().late, 0);
        // 1.1 times as long as they last: 5 ms are lost every 50 ms.
        play(&mut timer, &meter, 11_000, 1.0);
        assert!((15..=20).contains(&meter.read().late), "{:?}", meter.read());
    }

    #[test]
    fn an_offline_render_is_not_measured() {
        let (mut timer, meter) = (CpuTimer::new(48_000.0, true), CpuMeter::default());
        assert!(!timer.is_running());
        timer.take(Duration::from_micros(500), 480, &meter);
        assert_eq!(meter.read().blocks, 0);
    }
}
