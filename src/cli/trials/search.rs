//! A search: its recordings and its plan, as the first line of a file of results tells of them.

use crate::{
    cli::{error::CliError, files::fingerprint, source_files::SourceFiles, source_folders::SourceFile},
    learner::MOST_SECONDS,
    preset::{Role, stored_path},
    tuning::{MIN_TUNING_SECONDS, Tuner, TuningPlan, TuningSource},
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Of longer recordings of a source, so much is used: each third is as much as is ever learned from.
const MOST_TUNING_SECONDS: f64 = 3.0 * MOST_SECONDS;
/// And of each of its recordings no less than can be cut into parts, however long the others are.
const LEAST_TUNING_SECONDS: usize = MIN_TUNING_SECONDS as usize;
/// What is said of another file.
pub(super) const FOREIGN: &str = "is no file of results that `unbraid tune` wrote; name another";
/// The version of the format.
const FORMAT: u32 = 1;

/// The first line of a file of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SearchHeader {
    unbraid_tuning: u32,
    written_by: String,
    pub(crate) plan: TuningPlan,
    pub(crate) sources: Vec<SearchedSource>,
}

/// A source and its recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SearchedSource {
    pub(crate) name: String,
    pub(crate) finds_bases: bool,
    pub(crate) role: Option<Role>,
    pub(crate) recordings: Vec<SearchedFile>,
}

/// One recording: where it was, and what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SearchedFile {
    #[serde(with = "stored_path")]
    pub(crate) path: PathBuf,
    pub(crate) fingerprint: String,
}

impl SearchHeader {
    pub(crate) fn new(plan: TuningPlan, sources: Vec<SearchedSource>) -> Self {
        let written_by = env!("CARGO_PKG_VERSION").to_owned();
        Self { unbraid_tuning: FORMAT, written_by, plan, sources }
    }

    /// Reads it from its line.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let header: Self = serde_json::from_str(line).map_err(|_| FOREIGN.to_owned())?;
        match header.unbraid_tuning {
            FORMAT if header.plan.is_of(header.sources.len()) => Ok(header),
            FORMAT => Err(FOREIGN.to_owned()),
            other => {
                Err(format!("has format version {other}; this Unbraid reads {FORMAT}, so use the one that wrote it"))
            }
        }
    }

    /// What differs from `other`, in words, if the results of both do not belong together. Where the recordings lie
    /// makes no difference.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        let sources = |header: &Self| -> Vec<_> {
            let source = |source: &SearchedSource| (source.name.clone(), source.finds_bases, source.role);
            header.sources.iter().map(source).collect()
        };
        let fingerprints = |header: &Self| -> Vec<Vec<String>> {
            let files =
                |source: &SearchedSource| source.recordings.iter().map(|file| file.fingerprint.clone()).collect();
            header.sources.iter().map(files).collect()
        };
        let (own, others) = (&self.plan, &other.plan);
        match () {
            () if self.written_by != other.written_by => Some("another version of Unbraid"),
            () if sources(self) != sources(other) => Some("other sources"),
            () if fingerprints(self) != fingerprints(other) => Some("other recordings"),
            () if own.space != others.space => Some("other settings to vary"),
            () if own.seed != others.seed => Some("another seed"),
            () if own.trials != others.trials => Some("another number of trials"),
            () if own != others => Some("other mixtures"),
            () => None,
        }
    }

    /// The names of the sources.
    pub(crate) fn names(&self) -> Vec<String> {
        self.sources.iter().map(|source| source.name.clone()).collect()
    }

    /// Reads the recordings, and refuses those that have changed since their fingerprints were taken.
    pub(crate) fn tuner(&self) -> Result<(Tuner, Vec<String>), CliError> {
        let (mut sources, mut messages) = (Vec::new(), Vec::new());
        for SearchedSource { name, finds_bases, role, recordings } in &self.sources {
            for SearchedFile { path, fingerprint: expected } in recordings {
                if fingerprint(path)? != *expected {
                    let reason = "is not the file that was tuned with; put that one back".to_owned();
                    return Err(CliError::File { path: path.clone(), reason });
                }
            }
            let file = |file: &SearchedFile| SourceFile { path: file.path.clone(), was_named: true };
            let files = recordings.iter().map(file).collect();
            let (recordings, said) = SourceFiles { name, files, learned_from: Vec::new() }
                .read(MOST_TUNING_SECONDS, LEAST_TUNING_SECONDS)?;
            messages.extend(said);
            sources.push(TuningSource { name: name.clone(), recordings, finds_bases: *finds_bases, role: *role });
        }
        Ok((Tuner::new(sources, self.plan.clone())?, messages))
    }
}
