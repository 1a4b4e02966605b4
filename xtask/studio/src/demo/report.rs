//! Prints the figures on the terminal.

use super::host::Performance;
use std::path::Path;
use unbraid::{decibels, evaluation::Score};

/// Ratios above this are rounding errors, in dB.
const BEYOND_MEASURE_DB: f64 = 120.0;

/// Prints the columns' names, and `before`, the scores of the mixture itself.
pub(super) fn print_head(names: &[&str], before: &[Score]) {
    let heading: String = names.iter().map(|name| format!("{name:^21}")).collect();
    let ratios = "   SDR    SIR    SAR ".repeat(names.len());
    println!("\n{:10}{heading}\n{:10}{ratios}{:>18}{:>8}{:>14}", "", "", "latency", "CPU", "unity error");
    println!("{:10}{}", "mixture", row(before));
}

/// Prints scores, latency and CPU time of every latency mode, below what was done.
pub(super) fn print(done: &str, performances: &[Performance], scores: &[Vec<Score>]) {
    println!("\n{done}");
    for (played, scores) in performances.iter().zip(scores) {
        let latency_ms = 1e3 * played.latency_samples as f64 * played.seconds / played.remix.len() as f64;
        let load = 100.0 * played.processor_time.as_secs_f64() / played.seconds;
        let latency = format!("{} = {latency_ms:.1} ms", played.latency_samples);
        let unity_db = decibels::of_amplitude(played.unity_error);
        println!("{:10}{}{latency:>18}{load:>6.1} %{unity_db:>11.0} dB", played.mode.name(), row(scores));
    }
}

/// Says what the figures are.
pub(super) fn print_legend() {
    println!(
        "\nBSS Eval in dB, higher is better: SDR, all errors; SIR, the other sources; SAR, artifacts.\n\
         Latency in samples. CPU: of one core, with all separate outputs in use, and learning while it plays.\n\
         Unity error: how far the output at 0 dB gains is from the delayed input, relative to full scale.\n\
         Other material, and other methods beside it: cargo xtask cases, cargo bench --bench untaught."
    );
}

fn row(scores: &[Score]) -> String {
    scores.iter().map(|score| format!("{} {} {} ", ratio(score.sdr), ratio(score.sir), ratio(score.sar))).collect()
}

fn ratio(decibels: f64) -> String {
    if decibels > BEYOND_MEASURE_DB { format!("{:>6}", "inf") } else { format!("{decibels:6.1}") }
}

/// Lists the files in `folder`, the results of the last latency mode.
pub(super) fn print_files(folder: &Path, names: &[&str], gains: &[&str]) {
    let remix: Vec<_> = names.iter().zip(gains).map(|(name, gain)| format!("{name} {gain}")).collect();
    println!("\nIn {}, from the last mode:", folder.display());
    println!("  {:28}two takes that were not learned from", "mixture.wav");
    for name in names {
        println!("  {:28}the plugin's separate output", format!("{name}.wav"));
    }
    println!("  {:28}the plugin's main output: {}", "remix.wav", remix.join(", "));
    println!("  {:28}spectrograms and dictionaries", "separation.png");
    println!("  {:28}what was learned, to open from the plugin's preset menu", "Demo.unbraid.safetensors");
}
