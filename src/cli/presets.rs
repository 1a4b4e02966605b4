//! `unbraid presets`: what can be chosen by name, and what is noted about it.

use super::{
    error::CliError,
    files::find_preset,
    report::{Report, about_json, shown},
};
use crate::preset::{About, file, library};
use clap::{Args, Subcommand};
use serde_json::json;
use std::fmt::Write;

/// List factory and user presets with their paths, and the user's folder.
#[derive(Debug, Args)]
pub(super) struct Presets {
    #[command(subcommand)]
    action: Option<PresetsAction>,
}

#[derive(Debug, Subcommand)]
enum PresetsAction {
    Tag(Tag),
}

/// Note tags, an author and notes in a preset's file; an empty text takes them away.
#[derive(Debug, Args)]
struct Tag {
    /// A preset file, or the name of one of your presets.
    #[arg(value_name = "PRESET")]
    preset: String,

    /// Words to find it by, in place of those that it has.
    #[arg(long, value_name = "TAG,TAG…")]
    tags: Option<String>,

    /// Who made it.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,

    /// Anything else.
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
}

impl Tag {
    fn run(&self) -> Result<Report, CliError> {
        if [&self.tags, &self.author, &self.notes].iter().all(|given| given.is_none()) {
            return Err(CliError::Usage("say what is to be noted with --tags, --author or --notes".to_owned()));
        }
        let entry = find_preset(&self.preset)?;
        let path = entry.path.ok_or(CliError::FactoryPreset(entry.name))?;
        let mut preset = file::read(&path)?;
        let About { tags, author, notes } = &mut preset.about;
        if let Some(text) = &self.tags {
            *tags = About::tags_in(text);
        }
        for (given, kept) in [(&self.author, author), (&self.notes, notes)] {
            if let Some(text) = given {
                text.trim().clone_into(kept);
            }
        }
        file::write(&preset, &path)?;
        let messages = vec![format!("wrote {}", path.display())];
        Ok(Report {
            text: String::new(),
            messages,
            json: json!({ "path": shown(&path), "about": about_json(&preset.about) }),
        })
    }
}

impl Presets {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        if let Some(PresetsAction::Tag(tag)) = &self.action {
            return tag.run();
        }
        let entries = library::entries();
        let folder = library::user_dir();
        let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or_default();
        let mut text = String::new();
        for entry in &entries {
            let place = match &entry.path {
                Some(path) => path.display().to_string(),
                None if entry.is_instrument() => "(factory, by instrument)".to_owned(),
                None => "(factory)".to_owned(),
            };
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
                let (factory, instrument) = (path.is_none(), entry.is_instrument());
                json!({ "name": entry.name, "factory": factory, "instrument": instrument, "path": path })
            })
            .collect();
        Ok(Report {
            text,
            messages: Vec::new(),
            json: json!({ "presets": presets, "user_folder": folder.as_deref().map(shown) }),
        })
    }
}
