//! The picture: the last seconds of what is heard and its sources, and what the plugin does with them now.
//!
//! - [`axis`]: frequencies and rows. [`frame_rows`]: a frame on these rows. [`stream`]: frames one after another.
//!   [`columns`]: the last seconds of them; [`clock`]: the time at their edge. [`smoothed`]: the frames of now.
//! - [`colour_map`]; [`spotlight`]: the colours while one source is lit. [`spectrogram`]: columns as a texture.
//! - [`state`]: what is shown, frozen or live; [`view`]: zoom, and where a point is in time and frequency.
//! - [`layout`]; [`head`]; [`scales`]: both axes; [`music`]: beats and bars. [`divider`]: how high the picture is.
//! - [`painting`]: strokes on the frozen picture that say what belongs to whom.
//! - [`plot`]: curves and areas; [`masks`] and [`output`] draw them. [`mod@pointer`]: what is under the pointer, as a
//!   [`readout`].
//!
//! A [`Picture`] lives in the egui context of its window and is dropped with it: while no window is open, no frames are
//! sent.

pub mod axis;
pub mod clock;
pub mod colour_map;
pub mod columns;
pub mod divider;
pub mod frame_rows;
mod frozen_part;
pub mod head;
pub mod layout;
pub mod masks;
pub mod music;
pub mod output;
pub mod painting;
pub mod plot;
mod pointer;
pub mod readout;
pub mod scales;
pub mod smoothed;
pub mod spectrogram;
pub mod spotlight;
pub mod state;
pub mod stream;
pub mod view;

pub use state::PictureState;

use crate::{
    editor::{
        asked::Asked,
        names::badges,
        snapshot::EditorSnapshot,
        theme::{self, SCREEN, Themed},
    },
    instance::{
        analyzer::{AnalyzerWindow, AnalyzerWindows},
        state::{
            stretch_view::{StretchOrigin, StretchView},
            summary::Summary,
        },
    },
    preset::MAX_SOURCES,
    separator::MusicalTime,
};
use clock::ScrollClock;
use colour_map::ColourMap;
use columns::Columns;
use egui::{Align2, Color32, Context, CornerRadius, Id, Rect, Response, Stroke, StrokeKind, Ui};
use frame_rows::FrameRows;
use frozen_part::FrozenPart;
use head::LegendEntry;
use layout::PictureLayout;
use painting::stretch::StretchColumns;
use smoothed::SmoothedFrame;
use spectrogram::{Look, SpectrogramTexture};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stream::FrameStream;
use view::SECONDS;

/// After this long without a frame the audio thread has stopped, in seconds.
const STALE_S: f64 = 0.4;
/// A frozen stretch is coloured anew when the knobs have stood still for so long, in seconds.
const REST_S: f64 = 0.2;
/// Columns of a frozen stretch that are made in one picture, in one to two milliseconds: ten seconds of them within a
/// second.
const COLUMNS_PER_PICTURE: usize = 16;

/// What an open window has received of the sound.
pub struct Picture {
    frames: AnalyzerWindow,
    stream: Option<FrameStream>,
    /// The newest frame.
    newest: FrameRows,
    columns: Columns,
    /// What was shown when the picture was frozen.
    frozen: Option<Frozen>,
    texture: SpectrogramTexture,
    /// Grows with every change of the columns that is not a new one.
    generation: u64,
    now: SmoothedFrame,
    /// The activations of the newest frame, `[K]`.
    activations: Vec<f32>,
    clock: ScrollClock,
    map: ColourMap,
    colours: Vec<Color32>,
    names: Vec<String>,
    badges: Vec<String>,
    /// When the window was drawn last, in seconds.
    drawn_at: Option<f64>,
    /// When a frame came last, in seconds.
    came_at: f64,
}

/// The last seconds as they were.
struct Frozen {
    columns: Columns,
    /// The time at the edge, in seconds of the stream, and the distance between two columns.
    edge_s: f64,
    step_s: Option<f64>,
    /// The stretch that the columns show, and with which gains.
    stretch: Option<(Arc<StretchView>, [f32; MAX_SOURCES])>,
    /// Gains that the columns do not show yet, and when they were seen first, in seconds.
    moving: Option<([f32; MAX_SOURCES], f64)>,
    /// The columns that will take the place of those that are shown.
    coming: Option<StretchColumns>,
}

impl Frozen {
    /// Where the host's music was `ago` seconds before the edge.
    fn musical_time(&self, ago: f64) -> Option<MusicalTime> {
        let at = (self.edge_s - ago) / self.step_s?;
        let column = at.round();
        let time = self.columns.musical_time((column >= 0.0).then_some(column as u64)?)?;
        Some(time.later((at - column) * self.step_s?))
    }

    /// Whether `stretch`, of which `gains` are left, is not what is shown, and its knobs have come to rest. It is
    /// `now`, in seconds.
    fn wants(&mut self, stretch: &Arc<StretchView>, gains: [f32; MAX_SOURCES], now: f64) -> bool {
        let shown = self.stretch.as_ref().filter(|(shown, _)| Arc::ptr_eq(shown, stretch));
        let Some((_, before)) = shown else { return true };
        if *before == gains {
            self.moving = None;
            return false;
        }
        let (moving, since) = *self.moving.get_or_insert((gains, now));
        if moving != gains {
            self.moving = Some((gains, now));
        }
        moving == gains && now - since >= REST_S
    }

    /// Where the bars of the host's music begin, in seconds before the edge, the oldest first, with their numbers.
    fn bars(&self) -> Vec<(f64, i32)> {
        let Some(step_s) = self.step_s else { return Vec::new() };
        let lines = music::lines(SECONDS, self.edge_s, step_s, |column| self.columns.musical_time(column));
        lines.iter().filter_map(|line| Some((line.seconds, line.bar?))).collect()
    }
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

/// Takes in the frames that have come, and draws the picture in `rect`, if there is space for it. The source `lit`
/// keeps its colour while the others are grey. Returns whether the picture moves, and what is asked for.
pub fn draw(
    ui: &mut Ui,
    rect: Option<Rect>,
    snapshot: &EditorSnapshot,
    own: &mut PictureState,
    lit: Option<usize>,
) -> (bool, Vec<Asked>) {
    let picture = of(ui.ctx(), snapshot.analyzer);
    let mut picture = lock(&picture);
    picture.set_sources(snapshot.summary());
    let now = ui.input(|input| input.time);
    picture.advance(now);
    own.take_file(snapshot.stretch.as_deref());
    picture.freeze(own);
    let stretch = snapshot.stretch.as_ref().filter(|stretch| own.shows(stretch));
    picture.take_stretch(stretch, snapshot.gains(), now);
    own.activations.clone_from(&picture.activations);
    let mut asked: Vec<Asked> = painting::follow_freeze(own).into_iter().collect();
    if let Some(rect) = rect {
        let stretch = stretch.map(Arc::as_ref);
        let is_paintable = stretch.is_some_and(|stretch| stretch.sources == picture.names.len());
        let tools = |width| painting::tools_height(width, picture.names.len()).filter(|_| is_paintable);
        let layout = &PictureLayout::new(rect, own.view.range, own.is_frozen, tools);
        let paints = stretch.is_some() && own.painting.paints();
        let (canvas, held) = picture.show(ui, layout, own, lit, paints);
        let bars = || picture.frozen.as_ref().map(Frozen::bars).unwrap_or_default();
        asked.extend(painting::draw(ui, (&canvas, layout), stretch, (&picture.names, &picture.colours), bars, own));
        if let Some(sign) = layout.sign {
            head::draw_frozen(ui, sign, own);
        }
        asked.extend(held);
        let is_empty = picture.stream.is_none() && snapshot.learning.take.is_none();
        if is_empty && rect.height() >= INVITES_FROM {
            let font = theme::font(theme::BODY);
            ui.painter().text(layout.spectrogram.rect.center(), Align2::CENTER_CENTER, INVITATION, font, SCREEN.weak);
        }
    }
    (picture.is_moving(own) || (rect.is_some() && picture.texture.is_behind()), asked)
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
            columns: Columns::default(),
            frozen: None,
            texture: SpectrogramTexture::default(),
            generation: 0,
            now: SmoothedFrame::default(),
            activations: Vec::new(),
            clock: ScrollClock::default(),
            map: ColourMap::new(std::iter::empty()),
            colours: Vec::new(),
            names: Vec::new(),
            badges: Vec::new(),
            drawn_at: None,
            came_at: f64::NEG_INFINITY,
        }
    }

    /// The sources are those of `summary`.
    fn set_sources(&mut self, summary: &Summary) {
        let colours: Vec<Color32> = summary.strips.iter().map(|strip| SCREEN.source(strip.colour)).collect();
        let names: Vec<String> = summary.strips.iter().map(|strip| strip.display_name()).collect();
        if names == self.names && colours == self.colours {
            return;
        }
        self.map = ColourMap::new(colours.iter().copied());
        self.columns.set_sources(colours.len(), self.map.ground());
        if let Some(frozen) = &mut self.frozen {
            frozen.columns.forget_shares();
            frozen.coming = None;
        }
        self.generation += 1;
        (self.colours, self.names, self.badges) = (colours, names, badges(summary));
    }

    /// Takes in the frames that have come. It is `now`, in seconds.
    fn advance(&mut self, now: f64) {
        let elapsed = (now - self.drawn_at.replace(now).unwrap_or(now)).clamp(0.0, 1.0);
        self.now.fall(elapsed as f32);
        let Self { frames, stream, newest, columns, generation, now: smoothed, clock, map, activations, .. } = self;
        let mut came = false;
        frames.each(|frame| {
            came = true;
            if !stream.as_ref().is_some_and(|stream| stream.continues_with(frame)) {
                columns.clear();
                columns.set_sources(map.sources(), map.ground());
                *generation += 1;
                *clock = ScrollClock::default();
                *stream = Some(FrameStream::of(frame));
            }
            let Some(stream) = stream.as_mut() else { return };
            let column = stream.column_of(frame);
            newest.take(frame, &stream.rows);
            columns.take(column, newest, map);
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

    /// Keeps what is shown, or lets it go, as `state` says.
    fn freeze(&mut self, state: &mut PictureState) {
        if state.is_frozen && self.frozen.is_none() {
            self.frozen = Some(Frozen {
                columns: self.columns.clone(),
                edge_s: self.clock.shown(),
                step_s: self.stream.as_ref().map(|stream| stream.step_s),
                stretch: None,
                moving: None,
                coming: None,
            });
            let edge = self.stream.as_ref().map(|stream| stream.edge(&self.clock));
            state.part = state.part.or(edge.map(|end| FrozenPart::Heard { end }));
            self.generation += 1;
        }
        if !state.is_frozen && self.frozen.take().is_some() {
            state.part = None;
            self.generation += 1;
        }
    }

    /// Shows a frozen stretch as it comes apart, once that is known, with what the knobs leave of its sources when they
    /// have come to rest. It is `now`, in seconds.
    fn take_stretch(&mut self, stretch: Option<&Arc<StretchView>>, gains: [f32; MAX_SOURCES], now: f64) {
        let (Some(stretch), Some(frozen)) = (stretch, &mut self.frozen) else { return };
        if stretch.sources != self.colours.len() {
            return;
        }
        // What was begun is shown before something newer of the same stretch, which may come with every picture.
        let begun = frozen.coming.take().filter(|coming| coming.stretch.number == stretch.number);
        if begun.is_none() && !frozen.wants(stretch, gains, now) {
            return;
        }
        let Some(mut coming) = begun else {
            frozen.coming = Some(StretchColumns::new(stretch.clone(), gains, &self.map));
            return;
        };
        // A file is not of the host's music.
        let is_heard = stretch.origin != StretchOrigin::File;
        let time = |ago: f64| frozen.musical_time(ago).filter(|_| is_heard);
        if !coming.make(COLUMNS_PER_PICTURE, &self.map, time) {
            frozen.coming = Some(coming);
            return;
        }
        let (edge_s, step_s) = (coming.edge_s(), Some(coming.stretch.grid.step_seconds));
        let StretchColumns { stretch, gains, columns, .. } = coming;
        let stretch = Some((stretch, gains));
        *frozen = Frozen { columns, edge_s, step_s, stretch, moving: None, coming: None };
        self.generation += 1;
    }

    /// The columns that are shown, the time at their edge in seconds of the stream, and their distance in seconds.
    fn shown_columns(&self) -> (&Columns, f64, Option<f64>) {
        match &self.frozen {
            Some(frozen) => (&frozen.columns, frozen.edge_s, frozen.step_s),
            None => (&self.columns, self.clock.shown(), self.stream.as_ref().map(|stream| stream.step_s)),
        }
    }

    fn is_moving(&self, state: &PictureState) -> bool {
        let comes = self.drawn_at.is_some_and(|now| now - self.came_at < STALE_S);
        let columns = self.stream.as_ref().map_or(0.0, |stream| SECONDS / stream.step_s);
        let scrolls = !state.is_frozen
            && (comes || self.clock.is_behind())
            && self.columns.shows_something(state.shown, columns as u64);
        let is_coming = self.frozen.as_ref().is_some_and(|frozen| frozen.coming.is_some() || frozen.moving.is_some());
        scrolls || is_coming || self.now.is_heard()
    }

    fn show(
        &mut self,
        ui: &Ui,
        layout: &PictureLayout,
        state: &mut PictureState,
        lit: Option<usize>,
        paints: bool,
    ) -> (Response, Option<Asked>) {
        let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
        let edge = Stroke::new(1.0, ui.colours().edge);
        ui.painter().rect(layout.card, corners, ui.colours().card, edge, StrokeKind::Inside);
        for plot in [layout.spectrogram, layout.masks, layout.output] {
            ui.painter().rect_filled(plot.rect, CornerRadius::same(3), SCREEN.well);
        }
        let named = self.names.iter().zip(&self.badges).zip(&self.colours);
        let legend: Vec<LegendEntry> =
            named.map(|((name, badge), colour)| LegendEntry { name, badge, colour: *colour }).collect();
        scales::control(ui, layout, state);
        let pointed = layout.head.and_then(|head| head::draw(ui, head, &self.map, &legend, lit, state));
        let lit = pointed.or(lit).filter(|lit| *lit < self.colours.len());
        self.draw_spectrogram(ui, layout, state, lit);
        let within = |rect| ui.painter().with_clip_rect(rect);
        masks::draw(&within(layout.masks.rect), &layout.masks, &self.now, &self.colours, lit);
        output::draw(&within(layout.output.rect), &layout.output, &self.now, &self.map, lit);
        scales::draw_frequencies(ui.painter(), layout);
        let described = self.describe(ui, layout, state, paints);
        if layout.head.is_none() {
            head::draw_full(ui, layout.button, state);
        }
        described
    }

    fn draw_spectrogram(&mut self, ui: &Ui, layout: &PictureLayout, state: &PictureState, lit: Option<usize>) {
        let is_frozen = self.frozen.is_some();
        let look = Look { shown: state.shown, lit, is_frozen, generation: self.generation };
        let columns = self.frozen.as_ref().map_or(&self.columns, |frozen| &frozen.columns);
        let texture = self.texture.update(ui.ctx(), columns, look, &self.map);
        let (columns, edge_s, step_s) = self.shown_columns();
        if let Some(step_s) = step_s {
            let rect = layout.spectrogram.rect;
            ui.painter().add(spectrogram::mesh(texture, rect, state.view, edge_s, step_s));
            let back_s = state.view.back_s + state.view.span_s;
            let lines = music::lines(back_s, edge_s, step_s, |column| columns.musical_time(column));
            scales::draw_music(ui.painter(), layout, &lines, &state.view);
        }
        scales::draw_times(ui.painter(), layout, &state.view, is_frozen);
    }
}
