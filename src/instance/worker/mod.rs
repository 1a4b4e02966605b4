//! The worker: one thread per instance that reads presets and builds models.

pub mod adapting;
pub mod browsing;
pub mod following;
pub mod learning;
pub mod sources;

use super::{
    command::Request,
    project::{
        stored_adapted::StoredAdapted,
        stored_preset::{PresetField, StoredPreset, StoredPresetError},
    },
    repaint::Lookout,
    session::{Activity, Session},
    stage::{Framing, Scene, Stage},
    state::summary::{Origin, Summary},
};
use crate::{
    learner::adapted::{self, Adapted, Places},
    preset::{
        Knobs, Preset, Source, file,
        library::{self, Entry},
    },
    realtime::wires::{WorkerEnd, host_requests::HostRequests},
    separator::{Model, ModelError},
};
use adapting::{Adapters, Playing};
use crossbeam_channel::{Receiver, Sender, bounded, never, select};
use learning::Learning;
use std::{
    cell::Cell,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// Time between two looks at what the host and the audio thread have left.
const LOOK_AGAIN: Duration = Duration::from_millis(25);
/// Time between two entries of what adaptive sources have become into the project.
const KEEP_AGAIN: Duration = Duration::from_secs(2);

/// A running worker. Dropping it ends the thread and waits for that.
pub struct Worker {
    /// Nothing is ever sent; its end is the sign to stop.
    alive: Option<Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Worker {
    /// Starts a thread that does `desk`'s work. Without one (the system may refuse) presets change only
    /// with an activation.
    pub fn spawn(desk: Desk, requests: Receiver<Request>) -> Self {
        let (alive, stop) = bounded::<()>(0);
        let session = desk.session.clone();
        let thread =
            thread::Builder::new().name("unbraid-worker".to_owned()).spawn(move || work(&desk, requests, &stop));
        if let Err(error) = &thread {
            session.set_activity(Activity::Failed(format!(
                "presets cannot be changed: no thread could be started ({error})"
            )));
        }
        Self { alive: Some(alive), thread: thread.ok() }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.alive = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the worker has been reported by its thread; there is nothing left to save.
            let _ = thread.join();
        }
    }
}

fn work(desk: &Desk, mut requests: Receiver<Request>, stop: &Receiver<()>) {
    let mut learning = Learning::default();
    let mut adapters = Adapters::default();
    let mut lookout = Lookout::default();
    let mut kept_at = Instant::now();
    loop {
        select! {
            recv(stop) -> _ => return,
            recv(requests) -> request => match request {
                Ok(request) => desk.serve(request, &mut learning, &mut adapters),
                // The session is gone; look only at what the host leaves.
                Err(_) => requests = never(),
            },
            default(LOOK_AGAIN) => {}
        }
        if let Some(stored) = desk.field.take_arrived() {
            desk.take_up(&stored);
        }
        learning.poll(desk);
        adapters.poll(desk);
        desk.tell_version();
        desk.models.free_retired();
        if lookout.sees(&desk.session.meters) {
            desk.session.waker.wake();
        }
        if desk.adapted_since.get() && kept_at.elapsed() > KEEP_AGAIN {
            desk.keep_adapted();
            kept_at = Instant::now();
        }
    }
}

/// Puts knobs, one set per strip, where they belong from now on.
pub(super) type Arranging<'a> = &'a dyn Fn(&mut Vec<Knobs>);

/// Why a preset does not play.
#[derive(Debug, thiserror::Error)]
pub enum NotPlayed {
    /// No model can be made of it.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The host has brought another preset in the meantime.
    #[error("the host has opened another project meanwhile; do it again there if it is wanted")]
    Overtaken,
}

/// What the worker works on.
pub struct Desk {
    /// The preset that plays, and what to build for.
    pub stage: Arc<Stage>,
    /// The project's copy of the preset.
    pub field: PresetField,
    /// What the editor sees.
    pub session: Arc<Session>,
    /// The way to the host.
    pub link: Arc<HostRequests>,
    /// The way to the audio thread and back.
    pub models: WorkerEnd,
    /// Where the knobs stand.
    pub knobs: Box<dyn Fn() -> Vec<Knobs> + Send>,
    /// Whether adaptive sources have become something that the project does not know yet.
    pub adapted_since: Cell<bool>,
}

impl Desk {
    /// The editor wants something.
    fn serve(&self, request: Request, learning: &mut Learning, adapters: &mut Adapters) {
        match request {
            Request::LoadFactory(name) => {
                let entry = Entry { name: name.clone(), path: None };
                self.load(name.clone(), Origin::Factory(name), &entry);
            }
            Request::LoadFile(path) => {
                let name = title_of(&path);
                let entry = Entry { name: name.clone(), path: Some(path.clone()) };
                self.load(name, Origin::File(path), &entry);
            }
            Request::Learn(strip) => learning.arm(strip, None, self),
            Request::StopCapture => learning.stop(),
            Request::LearnLast(strip) => learning.learn_last(strip, self),
            Request::LearnFiles(strip, files) => learning.learn_files(strip, files, self),
            Request::LearnAgain(strip) => learning.learn_again(strip, self),
            Request::CancelLearning => learning.cancel(),
            Request::MakeAdaptive(strip) => learning.follow(self.make_adaptive(strip), Some(strip)),
            Request::Drift(strip, drift) => learning.follow(self.let_drift(strip, drift), None),
            Request::ResetAdaptive => self.begin_again(adapters),
            Request::Keep(strip) => learning.follow(self.keep(strip), Some(strip)),
            Request::GroupBy(cue) => learning.follow(self.group_by(cue), None),
            Request::Give { component, strip } => self.give(component, strip, adapters),
            Request::TakeApart(count) => self.take_apart(count),
            Request::Save(name) => self.save(name),
            Request::Browse(browse) => self.browse(browse),
            Request::Replay(replay) => self.replay(replay),
            Request::Arrange(arrange) => self.arrange(arrange, learning),
        }
    }

    /// Plays the preset of `entry`, with its knobs.
    pub(super) fn load(&self, title: String, origin: Origin, entry: &Entry) {
        self.session.set_activity(Activity::Loading(title.clone()));
        let loaded = library::load(entry).and_then(|preset| Ok((file::to_bytes(&preset)?, preset)));
        let (bytes, preset) = match loaded {
            Ok(loaded) => loaded,
            Err(error) => return self.session.set_activity(Activity::Failed(error.to_string())),
        };
        if self.begin_with(preset, &bytes, |preset| Summary::new(title, origin, preset)) {
            self.note_use(entry);
        }
    }

    /// Plays `preset`, whose file is `bytes`, with its knobs, described by `describe`; whether it plays now.
    pub(super) fn begin_with(&self, preset: Preset, bytes: &[u8], describe: impl FnOnce(&Preset) -> Summary) -> bool {
        let before = self.version();
        let summary = describe(&preset);
        let preset = Arc::new(preset);
        if let Err(error) = self.play(&preset, &Arc::default()) {
            let sentence = format!("preset \"{}\": {error}", summary.title);
            self.session.set_activity(Activity::Failed(sentence));
            return false;
        }
        self.store(StoredPreset::of(&summary, bytes));
        let knobs = summary.knobs.clone();
        self.session.set_summary(summary);
        self.record_change(before, Some(((self.knobs)(), knobs.clone())));
        self.session.offer_knobs(knobs);
        self.session.set_activity(Activity::Idle);
        self.link.mark_project_changed();
        true
    }

    /// The adapters of models that were sent to play since the last call.
    pub fn take_adapters(&self) -> Vec<Playing> {
        std::mem::take(&mut self.stage.lock().adapters)
    }

    /// Changes the source of `strip` in the preset that plays; gives the new preset, if it plays now.
    pub(super) fn change_source(&self, strip: usize, change: impl FnOnce(&mut Source)) -> Option<Arc<Preset>> {
        let mut preset = Preset::clone(&self.stage.lock().preset.clone());
        change(preset.sources.get_mut(strip)?);
        self.change(preset)
    }

    /// `preset` takes the place of the one that plays, with its title and the knobs as they are. Gives it, if it plays now.
    pub fn change(&self, preset: Preset) -> Option<Arc<Preset>> {
        self.change_places(preset, &adapted::unmoved(), None)
    }

    /// The same, where the source of strip `i` has gone to strip `places[i]`, and the knobs to where `arrange` puts them.
    pub(super) fn change_places(
        &self,
        preset: Preset,
        places: &Places,
        arrange: Option<Arranging<'_>>,
    ) -> Option<Arc<Preset>> {
        let adapted = {
            let scene = self.stage.lock();
            scene.adapted.surviving(&scene.preset, &preset, places)
        };
        self.change_to(preset, adapted, arrange)
    }

    /// `preset` takes the place of the one that plays, with its title; its sources have become `adapted`.
    pub(super) fn change_to(
        &self,
        mut preset: Preset,
        adapted: Adapted,
        arrange: Option<Arranging<'_>>,
    ) -> Option<Arc<Preset>> {
        let before = self.version();
        env!("CARGO_PKG_VERSION").clone_into(&mut preset.written_by);
        let shown = self.session.summary();
        let failed = |sentence: String| {
            self.session.set_activity(Activity::Failed(sentence));
            None
        };
        let bytes = match file::to_bytes(&preset) {
            Ok(bytes) => bytes,
            Err(error) => return failed(error.to_string()),
        };
        let (preset, adapted) = (Arc::new(preset), Arc::new(adapted));
        if let Err(error) = self.play(&preset, &adapted) {
            return failed(format!("preset \"{}\": {error}", shown.title));
        }
        let summary = Summary::new(shown.title.as_str(), shown.origin.clone(), &preset);
        let summary = Summary { changed: true, ..summary };
        self.store(StoredPreset::of(&summary, &bytes));
        self.session.set_summary(summary);
        let knobs = arrange.map(|arrange| {
            let before = (self.knobs)();
            let mut after = before.clone();
            arrange(&mut after);
            (before, after)
        });
        self.record_change(before, knobs.clone());
        if let Some((_, knobs)) = knobs {
            self.session.offer_knobs(knobs);
        }
        self.session.set_activity(Activity::Idle);
        self.link.mark_project_changed();
        Some(preset)
    }

    /// Writes the preset that plays into the user's folder, where every instance finds it.
    fn save(&self, name: String) {
        let preset = self.stage.lock().preset.clone();
        let mut preset = Preset::clone(&preset);
        for (source, knobs) in preset.sources.iter_mut().zip((self.knobs)()) {
            source.knobs = knobs;
        }
        match library::save(&preset, &name) {
            Ok(path) => {
                let entry = Entry { name: name.clone(), path: Some(path.clone()) };
                let summary = Summary::new(name.as_str(), Origin::File(path), &preset);
                if let Ok(bytes) = file::to_bytes(&preset) {
                    self.store(StoredPreset::of(&summary, &bytes));
                }
                self.session.set_summary(summary);
                self.session.set_activity(Activity::Done(format!("Saved \"{name}\": every instance finds it")));
                self.link.mark_project_changed();
                self.note_use(&entry);
                self.read_library();
            }
            Err(error) => self.session.set_activity(Activity::Failed(error.to_string())),
        }
    }

    /// A project has brought a preset. Its knobs came with the parameters.
    fn take_up(&self, stored: &Arc<StoredPreset>) {
        if let Some((preset, adapted)) = unpack(stored, &self.session) {
            match self.play(&preset, &adapted) {
                Ok(()) => settle(stored, &preset, &self.field, &self.session),
                Err(error) => {
                    self.session.set_activity(Activity::Failed(format!("preset \"{}\": {error}", stored.title)))
                }
            }
        }
    }

    /// Builds a model of `preset` for the present framing, whose sources go on from `adapted`, and sends it to the audio thread; puts
    /// both on the stage.
    pub(super) fn play(&self, preset: &Arc<Preset>, adapted: &Arc<Adapted>) -> Result<(), NotPlayed> {
        let adapted = &Arc::new(adapted.counted(preset));
        let before = self.stage.lock().preset.clone();
        loop {
            let (framing, activation) = {
                let scene = self.stage.lock();
                (scene.framing, scene.activation)
            };
            let build = |framing: Framing| Model::going_on(preset, adapted, framing.sample_rate, framing.mode);
            let mut model = framing.map(build).transpose()?;
            let options = self.session.adapt_options();
            let adapter =
                framing.zip(model.as_mut()).and_then(|(framing, model)| Playing::of(preset, framing, options, model));

            // Under one lock, so that an activation sees both or none.
            let mut scene = self.stage.lock();
            if !Arc::ptr_eq(&scene.preset, &before) {
                return Err(NotPlayed::Overtaken);
            }
            if scene.activation != activation {
                // The plugin was activated anew meanwhile: the model is of no use to it.
                continue;
            }
            if let Some(model) = model {
                self.models.send_model(Box::new(model));
            }
            (scene.preset, scene.adapted) = (preset.clone(), adapted.clone());
            scene.adapters.extend(adapter);
            self.session.set_dictionaries(&scene.preset, &scene.adapted);
            drop(scene);
            self.adapted_since.set(true);
            return Ok(());
        }
    }

    /// Puts what sources have become, as `look` finds it, on the stage and before the editor.
    pub fn remember(&self, look: impl FnOnce(&Scene) -> Option<Adapted>) {
        let mut scene = self.stage.lock();
        if let Some(adapted) = look(&scene) {
            scene.adapted = Arc::new(adapted);
            self.session.set_dictionaries(&scene.preset, &scene.adapted);
            self.adapted_since.set(true);
        }
    }

    /// Puts `stored` into the project, with what its sources have become.
    pub(super) fn store(&self, stored: impl Into<Arc<StoredPreset>>) {
        self.field.keep(stored.into());
        self.keep_adapted();
    }

    /// Puts what sources have become into the project.
    fn keep_adapted(&self) {
        let adapted = self.stage.lock().adapted.clone();
        self.field.keep_adapted(StoredAdapted::pack(&adapted));
        self.adapted_since.set(false);
    }
}

/// The preset in `stored`, and what its sources have become; a failure goes to `session`, and what plays goes on.
pub fn unpack(stored: &StoredPreset, session: &Session) -> Option<(Arc<Preset>, Arc<Adapted>)> {
    let failed = |error: StoredPresetError| session.set_activity(Activity::Failed(error.to_string()));
    let preset = stored.unpack().map_err(failed).ok()?;
    // What cannot be read is found anew while the mixture plays.
    let adapted = stored.adapted.as_ref().and_then(|adapted| adapted.unpack().ok()).unwrap_or_default();
    Some((Arc::new(preset), Arc::new(adapted)))
}

/// The project's preset plays now: keeps it for the next save, and says so to the editor.
pub fn settle(stored: &Arc<StoredPreset>, preset: &Preset, field: &PresetField, session: &Session) {
    field.keep(stored.clone());
    session.withdraw_knobs();
    session.history().begin_anew();
    session.set_summary(stored.summary(preset));
    session.set_activity(Activity::Idle);
}

/// A preset file's name without the suffix.
pub(super) fn title_of(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.strip_suffix(file::SUFFIX).unwrap_or(&name).to_owned()
}
