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
    pub(super) fn new(order: &[usize], channels: usize, sample_rate: u32, samples: usize) -> Self {
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
            order: order.to_vec(),
            channels,
            sample_rate: rate,
            samples,
            hop,
            columns,
            edges: (0..=ROWS).map(|row| edge(row).round() as usize).collect(),
            signals: (0..2 * order.len()).map(signal).collect(),
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
        let row = |((name, ideal), estimated)| MaskRow { name: String::clone(name), ideal, estimated };
        let (low_hz, high_hz) = range(self.sample_rate);
        MasksFigure {
            seconds: self.samples as f64 / self.sample_rate,
            grid: MaskGrid { columns: self.columns, rows: ROWS, low_hz, high_hz },
            mixture,
            sources: names.iter().zip(ideal).zip(found).map(row).collect(),
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

fn range(sample_rate: f64) -> (f64, f64) {
    let high = RANGE_HZ.1.min(sample_rate / 2.0);
    (RANGE_HZ.0.min(high / 16.0), high)
}
