//! The status line: what goes on, and what is out of the ordinary.

use crate::{
    editor::{
        asked::Asked,
        names::{MEASURED_ON, mode_name, share_in_words, sounds_like, told_apart},
        snapshot::EditorSnapshot,
        theme::{self, Colours, Themed},
        widgets::{gesture, toggle::plain_button},
    },
    instance::{
        command::{LearnCommand, LibraryCommand, UndoCommand},
        project::version::Version,
        state::{
            audio_status::AudioStatus,
            learn_state::{Finished, Foreign, TakeState},
            message::Message,
            summary::{Origin, Strip},
        },
    },
    learner::{Grade, adaptive::ComponentIndex},
    preset::{Kind, display_name},
    recording::file_name,
    separator::{Audition, LatencyMode},
};
use egui::{Align, Color32, Label, Layout, Rect, RichText, Sense, Ui, UiBuilder, vec2};
use nice_plug::prelude::ParamSetter;
use std::sync::Arc;

/// Bins above this need not be known, in Hz.
const AUDIBLE_HZ: f64 = 18_000.0;
/// Shown while nothing is out of the ordinary.
const HINT: &str = "Learn: click it, and play that source alone · drag a knob up or down, double-click for 0 dB, \
                    click a number to type";

/// Width of a button in the line, in points.
const OFFER_WIDTH: f32 = 52.0;
/// The same of one with several words.
const LONG_OFFER_WIDTH: f32 = 96.0;
/// The same of the one that takes the others away.
const DISMISS_WIDTH: f32 = 20.0;

/// What the status line remembers between two frames.
#[derive(Default)]
pub struct StatusState {
    /// The preset and the stream that were checked last.
    checked: Option<(Arc<Version>, AudioStatus)>,
    /// What does not fit, if anything.
    misfit: Option<String>,
    /// The preset, and the mode that it was tuned for, of which nothing more is to be said.
    dismissed: Option<(String, LatencyMode)>,
}

/// Draws the line in `rect`. `hint` says what the control under the pointer does.
pub fn draw(
    ui: &mut Ui,
    rect: Rect,
    snapshot: &EditorSnapshot,
    own: &mut StatusState,
    hint: Option<&str>,
    setter: &ParamSetter,
) -> Option<Asked> {
    own.check(&snapshot.version, &snapshot.audio);
    let tuned_for = own.tuned_for(snapshot);
    let (rect, taken) = draw_offers(ui, rect, offers(snapshot, tuned_for));
    let asked = taken.and_then(|offered| match offered {
        Offered::Asked(asked) => Some(asked),
        Offered::Mode(mode) => {
            gesture::set(setter, &snapshot.params.mode, mode.into());
            None
        }
        Offered::Dismissal(mode) => {
            own.dismissed = Some((snapshot.summary().title.clone(), mode));
            None
        }
    });
    let layout = Layout::left_to_right(Align::Center);
    let mut line = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout).id_salt("status"));
    line.shrink_clip_rect(rect);
    line.spacing_mut().item_spacing.x = 7.0;
    let remarks = remarks(snapshot, own.misfit.as_deref(), tuned_for, ui.colours());
    let hint = hint.map(|hint| (hint, ui.colours().text)).or(remarks.is_empty().then_some((HINT, ui.colours().faint)));
    for (i, (colour, text)) in remarks.into_iter().enumerate() {
        if i > 0 {
            line.add_space(10.0);
        }
        let (dot, _) = line.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
        line.painter().circle_filled(dot.center(), 4.0, colour);
        line.add(Label::new(RichText::new(text).size(theme::CAPTION).color(ui.colours().text)).truncate());
    }
    if let Some((hint, ink)) = hint {
        line.add(Label::new(RichText::new(hint).size(theme::CAPTION).color(ink)).truncate());
    }
    asked
}

/// A button beside what is said.
struct Offer {
    text: &'static str,
    /// What the accessibility tree calls it.
    name: &'static str,
    tooltip: &'static str,
    offered: Offered,
}

/// What comes of a click on it.
enum Offered {
    Asked(Asked),
    /// This mode is set.
    Mode(LatencyMode),
    /// Nothing more is said of the mode that the preset was tuned for.
    Dismissal(LatencyMode),
}

/// What can be done about what is said, from right to left.
fn offers(snapshot: &EditorSnapshot, tuned_for: Option<LatencyMode>) -> Vec<Offer> {
    if let Some(take) = snapshot.learning.take
        && take.foreign_if_noticed().is_some()
    {
        let tooltip = "Drop what was captured, and begin anew with the next sound.";
        let offered = Offered::Asked(LearnCommand::Start(take.strip).into());
        return vec![Offer { text: "Again", name: "Take it again", tooltip, offered }];
    }
    let mut offers = Vec::new();
    if let Message::Saved(file) = &snapshot.message
        && !snapshot.window.is_dragged_out
    {
        let (text, name) = ("Show in folder", "Show the stem in its folder");
        let tooltip = "Open the folder in the system's file manager; from there it can be dragged onto a track.";
        let offered = Offered::Asked(LibraryCommand::ShowFolder(Some(file.clone())).into());
        offers.push(Offer { text, name, tooltip, offered });
    }
    let Some(finished) = finished(snapshot) else {
        offers.extend(tuned_for.into_iter().flat_map(|mode| mode_offers(snapshot, mode)));
        return offers;
    };
    let tooltip = "Say no more of it. What was learned plays on.";
    let offered = Offered::Asked(LearnCommand::Dismiss.into());
    offers.insert(0, Offer { text: "×", name: "Dismiss what was learned", tooltip, offered });
    let (tooltip, offered) = ("Save it as a preset: every instance finds it.", Offered::Asked(Asked::SaveAs));
    offers.push(Offer { text: "Save…", name: "Save what was learned", tooltip, offered });
    // Whatever was done since then would be undone first.
    if finished.can_undo && snapshot.is_exchangeable() {
        let tooltip = "Play what played before.";
        let offered = Offered::Asked(UndoCommand::Undo.into());
        offers.push(Offer { text: "Undo", name: "Undo what was learned", tooltip, offered });
    }
    offers
}

/// What can be done where the preset was tuned for `mode` and another is set.
fn mode_offers(snapshot: &EditorSnapshot, mode: LatencyMode) -> Vec<Offer> {
    let (tooltip, offered) = ("Stay in the mode that is set, and say no more of it.", Offered::Dismissal(mode));
    let mut offers = vec![Offer { text: "×", name: "Stay in this mode", tooltip, offered }];
    if !snapshot.window.is_standalone {
        let tooltip = "Set the mode that the preset was tuned for. The host restarts the plugin, with another delay.";
        let offered = Offered::Mode(mode);
        offers.push(Offer { text: "Switch", name: "Switch to the mode it was tuned for", tooltip, offered });
    }
    offers
}

/// Draws them at the right of `rect`. Returns what is left of `rect`, and which was clicked.
fn draw_offers(ui: &Ui, rect: Rect, offers: Vec<Offer>) -> (Rect, Option<Offered>) {
    let (mut left, mut taken) = (rect, None);
    for Offer { text, name, tooltip, offered } in offers {
        let width = match text.chars().count() {
            ..=1 => DISMISS_WIDTH,
            2..=8 => OFFER_WIDTH,
            _ => LONG_OFFER_WIDTH,
        };
        let place = left.with_min_x(left.right() - width).expand2(vec2(0.0, 1.0));
        if plain_button(ui, place, text, name, false).on_hover_text(tooltip).clicked() {
            taken = Some(offered);
        }
        left.max.x = place.left() - 4.0;
    }
    (left, taken)
}

/// What is to be said, the most important first.
fn remarks(
    snapshot: &EditorSnapshot,
    misfit: Option<&str>,
    tuned_for: Option<LatencyMode>,
    colours: &Colours,
) -> Vec<(Color32, String)> {
    let (params, playing, window) = (snapshot.params, &snapshot.audio, &snapshot.window);
    let mut remarks = Vec::new();
    let mut say = |colour, text: String| remarks.push((colour, text));
    if let Some(heard) = &snapshot.heard_preset {
        say(colours.focus, format!("You hear {} · what plays comes back when you point elsewhere", heard.entry.name));
    } else if let Some(audition) = snapshot.audition {
        say(colours.focus, format!("Only {} is heard while you hold", auditioned(audition, snapshot)));
    }
    if window.is_overloaded {
        let remedy = match playing.mode {
            LatencyMode::Quality => "a larger buffer in the host or fewer sources help",
            _ => "choose a mode with more latency",
        };
        say(colours.alarm, format!("CPU overload: sound drops out · {remedy}"));
    }
    match &snapshot.message {
        Message::Loading(name) => say(colours.focus, format!("Loading {name}…")),
        Message::Done(sentence) => say(colours.done, sentence.clone()),
        Message::Notice(sentence) => say(colours.notice, sentence.clone()),
        Message::Saved(file) if window.is_dragged_out => {
            say(colours.focus, format!("Drag {} onto a track", file_name(file)));
        }
        Message::Saved(file) => say(colours.done, format!("Saved as {}", file.display())),
        Message::None if window.is_dragged_out => {
            say(colours.focus, "Saving the stem: drag it onto a track".to_owned())
        }
        Message::None | Message::Failed(_) => {}
    }
    if let Some(text) = learning(snapshot) {
        say(colours.focus, text);
    }
    if let Some(finished) = finished(snapshot) {
        let verdict = snapshot.learning.verdicts[finished.strip];
        let is_poor = verdict.is_some_and(|verdict| verdict.grade() == Grade::Poor);
        say(if is_poor { colours.notice } else { colours.done }, outcome(finished, snapshot));
    }
    if window.file_dialog_is_open {
        say(colours.focus, "Waiting for you to choose a file".to_owned());
    }
    if let Some(mode) = snapshot.pending_mode().map(mode_name) {
        let text = if window.is_standalone {
            format!("{mode} takes over when the application starts again")
        } else {
            format!("{mode} takes over when the host restarts the plugin")
        };
        say(colours.notice, text);
    }
    if playing.sample_rate <= 0.0 {
        say(colours.neutral, "Waiting for the host to start the audio".to_owned());
    }
    if snapshot.audition.is_some() || snapshot.heard_preset.is_some() {
        // Whatever is set, that is what is heard.
    } else if params.bypass.value() {
        say(colours.notice, "Bypassed: you hear the mixture as it comes in".to_owned());
    } else if params.removed.value() {
        say(colours.notice, "You hear what is removed".to_owned());
    }
    if playing.sample_rate > 0.0 && window.is_silent {
        say(colours.neutral, "No signal comes in".to_owned());
    }
    if let Origin::File(file) = &snapshot.summary().origin
        && snapshot.origin_is_missing()
    {
        let by_hand = snapshot.deleted.as_ref().is_some_and(|trashed| trashed.file == *file);
        let what = if by_hand { "You deleted the preset's file" } else { "The preset's file is missing" };
        say(colours.notice, format!("{what}: it plays on from the project · save it to have it again"));
    }
    if let Some(sentence) = misfit {
        say(colours.notice, sentence.to_owned());
    }
    if let Some(mode) = tuned_for {
        let remedy = if window.is_standalone { format!(": start with --mode {}", mode.name()) } else { String::new() };
        say(colours.neutral, format!("Tuned for {}{remedy}", mode_name(mode)));
    }
    remarks
}

/// What alone is heard, in a few words.
fn auditioned(audition: Audition, snapshot: &EditorSnapshot) -> String {
    let EditorSnapshot { version, audio, .. } = snapshot;
    let name = |source: usize| version.summary.strips.get(source).map(Strip::display_name).unwrap_or_default();
    match audition {
        Audition::Source(source) => name(source),
        Audition::Basis { source, component } => {
            let number = version.shown_number(source, ComponentIndex(component), audio);
            let number = number.map_or(String::new(), |number| format!(" {number}"));
            format!("basis{number} of {}", name(source))
        }
        Audition::Band { hz } if hz < 1_000.0 => format!("a third of an octave around {hz:.0} Hz"),
        Audition::Band { hz } => format!("a third of an octave around {:.1} kHz", hz / 1e3),
    }
}

/// What is being captured or learned.
fn learning(snapshot: &EditorSnapshot) -> Option<String> {
    let strips = &snapshot.summary().strips;
    let name = |index: usize| strips.get(index).map(Strip::display_name).unwrap_or_default();
    if let Some(take) = snapshot.learning.take {
        let TakeState { strip, seconds, .. } = take;
        let name = name(strip);
        if seconds == 0.0 {
            return Some(format!("Learn {name}: waiting for its first sound · play it alone"));
        }
        if let Some(Foreign { like, share }) = take.foreign_if_noticed() {
            let like = sounds_like(like, snapshot.summary());
            let share = display_name(share_in_words(share));
            return Some(format!(
                "{share} of this take sounds like {like}: mute that in your session (M here does not change what is learned)"
            ));
        }
        let length = snapshot.learn_options.seconds.map_or(String::new(), |length| format!(" of {length:.0} s"));
        return Some(format!("Capturing {name}: {seconds:.1} s{length} · click again to learn it now"));
    }
    let (strip, share) = snapshot.learning.job?;
    let percent = 100.0 * share;
    Some(if snapshot.learning.tries_bases {
        format!("Trying numbers of bases on mixtures of your takes: {percent:.0} %")
    } else {
        format!("Learning {}: {percent:.0} %", name(strip))
    })
}

/// What was learned last, where nothing newer is under way.
fn finished(snapshot: &EditorSnapshot) -> Option<Finished> {
    let learning = &snapshot.learning;
    let known = |finished: &Finished| finished.strip < snapshot.summary().strips.len();
    learning.finished.filter(|finished| learning.take.is_none() && learning.job.is_none() && known(finished))
}

/// What came of learning, in words.
fn outcome(finished: Finished, snapshot: &EditorSnapshot) -> String {
    let Finished { strip, seconds, .. } = finished;
    let (strips, learning) = (&snapshot.summary().strips, &snapshot.learning);
    let name = strips[strip].display_name();
    if let Some(verdict) = learning.verdicts[strip] {
        let remedy = match verdict.grade() {
            Grade::Poor => " · learn it again from a longer take, played alone",
            Grade::Good | Grade::Fair => "",
        };
        return format!("{name}: {}, {MEASURED_ON}{remedy}", told_apart(verdict));
    }
    let others = || strips.iter().enumerate().filter(|(i, _)| *i != strip);
    if others().any(|(i, _)| learning.material[i] > 0.0) {
        return format!("Learned {name} from {seconds:.1} s");
    }
    let mut learned = others().filter(|(_, other)| matches!(other.kind, Kind::Fixed | Kind::Drifting));
    let next = match (learned.next(), learned.next()) {
        (None, _) => "teach a second source, and you are told how well they come apart".to_owned(),
        (Some((_, other)), None) => {
            format!("a take of {} is needed too, to say how well they come apart", other.display_name())
        }
        (Some(_), Some(_)) => "takes of the others are needed too, to say how well they come apart".to_owned(),
    };
    format!("Learned {name} from {seconds:.1} s · {next}")
}

impl StatusState {
    /// The mode that the preset was tuned for, if another is set and nobody has said that it stays.
    fn tuned_for(&self, snapshot: &EditorSnapshot) -> Option<LatencyMode> {
        let mode = snapshot.other_tuned_mode()?;
        let is_dismissed =
            self.dismissed.as_ref().is_some_and(|(title, of)| *title == snapshot.summary().title && *of == mode);
        (!is_dismissed).then_some(mode)
    }

    /// Checks whether the bases fit the stream, if one or the other has changed.
    fn check(&mut self, version: &Arc<Version>, audio: &AudioStatus) {
        let same = |(known, stream): &(Arc<Version>, AudioStatus)| Arc::ptr_eq(known, version) && stream == audio;
        if !self.checked.as_ref().is_some_and(same) {
            self.misfit = misfit(version, audio);
            self.checked = Some((version.clone(), *audio));
        }
    }
}

/// The first source whose bases do not quite fit the stream, and what that means.
fn misfit(version: &Version, audio: &AudioStatus) -> Option<String> {
    if audio.sample_rate <= 0.0 {
        return None;
    }
    version.summary.strips.iter().enumerate().find_map(|(i, strip)| {
        let name = strip.display_name();
        let in_use = version.bases_in_use(i, audio).filter(|in_use| !in_use.moved)?;
        let frame = &in_use.dictionary.frame;
        if in_use.interpolated {
            let rate = frame.sample_rate / 1e3;
            return Some(format!(
                "{name} was learned in other frames, at {rate} kHz: interpolated · learn it again for more"
            ));
        }
        let (known, heard) = (frame.sample_rate / 2.0, (audio.sample_rate / 2.0).min(AUDIBLE_HZ));
        (known < 0.8 * heard).then(|| {
            format!("{name} was learned at {} kHz: nothing is known above {} kHz", frame.sample_rate / 1e3, known / 1e3)
        })
    })
}
