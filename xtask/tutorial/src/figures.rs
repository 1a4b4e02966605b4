//! The pictures of the page.

use crate::{
    equivalence::{UPDATES, compare},
    material::{FRAME, HOP, Material},
    nmf::Change,
    separation::{Separated, mask},
};
use anyhow::{Context, Result};
use std::{ops::ControlFlow, path::Path};
use unbraid::{
    cli::plot::{self, Panel, PanelContent},
    dictionary::Dictionary,
    nmf::factorization::{Decomposed, Decomposition, Frames},
    preset::{Colour, Source},
    recording::Recording,
};

/// Seconds of the mixture that are shown.
const SECONDS: f64 = 5.0;
/// Passes over the mixture for the picture of activations.
const PASSES: u32 = 100;

/// Draws all of them into `folder`.
pub(crate) fn draw(material: &Material, separated: &[Separated], folder: &Path) -> Result<()> {
    sounds(material, &folder.join("spectrograms.png"))?;
    equal(material, &folder.join("equal.png"))?;
    factors(material, &folder.join("factors.png"))?;
    masks(material, separated, &folder.join("masks.png"))
}

/// The beginning of a recording, as one channel.
fn beginning(recording: &Recording) -> Recording {
    let mut mono = recording.downmix();
    mono.truncate((SECONDS * f64::from(recording.sample_rate)) as usize);
    Recording { sample_rate: recording.sample_rate, channels: vec![mono] }
}

fn panel<'a>(caption: impl Into<String>, colour: Option<Colour>, content: PanelContent<'a>) -> Panel<'a> {
    Panel { caption: caption.into(), colour, width: 1.0, content }
}

fn sounds(material: &Material, path: &Path) -> Result<()> {
    let mixture = beginning(&material.mixture);
    let truth: Vec<Recording> = material.truth.iter().map(beginning).collect();
    let mut row = vec![panel("the mixture, V", None, PanelContent::Sound(&mixture))];
    row.extend(
        material.learned.iter().zip(&truth).map(|(source, sound)| {
            panel(format!("its {}", source.name), Some(source.colour), PanelContent::Sound(sound))
        }),
    );
    plot::panels(path, "Two sounds and their sum", 300, &[row]).context("spectrograms.png")
}

/// The divergence after each update of either kind.
fn equal(material: &Material, path: &Path) -> Result<()> {
    let found = compare(&material.short_spectra(), &[Change::Both], false);
    let curves = vec![
        ("multiplicative updates of NMF".to_owned(), found.nmf),
        ("expectation maximisation of PLCA".to_owned(), found.plca),
    ];
    let row = vec![panel("divergence D of V and WH", None, PanelContent::Curves(curves))];
    let title = format!("{UPDATES} updates from the same start");
    plot::panels(path, &title, 320, &[row]).context("equal.png")
}

/// Bases of both sources and their activations in the mixture.
fn factors(material: &Material, path: &Path) -> Result<()> {
    let mixture = beginning(&material.mixture);
    let sorted: Vec<Dictionary> = material.learned.iter().filter_map(Source::finest).map(sorted).collect();
    let found = activations(&mixture, &sorted)?;
    let all: usize = sorted.iter().map(|dictionary| dictionary.components).sum();
    let mut first = 0;
    let own: Vec<Vec<f32>> = sorted
        .iter()
        .map(|dictionary| {
            let range = first..first + dictionary.components;
            first = range.end;
            found.activations.chunks_exact(all).flat_map(|h| &h[range.clone()]).copied().collect()
        })
        .collect();
    let rows: Vec<Vec<Panel<'_>>> = material
        .learned
        .iter()
        .zip(sorted.iter().zip(&own))
        .map(|(source, (dictionary, values))| {
            let components = dictionary.components;
            let bases = format!("W of the {}: {components} bases", source.name);
            let activations = PanelContent::Activations { values, components, seconds: mixture.seconds() };
            vec![
                panel(bases, Some(source.colour), PanelContent::Bases(dictionary)),
                Panel {
                    width: 1.6,
                    ..panel(format!("H of the {} in the mixture", source.name), Some(source.colour), activations)
                },
            ]
        })
        .collect();
    plot::panels(path, "What was learned, and when it sounds", 260, &rows).context("factors.png")
}

/// The activations of all bases in `mixture`, with the bases held.
fn activations(mixture: &Recording, dictionaries: &[Dictionary]) -> Result<Decomposed> {
    let (frame_len, bins) = (dictionaries[0].frame.frame_len, dictionaries[0].bins);
    let values = crate::material::magnitudes(&mixture.channels[0], frame_len, frame_len / 4);
    let bases: Vec<f32> = dictionaries.iter().flat_map(|dictionary| &dictionary.bases).copied().collect();
    let held = vec![true; bases.len() / bins];
    let decomposition = Decomposition { bases: &bases, held: &held, iterations: PASSES, tolerance: 0.0 };
    decomposition.run(&Frames { bins, values }, &mut |_| ControlFlow::Continue(())).context("factors.png")
}

/// The same bases from low to high, as they are drawn.
fn sorted(dictionary: &Dictionary) -> Dictionary {
    let centre = |basis: &[f32]| {
        let octaves = |(bin, weight): (usize, &f32)| f64::from(*weight) * (bin as f64).log2();
        basis.iter().enumerate().skip(1).map(octaves).sum::<f64>()
    };
    let mut rows: Vec<&[f32]> = (0..dictionary.components).map(|k| dictionary.basis(k)).collect();
    rows.sort_by(|a, b| centre(a).total_cmp(&centre(b)));
    Dictionary { bases: rows.concat(), ..dictionary.clone() }
}

/// The bass's share, by the truth and as it was found.
fn masks(material: &Material, separated: &[Separated], path: &Path) -> Result<()> {
    let shorten = |sounds: &[Recording]| sounds.iter().map(beginning).collect::<Vec<_>>();
    let mut shown = vec![("the truth".to_owned(), mask(&shorten(&material.truth)))];
    let found = separated.iter().filter(|way| way.key != "mixture" && way.key != "bass_known");
    shown.extend(found.map(|way| (way.title.to_owned(), mask(&shorten(&way.sounds)))));
    let rate = f64::from(material.mixture.sample_rate);
    let colour = Some(material.learned[1].colour);
    let (bins, bin_spacing) = (FRAME / 2 + 1, rate / FRAME as f64);
    let panels: Vec<Panel<'_>> = shown
        .iter()
        .map(|(caption, values)| {
            let seconds = (values.len() / bins * HOP) as f64 / rate;
            panel(caption, colour, PanelContent::Mask { values, bin_spacing, seconds, bins })
        })
        .collect();
    let rows: Vec<Vec<Panel<'_>>> = panels.chunks(2).map(<[_]>::to_vec).collect();
    plot::panels(path, "The share of the bass in every bin of every frame", 260, &rows).context("masks.png")
}
