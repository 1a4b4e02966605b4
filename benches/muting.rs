//! Muting: how much of a muted source stays audible (its ghost), how far what is kept ducks under it, and the SDR of
//! what is kept; as the masks say, and cut out harder.
//!
//! The ghost is the interference of BSS Eval: what in the output a filter of 512 samples can make of the muted source,
//! in dB relative to that source. The level is that of the kept source in the output, by projection, in windows of 50
//! ms in which the muted one has a hundredth of its largest energy or more, in dB relative to the true one.
//!
//! `UNBRAID_STEMS` names a folder of more recordings than the tests carry.

use unbraid_benches::cases;
use unbraid_engine::{
    evaluation::bss_eval_sources,
    preset::{Preset, file, library},
    recording::Recording,
    separator::{Controls, LatencyMode, Model, Separator},
};

/// 50 ms at 44.1 kHz.
const WINDOW: usize = 2_205;
/// Share of the largest energy from which on the muted source sounds.
const SOUNDS: f64 = 0.01;

/// Ghost, level and SDR.
type Row = [f64; 3];

fn main() {
    println!("one source muted, in dB: ghost, level of the other while it sounds, SDR of the other");
    println!("{:58}{:10}{:>24}{:>27}", "", "", "as the masks say", "cut out harder");
    let cases = cases();
    for (taught, title) in [(true, "taught"), (false, "nothing taught")] {
        let mut sums = [[[0.0; 3]; 2]; LatencyMode::ALL.len()];
        for case in &cases {
            let preset = if taught { case.preset() } else { untaught() };
            let truths = case.parts.each_ref().map(Recording::downmix);
            for (mode, sum) in LatencyMode::ALL.into_iter().zip(&mut sums) {
                for muted in [1, 0] {
                    let rows = [true, false].map(|plain| measure(&preset, mode, &truths, muted, plain));
                    let name = format!("{title}, {}, {} muted", case.name, ["bass", "drums"][muted]);
                    print(&name, mode, &rows);
                    let count = 2.0 * cases.len() as f64;
                    let values = sum.iter_mut().flatten().zip(rows.iter().flatten());
                    values.for_each(|(sum, value)| *sum += value / count);
                }
            }
        }
        for (mode, rows) in LatencyMode::ALL.into_iter().zip(&sums) {
            print(&format!("{title}, mean"), mode, rows);
        }
    }
}

fn print(name: &str, mode: LatencyMode, rows: &[Row; 2]) {
    let row = |[ghost, level, sdr]: Row| format!("{ghost:9.1}{level:8.2}{sdr:7.2}");
    println!("{name:58}{:10}{}   {}", mode.name(), row(rows[0]), row(rows[1]));
}

/// The factory preset for bass and drums.
fn untaught() -> Preset {
    let name = "Drums + Bass";
    match library::factory_bytes(name).map(|bytes| file::from_bytes(bytes, name)) {
        Some(Ok(mut preset)) => {
            // The order of the cases: bass, drums.
            preset.sources.reverse();
            preset
        }
        _ => panic!("the factory preset {name} is damaged"),
    }
}

/// What is heard of the mixture of `truths` with source `muted` of the preset muted.
fn measure(preset: &Preset, mode: LatencyMode, truths: &[Vec<f32>; 2], muted: usize, plain: bool) -> Row {
    let mixture: Vec<f32> = truths[0].iter().zip(&truths[1]).map(|(a, b)| a + b).collect();
    let output = remix(preset, mode, &mixture, muted, plain);
    let rest: Vec<f32> = mixture.iter().zip(&output).map(|(mixture, output)| mixture - output).collect();
    let (truth, other) = (&truths[1 - muted], &truths[muted]);
    let Ok(scores) = bss_eval_sources(&[truth.clone(), other.clone()], &[output.clone(), rest]) else {
        panic!("both sources of a case sound")
    };
    let (sdr, sir) = (scores[0].sdr, scores[0].sir);
    // The output is the target, the interference and artefacts, which are nearly orthogonal.
    let target = energy(&output) / (1.0 + 10.0_f64.powf(-sdr / 10.0));
    let ghost = 10.0 * (target / energy(other)).log10() - sir;
    let loudest = other.chunks(WINDOW).map(energy).fold(0.0, f64::max);
    let (mut product, mut square) = (0.0, 0.0);
    for ((output, truth), other) in output.chunks(WINDOW).zip(truth.chunks(WINDOW)).zip(other.chunks(WINDOW)) {
        if energy(other) > SOUNDS * loudest {
            product += output.iter().zip(truth).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            square += energy(truth);
        }
    }
    [ghost, 20.0 * (product / square).log10(), sdr]
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// The main output with a source `muted`, without the latency.
fn remix(preset: &Preset, mode: LatencyMode, mixture: &[f32], muted: usize, plain: bool) -> Vec<f32> {
    let model = match Model::new(preset, 44_100.0, mode) {
        Ok(model) => model,
        Err(error) => panic!("{error}"),
    };
    let separator = Separator::new(Box::new(model), 1);
    let mut separator = if plain { separator.with_plain_muting() } else { separator };
    let mut controls = Controls::default();
    controls.gains[muted] = 0.0;
    separator.set_controls(&controls);
    let latency = separator.latency_samples();
    let mut main = mixture.to_vec();
    main.resize(mixture.len() + latency, 0.0);
    separator.process(&mut [&mut main], &mut []);
    main.split_off(latency)
}
