//! The picture: the last seconds of the mixture, taken apart, and what the plugin makes of it now.
//!
//! - [`axis`]: frequencies and rows. [`slice`](mod@slice): a frame on the rows. [`history`]: the last seconds of them; [`clock`]: which moment is at the edge;
//!   [`moment`]: that moment, calmed.
//! - [`map`]: the colours. [`places`]: what is where. [`plot`]: places for curves; [`masks`] and [`output`] draw them. [`readout`]: what is under the
//!   pointer.
//!
//! A [`Picture`] lives in its window's egui context and ends with it: nice-plug-egui 0.6 keeps what it runs in a window when the window closes, and
//! never says that it has.

pub mod axis;
pub mod clock;
pub mod history;
pub mod map;
pub mod masks;
pub mod moment;
pub mod output;
pub mod places;
pub mod plot;
pub mod readout;
pub mod slice;

use super::{EditorState, Scene, strip::display_name, theme};
use crate::{
    instance::{analyzer::AnalyzerWindow, session::Session, state::summary::Summary},
    separator::AnalyzerFrame,
};
use axis::Rows;
use clock::Clock;
use egui::{
    Align2, Color32, Context, CornerRadius, Id, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind,
    Tooltip, Ui, WidgetInfo, accesskit::Role, epaint::RectShape, vec2,
};
use history::{History, SECONDS};
use map::Map;
use moment::Moment;
use places::Places;
use plot::Plot;
use readout::Readout;
use slice::Slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Without a frame for this long the audio thread has stopped, in seconds.
const STALE_S: f64 = 0.4;
/// Size of labels, in points.
const SMALL: f32 = 11.0;
/// Lines over the pictures.
const LINE: Color32 = Color32::from_rgba_premultiplied(26, 26, 26, 26);

/// What an open window knows of the sound.
pub struct Picture {
    frames: AnalyzerWindow,
    stream: Option<Stream>,
    /// The newest frame.
    slice: Slice,
    history: History,
    moment: Moment,
    /// The last frame's activations, `[K]`.
    activations: Vec<f32>,
    clock: Clock,
    map: Map,
    colours: Vec<Color32>,
    names: Vec<String>,
    /// When the window was drawn last, and when a frame came last, in seconds.
    drawn_at: Option<f64>,
    came_at: f64,
}

/// The stream that the frames are of.
struct Stream {
    rows: Rows,
    /// Distance between columns, in seconds and in samples.
    step_s: f64,
    step: u64,
    sample_rate: f64,
    /// Position of the last frame, in samples, and its column.
    position: u64,
    column: u64,
}

/// The picture of the window of `ctx`; the first call lets frames come.
pub fn of(ctx: &Context, session: &Session) -> Arc<Mutex<Picture>> {
    let begin = || Arc::new(Mutex::new(Picture::new(session.analyzer.open())));
    ctx.data_mut(|data| data.get_temp_mut_or_insert_with(Id::unique("unbraid picture"), begin).clone())
}

/// A poisoned lock guards a picture that is wrong for a frame at worst.
fn lock(picture: &Mutex<Picture>) -> MutexGuard<'_, Picture> {
    picture.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes in the frames that have come, and draws the picture in `room`, if there is one. Gives whether it moves.
pub fn draw(ui: &mut Ui, room: Option<Rect>, scene: &Scene, state: &mut EditorState) -> bool {
    let picture = of(ui.ctx(), scene.session);
    let mut picture = lock(&picture);
    if let Some(summary) = &state.summary {
        picture.follow(summary);
    }
    picture.advance(ui.input(|input| input.time));
    // The page of bases shows how strongly each sounds.
    state.bases.activations.clone_from(&picture.activations);
    if let Some(room) = room {
        picture.show(ui, &Places::new(room));
    }
    picture.moves()
}

impl Picture {
    fn new(frames: AnalyzerWindow) -> Self {
        Self {
            frames,
            stream: None,
            slice: Slice::default(),
            history: History::default(),
            moment: Moment::default(),
            activations: Vec::new(),
            clock: Clock::default(),
            map: Map::new(std::iter::empty()),
            colours: Vec::new(),
            names: Vec::new(),
            drawn_at: None,
            came_at: f64::NEG_INFINITY,
        }
    }

    /// The sources are those of `summary`.
    fn follow(&mut self, summary: &Summary) {
        let colours: Vec<Color32> = summary.strips.iter().map(|strip| theme::source_colour(strip.colour)).collect();
        let names: Vec<String> = summary.strips.iter().map(|strip| display_name(&strip.name)).collect();
        if names == self.names && colours == self.colours {
            return;
        }
        self.map = Map::new(colours.iter().copied());
        self.history.set_sources(colours.len());
        (self.colours, self.names) = (colours, names);
    }

    /// It is `now`, in seconds.
    fn advance(&mut self, now: f64) {
        let elapsed = (now - self.drawn_at.replace(now).unwrap_or(now)).clamp(0.0, 1.0);
        self.moment.fall(elapsed as f32);
        let Self { frames, stream, slice, history, moment, clock, map, activations, .. } = self;
        let mut came = false;
        frames.each(|frame| {
            came = true;
            if !stream.as_ref().is_some_and(|stream| stream.goes_on_with(frame)) {
                history.clear();
                history.set_sources(map.sources());
                *clock = Clock::default();
                *stream = Some(Stream::of(frame));
            }
            let Some(stream) = stream.as_mut() else { return };
            let column = stream.column_of(frame);
            slice.take(frame, &stream.rows);
            history.take(column, slice, map);
            moment.take(slice, stream.step_s as f32);
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

    fn moves(&self) -> bool {
        let comes = self.drawn_at.is_some_and(|now| now - self.came_at < STALE_S);
        let columns = self.stream.as_ref().map_or(0.0, |stream| SECONDS / stream.step_s);
        let scrolls = (comes || self.clock.is_behind()) && self.history.shows_something(columns as u64);
        scrolls || self.moment.is_heard()
    }

    fn show(&mut self, ui: &mut Ui, places: &Places) {
        let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
        ui.painter().rect(places.card, corners, theme::CARD, Stroke::new(1.0, theme::EDGE), StrokeKind::Inside);
        let well = CornerRadius::same(3);
        for plot in [places.spectrogram, places.masks, places.output] {
            ui.painter().rect_filled(plot.rect, well, theme::WELL);
        }
        self.draw_spectrogram(ui, &places.spectrogram, well);
        masks::draw(&ui.painter().with_clip_rect(places.masks.rect), &places.masks, &self.moment, &self.colours);
        output::draw(&ui.painter().with_clip_rect(places.output.rect), &places.output, &self.moment, &self.map);
        draw_scales(ui.painter(), places);
        self.name(ui, places);
    }

    fn draw_spectrogram(&mut self, ui: &Ui, plot: &Plot, corners: CornerRadius) {
        let texture = self.history.texture(ui.ctx(), self.map.colour(0.0, |_| 0.0)).id();
        let Some(stream) = &self.stream else { return };
        let view = history::view(self.clock.shown() / stream.step_s, SECONDS / stream.step_s);
        ui.painter()
            .add(Shape::Rect(RectShape::filled(plot.rect, corners, Color32::WHITE).with_texture(texture, view)));
    }

    /// Names the three pictures, and tells what is under the pointer.
    fn name(&self, ui: &Ui, places: &Places) {
        let now = self.spoken();
        for (name, what, plot) in [
            ("Spectrogram", "The last seconds of the mixture, each source's share in its colour.", &places.spectrogram),
            ("Masks", "Which share of each frequency goes to which source, now.", &places.masks),
            ("Spectrum", "What comes in, and in front of it what goes out, now.", &places.output),
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
                point_out(ui, &response, plot, places, at, &readout.lines());
            }
        }
    }

    /// The shares of the sources now, for who does not see them.
    fn spoken(&self) -> String {
        let energy = |row: usize| slice::power(self.moment.mixture_db[row]);
        let whole: f32 = (0..axis::ROWS).map(energy).sum();
        if !self.moment.is_heard() || whole <= 0.0 {
            return "Nothing is heard.".to_owned();
        }
        let share = |source: usize| {
            let own: f32 = (0..axis::ROWS).map(|row| energy(row) * self.moment.share(source, row)).sum();
            100.0 * own / whole
        };
        let shares = self.names.iter().take(self.moment.sources).enumerate();
        let shares: Vec<String> = shares.map(|(source, name)| format!("{name} {:.0} %", share(source))).collect();
        format!("Now: {}.", shares.join(", "))
    }

    /// What is at `along` on the frequency axis, `ago` seconds before the edge, or at this moment.
    fn readout(&self, along: f32, ago: Option<f32>) -> Readout {
        let (row, hz) = (axis::row(along), axis::frequency(along));
        let named = |shares: Vec<f32>| self.names.iter().cloned().zip(shares).collect();
        if let Some(ago) = ago {
            let column =
                self.stream.as_ref().map(|stream| ((self.clock.shown() - f64::from(ago)) / stream.step_s).round());
            let found = column.filter(|column| *column >= 0.0).and_then(|column| self.history.at(column as u64, row));
            let (level, shares) = found.unwrap_or((slice::SILENCE_DB, None));
            let mixture_db = (slice::height(level, row) > 0.0).then_some(level);
            return Readout { hz, ago, mixture_db, output_db: None, shares: named(shares.unwrap_or_default()) };
        }
        let level = self.moment.mixture_db[row];
        Readout {
            hz,
            ago: 0.0,
            mixture_db: (slice::height(level, row) > 0.0).then_some(level),
            output_db: Some(self.moment.output_db[row]),
            shares: named((0..self.moment.sources).map(|source| self.moment.share(source, row)).collect()),
        }
    }
}

impl Stream {
    fn of(frame: &AnalyzerFrame) -> Self {
        Self {
            rows: Rows::new(frame.magnitudes().len(), frame.bin_spacing),
            step_s: frame.step as f64 / frame.sample_rate,
            step: frame.step.max(1) as u64,
            sample_rate: frame.sample_rate,
            position: frame.position,
            column: 0,
        }
    }

    fn goes_on_with(&self, frame: &AnalyzerFrame) -> bool {
        self.sample_rate == frame.sample_rate
            && self.step == frame.step as u64
            && self.rows.fit(frame.magnitudes().len(), frame.bin_spacing)
    }

    /// The column of the next frame. One that comes from before the last one is of a stream that began again, and goes beside it.
    fn column_of(&mut self, frame: &AnalyzerFrame) -> u64 {
        let came = frame.position.checked_sub(self.position).map_or(1, |samples| samples.div_ceil(self.step));
        (self.position, self.column) = (frame.position, self.column + came);
        self.column
    }
}

/// Frequency lines and labels.
fn draw_scales(painter: &Painter, places: &Places) {
    for (hz, label) in axis::LABELS {
        let along = axis::position(hz);
        for plot in [&places.spectrogram, &places.masks, &places.output] {
            plot.line_across(painter, along, Stroke::new(1.0, LINE));
        }
        if let Some(at) = places.label(along) {
            painter.text(at, Align2::RIGHT_CENTER, label, theme::font(SMALL), theme::FAINT);
        }
    }
    if places.labelled() {
        let foot = places.output.rect.right_bottom() - vec2(6.0, 4.0);
        let out = painter.text(foot, Align2::RIGHT_BOTTOM, "out", theme::font(SMALL), theme::TEXT);
        let beside = out.left_bottom() - vec2(7.0, 0.0);
        painter.text(beside, Align2::RIGHT_BOTTOM, "in", theme::font(SMALL), theme::FAINT);
    }
}

/// Crossed lines at the pointer, and the words beside it.
fn point_out(ui: &Ui, response: &Response, plot: &Plot, places: &Places, at: Pos2, lines: &[String]) {
    let stroke = Stroke::new(1.0, theme::TEXT.gamma_multiply(0.35));
    let along = plot.along(at);
    for other in [&places.spectrogram, &places.masks, &places.output] {
        other.line_across(ui.painter(), along, stroke);
    }
    let tooltip = Tooltip::always_open(ui.ctx().clone(), response.layer_id, response.id, at + vec2(14.0, 14.0));
    tooltip.show(|ui| {
        for (i, line) in lines.iter().enumerate() {
            let colour = if i == 0 { theme::TEXT } else { theme::WEAK };
            ui.label(egui::RichText::new(line).size(theme::CAPTION).color(colour));
        }
    });
}
