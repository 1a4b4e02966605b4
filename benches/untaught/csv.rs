//! All figures as a file: a line per case, system and source.

use crate::{Outcome, figures::Row};
use std::{fmt::Write as _, fs, path::Path};

/// Writes `outcomes` to `path`. In the lines of a course only the SDR is there.
pub(crate) fn write(path: &Path, outcomes: &[Outcome]) -> Result<(), String> {
    let mut text =
        "group,case,system,source,from_s,to_s,sdr_db,sir_db,sar_db,snr_low_db,snr_mid_db,snr_high_db\n".to_owned();
    for outcome in outcomes {
        let mut line = |system: &str, source: &str, [from, to]: [f64; 2], values: &[f64]| {
            let names = [&outcome.group, &outcome.case, system, source].map(quoted).join(",");
            let values: String = values.iter().map(|value| format!(",{value:.3}")).collect();
            let missing = ",".repeat(6 - values.matches(',').count());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{names},{from:.3},{to:.3}{values}{missing}");
        };
        for (system, figures) in &outcome.figures {
            let sources = figures.sources.iter().zip(outcome.sources.iter().map(String::as_str));
            for (row, source) in sources.chain([(&figures.mean, "mean")]) {
                let Row { sdr, sir, sar, snr: [low, middle, high] } = *row;
                line(system, source, outcome.measured, &[sdr, sir, sar, low, middle, high]);
            }
        }
        for (system, course) in &outcome.courses {
            for window in course {
                let times = [window.from as f64, window.to as f64];
                let sources = window.sdr.iter().flatten().copied().zip(outcome.sources.iter().map(String::as_str));
                sources
                    .chain(window.mean().map(|mean| (mean, "mean")))
                    .for_each(|(sdr, source)| line(system, source, times, &[sdr]));
            }
        }
    }
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// In quotes, since names may hold commas.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
