use super::*;
use crate::preset::Cue;

const BINS: usize = 129;
const SPACING_HZ: f64 = 150.0;

/// A basis with a peak at `bin`.
fn peak(bin: usize) -> Vec<f32> {
    let mut basis: Vec<f32> = (0..BINS).map(|f| if f.abs_diff(bin) < 2 { 0.33 } else { 1e-4 }).collect();
    basis[0] = 0.0;
    let sum: f32 = basis.iter().sum();
    basis.iter_mut().for_each(|w| *w /= sum);
    basis
}

/// A fixed source with a peak at bin 20, and `count` components that may change.
fn adaptation(count: usize, freedom: Freedom) -> Adaptation {
    let free = (0..count).map(|k| match freedom {
        Freedom::Adaptive => first_basis(k, count, BINS, SPACING_HZ),
        _ => peak(60),
    });
    let bases: Vec<f32> = std::iter::once(peak(20)).chain(free).flatten().collect();
    let mut freedoms = vec![freedom; count + 1];
    freedoms[0] = Freedom::Fixed;
    let owners = (0..=count).map(|k| u8::from(k > 0)).collect();
    Adaptation::new(AdaptationSetup::new(bases.clone(), bases, BINS, Bands::new(1..BINS), freedoms, owners))
}

/// Plays frames in which the fixed source and a peak at `bin` sound, now louder, now softer.
fn play(adaptation: &mut Adaptation, bin: usize, frames: usize) {
    let (fixed, other) = (peak(20), peak(bin));
    let mut v = vec![0.0; adaptation.width()];
    let mut h = vec![1.0; adaptation.components()];
    for t in 0..frames {
        let (a, b) = (1.0 + (0.7 * t as f32).sin(), 1.0 + (0.3 * t as f32).cos());
        let bins: Vec<f32> = fixed.iter().zip(&other).map(|(f, o)| a * f + b * o).collect();
        adaptation.bands.merge(&bins, &mut v);
        h[0] = a;
        if adaptation.feed(&v, &[], &h, &[]) {
            adaptation.update();
        }
    }
}

fn masking(adaptation: &Adaptation, k: usize) -> Vec<f32> {
    let mut row = vec![0.0; BINS];
    adaptation.write_basis(k, &mut row);
    row
}

#[test]
fn frozen_time_is_not_time_to_learn() {
    let mut adaptation = adaptation(3, Freedom::Adaptive);
    adaptation.set_frozen(true);
    play(&mut adaptation, 70, 300);
    assert_eq!(adaptation.heard_seconds(), 0.0);
    adaptation.set_frozen(false);
    play(&mut adaptation, 70, 100);
    let found = (1..4).map(|k| masking(&adaptation, k)[67..=73].iter().sum::<f32>()).fold(0.0, f32::max);
    assert!(adaptation.heard_seconds() > 2.0 && found > 0.5, "{found}");
}

#[test]
fn free_bases_find_what_the_fixed_ones_do_not_explain() {
    let mut adaptation = adaptation(3, Freedom::Adaptive);
    play(&mut adaptation, 70, 200);
    let (mut found, mut fixed) = (0.0, 0.0);
    for k in 1..4 {
        let row = masking(&adaptation, k);
        let share = |bin: usize| row[bin - 3..=bin + 3].iter().sum::<f32>();
        found = f32::max(found, share(70));
        fixed = f32::max(fixed, share(20));
    }
    assert!(found > 0.8 && fixed < found, "{found} at the new sound, {fixed} at the fixed one");
    assert_eq!(masking(&adaptation, 0), peak(20), "the fixed basis stays");
}

/// A fixed peak at bin 20, a copy of it at bin 69, and three bases to learn with, where a sound begins around bin 70.
#[test]
fn a_transposed_basis_leaves_alone_what_free_bases_learn_as_well() {
    let free = (0..3).map(|k| first_basis(k, 3, BINS, SPACING_HZ));
    let bases: Vec<f32> = [peak(20), peak(69)].into_iter().chain(free).flatten().collect();
    let mut freedom = vec![Freedom::Adaptive; 5];
    (freedom[0], freedom[1]) = (Freedom::Fixed, Freedom::Transposed);
    let owners = vec![0, 0, 1, 1, 1];
    let setup = AdaptationSetup::new(bases.clone(), bases, BINS, Bands::new(1..BINS), freedom, owners);
    let mut adaptation = Adaptation::new(setup);
    play(&mut adaptation, 70, 200);
    let found = (2..5).map(|k| masking(&adaptation, k)[67..=73].iter().sum::<f32>()).fold(0.0, f32::max);
    assert!(found > 0.8, "{found}");
    assert_eq!(masking(&adaptation, 1), peak(69), "the copy stays");
    let activations = adaptation.memory.activations();
    let copied: f32 = activations.chunks_exact(5).map(|h| h[1]).sum();
    let heard: f32 = activations.chunks_exact(5).map(|h| h[2..].iter().sum::<f32>()).sum();
    assert!(copied < 0.1 * heard, "the copy has {copied}, the free bases {heard}");
}

#[test]
fn a_drifting_basis_follows_part_of_the_way() {
    let mut adaptation = adaptation(1, Freedom::Drifting);
    play(&mut adaptation, 62, 400);
    let row = masking(&adaptation, 1);
    let (learned, heard) = (row[59..=60].iter().sum::<f32>(), row[62..=63].iter().sum::<f32>());
    assert!(heard > 2.0 * peak(60)[62..=63].iter().sum::<f32>(), "{heard}");
    assert!(learned > 0.2, "{learned}");
}

#[test]
fn bases_keep_their_sums_whatever_is_fed() {
    let mut adaptation = adaptation(3, Freedom::Adaptive);
    let width = adaptation.width();
    let mut out = adaptation.empty_bases();
    for (level, h) in [(1.0, 1.0), (f32::NAN, 1.0), (1e30, f32::NAN), (0.0, 0.0), (1e-3, f32::INFINITY), (3.0, 0.0)] {
        for t in 0..40 {
            let v: Vec<f32> = (0..width).map(|b| level * ((b * 7 + t) % 5) as f32).collect();
            if adaptation.feed(&v, &[], &[h; 4], &[]) {
                adaptation.update();
            }
        }
    }
    adaptation.write(&mut out);
    for row in out.bands.chunks_exact(padded(width)) {
        let sum: f32 = row.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    }
    adaptation.reset();
    play(&mut adaptation, 70, 100);
    assert!((1..4).any(|k| masking(&adaptation, k)[67..=73].iter().sum::<f32>() > 0.5), "it learns again");
}

/// Two adaptive sources of four components each, after sound with a peak at bin 20, left, in short hits, and one at bin
/// 100, right, that goes on; and the grouping they end up with.
fn shared(cue: Cue) -> Adaptation {
    let bases: Vec<f32> = (0..8).flat_map(|k| first_basis(k, 8, BINS, SPACING_HZ)).collect();
    let owners = (0..8).map(|k| k / 4).collect();
    let (freedom, bands) = (vec![Freedom::Adaptive; 8], Bands::new(1..BINS));
    let setup = AdaptationSetup { cue, ..AdaptationSetup::new(bases.clone(), bases, BINS, bands, freedom, owners) };
    let mut adaptation = Adaptation::new(setup);
    let (mut v, mut left) = (vec![0.0; adaptation.width()], vec![0.0; adaptation.width()]);
    for t in 0..200 {
        let (a, b) = (if t % 20 < 3 { 5.0 } else { 0.0 }, 1.0 + 0.2 * (0.1 * t as f32).cos());
        let sounds = |a: f32, b: f32| peak(20).iter().zip(&peak(100)).map(|(f, o)| a * f + b * o).collect::<Vec<_>>();
        adaptation.bands.merge(&sounds(a, b), &mut v);
        adaptation.bands.merge(&sounds(0.9 * a, 0.1 * b), &mut left);
        if adaptation.feed(&v, &left, &[0.5; 8], &[]) {
            adaptation.update();
        }
    }
    adaptation
}

/// The source that has most of the sound around `bin`.
fn owner_of(adaptation: &Adaptation, bin: usize) -> u8 {
    let there = |k: &usize| masking(adaptation, *k)[bin - 2..=bin + 2].iter().sum::<f32>();
    let most = (0..8).max_by(|a, b| there(a).total_cmp(&there(b))).unwrap();
    adaptation.owners()[most]
}

#[test]
fn adaptive_sources_share_their_components_by_each_cue() {
    for cue in Cue::ALL {
        let adaptation = shared(cue);
        let (now_and_then, going_on) = (owner_of(&adaptation, 20), owner_of(&adaptation, 100));
        assert_ne!(now_and_then, going_on, "{cue:?}");
        if cue != Cue::Time {
            assert_eq!((now_and_then, going_on), (0, 1), "{cue:?}: the percussive and the left one come first");
        }
    }
}

#[test]
fn what_is_given_by_hand_stays_and_nobody_is_left_with_nothing() {
    let mut adaptation = shared(Cue::Position);
    let (k, owner) = (0, adaptation.owners()[0]);
    let count = |adaptation: &Adaptation, owner| adaptation.owners().iter().filter(|&&o| o == owner).count();
    let other = 1 - owner;
    // All components of a source but the last can be given away.
    let own: Vec<usize> = (0..8).filter(|&k| adaptation.owners()[k] == owner).collect();
    for (given, k) in own.iter().enumerate() {
        assert_eq!(adaptation.give(ComponentIndex(*k), other), given + 1 < own.len());
    }
    assert_eq!(count(&adaptation, owner), 1);
    assert!(
        !adaptation.give(ComponentIndex(8), 0) && !adaptation.give(ComponentIndex(0), 2),
        "there is no such component, no such source"
    );
    if own.len() > 1 {
        adaptation.share();
        assert_eq!(adaptation.owners()[k], other, "it stays where it was put");
        adaptation.reset();
        assert!(!adaptation.is_pinned(k));
    }
}

#[test]
fn an_adaptation_continues_from_what_another_has_learned() {
    let mut first = adaptation(3, Freedom::Adaptive);
    play(&mut first, 70, 200);
    let bases = (0..4).flat_map(|k| masking(&first, k)).collect::<Vec<_>>();
    let fresh = adaptation(3, Freedom::Adaptive);
    let setup = AdaptationSetup {
        learned: Some(bases),
        heard_seconds: first.heard_seconds(),
        is_shared: true,
        ..AdaptationSetup::new(
            fresh.first_bins.clone(),
            fresh.first_masking.clone(),
            BINS,
            Bands::new(1..BINS),
            fresh.freedom.clone(),
            fresh.owners.clone(),
        )
    };
    let mut second = Adaptation::new(setup);
    for k in 0..4 {
        let apart: f32 = masking(&first, k).iter().zip(&masking(&second, k)).map(|(a, b)| (a - b).abs()).sum();
        assert!(apart < 0.02, "component {k} is {apart} away");
    }
    let start = masking(&second, 2);
    play(&mut second, 40, 100);
    second.rewind();
    assert_eq!(masking(&second, 2), start, "a stream that begins again finds it as it was");
    second.reset();
    assert_eq!(masking(&second, 2), masking(&fresh, 2), "forgetting everything goes further back");
}

#[test]
fn frozen_bases_stay_and_a_reset_brings_the_first_ones_back() {
    let mut adaptation = adaptation(2, Freedom::Adaptive);
    let first = masking(&adaptation, 1);
    adaptation.set_frozen(true);
    play(&mut adaptation, 70, 100);
    assert_eq!(masking(&adaptation, 1), first);
    adaptation.set_frozen(false);
    play(&mut adaptation, 70, 100);
    assert_ne!(masking(&adaptation, 1), first);
    adaptation.reset();
    assert_eq!(masking(&adaptation, 1), first);
}

#[test]
fn first_bases_cover_the_spectrum() {
    for (count, bins, spacing) in [(1, 50, 20.0), (10, 2059, 10.7), (10, 20, 21.4), (25, 1030, 21.4)] {
        let mut sum = vec![0.0; bins];
        for k in 0..count {
            let basis = first_basis(k, count, bins, spacing);
            assert!((basis.iter().sum::<f32>() - 1.0).abs() < 1e-3 && basis.iter().all(|w| w.is_finite()));
            sum.iter_mut().zip(&basis).for_each(|(sum, w)| *sum += w);
        }
        assert!(sum[1..].iter().all(|sum| *sum > 0.0));
    }
}

/// Two recognised sources of three components: the evidence says that the lower half of the spectrum is the first
/// one's.
fn recognised() -> Adaptation {
    let bases: Vec<f32> = (0..6).flat_map(|k| first_basis(k % 3, 3, BINS, SPACING_HZ)).collect();
    let (freedom, owners) = (vec![Freedom::Recognised; 6], vec![0, 0, 0, 1, 1, 1]);
    let setup = AdaptationSetup::new(bases.clone(), bases, BINS, Bands::new(1..BINS), freedom, owners.clone());
    Adaptation::new(AdaptationSetup { groups: owners, ..setup })
}

/// Plays peaks at the bins `low` and `high` for `seconds`.
fn play_recognised(adaptation: &mut Adaptation, (low, high): (usize, usize), seconds: f64) {
    let width = adaptation.width();
    let said: Vec<f32> = (0..2 * width).map(|n| if (n % width < 48) == (n < width) { 0.9 } else { 0.1 }).collect();
    let mut v = vec![0.0; width];
    for t in 0..(seconds / STRIDE_SECONDS) as usize {
        let (a, b) = (1.0 + (0.7 * t as f32).sin(), 1.0 + (0.3 * t as f32).cos());
        let bins: Vec<f32> = peak(low).iter().zip(peak(high)).map(|(l, h)| a * l + b * h).collect();
        adaptation.bands.merge(&bins, &mut v);
        if adaptation.feed(&v, &[], &[1.0; 6], &said) {
            adaptation.update();
        }
    }
}

/// The largest share that any basis of `source` has around `bin`.
fn share_around(adaptation: &Adaptation, source: usize, bin: usize) -> f32 {
    let shares = (3 * source..3 * source + 3).map(|k| masking(adaptation, k)[bin - 3..=bin + 3].iter().sum::<f32>());
    shares.fold(0.0, f32::max)
}

#[test]
fn recognised_sources_learn_where_the_evidence_says_that_they_sound() {
    let mut adaptation = recognised();
    let first = masking(&adaptation, 0);
    let mut bases = adaptation.empty_bases();
    play_recognised(&mut adaptation, (20, 90), 0.8);
    adaptation.write(&mut bases);
    assert!(masking(&adaptation, 0) == first && bases.trust == 0.0, "nothing in the first second");
    play_recognised(&mut adaptation, (20, 90), 2.0);
    adaptation.write(&mut bases);
    assert_eq!(bases.trust, 1.0);
    assert!(share_around(&adaptation, 0, 20) > 0.7 && share_around(&adaptation, 0, 90) < 0.3);
    assert!(share_around(&adaptation, 1, 90) > 0.7 && share_around(&adaptation, 1, 20) < 0.3);
}

/// A memory that was cleared, by another length or a model that was built anew, holds too little to learn from.
#[test]
fn what_was_learned_from_much_is_not_replaced_by_what_is_learned_from_little() {
    let mut adaptation = recognised();
    play_recognised(&mut adaptation, (20, 90), 9.0);
    let learned = masking(&adaptation, 0);
    adaptation.set_memory(5.0);
    play_recognised(&mut adaptation, (30, 110), 4.5);
    assert_eq!(masking(&adaptation, 0), learned);
    play_recognised(&mut adaptation, (30, 110), 5.0);
    assert!(share_around(&adaptation, 0, 30) > 0.7, "with the memory full again it learns");
}
