//! Pre-echo: how much of a hit is heard in the bass before it, with frames divided at onsets and without, in every
//! mode, and what that does to the SDR.
//!
//! Pre-echo is the mean square of the error in the bass, estimate − truth, from 30 to 5 ms before the hits of the
//! drums, in dB relative to the mean square of the drums. The mixture taken for the bass has the drums themselves as
//! its error: what sounds of earlier hits before a hit. A hit is a block of 2.5 ms in the drums that has 4 times the
//! mean energy of the twelve before it and a thousandth of the loudest, 40 ms or more after the last one.
//!
//! `UNBRAID_STEMS` names a folder of more recordings than the tests carry. `-- --picture FILE` draws the bass of the
//! first case around the loudest hit, in Quality.

use plotters::{
    backend::BitMapBackend,
    chart::{ChartBuilder, LabelAreaPosition, SeriesLabelPosition},
    drawing::IntoDrawingArea,
    element::{PathElement, Rectangle},
    series::LineSeries,
    style::{Color, FontStyle, RGBColor, WHITE, register_font},
};
use std::{ops::Range, path::PathBuf};
use unbraid_benches::cases;
use unbraid_engine::{
    evaluation::bss_eval_sources,
    preset::Preset,
    recording::Recording,
    separator::{LatencyMode, Model, Separator},
};

/// Samples at 44.1 kHz: a block in which hits are looked for, and the window before a hit.
const BLOCK: usize = 110;
const BEFORE: [usize; 2] = [1_323, 220];

fn main() {
    println!("Pre-echo in the bass, in dB, and mean SDR of bass and drums: smeared hits, divided frames");
    println!("{:28}{:10}{:>9}{:>18}{:>16}", "", "", "mixture", "pre-echo", "SDR");
    let mut sums = [[0.0; 5]; LatencyMode::ALL.len()];
    let cases = cases();
    let mut picture = std::env::args().skip_while(|argument| argument != "--picture").nth(1).map(PathBuf::from);
    for case in &cases {
        let preset = case.preset();
        let truths = case.parts.each_ref().map(Recording::downmix);
        let hits = hits(&truths[1]);
        for (mode, sum) in LatencyMode::ALL.into_iter().zip(&mut sums) {
            let [smeared, divided] = [true, false].map(|smears| estimates(&preset, &case.mixture(), mode, smears));
            let echo = |estimate: &[f32]| pre_echo(estimate, &truths, &hits);
            let row = [
                echo(&case.mixture().downmix()),
                echo(&smeared[0]),
                echo(&divided[0]),
                sdr(&truths, &smeared),
                sdr(&truths, &divided),
            ];
            print(&case.name, mode, &row);
            if mode == LatencyMode::Quality
                && let Some(path) = picture.take()
            {
                // Cargo starts benchmarks in their own crate's folder.
                let path = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path);
                let mixture = case.mixture().downmix();
                let waves = [&mixture, &truths[0], &smeared[0], &divided[0]].map(|wave| wave.as_slice());
                if let Err(error) = draw(&path, waves, loudest(&hits, &truths[1])) {
                    panic!("cannot draw {}: {error}", path.display());
                }
            }
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / cases.len() as f64);
        }
    }
    for (mode, mean) in LatencyMode::ALL.into_iter().zip(&sums) {
        print("mean", mode, mean);
    }
}

fn print(name: &str, mode: LatencyMode, row: &[f64; 5]) {
    let mode = format!("{mode:?}");
    println!("{name:28}{mode:10}{:9.1}{:10.1}{:8.1}{:9.2}{:7.2}", row[0], row[1], row[2], row[3], row[4]);
}

/// Positions of the hits in `drums`, in samples.
fn hits(drums: &[f32]) -> Vec<usize> {
    let energies: Vec<f64> = drums.chunks_exact(BLOCK).map(mean_square).collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    let mut hits: Vec<usize> = Vec::new();
    for n in 14..energies.len() {
        let past = energies[n - 12..n].iter().sum::<f64>() / 12.0;
        let is_apart = hits.last().is_none_or(|last| n * BLOCK > last + 16 * BLOCK);
        if energies[n] > 4.0 * past && energies[n] > 1e-3 * loudest && is_apart {
            hits.push(n * BLOCK);
        }
    }
    hits
}

/// The hit with the most energy in the 40 ms after it.
fn loudest(hits: &[usize], drums: &[f32]) -> usize {
    let energy = |hit: &usize| mean_square(&drums[*hit..(hit + 1_764).min(drums.len())]);
    hits.iter().copied().max_by(|a, b| energy(a).total_cmp(&energy(b))).unwrap_or(BEFORE[0])
}

/// Draws mixture, true bass and both estimates of it around `hit`, at 44.1 kHz.
fn draw(path: &std::path::Path, waves: [&[f32]; 4], hit: usize) -> Result<(), Box<dyn std::error::Error>> {
    const GREY: RGBColor = RGBColor(170, 170, 170);
    const BLACK: RGBColor = RGBColor(0, 0, 0);
    const BLUE: RGBColor = RGBColor(0, 110, 190);
    const RED: RGBColor = RGBColor(210, 60, 40);
    // A font that is there already is as good.
    let _ = register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT);
    let [mixture, bass, smeared, divided] = waves;
    let range: Range<usize> = hit.saturating_sub(2_646)..(hit + 882).min(bass.len());
    let top = 1.3 * bass[range.clone()].iter().fold(0.0_f32, |top, sample| top.max(sample.abs()));
    let ms = |n: usize| (n as f64 - hit as f64) / 44.1;
    let errors = [smeared, divided].map(|wave| wave.iter().zip(bass).map(|(a, b)| a - b).collect::<Vec<f32>>());
    let area = BitMapBackend::new(path, (1_000, 660)).into_drawing_area();
    area.fill(&WHITE)?;
    let panels = [
        ("the mixture and the true bass", vec![("mixture", mixture, GREY), ("true bass", bass, BLACK)]),
        (
            "whole frames",
            vec![("true bass", bass, BLACK), ("separated bass", smeared, BLUE), ("error", &errors[0], RED)],
        ),
        (
            "frames divided at the onset",
            vec![("true bass", bass, BLACK), ("separated bass", divided, BLUE), ("error", &errors[1], RED)],
        ),
    ];
    for (area, (title, lines)) in area.split_evenly((3, 1)).into_iter().zip(panels) {
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 18))
            .margin(6)
            .set_label_area_size(LabelAreaPosition::Left, 44)
            .set_label_area_size(LabelAreaPosition::Bottom, 26)
            .build_cartesian_2d(ms(range.start)..ms(range.end), -top..top)?;
        chart.configure_mesh().disable_mesh().x_desc("ms from the hit").draw()?;
        let measured = [(ms(hit - BEFORE[0]), -top), (ms(hit - BEFORE[1]), top)];
        chart.draw_series([Rectangle::new(measured, BLUE.mix(0.07).filled())])?;
        for (name, wave, colour) in lines {
            let points = range.clone().map(|n| (ms(n), wave[n].clamp(-top, top)));
            let drawn = chart.draw_series(LineSeries::new(points, &colour))?.label(name);
            drawn.legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        }
        chart.configure_series_labels().position(SeriesLabelPosition::LowerLeft).background_style(WHITE).draw()?;
    }
    area.present()?;
    Ok(())
}

/// Pre-echo of `estimate`, in dB; `truths` are those of bass and drums.
fn pre_echo(estimate: &[f32], truths: &[Vec<f32>; 2], hits: &[usize]) -> f64 {
    let error: Vec<f32> = estimate.iter().zip(&truths[0]).map(|(estimate, truth)| estimate - truth).collect();
    let before = hits.iter().map(|hit| mean_square(&error[hit - BEFORE[0]..hit - BEFORE[1]])).sum::<f64>();
    10.0 * (before / hits.len() as f64 / mean_square(&truths[1])).log10()
}

fn mean_square(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
}

fn sdr(truths: &[Vec<f32>; 2], sources: &[Vec<f32>]) -> f64 {
    let scores = bss_eval_sources(truths, sources).unwrap_or_default();
    scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64
}

/// Both sources of `mixture`, as the engine plays them: with hits that smear backwards if `smears`.
fn estimates(preset: &Preset, mixture: &Recording, mode: LatencyMode, smears: bool) -> Vec<Vec<f32>> {
    let model = match Model::new(preset, f64::from(mixture.sample_rate), mode) {
        Ok(model) => model,
        Err(error) => panic!("{error}"),
    };
    let separator = Separator::new(Box::new(model), 1);
    let mut separator = if smears { separator.with_pre_echo() } else { separator };
    let latency = separator.latency_samples();
    let mut main = mixture.downmix();
    let total = main.len() + latency;
    main.resize(total, 0.0);
    let mut sources = vec![vec![0.0; total]; preset.sources.len()];
    let mut parts: Vec<[&mut [f32]; 1]> = sources.iter_mut().map(|source| [source.as_mut_slice()]).collect();
    let mut parts: Vec<&mut [&mut [f32]]> = parts.iter_mut().map(|part| part.as_mut_slice()).collect();
    separator.process(&mut [&mut main], &mut parts);
    sources.iter_mut().for_each(|source| drop(source.drain(..latency)));
    sources
}
