//! Undo and redo: two buttons, two keys, and what they do.

use super::{
    EditorState, Scene, compare,
    icon::{Icon, IconButton},
    latency,
    strip::display_name,
};
use crate::{
    instance::{
        command::{Replay, Request},
        history::{Deed, Step},
        session::Activity,
        state::summary::Summary,
        worker::browsing::Browse,
    },
    preset::library,
};
use egui::{Key, KeyboardShortcut, Modifiers, Rect, Ui, text_edit::TextEditState, vec2};
use nice_plug::prelude::{ParamPtr, Params};

/// Width of both buttons, in points.
pub const WIDTH: f32 = 58.0;

/// Draws both buttons in `room`.
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &mut EditorState) {
    let button = vec2(28.0, room.height());
    let left = Rect::from_min_size(room.min, button);
    let right = Rect::from_min_size(room.right_top() - vec2(button.x, 0.0), button);
    let (undo, redo) = {
        let history = scene.session.history();
        let label = |step: Option<&Step>| step.map(|step| label(step, scene, state.summary.as_deref()));
        (label(history.undoable()), label(history.redoable()))
    };
    let (undo_pressed, redo_pressed) = keys(ui, state);
    let free = is_free(scene, state);
    for (rect, icon, name, step, pressed) in
        [(left, Icon::Undo, "Undo", undo, undo_pressed), (right, Icon::Redo, "Redo", redo, redo_pressed)]
    {
        let enabled = free && step.is_some();
        let button = IconButton { enabled, ..IconButton::new(icon, name) };
        let response = button.show(ui, rect, ui.scope_id().with(name));
        let tooltip =
            step.map_or_else(|| format!("Nothing to {}", name.to_lowercase()), |step| format!("{name}: {step}"));
        if response.on_hover_text(tooltip).clicked() || (pressed && enabled) {
            let deed = {
                let mut history = scene.session.history();
                if icon == Icon::Undo { history.undo() } else { history.redo() }
            };
            deed.into_iter().for_each(|deed| perform(deed, scene));
        }
    }
}

/// Whether the state can be exchanged now: the hand holds nothing, and no preset is on its way.
pub fn is_free(scene: &Scene, state: &EditorState) -> bool {
    state.hand.hold.is_none() && !matches!(scene.session.activity(), Activity::Loading(_))
}

/// Whether ctrl+Z, and ctrl+shift+Z or ctrl+Y, were pressed. While a text is edited they are the text's.
fn keys(ui: &Ui, state: &EditorState) -> (bool, bool) {
    let focused = ui.memory(|memory| memory.focused());
    if state.hand.entry.is_some() || focused.is_some_and(|id| TextEditState::load(ui.ctx(), id).is_some()) {
        return (false, false);
    }
    let shortcut = |modifiers, key| KeyboardShortcut::new(modifiers, key);
    ui.input_mut(|input| {
        // The one with shift first: the other is found in it as well.
        let redo = input.consume_shortcut(&shortcut(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z))
            || input.consume_shortcut(&shortcut(Modifiers::COMMAND, Key::Y));
        (input.consume_shortcut(&shortcut(Modifiers::COMMAND, Key::Z)), redo)
    })
}

fn perform(deed: Deed, scene: &Scene) {
    match deed {
        Deed::Set(id, normalized) => put(scene, &[(id, normalized)]),
        Deed::Play(version, knobs) => scene.session.request(Request::Replay(Replay { version, knobs })),
        Deed::Switch => compare::switch(scene, false),
        Deed::Rename { from, to } => scene.session.browse(Browse::Relocate(from, to)),
        Deed::Restore(trashed) => scene.session.browse(Browse::Restore(trashed)),
        Deed::Delete(trashed) => scene.session.browse(Browse::DeleteAgain(trashed)),
        Deed::Nothing => {}
    }
}

/// Sets parameters by id to normalized values, each in a gesture that the host records and the history does not.
pub fn put(scene: &Scene, values: &[(String, f32)]) {
    let params = scene.params.param_map();
    for (id, normalized) in values {
        let Some((_, param, _)) = params.iter().find(|(known, ..)| known == id) else { continue };
        // SAFETY: `scene` borrows the parameters.
        unsafe {
            if param.unmodulated_normalized_value() != *normalized {
                scene.host.raw_begin_set_parameter(*param);
                scene.host.raw_set_parameter_normalized(*param, *normalized);
                scene.host.raw_end_set_parameter(*param);
            }
        }
    }
}

/// What a step was, in a few words.
fn label(step: &Step, scene: &Scene, summary: Option<&Summary>) -> String {
    let file_name = |path: &std::path::Path| library::preset_name(path).unwrap_or_default();
    match step {
        Step::Moved(by_hand) => param_label(&by_hand.id, scene, summary),
        Step::Changed { from, to, knobs: Some(_), .. } => format!("{} after {}", to.summary.title, from.summary.title),
        Step::Changed { what, knobs: None, .. } => what.clone(),
        Step::Switched => "other side".to_owned(),
        Step::Copied(..) => "copy to the other side".to_owned(),
        Step::Renamed { from, to } => format!("rename {} to {}", file_name(from), file_name(to)),
        Step::Deleted(trashed) => format!("delete {}", trashed.name()),
    }
}

/// "Drums gain" where the parameter's own name is "Gain 1".
fn param_label(id: &str, scene: &Scene, summary: Option<&Summary>) -> String {
    let of_strip = id.rsplit_once('_').and_then(|(what, number)| Some((what, number.parse::<usize>().ok()?)));
    let strip = of_strip.and_then(|(what, number)| Some((what, summary?.strips.get(number.checked_sub(1)?)?)));
    if let Some((what, strip)) = strip {
        return format!("{} {what}", display_name(&strip.name));
    }
    if id == "mode" {
        return format!("mode ({} plays)", latency::name(scene.session.playing().mode));
    }
    let params = scene.params.param_map();
    let param: Option<ParamPtr> = params.into_iter().find(|(known, ..)| known == id).map(|(_, param, _)| param);
    // SAFETY: `scene` borrows the parameters.
    param.map_or_else(|| id.to_owned(), |param| unsafe { param.name() }.to_owned())
}
