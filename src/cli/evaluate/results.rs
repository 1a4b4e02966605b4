//! What was measured, as a table for people, as CSV and as JSON, and for the plots.

use super::{
    super::{
        plot::{BarGroup, BarsFigure, Curve, CurvesFigure, CurvesPanel, SourceBars},
        report::shown,
    },
    method::Method,
};
use crate::{
    evaluation::{Evaluation, FrameLengths, ImageScore, SourceEvaluation},
    recording::SILENCE_PEAK,
};
use serde_json::{Map, Value, json};
use std::{
    fmt::Write as _,
    io::Write,
    path::{Path, PathBuf},
};

/// Ratios beyond this, in dB, are what rounding leaves of nothing.
const BEYOND_ROUNDING_DB: f64 = 200.0;

/// The figures of an evaluation, and what they are figures of.
pub(super) struct Results<'a> {
    pub(super) references: &'a [PathBuf],
    pub(super) estimates: &'a [PathBuf],
    pub(super) methods: &'a [Method],
    pub(super) grid: Option<FrameLengths>,
    pub(super) sample_rate: u32,
    pub(super) evaluation: &'a Evaluation,
}

impl Results<'_> {
    /// What each source is called: its reference's file without folder and ending, as far as that tells them apart.
    pub(super) fn names(&self) -> Vec<String> {
        let stems: Vec<String> = self.references.iter().map(|path| stem(path)).collect();
        let is_ambiguous = |name: &String| stems.iter().filter(|stem| *stem == name).count() > 1;
        if stems.iter().any(is_ambiguous) { self.references.iter().map(shown).collect() } else { stems }
    }

    fn sources(&self) -> impl Iterator<Item = (String, &SourceEvaluation)> {
        self.names().into_iter().zip(&self.evaluation.sources)
    }

    /// The mean of each figure over the sources that have one.
    fn means(&self, method: Method) -> Vec<f64> {
        let rows: Vec<Vec<f64>> = self.evaluation.sources.iter().map(|source| method.values(source)).collect();
        let mean = |index: usize| {
            let values: Vec<f64> = rows.iter().map(|row| row[index]).filter(|value| !value.is_nan()).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        (0..method.figures().len()).map(mean).collect()
    }

    /// A table per method; a title only where there are several.
    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        for method in self.methods {
            if self.methods.len() > 1 {
                let gap = if text.is_empty() { "" } else { "\n" };
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{gap}{}", method.title());
            }
            self.add_table(*method, &mut text);
        }
        text
    }

    fn add_table(&self, method: Method, text: &mut String) {
        let names = self.names();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().max("source".len());
        let _ = write!(text, "{:width$}", "source");
        let headings = method.figures().iter().map(|figure| format!("{} dB", figure.name));
        let columns: Vec<String> = headings.map(|heading| format!("{heading:>8}")).collect();
        let _ = writeln!(text, " {}", columns.join(" "));
        let mut add = |name: &str, values: &[f64], note: &str| {
            let cells = values.iter().zip(&columns).map(|(value, column)| cell(*value, column.len()));
            let row = format!("{name:width$} {}", cells.collect::<Vec<_>>().join(" "));
            let _ = writeln!(text, "{}", format!("{row}  {note}").trim_end());
        };
        for (name, source) in self.sources() {
            add(&name, &method.values(source), &self.note(source));
        }
        if self.evaluation.sources.len() > 1 {
            add("mean", &self.means(method), "");
        }
    }

    /// What is to be said of a source beside its figures.
    fn note(&self, source: &SourceEvaluation) -> String {
        let mut notes = Vec::new();
        let index = self.evaluation.sources.iter().position(|other| std::ptr::eq(other, source));
        if index != Some(source.estimate) {
            notes.push(format!("is {}", shown(&self.estimates[source.estimate])));
        }
        match source.unscored {
            Some(reason) => notes.push(reason.to_string()),
            None => {
                for (what, peak) in [("reference", source.reference_peak), ("estimate", source.estimate_peak)] {
                    if peak <= SILENCE_PEAK {
                        notes.push(format!("the {what} is very quiet"));
                    }
                }
            }
        }
        notes.join("; ")
    }

    pub(super) fn json(&self) -> Value {
        let entry = |(index, (_, source)): (usize, (String, &SourceEvaluation))| {
            let mut entry = Map::new();
            entry.insert("reference".into(), json!(shown(&self.references[index])));
            entry.insert("estimate".into(), json!(shown(&self.estimates[source.estimate])));
            entry.insert("unscored".into(), json!(source.unscored.map(|reason| reason.to_string())));
            self.insert_values(&mut entry, |method| method.values(source));
            if let Some(grid) = self.grid {
                entry.insert(
                    "frames".into(),
                    source.frames.iter().enumerate().map(|frame| self.frame(grid, frame)).collect(),
                );
            }
            Value::Object(entry)
        };
        let sources: Vec<Value> = self.sources().enumerate().map(entry).collect();
        let mut mean = Map::new();
        self.insert_values(&mut mean, |method| self.means(method));
        let dependent = self.evaluation.dependences.iter().map(|dependence| {
            json!({ "reference": shown(&self.references[dependence.reference]), "own_db": dependence.own_db })
        });
        json!({
            "sources": sources,
            "mean": mean,
            "seconds": self.evaluation.samples as f64 / f64::from(self.sample_rate),
            "dependent_references": dependent.collect::<Vec<_>>(),
        })
    }

    /// The figures of BSS Eval 3 stand by themselves, those of every other method below its key.
    fn insert_values(&self, entry: &mut Map<String, Value>, values: impl Fn(Method) -> Vec<f64>) {
        for method in self.methods {
            let values = values(*method);
            let figures =
                method.figures().iter().zip(values).map(|(figure, value)| (figure.key.to_owned(), json!(value)));
            match method {
                Method::Sources | Method::SiSdr => entry.extend(figures),
                _ => drop(entry.insert(method.key().into(), Value::Object(figures.collect()))),
            }
        }
    }

    fn frame(&self, grid: FrameLengths, (index, score): (usize, &ImageScore)) -> Value {
        let ImageScore { sdr, isr, sir, sar } = score;
        json!({ "seconds": self.frame_start(grid, index), "sdr": sdr, "isr": isr, "sir": sir, "sar": sar })
    }

    fn frame_start(&self, grid: FrameLengths, index: usize) -> f64 {
        (index * grid.hop) as f64 / f64::from(self.sample_rate)
    }

    /// One row per source, a column per figure; empty where there is none.
    pub(super) fn write_csv(&self, writer: &mut csv::Writer<impl Write>) -> csv::Result<()> {
        let mut header = ["source", "reference", "estimate", "unscored"].map(str::to_owned).to_vec();
        header.extend(self.methods.iter().flat_map(|method| method.columns()));
        writer.write_record(header)?;
        for (index, (name, source)) in self.sources().enumerate() {
            let reason = source.unscored.map(|reason| reason.to_string()).unwrap_or_default();
            let named = [name, shown(&self.references[index]), shown(&self.estimates[source.estimate]), reason];
            let values = self.methods.iter().flat_map(|method| method.values(source)).map(number);
            writer.write_record(named.into_iter().chain(values))?;
        }
        Ok(())
    }

    /// One row per source and frame.
    pub(super) fn write_frames_csv(&self, writer: &mut csv::Writer<impl Write>) -> csv::Result<()> {
        writer.write_record(["source", "start_s", "window_s", "sdr", "isr", "sir", "sar"])?;
        let Some(grid) = self.grid else { return Ok(()) };
        let window = grid.window as f64 / f64::from(self.sample_rate);
        for (name, source) in self.sources() {
            for (index, ImageScore { sdr, isr, sir, sar }) in source.frames.iter().enumerate() {
                let place = [name.clone(), self.frame_start(grid, index).to_string(), window.to_string()];
                writer.write_record(place.into_iter().chain([sdr, isr, sir, sar].map(|value| number(*value))))?;
            }
        }
        Ok(())
    }

    pub(super) fn bars(&self) -> BarsFigure {
        let group = |method: &Method| BarGroup {
            title: method.title().to_owned(),
            figures: method.figures().iter().map(|figure| figure.name.to_owned()).collect(),
            sources: self
                .sources()
                .map(|(name, source)| SourceBars {
                    name,
                    values: method.values(source),
                    note: source.unscored.map(|reason| reason.to_string()),
                })
                .collect(),
        };
        BarsFigure { groups: self.methods.iter().map(group).collect() }
    }

    pub(super) fn curves(&self) -> CurvesFigure {
        let panel = |(index, figure): (usize, &super::method::Figure)| CurvesPanel {
            name: figure.name.to_owned(),
            curves: self
                .sources()
                .map(|(name, source)| Curve {
                    name,
                    values: source.frames.iter().map(|x| [x.sdr, x.isr, x.sir, x.sar][index]).collect(),
                    median: Method::Frames.values(source)[index],
                })
                .collect(),
        };
        let seconds = |samples: usize| samples as f64 / f64::from(self.sample_rate);
        let grid = self.grid.unwrap_or(FrameLengths { window: 1, hop: 1 });
        CurvesFigure {
            window_seconds: seconds(grid.window),
            hop_seconds: seconds(grid.hop),
            seconds: seconds(self.evaluation.samples),
            panels: Method::Frames.figures().iter().enumerate().map(panel).collect(),
        }
    }
}

/// A ratio in `width` letters.
fn cell(value: f64, width: usize) -> String {
    match value {
        value if value.is_nan() => format!("{:>width$}", "-"),
        value if value > BEYOND_ROUNDING_DB => format!("{:>width$}", "inf"),
        value if value < -BEYOND_ROUNDING_DB => format!("{:>width$}", "-inf"),
        value => format!("{value:width$.2}"),
    }
}

/// A ratio as programs read it that read CSV: empty where there is none.
fn number(value: f64) -> String {
    if value.is_nan() { String::new() } else { format!("{value:.6}") }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
