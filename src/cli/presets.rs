//! `unbraid presets`: what can be chosen by name.

use super::{
    error::CliError,
    report::{Report, shown},
};
use crate::preset::library;
use clap::Args;
use serde_json::json;
use std::fmt::Write;

/// List factory and user presets with their paths, and the user's folder.
#[derive(Debug, Args)]
pub(super) struct Presets {}

impl Presets {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let entries = library::entries();
        let folder = library::user_dir();
        let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or_default();
        let mut text = String::new();
        for entry in &entries {
            let place = entry.path.as_ref().map_or("(factory)".to_owned(), |path| path.display().to_string());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{:width$}  {place}", entry.name);
        }
        if let Some(folder) = &folder {
            let _ = writeln!(text, "\nUser presets are kept in {}", folder.display());
        }
        let presets: Vec<_> = entries
            .iter()
            .map(|entry| {
                let path = entry.path.as_deref().map(shown);
                json!({ "name": entry.name, "factory": path.is_none(), "path": path })
            })
            .collect();
        Ok(Report {
            text,
            messages: Vec::new(),
            json: json!({ "presets": presets, "user_folder": folder.as_deref().map(shown) }),
        })
    }
}
