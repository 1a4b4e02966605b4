//! Colours as they are seen: OKLab (Ottosson 2020), where equal steps of lightness look equal.

use egui::{Color32, Rgba, ecolor::gamma_u8_from_linear_f32};
use std::sync::LazyLock;

/// Halvings of the way to grey by which a colour is brought into the screen's range.
const GAMUT_STEPS: usize = 7;

/// A colour: how light it is, and how far from grey, towards red and towards yellow.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Lab {
    /// 0 for black to 1 for white.
    pub(super) lightness: f32,
    /// From green to red.
    pub(super) a: f32,
    /// From blue to yellow.
    pub(super) b: f32,
}

impl Lab {
    pub(super) fn of(colour: Color32) -> Self {
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

    /// How far it is from grey.
    pub(super) fn chroma(self) -> f32 {
        (self.a * self.a + self.b * self.b).sqrt()
    }

    /// The colour on the screen; where the screen has none of that chroma, the most it has.
    pub(super) fn to_screen(self) -> Color32 {
        let within = |rgb: &[f32; 3]| rgb.iter().all(|value| (-1e-3..=1.001).contains(value));
        let faded = |share: f32| Self { a: share * self.a, b: share * self.b, ..self }.linear();
        let mut rgb = faded(1.0);
        if !within(&rgb) {
            let (mut inside, mut outside) = (0.0, 1.0);
            for _ in 0..GAMUT_STEPS {
                let middle = 0.5 * (inside + outside);
                if within(&faded(middle)) { inside = middle } else { outside = middle }
            }
            rgb = faded(inside);
        }
        let [r, g, b] = rgb.map(screen_value);
        Color32::from_rgb(r, g, b)
    }

    /// Linear red, green and blue.
    fn linear(self) -> [f32; 3] {
        let cube = |root: f32| root * root * root;
        let l = cube(self.lightness + 0.396_337_78 * self.a + 0.215_803_76 * self.b);
        let m = cube(self.lightness - 0.105_561_346 * self.a - 0.063_854_17 * self.b);
        let s = cube(self.lightness - 0.089_484_18 * self.a - 1.291_485_5 * self.b);
        [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ]
    }
}

/// Entries of the table of the screen's values: where they are densest, five of them have the same.
const SCREEN_VALUES: usize = 1 << 14;

/// What the screen is given for the linear `value`, looked up: a picture has a thousand colours a column. Within one
/// step.
fn screen_value(value: f32) -> u8 {
    static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let linear = |entry: usize| entry as f32 / (SCREEN_VALUES - 1) as f32;
        (0..SCREEN_VALUES).map(|entry| gamma_u8_from_linear_f32(linear(entry))).collect()
    });
    TABLE[(value.clamp(0.0, 1.0) * (SCREEN_VALUES - 1) as f32 + 0.5) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_screen_are_looked_up_within_one_step() {
        for n in 0..=100_000_u32 {
            let value = n as f32 / 100_000.0;
            assert!(screen_value(value).abs_diff(gamma_u8_from_linear_f32(value)) <= 1, "{value}");
        }
        assert_eq!((screen_value(-0.1), screen_value(2.0), screen_value(f32::NAN)), (0, 255, 0));
    }
}
