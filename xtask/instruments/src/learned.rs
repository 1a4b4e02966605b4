//! Sources by instrument: each a preset with one fixed source.

use crate::{
    packing,
    rendered::{self, Instrument},
};
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::{fs, ops::ControlFlow, path::Path};
use unbraid_engine::{
    learner::{self, LearnSettings, Lesson},
    preset::{About, LearnedBases, Preset, Role, Source, file},
    recording::Recording,
};

/// Learns every instrument that was rendered, and writes its preset into `presets`.
///
/// # Errors
/// If something cannot be read, learned from or written.
pub(crate) fn run(rendered: &Path, presets: &Path) -> Result<()> {
    let instruments = rendered::instruments(rendered)?;
    fs::create_dir_all(presets)?;
    let learned: Vec<Result<Vec<u8>>> = instruments.par_iter().map(|one| preset(one, rendered)).collect();
    let mut total = 0;
    for (Instrument { name, .. }, bytes) in instruments.iter().zip(learned) {
        let (path, bytes) = (presets.join(format!("{name}{}", file::SUFFIX)), bytes?);
        file::replace_whole(&path, &bytes)?;
        println!("{}, {} kB", path.display(), bytes.len() / 1000);
        total += bytes.len();
    }
    println!("{} kB in all", total / 1000);
    Ok(())
}

/// The file of an instrument's preset.
fn preset(instrument: &Instrument, rendered: &Path) -> Result<Vec<u8>> {
    let Instrument { name, tags, components, learned_from, licences, credits, .. } = instrument;
    let mut bases = bases(&instrument.recordings(rendered, "learn", "")?, *components)
        .with_context(|| format!("cannot learn {name}"))?;
    bases.dictionaries_mut().iter_mut().for_each(packing::pack);
    bases.learned_from.clone_from(learned_from);
    bases.licence = Some(licences.join(", "));
    let source = Source::fixed(name.to_lowercase(), strip(instrument), bases);
    let mut preset = Preset::of(vec![source]);
    let credit = if credits.is_empty() { String::new() } else { format!("Sounds by {}.\n", credits.join("; ")) };
    preset.about = About {
        tags: tags.clone(),
        author: "Unbraid".to_owned(),
        notes: format!(
            "{credit}Licence of the sounds: {}.\nLearned from others of its kind, not from your own instrument.",
            licences.join(", ")
        ),
    };
    Ok(file::to_packed_bytes(&preset)?)
}

/// What is learned from `recordings` together.
///
/// # Errors
/// If they cannot be learned from.
pub(crate) fn bases(recordings: &[Recording], components: usize) -> Result<LearnedBases> {
    let settings = LearnSettings { components, ..LearnSettings::default() };
    let lesson = Lesson { recordings, settings, known: &[], role: None };
    Ok(learner::learn(&[lesson], &mut |_| ControlFlow::Continue(()))?.remove(0))
}

/// The strip whose colour it has: that of its role in the other factory presets.
fn strip(instrument: &Instrument) -> usize {
    match Role::named(&instrument.role) {
        Some(Role::Drums | Role::Kick) => 0,
        Some(Role::Bass | Role::Snare) => 1,
        _ => 2,
    }
}
