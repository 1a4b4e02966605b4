//! The colour map: lightness stands for the level, hue for the source, chroma for how clearly it is one source.
//!
//! In OKLab (Ottosson 2020), where equal steps of lightness look equal. A source alone has its own colour where the
//! level has the lightness of that colour, a shade of it below, a tint above.

use crate::editor::{oklab::Lab, theme::SCREEN};
use egui::Color32;

/// Lightness of silence, which is that of the background, and of the highest level.
const LIGHTNESS: (f32, f32) = (0.165, 0.95);
/// Level up to which colour fades in, so that silence has no colour.
const COLOURED: f32 = 0.15;

/// The colours of a preset's sources, for mixing.
#[derive(Debug, Clone, PartialEq)]
pub struct ColourMap {
    sources: Vec<Lab>,
    ground: Lab,
}

impl ColourMap {
    /// For sources of these colours.
    pub fn new(colours: impl Iterator<Item = Color32>) -> Self {
        Self { sources: colours.map(Lab::of).collect(), ground: Lab::of(SCREEN.well) }
    }

    /// Number of sources.
    pub fn sources(&self) -> usize {
        self.sources.len()
    }

    /// The colour for the level `level`, 0 to 1, of which source s has the share `shares(s)`. The shares sum to 1.
    pub fn colour(&self, level: f32, shares: impl Fn(usize) -> f32) -> Color32 {
        let lightness = LIGHTNESS.0 + (LIGHTNESS.1 - LIGHTNESS.0) * level.clamp(0.0, 1.0);
        let (mut mixed, mut chroma) = (Lab::default(), 0.0);
        for (s, source) in self.sources.iter().enumerate() {
            let share = shares(s);
            mixed.lightness += share * source.lightness;
            mixed.a += share * source.a;
            mixed.b += share * source.b;
            chroma += share * source.chroma();
        }
        let length = mixed.chroma().max(1e-6);
        // A shade keeps the saturation of its colour: chroma in proportion to lightness.
        let shade = (lightness / mixed.lightness.max(0.1)).min(1.0);
        let faded_in = (level / COLOURED).clamp(0.0, 1.0);
        let chroma = chroma * shade * faded_in * confidence(self.sources.len(), &shares).sqrt();
        let tinted = |ground: f32, mixed: f32| (1.0 - faded_in) * ground + chroma * mixed / length;
        Lab { lightness, a: tinted(self.ground.a, mixed.a), b: tinted(self.ground.b, mixed.b) }.to_screen()
    }
}

/// How clearly the shares of `sources` sources favour one of them: 1 minus their normalised entropy, 0 to 1.
pub fn confidence(sources: usize, shares: impl Fn(usize) -> f32) -> f32 {
    if sources < 2 {
        return 1.0;
    }
    let entropy: f32 = (0..sources).map(&shares).filter(|share| *share > 1e-6).map(|share| -share * share.ln()).sum();
    (1.0 - entropy / (sources as f32).ln()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::PALETTE;

    fn map() -> ColourMap {
        ColourMap::new(PALETTE.into_iter().map(|colour| SCREEN.source(colour)))
    }

    fn alone(source: usize) -> impl Fn(usize) -> f32 {
        move |s| if s == source { 1.0 } else { 0.0 }
    }

    #[test]
    fn equal_steps_of_level_are_equal_steps_of_lightness_whatever_the_source() {
        let map = map();
        for source in 0..PALETTE.len() {
            let lightness = |level| Lab::of(map.colour(level, alone(source))).lightness;
            for tenth in 0..10 {
                let step = lightness((tenth + 1) as f32 / 10.0) - lightness(tenth as f32 / 10.0);
                let wanted = (LIGHTNESS.1 - LIGHTNESS.0) / 10.0;
                assert!((step - wanted).abs() < 0.012, "source {source}, step {tenth}: {step} for {wanted}");
            }
        }
    }

    #[test]
    fn a_lone_source_as_light_as_its_colour_has_its_colour() {
        let map = map();
        for (source, colour) in PALETTE.into_iter().map(|colour| SCREEN.source(colour)).enumerate() {
            let level = (Lab::of(colour).lightness - LIGHTNESS.0) / (LIGHTNESS.1 - LIGHTNESS.0);
            let seen = map.colour(level, alone(source));
            for (a, b) in seen.to_array().into_iter().zip(colour.to_array()) {
                assert!(a.abs_diff(b) <= 2, "{seen:?} for {colour:?}");
            }
        }
    }

    #[test]
    fn doubt_is_grey() {
        let two = ColourMap::new(PALETTE[..2].iter().map(|colour| SCREEN.source(*colour)));
        let chroma = |share: f32| {
            let seen = Lab::of(two.colour(0.6, |s| if s == 0 { share } else { 1.0 - share }));
            seen.chroma()
        };
        assert!(chroma(0.5) < 0.01, "{}", chroma(0.5));
        assert!(chroma(0.7) < chroma(0.9) && chroma(0.9) < chroma(1.0));
        assert_eq!(confidence(2, |_| 0.5), 0.0);
        assert_eq!(confidence(1, |_| 1.0), 1.0);
    }
}
