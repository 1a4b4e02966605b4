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
/// Up to this share a source that is lit is grey; its colour is full from 1 minus this on.
const GREY_BELOW: f32 = 0.2;
/// What is left of the level of what is not lit.
const UNLIT_LEVEL: f32 = 0.55;

/// The colours of a preset's sources, for mixing.
#[derive(Debug, Clone, PartialEq)]
pub struct ColourMap {
    sources: Vec<Lab>,
    /// How far each of them is from grey.
    chroma: Vec<f32>,
    /// The entropy of equal shares.
    most_entropy: f32,
    ground: Lab,
}

impl ColourMap {
    /// For sources of these colours.
    pub fn new(colours: impl Iterator<Item = Color32>) -> Self {
        let sources: Vec<Lab> = colours.map(Lab::of).collect();
        Self {
            chroma: sources.iter().map(|source| source.chroma()).collect(),
            most_entropy: (sources.len() as f32).ln(),
            ground: Lab::of(SCREEN.well),
            sources,
        }
    }

    /// Number of sources.
    pub fn sources(&self) -> usize {
        self.sources.len()
    }

    /// The colour of silence.
    pub fn ground(&self) -> Color32 {
        self.colour(0.0, &[])
    }

    /// The colour for the level `level`, 0 to 1, while `source` is lit: its own where its share `own`, 0 to 1, is
    /// large, and a darker grey where others have the most.
    pub fn lit_colour(&self, level: f32, source: usize, own: f32) -> Color32 {
        let x = ((own - GREY_BELOW) / (1.0 - 2.0 * GREY_BELOW)).clamp(0.0, 1.0);
        let own = x * x * (3.0 - 2.0 * x);
        let seen = level.clamp(0.0, 1.0) * (UNLIT_LEVEL + (1.0 - UNLIT_LEVEL) * own);
        let lightness = LIGHTNESS.0 + (LIGHTNESS.1 - LIGHTNESS.0) * seen;
        let faded_in = (level / COLOURED).clamp(0.0, 1.0);
        let lit = self.sources.get(source).copied().unwrap_or_default();
        let chroma = own * faded_in * (lightness / lit.lightness.max(0.1)).min(1.0);
        let tinted = |ground: f32, lit: f32| (1.0 - faded_in) * ground + chroma * lit;
        Lab { lightness, a: tinted(self.ground.a, lit.a), b: tinted(self.ground.b, lit.b) }.to_screen()
    }

    /// The colour for the level `level`, 0 to 1, of which source s has the share `shares[s]`. The shares sum to 1; what
    /// lies behind those of the sources is not looked at.
    pub fn colour(&self, level: f32, shares: &[f32]) -> Color32 {
        if level <= 0.0 {
            return Lab { lightness: LIGHTNESS.0, ..self.ground }.to_screen();
        }
        let lightness = LIGHTNESS.0 + (LIGHTNESS.1 - LIGHTNESS.0) * level.clamp(0.0, 1.0);
        let shares = &shares[..shares.len().min(self.sources.len())];
        let (mut mixed, mut chroma) = (Lab::default(), 0.0);
        for ((source, own), share) in self.sources.iter().zip(&self.chroma).zip(shares) {
            mixed.lightness += share * source.lightness;
            mixed.a += share * source.a;
            mixed.b += share * source.b;
            chroma += share * own;
        }
        let length = mixed.chroma().max(1e-6);
        // A shade keeps the saturation of its colour: chroma in proportion to lightness.
        let shade = (lightness / mixed.lightness.max(0.1)).min(1.0);
        let faded_in = (level / COLOURED).clamp(0.0, 1.0);
        let chroma = chroma * shade * faded_in * confidence_by(shares, self.most_entropy).sqrt();
        let tinted = |ground: f32, mixed: f32| (1.0 - faded_in) * ground + chroma * mixed / length;
        Lab { lightness, a: tinted(self.ground.a, mixed.a), b: tinted(self.ground.b, mixed.b) }.to_screen()
    }
}

/// `colour` of a source that is not lit: grey, and a little darker.
pub fn greyed(colour: Color32) -> Color32 {
    Lab { lightness: UNLIT_LEVEL * Lab::of(colour).lightness, a: 0.0, b: 0.0 }.to_screen()
}

/// How clearly `shares` favour one of the sources: 1 minus their normalised entropy, 0 to 1.
pub fn confidence(shares: &[f32]) -> f32 {
    confidence_by(shares, (shares.len() as f32).ln())
}

/// The same, where the entropy of equal shares is known.
fn confidence_by(shares: &[f32], most_entropy: f32) -> f32 {
    if shares.len() < 2 {
        return 1.0;
    }
    let entropy: f32 = shares.iter().filter(|share| **share > 1e-6).map(|share| -share * share.ln()).sum();
    (1.0 - entropy / most_entropy).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::PALETTE;

    fn map() -> ColourMap {
        ColourMap::new(PALETTE.into_iter().map(|colour| SCREEN.source(colour)))
    }

    fn alone(source: usize) -> [f32; PALETTE.len()] {
        std::array::from_fn(|s| if s == source { 1.0 } else { 0.0 })
    }

    #[test]
    fn equal_steps_of_level_are_equal_steps_of_lightness_whatever_the_source() {
        let map = map();
        for source in 0..PALETTE.len() {
            let lightness = |level| Lab::of(map.colour(level, &alone(source))).lightness;
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
            let seen = map.colour(level, &alone(source));
            for (a, b) in seen.to_array().into_iter().zip(colour.to_array()) {
                assert!(a.abs_diff(b) <= 2, "{seen:?} for {colour:?}");
            }
        }
    }

    #[test]
    fn a_lit_source_keeps_its_hue_and_the_others_are_grey() {
        let map = map();
        for (source, colour) in PALETTE.into_iter().map(|colour| SCREEN.source(colour)).enumerate().take(7) {
            let (own, lit) = (Lab::of(colour), Lab::of(map.lit_colour(0.6, source, 1.0)));
            assert!((own.a * lit.b - own.b * lit.a).abs() < 0.04 * own.chroma() * lit.chroma() && lit.chroma() > 0.07);
            let other = Lab::of(map.lit_colour(0.6, source, 0.1));
            assert!(other.chroma() < 0.01 && other.lightness < lit.lightness, "{other:?}");
        }
    }

    #[test]
    fn doubt_is_grey() {
        let two = ColourMap::new(PALETTE[..2].iter().map(|colour| SCREEN.source(*colour)));
        let chroma = |share: f32| {
            let seen = Lab::of(two.colour(0.6, &[share, 1.0 - share]));
            seen.chroma()
        };
        assert!(chroma(0.5) < 0.01, "{}", chroma(0.5));
        assert!(chroma(0.7) < chroma(0.9) && chroma(0.9) < chroma(1.0));
        assert_eq!(confidence(&[0.5, 0.5]), 0.0);
        assert_eq!(confidence(&[1.0]), 1.0);
    }

    /// How people see whose eyes lack the cones for long or for medium wavelengths: matrices on linear red, green and
    /// blue (Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision
    /// Deficiency", severity 1.0).
    const PROTANOPIA: [[f32; 3]; 3] =
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]];
    const DEUTERANOPIA: [[f32; 3]; 3] =
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]];
    const NORMAL: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    /// `colour` as such eyes see it.
    fn seen(colour: Color32, eyes: &[[f32; 3]; 3]) -> Lab {
        let [r, g, b, _] = egui::Rgba::from(colour).to_array();
        let [r, g, b] = eyes.map(|row| (row[0] * r + row[1] * g + row[2] * b).clamp(0.0, 1.0));
        Lab::of(egui::Rgba::from_rgb(r, g, b).into())
    }

    fn distance(a: Lab, b: Lab) -> f32 {
        (a.lightness - b.lightness).hypot((a.a - b.a).hypot(a.b - b.b))
    }

    /// Least distances between the colours of the sources at an equal level: of any two, and of neighbours.
    fn least_distances(level: f32, eyes: &[[f32; 3]; 3]) -> (f32, f32) {
        let map = map();
        let colours: Vec<Lab> = (0..PALETTE.len()).map(|s| seen(map.colour(level, &alone(s)), eyes)).collect();
        let of_neighbours = colours.windows(2).map(|two| distance(two[0], two[1])).fold(f32::MAX, f32::min);
        let pairs = colours.iter().enumerate().flat_map(|(i, a)| colours[i + 1..].iter().map(|b| distance(*a, *b)));
        (pairs.fold(f32::MAX, f32::min), of_neighbours)
    }

    /// Measured at levels 0.5 and 0.6: 0.079 and 0.090 with normal eyes, 0.034 and 0.037 under protanopia, 0.013 and
    /// 0.015 under deuteranopia; neighbours 0.085, 0.076 and 0.020 at least. Some 0.02 is just seen between large
    /// areas. So eight hues of one lightness are told apart with normal eyes, and not by all others: orange and yellow,
    /// for one, differ too little then. For these there is the spotlight. The palette as presets store it has 0.034
    /// with normal eyes and 0.005 under deuteranopia.
    #[test]
    fn sources_of_equal_loudness_differ_as_far_as_hues_can() {
        for (eyes, name, floor, of_neighbours) in [
            (&NORMAL, "normal", 0.075, 0.08),
            (&PROTANOPIA, "protanopia", 0.03, 0.07),
            (&DEUTERANOPIA, "deuteranopia", 0.01, 0.018),
        ] {
            for level in [0.5, 0.6] {
                let (pair, neighbours) = least_distances(level, eyes);
                assert!(pair > floor && neighbours > of_neighbours, "{name}, level {level}: {pair}, {neighbours}");
            }
        }
    }

    /// Measured: 0.213 with normal eyes, 0.144 under protanopia, 0.209 under deuteranopia.
    #[test]
    fn a_lit_source_is_told_from_all_others_by_all_eyes() {
        let map = map();
        for (eyes, name) in [(&NORMAL, "normal"), (&PROTANOPIA, "protanopia"), (&DEUTERANOPIA, "deuteranopia")] {
            for source in 0..PALETTE.len() {
                let [lit, other] = [1.0, 0.0].map(|own| seen(map.lit_colour(0.6, source, own), eyes));
                let far = distance(lit, other);
                assert!(far > 0.12, "{name}, source {source}: {far}");
            }
        }
    }
}
