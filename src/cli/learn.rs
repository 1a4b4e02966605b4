//! `unbraid learn`: recordings of each source played alone to a preset.

use super::{
    arguments::{parse_components, parse_preset_path},
    drawn_learning::SourceMaterial,
    error::CliError,
    files::ensure_writable,
    interrupt,
    progress::TaskProgress,
    report::{Report, shown, source_json},
    source_files::{
        RecordingArgument, RoleArgument, SourceFiles, SourceSample, parse_name, parse_recording, parse_role,
    },
};
use crate::{
    dictionary::Dictionary,
    learner::{
        self, LEAST_SECONDS, LearnSettings, Lesson, MOST_FRAMES, MOST_SECONDS,
        adaptive::{COMPONENTS, RECOGNISED_COMPONENTS},
    },
    preset::{LearnedBases, MAX_COMPONENTS, MAX_COMPONENTS_IN_ALL, MAX_SOURCES, Preset, Role, Source, file},
};
use clap::Args;
use serde_json::json;
use std::{ops::RangeInclusive, path::PathBuf};

/// Of recordings that last longer, so many passages of so many seconds are mixed for reconstruction bases.
const PASSAGES: usize = 12;
const PASSAGE_SECONDS: usize = 8;
/// Fewest frames to learn from, and most: bases must be told apart, and 120 GB are enough.
const FRAMES: RangeInclusive<usize> = 100..=10_000_000;

/// Learn sources from recordings of each played alone.
///
/// The sources stand in the preset in the order in which they are first named, adaptive ones after them, recognised
/// ones last. All of a source's recordings are learned from, in memory that does not grow with them: see --frames.
#[derive(Debug, Args)]
pub(super) struct Learn {
    /// A source and a recording of it alone; name a source again to learn it from more files. A folder stands for
    /// all recordings in it and below, a pattern such as 'kits/*.wav' for those that match.
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

    /// Of recordings of a source that last more than a minute together, learn from so many frames at most, drawn evenly
    /// from all that sounds in them. A frame takes some 12 kB of memory.
    #[arg(long, value_name = "N", default_value_t = MOST_FRAMES, value_parser = parse_frames)]
    frames: usize,

    /// Begin with what the sources of these names have learned in PRESET, and hear all of the recordings: for several
    /// machines that hear some recordings each. `unbraid merge` puts their presets together.
    #[arg(long, value_name = "PRESET", conflicts_with_all = ["universal", "components", "iterations"])]
    start: Option<String>,

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
    /// files is helped by it, most where all have files.
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
        let to_learn = SourceFiles::of(&self.recordings)?;
        self.check(&to_learn)?;
        ensure_writable(&self.output)?;
        // All files are read before the first is learned from, so that a wrong name is reported at once.
        let surveyed = to_learn.iter().map(SourceFiles::survey).collect::<Result<Vec<_>, _>>()?;
        let materials: Vec<SourceMaterial<'_>> =
            (to_learn.iter().zip(surveyed)).map(|(files, surveyed)| SourceMaterial { files, surveyed }).collect();

        let mut sources = self.learn(&materials)?;
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
        let said = materials.iter().filter_map(|material| self.said(material)).chain(self.role_hint(&materials));
        Ok(self.report(&preset, said))
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
        for SourceFiles { name, files, .. } in to_learn.iter().filter(|_| self.universal) {
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
    fn learn(&self, materials: &[SourceMaterial<'_>]) -> Result<Vec<Source>, CliError> {
        let mut drawn = materials.iter().map(|material| self.learn_drawn(material)).collect::<Result<Vec<_>, _>>()?;
        let take = |material: &SourceMaterial<'_>| match self.universal {
            true => SourceSample::of_each(&material.surveyed, MOST_SECONDS, LEAST_SECONDS),
            false => SourceSample::passages(&material.surveyed, PASSAGES, PASSAGE_SECONDS),
        };
        let samples = materials.iter().map(take).collect::<Result<Vec<_>, _>>()?;
        let known: Vec<&[Dictionary]> =
            drawn.iter().map(|drawn| drawn.as_ref().map_or(&[][..], LearnedBases::dictionaries)).collect();
        let learned = self.learn_samples(materials, &samples, &known)?;
        let mut sources = Vec::new();
        for ((SourceMaterial { files, .. }, mut bases), drawn) in materials.iter().zip(learned).zip(&mut drawn) {
            bases.drift = self.drift.iter().any(|name| name == files.name);
            bases.learned_from.clone_from(&files.learned_from);
            bases.tally = drawn.as_mut().and_then(|drawn| drawn.tally.take());
            sources.push(Source::fixed(files.name, sources.len(), bases));
        }
        Ok(sources)
    }

    /// What is learned from all recordings of a source that is too long for its sample, or begins with other bases.
    fn learn_drawn(&self, material: &SourceMaterial<'_>) -> Result<Option<LearnedBases>, CliError> {
        let start = self.start.as_ref().map(|preset| material.start(preset)).transpose()?;
        if !self.is_drawn_from(material) {
            return Ok(None);
        }
        material.learn(&self.settings(), self.frames, start.as_ref()).map(Some)
    }

    fn is_drawn_from(&self, material: &SourceMaterial<'_>) -> bool {
        self.start.is_some() || material.seconds() > MOST_SECONDS
    }

    /// What is learned from the `samples` of `materials` together, where it is not `known`.
    fn learn_samples(
        &self,
        materials: &[SourceMaterial<'_>],
        samples: &[SourceSample],
        known: &[&[Dictionary]],
    ) -> Result<Vec<LearnedBases>, CliError> {
        let names: Vec<&str> = materials.iter().map(|material| material.files.name).collect();
        let mut progress = TaskProgress::start(format!("learning {}", names.join(", ")));
        let roles = materials.iter().map(|material| self.role_to_learn_under(material.files.name, materials));
        let lessons: Vec<_> = samples
            .iter()
            .zip(known)
            .zip(roles)
            .map(|((sample, known), role)| self.lesson(sample, known, role))
            .collect();
        let learned = learner::learn(&lessons, &mut |share| progress.update(share));
        drop(progress);
        interrupt::check()?;
        learned.map_err(|error| {
            let SourceMaterial { files, surveyed } = &materials[error.lesson];
            samples[error.lesson].error(files.name, surveyed, error.error)
        })
    }

    /// The role of the source `name`; `None` if other sources find their bases.
    fn role_to_learn_under(&self, name: &str, materials: &[SourceMaterial<'_>]) -> Option<Role> {
        let is_learned = |role: &RoleArgument| materials.iter().any(|material| material.files.name == role.source);
        let all_learned = self.adaptive.is_empty() && self.role.iter().all(is_learned);
        let own = self.role.iter().rev().find(|role| role.source == name);
        own.filter(|_| all_learned).map(|own| own.role)
    }

    /// What could help, where all sources have names of roles and none was given.
    fn role_hint(&self, materials: &[SourceMaterial<'_>]) -> Option<String> {
        let role = |material: &SourceMaterial<'_>| {
            let name = material.files.name;
            Some(format!("--role {name}={}", Role::named(&name.to_lowercase())?.name()))
        };
        let roles: Vec<String> = materials.iter().map(role).collect::<Option<_>>()?;
        let is_wanted = roles.len() > 1 && self.start.is_none() && self.role.is_empty() && self.adaptive.is_empty();
        is_wanted.then(|| {
            format!("the source model knows such sources; it helps to tell them apart with {}", roles.join(" "))
        })
    }

    fn lesson<'a>(&self, sample: &'a SourceSample, known: &'a [Dictionary], role: Option<Role>) -> Lesson<'a> {
        let settings = self.settings();
        // What is begun with decides the number of bases.
        let components = known.first().map_or(settings.components, |known| known.components);
        let components = if self.start.is_some() { components } else { settings.components };
        Lesson { recordings: &sample.recordings, settings: LearnSettings { components, ..settings }, known, role }
    }

    /// What was done with the recordings of a source that last longer than a sample of them.
    fn said(&self, material: &SourceMaterial<'_>) -> Option<String> {
        let (name, minutes) = (material.files.name, material.seconds() / 60.0);
        self.is_drawn_from(material).then(|| format!("learned {name} from all of {minutes:.1} min"))
    }

    fn settings(&self) -> LearnSettings {
        LearnSettings {
            components: self.components,
            universal: self.universal,
            iterations: self.iterations,
            seed: self.seed,
            ..LearnSettings::default()
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

fn parse_frames(argument: &str) -> Result<usize, String> {
    let (least, most) = (FRAMES.start(), FRAMES.end());
    let frames = argument.parse().ok().filter(|frames| FRAMES.contains(frames));
    frames.ok_or_else(|| format!("give a whole number from {least} to {most}"))
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
