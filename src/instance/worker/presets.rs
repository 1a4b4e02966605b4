//! Which preset plays, and the library of presets: load, save, next and previous, names, deletions.

use super::{
    Worker,
    context::Context,
    error::WorkerError,
    preset_settings::{PresetSettings, played_now},
    undo_history::Action,
};
use crate::{
    instance::{
        command::{LibraryCommand, PresetCommand},
        project::{playback::Basis, version::Version},
        state::{message::Message, summary::Origin},
    },
    preset::{
        About, Knobs, Preset, file,
        library::{self, Entry, Library, Listing, Trashed, favourites, recent, trash, user_dir},
    },
    separator::StripControls,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Number of bases of each source that nobody taught: more of them fall to the wrong one.
const UNSUPERVISED_COMPONENTS: usize = 8;

impl Worker {
    pub(super) fn serve_preset(&mut self, command: PresetCommand) -> Result<(), WorkerError> {
        match command {
            PresetCommand::LoadFactory(name) => self.context.load(Entry { name, path: None }),
            PresetCommand::LoadFile(path) => self.context.load(Entry::of_file(path)),
            PresetCommand::Next => self.load_neighbour(1),
            PresetCommand::Previous => self.load_neighbour(-1),
            PresetCommand::Save(name) => {
                self.context.save(&name)?;
                self.learning.forget_finished();
                Ok(())
            }
            PresetCommand::Unsupervised(count) => {
                let preset = Preset::unsupervised(count, UNSUPERVISED_COMPONENTS);
                let title = format!("{} parts", preset.sources.len());
                self.context.begin_with(preset, |version| version.renamed(title, Origin::New).changed())
            }
        }
    }

    pub(super) fn serve_library(&mut self, command: LibraryCommand) -> Result<(), WorkerError> {
        let context = &mut self.context;
        let done = match command {
            LibraryCommand::Refresh => Ok(()),
            LibraryCommand::Rank => {
                self.ranking.begin(context);
                return Ok(());
            }
            LibraryCommand::EndRanking => {
                self.ranking.end();
                return Ok(());
            }
            LibraryCommand::Hear(entry) => return self.hearing.begin(entry, context),
            LibraryCommand::EndHearing => return self.hearing.end(context),
            LibraryCommand::SetFavourite(entry, has_star) => set_favourite(&entry, has_star),
            LibraryCommand::ShowFolder(file) => return show_folder(file.as_deref()),
            LibraryCommand::Rename(file, name) => context.rename(&file, &name),
            LibraryCommand::Describe(file, about) => describe(&file, about),
            LibraryCommand::Delete(file) => context.delete(&file),
            LibraryCommand::RestoreDeleted => context.restore_deleted(),
            LibraryCommand::ForgetDeleted => {
                context.session.set_deleted(None);
                Ok(())
            }
        };
        context.read_library();
        done
    }

    /// Plays the preset `step` places on. Those that are known to be damaged are passed over, and sources by
    /// instrument: from one of these, the next is another of them.
    fn load_neighbour(&mut self, step: isize) -> Result<(), WorkerError> {
        self.context.read_library();
        let library = self.context.session.library();
        let summary = self.context.playback.version().summary.clone();
        let tried = self.tried.take().filter(|(_, then)| Arc::ptr_eq(then, &summary)).map(|(entry, _)| entry);
        let is_current = |entry: &Entry| match &tried {
            Some(tried) => entry == tried,
            None => is_origin(entry, &summary.origin),
        };
        let whole = library.all().filter(|listing| listing.trouble.is_none()).map(|listing| &listing.entry);
        let (instruments, others): (Vec<&Entry>, Vec<&Entry>) = whole.partition(|entry| entry.is_instrument());
        let entries = if instruments.iter().any(|entry| is_current(entry)) { instruments } else { others };
        let count = entries.len() as isize;
        let at = entries.iter().position(|entry| is_current(entry));
        let next = match at {
            _ if count == 0 => return Ok(()),
            // There is no other.
            Some(_) if count == 1 => return Ok(()),
            Some(at) => (at as isize + step).rem_euclid(count),
            None if step > 0 => 0,
            None => count - 1,
        };
        let entry = entries[next as usize].clone();
        let loaded = self.context.load(entry.clone());
        self.tried = Some((entry, summary));
        loaded
    }
}

impl Context {
    /// Plays the preset of `entry`, with its knobs and as it was tuned.
    fn load(&mut self, entry: Entry) -> Result<(), WorkerError> {
        self.say(Message::Loading(entry.name.clone()));
        let preset = library::load(&entry)?;
        let origin = entry.path.clone().map_or_else(|| Origin::Factory(entry.name.clone()), Origin::File);
        self.begin_with(preset, |version| version.renamed(entry.name.as_str(), origin))?;
        self.note_use(&entry);
        Ok(())
    }

    /// Plays `preset` as a version that `describe` gives its title, with its knobs and as it was tuned.
    fn begin_with(&mut self, preset: Preset, describe: impl FnOnce(Version) -> Version) -> Result<(), WorkerError> {
        let before = self.playback.version();
        let version = describe(Version::loaded(preset, "", Origin::New)?);
        let settings = PresetSettings::of(&version.preset, self.params.params());
        let stood = settings.standing(self.params.params(), self.session.adapt_options().memory_seconds);
        let version = self.play_remembering(Basis::Version(&before), version, settings.memory_seconds)?;
        self.set_params(&settings);
        self.record_change(&before, &version, Some((stood, settings)));
        self.say(Message::None);
        Ok(())
    }

    /// Writes the preset that plays into the user's folder, where every instance finds it.
    fn save(&mut self, name: &str) -> Result<(), WorkerError> {
        let version = self.playback.version();
        let mut preset = Preset::clone(&version.preset);
        for (source, StripControls { gain_db, mute, .. }) in preset.sources.iter_mut().zip(self.strip_controls()) {
            source.knobs = Knobs { gain_db, mute };
        }
        // A preset that nobody has tuned says nothing of focus and the like: it is played with whatever is set.
        let memory_seconds = self.session.adapt_options().memory_seconds;
        preset.play = preset.play.map(|play| played_now(&play, self.params.params(), memory_seconds));
        // It may have been noted since the preset was loaded, here or in another instance.
        if let Origin::File(path) = &version.summary.origin
            && let Ok(peeked) = file::peek(path)
        {
            preset.about = peeked.about;
        }
        let path = library::save(&preset, name)?;
        self.put(&version, version.saved(&preset, name, Origin::File(path.clone()))?)?;
        self.mark_project_changed();
        self.note_use(&Entry { name: name.to_owned(), path: Some(path) });
        self.read_library();
        self.say(Message::Done(format!("Saved \"{name}\": every instance finds it")));
        Ok(())
    }

    /// Reads what there is to choose from, and shows it to the editor.
    pub(super) fn read_library(&self) {
        let version = self.playback.version();
        let origin = match &version.summary.origin {
            Origin::File(file) => Some(file.as_path()),
            Origin::Factory(_) | Origin::Project | Origin::New => None,
        };
        self.session.set_library(Library::read(origin));
    }

    /// The preset of `entry` was played or saved just now.
    fn note_use(&self, entry: &Entry) {
        let Some(folder) = user_dir() else { return };
        // Without a list of what was recent everything works but the list.
        let _ = recent::note(&folder, entry);
        let mut library = Library::clone(&self.session.library());
        library.recent = recent::read(&folder).into_iter().map(Listing::of).collect();
        library.origin_missing = false;
        self.session.set_library(library);
    }

    fn rename(&mut self, file: &Path, name: &str) -> Result<(), WorkerError> {
        let Entry { path: Some(to), .. } = trash::rename(file, name)? else { return Ok(()) };
        if to != file {
            self.history.push(Action::Renamed { from: file.to_owned(), to: to.clone() });
            self.follow_rename(file, to)?;
        }
        Ok(())
    }

    /// Moves a preset's file; what plays from it goes by the new name.
    pub(super) fn relocate(&mut self, from: &Path, to: &Path) -> Result<(), WorkerError> {
        trash::relocate(from, to)?;
        self.follow_rename(from, to.to_owned())
    }

    /// The preset in the file `from` is in the file `to` now.
    fn follow_rename(&mut self, from: &Path, to: PathBuf) -> Result<(), WorkerError> {
        let entry = Entry::of_file(to);
        if let Some(folder) = user_dir() {
            // See `note_use`.
            let _ = recent::replace(&folder, from, Some(&entry));
            let _ = favourites::rename(&folder, from, &entry);
        }
        let version = self.playback.version();
        if let (true, Some(to)) = (version.summary.origin == Origin::File(from.to_owned()), entry.path) {
            self.put(&version, version.renamed(entry.name, Origin::File(to)))?;
            self.mark_project_changed();
        }
        Ok(())
    }

    fn delete(&mut self, file: &Path) -> Result<(), WorkerError> {
        let trashed = trash::delete(file)?;
        self.history.push(Action::Deleted(trashed.clone()));
        self.note_deletion(trashed);
        Ok(())
    }

    /// Deletes again what was brought back.
    pub(super) fn delete_again(&self, trashed: Trashed) -> Result<(), WorkerError> {
        trash::delete_again(&trashed)?;
        self.note_deletion(trashed);
        Ok(())
    }

    fn note_deletion(&self, trashed: Trashed) {
        if let Some(folder) = user_dir() {
            // See `note_use`.
            let _ = recent::replace(&folder, &trashed.file, None);
        }
        self.session.set_deleted(Some(trashed));
    }

    fn restore_deleted(&mut self) -> Result<(), WorkerError> {
        let Some(trashed) = self.session.deleted() else { return Ok(()) };
        self.restore(&trashed)?;
        self.history.forget_deletion(&trashed);
        Ok(())
    }

    /// Brings a deleted preset back.
    pub(super) fn restore(&self, trashed: &Trashed) -> Result<(), WorkerError> {
        trash::restore(trashed)?;
        if self.session.deleted().as_ref() == Some(trashed) {
            self.session.set_deleted(None);
        }
        Ok(())
    }

    /// Saves `source` as a preset of its own, under its name or one like it; gives that name.
    pub(super) fn save_alone(&self, mut source: crate::preset::Source) -> Result<String, WorkerError> {
        source.knobs = Knobs::default();
        let entries = library::entries();
        // A preset of that name is not replaced, and not every file system tells upper from lower case.
        let taken = |name: &str| entries.iter().any(|entry| entry.name.to_lowercase() == name.to_lowercase());
        let name = super::sources::free_name(&source.name, taken);
        library::save(&Preset::of(vec![source]), &name)?;
        self.read_library();
        Ok(name)
    }
}

fn is_origin(entry: &Entry, origin: &Origin) -> bool {
    match (origin, &entry.path) {
        (Origin::Factory(name), None) => *name == entry.name,
        (Origin::File(file), Some(path)) => file == path,
        _ => false,
    }
}

/// Notes `about` in a preset's file. What plays from it is saved with what its file says.
fn describe(file: &Path, about: About) -> Result<(), WorkerError> {
    let mut preset = file::read(file)?;
    preset.about = about;
    Ok(file::write(&preset, file)?)
}

fn set_favourite(entry: &Entry, has_star: bool) -> Result<(), WorkerError> {
    let folder = user_dir().ok_or_else(|| WorkerError::FavouriteNotSaved(io::ErrorKind::NotFound.into()))?;
    favourites::set(&folder, entry, has_star).map_err(WorkerError::FavouriteNotSaved)
}

/// Shows the folder of `file`, or the user's, in the system's file manager.
fn show_folder(file: Option<&Path>) -> Result<(), WorkerError> {
    let folder = file.and_then(Path::parent).map(Path::to_owned).or_else(user_dir).ok_or(WorkerError::NoFolder)?;
    let shown = fs::create_dir_all(&folder).map_err(|error| error.to_string());
    let shown = shown.and_then(|()| opener::open(&folder).map_err(|error| error.to_string()));
    shown.map_err(|reason| WorkerError::FolderNotShown { folder, reason })
}
