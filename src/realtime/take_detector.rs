//! Sees what begins and ends a take: the Learn switches and the host's transport.

use crate::{
    engine::MAX_SOURCES,
    settings::Transport,
    wires::{
        host_requests::{FromHost, ProjectLoad},
        takes::{TakeEvent, TakeEventKind},
    },
};

/// How things stood in the last block.
#[derive(Debug, Default)]
pub struct TakeDetector {
    /// The Learn switches, without those that a project has brought.
    learn: [bool; MAX_SOURCES],
    /// The switches that a project has brought and that have not been off since.
    loaded: [bool; MAX_SOURCES],
    /// The last project that had come.
    load: ProjectLoad,
    playing: bool,
    /// Where the transport was while it ran.
    place: Option<f64>,
}

impl TakeDetector {
    /// Before a block that begins at `position` of the capture of `stream`, in samples: gives `send` what has happened
    /// since the last block. `host` is what the host has done.
    pub fn observe(
        &mut self,
        (mut learn, host): ([bool; MAX_SOURCES], FromHost),
        transport: Transport,
        stream: u64,
        position: u64,
        mut send: impl FnMut(TakeEvent),
    ) {
        let mut dropped = [false; MAX_SOURCES];
        let load = host.load;
        if core::mem::replace(&mut self.load, load) != load {
            self.loaded = core::array::from_fn(|strip| learn[strip] && load.learns(strip));
            // What was begun was for the preset of before, or with a switch that the project has brought.
            let begun = core::mem::replace(&mut self.learn, [false; MAX_SOURCES]);
            dropped = core::array::from_fn(|strip| begun[strip] || self.loaded[strip]);
        }
        for (strip, (is_loaded, learn)) in self.loaded.iter_mut().zip(&mut learn).enumerate() {
            // It may be on again before a block has seen it off.
            *is_loaded &= *learn && host.switched_off & (1 << strip) == 0;
            *learn &= !*is_loaded;
        }
        let before = core::mem::replace(&mut self.learn, learn);
        let place = transport.place.filter(|_| transport.playing);
        let stopped = self.playing && !transport.playing;
        // Back to the loop's beginning, or elsewhere by hand.
        let jumped = matches!((self.place, place), (Some(before), Some(now)) if now < before);
        let mut send = |kind| send(TakeEvent { stream, position, kind });
        let moved = |from: bool| (0..MAX_SOURCES).filter(move |&strip| before[strip] == from && learn[strip] != from);
        // What ends comes before what begins: one strip's Learn may follow another's.
        moved(true).for_each(|strip| send(TakeEventKind::LearnOff(strip)));
        if stopped || jumped {
            send(TakeEventKind::TransportEnded);
        }
        (0..MAX_SOURCES).filter(|&strip| dropped[strip]).for_each(|strip| send(TakeEventKind::LearnLoaded(strip)));
        moved(false).for_each(|strip| send(TakeEventKind::LearnOn(strip)));
        (self.playing, self.place) = (transport.playing, place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wires::host_requests::HostRequests;
    use TakeEventKind::{LearnLoaded, LearnOff, LearnOn, TransportEnded};
    use alloc::vec::Vec;

    fn seen(detector: &mut TakeDetector, strip: Option<usize>, transport: Transport) -> Vec<TakeEventKind> {
        seen_after(detector, FromHost::default(), strip, transport)
    }

    fn seen_after(
        detector: &mut TakeDetector,
        host: FromHost,
        strip: Option<usize>,
        transport: Transport,
    ) -> Vec<TakeEventKind> {
        let mut learn = [false; MAX_SOURCES];
        strip.into_iter().for_each(|strip| learn[strip] = true);
        let mut seen = Vec::new();
        detector.observe((learn, host), transport, 3, 7, |event| {
            assert_eq!((event.stream, event.position), (3, 7));
            seen.push(event.kind);
        });
        seen
    }

    #[test]
    fn one_strip_ends_before_the_next_begins() {
        let (mut detector, stands) = (TakeDetector::default(), Transport::default());
        assert_eq!(seen(&mut detector, Some(0), stands), [LearnOn(0)]);
        assert_eq!(seen(&mut detector, Some(0), stands), []);
        assert_eq!(seen(&mut detector, Some(1), stands), [LearnOff(0), LearnOn(1)]);
        assert_eq!(seen(&mut detector, None, stands), [LearnOff(1)]);
    }

    #[test]
    fn a_switch_that_a_project_brings_begins_no_take() {
        let (mut detector, stands, host) = (TakeDetector::default(), Transport::default(), HostRequests::default());
        let mut learn = [false; MAX_SOURCES];
        host.note_load(learn);
        let at_rest = host.take();
        // Turned on before a block was played since.
        assert_eq!(seen_after(&mut detector, at_rest, Some(0), stands), [LearnOn(0)]);
        learn[0] = true;
        host.note_load(learn);
        let load = host.take();
        // The take that was under way is dropped.
        assert_eq!(seen_after(&mut detector, load, Some(0), stands), [LearnLoaded(0)]);
        assert_eq!(seen_after(&mut detector, load, Some(0), stands), []);
        // Off and on again: by hand, also before a block has seen it off.
        assert_eq!(seen_after(&mut detector, load, None, stands), []);
        assert_eq!(seen_after(&mut detector, load, Some(0), stands), [LearnOn(0)]);
        host.note_load(learn);
        let load = host.take();
        assert_eq!(seen_after(&mut detector, load, Some(0), stands), [LearnLoaded(0)]);
        host.note_switched_off(0);
        assert_eq!(seen_after(&mut detector, host.take(), Some(0), stands), [LearnOn(0)]);
    }

    #[test]
    fn a_transport_that_stops_or_goes_back_ends_a_take() {
        let mut detector = TakeDetector::default();
        let at = |place| Transport { playing: true, place: Some(place), music: None };
        assert_eq!(seen(&mut detector, None, at(5.0)), []);
        assert_eq!(seen(&mut detector, None, at(6.0)), []);
        assert_eq!(seen(&mut detector, Some(2), at(1.0)), [TransportEnded, LearnOn(2)]);
        let stopped = Transport { playing: false, place: Some(1.5), music: None };
        assert_eq!(seen(&mut detector, Some(2), stopped), [TransportEnded]);
        // It may start anywhere.
        assert_eq!(seen(&mut detector, Some(2), stopped), []);
        assert_eq!(seen(&mut detector, Some(2), at(0.0)), []);
    }
}
