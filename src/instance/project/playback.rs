//! What plays, in one place behind one lock, and the one way to put another in its place.
//!
//! The worker edits and learns, the host's main thread brings projects and activates. Each derives a new [`Version`]
//! from the one it has seen, and [`Playback::replace`] takes it only if that one still plays: whoever comes second is
//! refused and begins again from what plays now, or gives up. The audio thread never looks here.

use super::{model::ModelAdapter, stored_preset::StoredPreset, stream::Stream, version::Version};
use nice_plug::params::persist::PersistentField;
use parking_lot::{Mutex, MutexGuard};
use std::sync::{Arc, OnceLock};

/// What plays, and where.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// What plays.
    pub version: Arc<Version>,
    /// What a project has brought and nobody has taken up yet.
    pub arrived: Option<Arc<StoredPreset>>,
    /// The stream, while the plugin is active.
    pub stream: Option<Stream>,
    /// The stream before, of which something may still be learned.
    pub ended: Option<Stream>,
    /// Counts activations and their ends.
    pub activation: u64,
    /// Counts the projects that were taken up and play.
    pub projects: u64,
}

/// What a new version was derived from.
#[derive(Debug, Clone, Copy)]
pub enum Basis<'a> {
    /// The version that played.
    Version(&'a Arc<Version>),
    /// What a project has brought.
    Project(&'a Arc<StoredPreset>),
}

/// Why a version was not put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Something else plays by now, or a project has arrived.
    #[error("another preset has come in between")]
    Superseded,
    /// The plugin was activated or deactivated meanwhile: the model was built for another stream.
    #[error("the stream has changed in between")]
    OtherStream,
}

/// The one place where what plays stands.
pub struct Playback {
    content: Mutex<Content>,
    /// Called when a project has arrived.
    on_arrival: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// Called when sources of other names play.
    on_renaming: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

struct Content {
    now: Snapshot,
    /// The worker's share of models that an activation has made.
    adapters: Vec<ModelAdapter>,
}

impl Snapshot {
    /// The stream of this number, as long as it is remembered.
    pub fn stream_of(&self, number: u64) -> Option<&Stream> {
        self.stream.iter().chain(&self.ended).find(|stream| stream.number == number)
    }

    fn begin(&mut self, stream: Option<Stream>) {
        if let Some(before) = std::mem::replace(&mut self.stream, stream) {
            self.ended = Some(before);
        }
        self.activation += 1;
    }

    fn replace(&mut self, basis: Basis<'_>, version: Arc<Version>, activation: Option<u64>) -> Result<(), Refused> {
        // First, as an activation leaves the version that plays: the same is tried again for the new stream.
        if activation.is_some_and(|activation| activation != self.activation) {
            return Err(Refused::OtherStream);
        }
        match (basis, &self.arrived) {
            (Basis::Version(basis), None) if Arc::ptr_eq(basis, &self.version) => {}
            (Basis::Project(basis), Some(arrived)) if Arc::ptr_eq(basis, arrived) => {}
            _ => return Err(Refused::Superseded),
        }
        if let Basis::Project(_) = basis {
            self.arrived = None;
            self.projects += u64::from(version.is_playable());
        }
        self.version = version;
        Ok(())
    }
}

impl Playback {
    /// `version` plays; the plugin is not active yet.
    pub fn new(version: Arc<Version>) -> Arc<Self> {
        let now = Snapshot { version, arrived: None, stream: None, ended: None, activation: 0, projects: 0 };
        let content = Mutex::new(Content { now, adapters: Vec::new() });
        Arc::new(Self { content, on_arrival: OnceLock::new(), on_renaming: OnceLock::new() })
    }

    /// What plays.
    pub fn version(&self) -> Arc<Version> {
        self.content.lock().now.version.clone()
    }

    /// How many projects were taken up and play.
    pub fn projects(&self) -> u64 {
        self.content.lock().now.projects
    }

    /// What plays, and where.
    pub fn snapshot(&self) -> Snapshot {
        self.content.lock().now.clone()
    }

    /// Puts `version`, which was derived from `basis`, in force. If it is still wanted, `commit` runs under the lock:
    /// what belongs to the change, such as handing a model over. `activation` is the one for which that model was
    /// built, if one was.
    ///
    /// # Errors
    /// [`Refused`], and nothing has changed then, if the basis does not play any more or the activation is over.
    pub fn replace(
        &self,
        basis: Basis<'_>,
        version: Arc<Version>,
        activation: Option<u64>,
        commit: impl FnOnce(),
    ) -> Result<(), Refused> {
        let mut content = self.content.lock();
        let before = content.now.version.clone();
        content.now.replace(basis, version, activation)?;
        commit();
        self.tell_names(&before, content);
        Ok(())
    }

    /// Main thread: the plugin becomes active on `stream`. `version` was derived from what `seen` shows, and a model
    /// was built of it.
    ///
    /// # Errors
    /// [`Refused`], and nothing has changed then, if anything has happened since `seen`.
    pub fn activate(
        &self,
        seen: &Snapshot,
        version: Arc<Version>,
        stream: Stream,
        adapter: Option<ModelAdapter>,
        commit: impl FnOnce(),
    ) -> Result<(), Refused> {
        let mut content = self.content.lock();
        let basis = seen.arrived.as_ref().map_or(Basis::Version(&seen.version), Basis::Project);
        let before = content.now.version.clone();
        content.now.replace(basis, version, Some(seen.activation))?;
        content.now.begin(Some(stream));
        content.adapters.extend(adapter);
        commit();
        self.tell_names(&before, content);
        Ok(())
    }

    /// Lets the lock of `content` go, and says whether other names play than in `before`.
    fn tell_names(&self, before: &Version, content: MutexGuard<'_, Content>) {
        let renamed = before.summary.names() != content.now.version.summary.names();
        drop(content);
        if let Some(notify) = self.on_renaming.get().filter(|_| renamed) {
            notify();
        }
    }

    /// Main thread: the plugin is not active any more; `commit` runs under the lock.
    pub fn deactivate(&self, commit: impl FnOnce()) {
        let mut content = self.content.lock();
        content.now.begin(None);
        commit();
    }

    /// Worker: the adapters of models that activations have made since the last call.
    pub fn take_adapters(&self) -> Vec<ModelAdapter> {
        std::mem::take(&mut self.content.lock().adapters)
    }

    /// Whoever is to take up projects is told by `notify` that one has arrived. The first call counts.
    pub fn on_arrival(&self, notify: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_arrival.set(Box::new(notify));
    }

    /// Whoever tells the host its names is told by `notify` that they have changed, on any thread but the audio thread.
    /// The first call counts.
    pub fn on_renaming(&self, notify: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_renaming.set(Box::new(notify));
    }

    /// The host's thread: a project brings `stored`. It is taken up by the next activation, or by the worker.
    pub fn bring(&self, stored: StoredPreset) {
        self.content.lock().now.arrived = Some(Arc::new(stored));
        if let Some(notify) = self.on_arrival.get() {
            notify();
        }
    }

    /// The host's thread: what a project stores. What was brought and not taken up yet is stored as it came.
    pub fn stored(&self) -> StoredPreset {
        let Snapshot { version, arrived, .. } = self.snapshot();
        arrived.map_or_else(|| version.stored(), |arrived| StoredPreset::clone(&arrived))
    }
}

/// What plays, as the framework stores it in a project.
pub struct StoredProject(pub Arc<Playback>);

impl PersistentField<'_, StoredPreset> for StoredProject {
    fn set(&self, new_value: StoredPreset) {
        self.0.bring(new_value);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&StoredPreset) -> R,
    {
        f(&self.0.stored())
    }
}
