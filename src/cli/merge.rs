//! `unbraid merge`: what several workers found out, put together.

use super::{
    error::CliError,
    report::{Report, shown, source_json},
    trials::{outputs::SearchOutputs, results_file, search::SearchHeader},
};
use crate::{
    preset::{
        Source,
        file::{self, SUFFIX},
        merge::merged,
    },
    tuning::TrialResults,
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Put together what several machines found out, in any order: results of `unbraid tune --shard`, or presets of
/// `unbraid learn --start`.
///
/// Of results, the outcome is that of one run without shards. What is not finished yet is left out, and said. Only
/// --output needs the recordings, at the paths that they had. Of presets that were learned from the same --start, each
/// from other recordings, every basis is the mean, weighted by how much it explains of what each has heard; no
/// recording is needed.
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// Files of results, as --results of `unbraid tune` named them, or presets.
    #[arg(required = true, value_name = "RESULTS|PRESET")]
    results: Vec<PathBuf>,

    #[command(flatten)]
    outputs: SearchOutputs,
}

impl Merge {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        self.outputs.ensure_writable()?;
        if self.results.iter().all(|path| path.to_string_lossy().ends_with(SUFFIX)) {
            return self.merge_presets();
        }
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

    fn merge_presets(&self) -> Result<Report, CliError> {
        let Some(output) = self.outputs.only_preset() else {
            let reason = "presets are merged into one, and nothing else: give --output, without --csv and --plot";
            return Err(CliError::Usage(reason.to_owned()));
        };
        let presets = self.results.iter().map(|path| file::read(path)).collect::<Result<Vec<_>, _>>()?;
        let together = merged(&presets);
        let together =
            together.map_err(|error| CliError::Merge { path: self.results[error.preset()].clone(), error })?;
        file::write(&together, output)?;
        let heard = |source: &Source| {
            let seconds = source.learned()?.tally.as_ref()?.seconds;
            Some(format!("{} has heard {:.1} min", source.name, seconds / 60.0))
        };
        let wrote = format!("wrote {}", output.display());
        let sources = together.sources.iter().map(source_json).collect::<Vec<_>>();
        Ok(Report {
            text: String::new(),
            messages: together.sources.iter().filter_map(heard).chain([wrote]).collect(),
            json: json!({ "preset": shown(output), "sources": sources }),
        })
    }
}
