//! Controls that can be dragged away, and clicked.

use egui::{Pos2, Response};

/// The pointer goes so far with the button held before something is dragged away, in points: no further than a click.
const LEAST: f32 = 6.0;

/// Whether `response`, which senses clicks and drags, is being dragged away from this frame on: once for each press.
pub fn begins(response: &Response) -> bool {
    let (ctx, id) = (&response.ctx, response.id.with("dragged away"));
    let from: Option<Pos2> = ctx.input(|input| input.pointer.press_origin().filter(|_| input.pointer.primary_down()));
    if from.is_none() || !response.dragged() {
        ctx.data_mut(|data| data.remove::<bool>(id));
        return false;
    }
    let is_far = response.interact_pointer_pos().zip(from).is_some_and(|(at, from)| at.distance(from) > LEAST);
    let has_begun = ctx.data(|data| data.get_temp::<bool>(id)).is_some();
    if is_far && !has_begun {
        ctx.data_mut(|data| data.insert_temp(id, true));
    }
    is_far && !has_begun
}
