//! How well the engine separates, in every mode, against the tutorial's batch algorithm on the same frames.
//!
//! `UNBRAID_STEMS` names a folder of more recordings than the tests carry.

use std::ops::ControlFlow;
use unbraid_benches::{Case, cases};
use unbraid_engine::{
    evaluation::bss_eval_sources,
    nmf::{
        activations::{Solver, multiplicative::MultiplicativeUpdate},
        priors::Priors,
    },
    preset::Preset,
    recording::Recording,
    separator::{Controls, LatencyMode, Layout, offline::separate},
    stft::{Analysis, Bin, Overlap, Synthesis},
};

fn main() {
    println!("SDR in dB, mean of bass and drums; each source learned from take 1, take 2 mixed and separated");
    println!(
        "{:30}{:>9}{:>9}{:>11}{:>9}{:>23}",
        "", "direct", "live", "balanced", "quality", "batch, quality's frames"
    );
    let mut sums = Vec::new();
    for case in cases() {
        let preset = case.preset();
        let mixture = case.mixture();
        let mut row: Vec<f64> =
            LatencyMode::ALL.into_iter().map(|mode| sdr(&case, &engine(&preset, &mixture, mode))).collect();
        row.push(sdr(&case, &batch(&preset, &mixture)));
        print(&case.name, &row);
        sums.push(row);
    }
    let mean = |column: usize| sums.iter().map(|row| row[column]).sum::<f64>() / sums.len() as f64;
    print("mean", &(0..5).map(mean).collect::<Vec<_>>());
}

fn print(name: &str, row: &[f64]) {
    println!("{name:30}{:9.2}{:9.2}{:11.2}{:9.2}{:23.2}", row[0], row[1], row[2], row[3], row[4]);
}

fn sdr(case: &Case, sources: &[Vec<f32>]) -> f64 {
    let truths = case.parts.each_ref().map(Recording::downmix);
    let scores = bss_eval_sources(&truths, sources).unwrap_or_default();
    scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64
}

fn engine(preset: &Preset, mixture: &Recording, mode: LatencyMode) -> Vec<Vec<f32>> {
    match separate(preset, mixture, mode, &Controls::default(), &mut |_| ControlFlow::Continue(())) {
        Ok(separation) => separation.sources.iter().map(Recording::downmix).collect(),
        Err(error) => panic!("{error}"),
    }
}

/// The tutorial's algorithm: 500 multiplicative updates on all bins from a flat start, masks from the same bases.
fn batch(preset: &Preset, mixture: &Recording) -> Vec<Vec<f32>> {
    let layout = Layout::new(f64::from(mixture.sample_rate), LatencyMode::Quality);
    let (frame_len, bins, hop) = (layout.windows.frame_len(), layout.bins(), layout.windows.hop);
    let dictionaries: Vec<_> = preset.sources.iter().filter_map(|source| source.dictionaries().last()).collect();
    let bases: Vec<f32> = dictionaries.iter().flat_map(|dictionary| &dictionary.bases).copied().collect();
    let components = bases.len() / bins;
    let mut solver = MultiplicativeUpdate::new(bases.clone(), bins, 500);
    let (mut analysis, mut synthesis) = (Analysis::new(&layout.windows.analysis), Synthesis::new(&layout.windows));
    let latency = layout.windows.latency();

    let padded: Vec<Vec<f32>> = mixture
        .channels
        .iter()
        .map(|channel| [vec![0.0; frame_len - hop], channel.clone(), vec![0.0; frame_len]].concat())
        .collect();
    let frames = (padded[0].len() - frame_len) / hop;
    let mut overlaps: Vec<Vec<Overlap>> =
        dictionaries.iter().map(|_| padded.iter().map(|_| Overlap::new(&layout.windows)).collect()).collect();
    let mut out = vec![vec![0.0; 0]; dictionaries.len()];
    let mut spectra = vec![vec![Bin::default(); bins]; padded.len()];
    let (mut masked, mut ready) = (vec![Bin::default(); bins], vec![0.0; hop]);
    for t in 0..frames {
        let mut v = vec![0.0; bins];
        for (channel, spectrum) in padded.iter().zip(&mut spectra) {
            analysis.spectrum(&channel[t * hop..t * hop + frame_len], spectrum);
            v.iter_mut().zip(spectrum.iter()).for_each(|(v, bin)| *v += bin.norm());
        }
        v[0] = 0.0;
        let mut h = vec![0.0; components];
        solver.solve(&v, &Priors::default(), &mut h);
        let masks = masks(&bases, &h, bins, dictionaries.iter().map(|dictionary| dictionary.components));
        for ((mask, overlaps), out) in masks.iter().zip(&mut overlaps).zip(&mut out) {
            let mut mono = vec![0.0; hop];
            for (spectrum, overlap) in spectra.iter().zip(overlaps) {
                masked.iter_mut().zip(spectrum).zip(mask).for_each(|((masked, bin), mask)| *masked = bin * mask);
                synthesis.add(&mut masked, overlap);
                overlap.take(&mut ready);
                mono.iter_mut().zip(&ready).for_each(|(sum, x)| *sum += x / spectra.len() as f32);
            }
            out.extend(mono);
        }
    }
    // The output lags by the latency, less the hop that the first frame ends with.
    out.iter_mut().for_each(|out| drop(out.drain(..latency - hop)));
    out.iter_mut().for_each(|out| out.truncate(mixture.len()));
    out
}

fn masks(bases: &[f32], h: &[f32], bins: usize, components: impl Iterator<Item = usize>) -> Vec<Vec<f32>> {
    let mut start = 0;
    let mut parts: Vec<Vec<f32>> = components
        .map(|count| {
            let mut part = vec![1e-12; bins];
            for k in start..start + count {
                part.iter_mut().zip(&bases[k * bins..]).for_each(|(sum, w)| *sum += h[k] * w);
            }
            start += count;
            part
        })
        .collect();
    for bin in 0..bins {
        let sum: f32 = parts.iter().map(|part| part[bin]).sum();
        parts.iter_mut().for_each(|part| part[bin] /= sum);
    }
    parts
}
