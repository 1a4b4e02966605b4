//! The worker's part that lets sources follow the mixture, and remembers what they have become.

use super::Desk;
use crate::instance::{stage::Framing, state::options::AdaptOptions};
use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    learner::{
        adapted::{Adapted, AdaptedSource},
        adaptive::Adaptation,
    },
    preset::Preset,
    separator::{Adapter, Layout, Model},
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
    /// What it was built for.
    pub framing: Framing,
    /// The model's frames.
    pub layout: Layout,
}

impl Playing {
    /// What adapts `model`, which was built from `preset`, as `options` say; `None` if nothing does, or if it does so itself.
    pub fn of(preset: &Arc<Preset>, framing: Framing, options: AdaptOptions, model: &mut Model) -> Option<Self> {
        if let Some(adaptation) = model.adaptation_mut() {
            options.apply(adaptation);
        }
        let layout = model.layout().clone();
        let adapter = if framing.offline { None } else { model.adapt_elsewhere() }?;
        Some(Self { adapter, preset: preset.clone(), framing, layout })
    }
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
                options.apply(playing.adapter.adaptation_mut());
            }
        }
        let mut has_learned = false;
        self.working.retain_mut(|playing| {
            let work = playing.adapter.work();
            has_learned |= work.has_learned;
            !work.is_gone
        });
        if has_learned {
            self.remember(desk);
        }
    }

    /// Lets the adaptive sources begin again.
    pub fn reset(&mut self, desk: &Desk) {
        self.working.iter_mut().for_each(|playing| playing.adapter.reset());
        desk.remember(|_| Some(Adapted::default()));
        desk.link.mark_project_changed();
    }

    /// Gives component `k` of an adaptive source to the one of strip `to`; `false` where that cannot be.
    pub fn give(&mut self, k: usize, to: usize, desk: &Desk) -> bool {
        let Ok(to) = u8::try_from(to) else { return false };
        let preset = desk.stage.lock().preset.clone();
        let playing = self.working.iter_mut().rev().find(|playing| Arc::ptr_eq(&playing.preset, &preset));
        let given = playing.is_some_and(|playing| playing.adapter.give(k, to));
        if given {
            self.remember(desk);
            desk.link.mark_project_changed();
        }
        given
    }

    /// Puts on the stage what the sources have become, unless something else plays by now: a model that was built since, or
    /// one that renders offline and must find what the last one did.
    fn remember(&self, desk: &Desk) {
        desk.remember(|scene| {
            let fits = |playing: &&Playing| {
                Arc::ptr_eq(&playing.preset, &scene.preset) && scene.framing == Some(playing.framing)
            };
            self.working.iter().rev().find(fits).map(|playing| adapted(playing.adapter.adaptation(), playing))
        });
    }
}

/// What the sources of `playing` have become by now.
fn adapted(adaptation: &Adaptation, playing: &Playing) -> Adapted {
    let owners = adaptation.owners();
    let sources = (0..playing.preset.sources.len()).filter_map(|strip| {
        let own: Vec<usize> =
            (0..owners.len()).filter(|&k| usize::from(owners[k]) == strip && adaptation.freedom(k).moves()).collect();
        (!own.is_empty()).then(|| AdaptedSource {
            strip,
            dictionary: dictionary(adaptation, &own, &playing.layout),
            pinned: own.iter().map(|&k| adaptation.is_pinned(k)).collect(),
            components: own,
        })
    });
    Adapted {
        sources: sources.collect(),
        heard_seconds: adaptation.heard_seconds(),
        grouped_by: adaptation.is_shared().then_some(playing.preset.grouping),
    }
}

/// The components `own` as they stand.
fn dictionary(adaptation: &Adaptation, own: &[usize], layout: &Layout) -> Dictionary {
    let (frame, known) = (FrameSpec::of(layout), adaptation.bins());
    let bins = frame.bins();
    let mut bases = vec![0.0; own.len() * bins];
    for (basis, &k) in bases.chunks_exact_mut(bins).zip(own) {
        adaptation.write_basis(k, &mut basis[..known]);
        let sum: f32 = basis.iter().sum();
        basis.iter_mut().for_each(|w| *w /= sum.max(f32::MIN_POSITIVE));
    }
    let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 };
    Dictionary { frame, training, components: own.len(), bins, bases, reconstruction: None }
}
