//! The system's file dialog, on a thread of its own so that the host is never held up.

use crate::plugin::session::{Request, Session};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// Asks someone for a file; `None` if they would rather not.
pub type Ask = dyn Fn() -> Option<PathBuf> + Send + Sync;

/// Opens at most one dialog at a time.
#[derive(Clone)]
pub struct FileChooser {
    ask: Arc<Ask>,
    open: Arc<AtomicBool>,
}

impl Default for FileChooser {
    fn default() -> Self {
        Self::new(Arc::new(system_dialog))
    }
}

impl FileChooser {
    /// A chooser that calls `ask` where the system's dialog would be.
    pub fn new(ask: Arc<Ask>) -> Self {
        Self { ask, open: Arc::default() }
    }

    /// Whether a dialog is open.
    pub fn is_open(&self) -> bool {
        self.open.load(SeqCst)
    }

    /// Opens the dialog and returns at once; what is chosen goes to the session's worker.
    pub fn load_into(&self, session: &Arc<Session>) {
        if self.open.swap(true, SeqCst) {
            return;
        }
        let (this, session) = (self.clone(), session.clone());
        let dialog = move || {
            let closed = Closed(this.open);
            if let Some(path) = (this.ask)() {
                session.request(Request::LoadFile(path));
            }
            drop(closed);
        };
        if std::thread::Builder::new().name("file dialog".into()).spawn(dialog).is_err() {
            self.open.store(false, SeqCst);
        }
    }
}

/// Marks the dialog as closed when it goes, even by a panic inside the system's dialog.
struct Closed(Arc<AtomicBool>);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}

fn system_dialog() -> Option<PathBuf> {
    rfd::FileDialog::new()
        .set_title("Open an Unbraid preset")
        .add_filter("Unbraid preset", &["safetensors"])
        .pick_file()
}
