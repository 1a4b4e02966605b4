//! The way from a model on the audio thread to its adapter on another, and back.
//!
//! | from | to | what |
//! |---|---|---|
//! | audio thread | adapter | a frame, in a box |
//! | adapter | audio thread | the empty box |
//! | adapter | audio thread | new bases, in a box |
//! | audio thread | adapter | the box, with the old ones in it |
//!
//! All boxes are made at the beginning, and every ring has a place for each: nothing is allocated, and no box is ever lost. Without a free
//! box a frame is left out; so it is once the adapter is gone and all boxes wait for it. They are freed with the model.

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

/// Both ends of a link on which as many frames of `frame_len` values, and as many `bases`, can be under way as are given.
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
    /// Audio thread: `exchange` is given new bases, if some have come, and leaves the old ones in their place.
    pub fn take_bases(&mut self, exchange: impl FnOnce(&mut B)) {
        if let Ok(mut bases) = self.bases.pop() {
            exchange(&mut bases);
            push_or_leak(&mut self.old_bases, bases);
        }
    }

    /// Audio thread: sends the frame that `write` writes, if there is a box for it.
    pub fn send_frame(&mut self, write: impl FnOnce(&mut [f32])) {
        if let Ok(mut frame) = self.empty_frames.pop() {
            write(&mut frame);
            push_or_leak(&mut self.frames, frame);
        }
    }
}

impl<B> AdapterEnd<B> {
    /// Shows `take` all frames that have come, oldest first. `false` once the model is gone, and no more will come.
    pub fn each_frame(&mut self, mut take: impl FnMut(&[f32])) -> bool {
        // Asked first: what a model has sent before it went is still taken.
        let is_there = !self.frames.is_abandoned();
        while let Ok(frame) = self.frames.pop() {
            take(&frame);
            push_or_leak(&mut self.empty_frames, frame);
        }
        is_there
    }

    /// Sends the bases that `write` writes. `false` while the audio thread has not taken those of before.
    pub fn send_bases(&mut self, write: impl FnOnce(&mut B)) -> bool {
        let Ok(mut bases) = self.old_bases.pop() else { return false };
        write(&mut bases);
        push_or_leak(&mut self.bases, bases);
        true
    }
}
