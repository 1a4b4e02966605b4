//! The window of the bundled VST3 in a host's, with the run loop that VST3 hosts on Linux lend to it.

use crate::vst3_player::Vst3Player;
use std::{
    cell::RefCell,
    time::{Duration, Instant},
};
use vst3::{
    Class, ComPtr, ComRef, ComWrapper,
    Steinberg::{
        IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewContentScaleSupport, IPlugViewContentScaleSupportTrait,
        IPlugViewTrait,
        Linux::{IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait},
        ViewRect,
        Vst::{IEditController, IEditControllerTrait, ViewType::kEditor},
        kInvalidArgument, kPlatformTypeX11EmbedWindowID, kResultOk, kResultTrue, tresult,
    },
};

/// The editor of an instance, while it is open.
pub(super) struct Vst3View {
    controller: ComPtr<IEditController>,
    frame: ComWrapper<Frame>,
    view: Option<ComPtr<IPlugView>>,
}

impl Vst3View {
    /// Of the instance that `player` holds, which lives longer.
    pub(super) fn new(player: &Vst3Player) -> Self {
        Self { controller: player.controller().clone(), frame: ComWrapper::new(Frame::default()), view: None }
    }

    /// Opens the view in the X11 window `parent`, on a screen of this scale.
    pub(super) fn open(&mut self, parent: u32, scale: f32) {
        // SAFETY: plain calls on live objects; the frame outlives the view, which is closed before.
        unsafe {
            let view = ComPtr::from_raw(self.controller.createView(kEditor)).unwrap();
            assert_eq!(view.setFrame(self.frame.to_com_ptr::<IPlugFrame>().unwrap().as_ptr()), kResultOk);
            if let Some(scaled) = view.cast::<IPlugViewContentScaleSupport>() {
                scaled.setContentScaleFactor(scale);
            }
            // Hosts ask for the size before they make their window.
            let mut rect = ViewRect { left: 0, top: 0, right: 0, bottom: 0 };
            assert_eq!(view.getSize(&mut rect), kResultTrue);
            assert_eq!(view.attached(parent as usize as *mut _, kPlatformTypeX11EmbedWindowID), kResultTrue);
            self.view = Some(view);
        }
    }

    /// The size that the view says it has.
    pub(super) fn size(&self) -> (u32, u32) {
        let mut rect = ViewRect { left: 0, top: 0, right: 0, bottom: 0 };
        // SAFETY: a plain call with memory of our own.
        assert_eq!(unsafe { self.view.as_ref().unwrap().getSize(&mut rect) }, kResultTrue);
        ((rect.right - rect.left) as u32, (rect.bottom - rect.top) as u32)
    }

    /// The host's main thread: what the plugin has registered is called.
    pub(super) fn serve(&self) {
        self.frame.serve();
    }

    pub(super) fn close(&mut self) {
        if let Some(view) = self.view.take() {
            // SAFETY: plain calls on a live view.
            unsafe {
                view.setFrame(std::ptr::null_mut());
                assert_eq!(view.removed(), kResultTrue);
            }
        }
    }
}

impl Drop for Vst3View {
    fn drop(&mut self) {
        self.close();
    }
}

struct Timer {
    handler: ComPtr<ITimerHandler>,
    interval: Duration,
    due: Instant,
}

/// The host's window around the view, and its run loop.
#[derive(Default)]
struct Frame {
    timers: RefCell<Vec<Timer>>,
    files: RefCell<Vec<(ComPtr<IEventHandler>, i32)>>,
}

impl Frame {
    fn serve(&self) {
        let now = Instant::now();
        let mut due = Vec::new();
        for timer in self.timers.borrow_mut().iter_mut().filter(|timer| timer.due <= now) {
            timer.due = now + timer.interval;
            due.push(timer.handler.clone());
        }
        // Called without a borrow: a handler may take itself off the list. Nobody minds being called for nothing.
        let files = self.files.borrow().clone();
        // SAFETY: plain calls on objects that are held here.
        unsafe {
            due.iter().for_each(|handler| handler.onTimer());
            files.iter().for_each(|(handler, file)| handler.onFDIsSet(*file));
        }
    }
}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, view: *mut IPlugView, newSize: *mut ViewRect) -> tresult {
        // SAFETY: the plugin passes its view and a size.
        unsafe { ComRef::from_raw(view).map_or(kInvalidArgument, |view| view.onSize(newSize)) }
    }
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IRunLoopTrait for Frame {
    unsafe fn registerEventHandler(&self, handler: *mut IEventHandler, fd: i32) -> tresult {
        // SAFETY: the plugin passes its handler.
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else { return kInvalidArgument };
        self.files.borrow_mut().push((handler.to_com_ptr(), fd));
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        self.files.borrow_mut().retain(|(known, _)| known.as_ptr() != handler);
        kResultOk
    }

    unsafe fn registerTimer(&self, handler: *mut ITimerHandler, milliseconds: u64) -> tresult {
        // SAFETY: the plugin passes its handler.
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else { return kInvalidArgument };
        let (handler, interval) = (handler.to_com_ptr(), Duration::from_millis(milliseconds));
        self.timers.borrow_mut().push(Timer { handler, interval, due: Instant::now() + interval });
        kResultOk
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        self.timers.borrow_mut().retain(|timer| timer.handler.as_ptr() != handler);
        kResultOk
    }
}
