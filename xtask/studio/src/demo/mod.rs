//! The built plugin separates a mixture: as it comes, with nothing taught, and after two instruments were learned from
//! other takes.
//!
//! - `host`: the plugin, loaded and played as a DAW does it.
//! - `report`: the figures, on the terminal.

mod host;
mod report;

use crate::learning::{self, Material};
use anyhow::{Context, Result};
use host::Performance;
use std::{fs, path::Path};
use unbraid::{
    cli::plot::{self, SeparationFigure, SourceFigure},
    evaluation::{Score, bss_eval_sources},
    learner::LearnSettings,
    preset::{
        Preset, Source, file,
        library::{self, Entry},
    },
    recording::{self, Recording, SampleFormat},
    separator::LatencyMode,
};

/// Name of the source, the take that it is learned from, the take in the mixture, and its gain in the remix.
const PARTS: [(&str, &str, &str, &str); 2] = [
    ("drums", "standard-kit-take1.flac", "standard-kit-take2.flac", "-12 dB"),
    ("bass", "finger-bass-take1.flac", "finger-bass-take2.flac", "+3 dB"),
];

/// The factory preset for drums and bass, in the order of [`PARTS`].
const UNTAUGHT: &str = "Drums + Bass";

/// Loads the CLAP at `plugin`, and writes preset, sounds and figure into the folder `output`.
pub(crate) fn run(plugin: &Path, output: &Path) -> Result<()> {
    fs::create_dir_all(output).with_context(|| format!("cannot make {}", output.display()))?;
    let preset = learn()?;
    file::write(&preset, &output.join(format!("Demo{}", file::SUFFIX)))?;

    let truths = PARTS.iter().map(|part| audio(part.2)).collect::<Result<Vec<_>>>()?;
    let mixture = Recording::sum_of(&truths);
    let perform = |preset: &Preset| {
        let modes = LatencyMode::ALL.into_iter();
        let gains = PARTS.map(|part| part.3);
        modes.map(|mode| host::perform(plugin, preset, mode, &mixture, &gains)).collect::<Result<Vec<_>>>()
    };
    let untaught = perform(&library::load(&Entry { name: UNTAUGHT.to_owned(), path: None })?)?;
    let performances = perform(&preset)?;
    let best = performances.last().context("there is at least one latency mode")?;
    write_sounds(output, &mixture, best)?;
    draw(&output.join("separation.png"), &preset, &mixture, best)?;

    let names = PARTS.map(|part| part.0);
    let mono: Vec<_> = truths.iter().map(Recording::downmix).collect();
    let before = bss_eval_sources(&mono, &vec![mixture.downmix(); mono.len()])?;
    let scores = |performances: &[Performance]| {
        performances.iter().map(|played| score(&mono, played)).collect::<Result<Vec<_>>>()
    };
    report::print_head(&names, &before);
    report::print(&format!("nothing taught: the factory preset \"{UNTAUGHT}\""), &untaught, &scores(&untaught)?);
    report::print("each instrument learned from another take", &performances, &scores(&performances)?);
    report::print_legend();
    report::print_files(output, &names, &PARTS.map(|part| part.3));
    Ok(())
}

fn score(truths: &[Vec<f32>], played: &Performance) -> Result<Vec<Score>> {
    Ok(bss_eval_sources(truths, &played.sources.iter().map(Recording::downmix).collect::<Vec<_>>())?)
}

fn learn() -> Result<Preset> {
    let material = |part: &(&str, &str, &str, &str)| -> Result<Material> {
        let settings = LearnSettings::default();
        Ok(Material { name: part.0.to_owned(), recordings: vec![audio(part.1)?], settings })
    };
    let materials = PARTS.iter().map(material).collect::<Result<Vec<_>>>()?;
    let sources = PARTS.iter().zip(learning::sources(&materials)?).map(|(part, mut source)| {
        if let Some(learned) = source.learned_mut() {
            learned.learned_from = vec![part.1.to_owned()];
        }
        source
    });
    Ok(Preset::of(sources.collect()))
}

fn audio(name: &str) -> Result<Recording> {
    Ok(recording::read(Path::new("tests/audio").join(name))?)
}

fn write_sounds(folder: &Path, mixture: &Recording, played: &Performance) -> Result<()> {
    let write = |name: &str, sound: &Recording| {
        recording::write_wav(folder.join(name).with_extension("wav"), sound, SampleFormat::Float32)
    };
    write("mixture", mixture)?;
    write("remix", &played.remix)?;
    for (part, sound) in PARTS.iter().zip(&played.sources) {
        write(part.0, sound)?;
    }
    Ok(())
}

fn draw(path: &Path, preset: &Preset, mixture: &Recording, played: &Performance) -> Result<()> {
    let figure = |(source, sound)| -> SourceFigure<'_> {
        let source: &Source = source;
        SourceFigure { name: &source.name, colour: source.colour, sound, dictionary: source.dictionaries().last() }
    };
    let sources = preset.sources.iter().zip(&played.sources).map(figure).collect();
    Ok(plot::separation(path, &SeparationFigure { title: "Unbraid: drums and bass", mixture, sources })?)
}
