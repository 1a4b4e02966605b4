//! Learning from the editor: the Learn switch of a strip, and the options for learning and following.

use crate::{
    editor::{
        asked::Asked,
        names::CUE_TOOLTIP,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
        widgets::{menu_call, toggle::Toggle},
    },
    instance::{
        command::{AdaptationCommand, LearnCommand},
        state::learn_state::LearnState,
    },
    preset::Cue,
};
use egui::{Label, Rect, RichText, Ui, vec2};
use nice_plug::prelude::BoolParam;

/// Numbers of bases to choose from.
const COMPONENTS: [usize; 4] = [10, 25, 50, 100];
/// Lengths of a take to choose from, in seconds.
const LENGTHS: [Option<f32>; 4] = [Some(5.0), Some(10.0), Some(30.0), None];
/// Lengths of an adaptive source's memory to choose from, in seconds.
const MEMORIES: [f32; 3] = [3.0, 5.0, 10.0];

const TOOLTIP: &str = "Learn: play this source alone. It is captured from the first sound on;\n\
    click again to learn it, or wait for the take's end.";

/// What is being captured or learned for a strip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LearnPhase {
    /// Nothing.
    Idle,
    /// Waiting for the first sound.
    Armed,
    /// Capturing; it has this many seconds of sound.
    Capturing(f32),
    /// Learning; this share is done, 0 to 1.
    Learning(f32),
    /// Another strip is learned before it.
    Waiting,
}

impl LearnPhase {
    /// The phase of strip `index`.
    pub fn of(state: &LearnState, index: usize) -> Self {
        match (state.take, state.job) {
            (Some(take), _) if take.strip == index && take.seconds > 0.0 => Self::Capturing(take.seconds),
            (Some(take), _) if take.strip == index => Self::Armed,
            (_, Some((strip, share))) if strip == index => Self::Learning(share),
            _ if state.waits.get(index) == Some(&true) => Self::Waiting,
            _ => Self::Idle,
        }
    }

    /// Shown in place of the strip's name while something is captured or learned.
    pub fn caption(self, short: bool) -> Option<String> {
        match self {
            Self::Idle => None,
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

/// Draws the Learn switch of strip `index` in `rect`, with the whole word where it is `wide`. `param` is its parameter.
pub fn draw_switch(
    ui: &Ui,
    rect: Rect,
    wide: bool,
    name: &str,
    index: usize,
    phase: LearnPhase,
    param: &BoolParam,
) -> Option<LearnCommand> {
    let text = if wide && rect.width() >= 56.0 { "Learn" } else { "L" };
    let name = format!("{name} learn");
    let size = if text.len() > 1 { theme::BODY } else { letter_size(rect) };
    // It blinks while it waits for the first sound.
    let blink = phase == LearnPhase::Armed && ui.input(|input| input.time).fract() > 0.6;
    let lit = if blink { ui.colours().button_hover } else { ui.colours().record };
    let toggle = Toggle { text_size: size, ..Toggle::switch(text, &name, phase.is_taking(), lit) };
    let response = toggle.show(ui, rect, ui.scope_id().with(("learn", index)));
    let request = if phase.is_taking() { LearnCommand::Stop } else { LearnCommand::Start(index) };
    menu_call::listen(&response, param, None);
    response.on_hover_text(TOOLTIP).clicked().then_some(request)
}

/// Size of a single letter on a switch in `rect`, in points.
pub fn letter_size(rect: Rect) -> f32 {
    (0.72 * rect.width()).clamp(10.0, 16.0)
}

/// How to learn, for all strips.
pub fn draw_options(ui: &mut Ui, snapshot: &EditorSnapshot) -> Option<Asked> {
    let before = snapshot.learn_options;
    let mut options = before;
    choice(
        ui,
        "Bases",
        "A basis is one spectrum that the source is put together from. More of them know more sounds, and need longer takes.",
        &COMPONENTS,
        &mut options.components,
        |k| k.to_string(),
    );
    choice(ui, "Take", "A take ends by itself after this long.", &LENGTHS, &mut options.seconds, |length| {
        length.map_or("by hand".to_owned(), |seconds| format!("{seconds:.0} s"))
    });
    ui.checkbox(&mut options.with_transport, "End a take with the transport or its loop");
    (options != before).then_some(Asked::SetLearnOptions(options))
}

/// How adaptive sources follow the mixture, for all strips.
pub fn draw_adapt_options(ui: &mut Ui, snapshot: &EditorSnapshot) -> Vec<Asked> {
    let before = snapshot.adapt_options;
    let mut options = before;
    // A tuned preset may have brought another.
    let mut memories = MEMORIES.to_vec();
    if !memories.contains(&before.memory_seconds) {
        memories.push(before.memory_seconds);
        memories.sort_by(f32::total_cmp);
    }
    choice(
        ui,
        "Memory",
        "What learns from the mixture learns from this much of what played last: more is steadier, less follows changes sooner.",
        &memories,
        &mut options.memory_seconds,
        |s| format!("{s} s"),
    );
    ui.checkbox(&mut options.frozen, "Freeze: stay as it is now");
    let options = (options != before).then_some(Asked::SetAdaptOptions(options));
    let cue = draw_cue(ui, snapshot).map(|cue| AdaptationCommand::GroupBy(cue).into());
    options.into_iter().chain(cue).collect()
}

/// By which cue several strips share their components. Returns a cue that was just chosen.
fn draw_cue(ui: &mut Ui, snapshot: &EditorSnapshot) -> Option<Cue> {
    if !snapshot.shares_components() {
        return None;
    }
    let now = snapshot.grouping();
    let mut cue = now;
    choice(ui, "Shared by", CUE_TOOLTIP, &Cue::ALL, &mut cue, |cue| cue.name().to_owned());
    (cue != now).then_some(cue)
}

/// Draws buttons with `values` to choose one from.
fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    tooltip: &str,
    values: &[T],
    value: &mut T,
    text: impl Fn(T) -> String,
) {
    ui.horizontal(|ui| {
        ui.add_sized(vec2(64.0, 24.0), Label::new(RichText::new(name).small().color(ui.colours().weak)));
        for candidate in values {
            ui.selectable_value(value, *candidate, text(*candidate)).on_hover_text(tooltip);
        }
    });
}
