//! The picture: the last seconds of the mixture and its sources, and what the plugin does with it now.
//!
//! - [`axis`]: frequencies and rows. [`frame_rows`]: a frame on these rows. [`spectrogram`]: the last seconds of them;
//!   [`clock`]: the time at its edge. [`smoothed`]: the frames of now.
//! - [`colour_map`]; [`layout`]; [`plot`]: curves and areas; [`masks`] and [`output`] draw them. [`readout`]: what is
//!   under the pointer.
//!
//! A [`Picture`] lives in the egui context of its window and is dropped with it: while no window is open, no frames are
//! sent.

pub mod axis;
pub mod clock;
pub mod colour_map;
pub mod frame_rows;
pub mod layout;
pub mod masks;
pub mod output;
pub mod plot;
pub mod readout;
pub mod smoothed;
pub mod spectrogram;

use crate::{
    editor::{
        names::display_name,
        snapshot::EditorSnapshot,
        theme::{self, SCREEN, Themed},
    },
    instance::{
        analyzer::{AnalyzerWindow, AnalyzerWindows},
        state::summary::Summary,
    },
    separator::AnalyzerFrame,
};
use axis::RowMap;
use clock::ScrollClock;
use colour_map::ColourMap;
use egui::{
    Align2, Color32, Context, CornerRadius, Id, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind,
    Tooltip, Ui, WidgetInfo, accesskit::Role, epaint::RectShape, vec2,
};
use frame_rows::FrameRows;
use layout::PictureLayout;
use plot::PlotRect;
use readout::Readout;
use smoothed::SmoothedFrame;
use spectrogram::{SECONDS, SpectrogramRing};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// After this long without a frame the audio thread has stopped, in seconds.
const STALE_S: f64 = 0.4;
/// Frequency lines.
const LINE: Color32 = Color32::from_rgba_premultiplied(26, 26, 26, 26);

/// What the picture remembers between two frames.
#[derive(Debug, Default)]
pub struct PictureState {
    /// Whether the picture is hidden.
    pub is_folded: bool,
    activations: Vec<f32>,
}

impl PictureState {
    /// The activations of the last analyzer frame, `[K]`.
    pub fn activations(&self) -> &[f32] {
        &self.activations
    }
}

/// What an open window has received of the sound.
pub struct Picture {
    frames: AnalyzerWindow,
    stream: Option<FrameStream>,
    /// The newest frame.
    newest: FrameRows,
    ring: SpectrogramRing,
    now: SmoothedFrame,
    /// The activations of the newest frame, `[K]`.
    activations: Vec<f32>,
    clock: ScrollClock,
    map: ColourMap,
    colours: Vec<Color32>,
    names: Vec<String>,
    /// When the window was drawn last, in seconds.
    drawn_at: Option<f64>,
    /// When a frame came last, in seconds.
    came_at: f64,
}

/// The stream of frames.
struct FrameStream {
    rows: RowMap,
    /// Distance between two columns, in seconds.
    step_s: f64,
    /// The same in samples.
    step: u64,
    sample_rate: f64,
    /// Position of the last frame, in samples.
    position: u64,
    /// Column of the last frame.
    column: u64,
}

/// The picture of the window of `ctx`. Frames come from the first call on.
pub fn of(ctx: &Context, analyzer: &AnalyzerWindows) -> Arc<Mutex<Picture>> {
    let begin = || Arc::new(Mutex::new(Picture::new(analyzer.open())));
    ctx.data_mut(|data| data.get_temp_mut_or_insert_with(Id::unique("unbraid picture"), begin).clone())
}

/// After a panic the picture is wrong for one frame at most, so a poisoned lock is no harm.
fn lock(picture: &Mutex<Picture>) -> MutexGuard<'_, Picture> {
    picture.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes in the frames that have come, and draws the picture in `rect`, if there is space for it. Returns whether it
/// moves.
pub fn draw(ui: &mut Ui, rect: Option<Rect>, snapshot: &EditorSnapshot, own: &mut PictureState) -> bool {
    let picture = of(ui.ctx(), snapshot.analyzer);
    let mut picture = lock(&picture);
    picture.set_sources(snapshot.summary());
    picture.advance(ui.input(|input| input.time));
    own.activations.clone_from(&picture.activations);
    if let Some(rect) = rect {
        picture.show(ui, &PictureLayout::new(rect));
        let is_empty = picture.stream.is_none() && snapshot.learning.take.is_none();
        if is_empty && rect.height() >= INVITES_FROM {
            let font = theme::font(theme::BODY);
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, INVITATION, font, SCREEN.weak);
        }
    }
    picture.is_moving()
}

/// Stands in a picture that has nothing to show yet.
const INVITATION: &str = "Play your loop, drop stems here, or press Learn on a strip";
/// From this height on there is space for it, in points.
const INVITES_FROM: f32 = 90.0;

impl Picture {
    fn new(frames: AnalyzerWindow) -> Self {
        Self {
            frames,
            stream: None,
            newest: FrameRows::default(),
            ring: SpectrogramRing::default(),
            now: SmoothedFrame::default(),
            activations: Vec::new(),
            clock: ScrollClock::default(),
            map: ColourMap::new(std::iter::empty()),
            colours: Vec::new(),
            names: Vec::new(),
            drawn_at: None,
            came_at: f64::NEG_INFINITY,
        }
    }

    /// The sources are those of `summary`.
    fn set_sources(&mut self, summary: &Summary) {
        let colours: Vec<Color32> = summary.strips.iter().map(|strip| SCREEN.source(strip.colour)).collect();
        let names: Vec<String> = summary.strips.iter().map(|strip| display_name(&strip.name)).collect();
        if names == self.names && colours == self.colours {
            return;
        }
        self.map = ColourMap::new(colours.iter().copied());
        self.ring.set_sources(colours.len());
        (self.colours, self.names) = (colours, names);
    }

    /// Takes in the frames that have come. It is `now`, in seconds.
    fn advance(&mut self, now: f64) {
        let elapsed = (now - self.drawn_at.replace(now).unwrap_or(now)).clamp(0.0, 1.0);
        self.now.fall(elapsed as f32);
        let Self { frames, stream, newest, ring, now: smoothed, clock, map, activations, .. } = self;
        let mut came = false;
        frames.each(|frame| {
            came = true;
            if !stream.as_ref().is_some_and(|stream| stream.continues_with(frame)) {
                ring.clear();
                ring.set_sources(map.sources());
                *clock = ScrollClock::default();
                *stream = Some(FrameStream::of(frame));
            }
            let Some(stream) = stream.as_mut() else { return };
            let column = stream.column_of(frame);
            newest.take(frame, &stream.rows);
            ring.take(column, newest, map);
            smoothed.take(newest, stream.step_s as f32);
            activations.clear();
            activations.extend_from_slice(frame.activations());
        });
        if came {
            self.came_at = now;
        }
        if let Some(stream) = &self.stream {
            self.clock.advance(stream.column as f64 * stream.step_s, elapsed);
        }
    }

    fn is_moving(&self) -> bool {
        let comes = self.drawn_at.is_some_and(|now| now - self.came_at < STALE_S);
        let columns = self.stream.as_ref().map_or(0.0, |stream| SECONDS / stream.step_s);
        let scrolls = (comes || self.clock.is_behind()) && self.ring.shows_something(columns as u64);
        scrolls || self.now.is_heard()
    }

    fn show(&mut self, ui: &mut Ui, layout: &PictureLayout) {
        let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
        ui.painter().rect(
            layout.card,
            corners,
            ui.colours().card,
            Stroke::new(1.0, ui.colours().edge),
            StrokeKind::Inside,
        );
        let well = CornerRadius::same(3);
        for plot in [layout.spectrogram, layout.masks, layout.output] {
            ui.painter().rect_filled(plot.rect, well, SCREEN.well);
        }
        self.draw_spectrogram(ui, &layout.spectrogram, well);
        masks::draw(&ui.painter().with_clip_rect(layout.masks.rect), &layout.masks, &self.now, &self.colours);
        output::draw(&ui.painter().with_clip_rect(layout.output.rect), &layout.output, &self.now, &self.map);
        draw_scales(ui.painter(), layout);
        self.describe(ui, layout);
    }

    fn draw_spectrogram(&mut self, ui: &Ui, plot: &PlotRect, corners: CornerRadius) {
        let texture = self.ring.texture(ui.ctx(), self.map.colour(0.0, |_| 0.0)).id();
        let Some(stream) = &self.stream else { return };
        let view = spectrogram::texture_rect(self.clock.shown() / stream.step_s, SECONDS / stream.step_s);
        ui.painter()
            .add(Shape::Rect(RectShape::filled(plot.rect, corners, Color32::WHITE).with_texture(texture, view)));
    }

    /// Names the three plots for the accessibility tree, and shows what is under the pointer.
    fn describe(&self, ui: &Ui, layout: &PictureLayout) {
        let now = self.shares_now();
        for (name, what, plot) in [
            ("Spectrogram", "The last seconds of the mixture, each source's share in its colour.", &layout.spectrogram),
            ("Masks", "Which share of each frequency goes to which source, now.", &layout.masks),
            ("Spectrum", "What comes in, and in front of it what goes out, now.", &layout.output),
        ] {
            let response = ui.interact(plot.rect, ui.scope_id().with(name), Sense::hover());
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(Role::Image, ui.is_enabled(), name);
                info.current_text_value = Some(format!("{what} {now}"));
                info
            });
            if let Some(at) = response.hover_pos() {
                let ago =
                    (name == "Spectrogram").then(|| (plot.rect.right() - at.x) / plot.rect.width() * SECONDS as f32);
                let readout = self.readout(plot.along(at).clamp(0.0, 1.0), ago);
                point_out(ui, &response, plot, layout, at, &readout.lines());
            }
        }
    }

    /// The shares of the sources now, for a screen reader.
    fn shares_now(&self) -> String {
        let energy = |row: usize| frame_rows::power(self.now.mixture_db[row]);
        let all: f32 = (0..axis::ROWS).map(energy).sum();
        if !self.now.is_heard() || all <= 0.0 {
            return "Nothing is heard.".to_owned();
        }
        let share = |source: usize| {
            let own: f32 = (0..axis::ROWS).map(|row| energy(row) * self.now.share(source, row)).sum();
            100.0 * own / all
        };
        let shares = self.names.iter().take(self.now.sources).enumerate();
        let shares: Vec<String> = shares.map(|(source, name)| format!("{name} {:.0} %", share(source))).collect();
        format!("Now: {}.", shares.join(", "))
    }

    /// What is at `along` the frequency axis, `ago` seconds before the edge or now.
    fn readout(&self, along: f32, ago: Option<f32>) -> Readout {
        let (row, hz) = (axis::row(along), axis::frequency(along));
        let named = |shares: Vec<f32>| self.names.iter().cloned().zip(shares).collect();
        if let Some(ago) = ago {
            let column =
                self.stream.as_ref().map(|stream| ((self.clock.shown() - f64::from(ago)) / stream.step_s).round());
            let found = column.filter(|column| *column >= 0.0).and_then(|column| self.ring.at(column as u64, row));
            let (level, shares) = found.unwrap_or((frame_rows::SILENCE_DB, None));
            let mixture_db = (frame_rows::height(level, row) > 0.0).then_some(level);
            return Readout { hz, ago, mixture_db, output_db: None, shares: named(shares.unwrap_or_default()) };
        }
        let level = self.now.mixture_db[row];
        Readout {
            hz,
            ago: 0.0,
            mixture_db: (frame_rows::height(level, row) > 0.0).then_some(level),
            output_db: Some(self.now.output_db[row]),
            shares: named((0..self.now.sources).map(|source| self.now.share(source, row)).collect()),
        }
    }
}

impl FrameStream {
    fn of(frame: &AnalyzerFrame) -> Self {
        Self {
            rows: RowMap::new(frame.magnitudes().len(), frame.bin_spacing),
            step_s: frame.step as f64 / frame.sample_rate,
            step: frame.step.max(1) as u64,
            sample_rate: frame.sample_rate,
            position: frame.position,
            column: 0,
        }
    }

    fn continues_with(&self, frame: &AnalyzerFrame) -> bool {
        self.sample_rate == frame.sample_rate
            && self.step == frame.step as u64
            && self.rows.is_for(frame.magnitudes().len(), frame.bin_spacing)
    }

    /// The column of the next frame. A frame from before the last one belongs to a stream that began again: it gets the
    /// column after the last one.
    fn column_of(&mut self, frame: &AnalyzerFrame) -> u64 {
        let came = frame.position.checked_sub(self.position).map_or(1, |samples| samples.div_ceil(self.step));
        (self.position, self.column) = (frame.position, self.column + came);
        self.column
    }
}

/// Frequency lines and labels.
fn draw_scales(painter: &Painter, layout: &PictureLayout) {
    for (hz, label) in axis::LABELS {
        let along = axis::position(hz);
        for plot in [&layout.spectrogram, &layout.masks, &layout.output] {
            plot.line_across(painter, along, Stroke::new(1.0, LINE));
        }
        if let Some(at) = layout.label(along) {
            painter.text(at, Align2::RIGHT_CENTER, label, theme::font(theme::CAPTION), painter.colours().faint);
        }
    }
    if layout.is_labelled() {
        let foot = layout.output.rect.right_bottom() - vec2(6.0, 4.0);
        let out = painter.text(foot, Align2::RIGHT_BOTTOM, "out", theme::font(theme::CAPTION), SCREEN.text);
        let beside = out.left_bottom() - vec2(7.0, 0.0);
        painter.text(beside, Align2::RIGHT_BOTTOM, "in", theme::font(theme::CAPTION), SCREEN.faint);
    }
}

/// Draws a line at the pointer, and `lines` of text beside it.
fn point_out(ui: &Ui, response: &Response, plot: &PlotRect, layout: &PictureLayout, at: Pos2, lines: &[String]) {
    let stroke = Stroke::new(1.0, SCREEN.text.gamma_multiply(0.35));
    let along = plot.along(at);
    for other in [&layout.spectrogram, &layout.masks, &layout.output] {
        other.line_across(ui.painter(), along, stroke);
    }
    let tooltip = Tooltip::always_open(ui.ctx().clone(), response.layer_id, response.id, at + vec2(14.0, 14.0));
    tooltip.show(|ui| {
        for (i, line) in lines.iter().enumerate() {
            let colour = if i == 0 { ui.colours().text } else { ui.colours().weak };
            ui.label(egui::RichText::new(line).size(theme::CAPTION).color(colour));
        }
    });
}
