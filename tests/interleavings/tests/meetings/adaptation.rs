//! A model and its adapter exchange frames and bases, in every order.

use super::parcel::{Parcel, begin_audio_thread, end_audio_thread};
use interleavings::adaptation_link::{AdapterEnd, ModelEnd, link};
use loom::thread;

/// A link with room for two frames of one value, and one set of bases.
fn short_link() -> (ModelEnd<Parcel>, AdapterEnd<Parcel>) {
    link(2, 1, vec![Box::new(Parcel::new(0))])
}

#[test]
fn frames_and_bases_come_in_order_and_no_box_is_lost() {
    loom::model(|| {
        let (mut model, mut adapter) = short_link();
        let audio = thread::spawn(move || {
            begin_audio_thread();
            let (mut sent, mut heard) = (0, 0);
            for number in 1..=2 {
                model.take_bases(|bases| {
                    assert!(bases.number() > heard);
                    heard = bases.number();
                });
                model.send_frame(|frame| {
                    frame[0] = number as f32;
                    sent += 1;
                });
            }
            end_audio_thread();
            assert_eq!(sent, 2, "there are boxes for both");
            model
        });
        let learner = thread::spawn(move || {
            let mut seen = Vec::new();
            for number in 1..=2 {
                assert!(adapter.each_frame(|frame| seen.push(frame[0])));
                adapter.send_bases(|bases| bases.set(number));
            }
            (adapter, seen)
        });
        let mut model = audio.join().unwrap();
        let (mut adapter, mut seen) = learner.join().unwrap();
        adapter.each_frame(|frame| seen.push(frame[0]));
        assert_eq!(seen, [1.0, 2.0]);
        // All boxes are there: two for frames, one for bases.
        let mut boxes = 0;
        (0..3).for_each(|_| model.send_frame(|_| boxes += 1));
        model.take_bases(|_| {});
        assert!(boxes == 2 && adapter.send_bases(|_| {}) && !adapter.send_bases(|_| {}));
    });
}

#[test]
fn what_a_model_sent_before_it_went_is_still_taken() {
    loom::model(|| {
        let (mut model, mut adapter) = short_link();
        let owner = thread::spawn(move || {
            model.send_frame(|frame| frame[0] = 1.0);
            // Retired, and freed by the worker.
            drop(model);
        });
        let learner = thread::spawn(move || {
            let mut seen = 0;
            if !adapter.each_frame(|_| seen += 1) {
                assert_eq!(seen, 1, "the model is gone, and its frame with it");
            }
        });
        owner.join().unwrap();
        learner.join().unwrap();
    });
}

#[test]
fn a_model_whose_adapter_is_gone_plays_on_and_frees_nothing() {
    loom::model(|| {
        let (mut model, mut adapter) = short_link();
        let audio = thread::spawn(move || {
            begin_audio_thread();
            for _ in 0..3 {
                model.take_bases(|_| {});
                model.send_frame(|frame| frame[0] = 1.0);
            }
            end_audio_thread();
            model
        });
        let learner = thread::spawn(move || {
            adapter.send_bases(|bases| bases.set(1));
            drop(adapter);
        });
        learner.join().unwrap();
        drop(audio.join().unwrap());
    });
}
