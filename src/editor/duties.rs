//! What an open window does beside drawing: it puts a loaded preset's knobs into the parameters, asks the host for a
//! restart when another latency mode is wanted, and takes away the message of a success after a while.

use super::{snapshot::EditorSnapshot, widgets::gesture};
use crate::{
    instance::{
        params::{GAIN_SILENCE_DB, UnbraidParams},
        session::{Activity, Session},
    },
    separator::LatencyMode,
};
use egui::Context;
use nice_plug::context::gui::GuiContext;
use std::time::Duration;

/// How long a success is shown, in seconds.
const SUCCESS_S: f64 = 6.0;

/// What was done before.
#[derive(Debug, Default)]
pub struct Duties {
    /// The mode that the host was asked to restart for.
    restart_for: Option<LatencyMode>,
    /// The success that is shown, and since when, in seconds.
    success: Option<(String, f64)>,
}

impl Duties {
    /// Takes away the message of a success after a while. It is `now`, in seconds.
    pub fn forget_success(&mut self, ctx: &Context, session: &Session, now: f64) {
        let Activity::Done(sentence) = session.activity() else {
            self.success = None;
            return;
        };
        if self.success.as_ref().is_none_or(|(shown, _)| *shown != sentence) {
            self.success = Some((sentence, now));
        }
        let left = self.success.as_ref().map_or(0.0, |(_, since)| since + SUCCESS_S - now);
        if left < 0.0 {
            session.set_activity(Activity::Idle);
        } else {
            ctx.request_repaint_after(Duration::from_secs_f64(left));
        }
    }

    /// Asks the host for a restart, once per change of the mode.
    pub fn ask_for_restart(&mut self, snapshot: &EditorSnapshot, host: &GuiContext) {
        let wanted = snapshot.pending_mode();
        if wanted.is_some() && wanted != self.restart_for {
            host.request_restart();
        }
        self.restart_for = wanted;
    }
}

/// Puts a loaded preset's knobs into the parameters, each in a gesture of its own. `host` is the host itself: loading
/// the preset is what can be undone, not its knobs one by one.
pub fn set_loaded_knobs(params: &UnbraidParams, session: &Session, host: &GuiContext) {
    let Some(knobs) = session.take_knobs() else { return };
    let setter = host.param_setter();
    for (strip, knobs) in params.strips.iter().zip(&knobs) {
        gesture::set(&setter, &strip.gain, knobs.gain_db.unwrap_or(GAIN_SILENCE_DB));
        gesture::set(&setter, &strip.mute, knobs.mute);
        gesture::set(&setter, &strip.solo, knobs.solo);
    }
}
