//! What an equalizer can do in the best of hands: a crossover whose cut-offs are chosen by the SDR that they give.
//!
//! Bass lies below the cut-off and drums above it; a rest lies between two cut-offs. Of a kit, the kick lies below, the
//! snare between and the hats above.

use crate::scene::Scene;
use unbraid_engine::recording::Recording;

/// The cut-offs to choose from, in Hz: where bass ends, and where drums begin when there is a rest.
const BASS_ENDS_HZ: [f64; 10] = [60.0, 80.0, 100.0, 130.0, 170.0, 220.0, 300.0, 420.0, 600.0, 900.0];
const DRUMS_BEGIN_HZ: [f64; 4] = [1_000.0, 2_000.0, 4_000.0, 8_000.0];
/// The steepness of a Butterworth filter of fourth order, run forwards and backwards: `1 / (1 + (f / cut-off)^8)`.
const POWER: i32 = 8;

/// Nothing for more than three sources.
pub(crate) fn separate(scene: &Scene) -> Option<Vec<Recording>> {
    let order: &[usize] = match *scene.sources() {
        ["drums", "bass"] => &[0, 1],
        ["drums", "bass", "rest"] => &[0, 1, 2],
        ["kick", "snare", "hats"] => &[1, 2, 0],
        _ => return None,
    };
    let with_rest = order.len() > 2;
    let top: &[f64] = if with_rest { &DRUMS_BEGIN_HZ } else { &[0.0] };
    let pairs = BASS_ENDS_HZ.iter().flat_map(|low| top.iter().map(move |high| (*low, *high)));
    let attempts = pairs.map(|(low, high)| {
        let bands = split(&scene.mixture, low, with_rest.then_some(high));
        let estimates: Vec<Recording> = order.iter().map(|band| bands[*band].clone()).collect();
        (scene.mean_sdr(&estimates), estimates)
    });
    attempts.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, estimates)| estimates)
}

/// Drums, bass and, if drums begin at a cut-off of their own, the rest.
fn split(mixture: &Recording, bass_ends: f64, drums_begin: Option<f64>) -> Vec<Recording> {
    let below = |hz: f64, cut_off: f64| 1.0 / (1.0 + (hz / cut_off).powi(POWER));
    let bass = filtered(mixture, |hz| below(hz, bass_ends));
    match drums_begin {
        None => vec![filtered(mixture, |hz| 1.0 - below(hz, bass_ends)), bass],
        Some(begin) => {
            let drums = filtered(mixture, |hz| 1.0 - below(hz, begin));
            vec![drums, bass, filtered(mixture, |hz| below(hz, begin) - below(hz, bass_ends))]
        }
    }
}

/// `recording` with this gain at every frequency in Hz, and no delay at any.
fn filtered(recording: &Recording, gain: impl Fn(f64) -> f64) -> Recording {
    let len = recording.len().next_power_of_two();
    let (forward, inverse) = unbraid_fft::both_f64(len);
    let bin_spacing = f64::from(recording.sample_rate) / len as f64;
    let channel = |channel: &Vec<f32>| {
        let mut samples: Vec<f64> = channel.iter().map(|x| f64::from(*x)).collect();
        samples.resize(len, 0.0);
        let mut spectrum = forward.make_output_vec();
        let transformed = forward.process(&mut samples, &mut spectrum);
        let gains = (0..spectrum.len()).map(|bin| gain(bin as f64 * bin_spacing) / len as f64);
        spectrum.iter_mut().zip(gains).for_each(|(bin, gain)| *bin *= gain);
        let back = transformed.and_then(|()| inverse.process(&mut spectrum, &mut samples));
        debug_assert!(back.is_ok(), "lengths are those of the plan");
        samples[..channel.len()].iter().map(|x| *x as f32).collect()
    };
    Recording { channels: recording.channels.iter().map(channel).collect(), ..*recording }
}
