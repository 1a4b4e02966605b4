//! A strip's menu: its name, how it learns and follows, loading and saving its source, adding and removing strips.

use super::learn::{self, LearnPhase};
use crate::{
    editor::{asked::Asked, file_chooser::FileKind, snapshot::EditorSnapshot, theme::Themed, widgets::text_entry},
    instance::{
        command::{AdaptationCommand, LearnCommand, LibraryCommand, SourceCommand},
        state::summary::Strip,
    },
    preset::{Kind, MAX_SOURCES, Role, display_name, library::Listing},
};
use egui::{
    Button, Key, Popup, PopupCloseBehavior, RectAlign, Response, RichText, ScrollArea, TextEdit, Tooltip, Ui,
    WidgetInfo, accesskit,
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
    /// Shows the menu above `head` while it is open; a click on `head`, with either button, opens it. A double click
    /// opens what renames the source. `new_name` is the name that is being typed for it.
    pub fn show(&self, head: &Response, new_name: &mut String) -> Vec<Asked> {
        let mut asked = Vec::new();
        if head.clicked() || head.secondary_clicked() {
            new_name.clone_from(&self.strip().name);
            // Other instances may have saved presets since the library was read.
            asked.push(LibraryCommand::Refresh.into());
        }
        if head.secondary_clicked() {
            Popup::open_id(&head.ctx, Popup::default_response_id(head));
        }
        over_the_picture(head).show(|ui| {
            let height = ui.ctx().content_rect().height() - 30.0;
            ScrollArea::vertical().max_height(height).show(ui, |ui| self.items(ui, new_name, &mut asked));
        });
        let renames = head.id.with("rename");
        if head.double_clicked() {
            Popup::open_id(&head.ctx, renames);
        }
        over_the_picture(head).id(renames).open_memory(None).show(|ui| self.rename(ui, new_name, &mut asked));
        asked
    }

    fn strip(&self) -> &Strip {
        &self.snapshot.summary().strips[self.index]
    }

    fn items(&self, ui: &mut Ui, new_name: &mut String, asked: &mut Vec<Asked>) {
        let learning = &self.snapshot.learning;
        self.learning(ui, asked);
        submenu("Learn from").ui(ui, |ui| self.learning_from(ui, asked));
        submenu("Learn from the mixture").ui(ui, |ui| self.following(ui, asked));
        submenu("Rename").ui(ui, |ui| self.rename(ui, new_name, asked));
        submenu("Load, save, remove").ui(ui, |ui| self.keeping(ui, asked));
        let tooltip = "The page of bases: the spectra that it is put together from.";
        if item(ui, true, "Show what it has learned", tooltip) {
            ask(ui, asked, Asked::ShowBases(self.index));
        }
        let is_learning = learning.take.is_some() || learning.job.is_some() || learning.doubt.is_some();
        let tooltip = "Stop listening and learning. What was learned before stays.";
        if is_learning && item(ui, true, "Cancel learning", tooltip) {
            ask(ui, asked, LearnCommand::Cancel);
        }
    }

    /// Another source in its place, a preset of its own, more strips and fewer.
    fn keeping(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        submenu("Replace it by a source of a preset").ui(ui, |ui| self.loading(ui, asked));
        let tooltip = "A preset with this source alone: put it into any other preset from there.";
        if item(ui, true, "Save as a preset of its own", tooltip) {
            ask(ui, asked, SourceCommand::Save(self.index));
        }
        let count = self.snapshot.summary().strips.len();
        let tooltip = "One more strip. Until it is taught it learns what the others leave.";
        if item(ui, count < MAX_SOURCES, "Add a source", tooltip) {
            ask(ui, asked, SourceCommand::Add);
        }
        let tooltip = "Its strip goes. What it was falls to the others. Undo brings it back.";
        if item(ui, count > 1, format!("Remove {}", self.name), tooltip) {
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
            let tooltip = "End the take, and learn from what was captured.";
            if item(ui, self.phase != LearnPhase::Armed, format!("Learn {name} now"), tooltip) {
                ask(ui, asked, LearnCommand::Stop);
            }
        } else {
            let tooltip = "Mute everything else in your session, and play: it is captured from the first sound on.";
            if item(ui, true, format!("Learn {name}: play it alone"), tooltip) {
                ask(ui, asked, LearnCommand::Start(index));
            }
        }
    }

    fn learning_from(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        let index = self.index;
        let tooltip = "If it was this source alone that played: no need to play it again.";
        if item(ui, true, "What just played (10 s)", tooltip) {
            ask(ui, asked, LearnCommand::Last(index));
        }
        let tooltip = "Audio files of this source alone.";
        if item(ui, !self.snapshot.window.file_dialog_is_open, "Recordings…", tooltip) {
            ask(ui, asked, Asked::ChooseFiles(FileKind::Recordings(index)));
        }
        let kept = self.snapshot.learning.material[index];
        let tooltip = "The take or the files that it was learned from here, with another number of bases for instance.";
        if item(ui, kept > 0.0, again(kept), tooltip) {
            ask(ui, asked, LearnCommand::Again(index));
        }
        let others = self.snapshot.learning.material.iter().filter(|seconds| **seconds > 0.0).count() > 1;
        let tooltip = "Tries 8 to 50 bases for every source that was learned here, on mixtures of your takes, and \
                       learns all with what separates best. It needs two sources, takes of 3 s, and a minute or two.";
        if item(ui, kept > 0.0 && others, "Find the best number of bases", tooltip) {
            ask(ui, asked, LearnCommand::FindBases(index));
        }
        ui.separator();
        asked.extend(learn::draw_options(ui, self.snapshot));
    }

    fn following(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        let (index, kind, own_role) = (self.index, self.strip().kind, self.strip().role);
        let tooltip = "While you play, it learns what no other source explains: for what is never played alone.";
        if kind != Kind::Adaptive && item(ui, true, "Learn what the others leave", tooltip) {
            ask(ui, asked, SourceCommand::MakeAdaptive(index));
        }
        submenu("Recognise it, without teaching").ui(ui, |ui| {
            for role in Role::ALL {
                let text = if role == Role::Rest { "as the rest".to_owned() } else { format!("as {}", role.name()) };
                let tooltip = "It is found in the mixture by its sound, and learns while you play.";
                if item(ui, kind != Kind::Recognised || own_role != Some(role), text, tooltip) {
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
        let tooltip = "It stays as it is now, as if it had been taught.";
        if item(ui, true, "Keep what it has learned", tooltip) {
            ask(ui, asked, SourceCommand::Keep(index));
        }
        let strips = &self.snapshot.summary().strips;
        let followers = strips.iter().filter(|strip| strip.kind != Kind::Fixed).count();
        let restart = if followers > 1 { "Start listening anew, all strips" } else { "Start listening anew" };
        let tooltip = "What was learned from the mixture is forgotten, and learned again from what plays next.";
        if item(ui, true, restart, tooltip) {
            ask(ui, asked, AdaptationCommand::Reset);
        }
        ui.separator();
        asked.extend(learn::draw_adapt_options(ui, self.snapshot));
    }

    /// A choice of presets, then of the sources of the chosen one.
    fn loading(&self, ui: &mut Ui, asked: &mut Vec<Asked>) {
        let height = ui.ctx().content_rect().height() * 0.6;
        // The second list is as tall as the first: the menu stays where the pointer is.
        let id = ui.scope_id().with("presets");
        let is_chosen = self.snapshot.preset_sources.is_some();
        if is_chosen && let Some(least) = ui.data(|data| data.get_temp(id)) {
            ui.set_min_height(least);
        }
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            let Some(found) = &self.snapshot.preset_sources else {
                ui.label(RichText::new("From which preset?").small().color(ui.colours().weak));
                let library = &*self.snapshot.library;
                let mut offer = |ui: &mut Ui, listings: &mut dyn Iterator<Item = &Listing>| {
                    for Listing { entry, .. } in listings {
                        if item(ui, true, entry.name.as_str(), "") {
                            asked.push(SourceCommand::List(entry.clone()).into());
                        }
                    }
                };
                offer(ui, &mut library.factory.iter().chain(&library.user));
                if !library.instruments.is_empty() {
                    ui.label(RichText::new("By instrument").small().color(ui.colours().weak));
                    offer(ui, &mut library.instruments.iter());
                }
                if item(ui, !self.snapshot.window.file_dialog_is_open, "From a file…", "") {
                    asked.push(Asked::ChooseFiles(FileKind::Sources));
                }
                return;
            };
            ui.label(RichText::new(format!("In place of {}:", self.name)).small().color(ui.colours().weak));
            for (source, name) in found.names.iter().enumerate() {
                let fit = found.fits.get(source).copied().flatten();
                let fit = fit.map_or(String::new(), |fit| format!(" · fits {:.0} %", 100.0 * fit));
                if item(ui, true, format!("{} of {}{fit}", display_name(name), found.preset.name), "") {
                    asked.push(SourceCommand::ForgetList.into());
                    ask(ui, asked, SourceCommand::Load { strip: self.index, from: found.preset.clone(), source });
                }
            }
            if item(ui, true, "Another preset", "") {
                asked.push(SourceCommand::ForgetList.into());
            }
        });
        if !is_chosen {
            ui.data_mut(|data| data.insert_temp(id, ui.min_rect().height()));
        }
    }
}

/// A menu of `head` that opens upwards where there is room: over the picture it covers no other strip, however narrow
/// they are.
fn over_the_picture(head: &Response) -> Popup<'_> {
    let downwards = &[RectAlign::TOP_END, RectAlign::BOTTOM_START, RectAlign::BOTTOM_END];
    let popup = Popup::menu(head).align(RectAlign::TOP_START).align_alternatives(downwards);
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).width(WIDTH)
}

/// An item as wide as the menu, with a tooltip unless that is empty. Returns whether it was clicked.
fn item(ui: &mut Ui, enabled: bool, text: impl Into<String>, tooltip: &str) -> bool {
    let button = Button::selectable(false, text.into()).min_size(vec2(WIDTH - 20.0, ITEM));
    let response = ui.add_enabled(enabled, button);
    if tooltip.is_empty() {
        return response.clicked();
    }
    // Beside the menu, so that the next items stay visible.
    let mut shown = Tooltip::for_enabled(&response);
    shown.popup = shown.popup.align(RectAlign::RIGHT).align_alternatives(&[RectAlign::LEFT, RectAlign::BOTTOM]);
    shown.show(|ui| ui.label(tooltip));
    response.clicked()
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
    if kept > 0.0 { format!("The same {kept:.1} s again") } else { "The same take again".to_owned() }
}
