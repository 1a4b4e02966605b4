//! The real-time path: mixture in, gain-weighted sources out.
//!
//! Per frame: the channels' spectra → their magnitudes added → activations → masks → the gain-weighted mask
//! Σ_s g_s M_s on each channel's spectrum → inverse transform, overlapped and added. One set of masks serves all channels,
//! so that the stereo image stands still.
//!
//! - `job`: a frame's work in steps, laid out over the hop.
//! - `model`: a preset made ready for one layout. Built elsewhere, handed over whole, faded in; what it displaces is given back.
//! - `rows`: a preset's bases on the engine's bins.
//! - `adapting`: a model's way to the adaptation of its bases.
//! - `controls`: what the player sets, smoothed.
//! - `stream`: one channel's samples on their way in and out; `loops`: loops over bins.
//! - [`offline`]: the same engine over a whole recording.
//! - [`batch`]: the tutorial's algorithm, which sees a whole recording at once.
//!
//! [`Separator::process`] and everything it calls allocates nothing, locks nothing and cannot panic on any input.

mod adapting;
pub mod batch;
mod controls;
mod job;
mod loops;
mod model;
pub mod offline;
mod rows;
mod stream;

pub use crate::stft::{LatencyMode, Layout, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE};
pub use adapting::{Adapter, Work};
pub use controls::{Controls, decibels_to_gain};
pub use model::{Model, ModelError};

use crate::{
    preset::MAX_SOURCES,
    stft::{Analysis, Bin, Synthesis},
};
use job::{Job, Step};
use stream::{Input, Output};

/// Time that a new model takes to replace the old one, in milliseconds.
const FADE_MS: f64 = 50.0;

/// Peak and RMS of a stretch of sound, linear full-scale amplitudes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Level {
    /// Highest absolute sample. For a source that has no output of its own: estimated from its RMS and the mixture's crest factor.
    pub peak: f32,
    /// Root mean square over one frame, averaged over the channels.
    pub rms: f32,
}

/// What was played last.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// Each source after its gain; 0 beyond the preset's sources.
    pub sources: [Level; MAX_SOURCES],
    /// The main output.
    pub output: Level,
}

/// Separates one stream. Lives on the audio thread; built and dropped elsewhere.
pub struct Separator {
    layout: Layout,
    model: Box<Model>,
    /// The model that fades in, and its share, 0 to 1.
    rising: Option<Box<Model>>,
    share: f32,
    /// The model that begins to fade in with the next frame.
    offered: Option<Box<Model>>,
    retired: Option<Box<Model>>,
    /// What the player has set, and what the frame at work was begun with.
    target: Controls,
    held: Controls,
    now: controls::Levels,
    job: Job,
    /// Whether the next frame to finish is the first of this call of [`Self::process`].
    first: bool,
    /// Whether nothing was played since the last reset: the first frame takes the controls as they are.
    fresh: bool,
    pace: f32,
    inputs: Vec<Input>,
    mains: Vec<Output>,
    /// Separate outputs, indexed by `[source][channel]`.
    sources: Vec<Vec<Output>>,
    analysis: Analysis,
    synthesis: Synthesis,
    /// Samples of the present hop that have arrived.
    filled: usize,
    /// Magnitudes of the channels added, `[F]`.
    magnitudes: Vec<f32>,
    /// Power of the channels averaged, scaled to mean square, `[F]`.
    power: Vec<f32>,
    power_scale: f32,
    /// A weighted mask, `[F]`.
    mask: Vec<f32>,
    /// A masked spectrum, `[F]`.
    masked: Vec<Bin>,
    levels: Levels,
    /// The levels of the frame at work.
    next_levels: Levels,
}

impl Separator {
    /// A separator for `channels` channels, with the sample rate and latency mode of `model`.
    pub fn new(model: Box<Model>, channels: usize) -> Self {
        let layout = model.layout().clone();
        let (windows, bins) = (&layout.windows, layout.bins());
        let target = Controls::default();
        let window_power: f32 = windows.analysis.iter().map(|w| w * w).sum();
        let outputs = || (0..channels).map(|_| Output::new(windows)).collect::<Vec<_>>();
        let now = controls::Levels::of(&target);
        Self {
            rising: None,
            share: 0.0,
            offered: None,
            retired: None,
            now,
            job: Job::idle(channels, now),
            first: true,
            held: target,
            target,
            fresh: true,
            pace: controls::pace(windows.hop, layout.sample_rate),
            inputs: (0..channels).map(|_| Input::new(windows, bins)).collect(),
            mains: outputs(),
            sources: (0..MAX_SOURCES).map(|_| outputs()).collect(),
            analysis: Analysis::new(&windows.analysis),
            synthesis: Synthesis::new(windows),
            filled: 0,
            magnitudes: vec![0.0; bins],
            power: vec![0.0; bins],
            // Parseval: both halves of the spectrum, the transform's length, the window's power, the channels.
            power_scale: 2.0 / (windows.frame_len() as f32 * window_power * channels.max(1) as f32),
            mask: vec![0.0; bins],
            masked: vec![Bin::default(); bins],
            levels: Levels::default(),
            next_levels: Levels::default(),
            layout,
            model,
        }
    }

    /// How the stream is framed.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Delay of every output behind the input, in samples.
    pub fn latency_samples(&self) -> usize {
        self.layout.latency_samples()
    }

    /// Number of sources of the model that plays, or of the one that is to replace it.
    pub fn sources(&self) -> usize {
        self.newcomer().unwrap_or(&self.model).sources()
    }

    fn newcomer(&self) -> Option<&Model> {
        self.offered.as_deref().or(self.rising.as_deref())
    }

    /// What the player sets; heard from the next frame on.
    pub fn set_controls(&mut self, controls: &Controls) {
        let mut target = controls.sanitized();
        if let Some(newcomer) = self.newcomer() {
            // Sources that only the fading model has keep the gains they had.
            let gone = newcomer.sources().min(MAX_SOURCES)..;
            target.gains[gone.clone()].copy_from_slice(&self.target.gains[gone]);
        }
        self.target = target;
    }

    /// Starts to fade to `model`.
    ///
    /// # Errors
    /// Gives the model back while another fade is under way or its predecessor has not been taken by [`Self::take_retired`], and when it was
    /// built for another sample rate or latency mode.
    pub fn offer_model(&mut self, model: Box<Model>) -> Result<(), Box<Model>> {
        if self.newcomer().is_some() || self.retired.is_some() || !model.layout().same_as(&self.layout) {
            return Err(model);
        }
        self.offered = Some(model);
        Ok(())
    }

    /// The model that was displaced, once it is no longer heard; to be freed on another thread.
    pub fn take_retired(&mut self) -> Option<Box<Model>> {
        self.retired.take()
    }

    /// Forgets what was heard; the next output is silence for one latency.
    pub fn reset(&mut self) {
        self.inputs.iter_mut().for_each(Input::reset);
        self.mains.iter_mut().chain(self.sources.iter_mut().flatten()).for_each(Output::reset);
        for model in [Some(&mut self.model), self.rising.as_mut(), self.offered.as_mut()].into_iter().flatten() {
            model.reset();
        }
        self.job.abandon();
        self.fresh = true;
        self.filled = 0;
        self.levels = Levels::default();
    }

    /// The levels of the last frame; the peaks are those since the last call of [`Self::process`] that finished a frame began.
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Replaces the mixture in `main`, indexed by `[channel][sample]`, by the remix, and fills `sources`, indexed by
    /// `[source][channel][sample]`, with each source after its gain. An empty `sources[i]` is an output nobody listens to; its transforms
    /// are saved. All slices have the same number of samples; `main` has the number of channels given at construction.
    ///
    /// With the mix at 1 and the output gain at 1, the sources add up to the main output.
    pub fn process(&mut self, main: &mut [&mut [f32]], sources: &mut [&mut [&mut [f32]]]) {
        let samples = main.first().map_or(0, |channel| channel.len());
        let hop = self.layout.windows.hop;
        let mut done = 0;
        self.first = true;
        while done < samples {
            let count = (samples - done).min(hop - self.filled);
            let (block, held) = (done..done + count, self.filled..self.filled + count);
            for ((channel, input), output) in main.iter_mut().zip(&mut self.inputs).zip(&self.mains) {
                let channel = &mut channel[block.clone()];
                input.take(channel, held.start);
                channel.copy_from_slice(&output.ready[held.clone()]);
            }
            for (listened, outputs) in sources.iter_mut().zip(&self.sources) {
                for (c, channel) in listened.iter_mut().enumerate() {
                    // A mono stream fills both channels of a stereo output.
                    if let Some(output) = outputs.get(c).or(outputs.first()) {
                        channel[block.clone()].copy_from_slice(&output.ready[held.clone()]);
                    }
                }
            }
            done += count;
            self.filled += count;
            let mut listened = [false; MAX_SOURCES];
            for (listened, source) in listened.iter_mut().zip(sources.iter()) {
                *listened = !source.is_empty();
            }
            // SAFETY: the guard only sets the processor's flush-to-zero flags and restores them; nothing inside depends on denormals.
            unsafe { no_denormals::no_denormals(|| self.advance(&listened)) };
        }
    }

    /// Does what is due now that more samples have come.
    fn advance(&mut self, listened: &[bool; MAX_SOURCES]) {
        let hop = self.layout.windows.hop;
        if self.layout.spread {
            self.work(self.filled);
        }
        if self.filled == hop {
            self.filled = 0;
            if self.layout.spread {
                self.publish();
            }
            self.begin_frame(listened);
            if !self.layout.spread {
                self.work(hop);
                self.publish();
            }
        }
    }

    /// Does the steps that are due at `filled` samples of the hop.
    fn work(&mut self, filled: usize) {
        while let Some(step) = self.job.next_due(filled, self.layout.windows.hop) {
            self.step(step);
        }
    }

    /// What the frame at work has made is heard from now on.
    fn publish(&mut self) {
        self.mains.iter_mut().chain(self.sources.iter_mut().flatten()).for_each(Output::publish);
    }

    /// One hop has arrived: takes up the work of the frame that ends with it.
    fn begin_frame(&mut self, listened: &[bool; MAX_SOURCES]) {
        if let Some(offered) = self.offered.take() {
            self.rising = Some(offered);
            self.share = 0.0;
        }
        self.held = self.target;
        let target = controls::Levels::of(&self.held);
        let before = self.now;
        self.now.step(&target, if self.fresh { 1.0 } else { self.pace });
        let before = if self.fresh { self.now } else { before };
        self.fresh = false;
        if self.rising.is_some() {
            self.share += (self.layout.windows.hop as f64 / (self.layout.sample_rate * FADE_MS * 1e-3)) as f32;
        }
        self.inputs.iter_mut().for_each(Input::shift);
        self.magnitudes.fill(0.0);
        self.power.fill(0.0);
        self.next_levels = Levels::default();
        let sources = self.source_count();
        for (source, outputs) in self.sources.iter_mut().enumerate() {
            if source >= sources || !listened[source] {
                outputs.iter_mut().for_each(Output::reset);
            }
        }
        self.job.begin(self.inputs.len(), self.rising.is_some(), sources, listened, before);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Analyse(channel) => self.analyse(channel),
            Step::Solve => self.model.solve(&self.magnitudes, &self.held),
            Step::Mask => self.model.mask_sources(self.held.focus),
            Step::SolveRising => {
                if let Some(rising) = &mut self.rising {
                    rising.solve(&self.magnitudes, &self.held);
                }
            }
            Step::MaskRising => {
                if let Some(rising) = &mut self.rising {
                    rising.mask_sources(self.held.focus);
                }
            }
            Step::Weigh(source) => self.weigh(source),
            Step::PlaySource(source, channel) => self.play_source(source, channel),
            Step::WeighMain => self.weigh_main(),
            Step::PlayMain(channel) => self.play_main(channel),
            Step::Finish => self.finish(),
        }
    }

    /// The spectrum of a channel; its magnitudes and its power join those of the others.
    fn analyse(&mut self, channel: usize) {
        let input = &mut self.inputs[channel];
        input.analyse(&mut self.analysis);
        loops::add_magnitudes(&input.spectrum, self.power_scale, &mut self.magnitudes, &mut self.power);
        if channel == 0 && self.inputs.len() == 2 {
            // What is added up so far is the left channel alone.
            self.model.hear_left(&self.magnitudes);
            if let Some(rising) = &mut self.rising {
                rising.hear_left(&self.magnitudes);
            }
        }
    }

    /// Adds `weight` times the mask of `source`, as it stands in the fade, to the weighted mask.
    fn add_mask(&mut self, source: usize, weight: f32) {
        let rising = self.rising.as_deref().map(|model| (model, self.share.min(1.0)));
        let settled = (self.model.as_ref(), 1.0 - rising.map_or(0.0, |(_, share)| share));
        for (model, share) in [Some(settled), rising].into_iter().flatten() {
            if source < model.sources() {
                loops::add_scaled(&mut self.mask, weight * share, model.mask(source));
            }
        }
    }

    fn source_count(&self) -> usize {
        self.model.sources().max(self.rising.as_ref().map_or(0, |model| model.sources())).min(MAX_SOURCES)
    }

    /// The gain-weighted mask of a source, and its level.
    fn weigh(&mut self, source: usize) {
        self.mask.fill(0.0);
        self.add_mask(source, self.now.gains[source]);
        let rms = loops::masked_power(&self.mask, &self.power).sqrt();
        let mixture_rms = loops::sum(&self.power).sqrt();
        let mixture_peak = self.inputs.iter().map(Input::peak).fold(0.0, f32::max);
        let crest = if mixture_rms > 0.0 { mixture_peak / mixture_rms } else { 0.0 };
        self.next_levels.sources[source] = Level { peak: rms * crest, rms };
    }

    /// A channel of a source's own output.
    fn play_source(&mut self, source: usize, channel: usize) {
        loops::apply(&self.mask, &self.inputs[channel].spectrum, &mut self.masked);
        let output = &mut self.sources[source][channel];
        output.add(&mut self.synthesis, &mut self.masked);
        output.scale(self.job.before.engaged, self.now.engaged);
        let level = &mut self.next_levels.sources[source];
        // The estimate gives way to what is really played.
        level.peak = output.peak().max(if channel == 0 { 0.0 } else { level.peak });
    }

    /// The weighted mask of the main output: 1 + Σ (g − 1) M, which is exactly 1 when all gains are.
    fn weigh_main(&mut self) {
        self.mask.fill(1.0);
        for source in 0..self.source_count() {
            self.add_mask(source, self.now.gains[source] - 1.0);
        }
    }

    /// A channel of the main output, then dry/wet, output gain and bypass.
    fn play_main(&mut self, channel: usize) {
        let (input, output) = (&self.inputs[channel], &mut self.mains[channel]);
        loops::apply(&self.mask, &input.spectrum, &mut self.masked);
        output.add(&mut self.synthesis, &mut self.masked);
        output.blend(input.delayed(self.layout.windows.latency()), &self.job.before, &self.now);
        let level = &mut self.next_levels.output;
        level.peak = level.peak.max(output.peak());
        // The mean square until the last channel is in.
        level.rms += output.mean_square() / self.inputs.len() as f32;
    }

    fn finish(&mut self) {
        self.next_levels.output.rms = self.next_levels.output.rms.sqrt();
        if !self.first {
            self.next_levels.hold_peaks(&self.levels);
        }
        self.first = false;
        self.levels = self.next_levels;
        // The old model's sources are kept until nothing of them is left in the overlap.
        let tail = self.layout.latency_samples() + self.layout.windows.hop;
        if self.share >= 1.0 + (tail as f64 / (self.layout.sample_rate * FADE_MS * 1e-3)) as f32 {
            self.finish_fade();
        }
    }

    fn finish_fade(&mut self) {
        if let Some(mut model) = self.rising.take() {
            std::mem::swap(&mut self.model, &mut model);
            self.retired = Some(model);
        }
        self.share = 0.0;
    }
}

impl Levels {
    /// Raises the peaks to those of `earlier`.
    fn hold_peaks(&mut self, earlier: &Self) {
        for (level, earlier) in self.sources.iter_mut().zip(&earlier.sources) {
            level.peak = level.peak.max(earlier.peak);
        }
        self.output.peak = self.output.peak.max(earlier.output.peak);
    }
}
