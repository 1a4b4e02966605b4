//! Learning from the editor: a switch on each strip, and the strip's menu.

use super::{EditorState, Scene, file_chooser::Wanted, theme, toggle::Toggle};
use crate::{
    plugin::session::{LearnOptions, LearnState, Request, Strip},
    preset::Kind,
};
use egui::{Button, Color32, Popup, PopupCloseBehavior, Rect, Response, RichText, Ui, vec2};

/// Numbers of bases to choose from.
const COMPONENTS: [usize; 4] = [10, 25, 50, 100];
/// Lengths of a take to choose from, in seconds.
const LENGTHS: [Option<f32>; 4] = [Some(5.0), Some(10.0), Some(30.0), None];
/// Lengths of an adaptive source's memory to choose from, in seconds.
const MEMORIES: [f32; 3] = [3.0, 5.0, 10.0];
/// A lit Learn switch.
pub const RECORD: Color32 = Color32::from_rgb(0xF0, 0x6A, 0x3C);

const TOOLTIP: &str = "Learn: play this source alone. It is captured from the first sound on;\n\
    click again to learn it, or wait for the take's end.";

/// What a strip is at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    /// Nothing.
    Rest,
    /// Waiting for the first sound.
    Armed,
    /// Capturing, for this many seconds by now.
    Capturing(f32),
    /// Learning, this share done.
    Learning(f32),
}

impl Phase {
    /// What strip `index` is at.
    pub fn of(state: &LearnState, index: usize) -> Self {
        match (state.take, state.job) {
            (Some((strip, seconds, _)), _) if strip == index && seconds > 0.0 => Self::Capturing(seconds),
            (Some((strip, ..)), _) if strip == index => Self::Armed,
            (_, Some((strip, share))) if strip == index => Self::Learning(share),
            _ => Self::Rest,
        }
    }

    /// What stands in place of the strip's name, while something goes on.
    pub fn caption(self, short: bool) -> Option<String> {
        match self {
            Self::Rest => None,
            Self::Armed if short => Some("Play it".to_owned()),
            Self::Armed => Some("Play it alone…".to_owned()),
            Self::Capturing(seconds) if short => Some(format!("{seconds:.1} s")),
            Self::Capturing(seconds) => Some(format!("Captured {seconds:.1} s")),
            Self::Learning(share) if short => Some(format!("{:.0} %", 100.0 * share)),
            Self::Learning(share) => Some(format!("Learning {:.0} %", 100.0 * share)),
        }
    }

    fn is_taking(self) -> bool {
        matches!(self, Self::Armed | Self::Capturing(_))
    }
}

/// The line at the bottom, while something is captured or learned; `name` gives a strip's name.
pub fn remark(state: &LearnState, options: LearnOptions, name: impl Fn(usize) -> String) -> Option<String> {
    if let Some((strip, seconds, _)) = state.take {
        let name = name(strip);
        if seconds == 0.0 {
            return Some(format!("Learn {name}: waiting for its first sound · play it alone"));
        }
        let length = options.seconds.map_or(String::new(), |length| format!(" of {length:.0} s"));
        return Some(format!("Capturing {name}: {seconds:.1} s{length} · click again to learn it now"));
    }
    state.job.map(|(strip, share)| format!("Learning {}: {:.0} %", name(strip), 100.0 * share))
}

/// The Learn switch in `rect`; spelled out where it is `wide`.
pub fn switch(ui: &Ui, rect: Rect, wide: bool, name: &str, index: usize, phase: Phase, scene: &Scene) {
    let text = if wide && rect.width() >= 56.0 { "Learn" } else { "L" };
    let name = format!("{name} learn");
    let size = if text.len() > 1 { theme::BODY } else { letter_size(rect) };
    // Armed, it blinks: nothing is captured yet.
    let blink = phase == Phase::Armed && ui.input(|input| input.time).fract() > 0.6;
    let lit = if blink { theme::BUTTON_HOVER } else { RECORD };
    let toggle = Toggle { text_size: size, ..Toggle::switch(text, &name, phase.is_taking(), lit) };
    let response = toggle.show(ui, rect, ui.scope_id().with(("learn", index)));
    if response.on_hover_text(TOOLTIP).clicked() {
        let request = if phase.is_taking() { Request::StopCapture } else { Request::Learn(index) };
        scene.session.request(request);
    }
}

/// Size of a single letter on a switch in `rect`, in points.
pub fn letter_size(rect: Rect) -> f32 {
    (0.72 * rect.width()).clamp(10.0, 16.0)
}

/// The strip's menu, which opens at its name.
pub fn menu(
    head: &Response,
    name: &str,
    index: usize,
    strip: &Strip,
    phase: Phase,
    scene: &Scene,
    state: &EditorState,
) {
    let popup = Popup::menu(head).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.width(250.0).show(|ui| {
        let learning = scene.session.learning();
        let mut request = None;
        let mut item = |ui: &mut Ui, enabled: bool, text: String, what: Request| {
            if ui.add_enabled(enabled, Button::selectable(false, text).min_size(vec2(230.0, 26.0))).clicked() {
                request = Some(what);
            }
        };
        if phase.is_taking() {
            item(ui, phase != Phase::Armed, format!("Learn {name} now"), Request::StopCapture);
        } else {
            item(ui, true, format!("Learn {name}: play it alone"), Request::Learn(index));
        }
        item(ui, true, "Learn what just played (10 s)".to_owned(), Request::LearnLast(index));
        let files = Button::selectable(false, "Learn from recordings…").min_size(vec2(230.0, 26.0));
        let files = ui.add_enabled(!state.files.is_open(), files).clicked();
        let kept = learning.material[index];
        item(ui, kept > 0.0, again(kept), Request::LearnAgain(index));
        if learning.take.is_some() || learning.job.is_some() {
            item(ui, true, "Cancel".to_owned(), Request::CancelLearning);
        }
        if strip.kind != Kind::Fixed {
            ui.separator();
            item(ui, true, "Keep what it has become".to_owned(), Request::Keep(index));
            item(ui, true, "Begin again".to_owned(), Request::ResetAdaptive);
            adapt_options(ui, scene);
        } else {
            item(ui, true, "Follow the mixture (adaptive)".to_owned(), Request::MakeAdaptive(index));
            let mut drifts = strip.drift;
            let checkbox = ui.checkbox(&mut drifts, "May drift towards what plays");
            if checkbox.on_hover_text("For another kit or player than it was learned from.").changed() {
                scene.session.request(Request::Drift(index, drifts));
            }
        }
        ui.separator();
        options(ui, scene);
        if files {
            state.files.ask(Wanted::Recordings(index), scene.session);
            ui.close();
        }
        if let Some(request) = request {
            scene.session.request(request);
            ui.close();
        }
    });
}

fn again(kept: f32) -> String {
    if kept > 0.0 { format!("Learn again from the {kept:.1} s heard") } else { "Learn again".to_owned() }
}

/// How to learn, for all strips.
fn options(ui: &mut Ui, scene: &Scene) {
    let before = scene.session.learn_options();
    let mut options = before;
    choice(
        ui,
        "Bases",
        "More bases tell more sounds apart and need longer takes.",
        &COMPONENTS,
        &mut options.components,
        |k| k.to_string(),
    );
    choice(ui, "Take", "A take ends by itself after this long.", &LENGTHS, &mut options.seconds, |length| {
        length.map_or("by hand".to_owned(), |seconds| format!("{seconds:.0} s"))
    });
    ui.checkbox(&mut options.with_transport, "End a take with the transport or its loop");
    if options != before {
        scene.session.set_learn_options(options);
    }
}

/// How adaptive sources follow the mixture, for all strips.
fn adapt_options(ui: &mut Ui, scene: &Scene) {
    let before = scene.session.adapt_options();
    let mut options = before;
    choice(
        ui,
        "Memory",
        "It learns from this much of what was heard last.",
        &MEMORIES,
        &mut options.memory_seconds,
        |s| format!("{s:.0} s"),
    );
    ui.checkbox(&mut options.frozen, "Freeze: stay as it is now");
    if options != before {
        scene.session.set_adapt_options(options);
    }
}

fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    tooltip: &str,
    values: &[T],
    value: &mut T,
    text: impl Fn(T) -> String,
) {
    ui.horizontal(|ui| {
        ui.add_sized(vec2(52.0, 24.0), egui::Label::new(RichText::new(name).small().color(theme::WEAK)));
        for candidate in values {
            ui.selectable_value(value, *candidate, text(*candidate)).on_hover_text(tooltip);
        }
    });
}
