//! `unbraid learn`: recordings of each source played alone to a preset.

use super::{
    arguments::{parse_components, parse_preset_path},
    error::CliError,
    files::ensure_writable,
    interrupt,
    progress::TaskProgress,
    report::{Report, shown, source_json},
    source_files::{RecordingArgument, RoleArgument, SourceFiles, parse_name, parse_recording, parse_role},
};
use crate::{
    learner::{
        self, LEAST_SECONDS, LearnSettings, Lesson, MOST_SECONDS,
        adaptive::{COMPONENTS, RECOGNISED_COMPONENTS},
    },
    preset::{MAX_COMPONENTS, MAX_COMPONENTS_IN_ALL, MAX_SOURCES, Preset, Source, file},
    recording::{Recording, file_name},
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Learn sources from recordings of each played alone.
///
/// The sources stand in the preset in the order in which they are first named, adaptive ones after them, recognised
/// ones last. Of recordings of a source that last more than a minute together, a minute is learned from, spread evenly
/// over where it sounds.
#[derive(Debug, Args)]
pub(super) struct Learn {
    /// A source and a recording of it alone; name a source again to learn it from more files.
    #[arg(required = true, value_name = "SOURCE=FILE", value_parser = parse_recording)]
    recordings: Vec<RecordingArgument>,

    /// The preset to write; its name must end in .unbraid.safetensors. An existing one is replaced.
    #[arg(short, long, value_name = "PRESET", value_parser = parse_preset_path)]
    output: PathBuf,

    /// Number of bases per source.
    #[arg(
        long,
        value_name = "K",
        default_value_t = LearnSettings::default().components,
        value_parser = parse_components
    )]
    components: usize,

    /// Learn a universal dictionary: K bases from each file, kept together; those of the files that fit the mixture are
    /// chosen while it plays.
    #[arg(long)]
    universal: bool,

    /// Number of passes over the recordings.
    #[arg(
        long,
        value_name = "N",
        default_value_t = LearnSettings::default().iterations,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    iterations: u32,

    /// Seed of the random start; the same seed gives the same preset.
    #[arg(long, value_name = "S", default_value_t = LearnSettings::default().seed)]
    seed: u64,

    /// A source whose bases may move towards what plays, for another kit or player than the files are of.
    #[arg(long, value_name = "SOURCE")]
    drift: Vec<String>,

    /// A source that needs no file: it learns from the mixture while it plays what the others do not explain. And its
    /// number of bases, 10 unless given.
    #[arg(long, value_name = "NAME[=K]", value_parser = parse_adaptive)]
    adaptive: Vec<AdaptiveArgument>,

    /// What the source model knows a source as: drums, bass, rest, or a part of the drums: kick, snare, hats, toms or
    /// cymbals. A source that has no file is recognised by it, and learns from the mixture while it plays; one that has
    /// files is helped by it.
    #[arg(long, value_name = "NAME=ROLE", value_parser = parse_role)]
    role: Vec<RoleArgument>,
}

/// NAME or NAME=K.
#[derive(Debug, Clone)]
struct AdaptiveArgument {
    source: String,
    components: Option<usize>,
}

impl Learn {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let to_learn = SourceFiles::of(&self.recordings);
        self.check(&to_learn)?;
        ensure_writable(&self.output)?;
        // All files are read before the first is learned from, so that a wrong name is reported at once.
        let read =
            to_learn.iter().map(|source| source.read(MOST_SECONDS, LEAST_SECONDS)).collect::<Result<Vec<_>, _>>()?;
        let (recordings, excerpts): (Vec<_>, Vec<_>) = read.into_iter().unzip();

        let mut sources = self.learn(&to_learn, &recordings)?;
        for adaptive in &self.adaptive {
            let components = adaptive.components.unwrap_or(COMPONENTS);
            sources.push(Source::adaptive(&adaptive.source, sources.len(), components));
        }
        for RoleArgument { source: name, role } in &self.role {
            match sources.iter_mut().find(|source| source.name == *name) {
                Some(source) => source.role = Some(*role),
                None => sources.push(Source::recognised(name, sources.len(), *role, RECOGNISED_COMPONENTS)),
            }
        }
        let preset = Preset::of(sources);
        interrupt::check()?;
        file::write(&preset, &self.output)?;
        Ok(self.report(&preset, excerpts.into_iter().flatten()))
    }

    /// Refuses arguments that do not go together.
    fn check(&self, to_learn: &[SourceFiles<'_>]) -> Result<(), CliError> {
        let adaptive = self.adaptive.iter().map(|adaptive| adaptive.source.as_str());
        let mut names: Vec<&str> = to_learn.iter().map(|source| source.name).chain(adaptive).collect();
        let others = names.clone();
        names.extend(self.role.iter().map(|role| role.source.as_str()).filter(|name| !others.contains(name)));
        if names.len() > MAX_SOURCES {
            let count = names.len();
            return Err(CliError::Usage(format!("{count} sources are named; a preset holds at most {MAX_SOURCES}")));
        }
        if let Some(name) = self.drift.iter().find(|name| to_learn.iter().all(|source| source.name != name.as_str())) {
            return Err(CliError::Usage(format!(
                "--drift names {name:?}, which has no recording: name one of the sources"
            )));
        }
        for SourceFiles { name, files } in to_learn.iter().filter(|_| self.universal) {
            let (bases, files) = (self.components * files.len(), files.len());
            if bases > MAX_COMPONENTS {
                let limit = format!("a source holds at most {MAX_COMPONENTS}: give fewer --components or files");
                return Err(CliError::Usage(format!("{name} would get {bases} bases from {files} files; {limit}")));
            }
        }
        let learned =
            to_learn.iter().map(|source| if self.universal { source.files.len() } else { 1 } * self.components);
        let adaptive = self.adaptive.iter().map(|adaptive| adaptive.components.unwrap_or(COMPONENTS));
        let bases: usize = learned.chain(adaptive).sum();
        if bases > MAX_COMPONENTS_IN_ALL {
            let limit = format!("a preset holds at most {MAX_COMPONENTS_IN_ALL}: give fewer --components");
            return Err(CliError::Usage(format!("the sources would get {bases} bases in all; {limit}")));
        }
        for (index, name) in names.iter().enumerate() {
            // Names become file names, and not every file system tells upper from lower case.
            let same = |earlier: &&&str| earlier.to_lowercase() == name.to_lowercase();
            if let Some(earlier) = names[..index].iter().find(same) {
                let reason = "only SOURCE=FILE may name a source again, and then letter by letter";
                return Err(CliError::Usage(format!("sources {earlier:?} and {name:?} have the same name; {reason}")));
            }
        }
        Ok(())
    }

    /// The fixed sources, learned together.
    fn learn(&self, to_learn: &[SourceFiles<'_>], recordings: &[Vec<Recording>]) -> Result<Vec<Source>, CliError> {
        let names: Vec<&str> = to_learn.iter().map(|source| source.name).collect();
        let mut progress = TaskProgress::start(format!("learning {}", names.join(", ")));
        let settings = self.settings();
        let lessons: Vec<_> = recordings.iter().map(|recordings| Lesson { recordings, settings, known: &[] }).collect();
        let learned = learner::learn(&lessons, &mut |share| progress.update(share));
        drop(progress);
        interrupt::check()?;
        let learned = learned.map_err(|error| to_learn[error.lesson].error(error.error))?;
        let mut sources = Vec::new();
        for (source, mut bases) in to_learn.iter().zip(learned) {
            bases.drift = self.drift.iter().any(|name| name == source.name);
            bases.learned_from = source.files.iter().map(|file| file_name(file)).collect();
            sources.push(Source::fixed(source.name, sources.len(), bases));
        }
        Ok(sources)
    }

    fn settings(&self) -> LearnSettings {
        LearnSettings {
            components: self.components,
            universal: self.universal,
            iterations: self.iterations,
            seed: self.seed,
        }
    }

    /// `excerpts` is what was not learned from as a whole, in words.
    fn report(&self, preset: &Preset, excerpts: impl Iterator<Item = String>) -> Report {
        let names: Vec<&str> = preset.sources.iter().map(|source| source.name.as_str()).collect();
        let sources = preset.sources.iter().map(source_json).collect::<Vec<_>>();
        Report {
            text: String::new(),
            messages: excerpts.chain([format!("wrote {} with {}", self.output.display(), names.join(", "))]).collect(),
            json: json!({ "preset": shown(&self.output), "sources": sources }),
        }
    }
}

fn parse_adaptive(argument: &str) -> Result<AdaptiveArgument, String> {
    let (source, components) = match argument.rsplit_once('=') {
        Some((source, components)) => (source, Some(parse_components(components)?)),
        None => (argument, None),
    };
    if source.trim().is_empty() {
        return Err("write NAME or NAME=K, as in voice=20".to_owned());
    }
    Ok(AdaptiveArgument { source: parse_name(source)?, components })
}
