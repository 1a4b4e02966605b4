//! Undo, redo and the two sides, carried out. The place in the history moves when an action has been carried out; one
//! that fails leaves history, presets and knobs as they were, and says why.

use super::{
    Worker,
    context::Context,
    error::WorkerError,
    preset_settings::PresetSettings,
    undo_history::{Action, Direction, SideState},
};
use crate::{
    instance::{
        command::UndoCommand,
        host_names,
        mode::Mode,
        param_id::ParamId,
        project::{playback::Basis, version::Version},
        state::{message::Message, undo_view::UndoView},
    },
    preset::library::preset_name,
};
use nice_plug::prelude::Enum;
use std::{path::Path, sync::Arc};

impl Worker {
    pub(super) fn serve_undo(&mut self, command: UndoCommand) -> Result<(), WorkerError> {
        let context = &mut self.context;
        match command {
            UndoCommand::Undo => context.step(Direction::Undo),
            UndoCommand::Redo => context.step(Direction::Redo),
            UndoCommand::SwitchSide => {
                context.switch_side()?;
                context.history.push(Action::SwitchedSide);
                Ok(())
            }
            UndoCommand::CopySide => {
                let now = context.side_state();
                let before = context.history.set_other_side(Some(now.clone()));
                context.history.push(Action::CopiedSide(before, now));
                let (from, to) = (context.history.side(), context.history.side().other());
                context.say(Message::Done(format!("Copied {from:?} to {to:?}: both are the same now")));
                Ok(())
            }
            UndoCommand::Moved(by_hand) => {
                context.history.moved(by_hand);
                Ok(())
            }
            UndoCommand::EndTurn => {
                context.history.end_turn();
                Ok(())
            }
        }
    }

    /// Shows the editor what can be undone.
    pub(super) fn show_undo(&self) {
        let context = &self.context;
        let (undo, redo) = (context.undo_label(Direction::Undo), context.undo_label(Direction::Redo));
        context.session.set_undo_view(UndoView { undo, redo, side: context.history.side() });
    }
}

impl Context {
    /// What the next action in this direction is called.
    pub(super) fn undo_label(&self, direction: Direction) -> Option<String> {
        self.history.next(direction).map(|action| self.label(action))
    }

    /// Carries out the next action in this direction.
    pub(super) fn step(&mut self, direction: Direction) -> Result<(), WorkerError> {
        let Some(action) = self.history.next(direction).cloned() else { return Ok(()) };
        let left = self.playback.version();
        let undoes = direction == Direction::Undo;
        match action {
            Action::Moved(moves) => {
                self.params.set(moves.iter().map(|moved| (moved.param, if undoes { moved.from } else { moved.to })));
            }
            Action::Changed { from, to, settings, .. } => {
                let settings = settings.map(|(before, after)| if undoes { before } else { after });
                self.play_again(if undoes { &from } else { &to }, &settings.unwrap_or_default())?;
            }
            Action::SwitchedSide => self.switch_side()?,
            Action::CopiedSide(before, after) => {
                self.history.set_other_side(if undoes { before } else { Some(after) });
            }
            Action::Renamed { from, to } => {
                let moved = if undoes { self.relocate(&to, &from) } else { self.relocate(&from, &to) };
                self.read_library();
                moved?;
            }
            Action::Deleted(trashed) => {
                let done = if undoes { self.restore(&trashed) } else { self.delete_again(trashed) };
                self.read_library();
                done?;
            }
        }
        self.history.step(direction, &left);
        Ok(())
    }

    /// Plays `version` again, exactly, with `settings`.
    fn play_again(&mut self, version: &Arc<Version>, settings: &PresetSettings) -> Result<(), WorkerError> {
        let now = self.playback.version();
        self.play_remembering(Basis::Version(&now), version.recounted(), settings.memory_seconds)?;
        self.set_params(settings);
        self.say(Message::None);
        self.read_library();
        self.mark_project_changed();
        Ok(())
    }

    /// Puts the other side in force: preset, parameters and memory.
    fn switch_side(&mut self) -> Result<(), WorkerError> {
        let now = self.side_state();
        let wanted = self.history.other_side().unwrap_or(&now).clone();
        if !wanted.version.is_same_preset(&now.version) {
            let memory_seconds = Some(wanted.memory_seconds);
            self.play_again(&wanted.version, &PresetSettings { memory_seconds, ..PresetSettings::default() })?;
        }
        self.session.set_memory_seconds(wanted.memory_seconds);
        self.params.set(wanted.params);
        self.history.switch_side(now);
        Ok(())
    }

    /// What is in force.
    fn side_state(&self) -> SideState {
        let params = ParamId::all().filter(|id| id.is_undoable()).map(|id| (id, self.params.params().normalized(id)));
        let memory_seconds = self.session.adapt_options().memory_seconds;
        SideState { params: params.collect(), version: self.playback.version(), memory_seconds }
    }

    /// What an action was, in a few words.
    fn label(&self, action: &Action) -> String {
        let file_name = |path: &Path| preset_name(path).unwrap_or_default();
        match action {
            Action::Moved(moves) => moves.first().map(|moved| self.param_label(moved.param)).unwrap_or_default(),
            Action::Changed { from, to, settings: Some(_), .. } => format!("{} after {}", to.title(), from.title()),
            Action::Changed { what, settings: None, .. } => what.clone(),
            Action::SwitchedSide => "switch between A and B".to_owned(),
            Action::CopiedSide(..) => "copy between A and B".to_owned(),
            Action::Renamed { from, to } => format!("rename {} to {}", file_name(from), file_name(to)),
            Action::Deleted(trashed) => format!("delete {}", trashed.name()),
        }
    }

    /// "Drums gain" where the parameter's own name is "Gain 1".
    fn param_label(&self, param: ParamId) -> String {
        if param == ParamId::Mode {
            let mode = Mode::from(self.session.audio_status().mode);
            return format!("mode ({} plays)", Mode::variants()[mode.to_index()]);
        }
        let named = host_names::param_name(param, &self.playback.version().summary);
        named.unwrap_or_else(|| self.params.params().name(param))
    }
}
