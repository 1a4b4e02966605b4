//! The frequency axis, its rows, and which of a frame's bins each row shows.

use std::ops::Range;

/// The lower end of the axis, in Hz.
pub const LOWEST_HZ: f32 = 30.0;
/// The upper end of the axis, in Hz.
pub const HIGHEST_HZ: f32 = 20_000.0;
/// Rows of the picture, lowest frequency first: fifty per octave.
pub const ROWS: usize = 480;
/// Where `hz` lies on the axis, 0 to 1.
pub fn position(hz: f32) -> f32 {
    (hz / LOWEST_HZ).ln() / (HIGHEST_HZ / LOWEST_HZ).ln()
}

/// The frequency at `position` on the axis, in Hz.
pub fn frequency(position: f32) -> f32 {
    LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(position)
}

/// The frequencies to label, in Hz, of the part `range` of the axis: round ones, at least `least` of the axis apart,
/// the roundest first.
pub fn labels(range: (f32, f32), least: f32) -> Vec<f32> {
    let decades = || (1..=4).map(|power| 10.0_f32.powi(power));
    let rounded =
        |digits: &'static [f32]| decades().flat_map(move |decade| digits.iter().map(move |digit| digit * decade));
    let candidates = decades()
        .chain(rounded(&[2.0, 5.0]))
        .chain(rounded(&[3.0, 4.0, 6.0, 7.0, 8.0, 9.0]))
        .chain(rounded(&[1.2, 1.5, 2.5, 3.5]));
    let mut chosen: Vec<f32> = Vec::new();
    for hz in candidates {
        let along = position(hz);
        let is_shown = (range.0..=range.1).contains(&along);
        if is_shown && chosen.iter().all(|other| (position(*other) - along).abs() >= least) {
            chosen.push(hz);
        }
    }
    chosen
}

/// A frequency as it stands beside the axis.
pub fn label(hz: f32) -> String {
    let (value, unit) = if hz < 999.5 { (hz, "") } else { (hz / 1_000.0, "k") };
    let value = (10.0 * value).round() / 10.0;
    format!("{value}{unit}")
}

/// The row at `position` on the axis.
pub fn row(position: f32) -> usize {
    ((position * ROWS as f32) as usize).min(ROWS - 1)
}

/// The frequency in the middle of `row`, in Hz.
pub fn row_frequency(row: usize) -> f32 {
    frequency((row as f32 + 0.5) / ROWS as f32)
}

/// Which bins each row shows, for frames of one kind.
#[derive(Debug, Clone)]
pub struct RowMap {
    bins: usize,
    /// In Hz.
    bin_spacing: f64,
    /// Indexed by row; `None` above the highest bin.
    rows: Vec<Option<RowBins>>,
}

/// The bins that a row shows.
#[derive(Debug, Clone)]
pub struct RowBins {
    /// Bins within the row; empty where rows are narrower than bins.
    within: Range<usize>,
    /// The middle of the row, in bins.
    middle: f32,
}

impl RowMap {
    /// For frames of `bins` bins, `bin_spacing` Hz apart.
    pub fn new(bins: usize, bin_spacing: f64) -> Self {
        let at = |row: f32| frequency(row / ROWS as f32) / bin_spacing as f32;
        let row_bins = |row: usize| {
            let (below, middle, above) = (at(row as f32), at(row as f32 + 0.5), at(row as f32 + 1.0));
            let within = if above - below < 1.0 { 0..0 } else { below.ceil() as usize..(above.floor() as usize + 1) };
            let within = within.start.min(bins)..within.end.min(bins);
            (middle < bins as f32 - 1.0).then_some(RowBins { within, middle })
        };
        Self { bins, bin_spacing, rows: (0..ROWS).map(row_bins).collect() }
    }

    /// Whether it is for frames of `bins` bins, `bin_spacing` Hz apart.
    pub fn is_for(&self, bins: usize, bin_spacing: f64) -> bool {
        (self.bins, self.bin_spacing) == (bins, bin_spacing)
    }

    /// The number and the bins of every row that shows something of a frame.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &RowBins)> {
        self.rows.iter().enumerate().filter_map(|(row, bins)| Some((row, bins.as_ref()?)))
    }
}

impl RowBins {
    /// The largest of `values`, `[F]`, in this row.
    pub fn peak(&self, values: impl Fn(usize) -> f32, len: usize) -> f32 {
        let peak = self.within.clone().map(&values).fold(0.0, f32::max);
        peak.max(self.interpolated(values, len))
    }

    /// `values`, interpolated at the middle of the row (Catmull-Rom).
    fn interpolated(&self, values: impl Fn(usize) -> f32, len: usize) -> f32 {
        let (below, x) = (self.middle as usize, self.middle.fract());
        let at = |bin: usize| values(bin.min(len.saturating_sub(1)));
        let [p, a, b, n] = [at(below.saturating_sub(1)), at(below), at(below + 1), at(below + 2)];
        let curve = a + 0.5 * x * (b - p + x * (2.0 * p - 5.0 * a + 4.0 * b - n + x * (3.0 * (a - b) + n - p)));
        curve.clamp(0.0, a.max(b) * 1.1)
    }

    /// The bins of this row and their weights.
    pub fn weighted_bins(&self) -> impl Iterator<Item = (usize, f32)> {
        let (below, x) = (self.middle as usize, self.middle.fract());
        let between = self.within.is_empty().then_some([(below, 1.0 - x), (below + 1, x)]);
        self.within.clone().map(|bin| (bin, 1.0)).chain(between.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_lies_in_the_row_of_its_frequency() {
        for spacing in [150.0 / 7.0, 75.0 / 7.0] {
            let bins = (24_000.0 / spacing) as usize;
            let rows = RowMap::new(bins, spacing);
            for hz in [110.0, 440.0, 1_000.0, 5_000.0, 12_000.0] {
                let bin = (hz / spacing).round() as usize;
                let values = |at: usize| if at == bin { 1.0 } else { 0.0 };
                let loudest = rows.iter().max_by(|a, b| a.1.peak(values, bins).total_cmp(&b.1.peak(values, bins)));
                let (row, row_bins) = loudest.unwrap();
                assert!(row_bins.peak(values, bins) > 0.9);
                let middle = f64::from(row_frequency(row));
                assert!(
                    (middle - bin as f64 * spacing).abs() <= spacing.max(0.014 * hz),
                    "{hz} Hz in row {row}, {middle} Hz"
                );
                assert_eq!(super::row(position(middle as f32)), row);
            }
        }
    }

    #[test]
    fn labels_are_round_and_there_are_more_where_there_is_space() {
        let mut few = labels((0.0, 1.0), 0.2);
        few.sort_by(f32::total_cmp);
        assert_eq!(few, [100.0, 1_000.0, 10_000.0]);
        let many = labels((0.0, 1.0), 0.05);
        assert!([50.0, 200.0, 5_000.0, 20_000.0].iter().all(|hz| many.contains(hz)), "{many:?}");
        let within = labels((position(2_000.0), position(4_000.0)), 0.02);
        assert!(within.len() >= 3 && within.iter().all(|hz| (1_999.0..4_001.0).contains(hz)), "{within:?}");
        assert_eq!([50.0, 1_000.0, 2_500.0, 20_000.0].map(label), ["50", "1k", "2.5k", "20k"]);
    }

    #[test]
    fn rows_above_the_highest_bin_show_nothing() {
        let highest = RowMap::new(100, 40.0).iter().map(|(row, _)| row).max().unwrap();
        assert!((3_900.0..4_000.0).contains(&row_frequency(highest)), "{}", row_frequency(highest));
    }
}
