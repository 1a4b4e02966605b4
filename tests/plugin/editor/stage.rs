//! A stage for the interface: a host that records gestures, a session, and hands.

use crossbeam_channel::Receiver;
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, UiBuilder, Vec2, vec2};
use egui_kittest::{Harness, kittest::Queryable};
use nice_plug::{
    context::{PluginApi, gui::GuiContext},
    prelude::{GuiContextInner, Param, ParamPtr, PluginState},
};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};
use unbraid::{
    editor::{EditorState, draw, theme},
    instance::{
        command::Request,
        params::UnbraidParams,
        project::stored_preset::PresetField,
        session::{Activity, Playing, Session},
        state::summary::{Origin, Strip, Summary},
        worker::browsing::Browse,
    },
    preset::{
        Kind, Knobs, PALETTE,
        library::{Entry, Library, Listing},
    },
    separator::LatencyMode,
};

/// What a host was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Told {
    Begin(ParamPtr),
    Set(ParamPtr, f32),
    End(ParamPtr),
    Restart,
}

/// A host that does at once what it is told, and remembers it.
#[derive(Default)]
pub(super) struct Host {
    told: Mutex<Vec<Told>>,
    /// It does nothing yet, as a host with large blocks.
    pub(super) is_late: AtomicBool,
}

impl Host {
    pub(super) fn told(&self) -> MutexGuard<'_, Vec<Told>> {
        self.told.lock().unwrap()
    }
}

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.told().push(Told::Begin(param));
    }
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        if !self.is_late.load(SeqCst) {
            // SAFETY: the stage holds the parameters for as long as the interface that set them.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
        self.told().push(Told::Set(param, normalized));
    }
    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.told().push(Told::End(param));
    }
    fn get_state(&self) -> PluginState {
        unreachable!("the editor does not read the state")
    }
    fn set_state(&self, _state: PluginState) {
        unreachable!("the editor does not write the state")
    }
    fn request_restart(&self) {
        self.told().push(Told::Restart);
    }
}

pub(super) const DEFAULT: Vec2 = unbraid::editor::layout::DEFAULT_SIZE;
pub(super) const SMALLEST: Vec2 = unbraid::editor::layout::MIN_SIZE;

/// Names of sources, eight of them.
pub(super) const NAMES: [&str; 8] = ["drums", "bass", "guitar", "piano", "strings", "vocals", "synth", "room & rest"];

/// A preset of `count` sources, without its numbers.
pub(super) fn summary(count: usize) -> Summary {
    let strip = |i: usize| Strip {
        name: NAMES[i].to_owned(),
        colour: PALETTE[i],
        kind: Kind::Fixed,
        components: 25,
        learned_from: vec![format!("{}_take1.flac", NAMES[i])],
    };
    let title = if count == 2 { "Drums + Bass".to_owned() } else { format!("{count} sources") };
    Summary {
        origin: Origin::Factory(title.clone()),
        title,
        strips: (0..count).map(strip).collect(),
        changed: false,
        knobs: vec![Knobs::default(); count],
    }
}

/// The file of a user's preset.
pub(super) fn file(name: &str) -> PathBuf {
    format!("/presets/{name}.unbraid.safetensors").into()
}

/// A preset of the user's, or of the factory's.
pub(super) fn listing(name: &str, path: Option<PathBuf>, sources: &[&str]) -> Listing {
    let sources = sources.iter().map(|name| (*name).to_owned()).collect();
    Listing { entry: Entry { name: name.to_owned(), path }, sources, trouble: None }
}

/// Two factory presets, of which the second one plays, and one of the user's.
pub(super) fn library() -> Library {
    Library {
        factory: vec![
            listing("2 kits", None, &["drums", "percussion"]),
            listing("Drums + Bass", None, &["drums", "bass"]),
        ],
        user: vec![listing("My band", Some(file("My band")), &["drums", "bass", "vocals"])],
        recent: vec![listing("My band", Some(file("My band")), &["drums", "bass", "vocals"])],
        origin_missing: false,
    }
}

/// The interface on its stage.
pub(super) struct Stage {
    pub(super) params: Arc<UnbraidParams>,
    pub(super) session: Arc<Session>,
    pub(super) inbox: Receiver<Request>,
    pub(super) host: Arc<Host>,
    pub(super) harness: Harness<'static>,
}

impl Stage {
    /// `count` sources in a window of this size, playing in Quality at 44.1 kHz.
    pub(super) fn new(count: usize, size: Vec2) -> Self {
        Self::with_state(count, size, EditorState::default())
    }

    /// Two sources, and presets to choose from.
    pub(super) fn with_library(size: Vec2) -> Self {
        let stage = Self::new(2, size);
        stage.session.browsing.set_library(library());
        stage
    }

    pub(super) fn with_state(count: usize, size: Vec2, state: EditorState) -> Self {
        Self::scaled(count, size, 1.0, state)
    }

    /// The same on a screen with `scale` pixels per point.
    pub(super) fn scaled(count: usize, size: Vec2, scale: f32, state: EditorState) -> Self {
        let params = Arc::new(UnbraidParams::new(PresetField::default()));
        let (session, inbox) = Session::new(summary(count));
        session.set_playing(Playing { mode: LatencyMode::Quality, latency_samples: 3584, sample_rate: 44_100.0 });
        Self::open(params, session, inbox, size, scale, state)
    }

    /// A new window of the instance that `before` shows.
    pub(super) fn reopened(before: &Self) -> Self {
        let size = before.harness.ctx.content_rect().size();
        let inbox = before.inbox.clone();
        Self::open(before.params.clone(), before.session.clone(), inbox, size, 1.0, EditorState::default())
    }

    fn open(
        params: Arc<UnbraidParams>,
        session: Arc<Session>,
        inbox: Receiver<Request>,
        size: Vec2,
        scale: f32,
        mut state: EditorState,
    ) -> Self {
        let host = Arc::new(Host::default());
        let gui = GuiContext::new(host.clone());
        let (their_params, their_session) = (params.clone(), session.clone());
        let harness = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(scale)
            .with_step_dt(1.0 / 60.0)
            .with_context_setup(theme::install)
            .build_ui(move |ui| {
                // The harness leaves a margin; a plugin's window has none.
                let window = ui.ctx().content_rect();
                let mut whole = ui.new_child(UiBuilder::new().max_rect(window));
                whole.set_clip_rect(window);
                draw(&mut whole, &their_params, &their_session, &gui, &mut state);
            });
        Self { params, session, inbox, host, harness }
    }

    /// The place of the control of this name.
    pub(super) fn place(&self, name: &str) -> Rect {
        self.harness.get_by_label(name).rect()
    }

    pub(super) fn centre(&self, name: &str) -> Pos2 {
        self.place(name).center()
    }

    /// What the screen reader says of the control of this name.
    pub(super) fn spoken(&self, name: &str) -> String {
        self.harness.get_by_label(name).value().unwrap_or_default()
    }

    pub(super) fn shows(&self, text: &str) -> bool {
        self.harness.query_by_label_contains(text).is_some()
    }

    pub(super) fn event(&mut self, event: Event) {
        self.harness.event(event);
        self.harness.step();
    }

    pub(super) fn hold(&mut self, modifiers: Modifiers) {
        self.event(Event::ModifiersChanged(modifiers));
    }

    pub(super) fn move_to(&mut self, at: Pos2) {
        self.event(Event::PointerMoved(at));
    }

    pub(super) fn button(&mut self, at: Pos2, pressed: bool, modifiers: Modifiers) {
        self.event(Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers });
    }

    pub(super) fn press(&mut self, at: Pos2) {
        self.move_to(at);
        self.button(at, true, Modifiers::NONE);
    }

    pub(super) fn release(&mut self, at: Pos2) {
        self.button(at, false, Modifiers::NONE);
    }

    /// Drags from the middle of the control of this name, downwards by `way` points.
    pub(super) fn drag(&mut self, name: &str, way: f32) {
        let from = self.centre(name);
        self.press(from);
        for i in 1..=10 {
            self.move_to(from + vec2(0.0, way * i as f32 / 10.0));
        }
        self.release(from + vec2(0.0, way));
    }

    pub(super) fn click(&mut self, name: &str) {
        let at = self.centre(name);
        self.press(at);
        self.release(at);
        self.harness.step();
    }

    pub(super) fn wheel(&mut self, name: &str, notches: f32, modifiers: Modifiers) {
        let at = self.centre(name);
        self.move_to(at);
        self.event(Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, notches),
            phase: egui::TouchPhase::Move,
            modifiers,
            source: egui::MouseWheelSource::Unknown,
        });
    }

    pub(super) fn key(&mut self, key: Key, modifiers: Modifiers) {
        for pressed in [true, false] {
            self.event(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers });
        }
    }

    /// Clicks the number of the control of this name, types, and presses `last`.
    pub(super) fn type_into(&mut self, field: &str, text: &str, last: Key) {
        self.click(field);
        self.harness.step();
        self.event(Event::Text(text.to_owned()));
        self.key(last, Modifiers::NONE);
        self.harness.step();
    }

    /// Lets this much time go by.
    pub(super) fn wait(&mut self, seconds: f32) {
        self.harness.run_steps((seconds * 60.0).ceil() as usize);
    }

    /// What was asked of the worker since the last question, but for reading the library. It is done by then.
    pub(super) fn asked(&self) -> Vec<Request> {
        if matches!(self.session.activity(), Activity::Loading(_)) {
            self.session.set_activity(Activity::Idle);
        }
        self.inbox.try_iter().filter(|request| *request != Request::Browse(Browse::Read)).collect()
    }

    /// What the host was told of `param` since the last question, in order.
    pub(super) fn told_of(&self, param: &impl Param) -> Vec<Told> {
        let ptr = param.as_ptr();
        let mut told = self.host.told();
        let of_it = |told: &Told| matches!(told, Told::Begin(p) | Told::Set(p, _) | Told::End(p) if *p == ptr);
        let answer = told.iter().copied().filter(of_it).collect();
        told.retain(|told| !of_it(told));
        answer
    }
}

/// Asserts that `told` is one gesture: begin, at least one set, end.
#[track_caller]
pub(super) fn assert_one_gesture(told: &[Told]) {
    let whole = matches!(told, [Told::Begin(_), sets @ .., Told::End(_)]
        if !sets.is_empty() && sets.iter().all(|told| matches!(told, Told::Set(..))));
    assert!(whole, "not one whole gesture: {told:?}");
}
