//! Models go to the audio thread and come back, in every order.

use super::parcel::{Parcel, begin_audio_thread, end_audio_thread};
use interleavings::models::{ModelReceiver, link};
use loom::thread;

/// What the audio thread does before a block.
fn exchange(receiver: &mut ModelReceiver<Parcel>, playing: &mut Option<Box<Parcel>>) {
    if !receiver.can_retire(1) {
        return;
    }
    if let Some(model) = receiver.take_newest() {
        let newer = model.number();
        if let Some(old) = playing.replace(model) {
            assert!(old.number() < newer, "an old model came after a newer one");
            receiver.retire(old);
        }
    }
}

#[test]
fn the_newest_model_plays_and_none_is_freed_on_the_audio_thread() {
    loom::model(|| {
        let (mut sender, mut receiver) = link();
        let worker = thread::spawn(move || {
            for number in 1..=3 {
                sender.send(Box::new(Parcel::new(number)));
                sender.free_retired();
            }
            sender
        });
        let audio = thread::spawn(move || {
            begin_audio_thread();
            let mut playing = None;
            for _ in 0..3 {
                exchange(&mut receiver, &mut playing);
            }
            end_audio_thread();
            (receiver, playing)
        });
        let mut sender = worker.join().unwrap();
        let (mut receiver, mut playing) = audio.join().unwrap();
        exchange(&mut receiver, &mut playing);
        assert_eq!(playing.unwrap().number(), 3);
        sender.free_retired();
        // Nothing is left that loom would find.
    });
}
