//! Text fields that open: they take the keyboard, with all that is in them selected, so that the first letter that is
//! typed takes its place.

use egui::{
    Context, Id, Ui,
    text::{CCursor, CCursorRange},
    text_edit::TextEditState,
};

/// Whether what is called `id` is drawn for the first time now, or again after it was not. To be asked once per pass.
pub fn appears(ui: &Ui, id: Id) -> bool {
    // A menu that opens is measured before it is drawn, and keeps no focus in that pass.
    if ui.is_sizing_pass() {
        return false;
    }
    let (id, now) = (id.with("drawn in pass"), ui.ctx().cumulative_pass_nr());
    let before = ui.data(|data| data.get_temp::<u64>(id));
    ui.data_mut(|data| data.insert_temp(id, now));
    before.is_none_or(|before| before + 1 < now)
}

/// Gives the keyboard to the text field `id`, in which `text` stands, and selects all of it.
pub fn take_keyboard(ctx: &Context, id: Id, text: &str) {
    ctx.memory_mut(|memory| memory.request_focus(id));
    let all = CCursorRange::two(CCursor::new(0), CCursor::new(text.chars().count()));
    let mut state = TextEditState::default();
    state.cursor.set_char_range(Some(all));
    state.store(ctx, id);
}
