//! What the worker says, when it looks, and that it outlives what fails.

use super::*;

#[test]
fn a_success_is_told_for_a_while_and_a_failure_until_it_is_dismissed() {
    let mut rig = Rig::new();
    rig.worker.context.say(Message::Done("done".to_owned()));
    let left = rig.worker.look().expect("the message ends");
    assert!(left <= Duration::from_secs(6), "{left:?}");
    rig.worker.context.end_message_at(Instant::now());
    assert_eq!((rig.worker.look(), rig.session.message()), (None, Message::None));
    rig.worker.context.say(Message::Failed("failed".to_owned()));
    assert_eq!(rig.worker.look(), None);
    rig.ask(Command::DismissMessage);
    assert_eq!(rig.session.message(), Message::None);
}

#[test]
fn the_worker_looks_as_often_as_something_depends_on_it() {
    let mut rig = Rig::new();
    assert_eq!(rig.worker.look(), None, "nothing plays");
    let window = rig.session.repaint.open(|| {});
    assert_eq!(rig.worker.look(), None, "a window shows what is sent to it");
    let mut rig = Rig::active();
    assert_eq!(rig.worker.look(), Some(STOPPED), "the host does not play yet");
    rig.session.meters.cpu.write(0.01, 0.01, false);
    assert_eq!(rig.worker.look(), Some(IDLE), "a host that plays may turn Learn switches");
    let other = rig.session.repaint.open(|| {});
    assert_eq!(rig.worker.look(), Some(BUSY), "a window shows levels");
    drop((window, other));
    rig.ask(LearnCommand::Start(0));
    assert_eq!(rig.worker.look(), Some(BUSY), "a take is under way");
    rig.ask(LearnCommand::Cancel);
    assert_eq!(rig.worker.look(), Some(IDLE));
    rig.playback.deactivate(|| {});
    assert_eq!(rig.worker.look(), None);
}

#[test]
fn the_worker_outlives_a_panic_and_says_so() {
    let rig = Rig::new();
    let Rig { worker, playback, session, commands, .. } = rig;
    let _thread = WorkerThread::spawn(worker, commands, &session);
    let wait = |what: &str, holds: &dyn Fn() -> bool| {
        let patience = Instant::now() + Duration::from_secs(60);
        while !holds() {
            assert!(Instant::now() < patience, "{what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    session.send(Command::Panic);
    wait("the failure is said", &|| matches!(session.message(), Message::Failed(_)));
    session.send(rename("kick"));
    wait("the next command is carried out", &|| playback.version().preset.sources[0].name == "kick");
}
