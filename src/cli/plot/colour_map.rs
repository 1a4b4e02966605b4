//! Levels to colours: dark violet, magenta, orange, pale yellow.
//!
//! The colours are chosen in Oklab (Ottosson 2020), in which equal distances look equal. Lightness rises evenly with
//! the level, so equal steps in level look equal, in print and to colour-blind readers too.

use std::f64::consts::PI;
use std::sync::LazyLock;

const STEPS: usize = 256;
/// Oklab lightness of the lowest and the highest level.
const LIGHTNESS: [f64; 2] = [0.16, 0.96];
/// Hue of the lowest and the highest level, in turns: violet, through magenta, to yellow.
const HUE: [f64; 2] = [0.79, 1.29];
/// Strongest chroma; it falls off to both ends.
const CHROMA: f64 = 0.19;

static COLOURS: LazyLock<[[u8; 3]; STEPS]> =
    LazyLock::new(|| std::array::from_fn(|step| colour_at(step as f64 / (STEPS - 1) as f64)));

/// The colour of `level`, 0 to 1; a level outside is taken for the nearest of these.
pub(super) fn colour(level: f32) -> [u8; 3] {
    // The conversion saturates, and takes NaN for 0.
    COLOURS[((level * (STEPS - 1) as f32).round() as usize).min(STEPS - 1)]
}

fn colour_at(level: f64) -> [u8; 3] {
    let between = |ends: [f64; 2]| ends[0] + level * (ends[1] - ends[0]);
    let lightness = between(LIGHTNESS);
    let hue = 2.0 * PI * between(HUE);
    let mut chroma = CHROMA * (PI * level.powf(0.85)).sin().powf(0.8).max(0.12 + 0.4 * level);
    loop {
        let linear = oklab_to_linear_srgb(lightness, chroma * hue.cos(), chroma * hue.sin());
        // Where the screen cannot show the colour, less chroma keeps its lightness and hue.
        if chroma < 1e-3 || linear.iter().all(|c| (-1e-3..=1.001).contains(c)) {
            return linear.map(|c| (255.0 * gamma(c.clamp(0.0, 1.0))).round() as u8);
        }
        chroma *= 0.98;
    }
}

fn oklab_to_linear_srgb(lightness: f64, a: f64, b: f64) -> [f64; 3] {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
}

/// The transfer curve of sRGB.
fn gamma(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE lightness L* of an sRGB colour, 0 to 100.
    fn cie_lightness(colour: [u8; 3]) -> f64 {
        let linear = colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        if luminance > 0.008_856 { 116.0 * luminance.cbrt() - 16.0 } else { 903.3 * luminance }
    }

    #[test]
    fn a_higher_level_is_always_lighter_and_never_by_a_jump() {
        let lightness: Vec<f64> = (0..=32).map(|i| cie_lightness(colour(i as f32 / 32.0))).collect();
        for pair in lightness.windows(2) {
            let step = pair[1] - pair[0];
            assert!((1.0..6.0).contains(&step), "{lightness:?}");
        }
    }

    #[test]
    fn levels_outside_take_the_nearest_end() {
        assert_eq!(colour(-3.0), colour(0.0));
        assert_eq!(colour(7.0), colour(1.0));
        assert_eq!(colour(f32::NAN), colour(0.0));
    }
}
