//! A source's colour as a scale of level: equal steps of level are equal steps of lightness (OKLab, Ottosson 2020).

use crate::editor::oklab::Lab;
use egui::Color32;

/// Steps of the scale.
pub(super) const STEPS: usize = 256;
/// Lightness of the lowest and of the highest level.
const LIGHTNESS: (f32, f32) = (0.16, 0.96);

/// The scale from silence, at 0, to the highest level, in shades of `colour`.
pub(super) fn ramp(colour: Color32) -> [Color32; STEPS] {
    let own = Lab::of(colour);
    std::array::from_fn(|step| {
        let lightness = LIGHTNESS.0 + (LIGHTNESS.1 - LIGHTNESS.0) * step as f32 / (STEPS - 1) as f32;
        // Full chroma at the lightness of the colour itself, none at black and white.
        let share = if lightness < own.lightness {
            lightness / own.lightness
        } else {
            (1.0 - lightness) / (1.0 - own.lightness)
        };
        Lab { lightness, a: share * own.a, b: share * own.b }.to_screen()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{editor::theme::SCREEN, preset::PALETTE};

    #[test]
    fn equal_steps_of_level_are_equal_steps_of_lightness_in_every_colour() {
        for colour in PALETTE.map(|colour| SCREEN.source(colour)) {
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
