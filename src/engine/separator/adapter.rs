//! Adapts a model's bases: in step with the stream, or with an [`Adapter`] on another thread.
//!
//! In step (offline renders, the command line), every update happens at its place in the stream and takes effect one
//! period later, so that the same stream gives the same sound. On another thread (live), frames and bases cross a link;
//! what is late is left out, and nothing waits.

use super::adaptation_link::{AdapterEnd, ModelEnd, link};
use crate::learner::adaptive::{Adaptation, Bases, ComponentIndex};

/// Most frames on their way to an adapter.
const FRAMES_UNDER_WAY: usize = 64;
/// Most sets of bases on their way from an adapter.
const BASES_UNDER_WAY: usize = 2;

/// How the bases of a model are adapted.
pub(super) enum ModelAdaptation {
    /// They are not adapted.
    None,
    /// In step with the stream.
    InStep(Box<InStep>),
    /// By an [`Adapter`].
    Linked(ModelEnd<Bases>),
}

pub(super) struct InStep {
    adaptation: Adaptation,
    /// The bases that take effect with the next period, if `fresh`.
    next: Bases,
    fresh: bool,
}

/// Adapts a model's bases on another thread.
pub struct Adapter {
    adaptation: Adaptation,
    link: AdapterEnd<Bases>,
    /// Whether the last change was not sent to the audio thread yet.
    unsent: bool,
}

/// The result of [`Adapter::work`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkDone {
    /// The bases have changed.
    pub has_learned: bool,
    /// They have, or others were learned that are no better: what was heard counts for those that there are.
    pub has_heard: bool,
    /// The model is gone, and there is no more work.
    pub is_gone: bool,
}

impl ModelAdaptation {
    pub(super) fn in_step(adaptation: Adaptation) -> Self {
        let next = adaptation.empty_bases();
        Self::InStep(Box::new(InStep { adaptation, next, fresh: false }))
    }

    /// The adaptation, if it is in step with the stream.
    pub(super) fn adaptation_mut(&mut self) -> Option<&mut Adaptation> {
        if let Self::InStep(own) = self { Some(&mut own.adaptation) } else { None }
    }

    /// Hands the adaptation to another thread.
    pub(super) fn send_away(&mut self) -> Option<Adapter> {
        if !matches!(self, Self::InStep(_)) {
            return None;
        }
        let Self::InStep(own) = std::mem::replace(self, Self::None) else { return None };
        let adaptation = own.adaptation;
        let bases = (0..BASES_UNDER_WAY).map(|_| Box::new(adaptation.empty_bases())).collect();
        let frame_len = 2 * adaptation.width() + adaptation.components() + adaptation.evidence_values();
        let (model, link) = link(FRAMES_UNDER_WAY, frame_len, bases);
        *self = Self::Linked(model);
        Some(Adapter { adaptation, link, unsent: false })
    }

    /// Before a frame is solved: calls `exchange` with new bases, if there are any, which leaves the old ones in their
    /// place.
    pub(super) fn renew(&mut self, at_period: bool, exchange: impl FnOnce(&mut Bases)) {
        match self {
            Self::None => {}
            Self::InStep(own) => {
                if own.fresh && at_period {
                    exchange(&mut own.next);
                    own.fresh = false;
                }
            }
            Self::Linked(link) => link.take_bases(exchange),
        }
    }

    /// After a frame is solved: passes on its bands `v`, those of its `left` channel, its activations `h`, and what the
    /// evidence `said` of it.
    pub(super) fn remember(&mut self, v: &[f32], left: &[f32], h: &[f32], said: &[f32]) {
        match self {
            Self::None => {}
            Self::InStep(own) => {
                if own.adaptation.feed(v, left, h, said) && own.adaptation.update() {
                    own.adaptation.write(&mut own.next);
                    own.fresh = true;
                }
            }
            Self::Linked(link) => link.send_frame(|frame| {
                let (bands, rest) = frame.split_at_mut(2 * v.len());
                bands[..v.len()].copy_from_slice(v);
                bands[v.len()..].copy_from_slice(left);
                let (activations, evidence) = rest.split_at_mut(h.len());
                activations.copy_from_slice(h);
                evidence.copy_from_slice(said);
            }),
        }
    }

    /// In step, a new stream starts as the first one did. An adapter keeps what it has learned, because a transport
    /// that jumps does not change the music.
    pub(super) fn reset(&mut self) {
        if let Self::InStep(own) = self {
            own.adaptation.rewind();
            own.adaptation.write(&mut own.next);
            own.fresh = true;
        }
    }
}

impl Adapter {
    /// Learns from the frames that have arrived, and sends new bases if they are due.
    pub fn work(&mut self) -> WorkDone {
        let (width, components) = (self.adaptation.width(), self.adaptation.components());
        let mut due = false;
        let is_there = self.link.each_frame(|frame| {
            let (bands, rest) = frame.split_at(2 * width);
            let (h, said) = rest.split_at(components);
            due |= self.adaptation.feed(&bands[..width], &bands[width..], h, said);
        });
        let attempts = self.adaptation.attempts();
        let has_learned = due && self.adaptation.update();
        let has_heard = has_learned || self.adaptation.attempts() != attempts;
        if has_learned || self.unsent {
            self.publish();
        }
        WorkDone { has_learned, has_heard, is_gone: !is_there }
    }

    /// Forgets what was learned: back to the bases that the model started with.
    pub fn reset(&mut self) {
        self.adaptation.reset();
        self.publish();
    }

    /// Gives `component` of an adaptive source to another one, `source`. `false` if that [cannot be](Adaptation::give).
    pub fn give(&mut self, component: ComponentIndex, source: u8) -> bool {
        let given = self.adaptation.give(component, source);
        if given {
            self.publish();
        }
        given
    }

    fn publish(&mut self) {
        self.unsent = !self.link.send_bases(|bases| self.adaptation.write(bases));
    }

    /// The adaptation.
    pub fn adaptation(&self) -> &Adaptation {
        &self.adaptation
    }

    /// The adaptation, to change its settings.
    pub fn adaptation_mut(&mut self) -> &mut Adaptation {
        &mut self.adaptation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learner::adaptive::{AdaptationSetup, Freedom, PERIOD_FRAMES, first_basis},
        nmf::bands::Bands,
    };

    const BINS: usize = 65;

    fn adaptation() -> Adaptation {
        let bases: Vec<f32> = (0..3).flat_map(|k| first_basis(k, 3, BINS, 300.0)).collect();
        let freedom = vec![Freedom::Fixed, Freedom::Adaptive, Freedom::Adaptive];
        let owners = vec![0, 1, 1];
        Adaptation::new(AdaptationSetup::new(bases.clone(), bases, BINS, Bands::new(1..BINS), freedom, owners))
    }

    /// The bases that a model would be given in `periods` periods.
    fn heard(model: &mut ModelAdaptation, periods: usize, mut between: impl FnMut()) -> Vec<Vec<f32>> {
        let width = adaptation().width();
        let mut heard = Vec::new();
        for t in 0..periods * PERIOD_FRAMES {
            let at_period = t % PERIOD_FRAMES == 0;
            model.renew(at_period, |bases| heard.push(bases.bands.to_vec()));
            let v: Vec<f32> = (0..width).map(|b| ((b * 3 + t) % 7) as f32).collect();
            model.remember(&v, &v, &[1.0, 2.0, 3.0], &[]);
            if at_period {
                between();
            }
        }
        heard
    }

    #[test]
    fn in_step_every_update_is_heard_from_the_next_period_on() {
        let mut model = ModelAdaptation::in_step(adaptation());
        let first = heard(&mut model, 6, || {});
        assert_eq!(first.len(), 5);
        assert!(first.windows(2).all(|pair| pair[0] != pair[1]), "each update moves the bases");
        model.reset();
        let again = heard(&mut model, 6, || {});
        // After a reset the first bases come back at once.
        assert_eq!(again[1..], first[..]);
    }

    #[test]
    fn over_a_link_bases_come_back_and_nothing_is_lost_on_the_way() {
        let mut model = ModelAdaptation::in_step(adaptation());
        let mut adapter = model.send_away().unwrap();
        assert!(model.send_away().is_none());
        // Few enough periods for frequent updates throughout.
        let bases = heard(&mut model, 20, || assert!(!adapter.work().is_gone));
        assert!(bases.len() > 15, "{}", bases.len());
        // Left alone for a long time, it continues where it was.
        heard(&mut model, 200, || {});
        assert!(heard(&mut model, 4, || assert!(!adapter.work().is_gone)).len() >= 3);
        drop(model);
        assert!(adapter.work().is_gone);
    }
}
