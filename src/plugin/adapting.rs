//! The worker's part that lets adaptive sources follow the mixture, and keeps what they have learned.

use super::{session::AdaptOptions, worker::Desk};
use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    preset::{Kind, Preset, Source},
    separator::{Adapter, Layout},
};
use std::sync::Arc;

/// The adapters of the models that are heard: of the one that plays, and of those that fade out.
#[derive(Default)]
pub struct Adapters {
    working: Vec<Playing>,
    options: AdaptOptions,
}

/// An adapter, and what its model was built from.
pub struct Playing {
    /// It.
    pub adapter: Adapter,
    /// The model's preset.
    pub preset: Arc<Preset>,
    /// The model's frames.
    pub layout: Layout,
}

impl Adapters {
    /// Learns from what was played since the last call.
    pub fn poll(&mut self, desk: &Desk) {
        let arrived = desk.take_adapters();
        let anew = !arrived.is_empty();
        self.working.extend(arrived);
        let options = desk.session.adapt_options();
        if anew || options != self.options {
            self.options = options;
            for playing in &mut self.working {
                playing.adapter.adaptation().set_frozen(options.frozen);
                playing.adapter.adaptation().set_memory(f64::from(options.memory_seconds));
            }
        }
        self.working.retain_mut(|playing| playing.adapter.work());
    }

    /// Lets the adaptive sources begin again.
    pub fn reset(&mut self) {
        self.working.iter_mut().for_each(|playing| playing.adapter.reset());
    }

    /// What the adaptive source of `strip` has become by now, as a fixed dictionary; `None` if it is not adaptive, or nothing plays.
    pub fn keep(&mut self, strip: usize, preset: &Arc<Preset>) -> Option<Dictionary> {
        let playing = self.working.iter_mut().rev().find(|playing| Arc::ptr_eq(&playing.preset, preset))?;
        let source = preset.sources.get(strip).filter(|source| matches!(source.kind, Kind::Adaptive { .. }))?;
        let first: usize = preset.sources[..strip].iter().map(Source::components).sum();
        let (frame, components) = (FrameSpec::of(&playing.layout), source.components());
        let bins = frame.bins();
        let mut bases = Vec::with_capacity(components * bins);
        for k in first..first + components {
            let mut basis = vec![0.0; bins];
            let known = playing.adapter.adaptation().bins();
            playing.adapter.adaptation().write_masking(k, &mut basis[..known]);
            let sum: f32 = basis.iter().sum();
            basis.iter_mut().for_each(|w| *w /= sum.max(f32::MIN_POSITIVE));
            bases.extend(basis);
        }
        let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 };
        Some(Dictionary { frame, training, components, bins, bases, reconstruction: None })
    }
}
