//! Right clicks on controls: each says which parameter it is, and one menu serves all of them.

use egui::{Context, Id, PointerButton, Pos2, Response};
use nice_plug::prelude::{Param, ParamPtr};

/// A right click on the control of a parameter.
#[derive(Clone)]
pub struct MenuCall {
    /// The parameter.
    pub param: ParamPtr,
    /// Where the pointer was.
    pub at: Pos2,
    /// Where its number is typed, if it has one.
    pub field: Option<Id>,
}

fn id() -> Id {
    Id::unique("menu call")
}

/// Notes a right click on `response`, the control of `param`; `field` is where its number is typed, if it has one.
pub fn listen(response: &Response, param: &impl Param, field: Option<Id>) {
    let pressed = response.ctx.input(|input| input.pointer.button_pressed(PointerButton::Secondary));
    if pressed
        && response.contains_pointer()
        && let Some(at) = response.ctx.pointer_latest_pos()
    {
        let call = MenuCall { param: param.as_ptr(), at, field };
        response.ctx.data_mut(|data| data.insert_temp(id(), Some(call)));
    }
}

/// The right click of this frame, if there was one.
pub fn take(ctx: &Context) -> Option<MenuCall> {
    ctx.data_mut(|data| data.remove_temp::<Option<MenuCall>>(id()).flatten())
}
