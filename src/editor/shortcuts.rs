//! Keys that do something wherever the pointer is: in the standalone application, and in hosts where a person has
//! chosen so, as the host does not get them then.

use super::{asked::Asked, snapshot::EditorSnapshot, widgets::gesture};
use crate::instance::command::{LearnCommand, UndoCommand};
use egui::{Context, Event, Key, Modifiers};
use nice_plug::prelude::{BoolParam, ParamSetter};

/// What is pressed, and what it does, for people to read.
pub const SHORTCUTS: [(&str, &str); 11] = [
    ("1 – 8", "Solo a source"),
    ("Shift + 1 – 8", "Mute a source"),
    ("L", "Learn the source under the pointer, or end the take"),
    ("B", "Bypass"),
    ("D", "Delta: hear what is removed"),
    ("A", "Switch between the states A and B"),
    ("F", "The picture alone, or strips and knobs again"),
    ("Z", "Freeze the picture, or let it go on"),
    ("P", "Play what is frozen in a loop, or stop it"),
    ("Ctrl + Z, Ctrl + Shift + Z", "Undo, redo"),
    ("F1", "This page"),
];

const DIGITS: [Key; 8] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shortcut {
    Solo(usize),
    Mute(usize),
    Learn,
    Bypass,
    Delta,
    SwitchSide,
    FullPicture,
    Freeze,
    Play,
    Help,
}

/// What `key` does, where it is `physical` and `held` are down.
fn shortcut(key: Key, physical: Option<Key>, held: Modifiers) -> Option<Shortcut> {
    if held.command || held.alt || held.ctrl {
        return None;
    }
    // By its place: with shift held the digits are other signs.
    let digit = physical.unwrap_or(key);
    if let Some(strip) = DIGITS.iter().position(|known| *known == digit) {
        return Some(if held.shift { Shortcut::Mute(strip) } else { Shortcut::Solo(strip) });
    }
    match key {
        Key::L => Some(Shortcut::Learn),
        Key::B => Some(Shortcut::Bypass),
        Key::D => Some(Shortcut::Delta),
        Key::A => Some(Shortcut::SwitchSide),
        Key::F => Some(Shortcut::FullPicture),
        Key::Z => Some(Shortcut::Freeze),
        Key::P => Some(Shortcut::Play),
        Key::F1 => Some(Shortcut::Help),
        _ => None,
    }
}

/// Whether `key`, where it is `physical` and `held` are down, does something: is a shortcut, or undoes or redoes.
pub fn acts(key: Key, physical: Option<Key>, held: Modifiers) -> bool {
    let undoes = held.command && !held.alt && (key == Key::Z || key == Key::Y);
    undoes || shortcut(key, physical, held).is_some()
}

/// What the keys of this frame ask for; parameters are set at once. `strip` is the one under the pointer. Nothing while
/// something is typed.
pub fn read(ctx: &Context, snapshot: &EditorSnapshot, strip: Option<usize>, setter: &ParamSetter) -> Vec<Asked> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let pressed: Vec<Shortcut> = ctx.input(|input| {
        let shortcuts = input.events.iter().filter_map(|event| match event {
            Event::Key { key, physical_key, pressed: true, repeat: false, modifiers } => {
                shortcut(*key, *physical_key, *modifiers)
            }
            _ => None,
        });
        shortcuts.collect()
    });
    let params = snapshot.params;
    let strips = &params.strips[..snapshot.summary().strips.len()];
    let toggle = |param: &BoolParam| gesture::set(setter, param, !param.value());
    let mut asked = Vec::new();
    for shortcut in pressed {
        match shortcut {
            Shortcut::Solo(place) => strips.get(place).into_iter().for_each(|strip| toggle(&strip.solo)),
            Shortcut::Mute(place) => strips.get(place).into_iter().for_each(|strip| toggle(&strip.mute)),
            Shortcut::Learn => {
                let taking = snapshot.learning.take.is_some().then_some(LearnCommand::Stop);
                asked.extend(taking.or(strip.map(LearnCommand::Start)).map(Asked::from));
            }
            Shortcut::Bypass => toggle(&params.bypass),
            Shortcut::Delta => toggle(&params.removed),
            Shortcut::SwitchSide if snapshot.is_exchangeable() => asked.push(UndoCommand::SwitchSide.into()),
            Shortcut::SwitchSide => {}
            Shortcut::FullPicture => asked.push(Asked::ToggleFullPicture),
            Shortcut::Freeze => asked.push(Asked::ToggleFreeze),
            Shortcut::Play => asked.push(Asked::TogglePlay),
            Shortcut::Help => asked.push(Asked::ShowHelp),
        }
    }
    asked
}
