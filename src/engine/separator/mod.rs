//! The real-time path: separates a stream and mixes the sources with their gains.
//!
//! Per frame: spectra of the channels → sum of their magnitudes → evidence, if there is any → activations → masks → the
//! gain-weighted mask Σ_s g_s M_s times each channel's spectrum → inverse transform, overlap-add. One set of masks
//! serves all channels, so that the stereo image stays as it is.
//!
//! - `frames`: the work of a frame. `schedule`: its steps, spread over the hop.
//! - `model`: a preset prepared for one layout, built on another thread; `model/basis_mask`: the mask of one basis.
//!   `fade`: the crossfade to a new model.
//! - `recognition`: how evidence takes part in a model.
//! - `preset_bases`: a preset's bases on the engine's bins. `transposition`: copies of them at other pitches.
//! - `adapter`: where a model's bases are adapted; `adaptation_link`: the way to another thread and back.
//! - `analyzer`: what an editor sees of a frame; `analyzer_link`: the way there. `musical_time`: the host's beats.
//! - `controls`: the controls that the player sets, and their smoothing. `control_delays`: how long a host's automation
//!   is held back. `levels`: levels for meters.
//! - `audition`: what alone is heard while somebody holds it.
//! - `fit`: how well bases explain what was heard.
//! - `muting`: cuts muted sources out harder. `transients`: what keeps hits from smearing backwards.
//! - `outputs`: masks weighted by gains, and what is played with them. `part_synthesis`: the inverse transform of a
//!   part of a frame. `channel`: the samples of one channel. `loops`: loops over bins.
//! - [`offline`]: the real-time engine, run over a whole recording.
//! - [`batch`]: the offline algorithm, which decomposes a whole recording at once.
//!
//! [`Separator::process`] and everything it calls allocates nothing, locks nothing and cannot panic on any input.
//!
//! # Example
//! ```
//! use unbraid_engine::{
//!     preset::{file, library},
//!     separator::{Controls, LatencyMode, Model, Separator},
//! };
//!
//! // Not on the audio thread: this allocates.
//! let preset = file::from_bytes(library::factory_bytes("Drums + Bass").unwrap(), "the factory preset")?;
//! let model = Model::new(&preset, 48_000.0, LatencyMode::Live)?;
//! let mut separator = Separator::new(Box::new(model), 1);
//! let latency = separator.latency_samples();
//!
//! // On the audio thread. With all gains at 1 the output is the delayed input.
//! separator.set_controls(&Controls { gains: [1.0; 8], ..Controls::default() });
//! let input: Vec<f32> = (0..4_800).map(|n| (0.05 * n as f32).sin()).collect();
//! let mut output = input.clone();
//! for block in output.chunks_mut(100) {
//!     separator.process(&mut [block], &mut []);
//! }
//! let delayed = input.iter().zip(&output[latency..]);
//! assert!(delayed.take(4_000).all(|(sample, out)| (sample - out).abs() < 1e-5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[allow(unreachable_pub, reason = "`tests/interleavings` has its threads meet here")]
mod adaptation_link;
mod adapter;
mod analyzer;
#[allow(unreachable_pub, reason = "`tests/interleavings` has its threads meet here")]
mod analyzer_link;
mod audition;
pub mod batch;
mod channel;
mod control_delays;
mod controls;
mod fade;
mod fit;
mod frames;
mod levels;
mod loops;
mod model;
mod model_error;
mod musical_time;
mod muting;
pub mod offline;
mod outputs;
mod part_synthesis;
mod preset_bases;
mod recognition;
mod schedule;
mod transients;
mod transposition;

pub use crate::stft::{LatencyMode, Layout, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE};
pub use adapter::{Adapter, WorkDone};
pub use analyzer::{AnalyzerFrame, AnalyzerReceiver, AnalyzerSender, analyzer_frames};
pub use analyzer_link::{FrameReceiver, FrameSender};
pub use audition::Audition;
pub use control_delays::ControlDelays;
pub use controls::{Controls, StripControls};
pub use fit::{FitBands, Heard};
pub use levels::{Level, Levels};
pub use model::Model;
pub use model_error::ModelError;
pub use musical_time::MusicalTime;
pub use preset_bases::dictionary_in_use;

use crate::{
    preset::MAX_SOURCES,
    stft::{Analysis, Bin, Synthesis},
};
use analyzer::Analyzer;
use audition::Auditioning;
use channel::{InputChannel, OutputChannel};
use controls::{HopMean, SmoothedControls};
use fade::Fade;
use musical_time::MusicalClock;
use muting::Muting;
use part_synthesis::PartSynthesis;
use schedule::Schedule;
use std::ops::Range;
use transients::{Division, Transients};

/// Separates one stream. It is used on the audio thread, and built and dropped on another one.
pub struct Separator {
    layout: Layout,
    models: Fade,
    /// The controls as set by the player, their mean over the hop that arrives, and those of the present frame.
    target: Controls,
    mean: HopMean,
    now: SmoothedControls,
    schedule: Schedule,
    /// Whether the next frame to finish is the first in this call of [`Self::process`].
    first: bool,
    /// Whether nothing was played since the last reset: then the first frame takes the controls without smoothing.
    fresh: bool,
    pace: f32,
    inputs: Vec<InputChannel>,
    mains: Vec<OutputChannel>,
    /// Separate outputs, indexed by `[source][channel]`.
    sources: Vec<Vec<OutputChannel>>,
    analysis: Analysis,
    synthesis: Synthesis,
    /// The same for a part of the frame, where that is cheaper.
    part_synthesis: Option<PartSynthesis>,
    /// Number of samples of the present hop that have arrived.
    filled: usize,
    /// Magnitudes of the channels added, `[F]`.
    magnitudes: Vec<f32>,
    /// Power of the channels averaged, scaled to mean square, `[F]`.
    power: Vec<f32>,
    power_scale: f32,
    /// A weighted mask, `[F]`.
    mask: Vec<f32>,
    /// What cuts muted sources out harder.
    muting: Option<Muting>,
    /// What alone is heard.
    auditioning: Auditioning,
    /// What divides frames at onsets.
    transients: Option<Transients>,
    /// Whether the present frame is divided.
    is_divided: bool,
    /// A masked spectrum, `[F]`.
    masked: Vec<Bin>,
    levels: Levels,
    /// The levels of the present frame.
    next_levels: Levels,
    analyzer: Analyzer,
    /// The host's beats, for the analyzer.
    clock: MusicalClock,
    /// Number of samples up to the end of the present frame, counted from construction.
    position: u64,
    /// Up to this position, nothing is learned from what comes in.
    learns_from: u64,
}

impl Separator {
    /// A separator for `channels` channels, with the sample rate and latency mode of `model`.
    pub fn new(model: Box<Model>, channels: usize) -> Self {
        let layout = model.layout().clone();
        let (windows, bins) = (&layout.windows, layout.bins());
        let target = Controls::default();
        let outputs = || (0..channels).map(|_| OutputChannel::new(windows)).collect::<Vec<_>>();
        let now = SmoothedControls::of(&target);
        // Frames that may be divided at onsets are resynthesised whole.
        let part_synthesis = if layout.spread { None } else { PartSynthesis::new(windows) };
        Self {
            models: Fade::new(model),
            now,
            schedule: Schedule::idle(channels, now),
            first: true,
            mean: HopMean::new(),
            target,
            fresh: true,
            pace: controls::pace(windows.hop, layout.sample_rate),
            inputs: (0..channels).map(|_| InputChannel::new(&layout)).collect(),
            mains: outputs(),
            sources: (0..MAX_SOURCES).map(|_| outputs()).collect(),
            analysis: Analysis::new(&windows.analysis)
                .with_origin(part_synthesis.as_ref().map_or(0, PartSynthesis::origin)),
            synthesis: Synthesis::new(windows),
            part_synthesis,
            filled: 0,
            magnitudes: vec![0.0; bins],
            power: vec![0.0; bins],
            power_scale: windows.power_scale(channels),
            mask: vec![0.0; bins],
            muting: Some(Muting::new(bins)),
            auditioning: Auditioning::new(bins, layout.bin_spacing()),
            transients: Transients::new(&layout, channels),
            is_divided: false,
            masked: vec![Bin::default(); bins],
            levels: Levels::default(),
            next_levels: Levels::default(),
            analyzer: Analyzer::new(&layout, channels),
            clock: MusicalClock::default(),
            position: 0,
            learns_from: 0,
            layout,
        }
    }

    /// Sends analyzer frames over `sender` from now on, and gives the sender of before.
    pub fn set_analyzer(&mut self, sender: Option<AnalyzerSender>) -> Option<AnalyzerSender> {
        self.analyzer.set_sender(sender)
    }

    /// The same, with analyzer frames sent over `sender`.
    #[must_use]
    pub fn with_analyzer(mut self, sender: AnalyzerSender) -> Self {
        self.set_analyzer(Some(sender));
        self
    }

    /// The same without dividing frames at onsets, for comparison: hits smear backwards as far as a frame reaches.
    #[must_use]
    pub fn with_pre_echo(mut self) -> Self {
        self.transients = None;
        self
    }

    /// The same without cutting muted sources out harder, for comparison: they lose what their masks say.
    #[must_use]
    pub fn with_plain_muting(mut self) -> Self {
        self.muting = None;
        self
    }

    /// The host's music is at `time` with the next sample that comes in; `None` while its transport stands or does not
    /// say. Only analyzer frames tell of it.
    pub fn set_musical_time(&mut self, time: Option<MusicalTime>) {
        self.clock.set(self.position + self.filled as u64, time, self.layout.sample_rate);
    }

    /// While `hold`, what comes in is no part of the stream: sources that follow the mixture learn from no frame with
    /// such samples in it. To be said again before every block.
    pub fn hold_learning(&mut self, hold: bool) {
        let arrived = self.position + self.filled as u64;
        if hold {
            self.learns_from = u64::MAX;
        } else if self.learns_from == u64::MAX {
            self.learns_from = arrived + self.layout.windows.frame_len() as u64;
        }
    }

    /// The layout of the stream.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Delay of every output behind the input, in samples.
    pub fn latency_samples(&self) -> usize {
        self.layout.latency_samples()
    }

    /// Number of sources of the model that plays, or of the one that fades in.
    pub fn sources(&self) -> usize {
        self.models.incoming().unwrap_or(&self.models.settled).sources()
    }

    /// Sets the controls, from the next frame on.
    pub fn set_controls(&mut self, controls: &Controls) {
        let target = self.in_force(controls);
        if target != self.target {
            self.mean = HopMean::new();
            self.target = target;
        }
    }

    /// Sets the controls, from the next sample on. To be heard where they were drawn, they are held back by
    /// [`Self::control_delays`] before.
    pub fn automate(&mut self, controls: &Controls) {
        let target = self.in_force(controls);
        if target != self.target {
            self.mean.hold(&SmoothedControls::of(&self.target), self.filled);
            self.target = target;
        }
    }

    /// Lets `audition` alone be heard in the main output, from the next frame on, with a linear gain (a band has none);
    /// `None` for what is heard otherwise. The sources' own outputs and all levels but the main output's stay as they
    /// are.
    pub fn set_audition(&mut self, audition: Option<(Audition, f32)>) {
        self.auditioning.hold(audition);
    }

    /// How long automated controls are held back.
    pub fn control_delays(&self) -> ControlDelays {
        ControlDelays::of(&self.layout)
    }

    /// The same controls as they count for the models that are heard, with every value within its range.
    fn in_force(&self, controls: &Controls) -> Controls {
        let mut target = *controls;
        if let Some(play) = &self.models.newest().played_with {
            (target.focus, target.sparsity, target.smoothness) = (play.focus, play.sparsity, play.smoothness);
        }
        let mut target = target.sanitized();
        if let Some(incoming) = self.models.incoming() {
            // Sources that only the old model has keep their gains while it fades out.
            let gone = incoming.sources().min(MAX_SOURCES)..;
            target.gains[gone.clone()].copy_from_slice(&self.target.gains[gone]);
        }
        target
    }

    /// Whether [`Self::offer_model`] takes a model of this layout now.
    pub fn is_ready_for_model(&self) -> bool {
        self.models.is_ready()
    }

    /// Starts to fade to `model`.
    ///
    /// # Errors
    /// Gives `model` back if another fade is running, if the last replaced model was not taken by
    /// [`Self::take_retired`] yet, or if it was built for another sample rate or latency mode.
    pub fn offer_model(&mut self, model: Box<Model>) -> Result<(), Box<Model>> {
        self.models.offer(model)
    }

    /// The replaced model, when it is no longer audible, to be freed on another thread.
    pub fn take_retired(&mut self) -> Option<Box<Model>> {
        self.models.take_retired()
    }

    /// Forgets the past of the stream. The output is then silent for one latency.
    pub fn reset(&mut self) {
        self.inputs.iter_mut().for_each(InputChannel::reset);
        self.mains.iter_mut().chain(self.sources.iter_mut().flatten()).for_each(OutputChannel::reset);
        self.models.reset();
        self.schedule.abandon();
        if let Some(transients) = &mut self.transients {
            transients.reset();
        }
        self.is_divided = false;
        self.fresh = true;
        self.mean = HopMean::new();
        self.position += self.filled as u64;
        self.filled = 0;
        self.levels = Levels::default();
    }

    /// The levels of the last frame. Peaks are those since the start of the last call of [`Self::process`] in which a
    /// frame was finished.
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Replaces the mixture in `main`, indexed by `[channel][sample]`, by the remix, and fills `sources`, indexed by
    /// `[source][channel][sample]`, with each source after its gain. An empty `sources[i]` is an output that nobody
    /// listens to; it costs no transform. All slices have the same number of samples; `main` has the number of channels
    /// given at construction.
    ///
    /// With the mix at 1 and the output gain at 1, the sources sum to the main output.
    pub fn process(&mut self, main: &mut [&mut [f32]], sources: &mut [&mut [&mut [f32]]]) {
        let samples = main.first().map_or(0, |channel| channel.len());
        self.process_part(main, sources, 0..samples);
    }

    /// The same for the samples `part` of the slices, after those in front of them.
    pub fn process_part(&mut self, main: &mut [&mut [f32]], sources: &mut [&mut [&mut [f32]]], part: Range<usize>) {
        let hop = self.layout.windows.hop;
        let mut done = part.start;
        if done == 0 {
            self.first = true;
        }
        while done < part.end {
            let count = (part.end - done).min(hop - self.filled);
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
            // SAFETY: the guard only sets the processor's flush-to-zero flags and restores them; nothing inside depends
            // on denormals.
            unsafe { no_denormals::no_denormals(|| self.advance(&listened)) };
        }
    }
}
