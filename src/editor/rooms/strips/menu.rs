//! A strip's menu: its name, how it learns and follows, loading and saving its source, adding and removing strips.

use super::learn::{self, LearnPhase};
use crate::{
    editor::{asked::Asked, file_chooser::FileKind, snapshot::EditorSnapshot, theme::Themed, widgets::text_entry},
    instance::{
        command::{AdaptationCommand, LearnCommand, LibraryCommand, SourceCommand},
        state::summary::Strip,
    },
    preset::{Kind, MAX_SOURCES, Role, library::Listing},
};
use egui::{
    Button, Key, Popup, PopupCloseBehavior, Response, RichText, ScrollArea, TextEdit, Ui, WidgetInfo, accesskit,
    containers::menu::{MenuConfig, SubMenuButton},
    vec2,
};

/// Names to choose from: some hosts keep the keyboard to themselves.
pub const NAMES: [&str; 15] = [
    "drums",
    "bass",
    "rest",
    "kick",
    "snare",
    "hats",
    "toms",
    "cymbals",
    "percussion",
    "vocals",
    "guitar",
    "keys",
    "synth",
    "strings",
    "brass",
];
const WIDTH: f32 = 250.0;
const ITEM: f32 = 24.0;

/// The menu of a strip.
pub struct StripMenu<'a> {
    /// What the editor shows.
    pub snapshot: &'a EditorSnapshot<'a>,
    /// The strip.
    pub index: usize,
    /// The source's name as it is shown.
    pub name: &'a str,
    /// What is being captured or learned for it.
    pub phase: LearnPhase,
}

impl StripMenu<'_> {
    /// Shows the menu below `head` while it is open; a click on `head` opens it. `new_name` is the name that is being
    /// typed for the source.
    pub fn show(&self, head: &Response, new_name: &mut String) -> Vec<Asked> {
        let mut asked = Vec::new();
        if head.clicked() {
            new_name.clone_from(&self.strip().name);
            // Other instances may have saved presets since the library was read.
            asked.push(LibraryCommand::Refresh.into());
        }
        let popup = Popup::menu(head).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        popup.width(WIDTH).show(|ui| {
            let height = ui.ctx().content_rect().height() - 30.0;
            ScrollArea::vertical().max_height(height).show(ui, |ui| self.items(ui, new_name, &mut asked));
        });
        asked
    }

    fn strip(&self) -> &Strip {
        &self.snapshot.summary().strips[self.index]
    }

    fn items(&self, ui: &mut Ui, new_name: &mut String, asked: &mut Vec<Asked>) {
        let learning = &self.snapshot.learning;
        self.learning(ui, asked);
        submenu("Learn from").ui(ui, |ui| self.learning_from(ui, asked));
        submenu("Follow or recognise").ui(ui, |ui| self.following(ui, asked));
        submenu("Rename").ui(ui, |ui| self.rename(ui, new_name, asked));
        submenu("Load, save, remove").ui(ui, |ui| self.keeping(ui, asked));
        if item(ui, true, "Show its bases") {
            ask(ui, asked, Asked::ShowBases(self.index));
        }
        let is_learning = learning.take.is_some() || learning.job.is_some() || learning.doubt.is_some();
        if is_learning && item(ui, true, "Cancel learning") {
            ask(ui, asked, LearnCommand::Cancel);
        }
    }

    /// Another source in its place, a preset of its own, more strips and fewer.
    fn keeping(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        submenu("Replace it by a source of a preset").ui(ui, |ui| self.loading(ui, asked));
        if item(ui, true, "Save as a preset of its own") {
            ask(ui, asked, SourceCommand::Save(self.index));
        }
        let count = self.snapshot.summary().strips.len();
        if item(ui, count < MAX_SOURCES, "Add a source") {
            ask(ui, asked, SourceCommand::Add);
        }
        if item(ui, count > 1, format!("Remove {}", self.name)) {
            ask(ui, asked, SourceCommand::Remove(self.index));
        }
    }

    fn rename(&self, ui: &mut Ui, new_name: &mut String, asked: &mut Vec<Asked>) {
        let mut chosen = None;
        ui.horizontal(|ui| {
            let id = ui.scope_id().with("source name");
            if text_entry::appears(ui, id) {
                text_entry::take_keyboard(ui.ctx(), id, new_name);
            }
            let field = ui.add(TextEdit::singleline(new_name).id(id).desired_width(136.0));
            field.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, "Name of the source"));
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = new_name.trim();
            let clicked = ui.add_enabled(!name.is_empty(), Button::new("Rename it")).clicked();
            if clicked || (entered && !name.is_empty()) {
                chosen = Some(name.to_owned());
            }
        });
        let strips = &self.snapshot.summary().strips;
        let taken = |name: &str| strips.iter().any(|strip| strip.name.to_lowercase() == name);
        egui::Grid::new("names").num_columns(3).spacing(vec2(4.0, 4.0)).show(ui, |ui| {
            for (i, name) in NAMES.into_iter().enumerate() {
                if ui.add_enabled(!taken(name), Button::new(name).min_size(vec2(76.0, ITEM))).clicked() {
                    chosen = Some(name.to_owned());
                }
                if i % 3 == 2 {
                    ui.end_row();
                }
            }
        });
        if let Some(name) = chosen {
            ask(ui, asked, SourceCommand::Rename(self.index, name));
        }
    }

    fn learning(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        let (name, index) = (self.name, self.index);
        if self.phase.is_taking() {
            if item(ui, self.phase != LearnPhase::Armed, format!("Learn {name} now")) {
                ask(ui, asked, LearnCommand::Stop);
            }
        } else if item(ui, true, format!("Learn {name}: play it alone")) {
            ask(ui, asked, LearnCommand::Start(index));
        }
    }

    fn learning_from(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        let index = self.index;
        if item(ui, true, "What just played (10 s)") {
            ask(ui, asked, LearnCommand::Last(index));
        }
        if item(ui, !self.snapshot.window.file_dialog_is_open, "Recordings…") {
            ask(ui, asked, Asked::ChooseFiles(FileKind::Recordings(index)));
        }
        let kept = self.snapshot.learning.material[index];
        if item(ui, kept > 0.0, again(kept)) {
            ask(ui, asked, LearnCommand::Again(index));
        }
        ui.separator();
        asked.extend(learn::draw_options(ui, self.snapshot));
    }

    fn following(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        let (index, kind, own_role) = (self.index, self.strip().kind, self.strip().role);
        if kind != Kind::Adaptive && item(ui, true, "Follow the mixture: what the others leave") {
            ask(ui, asked, SourceCommand::MakeAdaptive(index));
        }
        submenu("Recognise it, without teaching").ui(ui, |ui| {
            for role in Role::ALL {
                let text = if role == Role::Rest { "as the rest".to_owned() } else { format!("as {}", role.name()) };
                if item(ui, kind != Kind::Recognised || own_role != Some(role), text) {
                    ask(ui, asked, SourceCommand::MakeRecognised(index, role));
                }
            }
        });
        if matches!(kind, Kind::Fixed | Kind::Drifting) {
            let mut drifts = kind == Kind::Drifting;
            let checkbox = ui.checkbox(&mut drifts, "Adapt slowly to what plays");
            if checkbox.on_hover_text("For another kit or player than it was learned from.").changed() {
                asked.push(SourceCommand::Drift(index, drifts).into());
            }
            return;
        }
        if item(ui, true, "Keep what it has learned") {
            ask(ui, asked, SourceCommand::Keep(index));
        }
        let strips = &self.snapshot.summary().strips;
        let followers = strips.iter().filter(|strip| strip.kind != Kind::Fixed).count();
        let restart =
            if followers > 1 { "Forget what all have heard so far" } else { "Forget what it has heard so far" };
        if item(ui, true, restart) {
            ask(ui, asked, AdaptationCommand::Reset);
        }
        ui.separator();
        asked.extend(learn::draw_adapt_options(ui, self.snapshot));
    }

    /// A choice of presets, then of the sources of the chosen one.
    fn loading(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        let height = ui.ctx().content_rect().height() * 0.6;
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            let Some(found) = &self.snapshot.preset_sources else {
                ui.label(RichText::new("From which preset?").small().color(ui.colours().weak));
                for Listing { entry, .. } in self.snapshot.library.all() {
                    if item(ui, true, entry.name.as_str()) {
                        asked.push(SourceCommand::List(entry.clone()).into());
                    }
                }
                if item(ui, !self.snapshot.window.file_dialog_is_open, "From a file…") {
                    asked.push(Asked::ChooseFiles(FileKind::Sources));
                }
                return;
            };
            ui.label(RichText::new(format!("In place of {}:", self.name)).small().color(ui.colours().weak));
            for (source, name) in found.names.iter().enumerate() {
                if item(ui, true, format!("{name} of {}", found.preset.name)) {
                    asked.push(SourceCommand::ForgetList.into());
                    ask(ui, asked, SourceCommand::Load { strip: self.index, from: found.preset.clone(), source });
                }
            }
            if item(ui, true, "Another preset") {
                asked.push(SourceCommand::ForgetList.into());
            }
        });
    }
}

/// An item as wide as the menu. Returns whether it was clicked.
fn item(ui: &mut Ui, enabled: bool, text: impl Into<String>) -> bool {
    let button = Button::selectable(false, text.into()).min_size(vec2(WIDTH - 20.0, ITEM));
    ui.add_enabled(enabled, button).clicked()
}

/// A menu within the menu, which stays open while it is clicked into.
fn submenu(text: &str) -> SubMenuButton<'_> {
    let button = Button::new(text).right_text(SubMenuButton::arrow_atom(None)).frame_when_inactive(false);
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    SubMenuButton::from_button(button.min_size(vec2(WIDTH - 20.0, ITEM))).config(config)
}

/// Asks for `what` and closes the menu.
fn ask(ui: &Ui, asked: &mut Vec<Asked>, what: impl Into<Asked>) {
    asked.push(what.into());
    ui.close();
}

fn again(kept: f32) -> String {
    if kept > 0.0 { format!("The {kept:.1} s heard, once more") } else { "What was heard, once more".to_owned() }
}
