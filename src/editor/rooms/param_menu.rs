//! The menu of a parameter, which a right click on its control opens: type, reset, copy, paste, and what the host has
//! to offer: automation, controllers.

use crate::{
    editor::{
        asked::Asked,
        snapshot::EditorSnapshot,
        theme::Themed,
        widgets::{
            gesture,
            knob_input::{KnobInput, NumberEntry},
            menu_call::{self, MenuCall},
            value_field,
        },
    },
    instance::{host_menu::HostMenuItem, host_names, param_id::ParamId, params::SoundParams},
};
use egui::{Button, Id, Key, PointerButton, Popup, PopupCloseBehavior, Pos2, Rect, RichText, ScrollArea, Ui, vec2};
use nice_plug::prelude::{FloatParam, ParamSetter};

const WIDTH: f32 = 200.0;
const ITEM: f32 = 24.0;

/// What is remembered between two frames.
#[derive(Default)]
pub struct ParamMenuState {
    open: Option<OpenMenu>,
    /// What was copied last.
    copied: Option<String>,
}

#[derive(Clone, Copy)]
struct OpenMenu {
    param: ParamId,
    at: Pos2,
    field: Option<Id>,
    /// Until it was drawn once, clicks beside it are the one that opened it.
    is_drawn: bool,
}

/// Opens the menu that was asked for in this frame, and draws the one that is open.
pub fn draw(
    ui: &Ui,
    snapshot: &EditorSnapshot,
    own: &mut ParamMenuState,
    knobs: &mut KnobInput,
    setter: &ParamSetter,
) -> Vec<Asked> {
    let mut asked = Vec::new();
    if let Some(MenuCall { param, at, field }) = menu_call::take(ui.ctx())
        && let Some(param) = ParamId::all().find(|id| snapshot.params.pointer(*id) == param)
    {
        own.open = Some(OpenMenu { param, at, field, is_drawn: false });
        asked.push(Asked::OpenHostMenu(param));
    }
    let Some(menu) = own.open else { return asked };
    let of_host = snapshot.host_menu.items(menu.param).unwrap_or_default();
    // A menu that was drawn does not grow; with the host's entries it is another one.
    let id = Id::unique("param menu").with((menu.param, of_host.len()));
    let popup = Popup::new(id, ui.ctx().clone(), menu.at, ui.layer_id());
    let popup = popup.open(true).close_behavior(PopupCloseBehavior::IgnoreClicks).gap(0.0).width(WIDTH);
    let (mut is_done, height) = (false, ui.max_rect().height() - 30.0);
    let drawn = popup.show(|ui| {
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            let name = host_names::param_name(menu.param, snapshot.summary());
            let name = name.unwrap_or_else(|| snapshot.params.name(menu.param));
            ui.label(RichText::new(name).small().color(ui.colours().weak));
            is_done |= own_items(ui, snapshot.params, menu, &mut own.copied, knobs, setter);
            if !of_host.is_empty() {
                ui.separator();
            }
            if let Some(action) = host_items(ui, &of_host) {
                asked.push(Asked::ChooseInHostMenu(menu.param, action));
                is_done = true;
            }
        });
    });
    let place = drawn.map_or(Rect::NOTHING, |drawn| drawn.response.rect);
    let beside = ui.input(|input| {
        let pressed =
            [PointerButton::Primary, PointerButton::Secondary].map(|button| input.pointer.button_pressed(button));
        let at = input.pointer.latest_pos();
        pressed.contains(&true) && at.is_some_and(|at| !place.contains(at))
    });
    is_done |= (beside && menu.is_drawn) || ui.input(|input| input.key_pressed(Key::Escape));
    own.open = (!is_done).then_some(OpenMenu { is_drawn: true, ..menu });
    asked
}

/// What is done with any parameter; returns whether something was chosen.
fn own_items(
    ui: &mut Ui,
    params: &SoundParams,
    menu: OpenMenu,
    copied: &mut Option<String>,
    knobs: &mut KnobInput,
    setter: &ParamSetter,
) -> bool {
    let pointer = params.pointer(menu.param);
    // SAFETY: the parameter is a part of `params`.
    let (rest, shown) = unsafe {
        let rest = pointer.default_normalized_value();
        (rest, pointer.normalized_value_to_string(rest, true))
    };
    let Some(float) = float(params, menu.param) else {
        let chosen = item(ui, true, format!("Reset to {shown}"));
        if chosen {
            gesture::put_pointer(setter, pointer, rest);
        }
        return chosen;
    };
    let mut is_done = false;
    if let Some(field) = menu.field
        && item(ui, true, "Type a value")
    {
        knobs.typing = Some(NumberEntry::new(field, float));
        is_done = true;
    }
    if item(ui, true, format!("Reset to {shown}")) {
        gesture::put_pointer(setter, pointer, rest);
        is_done = true;
    }
    ui.separator();
    let text = value_field::shown(float);
    if item(ui, true, format!("Copy {text}")) {
        ui.ctx().copy_text(text.clone());
        *copied = Some(text);
        is_done = true;
    }
    let value = copied.as_ref().and_then(|text| Some((text, value_field::read(float, text)?)));
    let label = value.map_or_else(|| "Paste".to_owned(), |(text, _)| format!("Paste {text}"));
    if item(ui, value.is_some(), label) {
        value.into_iter().for_each(|(_, value)| gesture::set(setter, float, value));
        is_done = true;
    }
    is_done
}

/// The host's entries; returns the number of the one that was chosen.
fn host_items(ui: &mut Ui, items: &[HostMenuItem]) -> Option<u32> {
    let mut chosen = None;
    for entry in items {
        match entry {
            HostMenuItem::Entry { label, is_enabled, is_checked, action } => {
                let button = Button::selectable(*is_checked == Some(true), label).min_size(vec2(WIDTH, ITEM));
                if ui.add_enabled(*is_enabled, button).clicked() {
                    chosen = Some(*action);
                }
            }
            HostMenuItem::Separator => {
                ui.separator();
            }
            HostMenuItem::Title(title) => {
                ui.label(RichText::new(title).small().color(ui.colours().weak));
            }
            HostMenuItem::Submenu(label, items) => {
                ui.label(RichText::new(label).small().color(ui.colours().weak));
                chosen = ui.indent(label, |ui| host_items(ui, items)).inner.or(chosen);
            }
        }
    }
    chosen
}

fn item(ui: &mut Ui, enabled: bool, text: impl Into<String>) -> bool {
    let button = Button::selectable(false, text.into()).min_size(vec2(WIDTH, ITEM));
    ui.add_enabled(enabled, button).clicked()
}

/// The parameter as a number, if it is one.
fn float(params: &SoundParams, id: ParamId) -> Option<&FloatParam> {
    Some(match id {
        ParamId::Gain(strip) => &params.strips.get(strip)?.gain,
        ParamId::Focus => &params.focus,
        ParamId::Sparsity => &params.sparsity,
        ParamId::Smoothness => &params.smoothness,
        ParamId::Mix => &params.mix,
        ParamId::Output => &params.output,
        _ => return None,
    })
}
