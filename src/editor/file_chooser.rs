//! The system's file dialog: opened on the main thread, as macOS demands, over the plugin's window; a thread of its own
//! waits for the answer, so that the host never does.

use super::loaded;
use crate::recording::EXTENSIONS;
use baseview::PlatformHandle;
use parking_lot::Mutex;
use pollster::block_on;
use rfd::AsyncFileDialog;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// What kind of files is to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A preset to play.
    Preset,
    /// A preset to take a source from.
    Sources,
    /// Recordings to learn the source of this strip from.
    Recordings(usize),
}

/// Lets the user choose files; returns none if the dialog was cancelled.
pub type FileDialog = dyn Fn(FileKind) -> Vec<PathBuf> + Send + Sync;

/// Waits for the answer of a dialog that is open.
type Answer = Box<dyn FnOnce() -> Vec<PathBuf> + Send>;

/// Opens a dialog above the plugin's window.
type DialogOpener = dyn Fn(FileKind, Option<&PlatformHandle>) -> Answer + Send + Sync;

/// Opens the system's file dialog, at most one at a time.
#[derive(Clone)]
pub struct FileChooser {
    opens: Arc<DialogOpener>,
    open: Arc<AtomicBool>,
    /// The window that dialogs belong to.
    window: Arc<Mutex<Option<PlatformHandle>>>,
}

impl Default for FileChooser {
    fn default() -> Self {
        Self { opens: Arc::new(system_dialog), open: Arc::default(), window: Arc::default() }
    }
}

impl FileChooser {
    /// A chooser that calls `dialog` in place of the system's dialog.
    pub fn new(dialog: Arc<FileDialog>) -> Self {
        let opens = move |kind, _: Option<&PlatformHandle>| -> Answer {
            let dialog = dialog.clone();
            Box::new(move || dialog(kind))
        };
        Self { opens: Arc::new(opens), ..Self::default() }
    }

    /// Dialogs belong to this window from now on: they stand above it, and close with it.
    pub fn belong_to(&self, window: PlatformHandle) {
        *self.window.lock() = Some(window);
    }

    /// Whether the dialog is open.
    pub fn is_open(&self) -> bool {
        self.open.load(SeqCst)
    }

    /// Opens the dialog and returns at once; on the main thread. The dialog's thread calls `take` with what was chosen,
    /// then `closed`.
    pub fn ask(
        &self,
        kind: FileKind,
        take: impl FnOnce(Vec<PathBuf>) + Send + 'static,
        closed: impl FnOnce() + Send + 'static,
    ) {
        if self.open.swap(true, SeqCst) {
            return;
        }
        let open = OpenDialog(self.open.clone());
        let window = self.window.lock().clone();
        let answer = (self.opens)(kind, window.as_ref());
        // The dialog, and its thread, may be there longer than the plugin.
        loaded::keep();
        let run = move || {
            take(answer());
            drop(open);
            closed();
        };
        // Without a thread there is nobody to take the answer; the dialog counts as closed.
        let _ = std::thread::Builder::new().name("unbraid-dialog".into()).spawn(run);
    }
}

/// Marks the dialog as closed when dropped, even by a panic inside the system's dialog.
struct OpenDialog(Arc<AtomicBool>);

impl Drop for OpenDialog {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}

/// Opens the system's dialog for `kind`, above `window`.
fn system_dialog(kind: FileKind, window: Option<&PlatformHandle>) -> Answer {
    let mut dialog = AsyncFileDialog::new();
    if let Some(window) = window {
        dialog = dialog.set_parent(window);
    }
    match kind {
        FileKind::Preset | FileKind::Sources => {
            let dialog = dialog.set_title("Open an Unbraid preset").add_filter("Unbraid preset", &["safetensors"]);
            let chosen = dialog.pick_file();
            Box::new(move || block_on(chosen).map(|file| file.path().to_owned()).into_iter().collect())
        }
        FileKind::Recordings(_) => {
            let dialog = dialog.set_title("Learn from recordings of the source alone").add_filter("Audio", &EXTENSIONS);
            let chosen = dialog.pick_files();
            Box::new(move || block_on(chosen).into_iter().flatten().map(|file| file.path().to_owned()).collect())
        }
    }
}
