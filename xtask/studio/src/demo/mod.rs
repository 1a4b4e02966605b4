//! The built plugin at work: learns two instruments, then takes apart a mixture of takes it has not heard.
//!
//! - `host`: the plugin, loaded and played as a DAW does it.
//! - `report`: the figures, on the terminal.

mod host;
mod report;

use crate::learning;
use anyhow::{Context, Result};
use host::Performance;
use std::{fs, path::Path};
use unbraid::{
    cli::plot::{self, SeparationFigure, SourceFigure},
    evaluation::{Score, bss_eval_sources},
    learner::LearnSettings,
    preset::{Cue, Preset, Source, UnknownKeys, file},
    recording::{self, Recording, SampleFormat},
    separator::LatencyMode,
};

/// Source, what it is learned from, what is in the mixture, and its gain in the remix.
const PARTS: [(&str, &str, &str, &str); 2] = [
    ("drums", "standard-kit-take1.flac", "standard-kit-take2.flac", "-12 dB"),
    ("bass", "finger-bass-take1.flac", "finger-bass-take2.flac", "+3 dB"),
];

/// Loads the CLAP at `plugin`; what it makes goes to the folder `output`.
pub(crate) fn run(plugin: &Path, output: &Path) -> Result<()> {
    fs::create_dir_all(output).with_context(|| format!("cannot make {}", output.display()))?;
    let preset = learn()?;
    file::write(&preset, &output.join(format!("Demo{}", file::SUFFIX)))?;

    let truths = PARTS.iter().map(|part| audio(part.2)).collect::<Result<Vec<_>>>()?;
    let mixture = sum(&truths);
    let performances = LatencyMode::ALL
        .into_iter()
        .map(|mode| host::perform(plugin, &preset, mode, &mixture, &PARTS.map(|part| part.3)))
        .collect::<Result<Vec<_>>>()?;
    let best = performances.last().context("there is at least one latency mode")?;
    write_sounds(output, &mixture, best)?;
    draw(&output.join("separation.png"), &preset, &mixture, best)?;

    let names = PARTS.map(|part| part.0);
    let mono: Vec<_> = truths.iter().map(Recording::downmix).collect();
    let before = bss_eval_sources(&mono, &vec![mixture.downmix(); mono.len()])?;
    let scores = performances.iter().map(|played| score(&mono, played)).collect::<Result<Vec<_>>>()?;
    report::print(&names, &before, &performances, &scores);
    report::print_files(output, &names, &PARTS.map(|part| part.3));
    Ok(())
}

fn score(truths: &[Vec<f32>], played: &Performance) -> Result<Vec<Score>> {
    Ok(bss_eval_sources(truths, &played.sources.iter().map(Recording::downmix).collect::<Vec<_>>())?)
}

fn learn() -> Result<Preset> {
    let lesson = |part: &(&str, &str, &str, &str)| -> Result<learning::Part> {
        let settings = LearnSettings::default();
        Ok(learning::Part { name: part.0.to_owned(), recordings: vec![audio(part.1)?], settings })
    };
    let lessons = PARTS.iter().map(lesson).collect::<Result<Vec<_>>>()?;
    let sources = PARTS.iter().zip(learning::sources(&lessons)?).map(|(part, mut source)| {
        if let Some(learned) = source.learned_mut() {
            learned.learned_from = vec![part.1.to_owned()];
        }
        source
    });
    Ok(Preset {
        sources: sources.collect(),
        grouping: Cue::default(),
        written_by: env!("CARGO_PKG_VERSION").to_owned(),
        unknown: UnknownKeys::new(),
    })
}

fn audio(name: &str) -> Result<Recording> {
    Ok(recording::read(Path::new("tests/audio").join(name))?)
}

/// All recordings at once; they have the same rate, channels and length.
fn sum(recordings: &[Recording]) -> Recording {
    let mut sum = recordings[0].clone();
    for recording in &recordings[1..] {
        for (into, channel) in sum.channels.iter_mut().zip(&recording.channels) {
            into.iter_mut().zip(channel).for_each(|(into, sample)| *into += sample);
        }
    }
    sum
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
