//! The presets to choose from, and the filter above them: a section, a search, a source.

use crate::{
    editor::{
        names::display_name,
        theme::{self, Themed},
        widgets::icon::{Icon, IconButton},
    },
    instance::state::summary::{Origin, Summary},
    preset::library::{Entry, Library, Listing, Trouble},
};
use egui::{
    Align2, Button, CornerRadius, Rect, ScrollArea, Sense, TextEdit, Ui, WidgetInfo,
    accesskit::Role,
    text::{LayoutJob, TextWrapping},
    vec2,
};
use std::path::PathBuf;

/// Height of a row, in points.
const ROW: f32 = 28.0;
/// Largest number of sources to filter by.
const SOURCES: usize = 8;

/// A part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Section {
    /// Factory presets and the user's presets.
    #[default]
    All,
    /// Presets that come with the plugin.
    Factory,
    /// The user's presets.
    Yours,
    /// Presets that were played lately.
    Recent,
}

/// Which presets are listed.
#[derive(Debug, Default)]
pub(super) struct PresetFilter {
    section: Section,
    search: String,
    source: Option<String>,
}

/// What is to be done with a preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PresetAction {
    /// Play it.
    Play(Entry),
    /// Choose another name for the preset in this file, which has this name.
    Rename(PathBuf, String),
    /// Delete the preset in this file.
    Delete(PathBuf),
}

impl PresetFilter {
    /// What was searched for once hides presets from whoever looks the next time.
    pub(super) fn clear_search(&mut self) {
        self.search.clear();
    }

    fn candidates<'a>(&self, library: &'a Library) -> Vec<&'a Listing> {
        match self.section {
            Section::All => library.all().collect(),
            Section::Factory => library.factory.iter().collect(),
            Section::Yours => library.user.iter().collect(),
            Section::Recent => library.recent.iter().collect(),
        }
    }

    /// Whether `listing` has every word of the search in its name or its sources' names, and the chosen source.
    fn passes(&self, listing: &Listing) -> bool {
        let text = format!("{} {}", listing.entry.name, listing.sources.join(" ")).to_lowercase();
        let has_source = |wanted: &String| listing.sources.iter().any(|name| name.to_lowercase() == *wanted);
        self.search.to_lowercase().split_whitespace().all(|word| text.contains(word))
            && self.source.as_ref().is_none_or(has_source)
    }

    /// Draws the search field, the sections and the sources.
    pub(super) fn show(&mut self, ui: &mut Ui, library: &Library) {
        ui.horizontal(|ui| {
            self.search_field(ui);
            for (section, text, name) in [
                (Section::All, "All", "All presets"),
                (Section::Factory, "Factory", "Factory presets"),
                (Section::Yours, "Yours", "Your presets"),
                (Section::Recent, "Recent", "Recent presets"),
            ] {
                let on = self.section == section;
                let button = ui.add(Button::selectable(on, text).min_size(vec2(0.0, 26.0)));
                button.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, name));
                if button.clicked() {
                    self.section = section;
                }
            }
        });
        let offered = offered_sources(library);
        if self.source.as_ref().is_some_and(|source| !offered.contains(source)) {
            self.source = None;
        }
        if offered.len() > 1 {
            self.source_chips(ui, &offered);
        }
    }

    fn search_field(&mut self, ui: &mut Ui) {
        let width = (ui.available_width() - 262.0).max(120.0);
        let field = TextEdit::singleline(&mut self.search)
            .hint_text("Search")
            .align(egui::Align2::LEFT_CENTER)
            .margin(egui::Margin { left: 26, right: 24, top: 4, bottom: 4 })
            .desired_width(width);
        let response = ui.add_sized(vec2(width, 26.0), field);
        response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Search presets"));
        let rect = response.rect;
        Icon::Search.paint(ui.painter(), rect.left_center() + vec2(14.0, 0.0), ui.colours().faint);
        if !self.search.is_empty() {
            let place = Rect::from_center_size(rect.right_center() - vec2(13.0, 0.0), vec2(20.0, 20.0));
            let clear = IconButton { plate: false, ..IconButton::new(Icon::Clear, "Clear the search") };
            if clear.show(ui, place, ui.scope_id().with("clear search")).on_hover_text("Clear the search").clicked() {
                self.search.clear();
            }
        }
    }

    fn source_chips(&mut self, ui: &mut Ui, offered: &[String]) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            for source in offered {
                let on = self.source.as_ref() == Some(source);
                let name = display_name(source);
                let chip = ui.add(Button::new(name.as_str()).selected(on).min_size(vec2(0.0, 24.0)));
                chip.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, format!("Only with {name}")));
                if chip.on_hover_text(format!("Only presets with the source “{name}”")).clicked() {
                    self.source = (!on).then(|| source.clone());
                }
            }
        });
    }
}

/// The sources to filter by: those that most presets have, in lower case, the most frequent first.
fn offered_sources(library: &Library) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for name in library.all().chain(&library.recent).flat_map(|listing| &listing.sources) {
        let name = name.to_lowercase();
        match counted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counted.push((name, 1)),
        }
    }
    // The sort is stable: equally frequent names stay in the order of the presets.
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counted.into_iter().take(SOURCES).map(|(name, _)| name).collect()
}

/// Draws the presets that pass `filter`, `height` points high. Returns what is to be done with one of them.
pub(super) fn show(
    ui: &mut Ui,
    height: f32,
    library: &Library,
    summary: &Summary,
    filter: &PresetFilter,
) -> Option<PresetAction> {
    let listings: Vec<&Listing> =
        filter.candidates(library).into_iter().filter(|listing| filter.passes(listing)).collect();
    let mut action = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink(false);
    area.show_rows(ui, ROW, listings.len().max(1), |ui, rows| {
        if listings.is_empty() {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            let font = theme::font(theme::BODY);
            let at = rect.left_center() + vec2(8.0, 0.0);
            ui.painter().text(at, Align2::LEFT_CENTER, nothing(filter), font, ui.colours().weak);
        }
        for listing in listings.get(rows).unwrap_or_default() {
            let can_change = listing.entry.path.as_ref().is_some_and(|file| library.is_users(file));
            if let Some(chosen) = row(ui, listing, is_playing(listing, summary), can_change, filter.section) {
                action = Some(chosen);
            }
        }
    });
    ui.spacing_mut().item_spacing.y = 6.0;
    action
}

fn nothing(filter: &PresetFilter) -> &'static str {
    match filter.section {
        _ if !filter.search.trim().is_empty() || filter.source.is_some() => "No preset is like that.",
        Section::Yours => "No presets of your own yet: “Save as…” makes the first.",
        Section::Recent => "Nothing was played yet.",
        Section::All | Section::Factory => "Reading your presets…",
    }
}

fn is_playing(listing: &Listing, summary: &Summary) -> bool {
    match (&summary.origin, &listing.entry.path) {
        (Origin::Factory(name), None) => *name == listing.entry.name,
        (Origin::File(file), Some(path)) => file == path,
        _ => false,
    }
}

fn row(ui: &mut Ui, listing: &Listing, playing: bool, can_change: bool, section: Section) -> Option<PresetAction> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = listing.entry.name.as_str();
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::ListBoxOption, true, playing, name);
        info.current_text_value = Some(remark(listing, section));
        info
    });
    let fill = match (playing, response.hovered() || response.has_focus()) {
        (true, _) => Some(ui.colours().selection),
        (false, true) => Some(ui.colours().button),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::BUTTON_RADIUS as u8), fill);
    }
    let mut action = None;
    let mut right = rect.right() - 6.0;
    if let (Some(file), true) = (&listing.entry.path, can_change) {
        for (icon, verb, chosen) in [
            (Icon::Bin, "Delete", PresetAction::Delete(file.clone())),
            (Icon::Pencil, "Rename", PresetAction::Rename(file.clone(), name.to_owned())),
        ] {
            let place = Rect::from_center_size(egui::pos2(right - 12.0, rect.center().y), vec2(24.0, 24.0));
            let label = format!("{verb} {name}");
            let button = IconButton { plate: false, ..IconButton::new(icon, &label) };
            if button.show(ui, place, response.id.with(verb)).on_hover_text(verb).clicked() {
                action = Some(chosen);
            }
            right -= 26.0;
        }
    } else if has_buttons_elsewhere(section) {
        right -= 52.0;
    }
    paint(ui, rect, right, listing, playing, section);
    let tooltip = match &listing.trouble {
        Some(Trouble::Missing) => Some("Its file is not there any more.".to_owned()),
        Some(Trouble::Damaged(sentence)) => Some(sentence.clone()),
        None => listing.entry.path.as_ref().map(|path| path.display().to_string()),
    };
    let response = match tooltip {
        Some(text) => response.on_hover_text(text),
        None => response,
    };
    if response.clicked() && action.is_none() {
        action = Some(PresetAction::Play(listing.entry.clone()));
    }
    action
}

/// Whether other rows of the section have buttons. The ones that have none leave the space of the buttons free.
fn has_buttons_elsewhere(section: Section) -> bool {
    section != Section::Factory
}

/// The text to the right of the name: what is wrong with the preset, or its sources.
fn remark(listing: &Listing, section: Section) -> String {
    match &listing.trouble {
        Some(Trouble::Missing) => "missing".to_owned(),
        Some(Trouble::Damaged(_)) => "damaged".to_owned(),
        None => {
            let sources = listing.sources.iter().map(|name| display_name(name)).collect::<Vec<_>>().join(", ");
            let factory = listing.entry.path.is_none() && section != Section::Factory;
            if factory { format!("{sources} · Factory") } else { sources }
        }
    }
}

fn paint(ui: &Ui, rect: Rect, right: f32, listing: &Listing, playing: bool, section: Section) {
    let troubled = listing.trouble.is_some();
    let (name_ink, remark_ink) = match (troubled, playing) {
        (true, _) => (ui.colours().weak, ui.colours().notice),
        (false, true) => (ui.colours().text, ui.colours().weak),
        (false, false) => (ui.colours().text, ui.colours().faint),
    };
    let lay = |text: String, size: f32, ink, max_width: f32| {
        let mut job = LayoutJob::simple_singleline(text, theme::font(size), ink);
        job.wrap = TextWrapping::truncate_at_width(max_width);
        ui.painter().layout_job(job)
    };
    let left = rect.left() + 8.0;
    let width = right - left;
    let name = lay(listing.entry.name.clone(), 15.0, name_ink, width * if troubled { 0.75 } else { 0.62 });
    let icon = if troubled { 20.0 } else { 0.0 };
    let remark = lay(remark(listing, section), theme::CAPTION, remark_ink, width - name.size().x - icon - 14.0);
    let at = egui::pos2(right - 6.0 - remark.size().x, rect.center().y - remark.size().y / 2.0);
    if troubled {
        Icon::Warning.paint(ui.painter(), egui::pos2(at.x - 12.0, rect.center().y), ui.colours().notice);
    }
    ui.painter().galley(egui::pos2(left, rect.center().y - name.size().y / 2.0), name, name_ink);
    ui.painter().galley(at, remark, remark_ink);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(name: &str, sources: &[&str]) -> Listing {
        let entry = Entry { name: name.to_owned(), path: Some(format!("/presets/{name}").into()) };
        Listing { entry, sources: sources.iter().map(|name| (*name).to_owned()).collect(), trouble: None }
    }

    fn library() -> Library {
        let user = vec![
            listing("Funk band", &["Drums", "bass", "keys"]),
            listing("Rock trio", &["drums", "bass", "guitar"]),
            listing("Solo voice", &["vocals", "rest"]),
        ];
        Library { user, ..Library::default() }
    }

    fn found(search: &str, source: Option<&str>) -> Vec<String> {
        let filter =
            PresetFilter { search: search.to_owned(), source: source.map(str::to_owned), ..PresetFilter::default() };
        let library = library();
        let passing = library.all().filter(|listing| filter.passes(listing));
        passing.map(|listing| listing.entry.name.clone()).collect()
    }

    #[test]
    fn a_search_finds_every_word_in_the_name_or_the_sources() {
        assert_eq!(found("", None).len(), 3);
        assert_eq!(found("BAND", None), ["Funk band"]);
        assert_eq!(found(" trio  drum ", None), ["Rock trio"]);
        assert_eq!(found("trio keys", None), [""; 0]);
    }

    #[test]
    fn a_source_narrows_down_whatever_its_case() {
        assert_eq!(found("", Some("drums")), ["Funk band", "Rock trio"]);
        assert_eq!(found("rock", Some("drums")), ["Rock trio"]);
        assert_eq!(found("", Some("drum")), [""; 0]);
    }

    #[test]
    fn the_sources_of_most_presets_are_offered_first() {
        assert_eq!(offered_sources(&library()), ["drums", "bass", "keys", "guitar", "vocals", "rest"]);
    }
}
