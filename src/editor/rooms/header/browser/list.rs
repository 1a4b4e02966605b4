//! The presets to choose from, in their order, and what pointing at one does.

use super::{
    filter::{PresetFilter, Section},
    row::{self, PresetAction, ROW, Row},
};
use crate::{
    editor::{
        asked::Asked,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
        widgets::{icon::Icon, toggle::Toggle, tooltip},
    },
    instance::{
        command::LibraryCommand,
        state::{
            heard_preset::HeardPreset,
            ranks::Ranks,
            summary::{Origin, Summary},
        },
    },
    preset::library::{Entry, Listing},
    separator::Audition,
};
use egui::{Align, Align2, Layout, RichText, ScrollArea, Sense, Ui, accesskit::Role, vec2};
use std::{sync::Arc, time::Duration};

/// A preset that is pointed at for so long is heard, in seconds.
const REST: f64 = 0.4;
/// Gains that differ by less than this ratio are equal.
const SAME_GAIN: f32 = 1e-3;
/// Height of the tools below the filter, in points.
const TOOLS: f32 = 26.0;

/// The order in which presets are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Order {
    /// Those first that fit what was heard best.
    #[default]
    Fit,
    /// As the library has them.
    Name,
}

/// What the list remembers between two frames.
#[derive(Debug, Default)]
pub(super) struct ListState {
    order: Order,
    /// What the order goes by: it does not change under the pointer.
    sorted_by: Arc<Ranks>,
    /// Whether what is pointed at is heard.
    auditions: bool,
    pointed: Option<Pointed>,
}

/// The preset that is pointed at.
#[derive(Debug)]
struct Pointed {
    entry: Entry,
    /// Since when, in seconds.
    since: f64,
    /// Whether it was asked for.
    is_asked: bool,
}

impl ListState {
    /// Draws the order and the switch that lets presets be heard.
    pub(super) fn tools(&mut self, ui: &mut Ui, snapshot: &EditorSnapshot) {
        ui.horizontal(|ui| {
            ui.set_min_height(TOOLS);
            if snapshot.ranks.has_heard {
                for (order, text) in [(Order::Fit, "By fit"), (Order::Name, "By name")] {
                    let (rect, _) = ui.allocate_exact_size(vec2(66.0, TOOLS), Sense::hover());
                    let lit = ui.colours().chosen;
                    let (on, id) = (self.order == order, ui.scope_id().with(text));
                    let choice =
                        Toggle { role: Role::RadioButton, ..Toggle::switch(text, text, on, lit) }.show(ui, rect, id);
                    let said = match order {
                        Order::Fit => "Those first that explain the last ten seconds best.",
                        Order::Name => "Factory presets first, then yours by name, then sources by instrument.",
                    };
                    if tooltip::above(choice, said).clicked() {
                        (self.order, self.sorted_by) = (order, snapshot.ranks.clone());
                    }
                }
            } else if snapshot.ranks.is_done {
                let text = "Play something, and each preset says how well it fits.";
                ui.label(RichText::new(text).small().color(ui.colours().weak));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(100.0, TOOLS), Sense::hover());
                let (lit, id) = (ui.colours().notice, ui.scope_id().with("audition"));
                let toggle =
                    Toggle::switch("     Audition", "Audition presets", self.auditions, lit).show(ui, rect, id);
                let ink = if self.auditions { ui.colours().ink_on(lit) } else { ui.colours().text };
                Icon::Headphones.paint(ui.painter(), rect.left_center() + vec2(16.0, 0.0), ink);
                let said = "Point at a preset to hear it in place of what plays. Nothing is changed: what plays \
                               comes back when you point elsewhere, or press Escape.";
                if tooltip::above(toggle, said).clicked() {
                    self.auditions = !self.auditions;
                }
            });
        });
    }

    /// Draws the presets that pass `filter`, `height` points high. Returns what is to be done with one of them.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        height: f32,
        snapshot: &EditorSnapshot,
        filter: &PresetFilter,
        asked: &mut Vec<Asked>,
    ) -> Option<PresetAction> {
        let library = &*snapshot.library;
        let listings = self.sorted(filter.passing(library), filter.section);
        let (mut action, mut pointed) = (None, None);
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink(false);
        let shown = area.show_rows(ui, ROW, listings.len().max(1), |ui, rows| {
            if listings.is_empty() {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                let font = theme::font(theme::BODY);
                let at = rect.left_center() + vec2(8.0, 0.0);
                ui.painter().text(at, Align2::LEFT_CENTER, nothing(filter), font, ui.colours().weak);
            }
            for listing in listings.get(rows).unwrap_or_default() {
                let entry = &listing.entry;
                let heard = snapshot.heard_preset.as_ref().filter(|heard| heard.entry == *entry);
                let row = Row {
                    listing,
                    rank: snapshot.ranks.of.get(entry).map(|rank| &**rank),
                    section: filter.section,
                    is_playing: is_playing(listing, snapshot.summary()),
                    is_favourite: library.is_favourite(entry),
                    can_change: entry.path.as_ref().is_some_and(|file| library.is_users(file)),
                    heard: heard.map(|heard| alone(heard, snapshot).map(|source| heard.sources[source].as_str())),
                };
                let (is_pointed, chosen) = row::show(ui, &row);
                action = action.take().or(chosen);
                if is_pointed && listing.trouble.is_none() {
                    pointed = Some(entry.clone());
                }
            }
        });
        ui.spacing_mut().item_spacing.y = 6.0;
        // Rows that change places under the pointer are clicked by mistake.
        if !ui.rect_contains_pointer(shown.inner_rect) && snapshot.ranks.is_done {
            self.sorted_by = snapshot.ranks.clone();
        }
        self.follow(ui, pointed, snapshot, asked);
        action
    }

    fn sorted<'a>(&self, mut listings: Vec<&'a Listing>, section: Section) -> Vec<&'a Listing> {
        if self.order == Order::Fit && self.sorted_by.has_heard && section != Section::Recent {
            // The sort is stable: what has no figure comes last, in the library's order.
            let fit = |listing: &&Listing| self.sorted_by.fit(&listing.entry).unwrap_or(-1.0);
            listings.sort_by(|a, b| fit(b).total_cmp(&fit(a)));
        }
        listings
    }

    /// Lets the preset that is pointed at be heard when the pointer has rested on it.
    fn follow(&mut self, ui: &Ui, pointed: Option<Entry>, snapshot: &EditorSnapshot, asked: &mut Vec<Asked>) {
        let now = ui.input(|input| input.time);
        let pointed = pointed.filter(|_| self.auditions);
        if self.pointed.as_ref().map(|known| &known.entry) != pointed.as_ref() {
            self.stop(asked);
            self.pointed = pointed.map(|entry| Pointed { entry, since: now, is_asked: false });
        }
        let Some(known) = &mut self.pointed else { return };
        let left = known.since + REST - now;
        if known.is_asked {
            let heard = snapshot.heard_preset.as_ref().filter(|heard| heard.entry == known.entry);
            if let Some(source) = heard.and_then(|heard| alone(heard, snapshot)) {
                asked.push(Asked::Hear(Audition::Source(source)));
            }
        } else if left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
        } else {
            known.is_asked = true;
            asked.push(LibraryCommand::Hear(known.entry.clone()).into());
        }
    }

    /// Nothing is pointed at any more: what plays is heard again.
    pub(super) fn stop(&mut self, asked: &mut Vec<Asked>) {
        if self.pointed.take().is_some_and(|pointed| pointed.is_asked) {
            asked.push(LibraryCommand::EndHearing.into());
        }
    }
}

/// The source of `heard` that is heard alone: the first one with bases, where the knobs let everything through and
/// nothing else would be heard than the mixture.
fn alone(heard: &HeardPreset, snapshot: &EditorSnapshot) -> Option<usize> {
    let count = heard.sources.len();
    let factors = snapshot.params.settings().controls(count).source_factors();
    let first = factors[0];
    let is_whole = factors[..count].iter().all(|factor| (factor - first).abs() <= SAME_GAIN * first.abs());
    let rank = snapshot.ranks.of.get(&heard.entry);
    let known = rank.and_then(|rank| rank.sources.iter().position(|source| source.fingerprint.is_some()));
    (is_whole && count > 0).then(|| known.filter(|source| *source < count).unwrap_or_default())
}

fn nothing(filter: &PresetFilter) -> &'static str {
    match filter.section {
        _ if filter.narrows() => "No preset is like that.",
        Section::Yours => "No presets of your own yet: “Save as…” makes the first.",
        Section::Recent => "Nothing was played yet.",
        Section::Favourites => "No favourites yet: click the star of a preset.",
        Section::All | Section::Factory | Section::Instruments => "Reading your presets…",
    }
}

fn is_playing(listing: &Listing, summary: &Summary) -> bool {
    match (&summary.origin, &listing.entry.path) {
        (Origin::Factory(name), None) => *name == listing.entry.name,
        (Origin::File(file), Some(path)) => file == path,
        _ => false,
    }
}
