//! What is noted about a preset: tags, who made it, anything else.

use super::name_entry::caption;
use crate::{editor::theme, preset::About};
use egui::{Margin, TextEdit, Ui, WidgetInfo, accesskit::Role};

/// Width of the field for the author, in points.
const AUTHOR: f32 = 150.0;

/// Notes about a preset that are being changed.
#[derive(Debug, Default)]
pub(super) struct AboutEntry {
    before: About,
    tags: String,
    author: String,
    notes: String,
}

impl AboutEntry {
    /// Begins with what is noted.
    pub(super) fn new(before: About) -> Self {
        let (tags, author, notes) = (before.tags.join(", "), before.author.clone(), before.notes.clone());
        Self { before, tags, author, notes }
    }

    /// What is noted now, if that is something else than before.
    pub(super) fn changed(&self) -> Option<About> {
        let (author, notes) = (self.author.trim().to_owned(), self.notes.trim().to_owned());
        let now = About { tags: About::tags_in(&self.tags), author, notes };
        (now != self.before).then_some(now)
    }

    /// Draws the fields.
    pub(super) fn fields(&mut self, ui: &mut Ui) {
        caption(ui, "Tags to find it by, with commas between them");
        let width = ui.available_width();
        field(ui, &mut self.tags, "Tags", width);
        caption(ui, "Who made it, and notes");
        ui.horizontal(|ui| {
            field(ui, &mut self.author, "Author", AUTHOR);
            let width = ui.available_width();
            field(ui, &mut self.notes, "Notes", width);
        });
    }
}

/// A field of one line that grows with notes of several.
fn field(ui: &mut Ui, text: &mut String, name: &str, width: f32) {
    let margin = Margin::symmetric(8, 4);
    let edit = TextEdit::multiline(text).desired_rows(1).margin(margin).font(theme::font(theme::BODY));
    let edit = ui.add(edit.desired_width(width - margin.sum().x).return_key(None));
    edit.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
}
