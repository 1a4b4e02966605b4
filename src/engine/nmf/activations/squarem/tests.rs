use super::*;
use crate::nmf::{activations::multiplicative::MultiplicativeUpdate, divergence::kullback_leibler, kernels::plain};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const BINS: usize = 100;

/// Spiky values, many of them small, as spectra are.
fn random(seed: u64, len: usize) -> Vec<f32> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    (0..len).map(|_| rng.random::<f32>().powi(6)).collect()
}

fn bases(components: usize) -> Vec<f32> {
    let mut bases = random(1, BINS * components);
    for basis in bases.chunks_exact_mut(BINS) {
        let sum: f32 = basis.iter().sum();
        basis.iter_mut().for_each(|w| *w /= sum);
    }
    bases
}

fn divergence(bases: &[f32], h: &[f32], v: &[f32]) -> f64 {
    let mut model = vec![0.0; BINS];
    plain::weighted_sum(bases, h, &mut model);
    kullback_leibler(v, &model)
}

fn solve(solver: &mut dyn Solver, priors: Priors, v: &[f32], components: usize) -> Vec<f32> {
    let mut h = vec![0.0; components];
    solver.solve(v, &priors, &mut h);
    h
}

#[test]
fn sixteen_cycles_reach_what_five_hundred_plain_updates_reach() {
    for (components, seed) in [(5, 2), (25, 3), (50, 4), (100, 5)] {
        let (bases, v) = (bases(components), random(seed, BINS));
        let cost = |solver: &mut dyn Solver| divergence(&bases, &solve(solver, Priors::default(), &v, components), &v);
        let fast = cost(&mut Squarem::new(&bases, BINS, 16));
        let plain = cost(&mut MultiplicativeUpdate::new(bases.clone(), BINS, 500));
        let optimum = cost(&mut MultiplicativeUpdate::new(bases.clone(), BINS, 50_000));
        assert!(fast <= plain + 2e-3 * optimum, "{components}: {fast}, plain {plain}, optimum {optimum}");
    }
}

#[test]
fn vector_instructions_change_nothing_but_rounding() {
    let (bases, v) = (bases(50), random(6, BINS));
    let priors = Priors { sparsity: 0.03, smoothness: 0.01, block_sparsity: 0.02 };
    for (priors, blocks) in [(Priors::default(), vec![50]), (priors, vec![10, 15, 25])] {
        let mut fast = Squarem::new(&bases, BINS, 4).with_blocks(&[blocks], 4.0);
        let mut plain = fast.clone().without_vector_instructions();
        let (a, b) = (solve(&mut fast, priors, &v, 50), solve(&mut plain, priors, &v, 50));
        let mean = a.iter().sum::<f32>() / 50.0;
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() < 2e-3 * mean, "{a} and {b}");
        }
    }
}

/// At the optimum Σ_f w v / (Wh) is Σ_f w where h > 0, and not above it elsewhere.
#[test]
fn many_cycles_meet_the_optimality_conditions() {
    let (bases, v) = (bases(30), random(7, BINS));
    let h = solve(&mut Squarem::new(&bases, BINS, 400), Priors::default(), &v, 30);
    let mut model = vec![0.0; BINS];
    plain::weighted_sum(&bases, &h, &mut model);
    let ratio: Vec<f32> = v.iter().zip(&model).map(|(v, m)| v / m).collect();
    for (basis, h) in bases.chunks_exact(BINS).zip(&h) {
        let gradient = plain::dot(basis, &ratio);
        assert!(gradient < 1.003, "{gradient} at {h}");
        assert!(*h < 1e-3 || (gradient - 1.0).abs() < 0.003, "{gradient} at {h}");
    }
}

/// The result is finite and no worse than the start, also from hostile input and a hostile start.
#[test]
fn a_frame_never_ends_above_its_warm_start() {
    let bases = bases(40);
    let mut rng = Pcg64Mcg::seed_from_u64(8);
    for trial in 0..300 {
        let power = rng.random_range(0..12);
        let v: Vec<f32> = (0..BINS).map(|_| rng.random::<f32>().powi(power) * 1e4).collect();
        let start: Vec<f32> = (0..40).map(|_| rng.random::<f32>().powi(9) * 1e6).collect();
        let run = |cycles| {
            let mut h = start.clone();
            Squarem::new(&bases, BINS, cycles).solve(&v, &Priors::default(), &mut h);
            divergence(&bases, &h, &v)
        };
        let (before, after) = (run(0), run(8));
        assert!(after <= before * (1.0 + 1e-4) + 1e-3, "trial {trial}: {before} to {after}");
    }
}

/// With all priors, from the loudest faulty to the faintest sound.
#[test]
fn activations_stay_finite_and_follow_from_any_level_to_any_other() {
    let (bases, frame) = (bases(50), random(12, BINS));
    let priors = Priors { sparsity: 0.05, smoothness: 0.02, block_sparsity: 0.0 };
    let sum: f32 = frame.iter().sum();
    let mut solver = Squarem::new(&bases, BINS, 8);
    let mut h = vec![0.0; 50];
    for level in [1.0, 1e10, 1e-7, 3e13, 1e-7, 1e-3] {
        let v: Vec<f32> = frame.iter().map(|v| v * level / sum).collect();
        (0..20).for_each(|_| solver.solve(&v, &priors, &mut h));
        let explained: f32 = h.iter().sum();
        assert!(explained.is_finite() && (0.5..2.0).contains(&(explained / level)), "{explained} at {level}");
    }
    h[3] = f32::NAN;
    solver.solve(&frame, &priors, &mut h);
    assert!(h.iter().all(|h| h.is_finite()));
}

#[test]
fn a_component_that_was_silent_comes_back() {
    let bases = bases(12);
    let mut h = vec![0.0; 12];
    h[5] = 1.0;
    Squarem::new(&bases, BINS, 64).solve(&bases[..BINS], &Priors::default(), &mut h);
    assert!(h[0] > 0.95, "{h:?}");
}

#[test]
fn activations_scale_with_the_level() {
    let (bases, v) = (bases(20), random(9, BINS));
    let priors = Priors { sparsity: 0.03, smoothness: 0.01, block_sparsity: 0.02 };
    let at = |scale: f32| {
        let scaled: Vec<f32> = v.iter().map(|v| v * scale).collect();
        solve(&mut Squarem::new(&bases, BINS, 16).with_blocks(&[vec![8, 12]], 4.0), priors, &scaled, 20)
    };
    // Powers of two, so that not even rounding differs.
    let (quiet, loud) = (at(2.0_f32.powi(-10)), at(2.0_f32.powi(10)));
    for (quiet, loud) in quiet.iter().zip(&loud) {
        assert_eq!(quiet * 2.0_f32.powi(20), *loud);
    }
}

#[test]
fn block_sparsity_silences_the_blocks_that_fit_worse() {
    let bases = bases(60);
    let blocks = vec![20, 20, 20];
    // A mixture of the second block's bases, with a little noise.
    let mut v = random(10, BINS);
    v.iter_mut().for_each(|v| *v *= 0.01);
    for (k, basis) in bases[20 * BINS..40 * BINS].chunks_exact(BINS).enumerate() {
        plain::add_scaled(&mut v, (k % 5) as f32, basis);
    }
    let share = |block_sparsity| {
        let priors = Priors { block_sparsity, ..Priors::default() };
        let mut solver = Squarem::new(&bases, BINS, 30).with_blocks(std::slice::from_ref(&blocks), 4.0);
        let mut h = vec![0.0; 60];
        (0..20).for_each(|_| solver.solve(&v, &priors, &mut h));
        h[20..40].iter().sum::<f32>() / h.iter().sum::<f32>()
    };
    let (free, sparse) = (share(0.0), share(0.2));
    assert!(sparse > 0.9999 && free < 0.995, "{free}, {sparse}");
}

#[test]
fn under_a_constraint_the_bases_count_as_likely_as_their_group_is() {
    for components in [40, 300] {
        let (bases, v) = (bases(components), random(13, BINS));
        let likelihoods: Vec<f32> = random(14, 2 * BINS).iter().map(|x| 0.05 + 0.9 * x.powf(0.2)).collect();
        let groups: Vec<u8> = (0..components).map(|k| u8::from(k >= components / 3)).collect();
        let constraint = Constraint { likelihoods: &likelihoods, bins: BINS, groups: &groups };
        let mut h = vec![0.0; components];
        let mut solver = Squarem::new(&bases, BINS, 60).with_constraint();
        solver.solve_under(&constraint, &v, &Priors::default(), &mut h);
        let weighted: Vec<f32> = (0..components * BINS)
            .map(|n| bases[n] * likelihoods[usize::from(groups[n / BINS]) * BINS + n % BINS])
            .collect();
        let mut plain = vec![0.0; components];
        MultiplicativeUpdate::new(weighted.clone(), BINS, 3000).solve(&v, &Priors::default(), &mut plain);
        let total = f64::from(v.iter().sum::<f32>());
        let (fast, plain) = (divergence(&weighted, &h, &v), divergence(&weighted, &plain, &v));
        assert!(fast < plain + 3e-3 * total, "{components}: {fast}, plain {plain}, of {total}");
    }
}

#[test]
fn a_constraint_that_says_nothing_changes_nothing() {
    let (bases, v) = (bases(40), random(15, BINS));
    let (likelihoods, groups) = (vec![1.0; BINS], vec![0; 40]);
    let constraint = Constraint { likelihoods: &likelihoods, bins: BINS, groups: &groups };
    let mut solver = Squarem::new(&bases, BINS, 8).with_constraint();
    let free = solve(&mut solver, Priors::default(), &v, 40);
    let mut h = vec![0.0; 40];
    solver.solve_under(&constraint, &v, &Priors::default(), &mut h);
    assert_eq!(h, free);
}

/// A thousand bases of which few are active: the chosen ones include them.
#[test]
fn a_large_dictionary_is_solved_as_well_as_if_it_were_solved_whole() {
    let bases = bases(1000);
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let mut v = vec![0.0; BINS];
    for _ in 0..12 {
        let k = rng.random_range(0..1000);
        plain::add_scaled(&mut v, rng.random(), &bases[k * BINS..][..BINS]);
    }
    let mut fast = Squarem::new(&bases, BINS, 16);
    let mut h = vec![0.0; 1000];
    for _ in 0..3 {
        fast.solve(&v, &Priors::default(), &mut h);
    }
    let whole = solve(&mut MultiplicativeUpdate::new(bases.clone(), BINS, 500), Priors::default(), &v, 1000);
    let (fast, whole) = (divergence(&bases, &h, &v), divergence(&bases, &whole, &v));
    let total = f64::from(v.iter().sum::<f32>());
    assert!(fast <= whole + 1e-3 * total, "{fast}, whole {whole}, of {total}");
}

#[test]
fn of_many_copies_those_are_solved_for_that_sound() {
    let bases = bases(300);
    // A faint one that is no copy, and three copies.
    let mut v: Vec<f32> = bases[4 * BINS..5 * BINS].iter().map(|w| 0.1 * w).collect();
    for k in [60, 170, 299] {
        plain::add_scaled(&mut v, 0.7, &bases[k * BINS..][..BINS]);
    }
    let mut h = vec![0.0; 300];
    let mut solver = Squarem::with_copies(&bases, BINS, 16, 260);
    for _ in 0..3 {
        solver.solve(&v, &Priors::default(), &mut h);
    }
    let copies = h[40..].iter().filter(|h| **h > 0.0).count();
    assert!((3..=16).contains(&copies), "{copies} copies");
    assert!(h[4] > 0.05, "{} of the faint one", h[4]);
    let sound: f32 = h.iter().sum();
    let others = 1.0 - [4, 60, 170, 299].map(|k| h[k]).iter().sum::<f32>() / sound;
    assert!(others < 0.05, "{others} of the sound is in other bases");
}

#[test]
fn few_copies_are_solved_for_like_any_bases() {
    let bases = bases(40);
    let v = &bases[7 * BINS..8 * BINS];
    let (mut h, mut expected) = (vec![0.0; 40], vec![0.0; 40]);
    Squarem::with_copies(&bases, BINS, 8, 16).solve(v, &Priors::default(), &mut h);
    Squarem::new(&bases, BINS, 8).solve(v, &Priors::default(), &mut expected);
    assert_eq!(h, expected);
}
