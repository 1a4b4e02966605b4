//! What is played is read while more is written, in every order.

use interleavings::capture::Capture;
use loom::{sync::Arc, thread};

/// Its ring holds 12 s: three samples.
const RATE_HZ: f64 = 0.25;

/// Writes the samples `from..to`, each its own position plus one, in one block.
fn write(capture: &Capture, from: u64, to: u64) {
    let mut block: Vec<f32> = (from..to).map(|position| position as f32 + 1.0).collect();
    capture.write(&[&mut block]);
}

/// The blocks of which `first` was written before, the others while `reader` runs. Both have a thread of their own: of
/// the first thread loom tries fewer orders.
fn meet(first: u64, blocks: &'static [u64], reader: fn(&Capture)) {
    loom::model(move || {
        let capture = Arc::new(Capture::new(RATE_HZ, 1));
        write(&capture, 0, first);
        let (written, read) = (capture.clone(), capture.clone());
        let writer = thread::spawn(move || {
            let mut from = first;
            for to in blocks {
                write(&written, from, *to);
                from = *to;
            }
        });
        let reader = thread::spawn(move || reader(&read));
        writer.join().unwrap();
        reader.join().unwrap();
        assert_samples(&capture, 3.min(*blocks.last().unwrap())).unwrap();
    });
}

/// The last `count` samples, if they are there, are what was written.
fn assert_samples(capture: &Capture, count: u64) -> Option<()> {
    let end = capture.position();
    let read = capture.read(end.saturating_sub(count)..end).ok()?;
    let expected: Vec<f32> = (end.saturating_sub(count)..end).map(|position| position as f32 + 1.0).collect();
    assert_eq!(read.channels[0], expected);
    Some(())
}

#[test]
fn a_copy_of_what_was_played_is_never_a_mixture_of_old_and_new() {
    meet(3, &[5], |capture| {
        assert_samples(capture, 3);
    });
}

#[test]
fn what_the_position_says_is_there_can_be_read() {
    meet(0, &[1, 2], |capture| assert_samples(capture, 2).unwrap());
}
