//! The frozen stretch, as it comes apart under its marks, as columns of the picture. They are made some in each
//! picture: all of them take tens of milliseconds.

use super::super::{
    axis::{ROWS, RowMap, row_frequency},
    colour_map::ColourMap,
    columns::Columns,
    frame_rows::{FrameRows, level},
};
use crate::{
    instance::state::stretch_view::StretchView, marks::FrameGrid, preset::MAX_SOURCES, separator::MusicalTime,
};
use std::sync::Arc;

/// The columns of a stretch, as far as they are made.
pub struct StretchColumns {
    /// The stretch.
    pub stretch: Arc<StretchView>,
    /// What is left of its sources.
    pub gains: [f32; MAX_SOURCES],
    /// Those that are made.
    pub columns: Columns,
    /// Levels are as fine as the bins, as in the live picture; shares are known in bands.
    rows: RowMap,
    bands: Vec<(usize, usize, f32)>,
    frame: FrameRows,
}

impl StretchColumns {
    /// None is made yet of `stretch`, of which `gains` are left.
    pub fn new(stretch: Arc<StretchView>, gains: [f32; MAX_SOURCES], map: &ColourMap) -> Self {
        let mut columns = Columns::default();
        columns.set_sources(stretch.sources, map.ground());
        let rows = RowMap::new(stretch.bins, stretch.grid.bin_spacing);
        let frame = FrameRows { sources: stretch.sources, gains, ..FrameRows::default() };
        Self { rows, bands: bands_of_rows(&stretch.grid), frame, stretch, gains, columns }
    }

    /// The time at the stretch's end, in seconds from the first column.
    pub fn edge_s(&self) -> f64 {
        self.stretch.seconds - self.stretch.grid.first_seconds
    }

    /// Makes so many more, and says whether all are made. `time` says where the host's music was, so many seconds
    /// before the end.
    pub fn make(&mut self, count: usize, map: &ColourMap, time: impl Fn(f64) -> Option<MusicalTime>) -> bool {
        let made = self.columns.next() as usize;
        let until = self.stretch.grid.frames.min(made.saturating_add(count));
        for t in made..until {
            self.make_one(t);
            self.frame.musical_time = time(self.stretch.seconds - self.stretch.grid.frame_seconds(t));
            self.columns.take(t as u64, &self.frame, map);
        }
        until == self.stretch.grid.frames
    }

    /// What the column of frame `t` shows.
    fn make_one(&mut self, t: usize) {
        let Self { stretch, gains, rows, bands, frame, .. } = self;
        let width = stretch.grid.bands.len();
        let magnitudes = &stretch.magnitudes[t * stretch.bins..][..stretch.bins];
        let shares = &stretch.shares[t * stretch.sources * width..][..stretch.sources * width];
        let is_at_unity = frame.is_at_unity();
        for (row, bins) in rows.iter() {
            let (band, next, part) = bands[row];
            let between = |values: &[f32]| values[band] + part * (values[next] - values[band]);
            let amplitude = stretch.scale * bins.peak(|bin| magnitudes[bin], magnitudes.len());
            let mut left = 0.0;
            for source in 0..stretch.sources {
                let share = between(&shares[source * width..][..width]);
                frame.shares[source * ROWS + row] = share;
                left += gains[source] * share;
            }
            frame.mixture_db[row] = level(amplitude);
            frame.output_db[row] = if is_at_unity { frame.mixture_db[row] } else { level(left * amplitude) };
        }
    }
}

/// Between which two bands the middle of each row lies, and how far from the first to the second. `[ROWS]`
fn bands_of_rows(grid: &FrameGrid) -> Vec<(usize, usize, f32)> {
    let last = grid.bands.len() - 1;
    let mut band = 0;
    (0..ROWS)
        .map(|row| {
            let hz = f64::from(row_frequency(row));
            while band < last && grid.band_hz(band + 1) <= hz {
                band += 1;
            }
            let next = (band + 1).min(last);
            let (low, high) = (grid.band_hz(band), grid.band_hz(next));
            let part = if high > low { ((hz - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
            (band, next, part as f32)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        editor::theme::SCREEN, instance::state::stretch_view::StretchOrigin, nmf::bands::Bands, preset::PALETTE,
    };

    #[test]
    fn a_tone_lies_at_its_time_and_frequency_in_the_colour_of_its_source() {
        let grid = FrameGrid {
            frames: 20,
            first_seconds: 0.01,
            step_seconds: 0.02,
            bin_spacing: 10.0,
            bands: Bands::new(1..2_000),
        };
        let (bins, width) = (2_000, grid.bands.len());
        let mut magnitudes = vec![0.0; 20 * bins];
        // 300 Hz in the sixth frame, and two partials near each other, within one band.
        magnitudes[5 * bins + 30] = 0.25;
        for bin in [303, 312] {
            magnitudes[5 * bins + bin] = 0.25;
        }
        assert!((0..width).any(|band| grid.bands.bins(band).contains(&303) && grid.bands.bins(band).contains(&312)));
        let shares = (0..20).flat_map(|_| [vec![0.9; width], vec![0.1; width]].concat()).collect();
        let stretch = StretchView {
            number: 1,
            origin: StretchOrigin::File,
            seconds: 0.4,
            grid,
            magnitudes: Arc::new(magnitudes),
            scale: 2.0,
            bins,
            shares,
            sources: 2,
            marks: Vec::new(),
            answered: 0,
        };
        let map = ColourMap::new(PALETTE[..2].iter().map(|colour| SCREEN.source(*colour)));
        let mut gains = [1.0; MAX_SOURCES];
        gains[0] = 0.0;
        let mut all = StretchColumns::new(Arc::new(stretch), gains, &map);
        assert!(!all.make(19, &map, |_| None) && all.make(19, &map, |_| None));
        assert!((all.edge_s() - 0.39).abs() < 1e-9);
        let columns = all.columns;
        let row_of = |hz: f32| {
            let away = |row: &usize| (row_frequency(*row) / hz).log2().abs();
            (0..ROWS).min_by(|a, b| away(a).total_cmp(&away(b))).unwrap_or_default()
        };
        let row = row_of(300.0);
        let cell = columns.at(5, row).unwrap_or_else(|| panic!("there is no such column"));
        assert!((cell.input_db + 6.0).abs() < 3.0, "{cell:?}");
        assert!((cell.output_db - cell.input_db + 20.0).abs() < 0.7, "a tenth is left: {cell:?}");
        assert!(columns.at(4, row).is_some_and(|cell| cell.input_db < -100.0));
        let level = |hz| columns.at(5, row_of(hz)).map_or(0.0, |cell| cell.input_db);
        assert!(level(3_030.0) > -9.0 && level(3_120.0) > -9.0, "{} {}", level(3_030.0), level(3_120.0));
        assert!(level(3_065.0) < -40.0, "there is nothing between them: {}", level(3_065.0));
    }
}
