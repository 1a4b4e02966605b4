//! The cost of drawing the editor: laying out and tessellating one picture at 900x600 and 1800x1200 while music plays,
//! with and without the spectrogram. The graphics card is left out.
//!
//! `cargo bench --package unbraid-benches --features plugin --bench editor`

use egui::{Context, Pos2, Rect, Vec2, vec2};
use nice_plug::{
    context::{PluginApi, gui::GuiContext},
    prelude::{GuiContextInner, ParamPtr, PluginState},
};
use std::{sync::Arc, time::Instant};
use unbraid::{
    editor::{EditorState, draw, theme},
    instance::{
        params::UnbraidParams,
        project::{packed_file, playback::Playback, version::Version},
        session::Session,
        state::{audio_status::AudioStatus, preferences::Theme, summary::Origin},
    },
    preset::{Preset, Source},
    separator::{LatencyMode, Model, Separator},
};
use unbraid_benches::{median, noise, quantile, random_dictionary};

const RATE: f64 = 44_100.0;
/// Samples between two pictures.
const STEP: usize = 735;
/// Pictures drawn before times are taken, and after.
const PICTURES: (usize, usize) = (420, 600);
/// Sizes of the window, in points.
const SIZES: [Vec2; 2] = [vec2(900.0, 600.0), vec2(1800.0, 1200.0)];
/// Most that a picture may take, in milliseconds.
const BAR_MS: f64 = 4.0;

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

/// An open window while music plays.
struct Window {
    size: Vec2,
    ctx: Context,
    params: UnbraidParams,
    session: Arc<Session>,
    gui: GuiContext,
    state: EditorState,
    separator: Separator,
    drawn: usize,
}

impl Window {
    fn new(size: Vec2, strips: usize, with_picture: bool) -> Option<Self> {
        let bases = |strip| random_dictionary(strip as u64 + 1, 25, LatencyMode::Quality);
        let sources = (0..strips).map(|strip| Source::fixed(format!("source {strip}"), strip, bases(strip)));
        let preset = Arc::new(Preset::of(sources.collect()));
        let origin = Origin::Factory("benchmark".to_owned());
        let version = Version::new(preset.clone(), packed_file::pack(&preset).ok()?, "benchmark", origin);
        let playback = Playback::new(Arc::new(version));
        let (session, _) = Session::new(playback.clone());
        session.set_audio_status(AudioStatus { mode: LatencyMode::Quality, latency_samples: 3584, sample_rate: RATE });
        let model = Model::new(&preset, RATE, LatencyMode::Quality).ok()?;
        let separator = Separator::new(Box::new(model), 2).with_analyzer(session.analyzer.take_sender()?);
        let ctx = Context::default();
        theme::install(&ctx, Theme::Dark);
        let state = EditorState::default();
        Some(Self {
            size,
            ctx,
            params: UnbraidParams::new(playback),
            session,
            gui: GuiContext::new(Arc::new(Host)),
            state: if with_picture { state } else { state.without_picture() },
            separator,
            drawn: 0,
        })
    }

    /// Plays a sixtieth of a second and draws. Gives the time for laying out and tessellating, in milliseconds, and the
    /// number of triangles.
    fn picture(&mut self, noise: &mut impl FnMut() -> f32) -> (f64, usize) {
        let mut left: Vec<f32> = (0..STEP).map(|n| 0.3 * (noise() - 0.5) * (n as f32 / 40.0).sin()).collect();
        let mut right = left.clone();
        self.separator.process(&mut [&mut left, &mut right], &mut []);
        let levels = self.separator.levels();
        for (meter, level) in self.session.meters.sources.iter().zip(&levels.sources) {
            meter.write(level.peak, level.rms);
        }
        self.session.meters.output.write(levels.output.peak, levels.output.rms);
        self.drawn += 1;
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.drawn as f64 / 60.0),
            ..Default::default()
        };
        let begin = Instant::now();
        let Self { ctx, params, session, gui, state, .. } = self;
        let output = ctx.run_ui(input, |ui| draw(ui, params, session, gui, state));
        let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
        let time = 1e3 * begin.elapsed().as_secs_f64();
        let triangles = primitives.iter().map(|primitive| match &primitive.primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.indices.len() / 3,
            egui::epaint::Primitive::Callback(_) => 0,
        });
        (time, triangles.sum())
    }
}

fn main() {
    for size in SIZES {
        println!(
            "milliseconds to lay out and tessellate one picture at {}x{}, with the bar at {BAR_MS}",
            size.x, size.y
        );
        println!("{:28}{:>10}{:>10}{:>12}", "", "median", "99 %", "triangles");
        for strips in [2, 8] {
            let medians = [false, true].map(|with_picture| measure(size, strips, with_picture));
            if let [Some(without), Some(with)] = medians {
                println!("{:28}{:10.2}", "ratio", with / without);
            }
        }
    }
}

/// Prints a row; gives the median in milliseconds.
fn measure(size: Vec2, strips: usize, with_picture: bool) -> Option<f64> {
    let mut window = Window::new(size, strips, with_picture)?;
    let mut noise = noise(7);
    let drawn: Vec<_> = (0..PICTURES.0 + PICTURES.1).map(|_| window.picture(&mut noise)).collect();
    let mut times: Vec<f64> = drawn[PICTURES.0..].iter().map(|(time, _)| *time).collect();
    times.sort_by(f64::total_cmp);
    let triangles = drawn.last().map_or(0, |(_, triangles)| *triangles);
    let what = format!("{strips} strips{}", if with_picture { ", with the picture" } else { "" });
    let middle = median(times.clone());
    println!("{what:28}{middle:10.3}{:10.3}{triangles:12}", quantile(&times, 0.99));
    Some(middle)
}
