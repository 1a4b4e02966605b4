//! Files that are dragged over the window and dropped: recordings are learned from, a preset plays. The place lights up
//! before, and says what will happen or why nothing can.

use crate::{
    editor::{
        asked::Asked,
        layout::columns,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
    },
    instance::{
        command::{LearnCommand, MarkCommand, PresetCommand, SourceCommand},
        state::summary::Strip,
    },
    preset::{MAX_SOURCES, file::SUFFIX},
    recording::{self, file_name},
};
use egui::{
    Align2, Area, Button, CornerRadius, Frame, Id, Key, Label, Order, Pos2, Rect, RichText, Stroke, StrokeKind, Ui,
    vec2,
};
use std::path::{Path, PathBuf};

/// How long the sentence stands that says why files were not taken, in seconds.
const REFUSAL_S: f64 = 8.0;
const WIDTH: f32 = 190.0;

/// What is remembered between two frames.
#[derive(Default)]
pub struct DropsState {
    /// A recording that was dropped beside the strips, and where: whose is it?
    offered: Option<(PathBuf, Pos2)>,
    /// Why the last files were not taken, and until when that is said.
    refused: Option<(String, f64)>,
    takes_files: bool,
}

impl DropsState {
    /// Whether the files that are dragged over the window may be dropped where they are.
    pub fn takes_files(&self) -> bool {
        self.takes_files
    }

    /// When something changes here by itself.
    pub fn due(&self) -> Option<f64> {
        self.refused.as_ref().map(|(_, until)| *until)
    }
}

/// What files would do.
#[derive(Debug, Clone, PartialEq)]
enum DropPlan {
    /// Play this preset.
    Play(PathBuf),
    /// This strip learns from them.
    Learn(usize, Vec<PathBuf>),
    /// Ask whose recording it is.
    Ask(PathBuf),
    /// Freeze it, to be painted on.
    Paint(PathBuf),
    /// These strips learn from these, and the others become sources.
    Share(Vec<(usize, PathBuf)>, Vec<PathBuf>),
    /// Nothing, for this reason.
    Refuse(String),
}

/// Draws what files that are over the window would do, and takes those that are dropped. `strips` is where the strips
/// are, if they are shown; `picture` is where the picture is, and whether it is frozen.
pub fn draw(
    ui: &Ui,
    strips: Option<Rect>,
    picture: Option<(Rect, bool)>,
    snapshot: &EditorSnapshot,
    own: &mut DropsState,
) -> Vec<Asked> {
    let (hovered, dropped) = ui.input(|input| {
        let hovered: Vec<PathBuf> = input.raw.hovered_files.iter().filter_map(|file| file.path.clone()).collect();
        let dropped: Vec<PathBuf> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (hovered, dropped)
    });
    let (at, now) = ui.input(|input| (input.pointer.latest_pos(), input.time));
    let places: Vec<Rect> = match strips {
        Some(rect) => columns(rect, snapshot.summary().strips.len()).collect(),
        None => Vec::new(),
    };
    let strip = at.and_then(|at| places.iter().position(|place| place.contains(at)));
    let frozen = picture.filter(|(rect, is_frozen)| *is_frozen && at.is_some_and(|at| rect.contains(at)));
    let target = match (strip, frozen) {
        (Some(strip), _) => Target::Strip(strip),
        (None, Some((rect, _))) => Target::Frozen(rect),
        (None, None) => Target::Beside,
    };
    own.refused.take_if(|(_, until)| *until <= now);
    own.takes_files = false;
    if !hovered.is_empty() {
        own.refused = None;
        let plan = plan(&hovered, target, snapshot);
        own.takes_files = !matches!(plan, DropPlan::Refuse(_));
        light_up(ui, &plan, &places, target, snapshot);
    }
    let mut asked = Vec::new();
    if !dropped.is_empty() {
        match plan(&dropped, target, snapshot) {
            DropPlan::Ask(file) => own.offered = Some((file, at.unwrap_or(ui.max_rect().center()))),
            DropPlan::Refuse(reason) => own.refused = Some((reason, now + REFUSAL_S)),
            plan => asked = carry_out(plan, snapshot),
        }
    }
    if let Some((reason, _)) = &own.refused {
        caption(ui, reason, ui.colours().alarm);
    }
    asked.extend(offer(ui, picture.is_some(), snapshot, own));
    asked
}

/// Where files are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    /// On this strip.
    Strip(usize),
    /// On the frozen picture, which is there.
    Frozen(Rect),
    /// Beside both.
    Beside,
}

/// What `files` would do if they were dropped on `target`.
fn plan(files: &[PathBuf], target: Target, snapshot: &EditorSnapshot) -> DropPlan {
    if let [file] = files
        && is_preset(file)
    {
        return DropPlan::Play(file.clone());
    }
    if let Some(other) = files.iter().find(|file| !recording::is_audio(file)) {
        let name = file_name(other);
        return DropPlan::Refuse(if other.is_dir() {
            format!("\"{name}\" is a folder: drop the recordings that are in it")
        } else if is_preset(other) {
            format!("\"{name}\" is a preset: drop it alone to play it")
        } else {
            format!("\"{name}\" is neither a recording nor a preset: drop WAV, FLAC, MP3 and the like")
        });
    }
    match (target, files) {
        (Target::Strip(strip), _) => return DropPlan::Learn(strip, files.to_vec()),
        (Target::Frozen(_), [file]) => return DropPlan::Paint(file.clone()),
        (Target::Frozen(_), _) => return DropPlan::Refuse("One recording is painted on: drop it alone".to_owned()),
        (Target::Beside, [file]) => return DropPlan::Ask(file.clone()),
        (Target::Beside, _) => {}
    }
    let strips = &snapshot.summary().strips;
    let (mut known, mut new) = (Vec::new(), Vec::new());
    for file in files {
        let words = words(&file_stem(file));
        let is_named = |strip: &Strip| {
            let name = self::words(&strip.name);
            !name.is_empty() && words.windows(name.len()).any(|some| some == name)
        };
        let own = strips.iter().position(is_named);
        // One recording for each strip: a second one of the same name is another source.
        match own.filter(|own| known.iter().all(|(other, _)| other != own)) {
            Some(own) => known.push((own, file.clone())),
            None => new.push(file.clone()),
        }
    }
    let room = MAX_SOURCES.saturating_sub(strips.len());
    if new.len() > room {
        return DropPlan::Refuse(format!(
            "These would be {} more sources, and there is room for {room}: drop fewer, or remove a source",
            new.len()
        ));
    }
    DropPlan::Share(known, new)
}

/// The words of a name, for comparison: "Drum_Loop 2" has "drum" and "loop", and so has "drums loop".
fn words(name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    let words = name.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(|word| word.strip_suffix('s').unwrap_or(word).to_owned()).collect()
}

fn carry_out(plan: DropPlan, snapshot: &EditorSnapshot) -> Vec<Asked> {
    let learn = |strip: usize, files: Vec<PathBuf>| {
        let source = snapshot.summary().strips.get(strip).map(|strip| strip.name.clone()).unwrap_or_default();
        Asked::from(LearnCommand::Files { strip, source, files })
    };
    match plan {
        DropPlan::Play(file) => vec![PresetCommand::LoadFile(file).into()],
        DropPlan::Learn(strip, files) => vec![learn(strip, files)],
        DropPlan::Paint(file) => vec![MarkCommand::FreezeFile(file).into()],
        DropPlan::Share(known, new) => {
            let known = known.into_iter().map(|(strip, file)| learn(strip, vec![file]));
            let new = (!new.is_empty()).then(|| SourceCommand::AddRecorded(new).into());
            known.chain(new).collect()
        }
        DropPlan::Ask(_) | DropPlan::Refuse(_) => Vec::new(),
    }
}

/// Lights up the place that files would go to, and says what they would do there.
fn light_up(ui: &Ui, plan: &DropPlan, places: &[Rect], target: Target, snapshot: &EditorSnapshot) {
    let strips = &snapshot.summary().strips;
    let (lit, sentence, colour) = match plan {
        DropPlan::Play(file) => {
            (vec![ui.max_rect()], format!("Play the preset {}", file_stem(file)), ui.colours().focus)
        }
        DropPlan::Learn(strip, files) => {
            let from = match files.as_slice() {
                [file] => file_name(file),
                files => format!("{} recordings", files.len()),
            };
            let sentence = format!("Learn {} from {from}", strips[*strip].display_name());
            (places.get(*strip).copied().into_iter().collect(), sentence, ui.colours().record)
        }
        DropPlan::Paint(file) => {
            let place = if let Target::Frozen(rect) = target { vec![rect] } else { Vec::new() };
            (place, format!("Freeze the first ten seconds of {} to paint on", file_name(file)), ui.colours().focus)
        }
        DropPlan::Ask(file) => (
            vec![ui.max_rect()],
            format!("Learn from {}: drop it, then say what it is", file_name(file)),
            ui.colours().focus,
        ),
        DropPlan::Share(known, new) => {
            let lit = known.iter().filter_map(|(strip, _)| places.get(*strip).copied()).collect();
            let known = known.iter().map(|(strip, _)| format!("Learn {}", strips[*strip].display_name()));
            let new = new.iter().map(|file| format!("new: {}", file_stem(file)));
            (lit, known.chain(new).collect::<Vec<_>>().join(" · "), ui.colours().record)
        }
        DropPlan::Refuse(reason) => (Vec::new(), reason.clone(), ui.colours().alarm),
    };
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    for place in lit {
        ui.painter().rect(place, corners, colour.gamma_multiply(0.14), Stroke::new(2.0, colour), StrokeKind::Inside);
    }
    caption(ui, &sentence, colour);
}

/// A sentence in the middle of the window.
fn caption(ui: &Ui, sentence: &str, colour: egui::Color32) {
    let area = Area::new(Id::unique("drop caption")).order(Order::Tooltip).interactable(false);
    let width = (ui.max_rect().width() - 80.0).min(460.0);
    area.anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)).show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).stroke(Stroke::new(2.0, colour)).inner_margin(12).show(ui, |ui| {
            ui.set_max_width(width);
            ui.add(Label::new(RichText::new(sentence).size(theme::BODY).color(ui.colours().text)).wrap());
        });
    });
}

/// Asks whose recording it is that was dropped beside the strips.
fn offer(ui: &Ui, has_picture: bool, snapshot: &EditorSnapshot, own: &mut DropsState) -> Vec<Asked> {
    let Some((file, at)) = own.offered.clone() else { return Vec::new() };
    let strips = &snapshot.summary().strips;
    let (mut plan, mut is_over) = (None, false);
    let area = Area::new(Id::unique("drop offer")).order(Order::Foreground).fixed_pos(at).constrain(true);
    area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).show(ui, |ui| {
            ui.set_width(WIDTH);
            let title = RichText::new(format!("{} is", file_name(&file))).small().color(ui.colours().weak);
            ui.add(Label::new(title).truncate());
            let item = |ui: &mut Ui, text: String| ui.add(Button::selectable(false, text).min_size(vec2(WIDTH, 24.0)));
            for (i, strip) in strips.iter().enumerate() {
                if item(ui, strip.display_name()).clicked() {
                    plan = Some(DropPlan::Learn(i, vec![file.clone()]));
                }
            }
            if strips.len() < MAX_SOURCES && item(ui, "Something new: add a source".to_owned()).clicked() {
                plan = Some(DropPlan::Share(Vec::new(), vec![file.clone()]));
            }
            if has_picture && item(ui, "To be painted on: freeze it".to_owned()).clicked() {
                plan = Some(DropPlan::Paint(file.clone()));
            }
            ui.separator();
            is_over = item(ui, "Cancel".to_owned()).clicked() || ui.input(|input| input.key_pressed(Key::Escape));
        });
    });
    if is_over || plan.is_some() {
        own.offered = None;
    }
    plan.map(|plan| carry_out(plan, snapshot)).unwrap_or_default()
}

fn is_preset(file: &Path) -> bool {
    file_name(file).to_lowercase().ends_with(SUFFIX)
}

/// The name without what says of which kind the file is.
fn file_stem(file: &Path) -> String {
    let name = file_name(file);
    match name.strip_suffix(SUFFIX) {
        Some(stem) => stem.to_owned(),
        None => file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned(),
    }
}
