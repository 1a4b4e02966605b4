//! The interface with a separator that plays to it, and what is seen in its picture.

use super::stage::{NAMES, Stage};
use egui::{Color32, Pos2, Rect, Vec2, pos2};
use std::{path::PathBuf, sync::Arc};
use unbraid::{
    dictionary::{Dictionary, FrameSpec, Training},
    editor::{EditorState, theme::SCREEN},
    instance::project::{
        stream::{Stream, StreamFormat},
        version::Version,
    },
    learner::capture::Capture,
    preset::{PALETTE, Preset, Source},
    separator::{LatencyMode, Layout, Model, MusicalTime, Separator},
};

pub(super) const RATE: f64 = 44_100.0;
/// Samples between two pictures.
pub(super) const STEP: usize = 735;
/// The seconds that the picture shows.
const SECONDS: f32 = 10.0;

/// A source that holds a third of an octave around `hz`, and a little of all.
fn source(index: usize, hz: f64) -> Source {
    let layout = Layout::new(RATE, LatencyMode::Quality);
    let bins = layout.bins();
    let near = |bin: usize| (bin as f64 * layout.bin_spacing() / hz).log2().abs() < 1.0 / 6.0;
    let mut bases: Vec<f32> = (0..bins).map(|bin| if near(bin) { 1.0 } else { 1e-5 }).collect();
    let sum: f32 = bases.iter().sum();
    bases.iter_mut().for_each(|w| *w /= sum);
    let dictionary = Dictionary {
        frame: FrameSpec::of(&layout),
        training: Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 },
        components: 1,
        bins,
        bases,
        reconstruction: None,
    };
    Source::fixed(NAMES[index], index, dictionary)
}

/// Where source `index` of [`Band`] sounds, in Hz.
pub(super) fn home(index: usize) -> f64 {
    110.0 * 2.0_f64.powi(index as i32)
}

pub(super) fn sine(hz: f64, n: usize) -> f32 {
    (std::f64::consts::TAU * hz * n as f64 / RATE).sin() as f32
}

/// The interface with a separator that plays to it.
pub(super) struct Band {
    pub(super) stage: Stage,
    pub(super) separator: Separator,
    heard: usize,
    /// Where the host's music was when the band began; `None` while the host stands.
    pub(super) music: Option<MusicalTime>,
    /// What was played, for the worker, where there is one.
    capture: Option<Arc<Capture>>,
}

impl Band {
    pub(super) fn of(preset: &Preset, size: Vec2, scale: f32) -> Self {
        Self::on(Stage::scaled(preset.sources.len(), size, scale, EditorState::default()), preset, None)
    }

    /// The factory preset of the first insert, and a worker that carries out what the editor asks for.
    pub(super) fn untaught(size: Vec2) -> Self {
        Self::untaught_with(size, EditorState::default())
    }

    /// The same with an editor that remembers `state`.
    pub(super) fn untaught_with(size: Vec2, state: EditorState) -> Self {
        let stage = Stage::with_worker_and(size, state);
        let capture = Arc::new(Capture::new(RATE, 2));
        let format = StreamFormat { sample_rate: RATE, mode: LatencyMode::Quality, offline: false };
        let stream = Stream { format, capture: capture.clone(), number: 1 };
        let seen = stage.playback.snapshot();
        stage.playback.activate(&seen, Arc::new(Version::first()), stream, None, || {}).unwrap();
        let preset = stage.playback.version().preset.clone();
        Self::on(stage, &preset, Some(capture))
    }

    fn on(stage: Stage, preset: &Preset, capture: Option<Arc<Capture>>) -> Self {
        let model = Model::new(preset, RATE, LatencyMode::Quality).unwrap();
        let separator = Separator::new(Box::new(model), 2).with_analyzer(stage.session.analyzer.take_sender().unwrap());
        Self { stage, separator, heard: 0, music: None, capture }
    }

    /// `count` sources, each an octave above the one before.
    pub(super) fn new(count: usize, size: Vec2) -> Self {
        let sources = (0..count).map(|index| source(index, home(index))).collect();
        Self::of(&Preset::of(sources), size, 1.0)
    }

    /// Plays for `seconds`, a picture every sixtieth.
    pub(super) fn play(&mut self, seconds: f32, mut signal: impl FnMut(usize) -> f32) {
        for _ in 0..(seconds * 60.0).round() as usize {
            let mut left: Vec<f32> = (0..STEP).map(|n| signal(self.heard + n)).collect();
            let mut right = left.clone();
            if let Some(capture) = &self.capture {
                capture.write(&[&mut left, &mut right]);
            }
            let now = self.heard as f64 / RATE;
            self.separator.set_musical_time(self.music.map(|music| music.later(now)));
            self.heard += STEP;
            self.separator.set_controls(&self.stage.params.settings().controls(self.separator.sources()));
            self.separator.process(&mut [&mut left, &mut right], &mut []);
            let meters = &self.stage.session.meters;
            meters.write(self.separator.levels());
            meters.cpu.write(0.006, 0.009, false);
            self.stage.harness.step();
        }
    }

    /// Plays sources at their homes for `seconds`, at -20 dB each.
    pub(super) fn sound(&mut self, sources: &[usize], seconds: f32) {
        self.play(seconds, |n| 0.1 * sources.iter().map(|source| sine(home(*source), n)).sum::<f32>());
    }

    pub(super) fn render(&mut self, name: &str) -> Shot {
        self.stage.harness.set_render_cursor(false);
        let image = self.stage.harness.render().unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("editor");
        std::fs::create_dir_all(&folder).unwrap();
        image.save(folder.join(format!("{name}.png"))).unwrap();
        Shot(image.enumerate_pixels().map(|(x, y, p)| ((x, y), Color32::from_rgb(p.0[0], p.0[1], p.0[2]))).collect())
    }

    /// The place in the spectrogram of this frequency, so many seconds ago.
    pub(super) fn spot(&self, hz: f64, ago: f32) -> Pos2 {
        let rect = self.stage.place("Spectrogram");
        pos2(rect.right() - ago / SECONDS * rect.width(), height_of(rect, hz))
    }
}

pub(super) fn height_of(rect: Rect, hz: f64) -> f32 {
    let along = (hz / 30.0).ln() / (20_000.0_f64 / 30.0).ln();
    rect.bottom() - along as f32 * rect.height()
}

/// A rendered picture.
pub(super) struct Shot(std::collections::HashMap<(u32, u32), Color32>);

impl Shot {
    pub(super) fn at(&self, at: Pos2) -> Color32 {
        self.0[&(at.x as u32, at.y as u32)]
    }
}

pub(super) fn brightness(colour: Color32) -> u32 {
    colour.to_array()[..3].iter().map(|value| u32::from(*value)).sum::<u32>() / 3
}

/// Which source's colour is nearest in hue, and whether there is any.
pub(super) fn hue(colour: Color32, sources: usize) -> Option<usize> {
    let direction = |colour: Color32| {
        let [r, g, b, _] = colour.to_array().map(f32::from);
        let (x, y) = (r - 0.5 * (g + b), 0.866 * (g - b));
        (x.hypot(y) > 12.0).then(|| y.atan2(x))
    };
    let own = direction(colour)?;
    let away = |source: usize| {
        let other = direction(SCREEN.source(PALETTE[source])).unwrap_or(f32::MAX);
        ((own - other + 3.0 * std::f32::consts::PI) % std::f32::consts::TAU - std::f32::consts::PI).abs()
    };
    (0..sources).min_by(|a, b| away(*a).total_cmp(&away(*b)))
}
