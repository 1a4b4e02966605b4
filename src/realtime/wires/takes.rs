//! What begins and ends a take, on its way from the audio thread to the worker.

use crate::wait_free::ring::{Consumer, Producer, RingBuffer};

/// Most events on their way; a player makes a few a second.
const EVENTS_UNDER_WAY: usize = 64;

/// Something that begins or ends a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakeEvent {
    /// The stream in which it happened: the number of its activation.
    pub stream: u64,
    /// Position in that stream's capture, in samples.
    pub position: u64,
    /// What it was.
    pub kind: TakeEventKind,
}

/// What begins or ends a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeEventKind {
    /// The strip's Learn switch went on.
    LearnOn(usize),
    /// A project came while the strip's Learn switch was on, or brought it: no take begins with it, and none goes on.
    LearnLoaded(usize),
    /// The strip's Learn switch went off.
    LearnOff(usize),
    /// The host's transport stopped, or went back.
    TransportEnded,
}

/// The audio thread's end.
pub struct TakeSender(Producer<TakeEvent>);

/// The worker's end.
pub struct TakeReceiver(Consumer<TakeEvent>);

/// Both ends.
pub fn link() -> (TakeSender, TakeReceiver) {
    let (sender, receiver) = RingBuffer::new(EVENTS_UNDER_WAY);
    (TakeSender(sender), TakeReceiver(receiver))
}

impl TakeSender {
    /// Audio thread: tells the worker. When that is far behind, or there is none, the event is lost.
    pub fn send(&mut self, event: TakeEvent) {
        // The event is a plain value: nothing is freed.
        let _ = self.0.push(event);
    }
}

impl TakeReceiver {
    /// The earliest event that has not been given yet.
    pub fn next_event(&mut self) -> Option<TakeEvent> {
        self.0.pop().ok()
    }
}
