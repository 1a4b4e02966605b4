use super::*;

const BINS: usize = 40;
const FRAMES: usize = 120;

/// One component: its basis, when it sounds, and its share on the left.
struct Part {
    basis: Vec<f32>,
    activations: Vec<f32>,
    left: f32,
}

fn peak(bin: usize) -> Vec<f32> {
    (0..BINS).map(|f| if f == bin { 0.9 } else { 0.1 / BINS as f32 }).collect()
}

fn broad(centre: usize) -> Vec<f32> {
    (0..BINS).map(|f| 1.0 / (30.0 + f.abs_diff(centre) as f32)).collect()
}

/// Hits that decay by `decay` per frame, every `period` frames from `first` on.
fn hits(first: usize, period: usize, decay: f32) -> Vec<f32> {
    let mut h = 0.0;
    (0..FRAMES)
        .map(|t| {
            h = if t % period == first { 1.0 } else { decay * h };
            h
        })
        .collect()
}

fn group(parts: &[Part], groups: usize, cue: Cue) -> Vec<u8> {
    let bases: Vec<f32> = parts.iter().flat_map(|part| part.basis.clone()).collect();
    let activations: Vec<f32> = (0..FRAMES).flat_map(|t| parts.iter().map(move |part| part.activations[t])).collect();
    let left: Vec<f32> = parts.iter().map(|part| part.left).collect();
    let components = Components { bases: &bases, activations: &activations, left: &left };
    let mut owners = vec![77; parts.len()];
    let mut grouping = Grouping::new(parts.len() + 2, FRAMES);
    grouping.group(&components, groups, cue, &mut owners);
    let once = owners.clone();
    grouping.group(&components, groups, cue, &mut owners);
    assert_eq!(owners, once, "what was grouped before leaves no trace");
    owners
}

/// A tone, a snare, another tone, a hat, on other beats and sides.
fn band() -> Vec<Part> {
    let part = |basis, activations, left| Part { basis, activations, left };
    vec![
        part(peak(5), hits(0, 30, 0.95), 0.2),
        part(broad(10), hits(15, 30, 0.4), 0.9),
        part(peak(14), hits(0, 30, 0.97), 0.8),
        part(broad(35), hits(15, 30, 0.2), 0.1),
    ]
}

#[test]
fn timbre_tells_drums_from_tones_and_puts_drums_first() {
    assert_eq!(group(&band(), 2, Cue::Timbre), [1, 0, 1, 0]);
}

#[test]
fn time_keeps_together_what_sounds_together_and_puts_the_loudest_first() {
    assert_eq!(group(&band(), 2, Cue::Time), [0, 1, 0, 1]);
}

#[test]
fn position_goes_from_left_to_right() {
    assert_eq!(group(&band(), 2, Cue::Position), [1, 0, 0, 1]);
    let mut parts = band();
    parts[0].left = 0.5;
    assert_eq!(group(&parts, 3, Cue::Position), [1, 0, 0, 2]);
}

#[test]
fn every_group_gets_a_component() {
    let parts = band();
    let same: Vec<Part> = (0..5).map(|_| Part { basis: peak(3), activations: hits(0, 9, 0.5), left: 0.5 }).collect();
    for cue in Cue::ALL {
        for groups in 1..=4 {
            for parts in [&parts, &same] {
                let owners = group(parts, groups, cue);
                for owner in 0..groups as u8 {
                    assert!(owners.contains(&owner), "{cue:?}, {groups} groups: {owners:?}");
                }
                assert!(owners.iter().all(|owner| usize::from(*owner) < groups));
            }
        }
    }
}

#[test]
fn silent_components_go_where_their_basis_is_most_alike() {
    let mut parts = band();
    parts.push(Part { basis: peak(14), activations: vec![0.0; FRAMES], left: 0.0 });
    parts.push(Part { basis: broad(30), activations: vec![1e-9; FRAMES], left: 0.0 });
    for cue in Cue::ALL {
        let owners = group(&parts, 2, cue);
        assert_eq!((owners[4], owners[5]), (owners[2], owners[3]), "{cue:?}");
    }
}

#[test]
fn silence_and_what_is_no_number_are_grouped_all_the_same() {
    for value in [0.0, f32::NAN, f32::INFINITY, -1.0, f32::MAX] {
        let mut parts = band();
        for cue in Cue::ALL {
            parts[1].activations.fill(value);
            parts[2].left = value;
            assert!(group(&parts, 3, cue).iter().all(|owner| *owner < 3), "{value}, {cue:?}");
            parts.iter_mut().for_each(|part| part.activations.fill(value));
            assert!(group(&parts, 3, cue).iter().all(|owner| *owner < 3), "{value}, {cue:?}");
        }
    }
}

#[test]
fn fewer_components_than_groups_get_one_each() {
    let parts = band().split_off(2);
    for cue in Cue::ALL {
        let mut owners = group(&parts, 5, cue);
        owners.sort_unstable();
        assert_eq!(owners, [0, 1], "{cue:?}");
    }
}
