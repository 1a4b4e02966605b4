//! Activations of one frame: the engine's solver against plain updates, against the arithmetic that other tools do, and
//! against the machine's matrix product.

use nalgebra::{DMatrix, DVector};
use std::hint::black_box;
use unbraid_benches::{cases, side_by_side, spiky_bases};
use unbraid_engine::{
    nmf::{
        activations::{Solver, multiplicative::MultiplicativeUpdate, squarem::Squarem},
        bands::Bands,
        kernels::plain,
        priors::Priors,
    },
    separator::{LatencyMode, Layout},
    stft::Analysis,
};

const ROUNDS: usize = 15;
/// The engine's cycles per frame.
const CYCLES: usize = 8;

/// Frames of a mixture in bands and in bins, and the bases to solve them with.
struct Problem {
    components: usize,
    bands: usize,
    bins: usize,
    band_bases: Vec<f32>,
    bin_bases: Vec<f32>,
    band_frames: Vec<Vec<f32>>,
    bin_frames: Vec<Vec<f32>>,
}

fn main() {
    let Some(case) = cases().into_iter().next() else { return println!("there is no audio to solve") };
    let problem = Problem::new(&case.preset(), &case.mixture());
    solvers(&problem);
    rate();
    growth();
}

impl Problem {
    /// Problem in frames as Live has them, about 2048 samples.
    fn new(preset: &unbraid_engine::preset::Preset, mixture: &unbraid_engine::recording::Recording) -> Self {
        let layout = Layout::new(f64::from(mixture.sample_rate), LatencyMode::Live);
        let bins = layout.bins();
        let bands = Bands::new(1..bins);
        let merge = |frame: &[f32]| {
            let mut merged = vec![0.0; bands.len()];
            bands.merge(frame, &mut merged);
            merged
        };
        let bin_bases: Vec<f32> =
            preset.sources.iter().flat_map(|source| source.dictionaries()[0].bases.clone()).collect();
        let band_bases = bin_bases.chunks_exact(bins).flat_map(merge).collect();
        let mut analysis = Analysis::new(&layout.windows.analysis);
        let mut spectrum = vec![unbraid_engine::stft::Bin::default(); bins];
        let mono = mixture.downmix();
        let bin_frames: Vec<Vec<f32>> = mono
            .windows(layout.windows.frame_len())
            .step_by(512)
            .skip(100)
            .take(200)
            .map(|samples| {
                analysis.spectrum(samples, &mut spectrum);
                spectrum.iter().map(|bin| bin.norm()).collect()
            })
            .collect();
        Self {
            components: bin_bases.len() / bins,
            bands: bands.len(),
            bins,
            band_frames: bin_frames.iter().map(|frame| merge(frame)).collect(),
            band_bases,
            bin_bases,
            bin_frames,
        }
    }

    /// Solves every frame, each from the one before.
    fn run(&self, solver: &mut dyn Solver) -> Vec<Vec<f32>> {
        let mut h = vec![0.0; self.components];
        let solve = |frame: &Vec<f32>| {
            solver.solve(frame, &Priors::default(), &mut h);
            h.clone()
        };
        self.band_frames.iter().map(solve).collect()
    }

    /// How far the first source's masked magnitudes are from those at the optimum, in dB.
    fn distance(&self, found: &[Vec<f32>], optimum: &[Vec<f32>]) -> f64 {
        let half = self.components / 2;
        let share = |h: &[f32]| {
            let (mut part, mut all) = (vec![0.0; self.bands], vec![0.0; self.bands]);
            plain::weighted_sum(&self.band_bases[..half * self.bands], &h[..half], &mut part);
            plain::weighted_sum(&self.band_bases, h, &mut all);
            part.iter().zip(&all).map(|(part, all)| part / (all + 1e-12)).collect::<Vec<f32>>()
        };
        let (mut error, mut signal) = (0.0, 0.0);
        for ((found, optimum), frame) in found.iter().zip(optimum).zip(&self.band_frames) {
            for ((a, b), v) in share(found).iter().zip(&share(optimum)).zip(frame) {
                error += f64::from(v * (a - b)).powi(2);
                signal += f64::from(v * b).powi(2);
            }
        }
        10.0 * (signal / error.max(1e-30)).log10()
    }
}

fn solvers(problem: &Problem) {
    let Problem { components, bands, bins, .. } = *problem;
    let frames = problem.band_frames.len() as f64;
    let optimum = problem.run(&mut MultiplicativeUpdate::new(problem.band_bases.clone(), bands, 20_000));
    let mut fast = Squarem::new(&problem.band_bases, bands, CYCLES);
    let mut scalar = fast.clone().without_vector_instructions();
    let mut longer = Squarem::new(&problem.band_bases, bands, 3 * CYCLES);
    let mut plain = MultiplicativeUpdate::new(problem.band_bases.clone(), bands, 500);
    let mut other = AllBins::new(problem);
    let times = side_by_side(
        ROUNDS,
        &mut [
            &mut || drop(black_box(problem.run(&mut fast))),
            &mut || drop(black_box(problem.run(&mut longer))),
            &mut || drop(black_box(problem.run(&mut scalar))),
            &mut || drop(black_box(problem.run(&mut plain))),
            &mut || other.run(problem),
        ],
    );
    let each: Vec<f64> = times.iter().map(|time| 1e6 * time / frames).collect();
    println!(
        "activations of one frame, K = {components}, {bins} bins in {bands} bands, each frame from the one before"
    );
    println!("{:58}{:>10}{:>10}  error of the masked magnitudes", "", "us", "ratio");
    println!("{:80}against the optimum, dB", "");
    let row = |name: &str, time: f64, solver: Option<&mut dyn Solver>| {
        let distance =
            solver.map_or(String::new(), |solver| format!("{:.1}", -problem.distance(&problem.run(solver), &optimum)));
        println!("{name:58}{time:10.1}{:10.1}{distance:>16}", time / each[0]);
    };
    row("SQUAREM, 8 cycles of 3 updates: the engine", each[0], Some(&mut fast));
    row("SQUAREM, 24 cycles", each[1], Some(&mut longer));
    row("SQUAREM, 8 cycles, without vector instructions", each[2], Some(&mut scalar));
    row("multiplicative updates, 500", each[3], Some(&mut plain));
    row("20 multiplicative updates in f64 on all bins (nalgebra)", each[4], None);
    println!();
}

/// Multiplicative updates in double precision on all bins from a flat start, as commonly written with a matrix library.
struct AllBins {
    bases: DMatrix<f64>,
    transposed: DMatrix<f64>,
    frames: Vec<DVector<f64>>,
}

impl AllBins {
    fn new(problem: &Problem) -> Self {
        let bases = DMatrix::from_fn(problem.bins, problem.components, |f, k| {
            f64::from(problem.bin_bases[k * problem.bins + f])
        });
        let frames = problem.bin_frames.iter().map(|v| DVector::from_fn(v.len(), |f, _| f64::from(v[f]))).collect();
        Self { transposed: bases.transpose(), bases, frames }
    }

    fn run(&mut self, problem: &Problem) {
        // A tenth of the frames, ten times each, takes as long as all.
        for frame in self.frames.iter().step_by(10) {
            for _ in 0..10 {
                let mut h = DVector::from_element(problem.components, frame.sum() / problem.components as f64);
                let mut model = DVector::zeros(frame.len());
                let mut gradient = DVector::zeros(problem.components);
                for _ in 0..20 {
                    model.gemv(1.0, &self.bases, &h, 0.0);
                    model.zip_apply(frame, |model, v| *model = v / (*model + 1e-12));
                    gradient.gemv(1.0, &self.transposed, &model, 0.0);
                    h.component_mul_assign(&gradient);
                }
                black_box(h);
            }
        }
    }
}

/// Useful multiply-adds per second against a matrix product on one core.
fn rate() {
    const SIZE: usize = 512;
    let (components, bins) = (50, 128);
    let bases = spiky_bases(1, components, bins);
    let frame = spiky_bases(2, 1, bins);
    let mut solver = Squarem::new(&bases, bins, CYCLES);
    let mut h = vec![0.0; components];
    let (a, b) = (spiky_bases(3, SIZE, SIZE), spiky_bases(4, SIZE, SIZE));
    let mut c = vec![0.0_f32; SIZE * SIZE];
    let times = side_by_side(
        101,
        &mut [&mut || (0..100).for_each(|_| solver.solve(&frame, &Priors::default(), &mut h)), &mut || {
            // SAFETY: all three are SIZE x SIZE, row-major.
            unsafe {
                let stride = SIZE as isize;
                let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
                matrixmultiply::sgemm(SIZE, SIZE, SIZE, 1.0, a, stride, 1, b, stride, 1, 0.0, c, stride, 1);
            }
        }],
    );
    let solving = (100 * CYCLES * 3 * 2 * components * bins) as f64 / times[0] / 1e9;
    let product = (SIZE * SIZE * SIZE) as f64 / times[1] / 1e9;
    println!(
        "useful multiply-adds per second: solver {solving:.1} G, sgemm {product:.1} G: {:.0} %\n",
        100.0 * solving / product
    );
}

/// Time against the number of bases, in blocks of 25.
fn growth() {
    let bins = 128;
    let frame = spiky_bases(5, 1, bins);
    let sizes = [25, 50, 100, 200, 500, 1000];
    let mut solvers: Vec<(Squarem, Vec<f32>)> = sizes
        .iter()
        .map(|&size| {
            let solver = Squarem::new(&spiky_bases(6, size, bins), bins, CYCLES);
            (solver.with_blocks(&[vec![25; size / 25]], 100.0), vec![0.0; size])
        })
        .collect();
    let priors = Priors { block_sparsity: 0.02, ..Priors::default() };
    let mut runs: Vec<Box<dyn FnMut()>> = Vec::new();
    for (solver, h) in &mut solvers {
        let frame = &frame;
        runs.push(Box::new(move || (0..20).for_each(|_| solver.solve(frame, &priors, h))));
    }
    let mut contestants: Vec<&mut dyn FnMut()> = runs.iter_mut().map(|run| &mut **run as &mut dyn FnMut()).collect();
    let times = side_by_side(101, &mut contestants);
    println!("time against the number of bases, block-sparse");
    println!("{:>8}{:>10}{:>12}", "K", "us", "to K = 25");
    for (size, time) in sizes.iter().zip(&times) {
        println!("{size:8}{:10.1}{:12.1}", 1e6 * time / 20.0, time / times[0]);
    }
}
