//! Writes down every gesture on its way to the host, so that it can be undone, whichever control it comes from.

use crate::instance::{
    command::{ParamMove, UndoCommand},
    param_id::ParamId,
    params::UnbraidParams,
    session::Session,
};
use egui::{Context, Id};
use nice_plug::{
    context::{PluginApi, gui::GuiContext},
    prelude::{GuiContextInner, ParamPtr, PluginState},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A gesture that has begun and not ended.
#[derive(Debug, Clone, Copy)]
struct OpenGesture {
    param: ParamPtr,
    from: f32,
    to: f32,
    /// The frame in which it began.
    frame: u64,
}

#[derive(Debug, Default)]
struct Gestures {
    /// The frame that is drawn, and its time in seconds.
    frame: u64,
    now: f64,
    open: Vec<OpenGesture>,
}

/// Lies in a window's egui context and is dropped with it.
struct EndWithWindow(Arc<Recorder>);

impl Drop for EndWithWindow {
    fn drop(&mut self) {
        self.0.end_all();
    }
}

/// Passes everything on to the host.
pub struct Recorder {
    host: GuiContext,
    session: Arc<Session>,
    /// The ids of the parameters that can be undone.
    ids: HashMap<ParamPtr, ParamId>,
    gestures: Mutex<Gestures>,
}

impl Recorder {
    /// A recorder in front of `host`, for the undo history of `session`.
    pub fn new(params: &UnbraidParams, host: &GuiContext, session: &Arc<Session>) -> Arc<Self> {
        let ids = ParamId::all().filter(|id| id.is_undoable());
        Arc::new(Self {
            host: host.clone(),
            session: session.clone(),
            ids: ids.map(|id| (params.pointer(id), id)).collect(),
            gestures: Mutex::default(),
        })
    }

    /// Ends open gestures when the window of `ctx` closes. Else the host would take their parameters for held.
    pub fn end_with(self: &Arc<Self>, ctx: &Context) {
        let ending = || Arc::new(EndWithWindow(self.clone()));
        ctx.data_mut(|data| data.get_temp_mut_or_insert_with(Id::unique("unbraid gestures"), ending).clone());
    }

    /// Ends every gesture that has begun.
    pub fn end_all(&self) {
        for open in self.with_gestures(|gestures| gestures.open.clone()) {
            // SAFETY: the parameters live as long as the instance, which the window does not outlive.
            unsafe { self.raw_end_set_parameter(open.param) };
        }
    }

    /// A new frame begins at the time `now`, in seconds.
    pub fn begin_frame(&self, now: f64) {
        self.with_gestures(|gestures| {
            gestures.frame += 1;
            gestures.now = now;
        });
    }

    fn with_gestures<T>(&self, act: impl FnOnce(&mut Gestures) -> T) -> T {
        // After a panic a gesture may be missing here; it cannot be undone then.
        act(&mut self.gestures.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl GuiContextInner for Recorder {
    fn plugin_api(&self) -> PluginApi {
        self.host.plugin_api()
    }

    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        if self.ids.contains_key(&param) {
            // SAFETY: the caller passes a parameter that is alive.
            let from = unsafe { param.unmodulated_normalized_value() };
            self.with_gestures(|gestures| {
                gestures.open.push(OpenGesture { param, from, to: from, frame: gestures.frame })
            });
        }
        // SAFETY: passed on as it came.
        unsafe { self.host.raw_begin_set_parameter(param) };
    }

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        self.with_gestures(|gestures| {
            if let Some(open) = gestures.open.iter_mut().rfind(|open| open.param == param) {
                open.to = normalized;
            }
        });
        // SAFETY: passed on as it came.
        unsafe { self.host.raw_set_parameter_normalized(param, normalized) };
    }

    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        // SAFETY: passed on as it came.
        unsafe { self.host.raw_end_set_parameter(param) };
        let done = self.with_gestures(|gestures| {
            let place = gestures.open.iter().rposition(|open| open.param == param)?;
            let open = gestures.open.remove(place);
            Some((open, (open.frame == gestures.frame).then_some((gestures.now, gestures.frame))))
        });
        let Some((open, at_once)) = done else { return };
        let Some(id) = self.ids.get(&param).copied() else { return };
        // A notch of the wheel or a key press begins and ends in one frame, and is joined to the ones before. So do
        // clicks of a switch, of which only those of one frame are joined.
        let is_turned = matches!(param, ParamPtr::FloatParam(_));
        let turned_at = at_once.filter(|_| is_turned).map(|(now, _)| now);
        let clicked_in = at_once.filter(|_| !is_turned).map(|(_, frame)| frame);
        let by_hand = ParamMove { param: id, from: open.from, to: open.to, turned_at, clicked_in };
        self.session.send(UndoCommand::Moved(by_hand));
    }

    fn get_state(&self) -> PluginState {
        self.host.get_state()
    }

    fn set_state(&self, state: PluginState) {
        self.host.set_state(state);
    }

    fn request_restart(&self) {
        self.host.request_restart();
    }
}
