//! A preset in the list: its star, name, sources and tags, the fingerprint of its bases, and how well it fits what was
//! heard.

use super::filter::Section;
use crate::{
    editor::{
        theme::{self, Themed},
        widgets::{
            icon::{Icon, IconButton},
            tooltip,
        },
    },
    instance::state::ranks::Rank,
    preset::{
        FINGERPRINT_STEPS, display_name,
        library::{Entry, Listing, Trouble},
    },
};
use egui::{
    Color32, CornerRadius, Rect, Response, Sense, Ui, WidgetInfo,
    accesskit::Role,
    pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};
use std::path::PathBuf;

/// Height of a row, in points.
pub(super) const ROW: f32 = 40.0;
/// Width of a button in a row, in points.
const BUTTON: f32 = 26.0;
/// Width of the fit, in points.
const FIT: f32 = 64.0;
/// Size of a fingerprint, in points.
const FINGERPRINT: egui::Vec2 = vec2(64.0, 20.0);
/// Longest notes in a tooltip, in characters.
const NOTES: usize = 240;

/// What is to be done with a preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PresetAction {
    /// Play it.
    Play(Entry),
    /// Give it a star, or take it away.
    Star(Entry, bool),
    /// Choose another name for this preset, and note something about it.
    Rename(Listing),
    /// Delete the preset in this file.
    Delete(PathBuf),
}

/// What a row shows.
pub(super) struct Row<'a> {
    /// The preset.
    pub(super) listing: &'a Listing,
    /// How well it fits, and what it looks like, if it was looked at.
    pub(super) rank: Option<&'a Rank>,
    /// The section that the row is in.
    pub(super) section: Section,
    /// Whether it plays.
    pub(super) is_playing: bool,
    /// Whether it has a star.
    pub(super) is_favourite: bool,
    /// Whether it can be renamed and deleted.
    pub(super) can_change: bool,
    /// Whether it is heard now, and which source of it alone.
    pub(super) heard: Option<Option<&'a str>>,
}

/// Draws a row. Says whether it is pointed at, and what is to be done with the preset.
pub(super) fn show(ui: &mut Ui, row: &Row<'_>) -> (bool, Option<PresetAction>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let Row { listing, .. } = row;
    let name = listing.entry.name.as_str();
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::ListBoxOption, true, row.is_playing, name);
        let fit = row.fit().map(|fit| format!(", {fit}")).unwrap_or_default();
        info.current_text_value = Some(format!("{}{fit}", row.remark()));
        info
    });
    let is_pointed = ui.rect_contains_pointer(rect) || response.has_focus();
    let fill = match (row.is_playing, is_pointed) {
        (true, _) => Some(ui.colours().selection),
        (false, true) => Some(ui.colours().button),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::BUTTON_RADIUS as u8), fill);
    }
    let star = star(ui, rect, row, &response);
    let (right, changed) = changes(ui, rect, row, &response);
    paint(ui, rect.with_min_x(rect.left() + BUTTON + 6.0).with_max_x(right), row);
    let said = details(row);
    let response = if said.is_empty() { response } else { tooltip::beside(response, ui.clip_rect(), &said) };
    let action = star.or(changed);
    let plays = response.clicked() && action.is_none();
    (is_pointed, action.or_else(|| plays.then(|| PresetAction::Play(listing.entry.clone()))))
}

/// The star at the beginning of the row.
fn star(ui: &Ui, rect: Rect, row: &Row<'_>, response: &Response) -> Option<PresetAction> {
    let Row { listing, is_favourite, .. } = row;
    let place = Rect::from_center_size(pos2(rect.left() + 4.0 + BUTTON / 2.0, rect.center().y), vec2(24.0, 24.0));
    let label = format!("Favourite {}", listing.entry.name);
    let icon = if *is_favourite { Icon::StarFilled } else { Icon::Star };
    let button = IconButton { plate: false, ..IconButton::new(icon, &label) };
    let star = button.show(ui, place, response.id.with("star"));
    star.widget_info(|| WidgetInfo::selected(Role::Switch, true, *is_favourite, label.as_str()));
    let said = if *is_favourite { "No favourite any more" } else { "A favourite" };
    let clicked = tooltip::beside(star, ui.clip_rect(), &[said.to_owned()]).clicked();
    clicked.then(|| PresetAction::Star(listing.entry.clone(), !is_favourite))
}

/// The buttons at the end of the row; where what is left of them ends, and what was clicked.
fn changes(ui: &Ui, rect: Rect, row: &Row<'_>, response: &Response) -> (f32, Option<PresetAction>) {
    let (mut right, mut action) = (rect.right() - 6.0, None);
    let Listing { entry, .. } = row.listing;
    if let (Some(file), true) = (&entry.path, row.can_change) {
        for (icon, verb, said, chosen) in [
            (Icon::Bin, "Delete", "Delete", PresetAction::Delete(file.clone())),
            (Icon::Pencil, "Rename", "Rename, tags and notes", PresetAction::Rename(row.listing.clone())),
        ] {
            let place = Rect::from_center_size(pos2(right - 12.0, rect.center().y), vec2(24.0, 24.0));
            let label = format!("{verb} {}", entry.name);
            let button = IconButton { plate: false, ..IconButton::new(icon, &label) };
            let button = button.show(ui, place, response.id.with(verb));
            if tooltip::beside(button, ui.clip_rect(), &[said.to_owned()]).clicked() {
                action = Some(chosen);
            }
            right -= BUTTON;
        }
    } else if !row.is_among_its_like() {
        // The rows that have buttons are as wide.
        right -= 2.0 * BUTTON;
    }
    (right, action)
}

impl Row<'_> {
    /// "fits 86 %", if that is known.
    fn fit(&self) -> Option<String> {
        Some(format!("fits {:.0} %", 100.0 * self.rank?.fit?))
    }

    /// Whether all presets in its section come with the plugin.
    fn is_among_its_like(&self) -> bool {
        matches!(self.section, Section::Factory | Section::Instruments)
    }

    /// The text below the name: what is wrong with the preset, or what is heard of it, or its sources and tags.
    fn remark(&self) -> String {
        match (&self.listing.trouble, self.heard) {
            (Some(Trouble::Missing), _) => "missing".to_owned(),
            (Some(Trouble::Damaged(_)), _) => "damaged".to_owned(),
            (None, Some(Some(source))) => format!("You hear {} alone", display_name(source)),
            (None, Some(None)) => "You hear it with your knobs".to_owned(),
            (None, None) => {
                let Listing { sources, about, entry, .. } = self.listing;
                let sources = sources.iter().map(|name| display_name(name)).collect::<Vec<_>>().join(", ");
                let factory = entry.path.is_none() && !self.is_among_its_like();
                let factory = factory.then(|| "Factory".to_owned());
                let tags = about.tags.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" ");
                let parts = [Some(sources), factory, Some(tags)].into_iter().flatten();
                parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
            }
        }
    }
}

/// What else there is to say of a preset, in lines.
fn details(row: &Row<'_>) -> Vec<String> {
    let Listing { entry, about, trouble, .. } = row.listing;
    match trouble {
        Some(Trouble::Missing) => return vec!["Its file is not there any more.".to_owned()],
        Some(Trouble::Damaged(sentence)) => return vec![sentence.clone()],
        None => {}
    }
    let mut lines = Vec::new();
    if let Some(rank) = row.rank.filter(|rank| rank.fit.is_some()) {
        let figure = |fit: &Option<f32>| fit.map_or("finds its bases while it plays".to_owned(), percent);
        lines.extend(rank.sources.iter().map(|one| format!("{}: {}", display_name(&one.name), figure(&one.fit))));
    }
    if !about.author.is_empty() {
        lines.push(format!("By {}", about.author));
    }
    if !about.notes.is_empty() {
        let cut = about.notes.char_indices().nth(NOTES);
        lines.push(cut.map_or_else(|| about.notes.clone(), |(end, _)| format!("{}…", &about.notes[..end])));
    }
    lines.extend(entry.path.as_ref().map(|path| path.display().to_string()));
    lines
}

fn percent(fit: f32) -> String {
    format!("fits {:.0} %", 100.0 * fit)
}

/// Draws name and remark on the left, fingerprint and fit on the right.
fn paint(ui: &Ui, rect: Rect, row: &Row<'_>) {
    let troubled = row.listing.trouble.is_some();
    let (name_ink, remark_ink) = match (troubled, row.heard.is_some(), row.is_playing) {
        (true, _, _) => (ui.colours().weak, ui.colours().notice),
        (false, true, _) => (ui.colours().text, ui.colours().notice),
        (false, false, true) => (ui.colours().text, ui.colours().weak),
        (false, false, false) => (ui.colours().text, ui.colours().faint),
    };
    let lay = |text: String, size: f32, ink: Color32, max_width: f32| {
        let mut job = LayoutJob::simple_singleline(text, theme::font(size), ink);
        job.wrap = TextWrapping::truncate_at_width(max_width);
        ui.painter().layout_job(job)
    };
    let mut right = rect.right() - 6.0;
    if let Some(fit) = row.rank.and_then(|rank| rank.fit) {
        let text = lay(percent(fit), theme::CAPTION, ui.colours().weak, FIT);
        ui.painter().galley(pos2(right - text.size().x, rect.center().y - 13.0), text, ui.colours().weak);
        let bar =
            Rect::from_min_max(pos2(right - FIT + 6.0, rect.center().y + 6.0), pos2(right, rect.center().y + 10.0));
        ui.painter().rect_filled(bar, 2.0, ui.colours().well);
        let filled = bar.with_max_x(bar.left() + bar.width() * fit.clamp(0.0, 1.0));
        ui.painter().rect_filled(filled, 2.0, ui.colours().neutral);
    }
    right -= FIT + 6.0;
    if let Some(rank) = row.rank {
        let size = FINGERPRINT;
        let place = Rect::from_min_size(pos2(right - size.x, rect.center().y - size.y / 2.0), size);
        fingerprint(ui, place, rank);
    }
    right -= FINGERPRINT.x + 10.0;
    let width = right - rect.left();
    let icon = if troubled || row.heard.is_some() { 20.0 } else { 0.0 };
    let name = lay(row.listing.entry.name.clone(), 15.0, name_ink, width);
    let remark = lay(row.remark(), theme::CAPTION, remark_ink, width - icon);
    let line = rect.center().y + 10.0;
    if icon > 0.0 {
        let icon = if troubled { Icon::Warning } else { Icon::Headphones };
        icon.paint(ui.painter(), pos2(rect.left() + 8.0, line), ui.colours().notice);
    }
    ui.painter().galley(pos2(rect.left(), rect.center().y - 9.0 - name.size().y / 2.0), name, name_ink);
    ui.painter().galley(pos2(rect.left() + icon, line - remark.size().y / 2.0), remark, remark_ink);
}

/// Draws the spectra of the bases from low to high frequencies, each source in its colour; a line in the colours of
/// sources that find theirs while they play.
fn fingerprint(ui: &Ui, place: Rect, rank: &Rank) {
    let step = place.width() / FINGERPRINT_STEPS as f32;
    let known: Vec<_> = rank
        .sources
        .iter()
        .filter_map(|source| Some((source.fingerprint?, ui.colours().source(source.colour))))
        .collect();
    if known.is_empty() {
        let width = place.width() / rank.sources.len().max(1) as f32;
        for (i, source) in rank.sources.iter().enumerate() {
            let left = place.left() + i as f32 * width;
            let mark = Rect::from_min_max(pos2(left, place.bottom() - 3.0), pos2(left + width - 2.0, place.bottom()));
            ui.painter().rect_filled(mark, 1.0, ui.colours().source(source.colour));
        }
        return;
    }
    ui.painter().rect_filled(place.expand(2.0), 2.0, ui.colours().well);
    for n in 0..FINGERPRINT_STEPS {
        let mut bars: Vec<(u8, Color32)> = known.iter().map(|(steps, colour)| (steps[n], *colour)).collect();
        // The tallest first, so that all are seen.
        bars.sort_by_key(|(height, _)| std::cmp::Reverse(*height));
        let left = place.left() + n as f32 * step;
        for (height, colour) in bars.into_iter().filter(|(height, _)| *height > 0) {
            let top = place.bottom() - place.height() * f32::from(height) / 255.0;
            let bar = Rect::from_min_max(pos2(left, top), pos2(left + step, place.bottom()));
            ui.painter().rect_filled(bar, 0.0, colour);
        }
    }
}
