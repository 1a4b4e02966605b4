//! A strip's menu: its name, how it learns, where it comes from, which strips there are.

use super::{EditorState, Scene, file_chooser::Wanted, learn, theme};
use crate::{
    instance::{
        command::Request,
        state::summary::{Strip, Summary},
        worker::{browsing::Browse, sources::Arrange},
    },
    preset::{Kind, MAX_SOURCES, library::Listing},
};
use egui::{
    Button, Key, Popup, PopupCloseBehavior, Response, RichText, ScrollArea, TextEdit, Ui, WidgetInfo,
    accesskit::Role,
    containers::menu::{MenuConfig, SubMenuButton},
    vec2,
};

/// Names to pick from: hosts keep keys to themselves.
pub const NAMES: [&str; 9] = ["drums", "bass", "vocals", "guitar", "keys", "synth", "strings", "percussion", "rest"];
/// Numbers of parts that nobody taught.
const PARTS: [usize; 3] = [2, 3, 4];
const WIDTH: f32 = 250.0;
const ITEM: f32 = 24.0;

/// A strip's new name, as it is being chosen.
#[derive(Debug, Default)]
pub struct Naming {
    text: String,
}

/// The menu of strip `index`.
pub struct StripMenu<'a> {
    /// The source's name as shown.
    pub name: &'a str,
    /// The strip.
    pub index: usize,
    /// The preset.
    pub summary: &'a Summary,
    /// What the strip is at.
    pub phase: learn::Phase,
}

impl StripMenu<'_> {
    /// Opens at `head` when that is clicked.
    pub fn show(&self, head: &Response, scene: &Scene, state: &mut EditorState) {
        if head.clicked() {
            state.naming = Naming { text: self.strip().name.clone() };
            // Other instances may have saved since.
            scene.session.browse(Browse::Read);
        }
        let popup = Popup::menu(head).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        popup.width(WIDTH).show(|ui| {
            let height = ui.ctx().content_rect().height() - 30.0;
            ScrollArea::vertical().max_height(height).show(ui, |ui| self.items(ui, scene, state));
        });
    }

    fn strip(&self) -> &Strip {
        &self.summary.strips[self.index]
    }

    fn items(&self, ui: &mut Ui, scene: &Scene, state: &mut EditorState) {
        if item(ui, true, "Show its bases") {
            state.bases.strip = Some(self.index);
            ui.close();
        }
        submenu("Rename").ui(ui, |ui| self.naming(ui, scene, state));
        ui.separator();
        self.learning(ui, scene, state);
        ui.separator();
        self.following(ui, scene);
        ui.separator();
        submenu("Load a source").ui(ui, |ui| self.loading(ui, scene, state));
        if item(ui, true, "Save as a preset of its own") {
            ask(ui, scene, Arrange::Save(self.index));
        }
        let count = self.summary.strips.len();
        if item(ui, count < MAX_SOURCES, "Add a source") {
            ask(ui, scene, Arrange::Add);
        }
        if item(ui, count > 1, format!("Remove {}", self.name)) {
            ask(ui, scene, Arrange::Remove(self.index));
        }
        submenu("Take apart untaught").ui(ui, |ui| {
            ui.label(RichText::new("Into parts that nobody taught,").small().color(theme::WEAK));
            ui.label(RichText::new("in place of this preset:").small().color(theme::WEAK));
            for parts in PARTS {
                if item(ui, true, format!("{parts} parts")) {
                    ask(ui, scene, Request::TakeApart(parts));
                }
            }
        });
    }

    fn naming(&self, ui: &mut Ui, scene: &Scene, state: &mut EditorState) {
        let mut chosen = None;
        ui.horizontal(|ui| {
            let field = ui.add(TextEdit::singleline(&mut state.naming.text).desired_width(136.0));
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Name of the source"));
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = state.naming.text.trim();
            let clicked = ui.add_enabled(!name.is_empty(), Button::new("Rename it")).clicked();
            if clicked || (entered && !name.is_empty()) {
                chosen = Some(name.to_owned());
            }
        });
        let taken = |name: &str| self.summary.strips.iter().any(|strip| strip.name.to_lowercase() == name);
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
            ask(ui, scene, Arrange::Rename(self.index, name));
        }
    }

    fn learning(&self, ui: &mut Ui, scene: &Scene, state: &EditorState) {
        let (name, index) = (self.name, self.index);
        let learning = scene.session.learning();
        if self.phase.is_taking() {
            if item(ui, self.phase != learn::Phase::Armed, format!("Learn {name} now")) {
                ask(ui, scene, Request::StopCapture);
            }
        } else if item(ui, true, format!("Learn {name}: play it alone")) {
            ask(ui, scene, Request::Learn(index));
        }
        if item(ui, true, "Learn what just played (10 s)") {
            ask(ui, scene, Request::LearnLast(index));
        }
        if item(ui, !state.files.is_open(), "Learn from recordings…") {
            state.files.ask(Wanted::Recordings(index), scene.session);
            ui.close();
        }
        let kept = learning.material[index];
        if item(ui, kept > 0.0, again(kept)) {
            ask(ui, scene, Request::LearnAgain(index));
        }
        if (learning.take.is_some() || learning.job.is_some()) && item(ui, true, "Cancel") {
            ask(ui, scene, Request::CancelLearning);
        }
        submenu("How to learn").ui(ui, |ui| learn::options(ui, scene));
    }

    fn following(&self, ui: &mut Ui, scene: &Scene) {
        let (index, strip) = (self.index, self.strip());
        if strip.kind != Kind::Adaptive {
            if item(ui, true, "Follow the mixture (adaptive)") {
                ask(ui, scene, Request::MakeAdaptive(index));
            }
            let mut drifts = strip.kind == Kind::Drifting;
            let checkbox = ui.checkbox(&mut drifts, "May drift towards what plays");
            if checkbox.on_hover_text("For another kit or player than it was learned from.").changed() {
                scene.session.request(Request::Drift(index, drifts));
            }
            return;
        }
        if item(ui, true, "Keep what it has become") {
            ask(ui, scene, Request::Keep(index));
        }
        let followers = self.summary.strips.iter().filter(|strip| strip.kind != Kind::Fixed).count();
        if item(ui, true, if followers > 1 { "All that follow begin again" } else { "Begin again" }) {
            ask(ui, scene, Request::ResetAdaptive);
        }
        submenu("How to follow").ui(ui, |ui| learn::adapt_options(ui, self.summary, scene));
    }

    /// First the preset, then its source.
    fn loading(&self, ui: &mut Ui, scene: &Scene, state: &mut EditorState) {
        let height = ui.ctx().content_rect().height() * 0.6;
        let found = scene.session.found();
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            let Some(found) = found else {
                ui.label(RichText::new("From which preset?").small().color(theme::WEAK));
                for Listing { entry, .. } in scene.session.browsing.library().all() {
                    if item(ui, true, entry.name.as_str()) {
                        scene.session.request(Arrange::Look(entry.clone()).into());
                    }
                }
                if item(ui, !state.files.is_open(), "From a file…") {
                    state.files.ask(Wanted::Sources, scene.session);
                }
                return;
            };
            ui.label(RichText::new(format!("In place of {}:", self.name)).small().color(theme::WEAK));
            for (source, name) in found.sources.iter().enumerate() {
                if item(ui, true, format!("{name} of {}", found.entry.name)) {
                    scene.session.set_found(None);
                    ask(ui, scene, Arrange::Load { strip: self.index, from: found.entry.clone(), source });
                }
            }
            if item(ui, true, "Another preset") {
                scene.session.set_found(None);
            }
        });
    }
}

/// An item across the menu; `true` when it was clicked.
fn item(ui: &mut Ui, enabled: bool, text: impl Into<String>) -> bool {
    let button = Button::selectable(false, text.into()).min_size(vec2(WIDTH - 20.0, ITEM));
    ui.add_enabled(enabled, button).clicked()
}

/// A menu within the menu, that stays open while one is at it.
fn submenu(text: &str) -> SubMenuButton<'_> {
    let button = Button::new(text).right_text(SubMenuButton::arrow_atom(None)).frame_when_inactive(false);
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    SubMenuButton::from_button(button.min_size(vec2(WIDTH - 20.0, ITEM))).config(config)
}

fn ask(ui: &Ui, scene: &Scene, what: impl Into<Request>) {
    scene.session.request(what.into());
    ui.close();
}

fn again(kept: f32) -> String {
    if kept > 0.0 { format!("Learn again from the {kept:.1} s heard") } else { "Learn again".to_owned() }
}
