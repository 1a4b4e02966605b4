//! The picture's head: which signal is shown, what its colours stand for, freeze, zoom and the full picture.

use super::{
    colour_map::ColourMap,
    frame_rows::SCALE_DB,
    state::{PictureState, ShownSignal},
};
use crate::editor::{
    theme::{self, SCREEN, Themed},
    widgets::{icon::Icon, toggle::Toggle},
};
use egui::{Align2, Color32, CornerRadius, Mesh, Rect, Response, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

/// Widths of the parts, in points.
const SHOWN: f32 = 58.0;
const FREEZE: f32 = 62.0;
const PLAY: f32 = 48.0;
const RESET: f32 = 38.0;
const FULL: f32 = 28.0;
const RAMP: f32 = 56.0;
/// From this width of the head on there is a legend of levels, in points.
const LEVELS_FROM: f32 = 700.0;
const GAP: f32 = 6.0;
/// Side of the square that stands for a source, in points.
const SQUARE: f32 = 16.0;

/// A source, for the legend.
pub struct LegendEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// The letters of its badge.
    pub badge: &'a str,
    /// Its colour.
    pub colour: Color32,
}

/// Draws the head. Returns the source of the legend that is pointed at.
pub fn draw(
    ui: &Ui,
    head: Rect,
    map: &ColourMap,
    legend: &[LegendEntry],
    lit: Option<usize>,
    state: &mut PictureState,
) -> Option<usize> {
    draw_shown(ui, head, state);
    let mut right = head.right();
    let mut place = |width: f32| {
        let rect = head.with_max_x(right).with_min_x(right - width);
        right -= width + GAP;
        rect
    };
    draw_full(ui, place(FULL), state);
    let colours = ui.colours();
    let freeze = Toggle::switch("Freeze", "Freeze", state.is_frozen, colours.notice);
    let tooltip =
        "Stops the picture, to look at it and to paint on it what belongs to which source. The sound plays on (Z).";
    if small(freeze).show(ui, place(FREEZE), ui.scope_id().with("freeze")).on_hover_text(tooltip).clicked() {
        state.toggle_freeze();
        ui.ctx().request_repaint();
    }
    if let Some(playhead) = state.playhead {
        let text = if playhead.plays { "Stop" } else { "Play" };
        let play = Toggle::switch(text, "Play what is frozen", playhead.plays, colours.chosen);
        let tooltip = "Plays what is frozen in a loop, in the place of the input, as it is learned now (P). Esc stops.";
        if small(play).show(ui, place(PLAY), ui.scope_id().with("play")).on_hover_text(tooltip).clicked() {
            state.play_is_asked = true;
        }
    }
    if state.view.is_zoomed() {
        let reset = Toggle { role: Role::Button, ..Toggle::switch("1:1", "Show everything", false, colours.chosen) };
        let tooltip = "Shows all seconds and all frequencies again.";
        if small(reset).show(ui, place(RESET), ui.scope_id().with("1:1")).on_hover_text(tooltip).clicked() {
            state.view = Default::default();
            ui.ctx().request_repaint();
        }
    }
    let mut left = head.left() + 2.0 * SHOWN + 2.0 * GAP;
    if head.width() >= LEVELS_FROM {
        left = draw_levels(ui, head.with_min_x(left), map) + 2.0 * GAP;
    }
    draw_legend(ui, head.with_min_x(left).with_max_x(right), legend, lit)
}

fn small(toggle: Toggle) -> Toggle {
    Toggle { text_size: theme::CAPTION, ..toggle }
}

/// The switch between what is heard and what comes in; what is chosen is the picture's title.
fn draw_shown(ui: &Ui, head: Rect, state: &mut PictureState) {
    let radius = theme::BUTTON_RADIUS as u8;
    let left = CornerRadius { nw: radius, sw: radius, ..CornerRadius::ZERO };
    let right = CornerRadius { ne: radius, se: radius, ..CornerRadius::ZERO };
    for (i, (shown, text, name, corners, tooltip)) in [
        (ShownSignal::Heard, "Heard", "Show what is heard", left, "What goes out: a source that is turned down fades."),
        (ShownSignal::Input, "Input", "Show the input", right, "What comes in, whatever the knobs do."),
    ]
    .into_iter()
    .enumerate()
    {
        let rect = Rect::from_min_size(head.min + vec2(i as f32 * SHOWN, 0.0), vec2(SHOWN, head.height()));
        let toggle = Toggle {
            role: Role::RadioButton,
            corners,
            ..Toggle::switch(text, name, state.shown == shown, ui.colours().chosen)
        };
        if toggle.show(ui, rect, ui.scope_id().with(("shown", i))).on_hover_text(tooltip).clicked() {
            state.shown = shown;
            ui.ctx().request_repaint();
        }
    }
}

/// Draws the sign that the picture is frozen, which lets it go.
pub fn draw_frozen(ui: &Ui, rect: Rect, state: &mut PictureState) {
    let lit = ui.colours().notice;
    let sign = Toggle { role: Role::Button, ..small(Toggle::switch("Frozen", "Frozen", true, lit)) };
    let tooltip = "The picture stands still while the sound plays on. Click to let it go on (Z).";
    if sign.show(ui, rect, ui.scope_id().with("frozen")).on_hover_text(tooltip).clicked() {
        state.toggle_freeze();
        ui.ctx().request_repaint();
    }
}

/// Draws the button for the full picture.
pub fn draw_full(ui: &Ui, rect: Rect, state: &mut PictureState) {
    let name = "Full picture";
    let toggle = small(Toggle::switch("", name, state.is_full, ui.colours().chosen));
    let response = toggle.show(ui, rect, ui.scope_id().with("full"));
    let fill = if state.is_full { ui.colours().chosen } else { ui.colours().button };
    let icon = if state.is_full { Icon::Contract } else { Icon::Expand };
    let ink = if state.is_full { ui.colours().ink_on(fill) } else { ui.colours().text };
    icon.paint(ui.painter(), rect.center(), ink);
    let tooltip = if state.is_full { "Strips and knobs again (F)." } else { "The picture alone (F)." };
    if response.on_hover_text(tooltip).clicked() {
        state.toggle_full();
        ui.ctx().request_repaint();
    }
}

/// Which lightness stands for which level. Returns where it ends.
fn draw_levels(ui: &Ui, space: Rect, map: &ColourMap) -> f32 {
    let (painter, faint) = (ui.painter(), ui.colours().faint);
    let font = theme::font(theme::CAPTION);
    let text = |left: f32, text: String| {
        let at = pos2(left, space.center().y);
        painter.text(at, Align2::LEFT_CENTER, text, font.clone(), faint)
    };
    let low = text(space.left(), format!("−{:.0}", -SCALE_DB.0));
    let ramp = Rect::from_min_size(pos2(low.right() + 5.0, space.center().y - 5.0), vec2(RAMP, 10.0));
    let mut mesh = Mesh::default();
    const STEPS: u32 = 16;
    for step in 0..=STEPS {
        let part = step as f32 / STEPS as f32;
        // No source has the whole share: grey.
        let colour = map.colour(part, &vec![1.0 / map.sources().max(1) as f32; map.sources()]);
        let x = ramp.left() + part * ramp.width();
        mesh.colored_vertex(pos2(x, ramp.top()), colour);
        mesh.colored_vertex(pos2(x, ramp.bottom()), colour);
        if step > 0 {
            mesh.add_triangle(2 * step - 2, 2 * step - 1, 2 * step);
            mesh.add_triangle(2 * step - 1, 2 * step, 2 * step + 1);
        }
    }
    painter.add(mesh);
    let high = text(ramp.right() + 5.0, format!("−{:.0} dB", -SCALE_DB.1));
    let whole = low.union(high);
    let response = ui.interact(whole, ui.scope_id().with("levels"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), "Levels, from dark to bright"));
    response.on_hover_text(
        "Bright is loud: level at 1 kHz, full scale. Each octave above counts 3 dB more, each below 3 dB less, as in music.",
    );
    whole.right()
}

/// The sources with their colours; with their names if all of them fit. Returns the one that is pointed at.
fn draw_legend(ui: &Ui, space: Rect, legend: &[LegendEntry], lit: Option<usize>) -> Option<usize> {
    let (painter, colours) = (ui.painter(), ui.colours());
    let font = theme::font(theme::CAPTION);
    let galley = |entry: &LegendEntry| painter.layout_no_wrap(entry.name.to_owned(), font.clone(), colours.weak);
    let widths: Vec<f32> = legend.iter().map(|entry| SQUARE + 5.0 + galley(entry).size().x).collect();
    let with_names = widths.iter().map(|width| width + 2.0 * GAP).sum::<f32>() <= space.width();
    let squares_fit = legend.len() as f32 * (SQUARE + GAP) <= space.width();
    let (mut pointed, mut left) = (None, space.left());
    for (source, (entry, width)) in legend.iter().zip(widths).enumerate().take_while(|_| with_names || squares_fit) {
        let width = if with_names { width } else { SQUARE };
        let rect = Rect::from_min_size(pos2(left, space.top()), vec2(width, space.height()));
        left += width + if with_names { 2.0 * GAP } else { GAP };
        let response = legend_row(ui, rect.expand2(vec2(GAP / 2.0, 0.0)), source, entry);
        let is_lit = lit.is_none_or(|lit| lit == source) || response.contains_pointer();
        let square = Rect::from_min_size(pos2(rect.left(), rect.center().y - SQUARE / 2.0), vec2(SQUARE, SQUARE));
        let fill = if is_lit { entry.colour } else { super::colour_map::greyed(entry.colour) };
        painter.rect_filled(square, CornerRadius::same(3), fill);
        let ink = if with_names { None } else { Some(SCREEN.ink_on(fill)) };
        if let Some(ink) = ink {
            painter.text(square.center(), Align2::CENTER_CENTER, entry.badge, font.clone(), ink);
        } else {
            let galley = galley(entry);
            let ink = if lit == Some(source) || response.contains_pointer() { colours.text } else { colours.weak };
            let at = pos2(square.right() + 5.0, rect.center().y - galley.size().y / 2.0);
            painter.galley_with_override_text_color(at, galley, ink);
        }
        if response.contains_pointer() {
            pointed = Some(source);
        }
    }
    pointed
}

fn legend_row(ui: &Ui, rect: Rect, source: usize, entry: &LegendEntry) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(("legend", source)), Sense::hover());
    response
        .widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), format!("{} in the picture", entry.name)));
    response
}
