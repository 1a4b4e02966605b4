//! The row below the strips: how the sources are separated, and the main output.

use crate::editor::{
    snapshot::EditorSnapshot,
    theme::{self, Themed},
    widgets::{
        dial::Tick,
        knob::Knob,
        knob_input::KnobInput,
        meter::{Growth, MeterBar, MeterLevel},
        value_field::ValueField,
    },
};
use egui::{Align2, CornerRadius, Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param, ParamSetter};

/// Least and largest width of a knob's cell, in points.
const CELL_WIDTHS: (f32, f32) = (74.0, 98.0);
/// The knobs' largest share of the row.
const KNOB_SHARE: f32 = 0.66;
const CAPTION_HEIGHT: f32 = 17.0;
/// From this width of the row on, what a knob does is written beside it, in points.
const DESCRIBED_FROM: f32 = 1_180.0;
/// From this height on, it is written in two words below the knob's name, in points.
const HINTED_FROM: f32 = 96.0;
/// Width of a cell with a description beside the knob, in points.
const DESCRIBED_CELL: f32 = 178.0;
const HINT_HEIGHT: f32 = 13.0;
/// Below this height a knob has its name and its number beside it, in points; and the knobs' share of the row then, the
/// largest width of a cell, and the width of the knob and of the name in it.
const LOW: f32 = 72.0;
const LOW_KNOB_SHARE: f32 = 0.72;
const LOW_CELL_WIDTH: f32 = 120.0;
const LOW_KNOB_WIDTH: f32 = 40.0;
const LOW_NAME_WIDTH: f32 = 70.0;

/// A small knob.
struct SmallKnob<'a> {
    name: &'static str,
    param: &'a FloatParam,
    /// One step of the wheel, in the parameter's plain unit.
    step: f32,
    /// What it does to the sound, in two words.
    hint: &'static str,
    /// The same in one line.
    tooltip: &'static str,
}

/// Draws the row in `row`; `output` is the level of the main output. Returns what the knob under the pointer does,
/// where there is no space beside it to say so.
pub fn draw(
    ui: &mut Ui,
    row: Rect,
    snapshot: &EditorSnapshot,
    output: &mut MeterLevel,
    input: &mut KnobInput,
    setter: &ParamSetter,
) -> Option<&'static str> {
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    ui.painter().rect(row, corners, ui.colours().card, Stroke::new(1.0, ui.colours().edge), StrokeKind::Inside);
    let inner = row.shrink2(vec2(10.0, 5.0));
    let params = snapshot.params;
    let small = |name, param, step, hint, tooltip| SmallKnob { name, param, step, hint, tooltip };
    let knobs = [
        small(
            "Focus",
            &params.focus,
            0.1,
            "cuts harder",
            "Higher cuts sources apart harder: cleaner, but rougher. Made for 1.5.",
        ),
        small(
            "Sparsity",
            &params.sparsity,
            0.01,
            "fewer sounds",
            "Higher lets fewer sounds explain the mixture: less bleed, thinner.",
        ),
        small(
            "Smoothness",
            &params.smoothness,
            0.01,
            "slower change",
            "Higher lets sources change more slowly: calmer, softer attacks.",
        ),
        small(
            "Mix",
            &params.mix,
            0.01,
            "remix or input",
            "How much of the remix you hear; the rest is the mixture as it came in.",
        ),
        small("Output", &params.output, 1.0, "how loud", "How loud the main output is."),
    ];
    let mut hovered = None;
    let is_low = inner.height() < LOW;
    let described = inner.width() >= DESCRIBED_FROM && !is_low;
    let (share, most) = if is_low { (LOW_KNOB_SHARE, LOW_CELL_WIDTH) } else { (KNOB_SHARE, CELL_WIDTHS.1) };
    let width = (inner.width() * share / knobs.len() as f32).clamp(CELL_WIDTHS.0, most).floor();
    let width = if described { DESCRIBED_CELL } else { width };
    let mut left = inner.left();
    for (i, knob) in knobs.iter().enumerate() {
        if i == 3 {
            divide(ui, left + 6.0, inner);
            left += 12.0;
        }
        let cell = Rect::from_x_y_ranges(left..=left + width, inner.y_range());
        if !described && ui.rect_contains_pointer(cell) {
            hovered = Some(knob.tooltip);
        }
        let cell = if described { describe(ui, cell, knob) } else { cell };
        draw_knob(ui, cell, i, knob, !described, input, setter);
        left += width;
    }
    draw_output(ui, inner.with_min_x(left + 14.0).with_max_x(inner.right() - 4.0), output);
    hovered
}

fn divide(ui: &Ui, x: f32, inner: Rect) {
    ui.painter().vline(x, inner.shrink2(vec2(0.0, 8.0)).y_range(), Stroke::new(1.0, ui.colours().edge));
}

/// Writes what the knob does at the right of `cell`; returns the rest of `cell`.
fn describe(ui: &Ui, cell: Rect, knob: &SmallKnob) -> Rect {
    let text = cell.with_min_x(cell.left() + 82.0);
    let galley = ui.painter().layout(
        knob.tooltip.to_owned(),
        theme::font(theme::CAPTION),
        ui.colours().faint,
        text.width() - 6.0,
    );
    ui.painter().with_clip_rect(text).galley(
        pos2(text.left(), text.center().y - galley.size().y / 2.0),
        galley,
        ui.colours().faint,
    );
    cell.with_max_x(text.left() - 4.0)
}

/// Where the parts of a small knob's cell are.
struct CellLayout {
    knob: Rect,
    name: Pos2,
    align: Align2,
    value: Rect,
}

impl CellLayout {
    /// Divides `cell`: name, knob and number one above the other, with space for a hint below the name; or name and
    /// number beside the knob where the row is low.
    fn new(cell: Rect, hinted: bool) -> Self {
        if cell.height() < LOW {
            let knob = cell.with_max_x(cell.left() + LOW_KNOB_WIDTH);
            let beside = cell.with_min_x(knob.right() + 4.0);
            let value = beside.with_min_y(beside.center().y + 1.0).with_max_y(beside.bottom() - 3.0);
            let value = value.with_max_x(beside.left() + LOW_NAME_WIDTH);
            let name = pos2(value.center().x, beside.center().y - 1.0);
            return Self { knob, name, align: Align2::CENTER_BOTTOM, value };
        }
        let value = Rect::from_center_size(
            cell.center_bottom() - vec2(0.0, CAPTION_HEIGHT / 2.0),
            vec2(cell.width() - 4.0, CAPTION_HEIGHT + 1.0),
        );
        let top = cell.top() + CAPTION_HEIGHT + if hinted { HINT_HEIGHT - 3.0 } else { 0.0 };
        let knob = Rect::from_x_y_ranges(cell.x_range(), top..=value.top() - 1.0).shrink2(vec2(4.0, 0.0));
        let name = pos2(cell.center().x, cell.top() + CAPTION_HEIGHT / 2.0);
        Self { knob, name, align: Align2::CENTER_CENTER, value }
    }
}

fn draw_knob(
    ui: &mut Ui,
    cell: Rect,
    index: usize,
    knob: &SmallKnob,
    hinted: bool,
    input: &mut KnobInput,
    setter: &ParamSetter,
) {
    let hinted = hinted && cell.height() >= HINTED_FROM - 10.0;
    let CellLayout { knob: middle, name, align, value } = CellLayout::new(cell, hinted);
    if hinted {
        let at = pos2(cell.center().x, cell.top() + CAPTION_HEIGHT - 3.0);
        ui.painter().text(at, Align2::CENTER_TOP, knob.hint, theme::font(theme::CAPTION), ui.colours().faint);
    }
    ui.painter().text(name, align, knob.name, theme::font(theme::CAPTION), ui.colours().weak);

    let id = ui.scope_id().with(("small", index));
    let home = Tick { position: knob.param.default_normalized_value(), label: "", home: true };
    let dial = Knob {
        param: knob.param,
        name: knob.name,
        colour: ui.colours().neutral,
        ticks: &[home],
        step: knob.step,
        tooltip: knob.tooltip,
        is_beside_its_name: cell.height() < LOW,
    };
    dial.show(ui, middle, id, id.with("field"), setter, input);
    let field = ValueField {
        param: knob.param,
        name: &format!("{} value", knob.name),
        with_unit: true,
        text_size: theme::BODY,
        colour: ui.colours().text,
    };
    field.show(ui, value, id.with("field"), setter, input);
}

fn draw_output(ui: &Ui, space: Rect, output: &mut MeterLevel) {
    let middle = space.center().y;
    let rect = Rect::from_x_y_ranges(space.x_range(), middle - 9.0..=middle + 22.0);
    let at = pos2(space.left(), rect.top() - 4.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, "Main output", theme::font(theme::CAPTION), ui.colours().weak);
    let bar = MeterBar {
        name: "Output level",
        colour: ui.colours().neutral,
        growth: Growth::Right,
        thickness: 14.0,
        labelled: true,
    };
    bar.show(ui, rect, ui.scope_id().with("output meter"), output);
}
