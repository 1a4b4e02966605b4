//! The system's file dialog, on a thread of its own so that the host never waits for it.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// Extensions of files that can be learned from.
const AUDIO: [&str; 8] = ["wav", "aif", "aiff", "flac", "mp3", "ogg", "m4a", "aac"];

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

/// Opens the system's file dialog, at most one at a time.
#[derive(Clone)]
pub struct FileChooser {
    dialog: Arc<FileDialog>,
    open: Arc<AtomicBool>,
}

impl Default for FileChooser {
    fn default() -> Self {
        Self::new(Arc::new(system_dialog))
    }
}

impl FileChooser {
    /// A chooser that calls `dialog` in place of the system's dialog.
    pub fn new(dialog: Arc<FileDialog>) -> Self {
        Self { dialog, open: Arc::default() }
    }

    /// Whether the dialog is open.
    pub fn is_open(&self) -> bool {
        self.open.load(SeqCst)
    }

    /// Opens the dialog and returns at once. The dialog's thread calls `take` with what was chosen, then `closed`.
    pub fn ask(
        &self,
        kind: FileKind,
        take: impl FnOnce(Vec<PathBuf>) + Send + 'static,
        closed: impl FnOnce() + Send + 'static,
    ) {
        if self.open.swap(true, SeqCst) {
            return;
        }
        let this = self.clone();
        let run = move || {
            let open = OpenDialog(this.open);
            take((this.dialog)(kind));
            drop(open);
            closed();
        };
        if std::thread::Builder::new().name("unbraid-dialog".into()).spawn(run).is_err() {
            self.open.store(false, SeqCst);
        }
    }
}

/// Marks the dialog as closed when dropped, even by a panic inside the system's dialog.
struct OpenDialog(Arc<AtomicBool>);

impl Drop for OpenDialog {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}

fn system_dialog(kind: FileKind) -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match kind {
        FileKind::Preset | FileKind::Sources => {
            let dialog = dialog.set_title("Open an Unbraid preset").add_filter("Unbraid preset", &["safetensors"]);
            dialog.pick_file().into_iter().collect()
        }
        FileKind::Recordings(_) => {
            let dialog = dialog.set_title("Learn from recordings of the source alone");
            dialog.add_filter("Audio", &AUDIO).pick_files().unwrap_or_default()
        }
    }
}
