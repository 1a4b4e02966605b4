//! What the editor reads at the start of a frame. All reading of the session is in this file; the rooms draw the
//! [`EditorSnapshot`] and nothing else.

use crate::{
    instance::{
        analyzer::AnalyzerWindows,
        host_menu::HostMenu,
        params::UnbraidParams,
        project::version::Version,
        session::Session,
        state::{
            audio_status::AudioStatus,
            dragged_stem::DraggedStem,
            heard_preset::HeardPreset,
            learn_state::LearnState,
            message::Message,
            options::{AdaptOptions, LearnOptions},
            preferences::Preferences,
            preset_sources::PresetSources,
            ranks::Ranks,
            stretch_view::StretchView,
            summary::Summary,
            undo_view::UndoView,
        },
    },
    preset::{
        Cue, Kind, MAX_SOURCES,
        library::{Library, Trashed},
    },
    realtime::wires::{cpu_meter::CpuLoad, meters::Meter},
    separator::{Audition, LatencyMode},
};
use egui::Vec2;
use std::sync::Arc;

/// The state of the window that several rooms need.
#[derive(Debug, Clone, Copy)]
pub struct WindowStatus {
    /// A knob is being dragged.
    pub is_dragging: bool,
    /// A number is being typed.
    pub is_typing: bool,
    /// A stem is dragged out of the window.
    pub is_dragged_out: bool,
    /// The system's file dialog is open.
    pub file_dialog_is_open: bool,
    /// The plugin runs as an application of its own, and no host can restart it.
    pub is_standalone: bool,
    /// No signal has come in for a while.
    pub is_silent: bool,
    /// Blocks of sound were late.
    pub is_overloaded: bool,
    /// The screen that the window is on, in points at 100 %, as far as it is known.
    pub screen: Option<Vec2>,
    /// The scale that everything is drawn at.
    pub scale: f32,
}

/// What the rooms show in one frame.
pub struct EditorSnapshot<'a> {
    /// The parameters, to be read. They are set through the host.
    pub params: &'a UnbraidParams,
    /// Where analyzer frames come from.
    pub analyzer: &'a AnalyzerWindows,
    /// The host's entries in the menus of parameters.
    pub host_menu: &'a HostMenu,
    /// The preset that plays. While a knob is dragged it stays the same, so that the drag ends on the knob it began on.
    pub version: Arc<Version>,
    /// How the audio thread runs.
    pub audio: AudioStatus,
    /// What the worker says.
    pub message: Message,
    /// What is being captured and learned.
    pub learning: LearnState,
    /// What alone is heard, while somebody holds it.
    pub audition: Option<Audition>,
    /// How to learn.
    pub learn_options: LearnOptions,
    /// How adaptive sources follow the mixture.
    pub adapt_options: AdaptOptions,
    /// The presets to choose from.
    pub library: Arc<Library>,
    /// How well they fit what was heard.
    pub ranks: Arc<Ranks>,
    /// The preset that is heard though it does not play.
    pub heard_preset: Option<HeardPreset>,
    /// The preset file that was deleted last and can be brought back.
    pub deleted: Option<Trashed>,
    /// The sources of the preset that was asked for last.
    pub preset_sources: Option<Arc<PresetSources>>,
    /// The stretch that is frozen, taken apart under the marks on it.
    pub stretch: Option<Arc<StretchView>>,
    /// The stem that was saved last to be dragged out of the window.
    pub dragged_stem: Option<DraggedStem>,
    /// What was chosen for every window.
    pub preferences: Preferences,
    /// The undo history.
    pub undo: UndoView,
    /// The window.
    pub window: WindowStatus,
}

impl<'a> EditorSnapshot<'a> {
    /// Reads the session, except its meters and `version`.
    pub fn read(params: &'a UnbraidParams, session: &'a Session, version: Arc<Version>, window: WindowStatus) -> Self {
        Self {
            params,
            analyzer: &session.analyzer,
            host_menu: &session.host_menu,
            version,
            audio: session.audio_status(),
            message: session.message(),
            learning: session.learning(),
            audition: session.audition.now(),
            learn_options: session.learn_options(),
            adapt_options: session.adapt_options(),
            library: session.library(),
            ranks: session.ranks(),
            heard_preset: session.heard_preset(),
            deleted: session.deleted(),
            preset_sources: session.preset_sources(),
            stretch: session.stretch(),
            dragged_stem: session.dragged_stem(),
            preferences: session.preferences(),
            undo: session.undo_view(),
            window,
        }
    }

    /// What is left of each source in the main output, as in
    /// [`AnalyzerFrame::gains`](crate::separator::AnalyzerFrame::gains).
    pub fn gains(&self) -> [f32; MAX_SOURCES] {
        self.params.settings().controls(self.summary().strips.len()).source_factors()
    }

    /// Title, origin and strips of the preset that plays.
    pub fn summary(&self) -> &Summary {
        &self.version.summary
    }

    /// The latency mode that the parameter asks for, if it is not the one in force. Before the first activation no mode
    /// is in force, and none is pending.
    pub fn pending_mode(&self) -> Option<LatencyMode> {
        let wanted = LatencyMode::from(self.params.mode.value());
        (self.audio.sample_rate > 0.0 && wanted != self.audio.mode).then_some(wanted)
    }

    /// The latency mode that the preset was tuned for, if the parameter asks for another. It is not switched to: see
    /// `instance::worker::preset_settings`.
    pub fn other_tuned_mode(&self) -> Option<LatencyMode> {
        let tuned = self.summary().play?.mode;
        (tuned != LatencyMode::from(self.params.mode.value())).then_some(tuned)
    }

    /// Whether the state can be undone, redone or switched now: no knob is dragged, and no preset is being loaded.
    pub fn is_exchangeable(&self) -> bool {
        !self.window.is_dragging && !matches!(self.message, Message::Loading(_))
    }

    /// Whether the source of strip `index`, or one of its bases, is heard; `None` if nothing is held, or a band.
    pub fn is_auditioned(&self, index: usize) -> Option<bool> {
        if self.heard_preset.is_some() {
            // It is none of the strips' sources that is heard.
            return None;
        }
        match self.audition? {
            Audition::Source(source) | Audition::Basis { source, .. } => Some(source == index),
            Audition::Band { .. } => None,
        }
    }

    /// Whether several adaptive strips share the bases that nobody taught.
    pub fn shares_components(&self) -> bool {
        self.summary().strips.iter().filter(|strip| strip.kind == Kind::Adaptive).count() > 1
    }

    /// By which cue they share them.
    pub fn grouping(&self) -> Cue {
        self.version.preset.grouping
    }

    /// Whether the file that the preset was read from is missing.
    pub fn origin_is_missing(&self) -> bool {
        self.library.origin_missing
    }
}

/// What the audio thread has measured since the last frame. Levels are peak and RMS, linear amplitudes.
pub struct MeterReadings {
    /// Indexed by source.
    pub sources: [(f32, f32); MAX_SOURCES],
    /// The mixture as it comes in.
    pub mixture: (f32, f32),
    /// The main output.
    pub output: (f32, f32),
    /// Each source's share of the mixture, 0 to 1, indexed by source.
    pub shares: [f32; MAX_SOURCES],
    /// The CPU meter.
    pub load: CpuLoad,
}

impl MeterReadings {
    /// Takes the meters' readings; their peaks begin anew.
    pub fn take(session: &Session) -> Self {
        let meters = &session.meters;
        Self {
            sources: meters.sources.each_ref().map(Meter::take),
            mixture: meters.mixture.take(),
            output: meters.output.take(),
            shares: meters.shares.each_ref().map(|share| share.read()),
            load: meters.cpu.read(),
        }
    }
}
