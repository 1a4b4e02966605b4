//! Presets that were learned apart, put together.

use super::sample::{dictionary, sample};
use unbraid_engine::preset::{
    Preset, Source, Tally, file,
    merge::{MergeError, merged},
};

/// The sample, whose drums have heard `seconds`; basis 0 has weight `weight` and is moved by `shift` bins.
fn shard(seconds: f64, weight: f64, shift: usize) -> Preset {
    let mut preset = sample();
    let learned = preset.sources[0].learned_mut().unwrap();
    let start = Tally::id_of(learned.dictionaries());
    for dictionary in learned.dictionaries_mut() {
        let bins = dictionary.bins;
        dictionary.bases[..bins].rotate_right(shift);
        dictionary.reconstruction = Some(dictionary.bases.iter().map(|w| 2.0 * w).collect());
    }
    learned.tally = Some(Tally { start, seconds, weights: vec![vec![weight, 0.0, 1.0]; 2] });
    learned.learned_from = vec![format!("{seconds}.wav"), "both.wav".to_owned()];
    preset
}

#[test]
fn bases_are_means_weighted_by_what_they_explain() {
    let together = merged(&[shard(60.0, 3.0, 0), shard(120.0, 1.0, 2)]).unwrap();
    let learned = together.sources[0].learned().unwrap();
    // 1/2, 3/8, 1/8 from bin 1 on, three times, and once from bin 3 on.
    let expected = [0.0, 0.375, 0.281_25, 0.09375 + 0.125, 0.09375, 0.03125];
    for (dictionary, whole) in learned.dictionaries().iter().zip([dictionary(64), dictionary(32)]) {
        assert_eq!(dictionary.basis(0)[..6], expected);
        // A basis that explains nothing, and one that both have alike.
        assert_eq!(dictionary.bases[dictionary.bins..], whole.bases[dictionary.bins..]);
        let doubled: Vec<f32> = dictionary.bases.iter().map(|w| 2.0 * w).collect();
        assert_eq!(dictionary.reconstruction, Some(doubled));
    }
    let tally = learned.tally.as_ref().unwrap();
    assert_eq!((tally.seconds, &tally.weights), (180.0, &vec![vec![4.0, 0.0, 2.0]; 2]));
    assert_eq!(learned.learned_from.len(), 3);
    assert_eq!(together.sources[1], sample().sources[1]);
}

#[test]
fn the_order_makes_no_difference_to_the_byte() {
    let shards = [shard(1.0, 0.3, 1), shard(2.0, 1e-3, 2), shard(3.0, 7.7, 0), shard(4.0, 1e5, 5)];
    let bytes = |order: [usize; 4]| {
        let shards: Vec<Preset> = order.into_iter().map(|index| shards[index].clone()).collect();
        file::to_bytes(&merged(&shards).unwrap()).unwrap()
    };
    let first = bytes([0, 1, 2, 3]);
    assert!([[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]].into_iter().all(|order| bytes(order) == first));
}

#[test]
fn what_was_merged_is_merged_again_as_if_at_once() {
    let [a, b, c] = [shard(1.0, 1.0, 1), shard(2.0, 2.0, 2), shard(3.0, 5.0, 0)];
    let at_once = merged(&[a.clone(), b.clone(), c.clone()]).unwrap();
    let in_steps = merged(&[merged(&[a, b]).unwrap(), c]).unwrap();
    let basis = |preset: &Preset| preset.sources[0].dictionaries()[0].bases.clone();
    for (at_once, in_steps) in basis(&at_once).iter().zip(basis(&in_steps)) {
        assert!((at_once - in_steps).abs() < 1e-6);
    }
    assert_eq!(at_once.sources[0].learned().unwrap().tally, in_steps.sources[0].learned().unwrap().tally);
}

#[test]
fn what_others_began_as_goes_with_them() {
    // It has heard something itself, from another start.
    let mut first = shard(60.0, 1.0, 0);
    first.sources[0].learned_mut().unwrap().tally.as_mut().unwrap().start = "0123456789abcdef".to_owned();
    let further = shard(10.0, 1.0, 1);
    assert!(merged(&[first.clone(), further]).is_ok());
    // One that neither began so nor is what others began as.
    let mut stranger = shard(10.0, 1.0, 1);
    stranger.sources[0].learned_mut().unwrap().tally.as_mut().unwrap().start = "fedcba9876543210".to_owned();
    assert!(matches!(merged(&[first, stranger]), Err(MergeError::OtherStart { .. })));
}

#[test]
fn what_does_not_go_together_is_named() {
    assert_eq!(merged(&[]), Err(MergeError::NoPreset));
    let silent = sample();
    let refused = merged(&[shard(1.0, 1.0, 0), silent]).unwrap_err();
    assert_eq!(refused, MergeError::NoTally { preset: 1, source_name: "drums".to_owned() });
    let mut more = shard(1.0, 1.0, 0);
    more.sources.push(Source::adaptive("voice", 2, 5));
    assert!(matches!(merged(&[shard(1.0, 1.0, 0), more]), Err(MergeError::OtherSources { .. })));
    let mut weighed = shard(1.0, 1.0, 0);
    weighed.sources[0].learned_mut().unwrap().evidence_weight = Some(0.5);
    assert!(matches!(merged(&[shard(1.0, 1.0, 0), weighed]), Err(MergeError::OtherSources { .. })));
}

#[test]
fn what_was_heard_is_in_the_file_and_goes_when_the_bases_change() {
    let mut preset = shard(36_000.5, 1.0 / 3.0, 0);
    let bytes = file::to_bytes(&preset).unwrap();
    assert_eq!(file::from_bytes(&bytes, "it").unwrap(), preset);
    let learned = preset.sources[0].learned().unwrap().clone();
    preset.sources[0].learn_from_marks(learned);
    assert_eq!(preset.sources[0].learned().unwrap().tally, None);
}

#[test]
fn a_tally_that_does_not_fit_the_bases_is_refused() {
    let mut preset = shard(1.0, 1.0, 0);
    preset.sources[0].learned_mut().unwrap().tally.as_mut().unwrap().weights[1].pop();
    let refused = file::to_bytes(&preset).unwrap_err().to_string();
    assert!(refused.contains("sources[0].heard.weights"), "{refused}");
}
