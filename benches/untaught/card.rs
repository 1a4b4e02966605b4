//! The factory presets' report card: what each of them is worth on recordings that it never saw, as tables in Markdown.

use crate::{
    Outcome,
    figures::{Figures, Row},
    systems::engine,
};
use std::{fmt::Write as _, fs, path::Path};

/// A system's name here and in the tables, which begin with the mixture itself.
const SYSTEMS: [(&str, &str); 6] = [
    ("mixture", "mixture"),
    ("HPSS", "HPSS"),
    ("factory, live", "this preset, Live"),
    ("factory, quality", "this preset, Quality"),
    ("taught, quality", "taught, Quality"),
    ("ideal ratio mask, quality", "ideal mask, Quality"),
];
/// The sources by instrument as they are.
const BY_INSTRUMENT: &str = "by instrument, quality";
/// The systems of the table of sources by instrument, around that.
const BEFORE: [(&str, &str); 3] = [("mixture", "mixture"), ("HPSS", "HPSS"), ("factory, quality", "recognised")];
const AFTER: [(&str, &str); 4] = [
    ("by instrument and recognised, quality", "in a recognised strip"),
    ("by instrument, adapting, quality", "adapting"),
    ("taught, quality", "taught"),
    ("ideal ratio mask, quality", "ideal mask"),
];

/// Whether the card says something about the system `name`.
pub(crate) fn tells_of(name: &str) -> bool {
    let named = SYSTEMS.iter().chain(&BEFORE).chain(&AFTER).any(|(system, _)| *system == name);
    named || name == BY_INSTRUMENT
}

/// Writes the tables to `path`.
pub(crate) fn write(path: &Path, outcomes: &[Outcome]) -> Result<(), String> {
    let (mut text, mut groups) = (String::new(), Vec::new());
    for outcome in outcomes {
        if !groups.contains(&&outcome.group) {
            groups.push(&outcome.group);
        }
    }
    for group in groups {
        let members: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.group == *group).collect();
        let sources: Vec<&str> = members[0].sources.iter().map(String::as_str).collect();
        match engine::factory_name(&sources) {
            Some(preset) => text += &preset_table(preset, group, &members),
            None => text += &instruments_table(&members),
        }
    }
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// A row for every system, and a column for every figure.
fn preset_table(preset: &str, group: &str, members: &[&Outcome]) -> String {
    let sources = &members[0].sources;
    let mut text = format!("### `{preset}` on {} {}\n\n", members.len(), group.replace('-', " "));
    text += &line(
        ["".to_owned(), "SDR".to_owned()]
            .into_iter()
            .chain(sources.iter().cloned())
            .chain(["SIR", "SAR", "SNR below 150 Hz", "to 2 kHz", "above"].map(str::to_owned)),
    );
    text += &rule(sources.len() + 7);
    for (system, title) in SYSTEMS {
        let all: Vec<&Figures> = members.iter().filter_map(|member| figures(member, system)).collect();
        if all.is_empty() {
            continue;
        }
        let Figures { sources, mean } = Figures::mean_of(&all);
        let [low, middle, high] = mean.snr;
        let values = [mean.sdr].into_iter().chain(sources.iter().map(|source| source.sdr));
        let values = values.chain([mean.sir, mean.sar, low, middle, high]).map(decibels);
        text += &line([title.to_owned()].into_iter().chain(values));
    }
    text + "\n"
}

/// A row for every instrument, the means over the mixtures that it is in.
fn instruments_table(members: &[&Outcome]) -> String {
    let mut instruments: Vec<&str> = Vec::new();
    for source in members.iter().flat_map(|member| &member.sources) {
        if !instruments.contains(&&**source) {
            instruments.push(source);
        }
    }
    let mut text = format!("### Sources by instrument, in {} mixtures of two\n\n", members.len());
    let before = BEFORE.iter().map(|(_, title)| *title);
    let own = ["by instrument", "SIR", "SAR", "SNR below 150 Hz", "to 2 kHz", "above"];
    let after = AFTER.iter().map(|(_, title)| *title);
    let titles = ["instrument", "mixtures"].into_iter().chain(before).chain(own).chain(after);
    text += &line(titles.map(str::to_owned));
    text += &rule(2 + BEFORE.len() + own.len() + AFTER.len());
    for instrument in instruments {
        let row = |system: &str| mean_row(members, system, |name| name == instrument);
        let count = members.iter().filter(|member| member.sources.iter().any(|name| name == instrument)).count();
        text += &instrument_line(instrument, count, &row);
    }
    text + &instrument_line("all", members.len(), &|system| mean_row(members, system, |_| true)) + "\n"
}

fn instrument_line(name: &str, mixtures: usize, row: &dyn Fn(&str) -> Option<Row>) -> String {
    let sdr = |(system, _): &(&str, &str)| row(system).map_or_else(|| "–".to_owned(), |row| decibels(row.sdr));
    let own = row(BY_INSTRUMENT)
        .map_or([f64::NAN; 6], |Row { sdr, sir, sar, snr: [low, middle, high] }| [sdr, sir, sar, low, middle, high]);
    let cells = [name.to_owned(), mixtures.to_string()].into_iter().chain(BEFORE.iter().map(sdr));
    line(cells.chain(own.map(decibels)).chain(AFTER.iter().map(sdr)))
}

/// The mean figures of `system` over all sources whose name `is` wanted.
fn mean_row(members: &[&Outcome], system: &str, is: impl Fn(&str) -> bool) -> Option<Row> {
    let of_member = |member: &&Outcome| -> Vec<Row> {
        let Some(figures) = figures(member, system) else { return Vec::new() };
        let named = member.sources.iter().zip(&figures.sources);
        named.filter(|(name, _)| is(name)).map(|(_, row)| *row).collect()
    };
    let rows: Vec<Row> = members.iter().flat_map(of_member).collect();
    if rows.is_empty() { None } else { Some(Row::mean(&rows)) }
}

fn figures<'a>(member: &'a Outcome, system: &str) -> Option<&'a Figures> {
    member.figures.iter().find(|(name, _)| name == system).map(|(_, figures)| figures)
}

/// From here on a figure is the rounding of samples: a mixture that is its own estimate has no artifacts.
const ROUNDING_DB: f64 = 100.0;

/// A figure in dB; a dash for what is not finite, of silence, or is rounding.
fn decibels(value: f64) -> String {
    if value.is_finite() && value < ROUNDING_DB { format!("{value:.1}") } else { "–".to_owned() }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = "|".to_owned();
    for cell in cells {
        // Writing to a string cannot fail.
        let _ = write!(text, " {cell} |");
    }
    text + "\n"
}

fn rule(columns: usize) -> String {
    format!("|{}\n", "---|".repeat(columns))
}
