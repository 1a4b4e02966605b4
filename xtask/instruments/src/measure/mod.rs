//! What the sources by instrument are worth, on recordings that none was learned from; tables in Markdown.
//!
//! - `fits`: whether a recording ranks its own instrument, or one of its family, first.
//! - `mixtures`: how well two of them take a mixture apart.

mod fits;
mod mixtures;

use crate::rendered::{self, Instrument};
use anyhow::{Context, Result};
use std::path::Path;
use unbraid_engine::preset::{Source, file};

/// An instrument, and the source of its preset.
struct Known {
    instrument: Instrument,
    source: Source,
}

/// Prints both tables for the instruments that were rendered, with their presets in `presets`.
///
/// # Errors
/// If something cannot be read or measured.
pub(crate) fn run(rendered: &Path, presets: &Path) -> Result<()> {
    let known = |instrument: Instrument| -> Result<Known> {
        let preset = file::read(&presets.join(format!("{}{}", instrument.name, file::SUFFIX)))?;
        let source = preset.sources.into_iter().next().context("a preset without a source")?;
        Ok(Known { instrument, source })
    };
    let all: Vec<Known> = rendered::instruments(rendered)?.into_iter().map(known).collect::<Result<_>>()?;
    fits::print(&all, rendered)?;
    mixtures::print(&all, rendered)
}
