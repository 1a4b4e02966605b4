//! Which sources the preset that plays has: rename, remove, add, bring in from another preset, save one alone, let them
//! follow the mixture or be recognised, keep what they have learned.
//!
//! What the other sources have learned goes along with them, and so do their knobs.

use super::{Worker, context::Context, error::WorkerError, ranking::Ranking};
use crate::{
    instance::{
        command::{LearnCommand, SourceCommand},
        project::version::Version,
        state::{message::Message, preset_sources::PresetSources},
    },
    learner::adaptive::{COMPONENTS, RECOGNISED_COMPONENTS, StripMoves},
    preset::{
        MAX_SOURCES, PALETTE, Preset, Source,
        library::{self, Entry},
    },
    recording::RecordingReader,
    separator::StripControls,
};
use std::{path::Path, sync::Arc};

/// Most letters of a file's name that its source is called by; a number may follow.
const LONGEST_NAME: usize = 32;

impl Worker {
    pub(super) fn serve_source(&mut self, command: SourceCommand) -> Result<(), WorkerError> {
        let (context, learning) = (&mut self.context, &mut self.learning);
        let before = context.playback.version();
        match command {
            SourceCommand::Rename(strip, name) => {
                let after = context.rename_source(&before, strip, name)?;
                learning.follow(&after, None);
            }
            SourceCommand::Remove(strip) => {
                let (after, moves) = context.remove_source(&before, strip)?;
                learning.follow_moves(&after, &moves);
            }
            SourceCommand::Add => {
                let after = context.add_sources(&before, &["rest".to_owned()])?;
                learning.follow_moves(&after, &StripMoves::none());
            }
            SourceCommand::AddRecorded(files) => {
                // One that cannot be read leaves no source behind.
                for file in &files {
                    RecordingReader::open(file)?;
                }
                let names: Vec<String> = files.iter().map(|file| source_name(file)).collect();
                let after = context.add_sources(&before, &names)?;
                learning.follow_moves(&after, &StripMoves::none());
                for (strip, file) in (before.preset.sources.len()..).zip(files) {
                    let source = after.preset.sources[strip].name.clone();
                    learning.serve(LearnCommand::Files { strip, source, files: vec![file] }, context)?;
                }
            }
            SourceCommand::List(entry) => {
                let preset = library::load(&entry)?;
                let fits = Ranking::fits_of_sources(&preset, context);
                let names = preset.sources.into_iter().map(|source| source.name).collect();
                context.session.set_preset_sources(Some(PresetSources { preset: entry, names, fits }));
            }
            SourceCommand::ForgetList => context.session.set_preset_sources(None),
            SourceCommand::Load { strip, from, source } => {
                let after = context.load_source(&before, strip, &from, source)?;
                learning.follow(&after, Some(strip));
            }
            SourceCommand::Save(strip) => {
                let name = context.save_alone(alone(&before, strip)?)?;
                context.say(Message::Done(format!("Saved as preset \"{name}\"")));
            }
            SourceCommand::MakeAdaptive(strip) => {
                let after = context.change_source(&before, strip, |source| source.make_adaptive(COMPONENTS))?;
                learning.follow(&after, Some(strip));
            }
            SourceCommand::MakeRecognised(strip, role) => {
                let recognise = |source: &mut Source| source.make_recognised(role, RECOGNISED_COMPONENTS);
                let after = context.change_source(&before, strip, recognise)?;
                learning.follow(&after, Some(strip));
            }
            SourceCommand::Keep(strip) => {
                let finds_bases = before.preset.sources.get(strip).is_some_and(Source::finds_bases);
                let learned = before.adaptive_state.of(strip).filter(|_| finds_bases);
                let learned = learned.ok_or(WorkerError::NothingToKeep)?;
                let after = context.change_source(&before, strip, |source| source.keep(learned.dictionary.clone()))?;
                learning.follow(&after, Some(strip));
            }
            SourceCommand::Drift(strip, drift) => {
                let after = context.change_source(&before, strip, |source| source.set_drift(drift))?;
                learning.follow(&after, None);
            }
        }
        Ok(())
    }
}

impl Context {
    /// Changes the source of `strip` in what plays.
    fn change_source(
        &mut self,
        before: &Arc<Version>,
        strip: usize,
        change: impl FnOnce(&mut Source),
    ) -> Result<Arc<Version>, WorkerError> {
        let mut preset = Preset::clone(&before.preset);
        change(preset.sources.get_mut(strip).ok_or(WorkerError::NoSuchSource(strip))?);
        self.edit(before, preset)
    }

    fn rename_source(
        &mut self,
        before: &Arc<Version>,
        strip: usize,
        name: String,
    ) -> Result<Arc<Version>, WorkerError> {
        let mut preset = Preset::clone(&before.preset);
        preset.sources.get_mut(strip).ok_or(WorkerError::NoSuchSource(strip))?.name.clone_from(&name);
        if let Err(flaw) = preset.validate() {
            return Err(WorkerError::SourceName { name, reason: reason(&flaw.to_string()).to_owned() });
        }
        self.edit(before, preset)
    }

    /// Gives also where each strip's source goes.
    fn remove_source(
        &mut self,
        before: &Arc<Version>,
        strip: usize,
    ) -> Result<(Arc<Version>, StripMoves), WorkerError> {
        let mut preset = Preset::clone(&before.preset);
        if strip >= preset.sources.len() {
            return Err(WorkerError::NoSuchSource(strip));
        }
        if preset.sources.len() == 1 {
            return Err(WorkerError::LastSource);
        }
        preset.sources.remove(strip);
        let moves = StripMoves::removal(strip);
        let close_up = |strips: &mut Vec<StripControls>| {
            if strip < strips.len() {
                strips.remove(strip);
                strips.resize(MAX_SOURCES, StripControls::default());
            }
        };
        Ok((self.edit_strips(before, preset, &moves, Some(&close_up))?, moves))
    }

    /// Adds sources that nobody has taught anything, called like `names` as far as those are free.
    fn add_sources(&mut self, before: &Arc<Version>, names: &[String]) -> Result<Arc<Version>, WorkerError> {
        let mut preset = Preset::clone(&before.preset);
        let first = preset.sources.len();
        if first + names.len() > MAX_SOURCES {
            return Err(WorkerError::TooManySources);
        }
        for name in names {
            let source = new_source(&preset, name);
            preset.sources.push(source);
        }
        // Strips that were empty may have been turned by the host.
        let begin = |strips: &mut Vec<StripControls>| strips[first..].fill(StripControls::default());
        self.edit_strips(before, preset, &StripMoves::none(), Some(&begin))
    }

    fn load_source(
        &mut self,
        before: &Arc<Version>,
        strip: usize,
        from: &Entry,
        source_index: usize,
    ) -> Result<Arc<Version>, WorkerError> {
        let mut other = library::load(from)?;
        if source_index >= other.sources.len() {
            return Err(WorkerError::SourceGone { preset: from.name.clone(), source_index });
        }
        let mut source = other.sources.swap_remove(source_index);
        let preset = &before.preset;
        let place = preset.sources.get(strip).ok_or(WorkerError::NoSuchSource(strip))?;
        source.colour = place.colour;
        if !source.finds_bases() {
            // A bass that was taught elsewhere is still what the source model knows as bass.
            source.role = source.role.or(place.role);
        }
        source.name = free_name(&source.name, |name| is_taken(preset, name, Some(strip)));
        self.change_source(before, strip, |place| *place = source)
    }
}

/// The source of `strip` by itself; one that finds its bases as what it has learned.
fn alone(version: &Version, strip: usize) -> Result<Source, WorkerError> {
    let mut source = version.preset.sources.get(strip).ok_or(WorkerError::NoSuchSource(strip))?.clone();
    if source.finds_bases() {
        let learned = version.adaptive_state.of(strip).ok_or(WorkerError::NothingToSave)?;
        source.keep(learned.dictionary.clone());
    }
    Ok(source)
}

/// A source that nobody has taught anything, with a name and a colour of its own.
fn new_source(preset: &Preset, name: &str) -> Source {
    let name = free_name(name, |name| is_taken(preset, name, None));
    let free = |colour: &&_| preset.sources.iter().all(|source| source.colour != **colour);
    let colour = PALETTE.iter().find(free).copied().unwrap_or(PALETTE[preset.sources.len() % PALETTE.len()]);
    Source { colour, ..Source::adaptive(name, preset.sources.len(), COMPONENTS) }
}

/// What a source is called that is learned from this file.
fn source_name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let allowed = |letter: &char| !letter.is_control() && !matches!(letter, '/' | '\\');
    let name: String = stem.chars().filter(allowed).take(LONGEST_NAME).collect();
    if name.trim().is_empty() { "source".to_owned() } else { name.trim().to_owned() }
}

fn is_taken(preset: &Preset, name: &str, except: Option<usize>) -> bool {
    let mut others = preset.sources.iter().enumerate().filter(|(strip, _)| Some(*strip) != except);
    others.any(|(_, source)| source.name.to_lowercase() == name.to_lowercase())
}

/// `name`, or the first of `name 2`, `name 3`, … that is not taken.
pub(super) fn free_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// What a flaw says, without the path in front.
fn reason(flaw: &str) -> &str {
    flaw.split_once("expected ").map_or(flaw, |(_, expected)| expected)
}

#[cfg(test)]
mod tests;
