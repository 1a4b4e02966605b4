//! A file that is dragged to another window of an X server (XDND, version 5,
//! <https://www.freedesktop.org/wiki/Specifications/XDND/>).
//!
//! The pointer belongs to the window in which the button went down until it is released, so nothing else can grab it.
//! Each drag has a thread with a connection of its own, which asks where the pointer is. It ends with the drag, and at
//! the latest with the window.
//!
//! - [`drag`]: how a drag goes. [`target`]: whose window is below the pointer. [`display`]: the connection.
//! - [`uri`]: the name of a file for others.

mod display;
mod drag;
mod target;
mod uri;

use crate::editor::drag_out::DragSource;
use drag::Drag;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Time between two looks at the pointer.
const STEP: Duration = Duration::from_millis(8);
/// Longest wait for a thread that ends, in case that the X server answers nobody any more. The loader keeps a library
/// for as long as a thread of it has values to drop.
const LONGEST: Duration = Duration::from_secs(5);

/// How a window is asked to draw.
pub(super) type WakeWindow = dyn Fn() + Send + Sync;

/// The drag source of a window.
pub(super) struct X11DragSource {
    /// The window.
    own: u32,
    wake: Arc<WakeWindow>,
    running: Option<RunningDrag>,
}

impl X11DragSource {
    pub(super) fn new(own: u32, wake: Arc<WakeWindow>) -> Self {
        Self { own, wake, running: None }
    }

    fn tell(&self, order: DragOrder) {
        if let Some(running) = &self.running {
            running.tell(order);
        }
    }
}

impl DragSource for X11DragSource {
    fn begin(&mut self) -> bool {
        // One that waits for its target still gives way.
        self.running = None;
        self.running = RunningDrag::new(self.own, self.wake.clone()).ok();
        self.running.is_some()
    }

    fn offer(&mut self, file: &Path) {
        self.tell(DragOrder::Offer(file.to_owned()));
    }

    fn cancel(&mut self) {
        self.tell(DragOrder::Cancel);
    }

    fn is_held(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.is_held.load(SeqCst))
    }
}

/// What a drag is told.
enum DragOrder {
    Offer(PathBuf),
    Cancel,
}

/// A drag with its thread, which ends when this is dropped.
struct RunningDrag {
    orders: Option<Sender<DragOrder>>,
    is_held: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RunningDrag {
    fn new(own: u32, wake: Arc<WakeWindow>) -> std::io::Result<Self> {
        let (orders, received) = channel();
        let is_held = Arc::new(AtomicBool::new(true));
        let held = Held { is_held: is_held.clone(), wake };
        let thread = thread::Builder::new()
            .name("unbraid-drag".into())
            .spawn(move || run(own, &received, &held).unwrap_or(()))?;
        Ok(Self { orders: Some(orders), is_held, thread: Some(thread) })
    }

    fn tell(&self, order: DragOrder) {
        if let Some(orders) = &self.orders {
            // Its end may have come.
            let _ = orders.send(order);
        }
    }
}

impl Drop for RunningDrag {
    fn drop(&mut self) {
        // Without anybody to be told by, it ends.
        self.orders = None;
        let Some(thread) = self.thread.take() else { return };
        let begun = Instant::now();
        while !thread.is_finished() && begun.elapsed() < LONGEST {
            thread::sleep(Duration::from_millis(1));
        }
        if thread.is_finished() {
            // A panic has ended the drag, and nothing else.
            let _ = thread.join();
        }
    }
}

/// Whether the button holds the file, as the window shows it.
struct Held {
    is_held: Arc<AtomicBool>,
    wake: Arc<WakeWindow>,
}

impl Held {
    fn set(&self, is_held: bool) {
        if self.is_held.swap(is_held, SeqCst) != is_held {
            (self.wake)();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.set(false);
    }
}

/// Drags until it is over. `None` where the X server cannot be asked.
fn run(own: u32, orders: &Receiver<DragOrder>, held: &Held) -> Option<()> {
    let mut drag = Drag::begin(own)?;
    loop {
        match orders.recv_timeout(STEP) {
            Ok(DragOrder::Offer(file)) => drag.offer(&file)?,
            Ok(DragOrder::Cancel) | Err(RecvTimeoutError::Disconnected) => return drag.cancel(),
            Err(RecvTimeoutError::Timeout) => {}
        }
        drag.step(Instant::now())?;
        held.set(drag.is_held());
    }
}
