//! Arguments that more than one command takes, as clap's value parsers.

use crate::{
    dictionary::{FRAME_LENGTHS, SAMPLE_RATES_HZ},
    number,
    preset::{FOCUS_RANGE, MAX_COMPONENTS, STRENGTH_RANGE, file::SUFFIX},
};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::{fmt::Display, path::PathBuf, str::FromStr};

/// One of `names`, and what `named` has for it.
pub(super) fn parse_name_of<T: Clone + Send + Sync + 'static>(
    names: impl IntoIterator<Item = &'static str>,
    named: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(move |name| named(&name).ok_or("there is none of that name"))
}

/// A number from `low` to `high`, with its `unit` or without.
pub(super) fn parse_in_range<T>(text: &str, unit: &str, low: T, high: T) -> Result<T, String>
where
    T: FromStr + Copy + Into<f64> + PartialOrd + Display,
{
    match number::parse(text, unit) {
        Some(value) if (low..=high).contains(&value) => Ok(value),
        _ => Err(format!("give a number from {low} to {high}")),
    }
}

/// The number of bases of a source.
pub(super) fn parse_components(argument: &str) -> Result<usize, String> {
    match argument.parse() {
        Ok(components) if (1..=MAX_COMPONENTS).contains(&components) => Ok(components),
        _ => Err(format!("the number of bases is a whole number from 1 to {MAX_COMPONENTS}")),
    }
}

/// A path that ends in `.` and `extension`, in capitals or not; otherwise `what` should end so.
pub(super) fn parse_path(argument: &str, extension: &str, what: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(argument);
    match path.extension() {
        Some(given) if given.eq_ignore_ascii_case(extension) => Ok(path),
        _ => Err(format!("{what}; give a name that ends in .{extension}")),
    }
}

/// A sample rate in Hz.
pub(super) fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = number::parse::<f64>(text, "Hz").filter(|rate| SAMPLE_RATES_HZ.contains(rate));
    rate.ok_or_else(|| format!("give a sample rate from {} to {} Hz", SAMPLE_RATES_HZ.start(), SAMPLE_RATES_HZ.end()))
}

/// A frame length in samples.
pub(super) fn parse_frame(text: &str) -> Result<usize, String> {
    let frame = text.parse().ok().filter(|frame| FRAME_LENGTHS.contains(frame));
    frame
        .ok_or_else(|| format!("give a whole number from {} to {} samples", FRAME_LENGTHS.start(), FRAME_LENGTHS.end()))
}

/// The exponent of the masks.
pub(super) fn parse_focus(text: &str) -> Result<f32, String> {
    parse_in_range(text, "", *FOCUS_RANGE.start(), *FOCUS_RANGE.end())
}

/// The strength of a prior.
pub(super) fn parse_strength(text: &str) -> Result<f32, String> {
    parse_in_range(text, "", *STRENGTH_RANGE.start(), *STRENGTH_RANGE.end())
}

/// The path of a preset that is to be written.
pub(super) fn parse_preset_path(argument: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(argument);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match name.strip_suffix(SUFFIX) {
        Some(stem) if !stem.is_empty() => Ok(path),
        _ => {
            let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("preset");
            Err(format!("a preset's name ends in {SUFFIX}, as in {stem}{SUFFIX}"))
        }
    }
}
