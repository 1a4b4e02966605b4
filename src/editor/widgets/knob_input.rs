//! What the pointer and the keyboard are doing to the knobs. There is one pointer and one keyboard, so all knobs of a
//! window share one [`KnobInput`].

use egui::Id;
use nice_plug::prelude::{FloatParam, Param};

/// What the pointer and the keyboard are doing to the knobs.
#[derive(Debug, Default)]
pub struct KnobInput {
    /// The knob that is being dragged.
    pub drag: Option<KnobDrag>,
    /// The number that is being typed.
    pub typing: Option<NumberEntry>,
    /// The knob that was last turned by the wheel or the arrow keys.
    pub steps: Option<KnobSteps>,
}

impl KnobInput {
    /// Ends the drag of a knob that was not drawn in this frame; returns whether there was one. To be called once a
    /// frame, after all knobs were drawn.
    pub fn end_undrawn_drag(&mut self) -> bool {
        self.drag.take_if(|drag| !std::mem::take(&mut drag.is_drawn)).is_some()
    }
}

/// A drag that has not ended yet.
#[derive(Debug, Clone, Copy)]
pub struct KnobDrag {
    pub(super) knob: Id,
    /// Where the pointer has turned the knob to, normalized; the host may be slower to follow.
    pub(super) position: f32,
    /// The click that began the drag was a reset; the knob stays there.
    pub(super) was_reset: bool,
    /// The knob was drawn in this frame.
    pub(super) is_drawn: bool,
}

/// Steps of the wheel or the arrow keys. The next step may come before the host has followed the last one.
#[derive(Debug, Clone, Copy)]
pub struct KnobSteps {
    pub(super) knob: Id,
    /// Where the steps have led, in the parameter's plain unit.
    pub(super) to: f32,
    /// When the last step came, in seconds.
    pub(super) at: f64,
}

/// A number that is being typed.
#[derive(Debug, Clone)]
pub struct NumberEntry {
    pub(super) field: Id,
    pub(super) text: String,
    /// The text at the beginning. Text that was not edited sets nothing, because the number in it is rounded.
    pub(super) before: String,
    /// Whether the text field was drawn before.
    pub(super) opened: bool,
}

impl NumberEntry {
    /// Begins to type in the field `field` of `param`, with its present number selected.
    pub fn new(field: Id, param: &FloatParam) -> Self {
        let text = param.normalized_value_to_string(param.unmodulated_normalized_value(), false);
        Self { field, before: text.clone(), text, opened: false }
    }
}
