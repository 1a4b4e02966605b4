//! What plays: one immutable value. Another one takes its place, see [`Playback`](super::playback::Playback).

use super::{
    marking::Marking,
    packed_file::{self, UnpackError},
    stored_adaptive_state::StoredAdaptiveState,
    stored_preset::{StoredPreset, StoredPresetError},
};
use crate::{
    instance::state::summary::{Origin, Summary},
    learner::adaptive::AdaptiveState,
    preset::{
        Kind, Preset, Source,
        file::{self, PresetError},
        library::{self, Entry},
    },
};
use std::sync::{Arc, LazyLock, OnceLock};

/// The first preset, read once for all instances.
static FIRST: LazyLock<(Arc<Preset>, Arc<str>)> = LazyLock::new(|| {
    let entry = Entry { name: FIRST_PRESET.to_owned(), path: None };
    // It is part of the library, and a test loads it.
    let preset = library::load(&entry).expect("the first preset is a valid factory preset");
    let file = packed_file::pack(&preset).expect("a preset that could be read is valid");
    (Arc::new(preset), file.into())
});

/// The factory preset that plays at first insert.
pub const FIRST_PRESET: &str = "Drums + Bass + Rest";

/// A preset as it plays, with all that is shown and stored of it. Versions share what they have in common, so keeping
/// many of them, as the undo history does, is cheap.
#[derive(Debug)]
pub struct Version {
    /// The preset. Models are built from it; a version that only has another name holds the same object.
    pub preset: Arc<Preset>,
    /// What its adaptive, recognised and drifting sources have learned while it played.
    pub adaptive_state: Arc<AdaptiveState>,
    /// What was marked by hand.
    pub marking: Arc<Marking>,
    /// Title, origin and whether it was changed; with the strips and knobs of the preset, as the editor shows them.
    pub summary: Arc<Summary>,
    /// The preset as a project stores it, packed when it was made: see [`packed_file`].
    file: Arc<str>,
    /// What the project brought where that cannot be played. It is stored again as it came.
    unplayable: Option<Arc<StoredPreset>>,
    /// The adaptive state as a project stores it; made when a project is saved.
    packed_state: OnceLock<Option<StoredAdaptiveState>>,
}

impl Version {
    /// What plays at first insert.
    pub fn first() -> Self {
        let (preset, file) = FIRST.clone();
        let summary = Summary::new(FIRST_PRESET, Origin::Factory(FIRST_PRESET.to_owned()), &preset);
        Self::with_file(preset, Arc::default(), summary, file)
    }

    /// A preset that was just loaded or made. Its bases are rounded, so that they play as a project stores them:
    /// activations come from many updates, which make an audible difference of any small one.
    ///
    /// # Errors
    /// If `preset` is not valid.
    pub fn loaded(mut preset: Preset, title: impl Into<String>, origin: Origin) -> Result<Self, PresetError> {
        file::round(&mut preset, None);
        let file = packed_file::pack(&preset)?;
        Ok(Self::new(Arc::new(preset), file, title, origin))
    }

    /// A preset that is `file` as a project stores it.
    pub fn new(preset: Arc<Preset>, file: impl Into<Arc<str>>, title: impl Into<String>, origin: Origin) -> Self {
        let summary = Summary::new(title, origin, &preset);
        Self::with_file(preset, Arc::default(), summary, file.into())
    }

    /// A preset without sources of which a project stores so many bytes.
    #[cfg(test)]
    pub(crate) fn of_size(bytes: usize) -> Self {
        let preset = Preset::of(Vec::new());
        let summary = Summary::new("A", Origin::Project, &preset);
        Self::with_file(Arc::new(preset), Arc::default(), summary, "x".repeat(bytes).into())
    }

    fn with_file(preset: Arc<Preset>, adaptive_state: Arc<AdaptiveState>, summary: Summary, file: Arc<str>) -> Self {
        let adaptive_state = Arc::new(adaptive_state.indexed_for(&preset));
        let (summary, packed_state) = (Arc::new(summary), OnceLock::new());
        Self { preset, adaptive_state, marking: Arc::default(), summary, file, unplayable: None, packed_state }
    }

    /// What a project brought, and why its adaptive state cannot be read, where that is so: it begins anew then.
    ///
    /// # Errors
    /// If the preset itself cannot be read.
    pub fn from_project(stored: &StoredPreset) -> Result<(Self, Option<UnpackError>), StoredPresetError> {
        let preset = Arc::new(stored.unpack()?);
        let (state, flaw) = match stored.adapted.as_ref().map(StoredAdaptiveState::unpack) {
            None => (AdaptiveState::default(), None),
            Some(Ok(state)) => (state, None),
            Some(Err(flaw)) => (AdaptiveState::default(), Some(flaw)),
        };
        let summary = stored.summary(&preset);
        let marking = Marking::from_project(stored.marks.as_deref(), &preset);
        let version = Self::with_file(preset, Arc::new(state), summary, stored.file.as_str().into());
        let version = version.with_marking(Arc::new(marking));
        if let Some(brought) = &stored.adapted {
            // Saved again as it came until something else is learned, be it readable or not.
            let _ = version.packed_state.set(Some(brought.clone()));
        }
        Ok((version, flaw))
    }

    /// `preset` in the place of this one's, with its title: an edit, or something learned. Bases that this one does not
    /// have are rounded, as when they are [`loaded`](Self::loaded).
    ///
    /// # Errors
    /// If `preset` is not valid.
    pub fn edited(&self, mut preset: Preset, adaptive_state: AdaptiveState) -> Result<Self, PresetError> {
        env!("CARGO_PKG_VERSION").clone_into(&mut preset.written_by);
        file::round(&mut preset, Some(&self.preset));
        let file = packed_file::pack(&preset)?;
        let summary = Summary::new(self.title(), self.summary.origin.clone(), &preset);
        let summary = Summary { changed: true, ..summary };
        let marking = self.marking.after_edit(&self.preset, &preset);
        let version = Self::with_file(Arc::new(preset), Arc::new(adaptive_state), summary, file.into());
        Ok(version.with_marking(Arc::new(marking)))
    }

    /// The same preset, whose sources have learned `adaptive_state`.
    #[must_use]
    pub fn with_adaptive_state(&self, adaptive_state: Arc<AdaptiveState>) -> Self {
        Self { adaptive_state, packed_state: OnceLock::new(), ..self.shared() }
    }

    /// The same, with these marks.
    #[must_use]
    pub fn with_marking(self, marking: Arc<Marking>) -> Self {
        Self { marking, ..self }
    }

    /// The same, with the learned components counted as in a model that is built anew: the same object where they are
    /// counted so already.
    #[must_use]
    pub fn recounted(self: &Arc<Self>) -> Arc<Self> {
        let state = self.adaptive_state.indexed_for(&self.preset);
        if state == *self.adaptive_state {
            return self.clone();
        }
        Arc::new(Self { adaptive_state: Arc::new(state), ..self.shared() })
    }

    /// The same, saved as `saved` under this title.
    ///
    /// # Errors
    /// If `saved` is not valid.
    pub fn saved(&self, saved: &Preset, title: impl Into<String>, origin: Origin) -> Result<Self, PresetError> {
        let (summary, file) = (Arc::new(Summary::new(title, origin, saved)), packed_file::pack(saved)?.into());
        Ok(Self { summary, file, unplayable: None, ..self.shared() })
    }

    /// The same under another title.
    #[must_use]
    pub fn renamed(&self, title: impl Into<String>, origin: Origin) -> Self {
        self.described(Summary { title: title.into(), origin, ..Summary::clone(&self.summary) })
    }

    /// The same, which is not saved as it plays.
    #[must_use]
    pub fn changed(&self) -> Self {
        self.described(Summary { changed: true, ..Summary::clone(&self.summary) })
    }

    /// The same preset, described by `summary`.
    #[must_use]
    pub fn described(&self, summary: Summary) -> Self {
        Self { summary: Arc::new(summary), ..self.shared() }
    }

    /// The same, after a project has brought `stored`, which cannot be played: it is stored again as it came.
    #[must_use]
    pub fn keeping(&self, stored: Arc<StoredPreset>) -> Self {
        Self { unplayable: Some(stored), ..self.shared() }
    }

    /// Whether what plays is also what a project stores.
    pub fn is_playable(&self) -> bool {
        self.unplayable.is_none()
    }

    /// Whether both play the same preset under the same name, whatever it has learned while it played.
    pub fn is_same_preset(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.preset, &other.preset) && self.summary == other.summary
    }

    fn shared(&self) -> Self {
        Self {
            preset: self.preset.clone(),
            adaptive_state: self.adaptive_state.clone(),
            marking: self.marking.clone(),
            summary: self.summary.clone(),
            file: self.file.clone(),
            unplayable: self.unplayable.clone(),
            packed_state: self.packed_state.clone(),
        }
    }

    /// What the preset is called.
    pub fn title(&self) -> &str {
        &self.summary.title
    }

    /// What a project stores of it.
    pub fn stored(&self) -> StoredPreset {
        if let Some(brought) = &self.unplayable {
            return StoredPreset::clone(brought);
        }
        let packed_state = self.packed_state.get_or_init(|| StoredAdaptiveState::pack(&self.adaptive_state));
        StoredPreset {
            title: self.summary.title.clone(),
            file: self.file.to_string(),
            origin: Some(self.summary.origin.clone()),
            changed: self.summary.changed,
            adapted: packed_state.clone(),
            marks: self.marking.stored(&self.preset),
        }
    }

    /// What is different in `after`, which took this one's place, in a few words.
    pub fn difference(&self, after: &Self) -> String {
        let (before, after) = (&self.preset.sources, &after.preset.sources);
        if before.len() != after.len() {
            return "sources".to_owned();
        }
        let pairs = || before.iter().zip(after);
        let described = |(before, after): &(&Source, &Source)| {
            before.name != after.name
                || before.kind() != after.kind()
                || before.role != after.role
                || before.learned_from() != after.learned_from()
                || (after.finds_bases() && before.bases != after.bases)
        };
        let other_bases = |(before, after): &(&Source, &Source)| {
            let bases = |source: &Source| source.dictionaries().first().map_or(0, |dictionary| dictionary.bases.len());
            bases(before) != bases(after)
                || before.dictionaries().iter().zip(after.dictionaries()).any(|(a, b)| a.bases != b.bases)
        };
        // Sources that are learned together all change: the one that was asked for has other bases.
        let changed = pairs().find(described).or_else(|| pairs().find(other_bases));
        let Some((before, after)) = changed.or_else(|| pairs().find(|(before, after)| before != after)) else {
            return "preset".to_owned();
        };
        let name = after.display_name();
        match () {
            () if before.name != after.name => format!("name of {name}"),
            () if after.kind() == Kind::Recognised && (before.role, before.kind()) != (after.role, after.kind()) => {
                format!("{name} is recognised")
            }
            () if after.finds_bases() && (before.kind() != after.kind() || before.bases != after.bases) => {
                format!("{name} follows the mixture")
            }
            () if before.dictionaries() != after.dictionaries() => format!("learn {name}"),
            () if before.kind() != after.kind() => format!("{name} drifts"),
            () => format!("{name}'s settings"),
        }
    }

    /// Memory that it takes, in bytes, near enough.
    pub fn bytes(&self) -> usize {
        let numbers = |source: &Source| -> usize {
            let dictionaries = source.dictionaries().iter();
            dictionaries.map(|entry| entry.bases.len() + entry.reconstruction.as_ref().map_or(0, Vec::len)).sum()
        };
        self.file.len() + self.preset.sources.iter().map(numbers).sum::<usize>() * size_of::<f32>()
    }
}
