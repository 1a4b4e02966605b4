//! Carries out what the rooms ask for. Everything that the editor sends to the session is in this file, except
//! gestures, which the [`recorder`](super::recorder) passes on, what is held to be heard alone, which
//! [`audition`](super::audition) does, the frozen stretch that plays, which [`playing`](super::playing) does, and stems
//! that are dragged out of the window, which [`drag_out`](super::drag_out) does.

use super::{
    asked::Asked,
    file_chooser::{FileChooser, FileKind},
    state::EditorState,
};
use crate::{
    instance::{
        command::{Command, LearnCommand, LibraryCommand, MarkCommand, PresetCommand, SourceCommand, UndoCommand},
        params::UnbraidParams,
        session::Session,
    },
    preset::library::Entry,
};
use egui::Context;
use std::{path::PathBuf, sync::Arc};

/// Carries out `asked`.
pub fn carry_out(asked: Asked, ctx: &Context, params: &UnbraidParams, session: &Arc<Session>, state: &mut EditorState) {
    match asked {
        Asked::Command(command) => session.send(command),
        Asked::SetLearnOptions(options) => session.set_learn_options(options),
        Asked::SetAdaptOptions(options) => session.set_adapt_options(options),
        Asked::ChooseFiles(kind) => choose_files(kind, &state.file_chooser(), session),
        Asked::ShowBases(strip) => state.bases.open(strip),
        Asked::ReopenBases => {
            state.picture.is_full = false;
            state.bases.reopen();
        }
        Asked::ShowStrips => {
            state.picture.is_full = false;
            state.bases.close();
        }
        Asked::ToggleFullPicture => state.picture.toggle_full(),
        Asked::ToggleFreeze => state.picture.toggle_freeze(),
        Asked::TogglePlay => {
            let stretch = session.stretch().filter(|stretch| state.picture.shows(stretch));
            state.playing.toggle(session, stretch.as_deref());
        }
        Asked::Seek { number, seconds } => state.playing.seek(number, seconds),
        Asked::DragStem(strip, part) => state.drag_out.begin(strip, part, session),
        Asked::OpenHostMenu(param) => session.host_menu.open(param),
        Asked::ChooseInHostMenu(param, action) => session.host_menu.choose(param, action),
        Asked::SaveAs => state.header.save_as(),
        Asked::ShowHelp => state.help_is_open = true,
        // Taken out before: it is asked for anew in every frame.
        Asked::Hear(_) | Asked::HearFrom { .. } => {}
        Asked::SetScale(scale) => state.scale.choose(scale, ctx, params),
        Asked::EndScaleTrial { keep: true } => state.scale.keep(ctx, params),
        Asked::EndScaleTrial { keep: false } => state.scale.go_back(ctx),
    }
}

/// A window has opened.
pub fn window_opened(session: &Session) {
    session.send(UndoCommand::EndTurn);
    session.send(LibraryCommand::Refresh);
    session.send(Command::ReadPreferences);
    // What an earlier window has frozen.
    session.send(MarkCommand::Release);
}

fn choose_files(kind: FileKind, files: &FileChooser, session: &Arc<Session>) {
    // Files are chosen for the source that the strip has now: by the time they are, it may have another.
    let source = match kind {
        FileKind::Recordings(strip) => session.summary().strips.get(strip).map(|strip| strip.name.clone()),
        FileKind::Preset | FileKind::Sources => None,
    };
    let (taken, closed) = (session.clone(), session.clone());
    let take = move |files| take_files(kind, files, source.unwrap_or_default(), &taken);
    files.ask(kind, take, move || closed.repaint.request());
}

/// `files` were chosen, for `source` if they are recordings.
fn take_files(kind: FileKind, files: Vec<PathBuf>, source: String, session: &Session) {
    let Some(first) = files.first().cloned() else { return };
    match kind {
        FileKind::Preset => session.send(PresetCommand::LoadFile(first)),
        FileKind::Sources => session.send(SourceCommand::List(Entry::of_file(first))),
        FileKind::Recordings(strip) => session.send(LearnCommand::Files { strip, source, files }),
    }
}
