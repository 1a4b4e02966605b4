//! Keys that do something wherever the pointer is: in the standalone application, and in hosts where a person has chosen
//! so, as the host does not get them then.

use super::{asked::Asked, snapshot::EditorSnapshot, widgets::gesture};
use crate::instance::command::{LearnCommand, UndoCommand};
use egui::{Context, Event, Key, Modifiers};
use nice_plug::prelude::{BoolParam, ParamSetter};

/// What is pressed, and what it does, for people to read.
pub const SHORTCUTS: [(&str, &str); 10] = [
    ("1 – 8", "Solo a source"),
    ("Shift + 1 – 8", "Mute a source"),
    ("L", "Learn the source under the pointer, or end the take"),
    ("B", "Bypass"),
    ("D", "Delta: hear what is removed"),
    ("A", "Switch between the states A and B"),
    ("F", "The picture alone, or strips and knobs again"),
    ("Z", "Freeze the picture, or let it go on"),
    ("Ctrl + Z, Ctrl + Shift + Z", "Undo, redo"),
    ("F1", "This page"),
];

const DIGITS: [Key; 8] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];

/// What the keys of this frame ask for; parameters are set at once. `strip` is the one under the pointer. Nothing while
/// something is typed.
pub fn read(ctx: &Context, snapshot: &EditorSnapshot, strip: Option<usize>, setter: &ParamSetter) -> Vec<Asked> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let pressed: Vec<(Key, Modifiers)> = ctx.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            // By its place: with shift held the digits are other signs.
            Event::Key { key, physical_key, pressed: true, repeat: false, modifiers } => {
                let digit = physical_key.filter(|key| DIGITS.contains(key));
                Some((digit.unwrap_or(*key), *modifiers))
            }
            _ => None,
        });
        keys.collect()
    });
    let params = snapshot.params;
    let toggle = |param: &BoolParam| gesture::set(setter, param, !param.value());
    let mut asked = Vec::new();
    for (key, held) in pressed {
        // The undo buttons have their own keys.
        if held.command || held.alt || held.ctrl {
            continue;
        }
        match key {
            Key::L => {
                let taking = snapshot.learning.take.is_some().then_some(LearnCommand::Stop);
                asked.extend(taking.or(strip.map(LearnCommand::Start)).map(Asked::from));
            }
            Key::B => toggle(&params.bypass),
            Key::D => toggle(&params.removed),
            Key::A if snapshot.is_exchangeable() => asked.push(UndoCommand::SwitchSide.into()),
            Key::F => asked.push(Asked::ToggleFullPicture),
            Key::Z => asked.push(Asked::ToggleFreeze),
            Key::F1 => asked.push(Asked::ShowHelp),
            digit => {
                let place = DIGITS.iter().position(|known| *known == digit);
                if let Some(place) = place.filter(|place| *place < snapshot.summary().strips.len()) {
                    let strip = &params.strips[place];
                    toggle(if held.shift { &strip.mute } else { &strip.solo });
                }
            }
        }
    }
    asked
}
