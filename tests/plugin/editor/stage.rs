//! A stage for the interface: a host, a session, and hands.

use super::host::{Host, Told};
use crossbeam_channel::Receiver;
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, UiBuilder, Vec2, vec2};
use egui_kittest::{Harness, kittest::Queryable};
use nice_plug::{context::gui::GuiContext, prelude::Param};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
    sync::{Arc, LazyLock},
};
use tempfile::TempDir;
use unbraid::{
    editor::{EditorState, draw, theme, window::input::InputQueue},
    instance::{
        command::{Command, LibraryCommand, SentCommand, UndoCommand},
        host_params::{HostParams, ParamChanges},
        param_id::ParamId,
        params::UnbraidParams,
        project::{
            playback::{Basis, Playback},
            version::Version,
        },
        session::Session,
        state::{
            audio_status::AudioStatus,
            preferences::Theme,
            summary::{Origin, Strip, Summary},
        },
        worker::{Worker, context::Context},
    },
    learner::adaptive::AdaptiveState,
    preset::{
        About, Kind, Knobs, PALETTE, Preset,
        library::{Entry, Library, Listing},
    },
    realtime::wires,
    separator::LatencyMode,
};

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
        role: None,
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
        play: None,
    }
}

/// The file of a user's preset.
pub(super) fn file(name: &str) -> PathBuf {
    format!("/presets/{name}.unbraid.safetensors").into()
}

/// A preset of the user's, or of the factory's.
pub(super) fn listing(name: &str, path: Option<PathBuf>, sources: &[&str]) -> Listing {
    let sources = sources.iter().map(|name| (*name).to_owned()).collect();
    Listing { entry: Entry { name: name.to_owned(), path }, sources, about: About::default(), trouble: None }
}

/// The folder that stems are saved in: one for all tests of a process.
pub(super) fn stems_folder() -> &'static Path {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        // SAFETY: the standard library locks the environment, and no C code that reads it runs here.
        unsafe { std::env::set_var(unbraid::preset::library::stems::STEMS_VARIABLE, folder.path()) };
        folder
    });
    FOLDER.path()
}

/// Two factory presets, of which the second one plays, and one of the user's.
pub(super) fn library() -> Library {
    Library {
        factory: vec![
            listing("2 kits", None, &["drums", "percussion"]),
            listing("Drums + Bass", None, &["drums", "bass"]),
        ],
        instruments: Vec::new(),
        user: vec![listing("My band", Some(file("My band")), &["drums", "bass", "vocals"])],
        recent: vec![listing("My band", Some(file("My band")), &["drums", "bass", "vocals"])],
        favourites: Vec::new(),
        origin_missing: false,
    }
}

/// One instance of the plugin, which is not active.
#[derive(Clone)]
struct Instance {
    params: Arc<UnbraidParams>,
    playback: Arc<Playback>,
    session: Arc<Session>,
    inbox: Receiver<SentCommand>,
    /// Carries out what is sent, after every frame.
    worker: Option<Rc<RefCell<StageWorker>>>,
}

/// A worker without a thread, and the host's end of its way there.
struct StageWorker {
    worker: Worker,
    changes: ParamChanges,
    /// It is busy: what is sent waits.
    is_busy: bool,
}

impl Instance {
    /// `summary` is shown of a preset without bases, in Quality at 44.1 kHz.
    fn new(summary: Summary) -> Self {
        let empty = Version::new(Arc::new(Preset::of(Vec::new())), "", "", Origin::New);
        let playback = Playback::new(Arc::new(empty.described(summary)));
        let params = Arc::new(UnbraidParams::new(playback.clone()));
        let (session, inbox) = Session::new(playback.clone());
        let (mode, sample_rate) = (LatencyMode::Quality, 44_100.0);
        session.set_audio_status(AudioStatus { mode, latency_samples: 3584, sample_rate });
        Self { params, playback, session, inbox, worker: None }
    }

    /// The same with a worker.
    fn with_worker(self) -> Self {
        let (params, changes) = HostParams::new(self.params.clone());
        let context =
            Context::new(self.playback.clone(), self.session.clone(), Arc::default(), wires::connect().1, params);
        let mut worker = Worker::new(context);
        worker.look();
        Self { worker: Some(Rc::new(RefCell::new(StageWorker { worker, changes, is_busy: false }))), ..self }
    }

    /// Lets the worker, if there is one, carry out what was sent.
    fn serve(&self) {
        if let Some(worker) = &self.worker {
            let StageWorker { worker, is_busy: false, .. } = &mut *worker.borrow_mut() else { return };
            self.inbox.try_iter().for_each(|sent| worker.receive(sent));
            worker.look();
        }
    }
}

/// The interface on its stage.
pub(super) struct Stage {
    pub(super) params: Arc<UnbraidParams>,
    pub(super) playback: Arc<Playback>,
    pub(super) session: Arc<Session>,
    pub(super) inbox: Receiver<SentCommand>,
    pub(super) host: Arc<Host>,
    pub(super) harness: Harness<'static>,
    instance: Instance,
}

impl Stage {
    /// `count` sources in a window of this size, playing in Quality at 44.1 kHz.
    pub(super) fn new(count: usize, size: Vec2) -> Self {
        Self::with_state(count, size, EditorState::default())
    }

    /// Two sources, and presets to choose from.
    pub(super) fn with_library(size: Vec2) -> Self {
        let stage = Self::new(2, size);
        stage.session.set_library(library());
        stage
    }

    /// Two sources, and a worker that carries out what the editor sends after every frame.
    pub(super) fn with_worker(size: Vec2) -> Self {
        Self::with_worker_and(size, EditorState::default())
    }

    /// The same with an editor that remembers `state`.
    pub(super) fn with_worker_and(size: Vec2, state: EditorState) -> Self {
        Self::open(Instance::new(summary(2)).with_worker(), size, 1.0, state)
    }

    pub(super) fn with_state(count: usize, size: Vec2, state: EditorState) -> Self {
        Self::scaled(count, size, 1.0, state)
    }

    /// The same on a screen with `scale` pixels per point.
    pub(super) fn scaled(count: usize, size: Vec2, scale: f32, state: EditorState) -> Self {
        Self::open(Instance::new(summary(count)), size, scale, state)
    }

    /// A new window of the instance that `before` shows.
    pub(super) fn reopened(before: &Self) -> Self {
        let size = before.harness.ctx.content_rect().size();
        Self::open(before.instance.clone(), size, 1.0, EditorState::default())
    }

    fn open(instance: Instance, size: Vec2, scale: f32, mut state: EditorState) -> Self {
        let host = Arc::new(Host::default());
        let gui = GuiContext::new(host.clone());
        let shown = instance.clone();
        let harness = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(scale)
            .with_step_dt(1.0 / 60.0)
            .with_context_setup(|ctx| theme::install(ctx, Theme::Dark))
            .build_ui(move |ui| {
                // The harness leaves a margin; a plugin's window has none.
                let window = ui.ctx().content_rect();
                let mut whole = ui.new_child(UiBuilder::new().max_rect(window));
                whole.set_clip_rect(window);
                draw(&mut whole, &shown.params, &shown.session, &gui, &mut state);
                shown.serve();
            });
        let Instance { params, playback, session, inbox, .. } = instance.clone();
        Self { params, playback, session, inbox, host, harness, instance }
    }

    /// The worker is busy: what is sent waits until it is not.
    pub(super) fn keep_worker_busy(&self, is_busy: bool) {
        self.instance.worker.as_ref().unwrap().borrow_mut().is_busy = is_busy;
    }

    /// `version` plays from the next frame on.
    pub(super) fn put(&self, version: Version) {
        let before = self.playback.version();
        self.playback.replace(Basis::Version(&before), Arc::new(version), None, || {}).unwrap();
    }

    /// What plays is described by `summary` from the next frame on.
    pub(super) fn show(&self, summary: Summary) {
        self.put(self.playback.version().described(summary));
    }

    /// `preset`, which has learned `state`, plays from the next frame on.
    pub(super) fn play(&self, preset: Preset, state: AdaptiveState, title: &str, origin: Origin) {
        self.put(Version::new(Arc::new(preset), "", title, origin).with_adaptive_state(Arc::new(state)));
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

    /// All of `events` reach the window between two frames.
    pub(super) fn happens(&mut self, events: impl IntoIterator<Item = baseview::Event>) {
        let (mut queue, scale) = (InputQueue::default(), self.harness.ctx.pixels_per_point());
        for event in events {
            queue.push(&event, 0.0, scale, || None);
        }
        while !queue.is_empty() {
            let pass = queue.next_pass(0.0);
            let input = self.harness.input_mut();
            (input.events, input.dropped_files) = (pass.events, pass.dropped_files);
            input.hovered_files = pass.hovered_files;
            self.harness.step();
        }
    }

    /// Lets this much time go by.
    pub(super) fn wait(&mut self, seconds: f32) {
        self.harness.run_steps((seconds * 60.0).ceil() as usize);
    }

    /// What was asked of the worker since the last question, but for reading the library, looking, and what it only
    /// writes down in its undo history.
    pub(super) fn asked(&self) -> Vec<Command> {
        let is_asked = |command: &Command| {
            !matches!(
                command,
                Command::Look
                    | Command::ReadPreferences
                    | Command::Library(LibraryCommand::Refresh | LibraryCommand::Rank | LibraryCommand::EndRanking)
                    | Command::Undo(UndoCommand::EndTurn | UndoCommand::Moved(_))
            )
        };
        self.inbox.try_iter().map(|sent| sent.command).filter(is_asked).collect()
    }

    /// Which parameters the worker has set since the last question, in order. The host is told of each.
    pub(super) fn set_by_worker(&self) -> Vec<ParamId> {
        let mut worker = self.instance.worker.as_ref().unwrap().borrow_mut();
        std::iter::from_fn(|| worker.changes.pop()).map(|change| change.param).collect()
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
