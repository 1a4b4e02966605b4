//! Type and spacing; the colours are in [`colours`].

mod colours;

pub use colours::{Colours, DARK, HIGH_CONTRAST, LIGHT, SCREEN};

use crate::instance::state::preferences::Theme;
use egui::{
    Color32, Context, CornerRadius, FontId, Id, Margin, Painter, Shadow, Stroke, Style, TextStyle, Ui, Vec2, Visuals,
};

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

/// What is drawn in a theme.
pub trait Themed {
    /// The colours to draw with.
    fn colours(&self) -> &'static Colours;
}

impl Themed for Context {
    fn colours(&self) -> &'static Colours {
        self.data(|data| data.get_temp(id())).unwrap_or(&DARK)
    }
}

impl Themed for Ui {
    fn colours(&self) -> &'static Colours {
        self.ctx().colours()
    }
}

impl Themed for Painter {
    fn colours(&self) -> &'static Colours {
        self.ctx().colours()
    }
}

/// Where a context keeps its colours.
fn id() -> Id {
    Id::unique("unbraid colours")
}

/// Puts type, spacing and colours into a new egui context.
pub fn install(ctx: &Context, theme: Theme) {
    // Ctrl and plus belong to the host; the editor has a scale of its own.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    wear(ctx, theme);
}

/// Draws in this theme from now on.
pub fn wear(ctx: &Context, theme: Theme) {
    let colours: &'static Colours = match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
        Theme::HighContrast => &HIGH_CONTRAST,
    };
    if ctx.data(|data| data.get_temp::<&'static Colours>(id())).is_some_and(|worn| std::ptr::eq(worn, colours)) {
        return;
    }
    ctx.data_mut(|data| data.insert_temp(id(), colours));
    ctx.set_theme(if colours.is_light { egui::Theme::Light } else { egui::Theme::Dark });
    ctx.all_styles_mut(|style| dress(style, colours));
}

fn dress(style: &mut Style, colours: &Colours) {
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
    style.visuals = visuals(colours);
}

fn visuals(colours: &Colours) -> Visuals {
    let mut visuals = if colours.is_light { Visuals::light() } else { Visuals::dark() };
    let radius = CornerRadius::same(BUTTON_RADIUS as u8);
    visuals.panel_fill = colours.ground;
    visuals.window_fill = colours.card;
    visuals.window_stroke = Stroke::new(1.0, colours.edge);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS as u8);
    visuals.menu_corner_radius = CornerRadius::same(CARD_RADIUS as u8);
    visuals.popup_shadow = Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(if colours.is_light { 60 } else { 140 }),
    };
    visuals.extreme_bg_color = colours.well;
    visuals.weak_text_color = Some(colours.weak);
    visuals.selection.bg_fill = colours.selection;
    visuals.selection.stroke = Stroke::new(1.0, colours.text);
    let widgets = &mut visuals.widgets;
    for (look, fill, text, edge) in [
        (&mut widgets.noninteractive, colours.card, colours.text, colours.edge),
        (&mut widgets.inactive, colours.button, colours.text, colours.button_edge),
        (&mut widgets.hovered, colours.button_hover, colours.lit_text, colours.button_edge),
        (&mut widgets.active, colours.button_hover, colours.lit_text, colours.button_edge),
        (&mut widgets.open, colours.button_hover, colours.text, colours.button_edge),
    ] {
        look.bg_fill = fill;
        look.weak_bg_fill = fill;
        look.bg_stroke = Stroke::new(1.0, edge);
        look.fg_stroke = Stroke::new(1.0, text);
        look.corner_radius = radius;
        look.expansion = 0.0;
    }
    visuals
}
