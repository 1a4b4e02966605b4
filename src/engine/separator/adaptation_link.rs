//! The link between a model on the audio thread and its adapter on another thread.
//!
//! | from | to | what |
//! |---|---|---|
//! | audio thread | adapter | a frame, in a box |
//! | adapter | audio thread | the empty box |
//! | adapter | audio thread | new bases, in a box |
//! | audio thread | adapter | the box, with the old ones in it |
//!
//! All boxes are made at the start, and each ring has a place for every one of its boxes, so that nothing is allocated
//! and no box is lost. If no box is free, a frame is left out; this is always so when the adapter is gone. The boxes
//! are freed with the model.

use crate::wait_free::{
    push::push_or_leak,
    ring::{Consumer, Producer, RingBuffer},
};

/// The audio thread's end.
pub struct ModelEnd<B> {
    frames: Producer<Box<[f32]>>,
    empty_frames: Consumer<Box<[f32]>>,
    bases: Consumer<Box<B>>,
    old_bases: Producer<Box<B>>,
}

/// The adapter's end.
pub struct AdapterEnd<B> {
    frames: Consumer<Box<[f32]>>,
    empty_frames: Producer<Box<[f32]>>,
    bases: Producer<Box<B>>,
    old_bases: Consumer<Box<B>>,
}

/// Both ends of a link that carries up to `frames` frames of `frame_len` values each, and the given `bases`.
pub fn link<B>(frames: usize, frame_len: usize, bases: Vec<Box<B>>) -> (ModelEnd<B>, AdapterEnd<B>) {
    let (frames_in, frames_out) = RingBuffer::new(frames);
    let (mut empty_in, empty_out) = RingBuffer::new(frames);
    let (bases_in, bases_out) = RingBuffer::new(bases.len());
    let (mut old_in, old_out) = RingBuffer::new(bases.len());
    for _ in 0..frames {
        push_or_leak(&mut empty_in, vec![0.0; frame_len].into_boxed_slice());
    }
    bases.into_iter().for_each(|bases| push_or_leak(&mut old_in, bases));
    let model = ModelEnd { frames: frames_in, empty_frames: empty_out, bases: bases_out, old_bases: old_in };
    (model, AdapterEnd { frames: frames_out, empty_frames: empty_in, bases: bases_in, old_bases: old_out })
}

impl<B> ModelEnd<B> {
    /// On the audio thread: calls `exchange` with new bases, if there are any, which leaves the old ones in their
    /// place.
    pub fn take_bases(&mut self, exchange: impl FnOnce(&mut B)) {
        if let Ok(mut bases) = self.bases.pop() {
            exchange(&mut bases);
            push_or_leak(&mut self.old_bases, bases);
        }
    }

    /// On the audio thread: sends the frame that `write` writes, if a box is free.
    pub fn send_frame(&mut self, write: impl FnOnce(&mut [f32])) {
        if let Ok(mut frame) = self.empty_frames.pop() {
            write(&mut frame);
            push_or_leak(&mut self.frames, frame);
        }
    }
}

impl<B> AdapterEnd<B> {
    /// Calls `take` with all frames that have arrived, oldest first. `false` if the model is gone, and no more will
    /// arrive.
    pub fn each_frame(&mut self, mut take: impl FnMut(&[f32])) -> bool {
        // Checked first, so that the last frames of a model that is gone are still taken.
        let is_there = !self.frames.is_abandoned();
        while let Ok(frame) = self.frames.pop() {
            take(&frame);
            push_or_leak(&mut self.empty_frames, frame);
        }
        is_there
    }

    /// Sends the bases that `write` writes. `false` if no box is free, because the audio thread has not taken the last
    /// ones yet.
    pub fn send_bases(&mut self, write: impl FnOnce(&mut B)) -> bool {
        let Ok(mut bases) = self.old_bases.pop() else { return false };
        write(&mut bases);
        push_or_leak(&mut self.bases, bases);
        true
    }
}
