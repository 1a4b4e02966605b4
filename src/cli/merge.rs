//! `unbraid merge`: what several workers found out, put together.

use super::{
    error::CliError,
    report::{Report, shown},
    trials::{outputs::SearchOutputs, results_file, search::SearchHeader},
};
use crate::tuning::TrialResults;
use clap::Args;
use std::path::PathBuf;

/// Put the results of several `unbraid tune --shard` together, in any order.
///
/// The outcome is that of one run without shards. What is not finished yet is left out, and said. Only --output needs
/// the recordings, at the paths that they had.
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// Files of results, as --results of `unbraid tune` named them.
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,

    #[command(flatten)]
    outputs: SearchOutputs,
}

impl Merge {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        self.outputs.ensure_writable()?;
        let read = self.results.iter().map(|path| results_file::read(path)).collect::<Result<Vec<_>, _>>()?;
        let mut together = TrialResults::default();
        let mut header: Option<SearchHeader> = None;
        for (path, (own, results)) in self.results.iter().zip(read) {
            if let Some(difference) = header.as_ref().and_then(|header| header.difference(&own)) {
                let first = self.results[0].display();
                let reason = format!("is of {difference} than {first}; merge results of one search");
                return Err(CliError::File { path: path.clone(), reason });
            }
            results.iter().for_each(|result| together.add(result));
            // Of places where the recordings lie, the same one counts whatever the order.
            let place = |header: &SearchHeader| serde_json::to_string(&header.sources).unwrap_or_default();
            header = Some(match header {
                Some(header) if place(&header) <= place(&own) => header,
                _ => own,
            });
        }
        let Some(header) = header else { return Err(CliError::Usage("name files of results".to_owned())) };
        let mut said = Vec::new();
        let mut report = self.outputs.write(&header, &together, || {
            let (tuner, messages) = header.tuner()?;
            said = messages;
            Ok(tuner)
        })?;
        said.append(&mut report.messages);
        report.messages = said;
        report.json["results"] = self.results.iter().map(shown).collect::<Vec<_>>().into();
        Ok(report)
    }
}
