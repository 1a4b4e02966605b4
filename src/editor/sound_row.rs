//! The row beneath the strips: how the sources are told apart, and the main output.

use super::{
    EditorState, Scene,
    dial::Tick,
    knob::Knob,
    meter::{Growth, MeterBar},
    theme,
    value_field::ValueField,
};
use egui::{Align2, CornerRadius, Rect, Stroke, StrokeKind, Ui, vec2};
use nice_plug::prelude::{FloatParam, Param};

/// Widest and narrowest that a knob's cell gets, in points.
const CELL_WIDTHS: (f32, f32) = (74.0, 98.0);
/// Share of the row that the knobs may take.
const KNOB_SHARE: f32 = 0.66;
const CAPTION_HEIGHT: f32 = 17.0;

/// A small knob, its step per notch, and what one will hear.
struct Small<'a> {
    name: &'static str,
    param: &'a FloatParam,
    step: f32,
    tooltip: &'static str,
}

/// Draws the row in `room`.
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &mut EditorState) {
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    ui.painter().rect(room, corners, theme::CARD, Stroke::new(1.0, theme::EDGE), StrokeKind::Inside);
    let inner = room.shrink2(vec2(10.0, 5.0));
    let params = scene.params;
    let small = |name, param, step, tooltip| Small { name, param, step, tooltip };
    let knobs = [
        small(
            "Focus",
            &params.focus,
            0.1,
            "Higher: sources are cut apart harder, cleaner but rougher. Presets are made for 1.5.",
        ),
        small(
            "Sparsity",
            &params.sparsity,
            0.01,
            "Higher: fewer sounds at a time explain the mixture. Less bleed, thinner.",
        ),
        small("Smoothness", &params.smoothness, 0.01, "Higher: sources change more slowly. Calmer, softer attacks."),
        small("Mix", &params.mix, 0.01, "How much of the remix you hear; the rest is the mixture as it came in."),
        small("Output", &params.output, 1.0, "How loud the main output is."),
    ];
    let width = (inner.width() * KNOB_SHARE / knobs.len() as f32).clamp(CELL_WIDTHS.0, CELL_WIDTHS.1).floor();
    let mut left = inner.left();
    for (i, knob) in knobs.iter().enumerate() {
        if i == 3 {
            divide(ui, left + 6.0, inner);
            left += 12.0;
        }
        let cell = Rect::from_x_y_ranges(left..=left + width, inner.y_range());
        draw_knob(ui, cell, i, knob, scene, state);
        left += width;
    }
    draw_output(ui, inner.with_min_x(left + 14.0).with_max_x(inner.right() - 4.0), state);
}

fn divide(ui: &Ui, x: f32, inner: Rect) {
    ui.painter().vline(x, inner.shrink2(vec2(0.0, 8.0)).y_range(), Stroke::new(1.0, theme::EDGE));
}

fn draw_knob(ui: &mut Ui, cell: Rect, index: usize, knob: &Small, scene: &Scene, state: &mut EditorState) {
    let setter = scene.gui.param_setter();
    let caption = cell.with_max_y(cell.top() + CAPTION_HEIGHT);
    let value = Rect::from_center_size(
        cell.center_bottom() - vec2(0.0, CAPTION_HEIGHT / 2.0),
        vec2(cell.width() - 4.0, CAPTION_HEIGHT + 1.0),
    );
    let middle = Rect::from_x_y_ranges(cell.x_range(), caption.bottom()..=value.top() - 1.0).shrink2(vec2(4.0, 0.0));
    let font = theme::font(theme::CAPTION);
    ui.painter().text(caption.center(), Align2::CENTER_CENTER, knob.name, font, theme::WEAK);

    let id = ui.scope_id().with(("small", index));
    let home = Tick { position: knob.param.default_normalized_value(), label: "", home: true };
    let dial = Knob {
        param: knob.param,
        name: knob.name,
        colour: theme::NEUTRAL,
        ticks: &[home],
        step: knob.step,
        tooltip: knob.tooltip,
    };
    dial.show(ui, middle, id, id.with("field"), &setter, &mut state.hand);
    let field = ValueField {
        param: knob.param,
        name: &format!("{} value", knob.name),
        with_unit: true,
        text_size: theme::BODY,
        colour: theme::TEXT,
    };
    field.show(ui, value, id.with("field"), &setter, &mut state.hand);
}

fn draw_output(ui: &Ui, room: Rect, state: &mut EditorState) {
    let middle = room.center().y;
    let rect = Rect::from_x_y_ranges(room.x_range(), middle - 9.0..=middle + 22.0);
    let at = egui::pos2(room.left(), rect.top() - 4.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, "Main output", theme::font(theme::CAPTION), theme::WEAK);
    let bar = MeterBar {
        name: "Output level",
        colour: theme::NEUTRAL,
        growth: Growth::Right,
        thickness: 14.0,
        labelled: true,
    };
    bar.show(ui, rect, ui.scope_id().with("output meter"), &mut state.output);
}
