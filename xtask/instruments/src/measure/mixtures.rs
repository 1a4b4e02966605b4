//! How well the sources take mixtures of two instruments apart, on sounds that were held out.

use super::Known;
use crate::learned;
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::{ops::ControlFlow, path::Path};
use unbraid_engine::{
    evaluation::bss_eval_sources,
    learner::adaptive::RECOGNISED_COMPONENTS,
    preset::{Preset, Role, Source},
    recording::Recording,
    separator::{Controls, LatencyMode, offline},
};

/// The mixtures.
const PAIRS: [(&str, &str); 18] = [
    ("Acoustic kit", "Fingered bass"),
    ("Electronic kit", "Synth bass"),
    ("Acoustic kit", "Upright bass"),
    ("Acoustic kit", "Piano"),
    ("Electronic kit", "Pad"),
    ("Picked bass", "Overdriven guitar"),
    ("Upright bass", "Piano"),
    ("Fingered bass", "Electric piano"),
    ("Synth bass", "Synth lead"),
    ("Kick", "Snare"),
    ("Kick", "Hats"),
    ("Snare", "Hats"),
    ("Piano", "Saxophone"),
    ("Strings", "Flute"),
    ("Acoustic guitar", "Voice aah"),
    ("Clean guitar", "Organ"),
    ("Brass", "Pad"),
    ("Electric piano", "Saxophone"),
];
/// Bases of a source that nobody taught, as in the plugin.
const UNTAUGHT_COMPONENTS: usize = 8;
/// Bases of a source that is taught, as in the plugin.
const TAUGHT_COMPONENTS: usize = 25;
const COLUMNS: [&str; 5] = ["nothing taught", "library", "library, recognised", "library, adapting", "taught"];

/// Prints the mean SDR of both sources in each mixture.
pub(super) fn print(all: &[Known], rendered: &Path) -> Result<()> {
    println!("| mixture | nothing taught is | {} |", COLUMNS.join(" | "));
    println!("|---|---|{}", "---|".repeat(COLUMNS.len()));
    let measured: Vec<_> = PAIRS.par_iter().map(|pair| measure(*pair, all, rendered)).collect::<Result<_>>()?;
    let mut sums = [0.0; COLUMNS.len()];
    for ((first, second), (untaught, figures)) in PAIRS.iter().zip(&measured) {
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        println!("| {first} + {second} | {untaught} | {} |", row(figures));
    }
    println!("| mean | | {} |", row(&sums.map(|sum| sum / PAIRS.len() as f64)));
    Ok(())
}

fn row(figures: &[f64; COLUMNS.len()]) -> String {
    figures.map(|figure| format!("{figure:.1}")).join(" | ")
}

/// What is taken where nothing was taught, and the mean SDR in dB of each column.
fn measure(pair: (&str, &str), all: &[Known], rendered: &Path) -> Result<(&'static str, [f64; COLUMNS.len()])> {
    let find =
        |name: &str| all.iter().find(|known| known.instrument.name == name).context("there is no such instrument");
    let both = [find(pair.0)?, find(pair.1)?];
    let first = |known: &Known, kind| -> Result<Recording> {
        Ok(known.instrument.recordings(rendered, "measure", kind)?.swap_remove(0))
    };
    let parts = [first(both[0], "far-0")?, first(both[1], "far-0")?];
    let mixture = Recording::sum_of(&parts);
    let truth = parts.map(|part| part.channels.into_iter().next().unwrap_or_default());
    let roles = [Role::named(&both[0].instrument.role), Role::named(&both[1].instrument.role)];

    let (said, untaught) = if roles[0] == roles[1] {
        ("two parts", Preset::unsupervised(2, UNTAUGHT_COMPONENTS))
    } else {
        ("recognised", recognised(roles)?)
    };
    let library = both.map(|known| known.source.clone());
    let with_roles = library.clone().into_iter().zip(roles).map(|(source, role)| Source { role, ..source });
    let mut adapting = library.clone();
    adapting.iter_mut().for_each(|source| source.set_drift(true));
    let taught = |known: &Known| -> Result<Source> {
        let recordings = [first(known, "teach-0")?];
        Ok(Source::fixed(known.instrument.name.as_str(), 0, learned::bases(&recordings, TAUGHT_COMPONENTS)?))
    };
    let taught = vec![taught(both[0])?, taught(both[1])?];
    let presets = [
        untaught,
        Preset::of(library.into()),
        Preset::of(with_roles.collect()),
        Preset::of(adapting.into()),
        Preset::of(taught),
    ];
    let mut figures = [0.0; COLUMNS.len()];
    for (figure, preset) in figures.iter_mut().zip(&presets) {
        *figure = sdr(preset, &mixture, &truth)?;
    }
    if said == "two parts" {
        let swapped = [truth[1].clone(), truth[0].clone()];
        figures[0] = figures[0].max(sdr(&presets[0], &mixture, &swapped)?);
    }
    Ok((said, figures))
}

fn recognised(roles: [Option<Role>; 2]) -> Result<Preset> {
    let source = |(strip, role): (usize, Option<Role>)| -> Result<Source> {
        let role = role.context("an instrument without a role")?;
        Ok(Source::recognised(role.name(), strip, role, RECOGNISED_COMPONENTS))
    };
    Ok(Preset::of(roles.into_iter().enumerate().map(source).collect::<Result<_>>()?))
}

/// The mean SDR in dB of both sources, as they come from the plugin in Quality mode at first hearing.
fn sdr(preset: &Preset, mixture: &Recording, truth: &[Vec<f32>; 2]) -> Result<f64> {
    let controls = Controls::default();
    let separation =
        offline::separate(preset, mixture, LatencyMode::Quality, &controls, &mut |_| ControlFlow::Continue(()))?;
    let estimates: Vec<Vec<f32>> =
        separation.sources.into_iter().map(|source| source.channels.into_iter().next().unwrap_or_default()).collect();
    let scores = bss_eval_sources(truth, &estimates)?;
    Ok(scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64)
}
