//! Controls that do something for as long as they are held: with the pointer, or with Enter or the space bar while they
//! have the keyboard's focus.

use egui::{Event, Id, Key, Response};

/// What is let go within this time was tapped, in seconds.
const TAP_S: f64 = 0.3;

/// What happens to a control that can be held.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hold {
    /// It is held now.
    pub is_held: bool,
    /// It was let go at once, or a screen reader has clicked it.
    pub was_tapped: bool,
}

/// What holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Pointer,
    Key(Key),
}

/// A hold that has begun and not ended.
#[derive(Debug, Clone, Copy)]
struct BegunHold {
    by: By,
    /// In seconds.
    at: f64,
    /// The pass of egui that saw it last: what is not drawn for a while is not held any more.
    pass: u64,
}

/// Listens to `response`, which senses clicks. It is held until button or key are up, and no longer than window and
/// pointer are there: a pointer that leaves the window ends it, as its button may be released elsewhere.
pub fn listen(response: &Response) -> Hold {
    let (ctx, id) = (&response.ctx, response.id.with("hold"));
    let pass = ctx.cumulative_pass_nr();
    let begun = ctx.data(|data| data.get_temp::<BegunHold>(id)).filter(|hold| hold.pass + 1 >= pass);
    let Some(hold) = begun.or_else(|| begin(response, pass)) else {
        return Hold { is_held: false, was_tapped: response.clicked() };
    };
    let (is_down, is_lost, now) = ctx.input(|input| {
        let is_down = match hold.by {
            // egui forgets what is under the button when it takes too long for a click.
            By::Pointer => input.pointer.primary_down(),
            By::Key(key) => input.key_down(key),
        };
        let is_lost = input.events.iter().any(|event| match event {
            Event::PointerGone => hold.by == By::Pointer,
            Event::WindowFocused(is_focused) => !is_focused,
            _ => false,
        });
        (is_down, is_lost, input.time)
    });
    let is_lost = is_lost || (hold.by != By::Pointer && !response.has_focus());
    let is_held = is_down && !is_lost && response.enabled();
    keep(response, id, is_held.then_some(BegunHold { pass, ..hold }));
    Hold { is_held, was_tapped: !is_held && !is_lost && response.enabled() && now - hold.at < TAP_S }
}

/// A hold that begins in this frame.
fn begin(response: &Response, pass: u64) -> Option<BegunHold> {
    let has_focus = response.has_focus();
    response.ctx.input(|input| {
        let by_pointer =
            (input.pointer.primary_pressed() && response.is_pointer_button_down_on()).then_some(By::Pointer);
        let key = || {
            input.events.iter().find_map(|event| match event {
                Event::Key { key: key @ (Key::Enter | Key::Space), pressed: true, repeat: false, .. } => {
                    Some(By::Key(*key))
                }
                _ => None,
            })
        };
        let by = by_pointer.or_else(|| has_focus.then(key).flatten())?;
        Some(BegunHold { by, at: input.time, pass })
    })
}

fn keep(response: &Response, id: Id, hold: Option<BegunHold>) {
    response.ctx.data_mut(|data| match hold {
        Some(hold) => {
            data.insert_temp(id, hold);
        }
        None => data.remove::<BegunHold>(id),
    });
}
