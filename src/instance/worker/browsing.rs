//! The worker's part that keeps the library of presets: lists, next and previous, names, deletions; and plays again what
//! played once.

use super::Desk;
use crate::instance::{
    command::{Replay, Request},
    history::Step,
    project::{stored_preset::StoredPreset, version::Version},
    session::{Activity, Session},
    state::summary::{Origin, Summary},
};
use crate::preset::{
    Knobs,
    file::PresetError,
    library::{Entry, Library, Listing, Trashed, recent, trash, user_dir},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What the editor asks about the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Browse {
    /// Read the user's folder anew.
    Read,
    /// Play the next preset, round the corner at the end.
    Next,
    /// Play the one before, round the corner at the beginning.
    Previous,
    /// Give the preset in this file another name.
    Rename(PathBuf, String),
    /// Delete the preset in this file.
    Delete(PathBuf),
    /// Show this file in the system's file manager, or the user's folder.
    Reveal(Option<PathBuf>),
    /// Undo or redo a change of name: move this file there.
    Relocate(PathBuf, PathBuf),
    /// Bring this deleted preset back.
    Restore(Trashed),
    /// Delete again what was brought back.
    DeleteAgain(Trashed),
}

/// What the editor sees of the library.
#[derive(Debug, Default)]
pub struct Browsing {
    library: Mutex<Arc<Library>>,
    /// What was deleted last and can be brought back.
    deleted: Mutex<Option<Trashed>>,
    /// What next and previous tried last, and what played then: they go on from there, be it playable or not.
    tried: Mutex<Option<(Entry, Arc<Summary>)>>,
}

/// A poisoned lock still guards a whole value: every write here is a single assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Browsing {
    /// The presets there are, as they were read last.
    pub fn library(&self) -> Arc<Library> {
        lock(&self.library).clone()
    }

    /// Worker: the presets there are.
    pub fn set_library(&self, library: Library) {
        *lock(&self.library) = Arc::new(library);
    }

    /// What was deleted last, while it can be brought back.
    pub fn deleted(&self) -> Option<Trashed> {
        lock(&self.deleted).clone()
    }

    /// Worker: what was deleted last. Editor: `None`, when nobody wants it back any more.
    pub fn set_deleted(&self, deleted: Option<Trashed>) {
        *lock(&self.deleted) = deleted;
    }
}

impl Session {
    /// Editor: ask for something about the library.
    pub fn browse(&self, browse: Browse) {
        self.request(Request::Browse(browse));
    }
}

impl Desk {
    pub(super) fn browse(&self, browse: Browse) {
        let done = match browse {
            Browse::Read => Ok(()),
            Browse::Next => return self.go(1),
            Browse::Previous => return self.go(-1),
            Browse::Reveal(file) => return self.reveal(file.as_deref()),
            Browse::Rename(file, name) => self.rename(&file, &name),
            Browse::Relocate(from, to) => trash::relocate(&from, &to).map(|()| self.follow_name(&from, &to)),
            Browse::Delete(file) => self.delete(&file),
            Browse::DeleteAgain(trashed) => trash::delete_again(&trashed).map(|()| self.keep_deleted(trashed)),
            Browse::Restore(trashed) => trash::restore(&trashed).map(|()| {
                if self.session.browsing.deleted().as_ref() == Some(&trashed) {
                    self.session.browsing.set_deleted(None);
                }
            }),
        };
        if let Err(error) = done {
            self.fail(&error);
        }
        self.read_library();
    }

    fn fail(&self, error: &PresetError) {
        self.session.set_activity(Activity::Failed(error.to_string()));
    }

    /// Reads what there is to choose from, and shows it to the editor.
    pub(super) fn read_library(&self) {
        let summary = self.session.summary();
        let origin = match &summary.origin {
            Origin::File(file) => Some(file.as_path()),
            Origin::Factory(_) | Origin::Project | Origin::New => None,
        };
        self.session.browsing.set_library(Library::read(origin));
        self.session.waker.wake();
    }

    /// The preset of `entry` was played or saved just now.
    pub(super) fn note_use(&self, entry: &Entry) {
        let Some(folder) = user_dir() else { return };
        // Without a list of what was recent everything works but the list.
        let _ = recent::note(&folder, entry);
        let mut library = Library::clone(&self.session.browsing.library());
        library.recent = recent::read(&folder).into_iter().map(Listing::of).collect();
        library.origin_missing = false;
        self.session.browsing.set_library(library);
        self.session.waker.wake();
    }

    /// Plays the preset `step` places on. Those that are known to be damaged are passed over.
    fn go(&self, step: isize) {
        self.read_library();
        let library = self.session.browsing.library();
        let entries: Vec<&Entry> =
            library.all().filter(|listing| listing.trouble.is_none()).map(|listing| &listing.entry).collect();
        let count = entries.len() as isize;
        let summary = self.session.summary();
        let tried = lock(&self.session.browsing.tried).take();
        let tried = tried.filter(|(_, then)| Arc::ptr_eq(then, &summary)).map(|(entry, _)| entry);
        let at = entries.iter().position(|entry| match &tried {
            Some(tried) => *entry == tried,
            None => is_origin(entry, &summary.origin),
        });
        let next = match at {
            _ if count == 0 => return,
            // There is no other.
            Some(_) if count == 1 => return,
            Some(at) => (at as isize + step).rem_euclid(count),
            None if step > 0 => 0,
            None => count - 1,
        };
        let entry = entries[next as usize].clone();
        let origin = entry.path.clone().map_or_else(|| Origin::Factory(entry.name.clone()), Origin::File);
        self.load(entry.name.clone(), origin, &entry);
        *lock(&self.session.browsing.tried) = Some((entry, summary));
    }

    fn rename(&self, file: &Path, name: &str) -> Result<(), PresetError> {
        let Entry { path: Some(to), .. } = trash::rename(file, name)? else { return Ok(()) };
        if to != file {
            self.session.history().push(Step::Renamed { from: file.to_owned(), to: to.clone() });
            self.follow_name(file, &to);
        }
        Ok(())
    }

    /// The preset in the file `from` is in the file `to` now.
    fn follow_name(&self, from: &Path, to: &Path) {
        let entry = Entry { name: super::title_of(to), path: Some(to.to_owned()) };
        if let Some(folder) = user_dir() {
            // See `note_use`.
            let _ = recent::replace(&folder, from, Some(&entry));
        }
        let summary = self.session.summary();
        if summary.origin == Origin::File(from.to_owned()) {
            let origin = Some(Origin::File(to.to_owned()));
            self.store(StoredPreset { title: entry.name.clone(), origin, ..StoredPreset::clone(&self.field.kept()) });
            let title = entry.name;
            self.session.set_summary(Summary {
                title,
                origin: Origin::File(to.to_owned()),
                ..Summary::clone(&summary)
            });
            self.link.mark_project_changed();
        }
    }

    fn delete(&self, file: &Path) -> Result<(), PresetError> {
        let trashed = trash::delete(file)?;
        self.session.history().push(Step::Deleted(trashed.clone()));
        self.keep_deleted(trashed);
        Ok(())
    }

    fn keep_deleted(&self, trashed: Trashed) {
        if let Some(folder) = user_dir() {
            // See `note_use`.
            let _ = recent::replace(&folder, &trashed.file, None);
        }
        self.session.browsing.set_deleted(Some(trashed));
    }

    fn reveal(&self, file: Option<&Path>) {
        let Some(folder) = file.and_then(Path::parent).map(Path::to_owned).or_else(user_dir) else {
            let sentence = "there is no folder of presets to show; set UNBRAID_PRESETS to one";
            return self.session.set_activity(Activity::Failed(sentence.to_owned()));
        };
        if let Err(error) = fs::create_dir_all(&folder).and_then(|()| open(&folder)) {
            let sentence = format!("{}: the folder cannot be shown ({error}); open it by hand", folder.display());
            self.session.set_activity(Activity::Failed(sentence));
        }
    }

    /// What plays, whole. The same as before, while nothing has changed.
    pub(super) fn version(&self) -> Arc<Version> {
        let (preset, adapted) = {
            let scene = self.stage.lock();
            (scene.preset.clone(), scene.adapted.clone())
        };
        let (stored, summary) = (self.field.kept(), self.session.summary());
        let version = Version::new(preset, stored, summary, adapted);
        let history = self.session.history();
        match history.current() {
            Some(known) if known.is(&version) => {
                known.set_adapted(version.adapted());
                known.clone()
            }
            _ => version,
        }
    }

    /// Tells the editor what plays, so that it can come back to it.
    pub(super) fn tell_version(&self) {
        let version = self.version();
        self.session.history().set_current(version);
    }

    /// What the sources of `before` had become was changed by hand.
    pub(super) fn record_step(&self, before: Arc<Version>, what: &str) {
        self.record(before, self.version().apart(), None, what.to_owned());
    }

    /// Another preset plays than `before`; with the knobs as they stood, and as the new one has them.
    pub(super) fn record_change(&self, before: Arc<Version>, knobs: Option<(Vec<Knobs>, Vec<Knobs>)>) {
        let now = self.version();
        let what = before.difference(&now);
        self.record(before, now, knobs, what);
    }

    fn record(&self, from: Arc<Version>, to: Arc<Version>, knobs: Option<(Vec<Knobs>, Vec<Knobs>)>, what: String) {
        let mut history = self.session.history();
        history.set_current(to.clone());
        history.push(Step::Changed { from, to, knobs, what });
        drop(history);
        self.session.waker.wake();
    }

    /// Plays a version again, exactly.
    pub(super) fn replay(&self, replay: Replay) {
        let Replay { version, knobs } = replay;
        // What plays now is left as it stands.
        self.tell_version();
        if let Err(error) = self.play(&version.preset, &version.adapted()) {
            let sentence = format!("preset \"{}\": {error}", version.summary.title);
            return self.session.set_activity(Activity::Failed(sentence));
        }
        self.store(version.stored.clone());
        self.session.set_summary(Summary::clone(&version.summary));
        if let Some(knobs) = knobs {
            self.session.offer_knobs(knobs);
        }
        self.session.history().set_current(version);
        self.session.set_activity(Activity::Idle);
        self.read_library();
        self.link.mark_project_changed();
    }
}

fn is_origin(entry: &Entry, origin: &Origin) -> bool {
    match (origin, &entry.path) {
        (Origin::Factory(name), None) => *name == entry.name,
        (Origin::File(file), Some(path)) => file == path,
        _ => false,
    }
}

/// Shows `folder` in the system's file manager, and does not wait for it.
fn open(folder: &Path) -> io::Result<()> {
    open_with(if cfg!(target_os = "macos") { "open" } else { "xdg-open" }, folder)
}

/// A shell starts the program and ends at once, so that nothing is left to be waited for.
#[cfg(unix)]
fn open_with(program: &str, folder: &Path) -> io::Result<()> {
    const START: &str = "command -v \"$0\" || exit 127; \"$0\" \"$1\" &";
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", START, program]).arg(folder);
    let ended = shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if ended.success() { Ok(()) } else { Err(io::Error::other(format!("the program {program} is missing"))) }
}

#[cfg(not(unix))]
fn open_with(_program: &str, folder: &Path) -> io::Result<()> {
    Command::new("explorer").arg(folder).stdin(Stdio::null()).spawn().map(drop)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;
    use std::{os::unix::fs::PermissionsExt, time::Duration};

    #[test]
    fn a_folder_is_shown_by_the_systems_program_without_waiting_for_it() {
        let place = tempfile::tempdir().unwrap();
        let (program, folder) = (place.path().join("show it"), place.path().join("my 'presets' $HOME"));
        fs::create_dir(&folder).unwrap();
        fs::write(&program, "#!/bin/sh\necho \"$1\" > \"$1/seen\"; mv \"$1/seen\" \"$1/shown\"; sleep 3\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        open_with(program.to_str().unwrap(), &folder).unwrap();
        let mut patience = 1_000;
        while !folder.join("shown").exists() && patience > 0 {
            std::thread::sleep(Duration::from_millis(10));
            patience -= 1;
        }
        assert_eq!(fs::read_to_string(folder.join("shown")).unwrap().trim(), folder.to_str().unwrap());
        let sentence = open_with("no-such-program-here", &folder).unwrap_err().to_string();
        assert!(sentence.contains("no-such-program-here is missing"), "{sentence}");
    }
}
