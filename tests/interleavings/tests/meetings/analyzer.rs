//! An editor sees frames while the audio thread sends them, in every order.

use super::parcel::{Parcel, begin_audio_thread, end_audio_thread};
use interleavings::analyzer_link::{FrameReceiver, FrameSender, link};
use loom::thread;

fn see(receiver: &mut FrameReceiver<Parcel>, seen: &mut Vec<u64>) {
    receiver.each(|frame| seen.push(frame.number()));
}

/// Sends the frames 1 to `count`, each of which finds a box.
fn play(mut sender: FrameSender<Parcel>, count: u64) -> FrameSender<Parcel> {
    begin_audio_thread();
    for number in 1..=count {
        let mut is_sent = false;
        sender.send(|frame| {
            frame.set(number);
            is_sent = true;
        });
        assert!(is_sent, "there is a box for frame {number}");
    }
    end_audio_thread();
    sender
}

/// `count` frames are sent over a link with `places` places, while an editor looks twice; gives what it has seen after
/// a third look.
fn meet(places: usize, count: u64, check: fn(&[u64])) {
    loom::model(move || {
        let (sender, mut receiver) = link(places);
        receiver.open(|| Parcel::new(0));
        let audio = thread::spawn(move || play(sender, count));
        let editor = thread::spawn(move || {
            let mut seen = Vec::new();
            (0..2).for_each(|_| see(&mut receiver, &mut seen));
            (receiver, seen)
        });
        let sender = audio.join().unwrap();
        let (mut receiver, mut seen) = editor.join().unwrap();
        see(&mut receiver, &mut seen);
        check(&seen);
        drop(sender);
    });
}

#[test]
fn every_frame_is_seen_once_where_none_is_overtaken() {
    meet(2, 2, |seen| assert_eq!(seen, [1, 2]));
}

#[test]
fn a_frame_that_is_overtaken_is_left_out_and_the_order_kept() {
    meet(1, 3, |seen| {
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
        assert!(seen.iter().all(|number| (1..=3).contains(number)), "{seen:?}");
    });
}

#[test]
fn a_link_that_opens_and_closes_while_frames_are_sent_frees_nothing_on_the_audio_thread() {
    loom::model(|| {
        let (mut sender, mut receiver) = link(1);
        let audio = thread::spawn(move || {
            begin_audio_thread();
            for number in 1..=2 {
                sender.send(|frame: &mut Parcel| frame.set(number));
            }
            end_audio_thread();
            sender
        });
        let editor = thread::spawn(move || {
            let mut seen = Vec::new();
            receiver.open(|| Parcel::new(0));
            see(&mut receiver, &mut seen);
            receiver.close();
            receiver.open(|| unreachable!("the boxes are there"));
            see(&mut receiver, &mut seen);
            assert!(seen.is_sorted_by(|a, b| a < b) && !seen.contains(&0), "{seen:?}");
            receiver
        });
        let sender = audio.join().unwrap();
        drop(editor.join().unwrap());
        drop(sender);
    });
}
