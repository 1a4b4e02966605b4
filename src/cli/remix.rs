//! `unbraid remix`: a mixture with other gains, as the plugin's main output would be.

use super::{
    arguments::{parse_in_range, parse_path},
    error::CliError,
    files::{ensure_kept, ensure_writable},
    input::STANDARD_STREAM,
    interrupt,
    report::{Report, shown},
    separation::SeparationOptions,
};
use crate::{
    decibels, number,
    preset::Preset,
    recording::WavFiles,
    separator::{Controls, StripControls, offline::SeparatedBlock},
};
use clap::Args;
use serde_json::json;
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// Lowest gain, in dB; below it there is only silence, `-inf`.
const MIN_GAIN_DB: f32 = -60.0;
/// Highest gain, in dB.
const MAX_GAIN_DB: f32 = 12.0;

/// Change the gains of the sources in a mixture.
///
/// Writes what the plugin's main output would be, as long as the mixture and aligned with it. Sources that are not
/// named play as the preset has them: at its gain, and silent where it mutes them.
#[derive(Debug, Args)]
pub(super) struct Remix {
    #[command(flatten)]
    options: SeparationOptions,

    /// The WAV file to write. An existing one is replaced; - writes to stdout, once all of it is there.
    #[arg(short, long, value_name = "OUT.wav", value_parser = parse_output)]
    output: PathBuf,

    /// Gain of a source in dB, -60 to 12 or -inf; once for each source that is to change.
    #[arg(long, value_name = "SOURCE=DB", value_parser = parse_gain)]
    gain: Vec<GainArgument>,
}

#[derive(Debug, Clone)]
struct GainArgument {
    source: String,
    /// `None` is silence.
    db: Option<f32>,
}

impl Remix {
    /// If the results are to be printed as JSON, stdout is taken.
    pub(super) fn run(&self, prints_json: bool) -> Result<Report, CliError> {
        self.check_named_once()?;
        let writes_stdout = self.output == Path::new(STANDARD_STREAM);
        if writes_stdout && prints_json {
            let message = "--json prints on stdout, and so would the sound: name a file with --output".to_owned();
            return Err(CliError::Usage(message));
        }
        let preset = self.options.preset()?;
        let controls = self.controls(&preset)?;
        let spool = writes_stdout.then(tempfile::tempdir).transpose();
        let spool = spool.map_err(|error| CliError::unwritable(std::env::temp_dir(), error))?;
        let output = spool.as_ref().map_or_else(|| self.output.clone(), |folder| folder.path().join("remix.wav"));
        ensure_kept(&self.options.mixture, &output)?;
        ensure_writable(&output)?;
        self.options.check_learned()?;
        let mixture = self.options.open_mixture()?;
        let mut files = WavFiles::default();
        files.begin(&output, self.options.wav_format(&mixture), mixture.survey.len)?;
        let give = |block: &SeparatedBlock<'_>| Ok(files.append(0, &block.main)?);
        let separated = self.options.separate(&preset, &mixture, &controls, false, give)?;
        interrupt::check()?;
        files.commit()?;
        if writes_stdout {
            let copied = File::open(&output).and_then(|mut file| io::copy(&mut file, &mut io::stdout().lock()));
            copied.map_err(CliError::Stdout)?;
        }
        let learned = self.options.write_learned(&separated)?;

        let gains: Vec<_> = preset
            .sources
            .iter()
            .zip(controls.gains)
            .map(|(source, gain)| json!({ "name": source.name, "gain": gain }))
            .collect();
        let mut json = self.options.json(&separated, &mixture);
        json["file"] = json!(shown(&self.output));
        json["sources"] = gains.into();
        let written = (!writes_stdout).then(|| format!("wrote {}", self.output.display()));
        Ok(Report {
            text: String::new(),
            messages: separated.message().into_iter().chain(written).chain(learned).collect(),
            json,
        })
    }

    fn check_named_once(&self) -> Result<(), CliError> {
        for (index, gain) in self.gain.iter().enumerate() {
            if self.gain[..index].iter().any(|earlier| earlier.source == gain.source) {
                return Err(CliError::Usage(format!("--gain names source {:?} twice; name it once", gain.source)));
            }
        }
        Ok(())
    }

    fn controls(&self, preset: &Preset) -> Result<Controls, CliError> {
        let mut controls = self.options.controls(preset);
        let knobs = preset.sources.iter().map(|source| source.knobs);
        controls.gains = Controls::resolve_gains(knobs.map(StripControls::from));
        for GainArgument { source: name, db } in &self.gain {
            let index = preset.sources.iter().position(|source| source.name == *name);
            let index = index.ok_or_else(|| CliError::UnknownSource {
                preset: self.options.preset_name(),
                name: name.clone(),
                known: preset.sources.iter().map(|source| source.name.clone()).collect(),
            })?;
            controls.gains[index] = db.map_or(0.0, decibels::to_gain);
        }
        Ok(controls)
    }
}

fn parse_output(argument: &str) -> Result<PathBuf, String> {
    match argument {
        STANDARD_STREAM => Ok(PathBuf::from(STANDARD_STREAM)),
        path => parse_path(path, "wav", "remix writes WAV"),
    }
}

fn parse_gain(argument: &str) -> Result<GainArgument, String> {
    let Some((source, db)) = argument.rsplit_once('=').filter(|(source, _)| !source.trim().is_empty()) else {
        return Err("write SOURCE=DB, as in drums=-12".to_owned());
    };
    let db = match number::parse(db, "dB") {
        Some(f32::NEG_INFINITY) => None,
        _ => Some(
            parse_in_range(db, "dB", MIN_GAIN_DB, MAX_GAIN_DB)
                .map_err(|_| format!("a gain is a number from {MIN_GAIN_DB} to {MAX_GAIN_DB}, in dB, or -inf"))?,
        ),
    };
    Ok(GainArgument { source: source.trim().to_owned(), db })
}
