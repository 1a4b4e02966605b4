//! The preset that plays, the presets to choose from, and the way to a file.

use super::{EditorState, Scene, file_chooser::Wanted, theme};
use crate::{
    plugin::session::{Activity, Origin, Request, Session, Summary},
    preset::library::Entry,
};
use egui::{
    Align2, Button, CornerRadius, Key, Popup, PopupCloseBehavior, Rect, Response, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, TextEdit, Ui, Vec2, WidgetInfo, accesskit::Role, text::LayoutJob, text::TextWrapping, vec2,
};
use std::sync::Arc;

/// Width of an arrow button, in points.
const ARROW: f32 = 24.0;

/// Reads the presets there are; [`Session::library`], outside tests.
pub type ReadLibrary = fn(&Session) -> Vec<Entry>;

/// Presets to choose from.
#[derive(Debug)]
pub struct Shelf {
    read: ReadLibrary,
    /// Factory presets first; read when the menu opens and when an arrow is used.
    entries: Vec<Entry>,
    /// The name to save under, as it is being typed; suggested when the menu opens.
    name: String,
    /// What was asked for last, with the preset that played then: arrows go on from there.
    asked: Option<(usize, Arc<Summary>)>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self::new(Session::library)
    }
}

impl Shelf {
    /// A shelf that is filled by `read`.
    pub fn new(read: ReadLibrary) -> Self {
        Self { read, entries: Vec::new(), name: String::new(), asked: None }
    }

    /// The presets there are.
    pub(super) fn read(&self, session: &Session) -> Vec<Entry> {
        (self.read)(session)
    }

    fn refresh(&mut self, session: &Session) {
        let entries = (self.read)(session);
        if entries != self.entries {
            self.entries = entries;
            self.asked = None;
        }
    }

    /// The entry that plays, or will once it is loaded.
    fn current(&self, summary: &Arc<Summary>) -> Option<usize> {
        match &self.asked {
            Some((entry, at_that_time)) if at_that_time == summary => Some(*entry),
            _ => self.entries.iter().position(|entry| is_origin(entry, &summary.origin)),
        }
    }

    /// Asks for the entry `step` places from the current one, round the corner at both ends.
    fn go(&mut self, step: isize, summary: &Arc<Summary>, session: &Session) {
        self.refresh(session);
        let count = self.entries.len();
        if count == 0 {
            return;
        }
        let entry = match self.current(summary) {
            Some(current) => (current as isize + step).rem_euclid(count as isize) as usize,
            None if step > 0 => 0,
            None => count - 1,
        };
        self.choose(entry, summary, session);
    }

    /// A name to save what plays under: its own, if it is the user's, or a new one.
    fn suggestion(&self, summary: &Summary) -> String {
        if matches!(summary.origin, Origin::File(_)) {
            return summary.title.clone();
        }
        let taken = |name: &String| self.entries.iter().any(|entry| entry.name == *name);
        let numbered = (2..).map(|number| format!("My {} {number}", summary.title));
        let mut names = std::iter::once(format!("My {}", summary.title)).chain(numbered);
        names.find(|name| !taken(name)).unwrap_or_default()
    }

    fn choose(&mut self, entry: usize, summary: &Arc<Summary>, session: &Session) {
        let Entry { name, path } = self.entries[entry].clone();
        session.request(path.map_or_else(|| Request::LoadFactory(name), Request::LoadFile));
        self.asked = Some((entry, summary.clone()));
    }
}

fn is_origin(entry: &Entry, origin: &Origin) -> bool {
    match (origin, &entry.path) {
        (Origin::Factory(name), None) => *name == entry.name,
        (Origin::File(file), Some(path)) => file == path,
        _ => false,
    }
}

/// Draws arrows and menu in `rect`, and where the preset came from beneath, in `caption`.
pub fn draw(ui: &mut Ui, rect: Rect, caption: Rect, scene: &Scene, state: &mut EditorState) {
    let Some(summary) = state.summary.clone() else { return };
    if matches!(scene.session.activity(), Activity::Failed(_)) {
        state.shelf.asked = None;
    }
    let left = rect.with_max_x(rect.left() + ARROW);
    let right = rect.with_min_x(rect.right() - ARROW);
    let middle = Rect::from_x_y_ranges(left.right() + 3.0..=right.left() - 3.0, rect.y_range());

    if arrow(ui, left, "Previous preset", -1.0).clicked() {
        state.shelf.go(-1, &summary, scene.session);
    }
    let button = name_button(ui, middle, &summary);
    if button.clicked() {
        state.shelf.refresh(scene.session);
        state.shelf.name = state.shelf.suggestion(&summary);
    }
    let popup = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.width(middle.width().max(220.0)).show(|ui| menu(ui, &summary, scene, state));
    if arrow(ui, right, "Next preset", 1.0).clicked() {
        state.shelf.go(1, &summary, scene.session);
    }

    let text = provenance(&summary);
    let at = egui::pos2(middle.left() + 2.0, caption.center().y);
    ui.painter().with_clip_rect(caption).text(at, Align2::LEFT_CENTER, text, theme::font(theme::CAPTION), theme::WEAK);
}

fn provenance(summary: &Summary) -> String {
    let origin = match &summary.origin {
        Origin::Factory(_) => "Factory preset",
        Origin::File(_) => "Preset file",
        Origin::Project => "From the project",
    };
    let count = summary.strips.len();
    let changed = if summary.changed { " · changed" } else { "" };
    format!("{origin} · {count} {}{changed}", if count == 1 { "source" } else { "sources" })
}

fn menu(ui: &mut Ui, summary: &Arc<Summary>, scene: &Scene, state: &mut EditorState) {
    let current = state.shelf.current(summary);
    let mut chosen = None;
    ScrollArea::vertical().max_height(ui.ctx().content_rect().height() * 0.6).show(ui, |ui| {
        for (heading, factory) in [("Factory", true), ("Yours", false)] {
            let of_this_kind = |(_, entry): &(usize, &Entry)| entry.path.is_none() == factory;
            let mut entries = state.shelf.entries.iter().enumerate().filter(of_this_kind).peekable();
            if entries.peek().is_none() {
                continue;
            }
            ui.label(egui::RichText::new(heading).small().color(theme::WEAK));
            for (i, entry) in entries {
                let button = Button::selectable(current == Some(i), entry.name.as_str()).min_size(vec2(200.0, 26.0));
                if ui.add(button).clicked() {
                    chosen = Some(i);
                }
            }
            ui.add_space(4.0);
        }
    });
    if !state.shelf.entries.is_empty() {
        ui.separator();
    }
    let open =
        ui.add_enabled(!state.files.is_open(), Button::selectable(false, "Open file…").min_size(vec2(200.0, 26.0)));
    if open.clicked() {
        state.files.ask(Wanted::Preset, scene.session);
        ui.close();
    }
    ui.separator();
    ui.label(egui::RichText::new("Save as").small().color(theme::WEAK));
    ui.horizontal(|ui| {
        let field = ui.add(TextEdit::singleline(&mut state.shelf.name).desired_width(146.0));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Name to save under"));
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let name = state.shelf.name.trim();
        // Not every file system tells upper from lower case.
        let mut own = state.shelf.entries.iter().filter(|entry| entry.path.is_some());
        let there = own.any(|entry| entry.name.to_lowercase() == name.to_lowercase());
        let button = Button::new(if there { "Replace" } else { "Save" });
        if ui.add_enabled(!name.is_empty(), button).clicked() || (entered && !name.is_empty()) {
            scene.session.request(Request::Save(name.to_owned()));
            ui.close();
        }
    });
    if let Some(entry) = chosen {
        state.shelf.choose(entry, summary, scene.session);
        ui.close();
    }
}

/// The preset's name, with an asterisk, as everywhere, while it is not saved.
fn shown_title(summary: &Summary) -> String {
    format!("{}{}", summary.title, if summary.changed { " *" } else { "" })
}

/// The button that names the preset and opens the menu.
fn name_button(ui: &Ui, rect: Rect, summary: &Summary) -> Response {
    let response = ui.interact(rect, ui.scope_id().with("preset"), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), "Preset");
        info.current_text_value = Some(shown_title(summary));
        info
    });
    let fill = if response.hovered() { theme::BUTTON_HOVER } else { theme::BUTTON };
    plate(ui, rect, fill, &response);
    let chevron = Rect::from_center_size(rect.right_center() - vec2(14.0, 0.0), Vec2::splat(8.0));
    let points = vec![
        chevron.left_top() + vec2(0.0, 2.0),
        chevron.center() + vec2(0.0, 2.0),
        chevron.right_top() + vec2(0.0, 2.0),
    ];
    ui.painter().add(Shape::line(points, Stroke::new(1.5, theme::WEAK)));

    let mut job = LayoutJob::simple_singleline(shown_title(summary), theme::font(16.0), theme::TEXT);
    job.wrap = TextWrapping::truncate_at_width(chevron.left() - rect.left() - 16.0);
    let galley = ui.painter().layout_job(job);
    let at = egui::pos2(rect.left() + 10.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme::TEXT);
    response.on_hover_text("Choose a preset, or open a file.")
}

/// A button that steps through the presets; `way` is -1 to the left, 1 to the right.
fn arrow(ui: &Ui, rect: Rect, name: &str, way: f32) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    let fill = if response.hovered() { theme::BUTTON_HOVER } else { theme::BUTTON };
    plate(ui, rect, fill, &response);
    let tip = rect.center() + vec2(2.5 * way, 0.0);
    let back = vec2(-5.0 * way, 5.0);
    let points = vec![tip + vec2(back.x, -back.y), tip, tip + back];
    ui.painter().add(Shape::line(points, Stroke::new(1.5, theme::TEXT)));
    response.on_hover_text(name)
}

fn plate(ui: &Ui, rect: Rect, fill: egui::Color32, response: &Response) {
    let edge = if response.has_focus() { Stroke::new(2.0, theme::FOCUS) } else { Stroke::new(1.0, theme::BUTTON_EDGE) };
    let corners = CornerRadius::same(theme::BUTTON_RADIUS as u8);
    ui.painter().rect(rect, corners, fill, edge, StrokeKind::Inside);
}
