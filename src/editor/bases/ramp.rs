//! A source's colour as a scale of level: equal steps of level are equal steps of lightness (Oklab, Ottosson 2020).

use egui::{Color32, Rgba};

/// Steps of the scale.
pub(super) const STEPS: usize = 256;
/// Lightness of the lowest and of the highest level.
const LIGHTNESS: (f32, f32) = (0.16, 0.96);

/// The scale from nothing, at 0, to the highest level, in the tone of `colour`.
pub(super) fn ramp(colour: Color32) -> [Color32; STEPS] {
    let own = Lab::of(colour);
    std::array::from_fn(|step| {
        let lightness = LIGHTNESS.0 + (LIGHTNESS.1 - LIGHTNESS.0) * step as f32 / (STEPS - 1) as f32;
        // Full chroma where it is as light as the colour itself, none at black and white.
        let mut share = if lightness < own.lightness {
            lightness / own.lightness
        } else {
            (1.0 - lightness) / (1.0 - own.lightness)
        };
        loop {
            let colour = Lab { lightness, a: share * own.a, b: share * own.b };
            match colour.to_screen() {
                Some(colour) => return colour,
                // Out of what a screen shows: a little less colour.
                None if share > 0.02 => share *= 0.96,
                None => return Lab { lightness, a: 0.0, b: 0.0 }.to_screen().unwrap_or(Color32::WHITE),
            }
        }
    })
}

struct Lab {
    lightness: f32,
    a: f32,
    b: f32,
}

impl Lab {
    fn of(colour: Color32) -> Self {
        let [r, g, b, _] = Rgba::from(colour).to_array();
        let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
        let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
        let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
        Self {
            lightness: 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            a: 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            b: 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        }
    }

    /// `None` for what a screen cannot show.
    fn to_screen(&self) -> Option<Color32> {
        let cube = |x: f32| x * x * x;
        let l = cube(self.lightness + 0.396_337_78 * self.a + 0.215_803_76 * self.b);
        let m = cube(self.lightness - 0.105_561_346 * self.a - 0.063_854_17 * self.b);
        let s = cube(self.lightness - 0.089_484_18 * self.a - 1.291_485_5 * self.b);
        let rgb = [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ];
        let tolerance = -0.001..=1.001;
        rgb.iter().all(|x| tolerance.contains(x)).then(|| {
            let [r, g, b] = rgb.map(|x| x.clamp(0.0, 1.0));
            Rgba::from_rgb(r, g, b).into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{editor::theme::source_colour, preset::PALETTE};

    #[test]
    fn equal_steps_of_level_are_equal_steps_of_lightness_in_every_colour() {
        for colour in PALETTE.map(source_colour) {
            let ramp = ramp(colour);
            for step in (0..STEPS - 32).step_by(32) {
                let way = Lab::of(ramp[step + 32]).lightness - Lab::of(ramp[step]).lightness;
                assert!((way - 0.8 * 32.0 / 255.0).abs() < 0.012, "{colour:?} at {step}: {way}");
            }
            let own = Lab::of(colour).lightness;
            let step = ((own - 0.16) / 0.8 * 255.0).round() as usize;
            for (a, b) in ramp[step].to_array().into_iter().zip(colour.to_array()) {
                assert!(a.abs_diff(b) < 8, "{:?} for {colour:?}", ramp[step]);
            }
        }
    }
}
