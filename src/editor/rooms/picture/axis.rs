//! The frequency axis, and how a frame's bins fall into its rows.

use std::ops::Range;

/// The axis' lower end, in Hz.
pub const LOWEST_HZ: f32 = 30.0;
/// The axis' upper end, in Hz.
pub const HIGHEST_HZ: f32 = 20_000.0;
/// Rows of the picture, lowest frequency first: fifty per octave.
pub const ROWS: usize = 480;
/// Labelled frequencies, in Hz.
pub const LABELS: [(f32, &str); 3] = [(100.0, "100"), (1_000.0, "1k"), (10_000.0, "10k")];

/// Where `hz` lies on the axis, 0 to 1.
pub fn position(hz: f32) -> f32 {
    (hz / LOWEST_HZ).ln() / (HIGHEST_HZ / LOWEST_HZ).ln()
}

/// The frequency at `position` on the axis, in Hz.
pub fn frequency(position: f32) -> f32 {
    LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(position)
}

/// The row at `position` on the axis.
pub fn row(position: f32) -> usize {
    ((position * ROWS as f32) as usize).min(ROWS - 1)
}

/// The frequency in the middle of `row`, in Hz.
pub fn row_frequency(row: usize) -> f32 {
    frequency((row as f32 + 0.5) / ROWS as f32)
}

/// The rows of frames with this many bins, this far apart.
#[derive(Debug, Clone)]
pub struct Rows {
    bins: usize,
    bin_spacing: f64,
    /// Per row; a row above the highest bin has none.
    spans: Vec<Option<Span>>,
}

/// What a row shows of a frame.
#[derive(Debug, Clone)]
pub struct Span {
    /// Bins that lie within the row; none, where rows are narrower than bins.
    bins: Range<usize>,
    /// The row's middle, in bins.
    middle: f32,
}

impl Rows {
    /// For `bins` bins, `bin_spacing` Hz apart.
    pub fn new(bins: usize, bin_spacing: f64) -> Self {
        let at = |row: f32| frequency(row / ROWS as f32) / bin_spacing as f32;
        let span = |row: usize| {
            let (below, middle, above) = (at(row as f32), at(row as f32 + 0.5), at(row as f32 + 1.0));
            let within = if above - below < 1.0 { 0..0 } else { below.ceil() as usize..(above.floor() as usize + 1) };
            let within = within.start.min(bins)..within.end.min(bins);
            (middle < bins as f32 - 1.0).then_some(Span { bins: within, middle })
        };
        Self { bins, bin_spacing, spans: (0..ROWS).map(span).collect() }
    }

    /// Whether these are the rows of such frames.
    pub fn fit(&self, bins: usize, bin_spacing: f64) -> bool {
        (self.bins, self.bin_spacing) == (bins, bin_spacing)
    }

    /// Every row that shows something of a frame, with what it shows.
    pub fn spans(&self) -> impl Iterator<Item = (usize, &Span)> {
        self.spans.iter().enumerate().filter_map(|(row, span)| Some((row, span.as_ref()?)))
    }
}

impl Span {
    /// The largest of `values`, `[F]`, in this row.
    pub fn peak(&self, values: impl Fn(usize) -> f32, len: usize) -> f32 {
        let peak = self.bins.clone().map(&values).fold(0.0, f32::max);
        peak.max(self.between(values, len))
    }

    /// A smooth line through `values` (Catmull-Rom), at the row's middle.
    fn between(&self, values: impl Fn(usize) -> f32, len: usize) -> f32 {
        let (below, x) = (self.middle as usize, self.middle.fract());
        let at = |bin: usize| values(bin.min(len.saturating_sub(1)));
        let [p, a, b, n] = [at(below.saturating_sub(1)), at(below), at(below + 1), at(below + 2)];
        let curve = a + 0.5 * x * (b - p + x * (2.0 * p - 5.0 * a + 4.0 * b - n + x * (3.0 * (a - b) + n - p)));
        curve.clamp(0.0, a.max(b) * 1.1)
    }

    /// Bins, each with how much it counts in this row beside its energy.
    pub fn weighted_bins(&self) -> impl Iterator<Item = (usize, f32)> {
        let (below, x) = (self.middle as usize, self.middle.fract());
        let between = self.bins.is_empty().then_some([(below, 1.0 - x), (below + 1, x)]);
        self.bins.clone().map(|bin| (bin, 1.0)).chain(between.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_lies_in_the_row_of_its_frequency() {
        for spacing in [150.0 / 7.0, 75.0 / 7.0] {
            let bins = (24_000.0 / spacing) as usize;
            let rows = Rows::new(bins, spacing);
            for hz in [110.0, 440.0, 1_000.0, 5_000.0, 12_000.0] {
                let bin = (hz / spacing).round() as usize;
                let values = |at: usize| if at == bin { 1.0 } else { 0.0 };
                let loudest = rows.spans().max_by(|a, b| a.1.peak(values, bins).total_cmp(&b.1.peak(values, bins)));
                let (row, span) = loudest.unwrap();
                assert!(span.peak(values, bins) > 0.9);
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
    fn rows_above_the_highest_bin_show_nothing() {
        let highest = Rows::new(100, 40.0).spans().map(|(row, _)| row).max().unwrap();
        assert!((3_900.0..4_000.0).contains(&row_frequency(highest)), "{}", row_frequency(highest));
    }
}
