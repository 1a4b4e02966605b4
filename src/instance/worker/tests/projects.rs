//! A project that arrives while the worker does something else.

use super::*;

#[test]
fn what_was_asked_of_the_preset_before_a_project_came_is_not_done_to_the_project() {
    let mut rig = Rig::new();
    rig.session.send(rename("kick"));
    rig.session.send(UndoCommand::EndTurn);
    rig.session.send(SourceCommand::ForgetList);
    rig.playback.bring(project("Brought"));
    let [renamed, ended, forgotten] = std::array::from_fn(|_| rig.commands.recv().unwrap());
    rig.worker.receive(ended);
    rig.worker.receive(forgotten);
    assert_eq!(rig.session.message(), Message::None, "what changes no preset is carried out");
    rig.worker.receive(renamed);
    assert_eq!((rig.playback.version().title(), rig.strip_names()[0].as_str()), ("Brought", "drums"));
    assert!(rig.failure().contains("another project"));
    rig.session.send(rename("kick"));
    let sent = rig.commands.recv().unwrap();
    rig.worker.receive(sent);
    assert_eq!(rig.strip_names()[0], "kick");
}

#[test]
fn an_activation_during_an_edit_does_not_refuse_the_edit() {
    let rig = Rig::active();
    let seen = rig.playback.snapshot();
    let stream = seen.stream.clone().unwrap();
    rig.playback.activate(&seen, seen.version.recounted(), stream, None, || {}).unwrap();
    let edited = Arc::new(seen.version.renamed("Edited", Origin::Project));
    let outcome = rig.playback.replace(Basis::Version(&seen.version), edited.clone(), Some(seen.activation), || {});
    assert_eq!(outcome, Err(Refused::OtherStream), "it is built again for the new stream");
    rig.playback.replace(Basis::Version(&seen.version), edited, Some(seen.activation + 1), || {}).unwrap();
}

#[test]
fn a_project_that_arrives_during_an_edit_wins() {
    let mut rig = Rig::active();
    let before = rig.playback.version();
    let mut edited = Preset::clone(&before.preset);
    edited.sources[0].name = "kick".to_owned();
    rig.playback.bring(project("Brought"));
    assert!(is_refused(rig.worker.context.edit(&before, edited)));
    assert!(Arc::ptr_eq(&rig.playback.version(), &before), "nothing has changed");
    assert!(rig.worker.context.history.next(Direction::Undo).is_none());
    assert_eq!(rig.playback.stored(), project("Brought"), "a project that is saved now has what was brought");
    rig.worker.look();
    assert_eq!((rig.session.summary().title.as_str(), rig.strip_names()[0].as_str()), ("Brought", "drums"));
    assert_eq!(rig.playback.stored().title, "Brought");
}

#[test]
fn a_project_that_arrives_during_learning_wins_and_learning_says_so() {
    let mut rig = Rig::new();
    let audio = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audio/finger-bass-take1.flac").into();
    let files = LearnCommand::Files { strip: 1, source: "bass".to_owned(), files: vec![audio] };
    rig.ask(files);
    assert!(rig.session.learning().job.is_some());
    rig.playback.bring(project("Brought"));
    rig.worker.look();
    assert!(rig.failure().contains("learn it again"), "{}", rig.failure());
    assert!(rig.session.learning().job.is_none());
    assert_eq!(rig.playback.stored().title, "Brought");
    assert!(rig.session.summary().strips[1].learned_from.iter().all(|name| !name.contains("finger-bass")));
}

#[test]
fn a_project_that_arrives_during_a_load_wins() {
    let mut rig = Rig::active();
    rig.ask(rename("kick"));
    rig.worker.tried = None;
    let before = rig.playback.version();
    // As the worker is when it has read the file and is about to play it.
    let loaded = Version::loaded(learned(), "Loaded", Origin::New).unwrap();
    rig.playback.bring(project("Brought"));
    assert!(is_refused(rig.worker.context.play(Basis::Version(&before), loaded)));
    assert!(Arc::ptr_eq(&rig.playback.version(), &before));
    rig.worker.look();
    assert_eq!(rig.session.summary().title, "Brought");
}

#[test]
fn a_project_that_arrives_during_undo_wins_and_the_history_begins_anew() {
    let mut rig = Rig::active();
    rig.ask(rename("kick"));
    rig.playback.bring(project("Brought"));
    assert!(is_refused(rig.worker.context.step(Direction::Undo)));
    assert!(rig.worker.context.history.next(Direction::Undo).is_some(), "the place in the history has not moved");
    assert_eq!(rig.strip_names()[0], "kick");
    rig.worker.look();
    assert_eq!(rig.session.summary().title, "Brought");
    assert_eq!(rig.session.undo_view().undo, None);
}

#[test]
fn an_activation_between_building_and_playing_gets_a_model_of_its_own_stream() {
    let rig = Rig::active();
    let seen = rig.playback.snapshot();
    let renamed = Arc::new(seen.version.renamed("Other", Origin::New));
    rig.playback.deactivate(|| {});
    let outcome = rig.playback.replace(Basis::Version(&seen.version), renamed, Some(seen.activation), || {
        panic!("the model was built for a stream that is over")
    });
    assert!(outcome.is_err() && Arc::ptr_eq(&rig.playback.version(), &seen.version));
}

/// The host saves on a thread of its own: what it gets is always one version, never a part of two.
#[test]
fn state_that_is_read_while_it_is_replaced_is_of_one_version() {
    let mut rig = Rig::new();
    let (saves, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Also if the worker fails.
            while !done.load(Relaxed) && saves.fetch_add(1, Relaxed) < 10_000 {
                let stored = rig.playback.stored();
                let preset = stored.unpack().unwrap();
                let first = &preset.sources[0].name;
                let fits = if stored.changed { first == "kick" } else { first == "drums" };
                assert!(fits, "{} with {first}", stored.changed);
            }
        });
        let worker = &mut rig.worker;
        while saves.load(Relaxed) < 50 {
            worker.serve(rename("kick").into());
            worker.serve(UndoCommand::Undo.into());
        }
        done.store(true, Relaxed);
    });
}

/// Projects that arrive at any moment while presets are edited: the last of both wins whole, and nothing is left over.
#[test]
fn projects_and_edits_at_once_leave_one_of_them_in_force() {
    let mut rig = Rig::active();
    std::thread::scope(|scope| {
        let playback = rig.playback.clone();
        let host = scope.spawn(move || {
            for number in 0..8 {
                playback.bring(project(&format!("project {number}")));
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        let mut number = 0;
        while !host.is_finished() {
            rig.worker.serve(rename(&format!("name {number}")).into());
            number += 1;
        }
    });
    rig.worker.look();
    assert_eq!(rig.session.summary().title, "project 7");
    let (version, stored) = (rig.playback.version(), rig.playback.stored());
    assert_eq!(stored.unpack().unwrap().sources, version.preset.sources);
}
