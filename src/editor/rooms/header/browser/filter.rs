//! The filter above the presets: a search, a section, a source.

use crate::{
    editor::{
        theme::Themed,
        widgets::icon::{Icon, IconButton},
    },
    preset::{
        display_name,
        library::{Library, Listing},
    },
};
use egui::{Button, Rect, TextEdit, Ui, WidgetInfo, accesskit::Role, vec2};

/// Largest number of sources to filter by.
const SOURCES: usize = 8;
/// Width of the sections, in points.
const SECTIONS_WIDTH: f32 = 446.0;

/// A part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Section {
    /// All of the factory's and the user's.
    #[default]
    All,
    /// Presets to begin with that come with the plugin.
    Factory,
    /// Sources by instrument that come with the plugin.
    Instruments,
    /// The user's presets.
    Yours,
    /// Presets that were played lately.
    Recent,
    /// Presets with a star.
    Favourites,
}

/// Which presets are listed.
#[derive(Debug, Default)]
pub(super) struct PresetFilter {
    pub(super) section: Section,
    search: String,
    source: Option<String>,
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
            Section::Instruments => library.instruments.iter().collect(),
            Section::Yours => library.user.iter().collect(),
            Section::Recent => library.recent.iter().collect(),
            Section::Favourites => {
                let mut starred: Vec<&Listing> =
                    library.all().filter(|listing| library.is_favourite(&listing.entry)).collect();
                // Those that were opened from elsewhere.
                let elsewhere = library.recent.iter().filter(|listing| library.is_favourite(&listing.entry));
                starred.extend(elsewhere.filter(|one| library.all().all(|known| known.entry != one.entry)));
                starred
            }
        }
    }

    /// The presets that pass, in the library's order.
    pub(super) fn passing<'a>(&self, library: &'a Library) -> Vec<&'a Listing> {
        self.candidates(library).into_iter().filter(|listing| self.passes(listing)).collect()
    }

    /// Whether anything is searched for, or a source is chosen.
    pub(super) fn narrows(&self) -> bool {
        !self.search.trim().is_empty() || self.source.is_some()
    }

    /// Whether `listing` has every word of the search in its name, its sources' names, its tags or its author, and has
    /// the chosen source.
    fn passes(&self, listing: &Listing) -> bool {
        let Listing { entry, sources, about, .. } = listing;
        let text = [&entry.name, &about.author].into_iter().chain(sources).chain(&about.tags);
        let text = text.map(|text| text.to_lowercase()).collect::<Vec<_>>().join(" ");
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
                (Section::Instruments, "Instruments", "Sources by instrument"),
                (Section::Yours, "Yours", "Your presets"),
                (Section::Recent, "Recent", "Recent presets"),
                (Section::Favourites, "Favourites", "Favourite presets"),
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
        let width = (ui.available_width() - SECTIONS_WIDTH).max(120.0);
        let field = TextEdit::singleline(&mut self.search)
            .hint_text("Name, source, tag")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{About, library::Entry};

    fn listing(name: &str, sources: &[&str]) -> Listing {
        let entry = Entry { name: name.to_owned(), path: Some(format!("/presets/{name}").into()) };
        let sources = sources.iter().map(|name| (*name).to_owned()).collect();
        Listing { entry, sources, about: About::default(), trouble: None }
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
    fn a_search_finds_tags_and_authors() {
        let about = About { tags: vec!["Motown".into()], author: "Carol K.".into(), ..About::default() };
        let listing = Listing { about, ..listing("Bass 1", &["bass"]) };
        let passes = |search: &str| {
            let filter = PresetFilter { search: search.to_owned(), ..PresetFilter::default() };
            filter.passes(&listing)
        };
        assert!(passes("motown") && passes("carol bass") && passes("bass mot") && !passes("motown slap"));
    }

    #[test]
    fn stars_are_listed_once() {
        let (mut library, factory) = (library(), listing("Factory kit", &[]));
        library.recent = vec![library.user[0].clone(), listing("Elsewhere", &[])];
        library.favourites = vec![library.user[0].entry.clone(), library.recent[1].entry.clone()];
        library.factory.push(factory);
        let filter = PresetFilter { section: Section::Favourites, ..PresetFilter::default() };
        let names: Vec<&str> = filter.passing(&library).iter().map(|one| one.entry.name.as_str()).collect();
        assert_eq!(names, ["Funk band", "Elsewhere"]);
    }

    #[test]
    fn a_source_narrows_down_whatever_its_case() {
        assert_eq!(found("", Some("drums")), ["Funk band", "Rock trio"]);
        assert_eq!(found("rock", Some("drums")), ["Rock trio"]);
        assert_eq!(found("", Some("drum")), [""; 0]);
    }

    #[test]
    fn instruments_come_after_ones_own_presets_and_have_a_section() {
        let instruments = vec![listing("Piano", &["piano"]), listing("Organ", &["organ"])];
        let library = Library { factory: vec![listing("Any kit", &["drums"])], instruments, ..library() };
        let names = |section| {
            let filter = PresetFilter { section, ..PresetFilter::default() };
            filter.passing(&library).iter().map(|one| one.entry.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(Section::All), ["Any kit", "Funk band", "Rock trio", "Solo voice", "Piano", "Organ"]);
        assert_eq!(names(Section::Instruments), ["Piano", "Organ"]);
        assert_eq!(names(Section::Factory), ["Any kit"]);
    }

    #[test]
    fn the_sources_of_most_presets_are_offered_first() {
        assert_eq!(offered_sources(&library()), ["drums", "bass", "keys", "guitar", "vocals", "rest"]);
    }
}
