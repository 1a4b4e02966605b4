//! How much of its time the audio thread takes: its own time for a block, by the share of what the block lasts.

use super::meters::LoadMeter;
use std::time::{Duration, Instant};

/// Time constant of the average, in seconds.
const AVERAGE_S: f64 = 0.5;
/// How long the highest share is held, in seconds.
const HOLD_S: f64 = 2.0;

/// Lives on the audio thread. The clock is read twice a block, which is no system call where the system offers its clock in
/// memory, as Linux, macOS and Windows do.
#[derive(Debug, Default)]
pub struct LoadGauge {
    /// In Hz; 0 where nothing is measured.
    sample_rate: f64,
    average: f64,
    peak: f64,
    /// Time since the peak, in seconds of sound.
    peak_age_s: f64,
}

impl LoadGauge {
    /// A gauge for a stream at `sample_rate` Hz. An `offline` render has all the time it takes, and is not measured.
    pub fn new(sample_rate: f64, offline: bool) -> Self {
        Self { sample_rate: if offline { 0.0 } else { sample_rate }, ..Self::default() }
    }

    /// Audio thread: a block begins.
    pub fn begin(&self) -> Option<Instant> {
        (self.sample_rate > 0.0).then(Instant::now)
    }

    /// Audio thread: the block of `samples` samples that began so is done.
    pub fn end(&mut self, begun: Option<Instant>, samples: usize, meter: &LoadMeter) {
        if let Some(begun) = begun.filter(|_| samples > 0) {
            self.take(begun.elapsed(), samples, meter);
        }
    }

    fn take(&mut self, spent: Duration, samples: usize, meter: &LoadMeter) {
        let lasts_s = samples as f64 / self.sample_rate;
        let share = spent.as_secs_f64() / lasts_s;
        self.average += (share - self.average) * (1.0 - (-lasts_s / AVERAGE_S).exp());
        self.peak_age_s += lasts_s;
        if share >= self.peak || self.peak_age_s > HOLD_S {
            (self.peak, self.peak_age_s) = (share, 0.0);
        }
        meter.write(self.average as f32, self.peak as f32, share > 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(gauge: &mut LoadGauge, meter: &LoadMeter, spent_us: u64, seconds: f64) {
        for _ in 0..(seconds * 100.0) as usize {
            gauge.take(Duration::from_micros(spent_us), 480, meter);
        }
    }

    #[test]
    fn the_share_is_the_time_taken_of_the_time_there_is() {
        let (mut gauge, meter) = (LoadGauge::new(48_000.0, false), LoadMeter::default());
        play(&mut gauge, &meter, 500, 5.0);
        let load = meter.read();
        assert!((load.share - 0.05).abs() < 1e-3 && (load.peak - 0.05).abs() < 1e-6, "{load:?}");
        assert_eq!((load.late, load.blocks), (0, 500));
        // After one time constant the average has gone 1 - 1/e of the way.
        play(&mut gauge, &meter, 5_500, 0.5);
        let expected = 0.05 + 0.5 * (1.0 - (-1.0_f32).exp());
        assert!((meter.read().share - expected).abs() < 5e-3, "{:?}", meter.read());
    }

    #[test]
    fn one_late_block_is_counted_and_its_peak_held_for_two_seconds() {
        let (mut gauge, meter) = (LoadGauge::new(48_000.0, false), LoadMeter::default());
        play(&mut gauge, &meter, 1_000, 1.0);
        play(&mut gauge, &meter, 12_000, 0.01);
        play(&mut gauge, &meter, 1_000, 1.9);
        let load = meter.read();
        assert!((load.peak - 1.2).abs() < 1e-6 && load.late == 1, "{load:?}");
        play(&mut gauge, &meter, 1_000, 0.5);
        assert!((meter.read().peak - 0.1).abs() < 1e-6, "{:?}", meter.read());
    }

    #[test]
    fn an_offline_render_is_not_measured() {
        let (mut gauge, meter) = (LoadGauge::new(48_000.0, true), LoadMeter::default());
        let begun = gauge.begin();
        gauge.end(begun, 480, &meter);
        assert_eq!(meter.read().blocks, 0);
    }
}
