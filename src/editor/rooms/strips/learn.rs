//! Learning from the editor: a switch on each strip, and how to learn.

use super::{Scene, theme, toggle::Toggle};
use crate::{
    instance::{
        command::Request,
        session::LearnState,
        state::{options::LearnOptions, summary::Summary},
    },
    preset::{Cue, Kind},
};
use egui::{Color32, Rect, RichText, Ui, vec2};

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
    /// To be learned next.
    Waiting,
}

impl Phase {
    /// What strip `index` is at.
    pub fn of(state: &LearnState, index: usize) -> Self {
        match (state.take, state.job) {
            (Some((strip, seconds, _)), _) if strip == index && seconds > 0.0 => Self::Capturing(seconds),
            (Some((strip, ..)), _) if strip == index => Self::Armed,
            (_, Some((strip, share))) if strip == index => Self::Learning(share),
            _ if state.waits.get(index) == Some(&true) => Self::Waiting,
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
            Self::Waiting if short => Some("Waits".to_owned()),
            Self::Waiting => Some("Is learned next".to_owned()),
        }
    }

    /// Whether a take is under way.
    pub fn is_taking(self) -> bool {
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

/// How to learn, for all strips.
pub fn options(ui: &mut Ui, scene: &Scene) {
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
pub fn adapt_options(ui: &mut Ui, summary: &Summary, scene: &Scene) {
    let before = scene.session.adapt_options();
    let mut options = before;
    choice(
        ui,
        "Memory",
        "They learn from this much of what was heard last.",
        &MEMORIES,
        &mut options.memory_seconds,
        |s| format!("{s:.0} s"),
    );
    ui.checkbox(&mut options.frozen, "Freeze: stay as it is now");
    if options != before {
        scene.session.set_adapt_options(options);
    }
    if let Some(cue) = chosen_cue(ui, summary, scene) {
        scene.session.request(Request::GroupBy(cue));
    }
}

/// Whether several strips follow the mixture, and so share what nobody taught.
pub fn shares_components(summary: &Summary) -> bool {
    summary.strips.iter().filter(|strip| strip.kind == Kind::Adaptive).count() > 1
}

/// A cue that was chosen just now, where several strips share their components.
fn chosen_cue(ui: &mut Ui, summary: &Summary, scene: &Scene) -> Option<Cue> {
    if !shares_components(summary) {
        return None;
    }
    let now = grouping(scene);
    let mut cue = now;
    choice(ui, "Shared by", CUE_TOOLTIP, &Cue::ALL, &mut cue, |cue| cue.name().to_owned());
    (cue != now).then_some(cue)
}

/// By what components are shared now.
pub fn grouping(scene: &Scene) -> Cue {
    scene.session.dictionaries().preset.map_or_else(Cue::default, |preset| preset.grouping)
}

/// What the cues mean.
pub const CUE_TOOLTIP: &str = "By what the bases that nobody taught are shared among the strips:\n\
    timbre: the most percussive to the first · time: what rises and falls together · position: from left to right.";

fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    tooltip: &str,
    values: &[T],
    value: &mut T,
    text: impl Fn(T) -> String,
) {
    ui.horizontal(|ui| {
        ui.add_sized(vec2(64.0, 24.0), egui::Label::new(RichText::new(name).small().color(theme::WEAK)));
        for candidate in values {
            ui.selectable_value(value, *candidate, text(*candidate)).on_hover_text(tooltip);
        }
    });
}
