//! Analyzer frames: what an editor shows of a frame. The sound does not depend on them, and nothing is allocated or
//! freed here.

use super::{
    analyzer_link,
    audition::Auditioning,
    controls::SmoothedControls,
    fade::Fade,
    loops,
    musical_time::{MusicalClock, MusicalTime},
};
use crate::{
    preset::{MAX_COMPONENTS, MAX_SOURCES},
    stft::Layout,
};

/// The audio thread's end of a link for analyzer frames.
pub type AnalyzerSender = analyzer_link::FrameSender<AnalyzerFrame>;
/// The editor's end of a link for analyzer frames.
pub type AnalyzerReceiver = analyzer_link::FrameReceiver<AnalyzerFrame>;

/// Both ends of a link, closed at first, on which `places` frames can wait.
pub fn analyzer_frames(places: usize) -> (AnalyzerSender, AnalyzerReceiver) {
    analyzer_link::link(places)
}

/// Most frames per second that are worth showing.
const MOST_PER_SECOND: f64 = 100.0;

/// One frame: its spectrum, masks and activations, as the separator has them.
#[derive(Debug, Clone)]
pub struct AnalyzerFrame {
    /// Number of samples up to the end of the frame, counted from the separator's construction.
    pub position: u64,
    /// The centre of gravity of the frame's window, in samples, counted as [`Self::position`]: what it shows most of.
    pub middle: u64,
    /// Where the host's music is at [`Self::middle`], while its transport runs and says so.
    pub musical_time: Option<MusicalTime>,
    /// Distance to the next frame that is shown, in samples.
    pub step: usize,
    /// Distance between frames, in samples.
    pub hop: usize,
    /// Sample rate in Hz.
    pub sample_rate: f64,
    /// Distance between two bins, in Hz.
    pub bin_spacing: f64,
    /// Factor from magnitude to amplitude, which is 1 for a sine at full scale.
    pub scale: f32,
    /// Factor of the weighted mixture in the main output, with the output gain.
    pub wet: f32,
    /// Factor of the unchanged mixture in the main output, with the output gain.
    pub dry: f32,
    /// What is left of each source in the main output: a linear factor with its gain, mute, solo, Delta, mix and the
    /// output gain, indexed by source.
    pub gains: [f32; MAX_SOURCES],
    sources: usize,
    bins: usize,
    components: usize,
    /// Number of bins that there is memory for.
    room: usize,
    magnitudes: Box<[f32]>,
    /// `[MAX_SOURCES, room]`
    masks: Box<[f32]>,
    weights: Box<[f32]>,
    activations: Box<[f32]>,
}

impl AnalyzerFrame {
    /// A frame with memory for the lowest `bins` bins, and for everything else that a preset can have.
    pub fn with_room(bins: usize) -> Self {
        let zeros = |len: usize| vec![0.0; len].into_boxed_slice();
        Self {
            position: 0,
            middle: 0,
            musical_time: None,
            step: 1,
            hop: 1,
            sample_rate: 1.0,
            bin_spacing: 1.0,
            scale: 1.0,
            wet: 1.0,
            dry: 0.0,
            gains: [1.0; MAX_SOURCES],
            sources: 0,
            bins: 0,
            components: 0,
            room: bins,
            magnitudes: zeros(bins),
            masks: zeros(MAX_SOURCES * bins),
            weights: zeros(bins),
            activations: zeros(MAX_SOURCES * MAX_COMPONENTS),
        }
    }

    /// Number of sources S.
    pub fn sources(&self) -> usize {
        self.sources
    }

    /// Magnitudes of the channels added, from 0 Hz up, `[F]`.
    pub fn magnitudes(&self) -> &[f32] {
        &self.magnitudes[..self.bins]
    }

    /// The mask of `source`, `[F]`, mixed during a fade. The masks of all sources sum to 1.
    pub fn mask(&self, source: usize) -> &[f32] {
        &self.masks[source * self.room..][..self.bins]
    }

    /// The gain-weighted mask of the main output, before [`Self::wet`] and [`Self::dry`], `[F]`.
    pub fn weights(&self) -> &[f32] {
        &self.weights[..self.bins]
    }

    /// Activations of the model that plays, one per basis, `[K]`.
    pub fn activations(&self) -> &[f32] {
        &self.activations[..self.components]
    }

    /// Sets the number of sources, and the number of bins as far as there is memory.
    pub fn set_extent(&mut self, sources: usize, bins: usize) {
        self.sources = sources.min(MAX_SOURCES);
        self.bins = bins.min(self.room);
    }

    /// [`Self::magnitudes`], to be written.
    pub fn magnitudes_mut(&mut self) -> &mut [f32] {
        &mut self.magnitudes[..self.bins]
    }

    /// [`Self::mask`], to be written.
    pub fn mask_mut(&mut self, source: usize) -> &mut [f32] {
        &mut self.masks[source * self.room..][..self.bins]
    }

    /// [`Self::weights`], to be written.
    pub fn weights_mut(&mut self) -> &mut [f32] {
        &mut self.weights[..self.bins]
    }

    /// Sets the activations `h`, `[K]`.
    pub fn set_activations(&mut self, h: &[f32]) {
        self.components = h.len().min(self.activations.len());
        self.activations[..self.components].copy_from_slice(&h[..self.components]);
    }
}

/// A finished frame of the separator.
pub(super) struct FinishedFrame<'a> {
    /// See [`AnalyzerFrame::position`].
    pub(super) position: u64,
    pub(super) layout: &'a Layout,
    pub(super) models: &'a Fade,
    /// See [`AnalyzerFrame::magnitudes`] and [`AnalyzerFrame::weights`].
    pub(super) magnitudes: &'a [f32],
    pub(super) weights: &'a [f32],
    pub(super) levels: &'a SmoothedControls,
    pub(super) auditioning: &'a Auditioning,
    pub(super) clock: &'a MusicalClock,
}

/// Sends one in some frames to an editor, if there is one.
pub(super) struct Analyzer {
    sender: Option<AnalyzerSender>,
    /// Distance between the frames that are sent, in frames, and frames since the last one.
    stride: usize,
    since_sent: usize,
    /// See [`AnalyzerFrame::scale`].
    scale: f32,
    /// From [`AnalyzerFrame::middle`] to the end of the frame, in samples.
    to_end: u64,
}

impl Analyzer {
    /// An analyzer that sends nothing yet.
    pub(super) fn new(layout: &Layout, channels: usize) -> Self {
        let frames_per_second = layout.sample_rate / layout.windows.hop as f64;
        let analysis = &layout.windows.analysis;
        let window: f32 = analysis.iter().sum();
        let weighted = |(n, weight): (usize, &f32)| n as f64 * f64::from(*weight);
        let to_end: f64 = analysis.iter().rev().enumerate().map(weighted).sum();
        Self {
            sender: None,
            stride: (frames_per_second / MOST_PER_SECOND).ceil().max(1.0) as usize,
            since_sent: 0,
            scale: layout.windows.amplitude_scale(channels),
            to_end: (to_end / f64::from(window.max(f32::MIN_POSITIVE))) as u64,
        }
    }

    /// Sends frames over `sender` from now on; gives the former sender.
    pub(super) fn set_sender(&mut self, sender: Option<AnalyzerSender>) -> Option<AnalyzerSender> {
        std::mem::replace(&mut self.sender, sender)
    }

    /// On the audio thread: sends `frame`, if it is due.
    pub(super) fn send(&mut self, frame: &FinishedFrame<'_>) {
        self.since_sent += 1;
        if self.since_sent < self.stride {
            return;
        }
        self.since_sent = 0;
        let Some(sender) = &mut self.sender else { return };
        let (stride, scale, to_end) = (self.stride, self.scale, self.to_end);
        sender.send(|shown| {
            let hop = frame.layout.windows.hop;
            shown.set_extent(frame.models.sources(), frame.layout.bins());
            (shown.position, shown.step, shown.hop) = (frame.position, stride * hop, hop);
            (shown.sample_rate, shown.bin_spacing) = (frame.layout.sample_rate, frame.layout.bin_spacing());
            (shown.scale, (shown.wet, shown.dry)) = (scale, frame.levels.wet_and_dry());
            shown.middle = frame.position.saturating_sub(to_end);
            shown.musical_time = frame.clock.at(shown.middle, shown.sample_rate);
            shown.gains = frame.auditioning.source_factors(frame.levels);
            let bins = shown.magnitudes().len();
            shown.magnitudes_mut().copy_from_slice(&frame.magnitudes[..bins]);
            shown.weights_mut().copy_from_slice(&frame.weights[..bins]);
            shown.set_activations(frame.models.settled.activations());
            for source in 0..shown.sources() {
                let mask = shown.mask_mut(source);
                mask.fill(0.0);
                for (heard, share) in frame.models.masks(source) {
                    loops::add_scaled(mask, share, heard);
                }
            }
        });
    }
}
