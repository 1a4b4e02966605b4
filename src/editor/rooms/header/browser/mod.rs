//! The preset browser, beneath the preset's name: what there is to choose from, and what can be done with it.
//!
//! - `list`: the presets, filtered. `naming`: a name for a preset, with or without a keyboard.

mod list;
mod name_entry;

use super::{
    EditorState, Scene,
    file_chooser::Wanted,
    icon::{Icon, IconButton},
    theme,
};
use crate::{
    instance::{
        command::Request,
        state::summary::{Origin, Summary},
        worker::browsing::Browse,
    },
    preset::library::Library,
};
use egui::{Align, Button, Layout, Popup, PopupCloseBehavior, RectAlign, Response, RichText, Ui, vec2};
pub use list::Filter;
use name_entry::{self as naming, Naming};
use std::path::{Path, PathBuf};

/// Widest that the browser gets, in points.
const MAX_WIDTH: f32 = 520.0;
/// Least and most height of the list, in points.
const LIST_HEIGHTS: (f32, f32) = (120.0, 360.0);
/// What stands around the list, in points: search, sources, buttons, what was deleted, margins.
const AROUND_LIST: f32 = 190.0;

/// What the browser is at.
#[derive(Debug, Default)]
enum Task {
    /// A preset is to be chosen.
    #[default]
    Choose,
    /// What plays is to be saved under a name.
    SaveAs(Naming),
    /// The preset in this file is to be called otherwise.
    Rename(PathBuf, Naming),
}

/// What the browser remembers between two frames.
#[derive(Debug, Default)]
pub struct Browser {
    filter: Filter,
    task: Task,
}

/// Shows the browser beneath `button` while it is open; a click on `button` opens and closes it.
pub fn show(button: &Response, summary: &Summary, scene: &Scene, state: &mut EditorState) {
    if button.clicked() {
        scene.session.browse(Browse::Read);
        state.browser.task = Task::Choose;
    }
    let window = button.ctx.content_rect();
    let width = MAX_WIDTH.min(window.width() - 4.0 * theme::GAP);
    let list_height = (window.bottom() - button.rect.bottom() - AROUND_LIST).clamp(LIST_HEIGHTS.0, LIST_HEIGHTS.1);
    let popup = Popup::menu(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let popup = popup.align(RectAlign::BOTTOM_START).gap(4.0).width(width);
    popup.show(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        // A menu's buttons have no plates and no room; these are no menu's.
        ui.spacing_mut().button_padding = vec2(9.0, 4.0);
        let plates = &mut ui.visuals_mut().widgets.inactive;
        (plates.weak_bg_fill, plates.bg_stroke) = (theme::BUTTON, egui::Stroke::new(1.0, theme::BUTTON_EDGE));
        let library = scene.session.browsing.library();
        match std::mem::take(&mut state.browser.task) {
            Task::Choose => choose(ui, list_height, &library, summary, scene, state),
            Task::SaveAs(naming) => save_as(ui, naming, &library, summary, scene, state),
            Task::Rename(file, naming) => rename(ui, file, naming, &library, summary, scene, state),
        }
    });
}

fn choose(ui: &mut Ui, height: f32, library: &Library, summary: &Summary, scene: &Scene, state: &mut EditorState) {
    let filter = &mut state.browser.filter;
    filter.show(ui, library);
    match list::show(ui, height, library, summary, filter) {
        Some(list::Wish::Play(entry)) => {
            let name = entry.name;
            scene.session.request(entry.path.map_or_else(|| Request::LoadFactory(name), Request::LoadFile));
            ui.close();
        }
        Some(list::Wish::Rename(file, name)) => state.browser.task = Task::Rename(file, Naming::new(name)),
        Some(list::Wish::Delete(file)) => scene.session.browse(Browse::Delete(file)),
        None => {}
    }
    deleted(ui, scene);
    ui.separator();
    ui.horizontal(|ui| {
        let own = own_file(summary, library);
        let save = ui.add_enabled(own.is_some(), Button::new("Save"));
        let save = save.on_hover_text("Save what plays, with its knobs, in its file.");
        let why_not = match summary.origin {
            Origin::Factory(_) => "Factory presets stay as they are: save it under a name of your own.",
            _ => "It has no file among your presets: save it under a name.",
        };
        if save.on_disabled_hover_text(why_not).clicked() {
            scene.session.request(Request::Save(summary.title.clone()));
            ui.close();
        }
        let save_as = ui.button("Save as…").on_hover_text("Save what plays, with its knobs, under a name.");
        if save_as.clicked() {
            state.browser.task = Task::SaveAs(Naming::new(naming::first_suggestion(summary, library)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let folder = ui.button("Show folder").on_hover_text("Show your presets in the system's file manager.");
            if folder.clicked() {
                scene.session.browse(Browse::Reveal(own.map(Path::to_owned)));
            }
            let open = ui.add_enabled(!state.files.is_open(), Button::new("Open file…"));
            if open.on_hover_text("Play a preset from anywhere.").clicked() {
                state.files.ask(Wanted::Preset, scene.session);
                ui.close();
            }
        });
    });
}

/// What was deleted last, and the way to have it back.
fn deleted(ui: &mut Ui, scene: &Scene) {
    let Some(trashed) = scene.session.browsing.deleted() else { return };
    ui.horizontal(|ui| {
        ui.set_min_height(28.0);
        ui.label(RichText::new(format!("Deleted “{}”", trashed.name())).color(theme::TEXT));
        let back = ui.add(Button::new("Bring it back").fill(theme::BUTTON));
        if back.on_hover_text("The file comes back as it was.").clicked() {
            scene.session.history().forget_deletion(&trashed);
            scene.session.browse(Browse::Restore(trashed));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(24.0, 24.0), egui::Sense::hover());
            let button = IconButton { plate: false, ..IconButton::new(Icon::Clear, "Leave it deleted") };
            let response = button.show(ui, rect, ui.scope_id().with("leave deleted"));
            if response
                .on_hover_text("Leave it deleted. It stays in the hidden folder “.trash” among your presets.")
                .clicked()
            {
                scene.session.browsing.set_deleted(None);
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

fn save_as(
    ui: &mut Ui,
    mut naming: Naming,
    library: &Library,
    summary: &Summary,
    scene: &Scene,
    state: &mut EditorState,
) {
    ui.label(RichText::new("Save as").size(18.0));
    let verb = if library.has_user_preset(naming.name()) { "Replace" } else { "Save" };
    let taken = (verb == "Replace").then_some("You have a preset of this name: saving replaces it.");
    match naming.show(ui, verb, taken, true, &naming::save_suggestions(summary, library), summary) {
        naming::Answer::Open => state.browser.task = Task::SaveAs(naming),
        naming::Answer::Cancelled => {}
        naming::Answer::Named(name) => {
            scene.session.request(Request::Save(name));
            ui.close();
        }
    }
}

fn rename(
    ui: &mut Ui,
    file: PathBuf,
    mut naming: Naming,
    library: &Library,
    summary: &Summary,
    scene: &Scene,
    state: &mut EditorState,
) {
    let before = naming.before().to_owned();
    ui.label(RichText::new(format!("Rename “{before}”")).size(18.0));
    let same = naming.name() == before;
    let own = naming.name().to_lowercase() == before.to_lowercase();
    let taken = !own && library.has_user_preset(naming.name());
    let note = taken.then_some("Another preset is called so: choose another name.");
    let suggestions = naming::rename_suggestions(&before, library);
    match naming.show(ui, "Rename", note, !taken && !same, &suggestions, summary) {
        naming::Answer::Open => state.browser.task = Task::Rename(file, naming),
        naming::Answer::Cancelled => {}
        naming::Answer::Named(name) => scene.session.browse(Browse::Rename(file, name)),
    }
}
