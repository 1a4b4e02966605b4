//! Automation is heard where it was drawn.

use super::{
    player::{append, cut, fresh, nothing, with_learned},
    signals::noise,
};
use clap_host::{Instance, Separate};

const RATE: f64 = 44_100.0;
/// How far from where it was drawn a change may be half done, in seconds.
const TOLERANCE: f64 = 0.002;

/// The sample from which on something is drawn.
const DRAWN: usize = 8192;
/// Sets what is heard to the input.
const UNITY: [(&str, &str); 8] = [
    ("mute_1", "Off"),
    ("mute_2", "Off"),
    ("gain_1", "0"),
    ("gain_2", "0"),
    ("Mix", "100"),
    ("Output", "0"),
    ("Bypass", "Off"),
    ("Delta", "Off"),
];

/// Something that is drawn.
struct Case<'a> {
    what: &'a str,
    /// What was set before, and what is drawn.
    before: &'a [(&'a str, &'a str)],
    drawn: &'a [(&'a str, &'a str)],
    /// The gain of the whole before and after.
    gains: [f32; 2],
}

fn playing(mut plugin: Instance, mode: &str, max_block: usize) -> Instance {
    plugin.activate(RATE, max_block).unwrap();
    plugin.set("Mode", mode).unwrap();
    plugin.play(&noise(2, 64), &[64], Separate::Missing).unwrap();
    plugin.restart_if_asked().unwrap();
    plugin
}

/// The gain with which `input` is heard in `output`, around each sample.
fn gain(input: &[f32], output: &[f32]) -> Vec<f32> {
    const AROUND: usize = 48;
    let products = |a: &[f32]| -> Vec<f32> {
        let mut sums = vec![0.0_f32; input.len() + 1];
        for (n, (a, b)) in a.iter().zip(input).enumerate() {
            sums[n + 1] = sums[n] + a * b;
        }
        sums
    };
    let (with_output, with_input) = (products(output), products(input));
    let window = |sums: &[f32], n: usize| sums[(n + AROUND).min(input.len())] - sums[n.saturating_sub(AROUND)];
    (0..input.len()).map(|n| window(&with_output, n) / window(&with_input, n).max(1e-9)).collect()
}

/// In every latency mode, for gains as well as for what acts on the whole, and wherever in a frame it comes.
#[test]
fn what_is_drawn_at_a_sample_is_heard_there() {
    let all = |value: &'static str| [("mute_1", value), ("mute_2", value)];
    let cases = [
        Case { what: "mutes", before: &[], drawn: &all("On"), gains: [1.0, 0.0] },
        Case {
            what: "gains",
            before: &[("gain_1", "-inf"), ("gain_2", "-inf")],
            drawn: &[("gain_1", "0"), ("gain_2", "0")],
            gains: [0.0, 1.0],
        },
        Case { what: "mix", before: &all("On"), drawn: &[("Mix", "0")], gains: [0.0, 1.0] },
        Case { what: "output", before: &[], drawn: &[("Output", "-24")], gains: [1.0, 0.063] },
        Case { what: "bypass", before: &all("On"), drawn: &[("Bypass", "On")], gains: [0.0, 1.0] },
        Case { what: "removed", before: &[], drawn: &[("Delta", "On")], gains: [1.0, 0.0] },
        // Nine tenths of it are the dry share.
        Case { what: "dry share", before: &[("Mix", "10")], drawn: &[("Delta", "On")], gains: [1.0, 0.0] },
    ];
    for mode in ["Direct", "Live", "Balanced", "Quality"] {
        let mut plugin = playing(with_learned(), mode, 8192);
        let latency = plugin.latency().unwrap();
        for Case { what, before, drawn, gains: [from, to] } in &cases {
            for late in [0, 97, 233, 401] {
                for (name, text) in UNITY.iter().chain(*before) {
                    plugin.set(name, text).unwrap();
                }
                plugin.play(&noise(2, 64), &[64], Separate::Missing).unwrap();
                plugin.reset();
                let (input, mut heard) = (noise(2, 24_000), nothing());
                append(&mut heard, plugin.play(&cut(&input, 0..DRAWN), &[DRAWN], Separate::Missing).unwrap());
                for (name, text) in *drawn {
                    let value = plugin.value_of(name, text).unwrap();
                    plugin.set_value(name, value, late).unwrap();
                }
                append(&mut heard, plugin.play(&cut(&input, DRAWN..24_000), &[8192], Separate::Missing).unwrap());
                let heard = &heard.main[0];
                let gain = gain(&input[0][..heard.len() - latency], &heard[latency..]);
                let passed = |gain: &f32| (gain - (from + to) / 2.0) * (to - from) > 0.0;
                let around = 4_000..gain.len() - 100;
                let half = around.start + gain[around].iter().position(passed).unwrap();
                let off = (half as f64 - (DRAWN + late as usize) as f64) / RATE;
                assert!(off.abs() < TOLERANCE, "{mode}, {what} at {late}: {:+.1} ms", 1e3 * off);
            }
        }
    }
}

/// Some hosts play longer blocks than they have announced, with events anywhere in them.
#[test]
fn longer_blocks_than_announced_are_played_whole() {
    let input = noise(2, 20_000);
    let played = |max_block: usize, block: usize| {
        let mut plugin = playing(fresh(), "Balanced", max_block);
        plugin.reset();
        let muted = plugin.value_of("mute_1", "On").unwrap();
        plugin.set_value("mute_1", muted, 3_333).unwrap();
        plugin.play(&input, &[block], Separate::Given).unwrap()
    };
    let announced = played(20_000, 20_000);
    assert!(announced.main[0][19_000..].iter().any(|sample| *sample != 0.0));
    assert!(played(512, 20_000) == announced, "to the bit");
}

/// No memory is taken for the longest block that a host has announced: this would be 170 GB.
#[test]
fn a_host_may_announce_blocks_of_any_length() {
    let mut plugin = playing(fresh(), "Live", 1 << 31);
    let (input, latency) = (noise(2, 20_000), plugin.latency().unwrap());
    let played = plugin.play(&input, &[20_000], Separate::Given).unwrap();
    assert!(played.main[0][latency..].iter().zip(&input[0]).all(|(out, sample)| (out - sample).abs() < 1e-4));
}

/// Points joined by straight lines, as VST3 has it: a bounce with other blocks is the same.
#[cfg(target_os = "linux")]
#[test]
fn a_vst3_hosts_ramps_follow_their_points_at_every_block_size() {
    use super::{signals::error_db, vst3_player::Vst3Player};

    let input = noise(2, 60_000);
    let ramp = |n: usize| 1.0 - 0.8 * (n as f64 / 60_000.0);
    let played = |block: usize| {
        let player = Vst3Player::new(RATE, block);
        let (gain, mix) = (player.param("Drums gain"), player.param("Output"));
        let mut played = [Vec::new(), Vec::new()];
        for start in (0..60_000).step_by(block) {
            let end = (start + block).min(60_000);
            let cut: Vec<&[f32]> = input.iter().map(|channel| &channel[start..end]).collect();
            let mut points = vec![((end - start - 1) as i32, ramp(end))];
            if start == 0 {
                points.insert(0, (0, ramp(0)));
            }
            let heard = player.play(&cut, &[(gain, points.clone()), (mix, points)]);
            played.iter_mut().zip(heard).for_each(|(played, heard)| played.extend(heard));
        }
        played
    };
    let fine = played(64);
    for block in [333, 1024, 8192] {
        let other = played(block);
        let error = error_db(&fine[0], &other[0]);
        assert!(error < -60.0, "blocks of {block}: {error:.1} dB");
    }
}
