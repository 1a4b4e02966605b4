//! Colours, type and spacing: dark, calm, legible from a step away.

use crate::preset::Colour;
use egui::{Color32, CornerRadius, FontId, Margin, Shadow, Stroke, Style, TextStyle, Vec2, Visuals};

/// Behind everything.
pub const GROUND: Color32 = Color32::from_rgb(0x12, 0x14, 0x18);
/// A card on the ground.
pub const CARD: Color32 = Color32::from_rgb(0x1C, 0x1F, 0x26);
/// A card's edge, and lines between groups.
pub const EDGE: Color32 = Color32::from_rgb(0x2C, 0x31, 0x3A);
/// A button's edge.
pub const BUTTON_EDGE: Color32 = Color32::from_rgb(0x68, 0x71, 0x80);
/// The empty part of a meter or an arc; a text field.
pub const WELL: Color32 = Color32::from_rgb(0x0C, 0x0E, 0x11);
/// A button at rest.
pub const BUTTON: Color32 = Color32::from_rgb(0x2A, 0x2F, 0x38);
/// A button under the pointer.
pub const BUTTON_HOVER: Color32 = Color32::from_rgb(0x38, 0x3F, 0x4B);
/// What is chosen among several.
pub const CHOSEN: Color32 = Color32::from_rgb(0xD7, 0xDC, 0xE3);
/// Text, and what matters most.
pub const TEXT: Color32 = Color32::from_rgb(0xEC, 0xEF, 0xF3);
/// Captions and what matters less.
pub const WEAK: Color32 = Color32::from_rgb(0xB6, 0xBD, 0xC8);
/// Scales and ticks.
pub const FAINT: Color32 = Color32::from_rgb(0xA2, 0xAA, 0xB6);
/// Text on a light fill.
pub const INK: Color32 = Color32::from_rgb(0x10, 0x12, 0x15);
/// The ring around what has the keyboard's focus.
pub const FOCUS: Color32 = Color32::from_rgb(0x8A, 0xB4, 0xF8);
/// What is chosen in a list.
pub const SELECTION: Color32 = Color32::from_rgb(0x3C, 0x4E, 0x6B);
/// Something waits, or was switched off by choice: a pending mode, bypass.
pub const NOTICE: Color32 = Color32::from_rgb(0xF2, 0xB5, 0x44);
/// Something failed, or clipped; a lit mute.
pub const ALARM: Color32 = Color32::from_rgb(0xE8, 0x4A, 0x4F);
/// Something was done.
pub const DONE: Color32 = Color32::from_rgb(0x5F, 0xC9, 0x8B);
/// A failure banner's ground.
pub const ALARM_GROUND: Color32 = Color32::from_rgb(0x3B, 0x1B, 0x1E);
/// A lit Learn switch, and the level of what is captured.
pub const RECORD: Color32 = Color32::from_rgb(0xF0, 0x6A, 0x3C);
/// A lit solo.
pub const SOLO: Color32 = Color32::from_rgb(0xF5, 0xD4, 0x3B);
/// Arcs and bars that belong to no source.
pub const NEUTRAL: Color32 = Color32::from_rgb(0xB9, 0xC3, 0xD0);

/// Distance between cards, and from the window's edge to them, in points.
pub const GAP: f32 = 8.0;
/// Corner radius of a card, in points.
pub const CARD_RADIUS: f32 = 8.0;
/// Corner radius of buttons and fields, in points.
pub const BUTTON_RADIUS: f32 = 5.0;
/// Sizes of type, in points: there are no others.
pub const SIZES: [f32; 4] = [CAPTION, BODY, TITLE, LARGE];
/// Size of captions and scales, in points.
pub const CAPTION: f32 = 12.0;
/// Size of running text, in points.
pub const BODY: f32 = 14.5;
/// Size of names and headings, in points.
pub const TITLE: f32 = 18.0;
/// Size of what is read from a step away, in points.
pub const LARGE: f32 = 24.0;

/// The font whose size comes closest to `size`, in points, and is not larger; or the smallest.
pub fn font(size: f32) -> FontId {
    let fits = |known: &&f32| **known <= size;
    FontId::proportional(SIZES.iter().rfind(fits).copied().unwrap_or(CAPTION))
}

/// A source's colour on the screen.
pub fn source_colour(colour: Colour) -> Color32 {
    let [r, g, b] = colour.0;
    Color32::from_rgb(r, g, b)
}

/// Black or white, whichever reads better on `ground` (relative luminance after WCAG 2).
pub fn ink_on(ground: Color32) -> Color32 {
    let [r, g, b, _] = egui::Rgba::from(ground).to_array();
    let luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    if luminance > 0.18 { INK } else { Color32::WHITE }
}

/// `colour` as it looks on something that is not heard.
pub fn unheard(colour: Color32) -> Color32 {
    colour.lerp_to_gamma(Color32::from_gray(0x70), 0.75).lerp_to_gamma(CARD, 0.45)
}

/// Puts the theme into a new egui context.
pub fn install(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(dress);
    // Ctrl and plus belong to the host; the editor has a scale of its own.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

fn dress(style: &mut Style) {
    style.text_styles = [
        (TextStyle::Small, font(CAPTION)),
        (TextStyle::Body, font(BODY)),
        (TextStyle::Button, font(BODY)),
        (TextStyle::Heading, font(LARGE)),
        (TextStyle::Monospace, FontId::monospace(BODY)),
    ]
    .into();
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.6;
    style.spacing.item_spacing = Vec2::new(6.0, 2.0);
    style.spacing.button_padding = Vec2::new(10.0, 5.0);
    // A menu is as tall as the window allows.
    style.spacing.default_area_size.y = 2_000.0;
    style.spacing.menu_margin = Margin::same(8);
    style.spacing.tooltip_width = 320.0;
    style.visuals = visuals();
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    let radius = CornerRadius::same(BUTTON_RADIUS as u8);
    visuals.panel_fill = GROUND;
    visuals.window_fill = CARD;
    visuals.window_stroke = Stroke::new(1.0, EDGE);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS as u8);
    visuals.menu_corner_radius = CornerRadius::same(CARD_RADIUS as u8);
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(140) };
    visuals.extreme_bg_color = WELL;
    visuals.weak_text_color = Some(WEAK);
    visuals.selection.bg_fill = SELECTION;
    visuals.selection.stroke = Stroke::new(1.0, TEXT);
    let widgets = &mut visuals.widgets;
    for (look, fill, text) in [
        (&mut widgets.noninteractive, CARD, TEXT),
        (&mut widgets.inactive, BUTTON, TEXT),
        (&mut widgets.hovered, BUTTON_HOVER, Color32::WHITE),
        (&mut widgets.active, BUTTON_HOVER, Color32::WHITE),
        (&mut widgets.open, BUTTON_HOVER, TEXT),
    ] {
        look.bg_fill = fill;
        look.weak_bg_fill = fill;
        look.bg_stroke = Stroke::new(1.0, EDGE);
        look.fg_stroke = Stroke::new(1.0, text);
        look.corner_radius = radius;
        look.expansion = 0.0;
    }
    visuals
}
