//! What the editor reads of an instance, and its way to ask for something.
//!
//! The worker and the host's main thread write here, the editor reads. The audio thread cannot name it; the meters and
//! the analyzer's frames come from there, and what somebody holds goes there.

use super::{
    analyzer::AnalyzerWindows,
    command::{Command, SentCommand},
    host_menu::HostMenu,
    project::{playback::Playback, version::Version},
    repaint::Repaint,
    state::{
        audio_status::AudioStatus,
        dragged_stem::DraggedStem,
        heard_preset::HeardPreset,
        learn_state::LearnState,
        message::Message,
        options::{AdaptOptions, LearnOptions, Options},
        preferences::Preferences,
        preset_sources::PresetSources,
        ranks::Ranks,
        stretch_view::StretchView,
        summary::Summary,
        undo_view::UndoView,
    },
};
use crate::{
    preset::library::{Library, Trashed},
    realtime::wires::{audition::HeldAudition, meters::Meters, stretch::StretchControl},
};
use crossbeam_channel::{Receiver, Sender, unbounded};
use parking_lot::Mutex;
use std::sync::Arc;

/// Shared by an instance's threads, except the audio thread.
pub struct Session {
    /// Levels for the editor.
    pub meters: Arc<Meters>,
    /// What somebody holds in an open editor, and alone is heard.
    pub audition: Arc<HeldAudition>,
    /// Which frozen stretch is heard in a loop, and where it is.
    pub stretch_control: Arc<StretchControl>,
    /// Frames for the editor.
    pub analyzer: AnalyzerWindows,
    /// Asks an open editor to draw.
    pub repaint: Repaint,
    /// The host's entries in the menus of parameters.
    pub host_menu: HostMenu,
    playback: Arc<Playback>,
    options: Arc<Mutex<Options>>,
    shown: Mutex<Shown>,
    commands: Sender<SentCommand>,
}

/// What the worker and the main thread have to show.
#[derive(Debug, Default)]
struct Shown {
    message: Message,
    learning: LearnState,
    undo: UndoView,
    audio: AudioStatus,
    library: Arc<Library>,
    ranks: Arc<Ranks>,
    heard_preset: Option<HeardPreset>,
    deleted: Option<Trashed>,
    preset_sources: Option<Arc<PresetSources>>,
    stretch: Option<Arc<StretchView>>,
    dragged_stem: Option<DraggedStem>,
    preferences: Preferences,
}

impl Session {
    /// A session of what `playback` plays, and the worker's end of its commands.
    pub fn new(playback: Arc<Playback>) -> (Arc<Self>, Receiver<SentCommand>) {
        let (commands, inbox) = unbounded();
        let session = Self {
            meters: Arc::default(),
            audition: Arc::default(),
            stretch_control: Arc::default(),
            analyzer: AnalyzerWindows::default(),
            repaint: Repaint::default(),
            host_menu: HostMenu::default(),
            playback,
            options: Arc::default(),
            shown: Mutex::default(),
            commands,
        };
        (Arc::new(session), inbox)
    }

    /// Asks the worker for something. Returns at once; what comes of it is seen here.
    pub fn send(&self, command: impl Into<Command>) {
        // The receiver lives as long as the plugin; after that nobody is left to be told.
        let _ = self.commands.send(SentCommand { command: command.into(), projects: self.playback.projects() });
    }

    /// Lets the worker look at what the host has left.
    pub fn look(&self) {
        self.send(Command::Look);
    }

    /// What plays.
    pub fn version(&self) -> Arc<Version> {
        self.playback.version()
    }

    /// The preset that plays, without its numbers.
    pub fn summary(&self) -> Arc<Summary> {
        self.version().summary.clone()
    }

    /// What the worker says.
    pub fn message(&self) -> Message {
        self.shown.lock().message.clone()
    }

    /// What is being captured and learned.
    pub fn learning(&self) -> LearnState {
        self.shown.lock().learning
    }

    /// What can be undone and redone.
    pub fn undo_view(&self) -> UndoView {
        self.shown.lock().undo.clone()
    }

    /// How the audio thread runs.
    pub fn audio_status(&self) -> AudioStatus {
        self.shown.lock().audio
    }

    /// The presets there are, as they were read last.
    pub fn library(&self) -> Arc<Library> {
        self.shown.lock().library.clone()
    }

    /// How well the presets fit what was heard, as they were looked at last.
    pub fn ranks(&self) -> Arc<Ranks> {
        self.shown.lock().ranks.clone()
    }

    /// The preset that is heard though it does not play.
    pub fn heard_preset(&self) -> Option<HeardPreset> {
        self.shown.lock().heard_preset.clone()
    }

    /// What was deleted last, while it can be brought back.
    pub fn deleted(&self) -> Option<Trashed> {
        self.shown.lock().deleted.clone()
    }

    /// The sources of the preset that was asked for last.
    pub fn preset_sources(&self) -> Option<Arc<PresetSources>> {
        self.shown.lock().preset_sources.clone()
    }

    /// The stretch that is frozen, taken apart under the marks on it.
    pub fn stretch(&self) -> Option<Arc<StretchView>> {
        self.shown.lock().stretch.clone()
    }

    /// The stem that was saved last to be dragged out of a window.
    pub fn dragged_stem(&self) -> Option<DraggedStem> {
        self.shown.lock().dragged_stem.clone()
    }

    /// What was chosen for every window.
    pub fn preferences(&self) -> Preferences {
        self.shown.lock().preferences
    }

    /// How to capture and learn from now on.
    pub fn learn_options(&self) -> LearnOptions {
        self.with_options(|options| options.learn.within_limits())
    }

    /// Editor: how to capture and learn from now on.
    pub fn set_learn_options(&self, learn: LearnOptions) {
        self.with_options(|options| options.learn = learn);
        self.look();
    }

    /// How adaptive sources follow the mixture from now on.
    pub fn adapt_options(&self) -> AdaptOptions {
        self.with_options(|options| options.adapt)
    }

    /// Editor: how adaptive sources follow the mixture from now on.
    pub fn set_adapt_options(&self, adapt: AdaptOptions) {
        self.with_options(|options| options.adapt = adapt);
        self.look();
    }

    /// Worker: how many seconds of sound adaptive sources learn from, from now on.
    pub fn set_memory_seconds(&self, seconds: f32) {
        self.with_options(|options| options.adapt.memory_seconds = seconds);
    }

    fn with_options<T>(&self, act: impl FnOnce(&mut Options) -> T) -> T {
        act(&mut self.options.lock())
    }

    /// The options, as the project stores them.
    pub fn options(&self) -> Arc<Mutex<Options>> {
        self.options.clone()
    }

    /// Worker, or main thread on activation: what it says.
    pub fn set_message(&self, message: Message) {
        self.show(|shown| &mut shown.message, message);
    }

    /// Worker: what is being captured and learned.
    pub fn set_learning(&self, state: LearnState) {
        self.show(|shown| &mut shown.learning, state);
    }

    /// Worker: what can be undone and redone.
    pub fn set_undo_view(&self, view: UndoView) {
        self.show(|shown| &mut shown.undo, view);
    }

    /// Host's main thread, on activation: how the audio thread will run. The editor draws in any case: an activation
    /// may have put a project's preset in force.
    pub fn set_audio_status(&self, status: AudioStatus) {
        self.shown.lock().audio = status;
        self.repaint.request();
    }

    /// Worker: the presets there are.
    pub fn set_library(&self, library: Library) {
        self.shown.lock().library = Arc::new(library);
        self.repaint.request();
    }

    /// Worker: how well the presets fit what was heard.
    pub fn set_ranks(&self, ranks: Ranks) {
        self.show(|shown| &mut shown.ranks, Arc::new(ranks));
    }

    /// Worker: the preset that is heard though it does not play.
    pub fn set_heard_preset(&self, heard: Option<HeardPreset>) {
        self.show(|shown| &mut shown.heard_preset, heard);
    }

    /// Worker: what was deleted last.
    pub fn set_deleted(&self, deleted: Option<Trashed>) {
        self.show(|shown| &mut shown.deleted, deleted);
    }

    /// Worker: the sources of the preset that was asked for.
    pub fn set_preset_sources(&self, sources: Option<PresetSources>) {
        self.show(|shown| &mut shown.preset_sources, sources.map(Arc::new));
    }

    /// Worker: the stretch that is frozen.
    pub fn set_stretch(&self, stretch: Option<StretchView>) {
        self.shown.lock().stretch = stretch.map(Arc::new);
        self.repaint.request();
    }

    /// Worker: the stem that was to be dragged out of a window.
    pub fn set_dragged_stem(&self, stem: DraggedStem) {
        self.show(|shown| &mut shown.dragged_stem, Some(stem));
    }

    /// Worker: what was chosen for every window.
    pub fn set_preferences(&self, preferences: Preferences) {
        self.show(|shown| &mut shown.preferences, preferences);
    }

    /// Puts `value` where the editor sees it, and wakes the editor if it is new.
    fn show<T: PartialEq>(&self, place: impl FnOnce(&mut Shown) -> &mut T, value: T) {
        let mut shown = self.shown.lock();
        let place = place(&mut shown);
        let is_new = *place != value;
        *place = value;
        drop(shown);
        if is_new {
            self.repaint.request();
        }
    }
}
