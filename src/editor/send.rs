//! Carries out what the rooms ask for. Everything that the editor sends to the session is in this file, except
//! gestures, which the [`recorder`](super::recorder) passes on, and what [`duties`](super::duties) and [`replay`] do.

use super::{
    asked::Asked,
    file_chooser::{FileChooser, FileKind},
    replay, scale,
    state::EditorState,
};
use crate::{
    instance::{
        command::Request,
        history::Side,
        params::UnbraidParams,
        session::{Activity, Session},
        worker::{browsing::Browse, sources::Arrange},
    },
    preset::library::{self, Entry},
};
use nice_plug::context::gui::GuiContext;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Carries out `asked`. `host` is the host itself: parameters that are set by undoing are not recorded to be undone.
pub fn carry_out(
    asked: Asked,
    params: &UnbraidParams,
    session: &Arc<Session>,
    host: &GuiContext,
    state: &mut EditorState,
) {
    match asked {
        Asked::Command(request) => session.request(request),
        Asked::Undo => replay::undo(params, session, host),
        Asked::Redo => replay::redo(params, session, host),
        Asked::SwitchSide => replay::switch_side(params, session, host, true),
        Asked::CopySide => copy_side(params, session),
        Asked::DismissFailure => session.set_activity(Activity::Idle),
        Asked::SetLearnOptions(options) => session.set_learn_options(options),
        Asked::SetAdaptOptions(options) => session.set_adapt_options(options),
        Asked::RestoreDeleted(trashed) => {
            session.history().forget_deletion(&trashed);
            session.browse(Browse::Restore(trashed));
        }
        Asked::ForgetDeleted => session.browsing.set_deleted(None),
        Asked::ForgetFound => session.set_found(None),
        Asked::ChooseFiles(kind) => choose_files(kind, &state.file_chooser(), session),
        Asked::ShowBases(strip) => state.bases.open(strip),
        Asked::ReopenBases => state.bases.reopen(),
        Asked::ShowStrips => state.bases.close(),
        Asked::SetScale(scale) => scale::remember(params, scale),
    }
}

/// A window has opened.
pub fn window_opened(session: &Session) {
    // Knobs that were loaded while no window was open come too late: they may have been turned since.
    session.withdraw_knobs();
    session.history().settle();
    session.browse(Browse::Read);
}

fn copy_side(params: &UnbraidParams, session: &Session) {
    let (from, to) = match session.history().side() {
        Side::A => ("A", "B"),
        Side::B => ("B", "A"),
    };
    replay::copy_side(params, session);
    session.set_activity(Activity::Done(format!("Copied {from} to {to}: both are the same now")));
}

fn choose_files(kind: FileKind, files: &FileChooser, session: &Arc<Session>) {
    let strip = match kind {
        FileKind::Recordings(strip) => source_name(session, strip),
        FileKind::Preset | FileKind::Sources => None,
    };
    let (told, woken) = (session.clone(), session.clone());
    files.ask(kind, move |files| take_files(kind, files, strip.as_deref(), &told), move || woken.waker.wake());
}

/// `files` were chosen. `source` is the name that the strip had when they were asked for.
fn take_files(kind: FileKind, files: Vec<PathBuf>, source: Option<&str>, session: &Session) {
    let Some(first) = files.first() else { return };
    match kind {
        FileKind::Preset => session.request(Request::LoadFile(first.clone())),
        FileKind::Sources => {
            let entry = Entry { name: title(first), path: Some(first.clone()) };
            session.request(Arrange::Look(entry).into());
        }
        FileKind::Recordings(strip) if source == source_name(session, strip).as_deref() => {
            session.request(Request::LearnFiles(strip, files));
        }
        FileKind::Recordings(_) => {
            let sentence = "nothing was learned: the strips have changed since; choose the recordings again";
            session.set_activity(Activity::Failed(sentence.to_owned()));
        }
    }
}

fn source_name(session: &Session, strip: usize) -> Option<String> {
    session.summary().strips.get(strip).map(|strip| strip.name.clone())
}

/// What a preset's file is called.
fn title(file: &Path) -> String {
    let whole_name = || file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    library::preset_name(file).unwrap_or_else(whole_name)
}
