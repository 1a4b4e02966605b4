//! The masks that estimates amount to, and the ideal ones, as coarse as a picture shows them.

use super::super::plot::{MaskGrid, MaskRow, MasksFigure};
use crate::stft::{Analysis, Bin, hann};
use rayon::prelude::*;

/// Columns of a mask, fewer where there are fewer frames.
const COLUMNS: usize = 560;
/// Rows of a mask, from low to high.
const ROWS: usize = 120;
/// Frame length of the spectra, in seconds.
const FRAME_SECONDS: f64 = 0.07;
/// Lowest and highest frequency, in Hz.
const RANGE_HZ: (f64, f64) = (40.0, 16_000.0);

/// Powers over time and frequency of every reference and every estimate, of signals of any length.
pub(super) struct MaskMeter {
    order: Vec<usize>,
    channels: usize,
    sample_rate: f64,
    samples: usize,
    hop: usize,
    columns: usize,
    /// The first bin of each row, and the end of the last.
    edges: Vec<usize>,
    /// Of each reference, and then of each estimate.
    signals: Vec<SignalPower>,
}

struct SignalPower {
    analysis: Analysis,
    /// The newest samples of each channel, less than a frame.
    newest: Vec<Vec<f32>>,
    frames: usize,
    /// Sums of powers, indexed by `[column][row]`.
    power: Vec<f64>,
}

impl MaskMeter {
    /// Of estimates in this `order`, of so many `samples` per channel.
    pub(super) fn new(order: Vec<usize>, channels: usize, sample_rate: u32, samples: usize) -> Self {
        let rate = f64::from(sample_rate);
        let frame_len = ((rate * FRAME_SECONDS) as usize).next_multiple_of(4).max(16);
        let hop = frame_len / 4;
        let columns = samples.div_ceil(hop).clamp(1, COLUMNS);
        let window: Vec<f32> = hann(frame_len).iter().map(|weight| *weight as f32).collect();
        let (low, high) = range(rate);
        let edge = |row: usize| low * (high / low).powf(row as f64 / ROWS as f64) * frame_len as f64 / rate;
        let signal = |_| SignalPower {
            analysis: Analysis::new(&window),
            // The first frame is centred on the first sample.
            newest: vec![vec![0.0; frame_len / 2]; channels],
            frames: 0,
            power: vec![0.0; columns * ROWS],
        };
        Self {
            channels,
            sample_rate: rate,
            samples,
            hop,
            columns,
            edges: (0..=ROWS).map(|row| edge(row).round() as usize).collect(),
            signals: (0..2 * order.len()).map(signal).collect(),
            order,
        }
    }

    /// Adds the next samples of every channel of the references and of the estimates.
    pub(super) fn add(&mut self, references: &[&[f32]], estimates: &[&[f32]]) {
        let channels: Vec<&[f32]> = references.iter().chain(estimates).copied().collect();
        let (hop, columns, edges, frames) = (self.hop, self.columns, &self.edges, self.samples.div_ceil(self.hop));
        let column_of = |frame: usize| (frame * columns / frames.max(1)).min(columns - 1);
        self.signals.par_iter_mut().zip(channels.par_chunks(self.channels)).for_each(|(signal, channels)| {
            signal.newest.iter_mut().zip(channels).for_each(|(newest, channel)| newest.extend_from_slice(channel));
            signal.take_frames(4 * hop, edges, column_of);
        });
    }

    /// The figure, of sources that are called `names`.
    pub(super) fn finish(mut self, names: &[String]) -> MasksFigure {
        let silence = vec![0.0; 2 * self.hop];
        self.add(
            &vec![silence.as_slice(); self.channels * self.order.len()],
            &vec![silence.as_slice(); self.channels * self.order.len()],
        );
        let (references, estimates) = self.signals.split_at(self.order.len());
        let estimates: Vec<&SignalPower> = self.order.iter().map(|estimate| &estimates[*estimate]).collect();
        let mixture: Vec<f64> =
            (0..self.columns * ROWS).map(|cell| references.iter().map(|source| source.power[cell]).sum()).collect();
        let ideal = shares(&references.iter().collect::<Vec<_>>());
        let found = shares(&estimates);
        let row = |((name, ideal), estimated): ((&String, Vec<f32>), Vec<f32>)| MaskRow {
            mean_error: mean_error(&mixture, &ideal, &estimated),
            name: name.clone(),
            ideal,
            estimated,
        };
        let sources = names.iter().zip(ideal).zip(found).map(row).collect();
        let (low_hz, high_hz) = range(self.sample_rate);
        MasksFigure {
            seconds: self.samples as f64 / self.sample_rate,
            grid: MaskGrid { columns: self.columns, rows: ROWS, low_hz, high_hz },
            mixture,
            sources,
        }
    }
}

impl SignalPower {
    fn take_frames(&mut self, frame_len: usize, edges: &[usize], column_of: impl Fn(usize) -> usize) {
        let mut spectrum = vec![Bin::default(); frame_len / 2 + 1];
        let mut start = 0;
        while self.newest[0].len() - start >= frame_len {
            let column = column_of(self.frames);
            for channel in &self.newest {
                self.analysis.spectrum(&channel[start..start + frame_len], &mut spectrum);
                for (row, edge) in edges.windows(2).enumerate() {
                    // Rows lie closer than bins at the low end: each has one at least.
                    let bins = &spectrum[edge[0].min(frame_len / 2)..edge[1].max(edge[0] + 1).min(frame_len / 2 + 1)];
                    let power = bins.iter().map(|bin| f64::from(bin.norm_sqr())).sum::<f64>() / bins.len() as f64;
                    self.power[column * edges.len().saturating_sub(1) + row] += power;
                }
            }
            self.frames += 1;
            start += frame_len / 4;
        }
        self.newest.iter_mut().for_each(|channel| drop(channel.drain(..start)));
    }
}

/// The share of each signal in the sum of all magnitudes.
fn shares(signals: &[&SignalPower]) -> Vec<Vec<f32>> {
    let cells = signals.first().map_or(0, |signal| signal.power.len());
    let sums: Vec<f64> = (0..cells).map(|cell| signals.iter().map(|signal| signal.power[cell].sqrt()).sum()).collect();
    let share = |signal: &&SignalPower| {
        let share = |(power, sum): (&f64, &f64)| if *sum > 0.0 { (power.sqrt() / sum) as f32 } else { 0.0 };
        signal.power.iter().zip(&sums).map(share).collect()
    };
    signals.iter().map(share).collect()
}

/// Mean distance between two masks, weighted by the magnitude of the mixture, whose powers are given.
fn mean_error(mixture: &[f64], ideal: &[f32], estimated: &[f32]) -> f64 {
    let distances = ideal.iter().zip(estimated).map(|(ideal, found)| f64::from((ideal - found).abs()));
    let weights = mixture.iter().map(|power| power.sqrt());
    let (sum, weight) = distances
        .zip(weights)
        .fold((0.0, 0.0), |(sum, whole), (distance, weight)| (sum + weight * distance, whole + weight));
    if weight > 0.0 { sum / weight } else { 0.0 }
}

/// Lowest and highest frequency of the masks, in Hz.
fn range(sample_rate: f64) -> (f64, f64) {
    let high = RANGE_HZ.1.min(sample_rate / 2.0);
    (RANGE_HZ.0.min(high / 16.0), high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    const RATE: u32 = 16_000;

    /// Half a second of a sine.
    fn sine(hz: f64, amplitude: f64) -> Vec<f32> {
        (0..8_000).map(|n| (amplitude * (2.0 * PI * hz * f64::from(n) / f64::from(RATE)).sin()) as f32).collect()
    }

    /// The figure of mono signals that are given in blocks of so many samples.
    fn figure(order: &[usize], references: &[Vec<f32>], estimates: &[Vec<f32>], block: usize) -> MasksFigure {
        let mut meter = MaskMeter::new(order.to_vec(), 1, RATE, references[0].len());
        for start in (0..references[0].len()).step_by(block) {
            let part = |signal: &Vec<f32>| signal[start..(start + block).min(signal.len())].to_vec();
            let parts = [references, estimates].map(|signals| signals.iter().map(part).collect::<Vec<_>>());
            let [references, estimates] =
                parts.each_ref().map(|signals| signals.iter().map(Vec::as_slice).collect::<Vec<_>>());
            meter.add(&references, &estimates);
        }
        meter.finish(&["low", "high"].map(str::to_owned))
    }

    /// The row of a mask that holds `hz`.
    fn row(grid: MaskGrid, hz: f64) -> usize {
        ((hz / grid.low_hz).ln() / (grid.high_hz / grid.low_hz).ln() * grid.rows as f64) as usize
    }

    #[test]
    fn masks_are_the_shares_of_the_magnitudes() {
        let (low, high) = (sine(200.0, 0.5), sine(3_000.0, 0.5));
        let mix = |gain: f64| -> Vec<f32> {
            low.iter().zip(sine(3_000.0, 0.5 * gain)).map(|(low, high)| low + high).collect()
        };
        // A quarter of the high sine is in the estimate of the low one, and three quarters in its own.
        let estimates = [mix(0.25), sine(3_000.0, 0.375)];
        let found = figure(&[0, 1], &[low, high], &estimates, 8_000);
        let MaskGrid { columns, rows, .. } = found.grid;
        let at = |mask: &[f32], hz: f64| mask[columns / 2 * rows + row(found.grid, hz)];
        for (source, hz, ideal, estimated) in
            [(0, 200.0, 1.0, 1.0), (1, 200.0, 0.0, 0.0), (0, 3_000.0, 0.0, 0.25), (1, 3_000.0, 1.0, 0.75)]
        {
            let source = &found.sources[source];
            let pair = (at(&source.ideal, hz), at(&source.estimated, hz));
            let near = (pair.0 - ideal).abs() < 0.01 && (pair.1 - estimated).abs() < 0.01;
            assert!(near, "{} at {hz} Hz: {pair:?}, not {ideal} and {estimated}", source.name);
        }
    }

    #[test]
    fn masks_follow_time_and_the_order_of_the_estimates() {
        let (low, mut high) = (sine(200.0, 0.5), sine(3_000.0, 0.5));
        high[..4_000].fill(0.0);
        let found = figure(&[1, 0], &[low.clone(), high.clone()], &[high, low], 8_000);
        let MaskGrid { columns, rows, .. } = found.grid;
        let at = |column: usize| found.sources[1].ideal[column * rows + row(found.grid, 3_000.0)];
        assert!(at(columns / 4) < 0.05 && at(3 * columns / 4) > 0.95, "{} {}", at(columns / 4), at(3 * columns / 4));
        for source in &found.sources {
            assert_eq!((&source.ideal, source.mean_error), (&source.estimated, 0.0), "{}", source.name);
        }
    }

    #[test]
    fn any_cut_into_blocks_gives_the_same_masks() {
        let signals = [sine(200.0, 0.5), sine(3_000.0, 0.5)];
        let estimates = [sine(210.0, 0.4), sine(2_900.0, 0.4)];
        let whole = figure(&[0, 1], &signals, &estimates, 8_000);
        let found = figure(&[0, 1], &signals, &estimates, 333);
        for (found, whole) in found.sources.iter().zip(&whole.sources) {
            assert_eq!((&found.ideal, &found.estimated), (&whole.ideal, &whole.estimated));
        }
    }

    #[test]
    fn loud_places_count_more_in_the_mean_error() {
        assert!((mean_error(&[9.0, 1.0], &[1.0, 0.0], &[0.5, 0.0]) - 0.375).abs() < 1e-9);
        assert_eq!(mean_error(&[0.0, 0.0], &[1.0, 0.0], &[0.5, 0.0]), 0.0);
    }
}
