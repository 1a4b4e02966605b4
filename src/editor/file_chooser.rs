//! The system's file dialog, on a thread of its own so that the host is never held up.

use crate::{
    instance::{
        command::Request,
        session::{Activity, Session},
        state::summary::Summary,
        worker::sources::Arrange,
    },
    preset::{file::SUFFIX, library::Entry},
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// Endings of files that can be learned from.
const AUDIO: [&str; 8] = ["wav", "aif", "aiff", "flac", "mp3", "ogg", "m4a", "aac"];

/// What files are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A preset to play.
    Preset,
    /// A preset to take a source from.
    Sources,
    /// Recordings to learn the source of this strip from.
    Recordings(usize),
}

/// Asks someone for files; none if they would rather not.
pub type Ask = dyn Fn(Wanted) -> Vec<PathBuf> + Send + Sync;

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
    pub fn ask(&self, wanted: Wanted, session: &Arc<Session>) {
        if self.open.swap(true, SeqCst) {
            return;
        }
        let (this, session) = (self.clone(), session.clone());
        let before = session.summary();
        let dialog = move || {
            let closed = Closed(this.open);
            let files = (this.ask)(wanted);
            match (wanted, files.first()) {
                (_, None) => {}
                (Wanted::Sources, Some(file)) => {
                    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                    let name = name.strip_suffix(SUFFIX).unwrap_or(&name).to_owned();
                    session.request(Arrange::Look(Entry { name, path: Some(file.clone()) }).into());
                }
                (Wanted::Preset, Some(file)) => session.request(Request::LoadFile(file.clone())),
                (Wanted::Recordings(strip), Some(_)) => {
                    let name = |summary: &Summary| summary.strips.get(strip).map(|strip| strip.name.clone());
                    if name(&before) == name(&session.summary()) {
                        session.request(Request::LearnFiles(strip, files));
                    } else {
                        let sentence =
                            "nothing was learned: the strips have changed since; choose the recordings again";
                        session.set_activity(Activity::Failed(sentence.to_owned()));
                    }
                }
            }
            drop(closed);
            session.waker.wake();
        };
        if std::thread::Builder::new().name("unbraid-dialog".into()).spawn(dialog).is_err() {
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

fn system_dialog(wanted: Wanted) -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match wanted {
        Wanted::Preset | Wanted::Sources => {
            let dialog = dialog.set_title("Open an Unbraid preset").add_filter("Unbraid preset", &["safetensors"]);
            dialog.pick_file().into_iter().collect()
        }
        Wanted::Recordings(_) => {
            let dialog = dialog.set_title("Learn from recordings of the source alone");
            dialog.add_filter("Audio", &AUDIO).pick_files().unwrap_or_default()
        }
    }
}
