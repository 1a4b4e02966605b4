//! A name for a preset. Some hosts keep the keyboard to themselves, so a name can also be put together by clicks, from
//! suggestions and words.

use crate::{
    editor::{
        theme::{self, Themed},
        widgets::{
            icon::{Icon, IconButton},
            text_entry,
        },
    },
    instance::state::summary::{Origin, Summary},
    preset::library::{Library, is_name},
};
use egui::{Align2, Button, Key, Label, Margin, RichText, Sense, TextEdit, Ui, WidgetInfo, accesskit::Role, vec2};

/// Words to put a name together from, besides the names of the sources.
const WORDS: [&str; 26] = [
    "Live", "Studio", "Demo", "Stage", "Loop", "Take", "Room", "Kit", "Band", "Bass", "Drums", "Lead", "Warm",
    "Bright", "Dark", "Dry", "Tight", "Soft", "Loud", "Fast", "Slow", "1", "2", "3", "4", "5",
];
/// Largest number of suggestions.
const SUGGESTIONS: usize = 4;

/// A name that is being chosen.
#[derive(Debug, Default)]
pub(super) struct NameEntry {
    before: String,
    name: String,
}

/// What the user has decided in this frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NameAnswer {
    /// Nothing yet.
    Open,
    /// To leave the name as it is.
    Cancelled,
    /// To use this name, which has no spaces around it.
    Named(String),
}

impl NameEntry {
    /// Begins with `name`.
    pub(super) fn new(name: String) -> Self {
        Self { before: name.clone(), name }
    }

    /// The name it began with.
    pub(super) fn before(&self) -> &str {
        &self.before
    }

    /// The name as it is now, without spaces around it.
    pub(super) fn name(&self) -> &str {
        self.name.trim()
    }

    /// Draws the text field, the suggestions and the words. Returns whether the name was entered.
    pub(super) fn fields(&mut self, ui: &mut Ui, suggestions: &[String], summary: &Summary) -> bool {
        let entered = self.field(ui);
        caption(ui, "Names");
        if let Some(name) = chips(ui, suggestions.iter().map(String::as_str), "Call it") {
            self.name = name;
        }
        caption(ui, "Words to add");
        let sources: Vec<String> = summary.strips.iter().map(|strip| strip.display_name()).collect();
        let own = sources.iter().map(String::as_str);
        let others = WORDS.into_iter().filter(|word| !sources.iter().any(|name| name == word));
        if let Some(word) = chips(ui, own.chain(others), "Add") {
            self.name = format!("{} {word}", self.name()).trim().to_owned();
        }
        entered
    }

    /// Draws the buttons. `verb` is the text of the button that accepts the name, which `entered` does too; `note` is a
    /// remark on the name; `allowed` says whether it can be accepted.
    pub(super) fn answer(
        &self,
        ui: &mut Ui,
        entered: bool,
        verb: &str,
        note: Option<&str>,
        allowed: bool,
    ) -> NameAnswer {
        let valid = is_name(self.name());
        let note = match note {
            _ if self.name().is_empty() => "A name, please: type it, or click it together.",
            _ if !valid => "No / \\ : * ? \" < > | in a name, no dot at its beginning, and at most 64 characters.",
            Some(note) => note,
            None => "",
        };
        ui.separator();
        let mut answer = NameAnswer::Open;
        ui.horizontal(|ui| {
            let accept = ui.add_enabled(valid && allowed, Button::new(verb).fill(ui.colours().button));
            if accept.clicked() || (entered && valid && allowed) {
                answer = NameAnswer::Named(self.name().to_owned());
            }
            if ui.button("Cancel").clicked() {
                answer = NameAnswer::Cancelled;
            }
            ui.add(Label::new(RichText::new(note).small().color(ui.colours().notice)).wrap());
        });
        answer
    }

    /// The text field and the button that removes its last word. Returns whether the name was entered.
    fn field(&mut self, ui: &mut Ui) -> bool {
        let mut entered = false;
        ui.horizontal(|ui| {
            let width = ui.available_width() - 42.0;
            let id = ui.scope_id().with("preset name");
            if text_entry::appears(ui, id) {
                text_entry::take_keyboard(ui.ctx(), id, &self.name);
            }
            let field = TextEdit::singleline(&mut self.name)
                .id(id)
                .desired_width(width)
                .char_limit(64)
                .margin(Margin::symmetric(8, 4))
                .align(Align2::LEFT_CENTER)
                .font(theme::font(theme::BODY));
            let field = ui.add_sized(vec2(width, 28.0), field);
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Preset name"));
            entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let (rect, _) = ui.allocate_exact_size(vec2(34.0, 28.0), Sense::hover());
            let backspace = IconButton::new(Icon::Backspace, "Remove the last word").show(
                ui,
                rect,
                ui.scope_id().with("backspace"),
            );
            if backspace.on_hover_text("Remove the last word").clicked() {
                let end = self.name().rfind(char::is_whitespace).unwrap_or(0);
                self.name = self.name()[..end].trim_end().to_owned();
            }
        });
        entered
    }
}

/// A line above fields.
pub(super) fn caption(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).small().color(ui.colours().weak));
}

/// Draws buttons with `words`, in rows. Returns the word that was clicked.
fn chips<'a>(ui: &mut Ui, words: impl Iterator<Item = &'a str>, what: &str) -> Option<String> {
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for word in words {
            let chip = ui.add(Button::new(word).min_size(vec2(26.0, 24.0)));
            chip.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{what} {word}")));
            if chip.clicked() {
                clicked = Some(word.to_owned());
            }
        }
    });
    clicked
}

/// `name`, with a number after it if the user has a preset of that name.
fn free(name: &str, library: &Library) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !library.has_user_preset(name)).unwrap_or_default()
}

/// The first suggestion: the preset's name if it is one of the user's, else a new name.
pub(super) fn first_suggestion(summary: &Summary, library: &Library) -> String {
    match summary.origin {
        Origin::File(_) => summary.title.clone(),
        _ => free(&format!("My {}", summary.title), library),
    }
}

/// Suggestions of names under which to save what plays.
pub(super) fn save_suggestions(summary: &Summary, library: &Library) -> Vec<String> {
    let sources: Vec<String> = summary.strips.iter().take(3).map(|strip| strip.display_name()).collect();
    let names = [
        first_suggestion(summary, library),
        free(&summary.title, library),
        free(&sources.join(" + "), library),
        free(&format!("{} live", summary.title), library),
    ];
    distinct(names)
}

/// Suggestions of other names for the preset `before`.
pub(super) fn rename_suggestions(before: &str, library: &Library) -> Vec<String> {
    let names = ["live", "studio", "old"].map(|word| free(&format!("{before} {word}"), library));
    distinct(names)
}

fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(&name) && is_name(&name) && kept.len() < SUGGESTIONS {
            kept.push(name);
        }
    }
    kept
}
