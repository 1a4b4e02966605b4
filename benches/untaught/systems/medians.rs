//! Harmonic-percussive separation by medians (Fitzgerald, "Harmonic/percussive separation using median filtering",
//! DAFx 2010): what goes on in time is harmonic, what spreads over frequency is percussive.
//!
//! Drums are what is percussive, bass what is harmonic below a cut-off. Above it lies the rest, or drums where there is
//! no rest. Of a drum and another instrument, the other is all that is harmonic.

use super::instruments;
use crate::{
    frames::{self, Grid},
    scene::Scene,
};
use unbraid_engine::{recording::Recording, stft::WindowPair};

const FRAME: usize = 2048;
const HOP: usize = 512;
/// Length of the median along time, in frames.
const FRAMES: usize = 17;
/// Length of the median along frequency, in bins.
const BINS: usize = 25;
/// Where bass ends, in Hz: without a rest, and with one.
const CUT_OFF_HZ: [f64; 2] = [1_500.0, 250.0];

/// Nothing for a kit, whose parts are all percussive.
pub(crate) fn separate(scene: &Scene) -> Option<Vec<Recording>> {
    let of_instruments = instruments::drums(scene);
    if scene.sources()[0] != "drums" && of_instruments.is_none() {
        return None;
    }
    let windows = WindowPair::symmetric(FRAME, HOP);
    let levels = frames::magnitudes(&scene.mixture, &windows);
    let harmonic = transposed(&medians(&transposed(&levels), FRAMES));
    let percussive = medians(&levels, BINS);
    let mut masks = frames::shares(&[percussive, harmonic], 2.0);
    if let Some(drums) = of_instruments {
        masks.rotate_left(drums);
        return Some(masks.iter().map(|mask| frames::masked(&scene.mixture, &windows, mask)).collect());
    }
    let with_rest = scene.sources().len() > 2;
    let cut_off = CUT_OFF_HZ[usize::from(with_rest)] * FRAME as f64 / f64::from(scene.mixture.sample_rate);
    let above: Grid = masks[1].iter_mut().map(|frame| split_off(frame, cut_off as usize)).collect();
    if with_rest {
        masks.push(above);
    } else {
        let bins = masks[0].iter_mut().flatten().zip(above.iter().flatten());
        bins.for_each(|(drums, above)| *drums += above);
    }
    Some(masks.iter().map(|mask| frames::masked(&scene.mixture, &windows, mask)).collect())
}

/// What `frame` has from bin `first` on, which it loses.
fn split_off(frame: &mut [f32], first: usize) -> Vec<f32> {
    let mut above = vec![0.0; frame.len()];
    above[first..].swap_with_slice(&mut frame[first..]);
    above
}

/// The running median over `len` values of every row; at the ends over those that are there.
fn medians(rows: &Grid, len: usize) -> Grid {
    let mut window = Vec::with_capacity(len);
    let mut median = |row: &Vec<f32>, i: usize| {
        window.clear();
        window.extend(&row[i.saturating_sub(len / 2)..(i + len / 2 + 1).min(row.len())]);
        let middle = window.len() / 2;
        *window.select_nth_unstable_by(middle, f32::total_cmp).1
    };
    rows.iter().map(|row| (0..row.len()).map(|i| median(row, i)).collect()).collect()
}

fn transposed(rows: &Grid) -> Grid {
    (0..rows[0].len()).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}
