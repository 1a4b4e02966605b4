//! What happens to the window, on its way to egui.
//!
//! egui looks once per pass at what has happened since the last one, and takes a button that went down and up in
//! between for one that was never pressed, a double click for a single one, and so on. So the events are handed on in
//! passes with at most one change of a button or one key each, at the times at which they happened; after each of them
//! comes a pass in which nothing happens, so that a field that a click has opened is there for the first letter.

use super::keys;
use baseview::{DropData, Event, MouseEvent, ScrollDelta, WindowEvent, dpi::PhysicalPosition};
use egui::{HoveredFile, Modifiers, MouseWheelUnit, Pos2, RawInput, pos2, vec2};
use keyboard_types::{Code, KeyState, KeyboardEvent};
use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Something that happened.
#[derive(Debug, Clone)]
enum InputStep {
    /// As egui has it.
    Event(egui::Event),
    /// These files are dragged over the window; none if none are any more.
    Hover(Vec<PathBuf>),
    /// These files were dropped where the pointer is.
    Drop(Vec<PathBuf>),
}

/// What egui has not seen yet, in order.
#[derive(Debug, Default)]
pub struct InputQueue {
    /// With the time of each, in seconds since the window opened.
    steps: VecDeque<(f64, InputStep)>,
    /// Where the pointer is, while it is over the window.
    pointer: Option<Pos2>,
    /// Where it was last.
    last: Option<Pos2>,
    modifiers: Modifiers,
    /// Keys that are down: where each is, and as what it went down.
    held: Vec<(Code, egui::Key)>,
    hovered: Vec<PathBuf>,
    is_focused: bool,
    /// The last pass may have changed what there is.
    settles: bool,
    /// Time of the last pass.
    shown_at: f64,
}

impl InputQueue {
    /// Takes in what happened at `seconds` since the window opened, with `pixels_per_point` pixels to a point of
    /// egui's. `clipboard` gives the text to paste.
    pub fn push(
        &mut self,
        event: &Event,
        seconds: f64,
        pixels_per_point: f32,
        clipboard: impl FnOnce() -> Option<String>,
    ) {
        self.last = self.pointer.or(self.last);
        let mut push = |step| self.steps.push_back((seconds, step));
        let place = |at: &PhysicalPosition<f64>| pos2(at.x as f32, at.y as f32) / pixels_per_point;
        match event {
            Event::Mouse(event) => {
                if let Some(modifiers) = modifiers_of(event).filter(|held| *held != self.modifiers) {
                    self.modifiers = modifiers;
                    push(InputStep::Event(egui::Event::ModifiersChanged(modifiers)));
                }
                match event {
                    MouseEvent::CursorMoved { position, .. } => {
                        self.pointer = Some(place(position));
                        push(InputStep::Event(egui::Event::PointerMoved(place(position))));
                    }
                    MouseEvent::ButtonPressed { button, .. } => self.button(*button, true, seconds),
                    MouseEvent::ButtonReleased { button, .. } => self.button(*button, false, seconds),
                    MouseEvent::WheelScrolled { delta, .. } => {
                        let (unit, delta) = match *delta {
                            ScrollDelta::Lines { x, y } => (MouseWheelUnit::Line, vec2(x, y)),
                            ScrollDelta::Pixels { x, y } => (MouseWheelUnit::Point, vec2(x, y)),
                        };
                        push(InputStep::Event(egui::Event::MouseWheel {
                            unit,
                            delta,
                            modifiers: self.modifiers,
                            phase: egui::TouchPhase::Move,
                            source: egui::MouseWheelSource::Unknown,
                        }));
                    }
                    MouseEvent::CursorLeft => {
                        self.pointer = None;
                        push(InputStep::Event(egui::Event::PointerGone));
                    }
                    MouseEvent::DragEntered { position, data, .. } | MouseEvent::DragMoved { position, data, .. } => {
                        self.pointer = Some(place(position));
                        push(InputStep::Event(egui::Event::PointerMoved(place(position))));
                        push(InputStep::Hover(files(data)));
                    }
                    MouseEvent::DragLeft => {
                        self.pointer = None;
                        push(InputStep::Hover(Vec::new()));
                        push(InputStep::Event(egui::Event::PointerGone));
                    }
                    MouseEvent::DragDropped { position, data, .. } => {
                        self.pointer = Some(place(position));
                        push(InputStep::Event(egui::Event::PointerMoved(place(position))));
                        push(InputStep::Drop(files(data)));
                    }
                    _ => {}
                }
            }
            Event::Keyboard(event) => {
                let modifiers = keys::modifiers(event.modifiers);
                if modifiers != self.modifiers {
                    self.modifiers = modifiers;
                    push(InputStep::Event(egui::Event::ModifiersChanged(modifiers)));
                }
                let pressed = event.state == KeyState::Down;
                if let Some(key) = follow_held(&mut self.held, event) {
                    let physical_key = keys::physical(event.code);
                    let repeat = event.repeat;
                    push(InputStep::Event(egui::Event::Key { key, physical_key, pressed, repeat, modifiers }));
                }
                if pressed && let Some(event) = keys::text_event(event, modifiers, clipboard) {
                    push(InputStep::Event(event));
                }
            }
            Event::Window(WindowEvent::Focused) => self.focus(true, seconds),
            Event::Window(WindowEvent::Unfocused) => self.focus(false, seconds),
            _ => {}
        }
    }

    /// What a screen reader asks for.
    pub(super) fn push_request(&mut self, request: egui::accesskit::ActionRequest, seconds: f64) {
        self.steps.push_back((seconds, InputStep::Event(egui::Event::AccessKitActionRequest(request))));
    }

    fn button(&mut self, button: baseview::MouseButton, pressed: bool, seconds: f64) {
        // A button that was held is released wherever the pointer has gone since.
        let pos = self.pointer.or(self.last.filter(|_| !pressed));
        if let (Some(pos), Some(button)) = (pos, keys::button(button)) {
            let event = egui::Event::PointerButton { pos, button, pressed, modifiers: self.modifiers };
            self.steps.push_back((seconds, InputStep::Event(event)));
        }
    }

    fn focus(&mut self, is_focused: bool, seconds: f64) {
        self.is_focused = is_focused;
        // Keys that are released meanwhile are not told; egui forgets them too.
        self.held.clear();
        self.steps.push_back((seconds, InputStep::Event(egui::Event::WindowFocused(is_focused))));
    }

    /// Whether the key of `event` went down here and is still down: its release belongs here too.
    pub(super) fn holds(&self, event: &KeyboardEvent) -> bool {
        self.held.iter().any(|(code, _)| *code == event.code)
    }

    /// Whether egui has not seen everything yet.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What egui sees in its next pass, which is drawn `now`, in seconds since the window opened: all that may be seen
    /// together. The caller adds what it knows of the window.
    pub fn next_pass(&mut self, now: f64) -> RawInput {
        let mut input = RawInput { focused: self.is_focused, ..RawInput::default() };
        let mut time = None;
        let is_empty_pass = std::mem::take(&mut self.settles);
        let mut has_moved = false;
        while let Some((at, step)) = self.steps.front().filter(|_| !is_empty_pass) {
            let is_key = matches!(step, InputStep::Event(egui::Event::Key { pressed: true, .. }));
            let is_button = matches!(step, InputStep::Event(egui::Event::PointerButton { .. }));
            let ends_drag = matches!(
                step,
                InputStep::Event(egui::Event::PointerButton { pressed: false, .. } | egui::Event::PointerGone)
            );
            let is_text = matches!(step, InputStep::Event(egui::Event::Text(_) | egui::Event::Paste(_)));
            // The text of a key comes with it; a drag is seen before its end.
            if (self.settles && !is_text) || (has_moved && ends_drag) || !input.dropped_files.is_empty() {
                break;
            }
            self.settles |= is_key || is_button;
            has_moved |= matches!(step, InputStep::Event(egui::Event::PointerMoved(_)));
            time = Some(*at);
            match self.steps.pop_front() {
                Some((_, InputStep::Event(event))) => input.events.push(event),
                Some((_, InputStep::Hover(files))) => self.hovered = files,
                Some((_, InputStep::Drop(files))) => {
                    self.hovered.clear();
                    input.dropped_files.extend(files.into_iter().map(|path| Arc::new(Dropped(path)) as _));
                }
                None => {}
            }
        }
        let hovered = |path: &PathBuf| HoveredFile { path: Some(path.clone()), mime: String::new() };
        input.hovered_files = self.hovered.iter().map(hovered).collect();
        // The pass with which the queue is empty shows what is true now, so that what moves does so smoothly.
        let time = if self.steps.is_empty() { now } else { time.unwrap_or(now) };
        self.shown_at = self.shown_at.max(time);
        input.time = Some(self.shown_at);
        input
    }
}

/// The key that `event` is about, and from now on in `held` while it is down. It is released as what it went down as:
/// where shift is released first, the same key has another sign by then, and egui would take the next press for a
/// repetition.
fn follow_held(held: &mut Vec<(Code, egui::Key)>, event: &KeyboardEvent) -> Option<egui::Key> {
    let key = keys::key(&event.key);
    if event.code == Code::Unidentified {
        return key;
    }
    let before = held.iter().position(|(code, _)| *code == event.code);
    match (event.state, before) {
        (KeyState::Up, Some(at)) => Some(held.swap_remove(at).1),
        (KeyState::Up, None) => key,
        // A repetition is one of what went down first.
        (KeyState::Down, Some(at)) if event.repeat => Some(held[at].1),
        (KeyState::Down, at) => {
            at.map(|at| held.swap_remove(at));
            held.extend(key.map(|key| (event.code, key)));
            key
        }
    }
}

/// The modifiers that are held with `event`, where that is known.
fn modifiers_of(event: &MouseEvent) -> Option<Modifiers> {
    match event {
        MouseEvent::CursorMoved { modifiers, .. }
        | MouseEvent::ButtonPressed { modifiers, .. }
        | MouseEvent::ButtonReleased { modifiers, .. }
        | MouseEvent::WheelScrolled { modifiers, .. } => Some(keys::modifiers(*modifiers)),
        // What is dragged comes without them on some systems.
        _ => None,
    }
}

fn files(data: &DropData) -> Vec<PathBuf> {
    match data {
        DropData::Files(files) => files.clone(),
        _ => Vec::new(),
    }
}

/// A file that was dropped. egui does not read it, and neither does the editor.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}
