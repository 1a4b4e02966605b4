//! A frozen stretch goes to the audio thread, is wanted or not, and comes back, in every order.

use super::parcel::{Parcel, begin_audio_thread, end_audio_thread};
use interleavings::stretch::{StretchControl, StretchNumber, StretchReceiver, link};
use loom::{sync::Arc, thread};

impl StretchNumber for Parcel {
    fn number(&self) -> u64 {
        Self::number(self)
    }
}

/// What the audio thread does before a block.
fn exchange(
    receiver: &mut StretchReceiver<Parcel>,
    control: &StretchControl,
    playing: Option<Box<Parcel>>,
) -> Option<Box<Parcel>> {
    let wanted = || control.wanted();
    let playing = match playing {
        Some(sound) if wanted() != Some(sound.number()) => receiver.retire(sound).err(),
        playing => playing,
    };
    playing.or_else(|| receiver.take(wanted))
}

#[test]
fn the_stretch_that_is_wanted_plays_and_none_is_lost_or_freed_on_the_audio_thread() {
    loom::model(|| {
        let (mut sender, mut receiver) = link();
        let control = Arc::new(StretchControl::default());
        let shown = control.clone();
        let worker = thread::spawn(move || {
            for number in 1..=2 {
                shown.play(number, 0.0);
                sender.send(Box::new(Parcel::new(number)));
                sender.free_retired();
            }
            sender
        });
        let read = control.clone();
        let audio = thread::spawn(move || {
            begin_audio_thread();
            let mut playing = None;
            for _ in 0..2 {
                playing = exchange(&mut receiver, &read, playing);
            }
            end_audio_thread();
            (receiver, playing)
        });
        let mut sender = worker.join().unwrap();
        let (mut receiver, playing) = audio.join().unwrap();
        let playing = exchange(&mut receiver, &control, playing);
        assert_eq!(playing.as_ref().map(|sound| sound.number()), Some(2), "what was wanted last has come");
        control.stop();
        assert!(exchange(&mut receiver, &control, playing).is_none());
        sender.free_retired();
        // Nothing is left that loom would find.
    });
}
