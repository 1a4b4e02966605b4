//! The CPU meter: the share of its time that the audio thread takes in this instance.

use crate::{
    editor::{
        snapshot::EditorSnapshot,
        theme::{self, Themed},
    },
    realtime::wires::cpu_meter::CpuLoad,
};
use egui::{Align2, Rect, Sense, Ui, WidgetInfo, accesskit::Role};

/// Time for which a number stays on the screen, so that it can be read, in seconds.
const READING_S: f64 = 0.25;
/// Without a new block for this long, nothing is being played, in seconds.
const STALE_S: f64 = 1.0;
/// Late blocks within this time of each other are an overload. It is shown for the same time, in seconds.
const OVERLOAD_S: f64 = 4.0;
/// From this share on the number is coloured: little is left for other plugins.
const HIGH: f32 = 0.7;

/// The CPU meter, as it is shown.
#[derive(Debug, Default)]
pub struct CpuReadout {
    /// The reading of the last frame.
    last: Option<CpuLoad>,
    /// The reading that is shown; `None` while nothing is played.
    shown: Option<CpuLoad>,
    shown_at: Option<f64>,
    moved_at: f64,
    late_at: Option<f64>,
    overloaded_at: Option<f64>,
}

impl CpuReadout {
    /// Takes what the audio thread measured; `now` in seconds.
    pub fn update(&mut self, load: CpuLoad, now: f64) {
        let last = self.last.replace(load).unwrap_or(load);
        if load.blocks != last.blocks {
            self.moved_at = now;
        }
        let late = load.late.wrapping_sub(last.late);
        if late > 0 {
            // A single late block may be the fault of another program.
            let again = self.late_at.is_some_and(|at| now - at < OVERLOAD_S);
            if late > 1 || again {
                self.overloaded_at = Some(now);
            }
            self.late_at = Some(now);
        }
        if self.shown_at.is_none_or(|at| now - at >= READING_S) {
            let plays = load.blocks > 0 && now - self.moved_at < STALE_S;
            (self.shown, self.shown_at) = (plays.then_some(load), Some(now));
        }
    }

    /// Whether blocks have been late lately.
    pub fn is_overloaded(&self, now: f64) -> bool {
        self.overloaded_at.is_some_and(|at| now - at < OVERLOAD_S)
    }

    /// When to draw again though nothing else moves, in seconds: once a second while the host plays.
    pub fn due(&self, now: f64) -> Option<f64> {
        let overload = self.overloaded_at.map(|at| at + OVERLOAD_S).filter(|over| *over > now);
        let played = self.shown.map(|_| self.moved_at + STALE_S);
        overload.into_iter().chain(played).min_by(f64::total_cmp)
    }

    /// Draws the number at the right of `rect`.
    pub fn draw(&self, ui: &Ui, rect: Rect, snapshot: &EditorSnapshot) {
        let overloaded = self.is_overloaded(ui.input(|input| input.time));
        let text = self.shown.map_or("–".to_owned(), |load| percent(load.share));
        let response = ui.interact(rect, ui.scope_id().with("load"), Sense::hover());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Status, true, "CPU load");
            info.current_text_value = Some(text.clone());
            info
        });
        let ink = match self.shown {
            _ if overloaded => ui.colours().alarm,
            Some(load) if load.share > HIGH => ui.colours().notice,
            _ => ui.colours().weak,
        };
        let font = theme::font(theme::CAPTION);
        ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, format!("CPU {text}"), font, ink);
        response.on_hover_ui(|ui| {
            let rate = snapshot.audio.sample_rate;
            ui.label(match self.shown {
                Some(load) if rate > 0.0 => format!(
                    "What this instance takes of the time there is for a block of sound: {} on average, {} at most lately.",
                    percent(load.share),
                    percent(load.peak)
                ),
                _ => "What this instance takes of the time there is for a block of sound. Nothing is played now.".to_owned(),
            });
        });
    }
}

fn percent(share: f32) -> String {
    let percent = 100.0 * share;
    if percent < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}
