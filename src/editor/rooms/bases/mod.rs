//! The page of bases, in place of the strips: what a source has learned, as a heat map over frequency, and how strongly
//! each basis sounds now. A basis that is held is heard alone.
//!
//! - `heat_map`: the image, made when something changes. `ramp`: its colours.

mod heat_map;
mod ramp;

use crate::{
    decibels,
    editor::{
        asked::Asked,
        names::{CUE_TOOLTIP, badges},
        snapshot::EditorSnapshot,
        theme::{self, SCREEN, Themed},
        widgets::{hold, toggle::Toggle},
    },
    instance::{
        command::AdaptationCommand,
        project::version::Version,
        state::audio_status::AudioStatus,
        state::summary::{Strip, Summary},
    },
    learner::adaptive::ComponentIndex,
    preset::{Cue, Kind},
    separator::Audition,
};
use egui::{
    Align2, Button, Color32, CornerRadius, Popup, Rect, Response, Sense, SetOpenCommand, Stroke, StrokeKind,
    TextureHandle, TextureOptions, Ui, WidgetInfo, accesskit::Role, pos2, text::LayoutJob, text::TextWrapping, vec2,
};
use heat_map::{LABELS, height};

use std::sync::Arc;

/// Activations are drawn down to this level below the strongest one, in dB.
const ACTIVE_RANGE_DB: f32 = 42.0;
const TAB: f32 = 30.0;
const HEAD: f32 = 26.0;
const CUES_WIDTH: f32 = 222.0;
const SCALE_WIDTH: f32 = 30.0;

/// What the page remembers between two frames.
#[derive(Default)]
pub struct BasesState {
    /// The strip whose bases are shown; `None` while the strips are shown instead.
    strip: Option<usize>,
    /// The strip whose bases were shown last.
    last: usize,
    view: Option<BasesView>,
}

impl BasesState {
    /// Shows the bases of `strip`.
    pub fn open(&mut self, strip: usize) {
        self.strip = Some(strip);
    }

    /// Shows the page as it was left.
    pub fn reopen(&mut self) {
        self.strip.get_or_insert(self.last);
    }

    /// The page opens on `strip` the next time.
    pub fn open_next(&mut self, strip: usize) {
        self.last = strip;
    }

    /// Shows the strips instead.
    pub fn close(&mut self) {
        self.last = self.strip.take().unwrap_or(self.last);
        self.view = None;
    }

    /// The strip whose bases are shown, as long as there are strips.
    pub fn shown_strip(&self, snapshot: &EditorSnapshot) -> Option<usize> {
        let last = snapshot.summary().strips.len().checked_sub(1)?;
        self.strip.map(|strip| strip.min(last))
    }
}

/// A source's bases, ready to be drawn.
struct BasesView {
    /// What they were made from: bases, stream, strip.
    made_from: (Arc<Version>, AudioStatus, usize),
    texture: Option<TextureHandle>,
    columns: Vec<BasisColumn>,
    caption: String,
}

/// One basis.
struct BasisColumn {
    /// Its place in the dictionary, from 0, and in the order that is shown, from 1.
    stored_at: usize,
    number: usize,
    /// Its place among the components of all sources.
    component: Option<ComponentIndex>,
    peak_hz: f32,
    /// It was given to the source by hand.
    pinned: bool,
}

/// Draws the bases of `strip` in `page`. `activations` are those of the last frame, `[K]`; empty where they are not
/// known.
pub fn draw(
    ui: &mut Ui,
    page: Rect,
    strip: usize,
    snapshot: &EditorSnapshot,
    own: &mut BasesState,
    activations: &[f32],
) -> Vec<Asked> {
    own.strip = Some(strip);
    let (summary, version) = (snapshot.summary(), &snapshot.version);
    let source = &summary.strips[strip];
    let name = source.display_name();
    let colour = SCREEN.source(source.colour);
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    ui.painter().rect(page, corners, ui.colours().card, Stroke::new(1.0, ui.colours().edge), StrokeKind::Inside);
    let inner = page.shrink2(vec2(12.0, 8.0));
    let head = inner.with_max_y(inner.top() + HEAD);
    let is_current = |view: &BasesView| {
        let (of, audio, of_strip) = &view.made_from;
        Arc::ptr_eq(of, version) && (*audio, *of_strip) == (snapshot.audio, strip)
    };
    let view = match own.view.take().filter(is_current) {
        Some(view) => view,
        None => BasesView::new(ui, (version.clone(), snapshot.audio, strip), source, colour),
    };
    let view = own.view.insert(view);
    let mut asked = Vec::new();
    let shares = snapshot.shares_components();
    let cues = head.with_min_x(head.right() - if shares { CUES_WIDTH } else { 0.0 });
    asked.extend(draw_head(ui, head.with_max_x(cues.left() - 8.0), strip, summary));
    if shares {
        asked.extend(draw_cues(ui, cues, snapshot));
    }
    let line = Rect::from_x_y_ranges(inner.x_range(), head.bottom() + 2.0..=head.bottom() + 18.0);
    truncated(ui, line, &view.caption, theme::CAPTION, ui.colours().weak);
    let body = Rect::from_x_y_ranges(inner.left() + SCALE_WIDTH..=inner.right(), line.bottom() + 4.0..=inner.bottom());
    let sounding = if activations.is_empty() { 0.0 } else { (0.14 * body.height()).clamp(12.0, 40.0) };
    let map = body.with_max_y(body.bottom() - if sounding > 0.0 { sounding + 4.0 } else { 0.0 });
    view.draw_map(ui, map, &name);
    if view.columns.is_empty() {
        return asked;
    }
    if sounding > 0.0 {
        view.draw_activations(ui, body.with_min_y(body.bottom() - sounding), activations, colour);
    }
    let others = (shares && source.kind == Kind::Adaptive).then_some(summary);
    asked.extend(view.draw_handles(ui, map, strip, snapshot.audition, others));
    asked
}

/// Draws a tab per source and the name of the one that is shown.
fn draw_head(ui: &mut Ui, rect: Rect, strip: usize, summary: &Summary) -> Option<Asked> {
    let mut asked = None;
    let badges = badges(summary);
    for (i, other) in summary.strips.iter().enumerate() {
        let tab = Rect::from_min_size(pos2(rect.left() + i as f32 * (TAB + 4.0), rect.top() + 1.0), vec2(TAB, 24.0));
        let label = format!("Bases of {}", other.display_name());
        let colour = ui.colours().source(other.colour);
        let toggle =
            Toggle { role: Role::Tab, edge: Some(colour), ..Toggle::switch(&badges[i], &label, i == strip, colour) };
        if toggle.show(ui, tab, ui.scope_id().with(("tab", i))).on_hover_text(label.as_str()).clicked() {
            asked = Some(Asked::ShowBases(i));
        }
    }
    let left = rect.left() + summary.strips.len() as f32 * (TAB + 4.0) + 8.0;
    truncated(ui, rect.with_min_x(left), &summary.strips[strip].display_name(), theme::TITLE, ui.colours().text);
    asked
}

/// Draws the cues by which the adaptive strips can share their bases.
fn draw_cues(ui: &Ui, rect: Rect, snapshot: &EditorSnapshot) -> Option<Asked> {
    let mut asked = None;
    let now = snapshot.grouping();
    let width = rect.width() / Cue::ALL.len() as f32;
    for (i, cue) in Cue::ALL.into_iter().enumerate() {
        let segment = Rect::from_min_size(pos2(rect.left() + i as f32 * width, rect.top() + 1.0), vec2(width, 24.0));
        let text = format!("by {}", cue.name());
        let toggle = Toggle {
            role: Role::RadioButton,
            corners: CornerRadius::ZERO,
            text_size: theme::CAPTION,
            ..Toggle::switch(&text, &text, cue == now, ui.colours().chosen)
        };
        let response = toggle.show(ui, segment, ui.scope_id().with(("cue", i)));
        if response.on_hover_text(CUE_TOOLTIP).clicked() {
            asked = Some(AdaptationCommand::GroupBy(cue).into());
        }
    }
    asked
}

/// Draws one line of text in `rect`; what does not fit is cut.
fn truncated(ui: &Ui, rect: Rect, text: &str, size: f32, ink: Color32) {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), theme::font(size), ink);
    job.wrap = TextWrapping::truncate_at_width(rect.width().max(0.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, ink);
}

impl BasesView {
    fn new(ui: &Ui, made_from: (Arc<Version>, AudioStatus, usize), source: &Strip, colour: Color32) -> Self {
        let (version, audio, strip) = &made_from;
        let Some(in_use) = version.bases_in_use(*strip, audio) else {
            let caption = match source.kind {
                Kind::Fixed | Kind::Drifting => "Its bases are not known yet".to_owned(),
                Kind::Adaptive => format!("{} bases that follow the mixture", source.components),
                Kind::Recognised => format!("{} bases that it learns while it plays", source.components),
            };
            return Self { made_from, texture: None, columns: Vec::new(), caption };
        };
        let dictionary = in_use.dictionary;
        let order = in_use.in_shown_order();
        let peaks = heat_map::peaks(dictionary);
        let components = version.components_of(*strip);
        let pinned = version.adaptive_state.of(*strip).map(|source| source.pinned.as_slice()).unwrap_or_default();
        let column = |(place, &k): (usize, &usize)| BasisColumn {
            stored_at: k,
            number: place + 1,
            component: components.get(k).copied(),
            peak_hz: peaks[k],
            pinned: pinned.get(k).copied().unwrap_or(false),
        };
        let columns = order.iter().enumerate().map(column).collect();
        let options = TextureOptions { minification: egui::TextureFilter::Linear, ..TextureOptions::NEAREST };
        let image = heat_map::image(dictionary, &order, colour);
        let texture = Some(ui.ctx().load_texture("bases", image, options));
        let frame = &dictionary.frame;
        let from = match source.learned_from.as_slice() {
            _ if source.kind == Kind::Adaptive => " that follow the mixture".to_owned(),
            _ if source.kind == Kind::Recognised => " learned from the mixture, where it was recognised".to_owned(),
            _ if in_use.moved => " that drift towards what plays".to_owned(),
            [] => String::new(),
            files => format!(" from {}", files.join(", ")),
        };
        let caption = format!(
            "{} bases{from} · each the spectrum of {:.0} ms, at {} kHz{}",
            dictionary.components,
            frame.frame_len as f64 / frame.sample_rate * 1e3,
            frame.sample_rate / 1e3,
            if in_use.interpolated { ", interpolated" } else { "" },
        );
        Self { made_from, texture, columns, caption }
    }

    fn draw_map(&self, ui: &Ui, map: Rect, name: &str) {
        let response = ui.interact(map, ui.scope_id().with("bases"), Sense::hover());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Image, true, format!("{name} bases"));
            info.current_text_value = Some(self.caption.clone());
            info
        });
        let painter = ui.painter();
        painter.rect_filled(map, CornerRadius::ZERO, SCREEN.well);
        let Some(texture) = &self.texture else {
            let text = "Nothing yet. Let the mixture play: its bases appear here as they are found.";
            let galley = painter.layout(text.to_owned(), theme::font(theme::BODY), SCREEN.weak, map.width() - 24.0);
            painter.galley(map.center() - galley.size() / 2.0, galley, SCREEN.weak);
            return;
        };
        painter.image(texture.id(), map, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
        let width = map.width() / self.columns.len() as f32;
        if width >= 6.0 {
            for i in 1..self.columns.len() {
                let x = map.left() + i as f32 * width;
                painter.vline(x, map.y_range(), Stroke::new(1.0, SCREEN.card));
            }
        }
        let mut free_above = f32::INFINITY;
        for (hz, label) in LABELS {
            let y = map.bottom() - height(hz) * map.height();
            painter.hline(map.x_range(), y, Stroke::new(1.0, Color32::from_white_alpha(14)));
            if free_above - y >= 13.0 && y - map.top() > 4.0 {
                let at = pos2(map.left() - 5.0, y);
                painter.text(at, Align2::RIGHT_CENTER, label, theme::font(theme::CAPTION), ui.colours().faint);
                free_above = y;
            }
        }
    }

    fn place(&self, map: Rect, i: usize) -> Rect {
        let width = map.width() / self.columns.len() as f32;
        Rect::from_x_y_ranges(map.left() + i as f32 * width..=map.left() + (i + 1) as f32 * width, map.y_range())
    }

    fn draw_activations(&self, ui: &Ui, strip: Rect, activations: &[f32], colour: Color32) {
        let painter = ui.painter();
        painter.rect_filled(strip, CornerRadius::ZERO, SCREEN.well);
        let most = activations.iter().copied().fold(0.0, f32::max).max(f32::MIN_POSITIVE);
        for (i, column) in self.columns.iter().enumerate() {
            let h = column.component.and_then(|component| activations.get(component.0)).copied().unwrap_or(0.0);
            let level = 1.0 + decibels::of_amplitude(h / most) / ACTIVE_RANGE_DB;
            if level > 0.0 {
                let bar = self.place(strip, i);
                let bar = bar.with_min_y(bar.bottom() - level * bar.height()).with_max_x(bar.right() - 1.0);
                painter.rect_filled(bar, CornerRadius::ZERO, colour);
            }
        }
    }

    fn outline(&self, ui: &Ui, map: Rect, i: usize, width: f32) {
        let ring = Stroke::new(width, SCREEN.text);
        ui.painter().rect_stroke(self.place(map, i), CornerRadius::ZERO, ring, StrokeKind::Outside);
    }

    /// Makes each basis a button, which is held to hear it alone. In an adaptive source that shares its bases with
    /// `others` a click lets it be given to another strip.
    fn draw_handles(
        &self,
        ui: &Ui,
        map: Rect,
        strip: usize,
        audition: Option<Audition>,
        others: Option<&Summary>,
    ) -> Option<Asked> {
        let mut asked = None;
        for (i, column) in self.columns.iter().enumerate() {
            let place = self.place(map, i);
            let own = column.component.map(|component| Audition::Basis { source: strip, component: component.0 });
            let is_held = own.is_some() && own == audition;
            let response = ui.interact(place, ui.scope_id().with(("basis", column.stored_at)), Sense::click());
            response.widget_info(|| {
                let name = format!("Basis {}", column.number);
                let mut info = WidgetInfo::selected(Role::Button, true, is_held, name);
                info.current_text_value = Some(column.described());
                info
            });
            if column.pinned {
                ui.painter().circle_filled(place.center_top() + vec2(0.0, 6.0), 3.0, SCREEN.text);
            }
            if is_held || response.hovered() || response.has_focus() {
                self.outline(ui, map, i, if is_held { 3.0 } else { 1.0 });
            }
            let hold = hold::listen(&response);
            asked = asked.or(own.filter(|_| hold.is_held).map(Asked::Hear));
            let mut gives = "";
            if let Some(summary) = others {
                asked = asked.or(column.menu(&response, hold.was_tapped, strip, summary));
                gives = ", click to give it to another strip";
            }
            response.on_hover_text_at_pointer(format!("{}\nHold to hear it alone{gives}.", column.described()));
        }
        asked
    }
}

impl BasisColumn {
    fn described(&self) -> String {
        let by_hand = if self.pinned { ", given by hand" } else { "" };
        let hz = self.peak_hz;
        let pitch = if hz >= 1_000.0 { format!("{:.1} kHz", hz / 1e3) } else { format!("{hz:.0} Hz") };
        format!("Basis {}: strongest at {pitch}{by_hand}", self.number)
    }

    /// The strips that it can be given to; opened and closed by a tap.
    fn menu(&self, response: &Response, was_tapped: bool, strip: usize, summary: &Summary) -> Option<Asked> {
        let component = self.component?;
        let mut asked = None;
        let tap = was_tapped.then_some(SetOpenCommand::Toggle);
        Popup::menu(response).open_memory(tap).width(190.0).show(|ui| {
            for (i, other) in summary.strips.iter().enumerate() {
                if i == strip || other.kind != Kind::Adaptive {
                    continue;
                }
                let text = format!("Give it to {}", other.display_name());
                if ui.add(Button::selectable(false, text).min_size(vec2(176.0, 24.0))).clicked() {
                    asked = Some(AdaptationCommand::Give { component, strip: i }.into());
                }
            }
            if !self.pinned {
                let text = format!("Keep it with {}", summary.strips[strip].display_name());
                if ui.add(Button::selectable(false, text).min_size(vec2(176.0, 24.0))).clicked() {
                    asked = Some(AdaptationCommand::Give { component, strip }.into());
                }
            }
        });
        asked
    }
}
