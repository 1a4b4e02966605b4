//! How a parameter is set so that the host can record it: begin, set, end.

use nice_plug::prelude::{Param, ParamPtr, ParamSetter};

/// Sets `param` to the plain `value` in a gesture of its own, if it has another value.
pub fn set<P: Param>(setter: &ParamSetter, param: &P, value: P::Plain) {
    // Compared normalized, as the host keeps it: a plain value may come back with a rounding error.
    let normalized = param.preview_normalized(value);
    if param.unmodulated_normalized_value() != normalized {
        put(setter, param, normalized);
    }
}

/// Sets `param` to `normalized` in a gesture of its own, whatever value it has.
pub fn put(setter: &ParamSetter, param: &impl Param, normalized: f32) {
    setter.begin_set_parameter(param);
    setter.set_parameter_normalized(param, normalized);
    setter.end_set_parameter(param);
}

/// The same for a parameter that is known by its pointer alone, which is alive.
pub fn put_pointer(setter: &ParamSetter, param: ParamPtr, normalized: f32) {
    // SAFETY: by this function's contract.
    unsafe {
        setter.raw_context.raw_begin_set_parameter(param);
        setter.raw_context.raw_set_parameter_normalized(param, normalized);
        setter.raw_context.raw_end_set_parameter(param);
    }
}
