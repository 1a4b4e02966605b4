//! What each setting does: the gain of every trial over its values, a panel per setting.

use super::{
    CAPTION_SIZE, MARGIN, TITLE_SIZE,
    canvas::{Align, Canvas, FAINT_INK, INK, PlotError, Rect, text_width},
    heat_map::NUMBER_SIZE,
    ticks::{AxisNumber, round_step, ticks},
};
use crate::tuning::{TunedTrial, TuningAxis, TuningOutcome};
use plotters::style::{Color, RGBColor};
use std::path::Path;

/// A search to be drawn.
pub struct TuningFigure<'a> {
    /// What was found.
    pub outcome: &'a TuningOutcome,
    /// What was varied; a panel for each.
    pub axes: &'a [TuningAxis],
    /// The names of the sources.
    pub sources: &'a [String],
}

/// Size of a panel, and the room around it, in pixels.
const PANEL: (i32, i32) = (420, 300);
const LEFT: i32 = 82;
const RIGHT: i32 = 26;
const ABOVE: i32 = 44;
const BELOW: i32 = 58;
/// Room for title and legend, in pixels.
const HEADER: i32 = 132;
/// Most panels beside each other.
const MOST_COLUMNS: usize = 4;
/// Colours of trials that were evaluated on all mixtures, and of the chosen one: blue and orange, which all eyes tell
/// apart.
const FINISHED: RGBColor = RGBColor(0x56, 0xB4, 0xE9);
const CHOSEN: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
/// Trials that are worse than the middle one by more than this many times what the best is better lie below the axis.
const DEPTH: f64 = 4.0;
/// Least height of the axis above and below 0, in dB.
const LEAST_DB: f64 = 0.2;

/// Draws the gain of every trial over the values of each setting, as a PNG.
///
/// # Errors
/// [`PlotError`] if the file cannot be written; what was there before stays.
pub fn tuning(path: &Path, figure: &TuningFigure<'_>) -> Result<(), PlotError> {
    let axes: Vec<&TuningAxis> = figure.axes.iter().filter(|axis| axis.values.len() > 1).collect();
    let columns = axes.len().clamp(1, MOST_COLUMNS);
    let rows = axes.len().max(1).div_ceil(columns);
    let cell = (LEFT + PANEL.0 + RIGHT, ABOVE + PANEL.1 + BELOW);
    let size = (2 * MARGIN + columns as i32 * cell.0, HEADER + rows as i32 * cell.1 + MARGIN / 2);
    let size = (size.0.max(1_120), size.1);
    let scale = GainScale::of(figure.outcome);
    Canvas::save(path, (size.0 as u32, size.1 as u32), |canvas| {
        header(canvas, figure, &scale)?;
        for (index, axis) in axes.iter().enumerate() {
            let (column, row) = ((index % columns) as i32, (index / columns) as i32);
            let (x, y) = (MARGIN + column * cell.0 + LEFT, HEADER + row * cell.1 + ABOVE);
            let rect = Rect { x, y, width: PANEL.0, height: PANEL.1 };
            SettingPanel { figure, axis, scale: &scale, rect }.draw(canvas, column == 0)?;
        }
        Ok(())
    })
}

/// What the vertical axes show, in dB.
struct GainScale {
    low: f64,
    high: f64,
    step: f64,
    /// Whether some trials lie below it.
    is_cut: bool,
}

impl GainScale {
    fn of(outcome: &TuningOutcome) -> Self {
        let ends = |trial: &TunedTrial| {
            let half = if trial.is_finished { trial.gain.half_interval_db } else { 0.0 };
            [trial.gain.mean_db - half, trial.gain.mean_db + half]
        };
        let highest = outcome.trials.iter().map(|trial| ends(trial)[1]).fold(LEAST_DB, f64::max);
        let finished = outcome.trials.iter().filter(|trial| trial.is_finished).map(|trial| ends(trial)[0]);
        let lowest_finished = finished.fold(-LEAST_DB, f64::min);
        let lowest = outcome.trials.iter().map(|trial| ends(trial)[0]).fold(-LEAST_DB, f64::min);
        let low = lowest.max((-DEPTH * highest).min(lowest_finished));
        let step = round_step(highest - low, 6.5);
        let room = 0.06 * (highest - low);
        Self { low: low - room, high: highest + room, step, is_cut: lowest < low - room }
    }

    fn y(&self, db: f64, rect: Rect) -> i32 {
        let share = ((self.high - db) / (self.high - self.low)).clamp(0.0, 1.0);
        rect.y + (share * f64::from(rect.height - 1)) as i32
    }
}

struct SettingPanel<'a> {
    figure: &'a TuningFigure<'a>,
    axis: &'a TuningAxis,
    scale: &'a GainScale,
    rect: Rect,
}

impl SettingPanel<'_> {
    fn draw(&self, canvas: &Canvas<'_>, is_first: bool) -> Result<(), PlotError> {
        let Self { figure, axis, rect, .. } = self;
        let name = axis.tunable.name_among(figure.sources);
        canvas.text(&name, CAPTION_SIZE, INK, Align::Left, (rect.x, rect.y - ABOVE / 2 + 2))?;
        self.draw_gains(canvas, is_first)?;
        self.draw_values(canvas)?;
        canvas.outline(*rect)?;
        // The best lie above the others.
        for (rank, trial) in figure.outcome.trials.iter().enumerate().rev() {
            self.draw_trial(canvas, trial, rank)?;
        }
        self.draw_trial(canvas, figure.outcome.chosen(), 0)
    }

    fn draw_gains(&self, canvas: &Canvas<'_>, is_first: bool) -> Result<(), PlotError> {
        let Self { scale, rect, .. } = self;
        for AxisNumber { value, label } in ticks(scale.low, scale.high, scale.step) {
            let y = scale.y(value, *rect);
            let ink = if value == 0.0 { INK.mix(0.55) } else { INK.mix(0.10) };
            canvas.line((rect.x, y), (rect.right() - 1, y), ink)?;
            canvas.line((rect.x - 6, y), (rect.x - 2, y), FAINT_INK)?;
            let label = if value > 0.0 { format!("+{label}") } else { label };
            canvas.text(&label, NUMBER_SIZE, FAINT_INK, Align::Right, (rect.x - 10, y))?;
        }
        if is_first {
            let middle = (rect.x - LEFT + 12, rect.y + rect.height / 2);
            canvas.text("SDR to defaults, dB", NUMBER_SIZE, FAINT_INK, Align::Upwards, middle)?;
        }
        Ok(())
    }

    fn draw_values(&self, canvas: &Canvas<'_>) -> Result<(), PlotError> {
        let Self { figure, axis, rect, .. } = self;
        let default = axis.tunable.of(&figure.outcome.defaults().settings);
        for (index, value) in axis.values.iter().enumerate() {
            let x = self.x(index);
            let is_default = *value == default;
            let ink = if is_default { INK } else { FAINT_INK };
            canvas.line((x, rect.bottom() + 1), (x, rect.bottom() + 5), ink)?;
            canvas.text(&axis.tunable.shown(*value), NUMBER_SIZE, ink, Align::Centre, (x, rect.bottom() + 18))?;
            if is_default {
                canvas.text("default", NUMBER_SIZE - 2, FAINT_INK, Align::Centre, (x, rect.bottom() + 38))?;
            }
        }
        Ok(())
    }

    /// The middle of the `index`th value.
    fn x(&self, index: usize) -> i32 {
        self.rect.x + self.rect.width * (2 * index as i32 + 1) / (2 * self.axis.values.len() as i32)
    }

    fn draw_trial(&self, canvas: &Canvas<'_>, trial: &TunedTrial, rank: usize) -> Result<(), PlotError> {
        let Self { axis, scale, rect, .. } = self;
        let value = axis.tunable.of(&trial.settings);
        let Some(index) = axis.values.iter().position(|one| *one == value) else { return Ok(()) };
        let is_chosen = trial.trial == self.figure.outcome.chosen;
        // Side by side within their value, so that they are not drawn on each other.
        let room = (f64::from(rect.width) / axis.values.len() as f64 * 0.62).min(90.0);
        let place = if is_chosen { 0.5 } else { (rank as f64 * 0.618_033_988_75).fract() };
        let x = self.x(index) + ((place - 0.5) * room) as i32;
        let gain = trial.gain;
        if gain.mean_db < scale.low {
            return canvas.triangle((x, rect.bottom() - 7), 4, FAINT_INK.mix(0.8));
        }
        let y = scale.y(gain.mean_db, *rect);
        if !trial.is_finished {
            return canvas.ring(
                (x, y),
                3,
                FAINT_INK.mix(if trial.summary.mixtures > self.least() { 1.0 } else { 0.6 }),
            );
        }
        let colour = if is_chosen { CHOSEN } else { FINISHED };
        let bar = [gain.mean_db - gain.half_interval_db, gain.mean_db + gain.half_interval_db];
        let [low, high] = bar.map(|db| scale.y(db, *rect));
        if trial.trial != 0 {
            canvas.line((x, low), (x, high), colour.mix(if is_chosen { 1.0 } else { 0.55 }).stroke_width(2))?;
        }
        canvas.disc((x, y), if is_chosen { 6 } else { 4 }, colour)
    }

    /// The fewest mixtures that a trial was evaluated on.
    fn least(&self) -> usize {
        self.figure.outcome.trials.iter().map(|trial| trial.summary.mixtures).min().unwrap_or_default()
    }
}

/// Title and legend.
fn header(canvas: &Canvas<'_>, figure: &TuningFigure<'_>, scale: &GainScale) -> Result<(), PlotError> {
    let (outcome, defaults) = (figure.outcome, figure.outcome.defaults());
    let title = format!("{} trials of {}", outcome.trials.len(), figure.sources.join(" + "));
    canvas.text(&title, TITLE_SIZE, INK, Align::Left, (MARGIN, 36))?;
    let note = format!(
        "SDR (BSS Eval v3), mean of sources and mixtures, each trial less the defaults over the same mixtures; \
         defaults {:.2} dB over {}",
        defaults.summary.mean.sdr, defaults.summary.mixtures
    );
    canvas.text(&note, NUMBER_SIZE, FAINT_INK, Align::Left, (MARGIN, 74))?;
    let y = 104;
    let mut x = MARGIN + 6;
    let chosen = if outcome.chosen == 0 { "the defaults, which are kept" } else { "chosen" };
    canvas.disc((x, y), 6, CHOSEN)?;
    x = after(canvas, chosen, (x, y))?;
    canvas.line((x, y - 10), (x, y + 10), FINISHED.mix(0.55).stroke_width(2))?;
    canvas.disc((x, y), 4, FINISHED)?;
    x = after(canvas, &format!("in all {} mixtures, 95 % interval", defaults.summary.mixtures), (x, y))?;
    canvas.ring((x, y), 3, FAINT_INK.mix(1.0))?;
    x = after(canvas, "given up after fewer", (x, y))?;
    if scale.is_cut {
        canvas.triangle((x, y), 4, FAINT_INK.mix(0.8))?;
        after(canvas, "below the axis", (x, y))?;
    }
    Ok(())
}

/// Writes `text` beside the sign at `(x, y)`; gives where the next sign stands.
fn after(canvas: &Canvas<'_>, text: &str, (x, y): (i32, i32)) -> Result<i32, PlotError> {
    canvas.text(text, NUMBER_SIZE, FAINT_INK, Align::Left, (x + 16, y))?;
    Ok(x + 16 + text_width(text, NUMBER_SIZE)? + 34)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tuning::{
        SearchSpace, SourceScore, TrialResult, TrialResults, TrialStage, Tunable, TuningPlan, TuningSettings,
    };

    /// How often each colour is in the plot of a search in which trial `n` has `sdr(n)` dB, more or less.
    fn colours(sdr: impl Fn(usize) -> f64) -> [usize; 2] {
        let axes = vec![TuningAxis { tunable: Tunable::Focus, values: vec![1.0, 1.5, 2.0] }];
        let space = SearchSpace { defaults: TuningSettings::defaults(vec![25]), axes };
        let plan = TuningPlan { space, trials: 3, mixtures: 24, seconds: 5.0, seed: 0 };
        let mut results = TrialResults::default();
        let stages = [(TrialStage::Rung(0), 0..6), (TrialStage::Rung(1), 6..12), (TrialStage::Rung(2), 12..24)];
        for (stage, mixtures) in stages.into_iter().chain([(TrialStage::HeldOut, 0..24)]) {
            for trial in 0..3 {
                let wave = |mixture: usize| 0.1 * ((mixture + trial) as f64).sin();
                let score = |mixture: usize| SourceScore { sdr: sdr(trial) + wave(mixture), sir: 20.0, sar: 10.0 };
                let scores = mixtures.clone().map(|mixture| vec![score(mixture)]).collect();
                results.add(TrialResult { trial, stage, scores });
            }
        }
        let outcome = TuningOutcome::of(&plan, &results).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it.png");
        let sources = ["drums".to_owned()];
        tuning(&path, &TuningFigure { outcome: &outcome, axes: &plan.space.axes, sources: &sources }).unwrap();
        let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut pixels).unwrap();
        [FINISHED, CHOSEN].map(|RGBColor(r, g, b)| pixels.chunks_exact(3).filter(|pixel| **pixel == [r, g, b]).count())
    }

    #[test]
    fn the_chosen_trial_has_a_colour_that_the_others_have_not() {
        // One disc of each in the legend; in the panel, one that is chosen and two that are not.
        let disc = |radius: f64| (std::f64::consts::PI * radius * radius) as usize;
        let [finished, chosen] = colours(|trial| 8.0 + trial as f64);
        assert!((2 * disc(4.0)..6 * disc(4.0)).contains(&finished), "{finished}");
        assert!((disc(6.0)..4 * disc(6.0)).contains(&chosen), "{chosen}");
        // The defaults, where they are kept.
        let [_, kept] = colours(|trial| 8.0 - trial as f64);
        assert!((disc(6.0)..4 * disc(6.0)).contains(&kept), "{kept}");
    }
}
