//! The colours of the themes: calm, and legible from a step away.

use crate::{
    editor::oklab::Lab,
    preset::{Colour, MAX_SOURCES, PALETTE},
};
use egui::{Color32, Rgba};

/// The least contrast of a source's colour with the card that it is drawn on, after WCAG 2.1, 1.4.11.
const SOURCE_CONTRAST: f32 = 3.0;

/// The colours of a theme. What they are for is said here; what they have in common is tested from pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Colours {
    /// Dark on light.
    pub is_light: bool,
    /// Behind everything.
    pub ground: Color32,
    /// A card on the ground.
    pub card: Color32,
    /// A card's edge, and lines between groups.
    pub edge: Color32,
    /// A button's edge.
    pub button_edge: Color32,
    /// The empty part of a meter or an arc; a text field.
    pub well: Color32,
    /// A button at rest.
    pub button: Color32,
    /// A button under the pointer.
    pub button_hover: Color32,
    /// What is chosen among several.
    pub chosen: Color32,
    /// Text, and what matters most.
    pub text: Color32,
    /// Text under the pointer.
    pub lit_text: Color32,
    /// Captions and what matters less.
    pub weak: Color32,
    /// Scales and ticks.
    pub faint: Color32,
    /// What is on a light fill.
    pub ink: Color32,
    /// The ring around what has the keyboard's focus.
    pub focus: Color32,
    /// What is chosen in a list.
    pub selection: Color32,
    /// Something waits, or was switched off by choice: a pending mode, bypass.
    pub notice: Color32,
    /// Something failed, or clipped; a lit mute.
    pub alarm: Color32,
    /// Something was done.
    pub done: Color32,
    /// A failure banner's ground.
    pub alarm_ground: Color32,
    /// A lit Learn switch, and the level of what is captured.
    pub record: Color32,
    /// A lit solo.
    pub solo: Color32,
    /// Arcs and bars that belong to no source.
    pub neutral: Color32,
    /// A knob's body, at its top, at its foot and at its rim.
    pub knob: [Color32; 3],
    /// What the colours of what is not heard go towards.
    pub unheard: Color32,
}

/// For dark rooms: the theme of a first insert.
pub const DARK: Colours = Colours {
    is_light: false,
    ground: rgb(0x12_14_18),
    card: rgb(0x1C_1F_26),
    edge: rgb(0x2C_31_3A),
    button_edge: rgb(0x68_71_80),
    well: rgb(0x0C_0E_11),
    button: rgb(0x2A_2F_38),
    button_hover: rgb(0x38_3F_4B),
    chosen: rgb(0xD7_DC_E3),
    text: rgb(0xEC_EF_F3),
    lit_text: Color32::WHITE,
    weak: rgb(0xB6_BD_C8),
    faint: rgb(0xA2_AA_B6),
    ink: rgb(0x10_12_15),
    focus: rgb(0x8A_B4_F8),
    selection: rgb(0x3C_4E_6B),
    notice: rgb(0xF2_B5_44),
    alarm: rgb(0xE8_4A_4F),
    done: rgb(0x5F_C9_8B),
    alarm_ground: rgb(0x3B_1B_1E),
    record: rgb(0xF0_6A_3C),
    solo: rgb(0xF5_D4_3B),
    neutral: rgb(0xB9_C3_D0),
    knob: [rgb(0x42_45_4B), rgb(0x2A_2D_33), rgb(0x4E_51_57)],
    unheard: rgb(0x70_70_70),
};

/// For daylight.
pub const LIGHT: Colours = Colours {
    is_light: true,
    ground: rgb(0xD9_DD_E3),
    card: rgb(0xF3_F5_F8),
    edge: rgb(0xBA_C1_CB),
    button_edge: rgb(0x6A_73_81),
    well: rgb(0xCF_D4_DC),
    button: rgb(0xE4_E8_ED),
    button_hover: rgb(0xD2_D8_E0),
    chosen: rgb(0x3A_42_4E),
    text: rgb(0x15_19_1F),
    lit_text: Color32::BLACK,
    weak: rgb(0x36_3E_4A),
    faint: rgb(0x3E_47_54),
    ink: rgb(0x10_12_15),
    focus: rgb(0x1A_5F_C4),
    selection: rgb(0xBC_D2_F3),
    notice: rgb(0x6B_44_00),
    alarm: rgb(0xA8_12_1B),
    done: rgb(0x0A_52_2B),
    alarm_ground: rgb(0xFA_DC_DC),
    record: rgb(0xB8_41_12),
    solo: rgb(0xE0_B4_00),
    neutral: rgb(0x55_61_70),
    knob: [rgb(0xFF_FF_FF), rgb(0xD8_DD_E4), rgb(0x93_9C_A9)],
    unheard: rgb(0xA0_A0_A0),
};

/// For eyes that need more: white and black, and every edge drawn.
pub const HIGH_CONTRAST: Colours = Colours {
    is_light: false,
    ground: Color32::BLACK,
    card: rgb(0x06_06_08),
    edge: rgb(0x9A_A3_B0),
    button_edge: rgb(0xE6_EA_F0),
    well: rgb(0x30_34_3A),
    button: rgb(0x16_18_1C),
    button_hover: rgb(0x3A_40_4A),
    chosen: Color32::WHITE,
    text: Color32::WHITE,
    lit_text: Color32::WHITE,
    weak: rgb(0xF0_F3_F7),
    faint: rgb(0xE2_E6_EC),
    ink: Color32::BLACK,
    focus: rgb(0x6C_D4_FF),
    selection: rgb(0x1E_4E_9C),
    notice: rgb(0xFF_CF_40),
    alarm: rgb(0xFF_7A_78),
    done: rgb(0x6C_F0_A4),
    alarm_ground: rgb(0x48_00_06),
    record: rgb(0xFF_8E_58),
    solo: rgb(0xFF_E6_3C),
    neutral: rgb(0xE6_EA_F0),
    knob: [rgb(0x30_34_3A), rgb(0x1C_1F_24), rgb(0xE6_EA_F0)],
    unheard: rgb(0x8C_8C_8C),
};

/// What the pictures are drawn with, in every theme: as on a screen, light stands for loud.
pub const SCREEN: &Colours = &DARK;

/// How the colours of [`PALETTE`] are shown. Where the picture shows two sources equally loud, they are equally light
/// and differ in hue alone; in the palette two blues and two oranges are then hardly told apart.
const SHOWN_PALETTE: [Color32; MAX_SOURCES] = [
    rgb(0xE6_9F_00), // orange
    rgb(0x4E_BD_FF), // sky blue
    rgb(0x00_9E_96), // bluish green
    rgb(0xD3_E6_36), // yellow
    rgb(0xE0_5A_4A), // vermilion
    rgb(0xD9_6F_C8), // reddish purple
    rgb(0x6A_72_EE), // blue
    rgb(0xBB_BB_BB), // grey
];

impl Colours {
    /// A source's colour as it is drawn on a card: its own, or as much darker or lighter as it must be to be seen.
    /// Colours of [`PALETTE`] are those of [`SHOWN_PALETTE`].
    pub fn source(&self, colour: Colour) -> Color32 {
        let [r, g, b] = colour.0;
        let of_palette = PALETTE.iter().position(|known| *known == colour);
        let own = of_palette.map_or(Color32::from_rgb(r, g, b), |i| SHOWN_PALETTE[i]);
        let far = if self.is_light { 0.0 } else { 1.0 };
        let lab = Lab::of(own);
        let steps = (0..=32u8).map(|step| f32::from(step) / 32.0);
        let mut moved = steps.map(|share| match share {
            0.0 => own,
            _ => Lab { lightness: lab.lightness + share * (far - lab.lightness), ..lab }.to_screen(),
        });
        moved.find(|seen| contrast(*seen, self.card) >= SOURCE_CONTRAST).unwrap_or(self.text)
    }

    /// Dark or white, whichever reads better on `fill`.
    pub fn ink_on(&self, fill: Color32) -> Color32 {
        if luminance(fill) > 0.18 { self.ink } else { Color32::WHITE }
    }

    /// `colour` as it looks on something that is not heard.
    pub fn unheard(&self, colour: Color32) -> Color32 {
        colour.lerp_to_gamma(self.unheard, 0.75).lerp_to_gamma(self.card, 0.45)
    }
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

/// Relative luminance after WCAG 2, 0 to 1.
fn luminance(colour: Color32) -> f32 {
    let [r, g, b, _] = Rgba::from(colour).to_array();
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast ratio after WCAG 2, 1 to 21.
fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    (a / b).max(b / a)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_source_is_seen_in_every_theme_and_keeps_its_colour_in_the_dark_one() {
        let odd = [Colour([0, 0, 0]), Colour([255, 255, 255]), Colour([40, 0, 90])];
        for theme in [&DARK, &LIGHT, &HIGH_CONTRAST] {
            for colour in PALETTE.into_iter().chain(odd) {
                let seen = theme.source(colour);
                assert!(contrast(seen, theme.card) >= SOURCE_CONTRAST, "{colour:?} is {seen:?}");
            }
        }
        for (colour, shown) in PALETTE.into_iter().zip(SHOWN_PALETTE) {
            assert_eq!(DARK.source(colour), shown);
        }
        let own = Colour([0x12, 0xD0, 0x80]);
        assert_eq!(DARK.source(own), Color32::from_rgb(0x12, 0xD0, 0x80), "a colour of nobody's palette");
    }
}
