//! `unbraid tune`: settings chosen by how well mixtures of isolated recordings are taken apart.
//!
//! `axes`: which settings are tried.

mod axes;

use super::{
    arguments::{parse_in_range, parse_name_of, parse_path},
    error::CliError,
    files::fingerprint,
    input::STANDARD_STREAM,
    interrupt,
    progress::TaskProgress,
    report::{Report, shown},
    source_files::{RecordingArgument, RoleArgument, SourceFiles, parse_name, parse_recording, parse_role},
    source_folders::SourceFile,
    trials::{
        outputs::SearchOutputs,
        results_file::ResultsFile,
        search::{SearchHeader, SearchedFile, SearchedSource},
    },
};
use crate::{
    preset::Role,
    separator::LatencyMode,
    tuning::{
        MAX_MIXTURES, MAX_TRIALS, MIN_MIXTURES, Shard, TrialError, TrialResult, TrialResults, Tuner, TuningListener,
        TuningPlan,
    },
};
use axes::{Searched, VaryArgument};
use clap::Args;
use rayon::ThreadPoolBuilder;
use serde_json::json;
use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Length of a mixture in seconds: where all sources are learned before, and where some are found while it plays.
const SECONDS: f64 = 5.0;
const SECONDS_TO_FIND: f64 = 15.0;

/// Choose settings by experiment: learn sources and take mixtures of them apart, setting by setting.
///
/// Give recordings of each source alone, as for learn. Each is cut into parts that never meet. The settings are chosen
/// by BSS Eval on mixtures of one part, with what was learned from others; how good the choice is, is measured on the
/// last thirds, which took no part in it. Every finished trial is kept: a run that was stopped goes on where it was,
/// with the same command.
#[derive(Debug, Args)]
pub(super) struct Tune {
    /// A source and a recording of it alone, 3 seconds or longer; name a source again for more files. A folder
    /// stands for all recordings in it and below, a pattern such as 'kits/*.wav' for those that match.
    #[arg(required = true, value_name = "SOURCE=FILE", value_parser = parse_recording)]
    recordings: Vec<RecordingArgument>,

    #[command(flatten)]
    outputs: SearchOutputs,

    /// Where finished trials are kept, a line each.
    #[arg(long, value_name = "FILE.jsonl", default_value = "tune.jsonl", value_parser = parse_results_path)]
    results: PathBuf,

    /// Number of trials, the default settings among them.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = parse_count::<2, MAX_TRIALS>)]
    trials: usize,

    /// Number of mixtures to choose by, and of as many to measure the choice on.
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = parse_count::<MIN_MIXTURES, MAX_MIXTURES>)]
    mixtures: usize,

    /// Longest mixture, in seconds: 5, or 15 where a source is found while it plays, unless given.
    #[arg(long, value_name = "S", value_parser = parse_seconds)]
    seconds: Option<f64>,

    /// What is tried, and which values: components (or components.SOURCE), iterations, universal, drift, evidence,
    /// memory, mode, focus, sparsity, smoothness. Everything that makes a difference but the mode, unless given.
    #[arg(long, value_name = "NAME[=V,V…]", value_parser = VaryArgument::parse)]
    vary: Vec<VaryArgument>,

    /// The engine's latency mode.
    #[arg(
        long,
        value_name = "MODE",
        default_value = LatencyMode::Quality.name(),
        value_parser = parse_name_of(LatencyMode::ALL.map(LatencyMode::name), LatencyMode::named)
    )]
    mode: LatencyMode,

    /// A source that is not learned from its recordings, which are only mixed: it is found while the mixture plays.
    #[arg(long, value_name = "SOURCE", value_parser = parse_name)]
    adaptive: Vec<String>,

    /// What the source model knows a source as, as for learn. With --adaptive it is recognised. Unless a learned source
    /// is given a role, sources that have the name of a role are tried with it.
    #[arg(long, value_name = "SOURCE=ROLE", value_parser = parse_role)]
    role: Vec<RoleArgument>,

    /// Seed of settings, mixtures and learning; the same seed gives the same results.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,

    /// The part of the trials that this worker does, as in 2/5; `unbraid merge` puts the results together.
    #[arg(long, value_name = "I/N", default_value = "1/1", value_parser = parse_shard)]
    shard: Shard,

    /// Number of threads; all cores unless given. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = parse_count::<1, 4096>)]
    threads: Option<usize>,
}

impl Tune {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let header = self.header()?;
        self.outputs.ensure_writable()?;
        let (tuner, mut messages) = header.tuner()?;
        interrupt::check()?;
        let (file, known) = ResultsFile::open(&self.results, &header)?;
        if !known.is_empty() {
            messages.push(format!("went on from {}", self.results.display()));
        }
        let results = self.search(&tuner, &file, known)?;
        if self.shard.count > 1 {
            let Shard { index, count } = self.shard;
            messages.push(format!("shard {} of {count} is complete: {}", index + 1, self.results.display()));
            let json = json!({ "results": shown(&self.results), "shard": index + 1, "shards": count });
            return Ok(Report { text: String::new(), messages, json });
        }
        let mut report = self.outputs.write(&header, &results, || Ok(tuner))?;
        messages.append(&mut report.messages);
        report.messages = messages;
        report.json["results"] = shown(&self.results).into();
        Ok(report)
    }

    /// Runs what is not `known`, and keeps it in `file`.
    fn search(&self, tuner: &Tuner, file: &ResultsFile, known: TrialResults) -> Result<TrialResults, CliError> {
        let threads = self.threads.unwrap_or(0);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| CliError::Usage(format!("--threads: {error}; give fewer")))?;
        let keeper = TrialKeeper {
            file,
            progress: Mutex::new(TaskProgress::start(format!("tuning, {} trials", tuner.trials().len()))),
            failed: Mutex::new(None),
        };
        let found = pool.install(|| tuner.run(self.shard, known, &keeper));
        let TrialKeeper { failed, .. } = keeper;
        match (found, failed.into_inner().unwrap_or_else(PoisonError::into_inner)) {
            (_, Some(failure)) => Err(failure),
            (Err(TrialError::Stopped), None) => Err(CliError::TuningStopped { path: self.results.clone() }),
            (found, None) => Ok(found?),
        }
    }

    /// The search that the arguments name.
    fn header(&self) -> Result<SearchHeader, CliError> {
        let files = SourceFiles::of(&self.recordings)?;
        self.check(&files)?;
        let searched: Vec<Searched<'_>> = files
            .iter()
            .map(|SourceFiles { name, files, .. }| Searched {
                name,
                recordings: files.len(),
                finds_bases: self.adaptive.iter().any(|adaptive| adaptive == name),
                role: self.role_of(name),
            })
            .collect();
        let space = axes::space(&searched, self.mode, &self.vary).map_err(CliError::Usage)?;
        let finds = searched.iter().any(|source| source.finds_bases);
        let plan = TuningPlan {
            space,
            trials: self.trials,
            mixtures: self.mixtures,
            seconds: self.seconds.unwrap_or(if finds { SECONDS_TO_FIND } else { SECONDS }),
            seed: self.seed,
        };
        let sources = files.iter().zip(&searched).zip(axes::roles(&searched)).map(|((files, searched), role)| {
            let file = |SourceFile { path, .. }: &SourceFile| {
                Ok(SearchedFile { path: path.clone(), fingerprint: fingerprint(path)? })
            };
            Ok(SearchedSource {
                name: files.name.to_owned(),
                finds_bases: searched.finds_bases,
                role,
                recordings: files.files.iter().map(file).collect::<Result<_, CliError>>()?,
            })
        });
        Ok(SearchHeader::new(plan, sources.collect::<Result<_, CliError>>()?))
    }

    fn role_of(&self, source: &str) -> Option<Role> {
        self.role.iter().find(|role| role.source == source).map(|role| role.role)
    }

    /// Refuses arguments that do not go together.
    fn check(&self, files: &[SourceFiles<'_>]) -> Result<(), CliError> {
        let usage = |message: String| Err(CliError::Usage(message));
        let named = self.adaptive.iter().map(|name| ("--adaptive", name));
        let named = named.chain(self.role.iter().map(|role| ("--role", &role.source)));
        for (option, name) in named {
            if files.iter().all(|source| source.name != name) {
                return usage(format!(
                    "{option} names {name:?}, which has no recording: tuning needs some of every source, to mix them"
                ));
            }
        }
        for (index, SourceFiles { name, files: own, .. }) in files.iter().enumerate() {
            if own.iter().any(|file| file.path == Path::new(STANDARD_STREAM)) {
                return usage("recordings for tuning are read more than once: name files".to_owned());
            }
            let same = |earlier: &&SourceFiles<'_>| earlier.name.to_lowercase() == name.to_lowercase();
            if let Some(earlier) = files[..index].iter().find(same) {
                return usage(format!("sources {:?} and {name:?} have the same name; give one another", earlier.name));
            }
        }
        if self.shard.count > 1 && !self.outputs.is_empty() {
            return usage(
                "a shard knows only its own trials: give --output, --csv and --plot to unbraid merge".to_owned(),
            );
        }
        Ok(())
    }
}

/// Keeps what is finished, and shows how far it is.
struct TrialKeeper<'a> {
    file: &'a ResultsFile,
    progress: Mutex<TaskProgress>,
    failed: Mutex<Option<CliError>>,
}

impl TuningListener for TrialKeeper<'_> {
    fn finished(&self, result: &TrialResult) -> ControlFlow<()> {
        match self.file.add(result) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn progress(&self, share: f32) -> ControlFlow<()> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).update(share)
    }
}

/// A whole number from `LOW` to `HIGH`.
fn parse_count<const LOW: usize, const HIGH: usize>(argument: &str) -> Result<usize, String> {
    match argument.parse() {
        Ok(count) if (LOW..=HIGH).contains(&count) => Ok(count),
        _ => Err(format!("give a whole number from {LOW} to {HIGH}")),
    }
}

fn parse_seconds(argument: &str) -> Result<f64, String> {
    parse_in_range(argument, "s", 1.0, 600.0)
}

fn parse_results_path(argument: &str) -> Result<PathBuf, String> {
    parse_path(argument, "jsonl", "results are lines of JSON")
}

fn parse_shard(argument: &str) -> Result<Shard, String> {
    let parsed = argument.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
    match parsed {
        Some((index, count)) if (1..=count).contains(&index) => Ok(Shard { index: index - 1_usize, count }),
        _ => Err("write I/N, as in 2/5 for the second of five".to_owned()),
    }
}
