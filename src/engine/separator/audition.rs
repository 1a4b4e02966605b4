//! What is heard alone while somebody holds it: a source, one of its bases, or a band of frequencies.
//!
//! Only the main output changes: with w what the remix makes of the mixture in a bin, and A what is heard alone,
//!
//! ```text
//! w' = (1 − Σ a) w + Σ a A
//! ```
//!
//! where each a moves between 0 and 1 as the controls do, so that beginning, changing and ending make no click. At 1
//! the main output is A at the output gain, whatever mix, bypass and difference are set to: a person who holds a source
//! wants to hear that, not a share of the mixture.
//!
//! - A source is heard as on its own output: M_s, without the harder cut of muted sources.
//! - A basis has its part of its source's mask: M_k = M_s W_k h_k / Σ_{j of s} W_j h_j. So evidence, focus and masks
//!   count for it as for its source, and the bases of a source (with their copies at other pitches) add up to it.
//! - A band is 1/3 octave wide, at least two bins, and falls to 0 over 1/6 octave to both sides as a raised cosine. It
//!   lets through what would be heard otherwise: remix, difference, dry share or bypassed mixture.

use super::{
    controls::{SmoothedControls, approach},
    fade::Fade,
    loops,
};
use crate::preset::MAX_SOURCES;
use std::{f32::consts::PI, ops::Range};

/// Half the width of a band, and the width of each of its edges, in octaves.
const HALF_BAND_OCTAVES: f32 = 1.0 / 6.0;
const EDGE_OCTAVES: f32 = 1.0 / 6.0;
/// The least of both, in bins.
const LEAST_HALF_BAND_BINS: f32 = 1.0;
const LEAST_EDGE_BINS: f32 = 1.5;
/// Most that are heard at the same time: the present one, and those before it that fade out.
const SLOTS: usize = 4;

/// What alone is to be heard. What does not exist in the model that plays changes nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Audition {
    /// A source, counted from 0.
    Source(usize),
    /// One basis.
    Basis {
        /// Its source, counted from 0.
        source: usize,
        /// Its place among the components of all sources, from 0 to K − 1.
        component: usize,
    },
    /// A third of an octave around a frequency.
    Band {
        /// The frequency, in Hz.
        hz: f32,
    },
}

/// One that is heard, or fades out.
#[derive(Debug, Clone, Copy)]
struct Slot {
    audition: Audition,
    /// Linear gain of what is heard.
    gain: f32,
    /// a, 0 to 1.
    weight: f32,
}

/// What is heard alone in a stream. Allocates nothing after construction.
pub(super) struct Auditioning {
    /// What is held, with its linear gain.
    held: Option<(Audition, f32)>,
    slots: [Option<Slot>; SLOTS],
    /// Σ a A, `[F]`.
    mask: Vec<f32>,
    bin_spacing: f32,
}

impl Auditioning {
    /// For spectra of `bins` bins that are `bin_spacing` Hz apart. Nothing is held.
    pub(super) fn new(bins: usize, bin_spacing: f64) -> Self {
        Self { held: None, slots: [None; SLOTS], mask: vec![0.0; bins], bin_spacing: bin_spacing as f32 }
    }

    /// This is held, with its linear gain; see [`Separator::set_audition`](super::Separator::set_audition).
    pub(super) fn hold(&mut self, audition: Option<(Audition, f32)>) {
        let within = |gain: f32| if gain.is_finite() { gain.clamp(0.0, 100.0) } else { 1.0 };
        self.held = audition.map(|(audition, gain)| (audition, within(gain)));
    }

    /// Whether it exists.
    fn exists(&self, audition: Audition, models: &Fade) -> bool {
        match audition {
            Audition::Source(source) => source < models.sources(),
            Audition::Basis { source, component } => source < MAX_SOURCES && models.has_basis(source, component),
            Audition::Band { hz } => hz > 0.0 && hz <= self.bin_spacing * (self.mask.len() - 1) as f32,
        }
    }

    /// A frame begins: moves the weights a hop nearer to what is held, `pace` of the way. Gives Σ a.
    pub(super) fn begin_frame(&mut self, models: &Fade, pace: f32) -> f32 {
        if self.held.is_none() && self.slots.iter().all(Option::is_none) {
            return 0.0;
        }
        let held = self.held.filter(|(audition, _)| self.exists(*audition, models));
        if let Some((audition, gain)) = held
            && !self.slots.iter().flatten().any(|slot| slot.audition == audition)
        {
            // An empty place, or that of the one that is least heard.
            let weight = |slot: &Option<Slot>| slot.map_or(-1.0, |slot| slot.weight);
            if let Some(place) = self.slots.iter_mut().min_by(|a, b| weight(a).total_cmp(&weight(b))) {
                *place = Some(Slot { audition, gain, weight: 0.0 });
            }
        }
        for place in &mut self.slots {
            let Some(slot) = place else { continue };
            let wanted = match held {
                Some((audition, gain)) if audition == slot.audition => Slot { audition, gain, weight: 1.0 },
                _ => Slot { weight: 0.0, ..*slot },
            };
            approach(&mut slot.weight, wanted.weight, pace);
            approach(&mut slot.gain, wanted.gain, pace);
            if slot.weight == 0.0 {
                *place = None;
            }
        }
        self.slots.iter().flatten().map(|slot| slot.weight).sum::<f32>().min(1.0)
    }

    /// `mask`, the weighted mask w of the main output, `[F]`, becomes w'. `kept` gives the masks of the sources before
    /// an onset, `[F]` each, where those count.
    pub(super) fn weigh<'a>(
        &mut self,
        mask: &mut [f32],
        controls: &SmoothedControls,
        models: &mut Fade,
        kept: Option<impl Fn(usize) -> &'a [f32]>,
    ) {
        self.mask.fill(0.0);
        for Slot { audition, gain, weight } in self.slots.iter().flatten() {
            let sum = &mut self.mask;
            match *audition {
                Audition::Source(source) => match &kept {
                    Some(kept) => loops::add_scaled(sum, weight * gain, kept(source)),
                    None => {
                        for (mask, share) in models.masks(source) {
                            loops::add_scaled(sum, weight * gain * share, mask);
                        }
                    }
                },
                Audition::Basis { source, component } => {
                    models.add_basis((source, component), kept.as_ref().map(|kept| kept(source)), weight * gain, sum);
                }
                Audition::Band { hz } => {
                    let (scale, shift) = controls.heard();
                    let band = Band::around(hz / self.bin_spacing);
                    for bin in band.bins(sum.len()) {
                        sum[bin] += weight * band.weight(bin) * (scale * mask[bin] + shift);
                    }
                }
            }
        }
        let (otherwise, auditioned) = controls.parts();
        loops::scale(mask, otherwise);
        loops::add_scaled(mask, auditioned, &self.mask);
    }

    /// The factor of each source in the main output; a basis counts for its source.
    pub(super) fn source_factors(&self, controls: &SmoothedControls) -> [f32; MAX_SOURCES] {
        let otherwise = controls.source_factors();
        let mut factors = otherwise.map(|factor| (1.0 - controls.auditioned) * factor);
        for Slot { audition, gain, weight } in self.slots.iter().flatten() {
            match *audition {
                Audition::Source(source) | Audition::Basis { source, .. } => {
                    if let Some(factor) = factors.get_mut(source) {
                        *factor += weight * gain * controls.output;
                    }
                }
                Audition::Band { .. } => {
                    factors.iter_mut().zip(otherwise).for_each(|(factor, otherwise)| *factor += weight * otherwise);
                }
            }
        }
        factors
    }

    /// The same for the weight of the input's offset, which the sources share equally, and each source's bases.
    pub(super) fn weigh_offset(&self, weight: f32, controls: &SmoothedControls, models: &Fade) -> f32 {
        let of_slot = |slot: &Slot| match slot.audition {
            Audition::Source(source) => slot.weight * slot.gain * models.equal_share(source),
            Audition::Basis { source, .. } => slot.weight * slot.gain * models.equal_share_of_basis(source),
            // It is at 0 Hz.
            Audition::Band { .. } => 0.0,
        };
        let (otherwise, auditioned) = controls.parts();
        otherwise * weight + auditioned * self.slots.iter().flatten().map(of_slot).sum::<f32>()
    }
}

/// A band of frequencies, in bins.
#[derive(Debug, Clone, Copy)]
struct Band {
    low: f32,
    high: f32,
    /// Width of the edge below and of the one above.
    edges: [f32; 2],
}

impl Band {
    fn around(middle: f32) -> Self {
        let half = HALF_BAND_OCTAVES.exp2();
        let low = (middle / half).min(middle - LEAST_HALF_BAND_BINS);
        let high = (middle * half).max(middle + LEAST_HALF_BAND_BINS);
        let edge = EDGE_OCTAVES.exp2();
        let edges = [low - low / edge, high * edge - high].map(|width| width.max(LEAST_EDGE_BINS));
        Self { low, high, edges }
    }

    /// The bins of `count` in which it is not 0. Bin 0 is the offset's, which is not among them.
    fn bins(&self, count: usize) -> Range<usize> {
        let first = (self.low - self.edges[0]).ceil().max(1.0) as usize;
        let end = (self.high + self.edges[1]).floor() as usize + 1;
        first.min(count)..end.min(count)
    }

    /// Its weight in `bin`, 0 to 1.
    fn weight(&self, bin: usize) -> f32 {
        let bin = bin as f32;
        let outside = ((self.low - bin) / self.edges[0]).max((bin - self.high) / self.edges[1]).clamp(0.0, 1.0);
        0.5 + 0.5 * (PI * outside).cos()
    }
}
