//! An open window while music plays, with a worker that carries out what the editor asks for between two pictures.

use egui::{
    Context, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, TouchPhase, Vec2, ViewportId, vec2,
};
use nice_plug::{
    context::{PluginApi, gui::GuiContext},
    prelude::{GuiContextInner, ParamPtr, PluginState},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use unbraid::{
    editor::{EditorState, draw, theme},
    instance::{
        command::MarkCommand,
        host_params::HostParams,
        param_id::ParamId,
        params::UnbraidParams,
        project::{
            packed_file,
            playback::Playback,
            stream::{Stream, StreamFormat},
            version::Version,
        },
        session::Session,
        state::{audio_status::AudioStatus, preferences::Theme, summary::Origin},
        worker::{Worker, context::Context as WorkerContext},
    },
    learner::capture::Capture,
    preset::{Preset, Source},
    realtime::wires,
    separator::{LatencyMode, Model, Separator},
};
use unbraid_benches::{noise, random_dictionary};

const RATE: f64 = 44_100.0;
/// Samples between two pictures.
const STEP: usize = 735;

/// A host that takes no notice of what the editor does.
struct Host;

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }
    unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {}
    unsafe fn raw_set_parameter_normalized(&self, _: ParamPtr, _: f32) {}
    unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {}
    fn get_state(&self) -> PluginState {
        unreachable!("the editor does not read the state")
    }
    fn set_state(&self, _: PluginState) {}
    fn request_restart(&self) {}
}

/// What one picture took.
#[derive(Debug)]
pub(crate) struct Drawn {
    /// Laying out and tessellating, in milliseconds.
    pub(crate) ms: f64,
    pub(crate) triangles: usize,
    /// When the next picture is due; [`Duration::MAX`] if nothing moves.
    pub(crate) next: Duration,
}

/// An open window while music plays.
pub(crate) struct Window {
    size: Vec2,
    ctx: Context,
    params: Arc<UnbraidParams>,
    pub(crate) session: Arc<Session>,
    gui: GuiContext,
    state: EditorState,
    separator: Separator,
    capture: Arc<Capture>,
    /// Lets the worker carry out what was asked.
    serve: Box<dyn FnMut()>,
    noise: Box<dyn FnMut() -> f32>,
    /// What happens before the next picture.
    events: Vec<Event>,
    drawn: usize,
}

impl Window {
    pub(crate) fn new(size: Vec2, strips: usize, with_picture: bool) -> Option<Self> {
        let bases = |strip| random_dictionary(strip as u64 + 1, 25, LatencyMode::Quality);
        let sources = (0..strips).map(|strip| Source::fixed(format!("source {strip}"), strip, bases(strip)));
        let preset = Arc::new(Preset::of(sources.collect()));
        let origin = Origin::Factory("benchmark".to_owned());
        let version = Version::new(preset.clone(), packed_file::pack(&preset).ok()?, "benchmark", origin);
        let playback = Playback::new(Arc::new(version));
        let (session, inbox) = Session::new(playback.clone());
        session.set_audio_status(AudioStatus { mode: LatencyMode::Quality, latency_samples: 3584, sample_rate: RATE });
        let params = Arc::new(UnbraidParams::new(playback.clone()));
        let capture = Arc::new(Capture::new(RATE, 2));
        let format = StreamFormat { sample_rate: RATE, mode: LatencyMode::Quality, offline: false };
        let stream = Stream { format, capture: capture.clone(), number: 1 };
        let seen = playback.snapshot();
        playback.activate(&seen, seen.version.clone(), stream, None, || {}).ok()?;
        let (host_params, changes) = HostParams::new(params.clone());
        let (audio_end, worker_end) = wires::connect();
        let mut worker =
            Worker::new(WorkerContext::new(playback, session.clone(), Arc::default(), worker_end, host_params));
        let serve = move || {
            // They live as long as the worker.
            let _ = (&audio_end, &changes);
            inbox.try_iter().for_each(|sent| worker.receive(sent));
            worker.look();
        };
        let model = Model::new(&preset, RATE, LatencyMode::Quality).ok()?;
        let separator = Separator::new(Box::new(model), 2).with_analyzer(session.analyzer.take_sender()?);
        let ctx = Context::default();
        theme::install(&ctx, Theme::Dark);
        let state = EditorState::default();
        Some(Self {
            size,
            ctx,
            params,
            session,
            gui: GuiContext::new(Arc::new(Host)),
            state: if with_picture { state } else { state.without_picture() },
            separator,
            capture,
            serve: Box::new(serve),
            noise: Box::new(noise(7)),
            events: Vec::new(),
            drawn: 0,
        })
    }

    /// Plays and draws so many pictures that nobody measures.
    pub(crate) fn play(&mut self, pictures: usize) {
        for _ in 0..pictures {
            self.picture();
        }
    }

    /// Plays a sixtieth of a second and draws.
    pub(crate) fn picture(&mut self) -> Drawn {
        let noise = &mut self.noise;
        let mut left: Vec<f32> = (0..STEP).map(|n| 0.3 * (noise() - 0.5) * (n as f32 / 40.0).sin()).collect();
        let mut right = left.clone();
        self.capture.write(&[&mut left, &mut right]);
        self.separator.process(&mut [&mut left, &mut right], &mut []);
        let levels = self.separator.levels();
        for (meter, level) in self.session.meters.sources.iter().zip(&levels.sources) {
            meter.write(level.peak, level.rms);
        }
        self.session.meters.output.write(levels.output.peak, levels.output.rms);
        self.silent_picture()
    }

    /// Draws a sixtieth of a second later, while the host does not play.
    pub(crate) fn silent_picture(&mut self) -> Drawn {
        self.drawn += 1;
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.drawn as f64 / 60.0),
            events: std::mem::take(&mut self.events),
            ..Default::default()
        };
        let begin = Instant::now();
        let Self { ctx, params, session, gui, state, .. } = self;
        let output = ctx.run_ui(input, |ui| draw(ui, params, session, gui, state));
        let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
        let ms = 1e3 * begin.elapsed().as_secs_f64();
        let triangles = primitives.iter().map(|primitive| match &primitive.primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.indices.len() / 3,
            egui::epaint::Primitive::Callback(_) => 0,
        });
        let next = output.viewport_output.get(&ViewportId::ROOT).map_or(Duration::MAX, |root| root.repaint_delay);
        (self.serve)();
        Drawn { ms, triangles: triangles.sum(), next }
    }

    /// Freezes the picture, or lets it go on, in the next picture.
    pub(crate) fn toggle_freeze(&mut self) {
        for pressed in [true, false] {
            let modifiers = Modifiers::NONE;
            self.events.push(Event::Key { key: Key::Z, physical_key: None, pressed, repeat: false, modifiers });
        }
    }

    /// Turns the wheel over the middle of the spectrogram by so many notches in the next picture: zooms its time.
    pub(crate) fn zoom(&mut self, notches: f32) {
        self.events.push(Event::PointerMoved((self.size * vec2(0.35, 0.3)).to_pos2()));
        self.events.push(Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, notches),
            phase: TouchPhase::Move,
            modifiers: Modifiers::NONE,
            source: MouseWheelSource::Unknown,
        });
    }

    /// Turns the gain of the first source.
    pub(crate) fn turn_knob(&self, normalized: f32) {
        self.params.set_normalized(ParamId::Gain(0), normalized);
    }

    /// Makes a mark; the worker has learned from it before the next picture but one.
    pub(crate) fn mark(&self, mark: unbraid::marks::Mark) {
        self.session.send(MarkCommand::Add(mark));
    }
}
