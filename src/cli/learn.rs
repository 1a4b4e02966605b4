//! `unbraid learn`: recordings of each source played alone to a preset.

use super::{
    arguments::{parse_components, parse_preset_path},
    error::CliError,
    files::ensure_writable,
    interrupt,
    online_learning::{OnlineBases, SourceMaterial},
    progress::{LateProgress, TaskProgress},
    report::{Report, shown, source_json},
    source_files::{
        RecordingArgument, RoleArgument, SourceFiles, SourceSample, parse_name, parse_recording, parse_role,
    },
};
use crate::{
    dictionary::Dictionary,
    learner::{
        self, LEAST_SECONDS, LearnSettings, Lesson, MOST_SECONDS,
        adaptive::{COMPONENTS, RECOGNISED_COMPONENTS},
    },
    preset::{LearnedBases, MAX_COMPONENTS, MAX_COMPONENTS_IN_ALL, MAX_SOURCES, Preset, Source, file},
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Unless a number of passes is given, so much is heard of a source, in at most so many passes.
const HEARD_SECONDS: f64 = 30.0 * 60.0;
const MOST_PASSES: u32 = 5;

/// Learn sources from recordings of each played alone.
///
/// The sources stand in the preset in the order in which they are first named, adaptive ones after them, recognised
/// ones last. Of recordings of a source that last more than a minute together, a minute is learned from, spread evenly
/// over where it sounds; then all of them are heard, and move what was learned.
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

    /// How often all of the recordings of a source are heard, if they last more than a minute; 0 is never, then a
    /// minute of them is enough. Unless given, once, or as often as makes half an hour, but five times at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=1000))]
    passes: Option<u32>,

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
        let to_learn = SourceFiles::of(&self.recordings)?;
        self.check(&to_learn)?;
        ensure_writable(&self.output)?;
        // All files are read before the first is learned from, so that a wrong name is reported at once.
        let surveyed = to_learn.iter().map(SourceFiles::survey).collect::<Result<Vec<_>, _>>()?;
        let take = if self.universal { SourceSample::of_each } else { SourceSample::among };
        let samples =
            surveyed.iter().map(|files| take(files, MOST_SECONDS, LEAST_SECONDS)).collect::<Result<Vec<_>, _>>()?;
        let materials: Vec<SourceMaterial<'_>> = (to_learn.iter().zip(&surveyed).zip(&samples))
            .map(|((files, surveyed), sample)| SourceMaterial { files, surveyed, sample, is_universal: self.universal })
            .collect();

        let passes = self.passes(&materials);
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
        let said = materials.iter().filter_map(|material| self.said(passes, material));
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
        let mut heard = self.hear(materials)?;
        let known: Vec<&[Dictionary]> = heard.iter().map(|heard| heard.dictionaries()).collect();
        let learned = self.learn_samples("learning", materials, &known)?;
        let mut sources = Vec::new();
        for ((SourceMaterial { files, .. }, mut bases), heard) in materials.iter().zip(learned).zip(&mut heard) {
            bases.drift = self.drift.iter().any(|name| name == files.name);
            bases.learned_from.clone_from(&files.learned_from);
            bases.tally = heard.tally.take();
            sources.push(Source::fixed(files.name, sources.len(), bases));
        }
        Ok(sources)
    }

    /// What is learned from the samples of `materials` together, where it is not `known`.
    fn learn_samples(
        &self,
        doing: &str,
        materials: &[SourceMaterial<'_>],
        known: &[&[Dictionary]],
    ) -> Result<Vec<LearnedBases>, CliError> {
        let names: Vec<&str> = materials.iter().map(|material| material.files.name).collect();
        let mut progress = TaskProgress::start(format!("{doing} {}", names.join(", ")));
        let lessons: Vec<_> =
            materials.iter().zip(known).map(|(material, known)| self.lesson(material, known)).collect();
        let learned = learner::learn(&lessons, &mut |share| progress.update(share));
        drop(progress);
        interrupt::check()?;
        learned.map_err(|error| materials[error.lesson].error(error.error))
    }

    fn lesson<'a>(&self, material: &'a SourceMaterial<'_>, known: &'a [Dictionary]) -> Lesson<'a> {
        let settings = self.settings();
        // What is begun with decides the number of bases.
        let components = known.first().map_or(settings.components, |known| known.components);
        let components = if self.start.is_some() { components } else { settings.components };
        Lesson { recordings: &material.sample.recordings, settings: LearnSettings { components, ..settings }, known }
    }

    /// What is known of each of `materials` once those that last longer than their sample, or begin with other bases,
    /// were heard as a whole.
    fn hear(&self, materials: &[SourceMaterial<'_>]) -> Result<Vec<OnlineBases>, CliError> {
        let passes = self.passes(materials);
        let mut starts = Vec::new();
        for material in materials {
            starts.push(match &self.start {
                Some(preset) => Some(material.start(preset)?),
                None if passes > 0 && material.sample.is_part() => {
                    Some(self.learn_samples("beginning", std::slice::from_ref(material), &[&[]])?.remove(0))
                }
                None => None,
            });
        }
        let heard = || materials.iter().zip(&starts).filter(|(_, start)| start.is_some() && passes > 0);
        let seconds: f64 = heard().map(|(material, _)| material.sample.seconds[1]).sum();
        let names: Vec<&str> = heard().map(|(material, _)| material.files.name).collect();
        let task = format!("hearing all of {}", names.join(", "));
        let mut progress = LateProgress::new(task).scaled(f64::from(passes) * seconds);
        let hear = |(material, start): (&SourceMaterial<'_>, Option<LearnedBases>)| match start {
            Some(start) => material.hear(start, passes, self.seed, &mut progress),
            None => Ok(OnlineBases::default()),
        };
        materials.iter().zip(starts).map(hear).collect()
    }

    /// How often everything is heard: as often as the shortest of those that are longer than their sample needs.
    fn passes(&self, materials: &[SourceMaterial<'_>]) -> u32 {
        let is_heard = |material: &&SourceMaterial<'_>| self.start.is_some() || material.sample.is_part();
        let seconds = materials.iter().filter(is_heard).map(|material| material.sample.seconds[1]);
        let shortest = seconds.fold(HEARD_SECONDS, f64::min);
        self.passes.unwrap_or(((HEARD_SECONDS / shortest.max(1.0)).ceil() as u32).min(MOST_PASSES))
    }

    /// What was done with the recordings of a source that last longer than what is kept in memory.
    fn said(&self, passes: u32, SourceMaterial { files, sample, .. }: &SourceMaterial<'_>) -> Option<String> {
        let minutes = sample.seconds[1] / 60.0;
        match passes {
            0 => sample.said(files.name),
            _ if !sample.is_part() && self.start.is_none() => None,
            1 => Some(format!("learned {} from all of {minutes:.1} min", files.name)),
            passes => Some(format!("learned {} from all of {minutes:.1} min, heard {passes} times", files.name)),
        }
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
