//! The preset browser, below the preset's name: presets to choose from, and what can be done with them.
//!
//! - `filter`: which presets are listed. `list`: their order, and how they are heard. `row`: one of them.
//! - `name_entry`: a name for a preset, typed or put together by clicks. `about_entry`: tags and notes.

mod about_entry;
mod filter;
mod list;
mod name_entry;
mod row;

use crate::{
    editor::{
        asked::Asked,
        file_chooser::FileKind,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
        widgets::icon::{Icon, IconButton},
    },
    instance::{
        command::{LibraryCommand, PresetCommand},
        state::summary::{Origin, Summary},
    },
    preset::library::{Library, Listing},
};
use about_entry::AboutEntry;
use egui::{Align, Button, Layout, Popup, PopupCloseBehavior, RectAlign, Response, RichText, Ui, vec2};
use filter::PresetFilter;
use list::ListState;
use name_entry::{NameAnswer, NameEntry};
use row::PresetAction;
use std::path::{Path, PathBuf};

/// Largest width of the browser, in points.
const MAX_WIDTH: f32 = 600.0;
/// Least and largest height of the list, in points.
const LIST_HEIGHTS: (f32, f32) = (86.0, 400.0);
/// Height of everything around the list, in points: search, sources, tools, buttons, what was deleted, margins.
const AROUND_LIST: f32 = 252.0;
/// Numbers of parts to split a mixture into that nobody taught.
const PARTS: [usize; 3] = [2, 3, 4];

/// What the browser shows.
#[derive(Debug, Default)]
enum BrowserPage {
    /// The presets to choose from.
    #[default]
    Choose,
    /// A name under which to save what plays.
    SaveAs(NameEntry),
    /// Another name for the preset in this file, and what is noted about it.
    Rename(PathBuf, NameEntry, AboutEntry),
}

/// What the browser remembers between two frames.
#[derive(Debug, Default)]
pub struct BrowserState {
    filter: PresetFilter,
    list: ListState,
    is_open: bool,
    page: BrowserPage,
    /// It is to open by itself, on the page of a name.
    opens_to_save: bool,
}

impl BrowserState {
    /// It opens in the next frame, and asks for a name under which to save what plays.
    pub fn save_as(&mut self) {
        self.opens_to_save = true;
    }
}

/// Shows the browser below `button` while it is open; a click on `button` opens and closes it.
pub fn show(button: &Response, snapshot: &EditorSnapshot, own: &mut BrowserState) -> Vec<Asked> {
    let mut asked = Vec::new();
    if button.clicked() {
        asked.push(LibraryCommand::Refresh.into());
        own.page = BrowserPage::Choose;
        own.filter.clear_search();
    }
    if std::mem::take(&mut own.opens_to_save) {
        let name = name_entry::first_suggestion(snapshot.summary(), &snapshot.library);
        own.page = BrowserPage::SaveAs(NameEntry::new(name));
        Popup::open_id(&button.ctx, Popup::default_response_id(button));
    }
    let window = button.ctx.content_rect();
    let width = MAX_WIDTH.min(window.width() - 4.0 * theme::GAP);
    let list_height = (window.bottom() - button.rect.bottom() - AROUND_LIST).clamp(LIST_HEIGHTS.0, LIST_HEIGHTS.1);
    let popup = Popup::menu(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let popup = popup.align(RectAlign::BOTTOM_START).gap(4.0).width(width);
    let shown = popup.show(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        // In a menu, egui draws buttons without background and margin; these have both.
        ui.spacing_mut().button_padding = vec2(9.0, 4.0);
        let colours = ui.colours();
        let button = &mut ui.visuals_mut().widgets.inactive;
        (button.weak_bg_fill, button.bg_stroke) = (colours.button, egui::Stroke::new(1.0, colours.button_edge));
        own.page = match std::mem::take(&mut own.page) {
            BrowserPage::Choose => choose(ui, list_height, snapshot, (&mut own.filter, &mut own.list), &mut asked),
            BrowserPage::SaveAs(name) => save_as(ui, name, snapshot, &mut asked),
            BrowserPage::Rename(file, name, about) => rename(ui, file, (name, about), snapshot, &mut asked),
        };
        if !matches!(own.page, BrowserPage::Choose) {
            own.list.stop(&mut asked);
        }
    });
    let is_open = shown.is_some() && Popup::is_id_open(&button.ctx, Popup::default_response_id(button));
    match (std::mem::replace(&mut own.is_open, is_open), is_open) {
        (false, true) => asked.push(LibraryCommand::Rank.into()),
        (true, false) => {
            own.list.stop(&mut asked);
            asked.push(LibraryCommand::EndRanking.into());
        }
        _ => {}
    }
    asked
}

/// Draws the presets to choose from; returns the page to show next.
fn choose(
    ui: &mut Ui,
    height: f32,
    snapshot: &EditorSnapshot,
    (filter, list): (&mut PresetFilter, &mut ListState),
    asked: &mut Vec<Asked>,
) -> BrowserPage {
    let (library, summary) = (&*snapshot.library, snapshot.summary());
    let mut next = BrowserPage::Choose;
    filter.show(ui, library);
    list.tools(ui, snapshot);
    match list.show(ui, height, snapshot, filter, asked) {
        Some(PresetAction::Star(entry, has_star)) => {
            asked.push(LibraryCommand::SetFavourite(entry, has_star).into());
        }
        Some(PresetAction::Play(entry)) => {
            let name = entry.name;
            asked.push(entry.path.map_or_else(|| PresetCommand::LoadFactory(name), PresetCommand::LoadFile).into());
            ui.close();
        }
        Some(PresetAction::Rename(Listing { entry, about, .. })) => {
            if let Some(file) = entry.path {
                next = BrowserPage::Rename(file, NameEntry::new(entry.name), AboutEntry::new(about));
            }
        }
        Some(PresetAction::Delete(file)) => asked.push(LibraryCommand::Delete(file).into()),
        None => {}
    }
    deleted(ui, snapshot, asked);
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Or split what plays, without teaching, into").color(ui.colours().weak));
        for parts in PARTS {
            let button = ui.button(format!("{parts} parts"));
            if button.on_hover_text("In place of this preset. Each part finds its sounds by itself.").clicked() {
                asked.push(PresetCommand::Unsupervised(parts).into());
                ui.close();
            }
        }
    });
    ui.horizontal(|ui| {
        let own = own_file(summary, library);
        let save = ui.add_enabled(own.is_some(), Button::new("Save"));
        let save = save.on_hover_text("Save what plays, with its knobs, in its file.");
        let why_not = match summary.origin {
            Origin::Factory(_) => "Factory presets stay as they are: save it under a name of your own.",
            _ => "It has no file among your presets: save it under a name.",
        };
        if save.on_disabled_hover_text(why_not).clicked() {
            asked.push(PresetCommand::Save(summary.title.clone()).into());
            ui.close();
        }
        let save_as = ui.button("Save as…").on_hover_text("Save what plays, with its knobs, under a name.");
        if save_as.clicked() {
            next = BrowserPage::SaveAs(NameEntry::new(name_entry::first_suggestion(summary, library)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let folder = ui.button("Show folder").on_hover_text("Show your presets in the system's file manager.");
            if folder.clicked() {
                asked.push(LibraryCommand::ShowFolder(own.map(Path::to_owned)).into());
            }
            let open = ui.add_enabled(!snapshot.window.file_dialog_is_open, Button::new("Open file…"));
            if open.on_hover_text("Play a preset from anywhere.").clicked() {
                asked.push(Asked::ChooseFiles(FileKind::Preset));
                ui.close();
            }
        });
    });
    next
}

/// The preset that was deleted last, and a button to bring it back.
fn deleted(ui: &mut Ui, snapshot: &EditorSnapshot, asked: &mut Vec<Asked>) {
    let Some(trashed) = &snapshot.deleted else { return };
    ui.horizontal(|ui| {
        ui.set_min_height(28.0);
        ui.label(RichText::new(format!("Deleted “{}”", trashed.name())).color(ui.colours().text));
        let back = ui.add(Button::new("Bring it back").fill(ui.colours().button));
        if back.on_hover_text("The file comes back as it was.").clicked() {
            asked.push(LibraryCommand::RestoreDeleted.into());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(24.0, 24.0), egui::Sense::hover());
            let button = IconButton { plate: false, ..IconButton::new(Icon::Clear, "Leave it deleted") };
            let response = button.show(ui, rect, ui.scope_id().with("leave deleted"));
            if response
                .on_hover_text("Leave it deleted. It stays in the hidden folder “.trash” among your presets.")
                .clicked()
            {
                asked.push(LibraryCommand::ForgetDeleted.into());
            }
        });
    });
}

/// The file of the preset that plays, if it is one of the user's.
fn own_file<'a>(summary: &'a Summary, library: &Library) -> Option<&'a Path> {
    match &summary.origin {
        Origin::File(file) if library.is_users(file) => Some(file),
        _ => None,
    }
}

fn save_as(ui: &mut Ui, mut name: NameEntry, snapshot: &EditorSnapshot, asked: &mut Vec<Asked>) -> BrowserPage {
    let (library, summary) = (&*snapshot.library, snapshot.summary());
    ui.label(RichText::new("Save as").font(theme::font(theme::TITLE)));
    let verb = if library.has_user_preset(name.name()) { "Replace" } else { "Save" };
    let taken = (verb == "Replace").then_some("You have a preset of this name: saving replaces it.");
    let entered = name.fields(ui, &name_entry::save_suggestions(summary, library), summary);
    match name.answer(ui, entered, verb, taken, true) {
        NameAnswer::Open => return BrowserPage::SaveAs(name),
        NameAnswer::Cancelled => {}
        NameAnswer::Named(name) => {
            asked.push(PresetCommand::Save(name).into());
            ui.close();
        }
    }
    BrowserPage::Choose
}

fn rename(
    ui: &mut Ui,
    file: PathBuf,
    (mut name, mut about): (NameEntry, AboutEntry),
    snapshot: &EditorSnapshot,
    asked: &mut Vec<Asked>,
) -> BrowserPage {
    let (library, summary) = (&*snapshot.library, snapshot.summary());
    let before = name.before().to_owned();
    ui.label(RichText::new(format!("Rename “{before}”, tags and notes")).font(theme::font(theme::TITLE)));
    let entered = name.fields(ui, &name_entry::rename_suggestions(&before, library), summary);
    about.fields(ui);
    let (same, noted) = (name.name() == before, about.changed());
    let own = name.name().to_lowercase() == before.to_lowercase();
    let taken = !own && library.has_user_preset(name.name());
    let note = taken.then_some("Another preset is called so: choose another name.");
    let verb = if noted.is_some() { "Keep it" } else { "Rename" };
    match name.answer(ui, entered, verb, note, !taken && (!same || noted.is_some())) {
        NameAnswer::Open => return BrowserPage::Rename(file, name, about),
        NameAnswer::Cancelled => {}
        NameAnswer::Named(name) => {
            asked.extend(noted.map(|noted| LibraryCommand::Describe(file.clone(), noted).into()));
            asked.extend((!same).then(|| LibraryCommand::Rename(file, name).into()));
        }
    }
    BrowserPage::Choose
}
