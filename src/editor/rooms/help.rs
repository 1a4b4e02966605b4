//! The page of help: what to do first, the colours, the keys, the version.

use crate::{
    editor::{
        asked::Asked,
        names::theme_name,
        shortcuts::SHORTCUTS,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
    },
    instance::{
        command::Command,
        state::preferences::{Preferences, Theme},
    },
};
use egui::{Button, Grid, Id, Key, Label, Modal, RichText, ScrollArea, Ui, vec2};

/// What is heard alone.
const HOLD: &str = if cfg!(target_os = "macos") {
    "You hear its source alone until you let go. A basis and a place in the picture can be held, too. Cmd-click S: \
     this solo, no other."
} else {
    "You hear its source alone until you let go. A basis and a place in the picture can be held, too. Ctrl-click S: \
     this solo, no other."
};
/// What to do first, and next.
const STEPS: [(&str, &str); 8] = [
    ("Turn a knob", "Each strip is one source in what plays: turn it down, mute it, hear it alone."),
    ("Hold a badge", HOLD),
    ("Learn", "Press Learn on a strip and play that source alone for some seconds: it is told apart better."),
    (
        "The picture",
        "The wheel zooms time, with shift or ctrl frequency; drag the axes. Heard is after the knobs, Input before.",
    ),
    (
        "Freeze",
        "The picture stops: paint on it what belongs to a source. It is learned at once; Play lets you hear it.",
    ),
    ("Drop files", "A recording on a strip teaches it; several recordings become several sources; a preset plays."),
    ("Right click", "On any control: type, reset, copy, paste, and what your host offers."),
    ("Save", "Click the preset's name. The project keeps what was learned in any case."),
];
const WIDTH: f32 = 460.0;

/// Draws the page over the window while it is open; returns whether it stays, and what was asked for.
pub fn draw(ui: &Ui, snapshot: &EditorSnapshot) -> (bool, Option<Asked>) {
    let mut asked = None;
    let mut stays = true;
    let window = ui.ctx().content_rect().size();
    let modal = Modal::new(Id::unique("help")).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH.min(window.x - 60.0));
        ScrollArea::vertical().max_height(window.y - 110.0).show(ui, |ui| {
            // Beside the scroll bar, which else lies over the ends of lines.
            ui.set_max_width(ui.available_width() - ui.spacing().scroll.bar_width - 4.0);
            ui.label(RichText::new("Unbraid").font(theme::font(theme::TITLE)));
            ui.label(RichText::new(format!("Version {}", env!("CARGO_PKG_VERSION"))).color(ui.colours().weak));
            ui.add_space(8.0);
            for (what, how) in STEPS {
                ui.label(RichText::new(what).strong());
                ui.add(Label::new(RichText::new(how).color(ui.colours().weak)).wrap());
            }
            ui.add_space(8.0);
            ui.label(RichText::new("Colours").strong());
            ui.horizontal(|ui| {
                for theme in Theme::ALL {
                    if ui.selectable_label(theme == snapshot.preferences.theme, theme_name(theme)).clicked() {
                        asked = Some(Command::SetPreferences(Preferences { theme, ..snapshot.preferences }).into());
                    }
                }
            });
            ui.add_space(8.0);
            ui.label(RichText::new("Keys").strong());
            if !snapshot.window.is_standalone {
                let mut acts = snapshot.preferences.shortcuts_in_hosts;
                if ui.checkbox(&mut acts, "Let them act in this window; your host does not get them then").changed() {
                    let preferences = Preferences { shortcuts_in_hosts: acts, ..snapshot.preferences };
                    asked = Some(Command::SetPreferences(preferences).into());
                }
            }
            Grid::new("keys").num_columns(2).spacing(vec2(16.0, 2.0)).show(ui, |ui| {
                for (keys, what) in SHORTCUTS {
                    ui.label(keys);
                    ui.label(RichText::new(what).color(ui.colours().weak));
                    ui.end_row();
                }
            });
        });
        ui.add_space(8.0);
        if ui.add(Button::new("Close").fill(ui.colours().button)).clicked() {
            stays = false;
        }
    });
    (stays && !modal.should_close() && !ui.input(|input| input.key_pressed(Key::Escape)), asked)
}
