//! Sources that follow the mixture: adapts the models that are heard, and takes up what they have learned.

use super::{context::Context, error::WorkerError, learning::Learning};
use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    instance::{
        command::AdaptationCommand,
        project::{model::ModelAdapter, playback::Snapshot, version::Version},
        state::options::AdaptOptions,
    },
    learner::adaptive::{Adaptation, AdaptiveState, ComponentIndex, SourceState},
    preset::{Cue, Preset, file},
    separator::Layout,
};
use std::sync::Arc;

/// The adapters of the models that are heard: of the one that plays, and of those that fade out.
#[derive(Default)]
pub struct Adapters {
    working: Vec<ModelAdapter>,
    options: AdaptOptions,
}

impl Adapters {
    /// Carries out `command`; `learning` goes on with the preset that it leads to.
    ///
    /// # Errors
    /// If a component cannot be given away, or something else plays by now.
    pub fn serve(
        &mut self,
        command: AdaptationCommand,
        context: &mut Context,
        learning: &mut Learning,
    ) -> Result<(), WorkerError> {
        match command {
            AdaptationCommand::Reset => self.reset(context),
            AdaptationCommand::GroupBy(cue) => {
                let after = group_by(cue, context)?;
                learning.follow(&after, None);
                Ok(())
            }
            AdaptationCommand::Give { component, strip } => self.give(component, strip, context),
        }
    }

    /// Lets all that follows the mixture begin again.
    fn reset(&mut self, context: &mut Context) -> Result<(), WorkerError> {
        self.take_in_new(context);
        let before = context.playback.version();
        let after = context.put(&before, before.with_adaptive_state(Arc::default()))?;
        self.working.iter_mut().for_each(|working| working.adapter.reset());
        context.record(&before, &after, None, "what follows the mixture began again".to_owned());
        Ok(())
    }

    /// Gives `component` of an adaptive source to the one of `strip`.
    fn give(&mut self, component: ComponentIndex, strip: usize, context: &mut Context) -> Result<(), WorkerError> {
        self.take_in_new(context);
        let now = context.playback.snapshot();
        let source = u8::try_from(strip).map_err(|_| WorkerError::NoSuchSource(strip))?;
        let playing = self.playing(&now).ok_or(WorkerError::ComponentStays)?;
        if !playing.adapter.give(component, source) {
            return Err(WorkerError::ComponentStays);
        }
        let (before, after) = (now.version, self.take_up_learned(context)?);
        context.record(&before, &after, None, "base given to another strip".to_owned());
        Ok(())
    }

    /// Whether any model adapts.
    pub fn any(&self) -> bool {
        !self.working.is_empty()
    }

    /// Stops adapting.
    pub fn abandon(&mut self) {
        self.working.clear();
    }

    /// Learns from what was played since the last call.
    pub fn poll(&mut self, context: &mut Context) {
        let any_new = self.take_in_new(context);
        let options = context.session.adapt_options();
        if any_new || options != self.options {
            self.options = options;
            for working in &mut self.working {
                options.remembering(working.memory_seconds).apply(working.adapter.adaptation_mut());
            }
        }
        let mut has_heard = false;
        self.working.retain_mut(|working| {
            let work = working.adapter.work();
            has_heard |= work.has_heard;
            !work.is_gone
        });
        if has_heard {
            // Refused where something else plays by now, which has its own state.
            let _ = self.take_up_learned(context);
        }
    }

    /// Adds the adapters of models that were built since the last call; gives whether there were any.
    fn take_in_new(&mut self, context: &mut Context) -> bool {
        let known = self.working.len();
        self.working.append(&mut context.playback.take_adapters());
        self.working.append(&mut context.new_adapters);
        self.working.len() > known
    }

    /// The adapter of the model that plays.
    fn playing(&mut self, now: &Snapshot) -> Option<&mut ModelAdapter> {
        let format = now.stream.as_ref()?.format;
        let plays =
            |working: &&mut ModelAdapter| working.format == format && Arc::ptr_eq(&working.preset, &now.version.preset);
        self.working.iter_mut().rev().find(plays)
    }

    /// What the sources have learned becomes part of what plays.
    ///
    /// # Errors
    /// If something else plays by now: a model that was built since, or one that renders offline and must find what the
    /// last one did.
    fn take_up_learned(&mut self, context: &Context) -> Result<Arc<Version>, WorkerError> {
        let now = context.playback.snapshot();
        let playing = self.playing(&now).ok_or(WorkerError::Superseded)?;
        let state = Arc::new(adaptive_state(playing.adapter.adaptation(), playing));
        context.put(&now.version, now.version.with_adaptive_state(state))
    }
}

/// Shares the components of adaptive sources by `cue`, also if they are shared by it already: what was given by hand is
/// shared anew.
fn group_by(cue: Cue, context: &mut Context) -> Result<Arc<Version>, WorkerError> {
    let before = context.playback.version();
    let preset = Preset { grouping: cue, ..Preset::clone(&before.preset) };
    let mut state = AdaptiveState { grouped_by: None, ..AdaptiveState::clone(&before.adaptive_state) };
    state.sources.iter_mut().for_each(|source| source.pinned.fill(false));
    context.edit_with_state(&before, preset, state, None)
}

/// What the sources of `playing` have learned by now.
fn adaptive_state(adaptation: &Adaptation, playing: &ModelAdapter) -> AdaptiveState {
    let owners = adaptation.owners();
    let sources = (0..playing.preset.sources.len()).filter_map(|strip| {
        let own: Vec<usize> =
            (0..owners.len()).filter(|&k| usize::from(owners[k]) == strip && adaptation.freedom(k).moves()).collect();
        (!own.is_empty()).then(|| SourceState {
            strip,
            dictionary: dictionary(adaptation, &own, &playing.layout),
            pinned: own.iter().map(|&k| adaptation.is_pinned(k)).collect(),
            components: own.into_iter().map(ComponentIndex).collect(),
        })
    });
    AdaptiveState {
        sources: sources.collect(),
        heard_seconds: adaptation.heard_seconds(),
        grouped_by: adaptation.is_shared().then_some(playing.preset.grouping),
    }
}

/// The components `own` as they stand, rounded as a project stores them.
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
    let mut dictionary = Dictionary { frame, training, components: own.len(), bins, bases, reconstruction: None };
    match own.iter().all(|&k| adaptation.freedom(k).is_found()) {
        true => file::round_found(&mut dictionary),
        false => file::round_dictionary(&mut dictionary),
    }
    dictionary
}
