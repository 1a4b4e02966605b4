//! The worker's part that learns sources from what is played, or from files, while it goes on playing.
//!
//! A *take* is what is captured for a strip: armed on demand, it begins with the first sound and ends by hand, at its set length, or
//! with the host's transport. A finished take becomes a *job*, which learns on a thread of its own; one runs at a time, others wait.
//! What was learned from stays in memory until another preset comes, so that the sources of a preset are learned together and
//! can be learned again with other settings.
//!
//! - `take`: what is captured, as it comes. `job`: learning, on its thread.

mod job;
mod take;

use super::Desk;
use crate::instance::session::{Activity, LearnState};
use crate::{
    learner::adapted::{self, Places},
    preset::{MAX_SOURCES, Preset},
    realtime::wires::takes::{TakeEvent, TakeEventKind},
    recording::Recording,
};
use crossbeam_channel::unbounded;
use job::{Job, Learned, Material, Signs, Task, TaskSource};
use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Weak, atomic::Ordering::Relaxed},
    thread,
};
use take::{SOUND, Take};

/// Most that is kept of recordings which presets that can play again were learned from, in seconds: some 400 MB in stereo at 48 kHz.
const MOST_KEPT_SECONDS: f64 = 1_000.0;

/// Takes, jobs, and what was learned from.
#[derive(Default)]
pub struct Learning {
    take: Option<Take>,
    job: Option<Job>,
    waiting: VecDeque<Task>,
    /// What each strip was learned from.
    materials: Materials,
    /// The preset all this belongs to.
    preset: Option<Arc<Preset>>,
    /// What the strips of presets that can play again were learned from.
    earlier: Vec<(Weak<Preset>, Materials)>,
}

/// What each strip was learned from, as far as it is known.
type Materials = [Option<Arc<Material>>; MAX_SOURCES];

impl Learning {
    /// Takes up what has happened since the last call, and tells the session how things stand.
    pub fn poll(&mut self, desk: &Desk) {
        let preset = desk.stage.lock().preset.clone();
        if self.preset.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &preset)) {
            // Another preset plays: what was begun is of no use to it. It may have played before.
            let heard = self.take.as_ref().is_some_and(|take| !take.recording.is_empty());
            if heard || self.job.is_some() || !self.waiting.is_empty() {
                fail(desk, "what was being learned was dropped: another preset plays; learn it again".to_owned());
            }
            self.put_aside();
            let known = self.earlier.iter().find(|(earlier, _)| std::ptr::eq(earlier.as_ptr(), &*preset));
            let materials = known.map(|(_, materials)| materials.clone()).unwrap_or_default();
            let earlier = std::mem::take(&mut self.earlier);
            *self = Self { preset: Some(preset), materials, earlier, ..Self::default() };
        }
        while let Some(event) = desk.models.next_event() {
            self.take_event(event, desk);
            // A take that ends is whole before the next one begins.
            self.follow_take(desk);
        }
        self.follow_take(desk);
        self.hear_job(desk);
        if self.job.is_none()
            && let Some(task) = self.waiting.pop_front()
        {
            self.begin_job(task, desk);
        }
        desk.session.set_learning(self.state());
    }

    /// Remembers what the strips of the present preset were learned from, for as long as it can play again.
    fn put_aside(&mut self) {
        let Some(preset) = self.preset.as_ref().map(Arc::downgrade) else { return };
        self.earlier.retain(|(earlier, _)| earlier.strong_count() > 0 && !earlier.ptr_eq(&preset));
        if self.materials.iter().any(Option::is_some) {
            self.earlier.push((preset, self.materials.clone()));
        }
        while self.earlier.len() > 1 && self.kept_seconds() > MOST_KEPT_SECONDS {
            self.earlier.remove(0);
        }
    }

    /// Seconds of all recordings that are kept for presets which can play again; presets that follow each other share theirs.
    fn kept_seconds(&self) -> f64 {
        let mut materials: Vec<&Arc<Material>> =
            self.earlier.iter().flat_map(|(_, all)| all.iter().flatten()).collect();
        materials.sort_by_key(|material| Arc::as_ptr(material));
        materials.dedup_by(|a, b| Arc::ptr_eq(a, b));
        materials.iter().flat_map(|material| &material.recordings).map(Recording::seconds).sum()
    }

    fn state(&self) -> LearnState {
        LearnState {
            take: self.take.as_ref().map(|take| (take.strip, take.recording.seconds() as f32, take.peak)),
            job: self.job.as_ref().map(|job| (job.strip, f32::from_bits(job.signs.share.load(Relaxed)))),
            waits: std::array::from_fn(|strip| self.waiting.iter().any(|task| task.strip == strip)),
            material: std::array::from_fn(|strip| {
                let recordings = self.materials[strip].iter().flat_map(|material| &material.recordings);
                recordings.map(Recording::seconds).sum::<f64>() as f32
            }),
        }
    }

    fn take_event(&mut self, TakeEvent { position, kind }: TakeEvent, desk: &Desk) {
        match kind {
            TakeEventKind::LearnOn(strip) => self.arm(strip, Some(position), desk),
            TakeEventKind::LearnOff(strip) => self.end_take(|take| take.strip == strip, Some(position)),
            TakeEventKind::TransportEnded => {
                self.end_take(|take| take.options.with_transport && !take.recording.is_empty(), Some(position));
            }
        }
    }

    /// Captures for `strip` from the position `at`, or from now on. A take that was under way is dropped.
    pub fn arm(&mut self, strip: usize, at: Option<u64>, desk: &Desk) {
        let Some(capture) = desk.stage.lock().capture.clone() else {
            return fail(desk, "there is no sound to learn from yet: let the host start the audio".to_owned());
        };
        if !self.has(strip) {
            return fail(desk, format!("the preset has no source {}: choose one that it has", strip + 1));
        }
        self.take = Some(Take {
            strip,
            next: at.unwrap_or_else(|| capture.position()),
            end: None,
            recording: Recording { sample_rate: capture.sample_rate(), channels: Vec::new() },
            peak: 0.0,
            options: desk.session.learn_options(),
            capture,
        });
    }

    fn has(&self, strip: usize) -> bool {
        self.preset.as_ref().is_some_and(|preset| strip < preset.sources.len())
    }

    /// Ends the take here and learns it.
    pub fn stop(&mut self) {
        self.end_take(|_| true, None);
    }

    fn end_take(&mut self, fits: impl Fn(&Take) -> bool, at: Option<u64>) {
        if let Some(take) = self.take.as_mut().filter(|take| fits(take)) {
            take.end = Some(at.unwrap_or_else(|| take.capture.position()));
        }
    }

    /// Learns `strip` from what was played in the last seconds.
    pub fn learn_last(&mut self, strip: usize, desk: &Desk) {
        let capture = desk.stage.lock().capture.clone();
        match capture.map(|capture| capture.read(capture.at_hand())) {
            Some(Ok(recording)) if recording.peak() > SOUND => {
                self.queue(strip, TaskSource::Recording(recording), desk)
            }
            Some(Err(gone)) => fail(desk, gone.to_string()),
            _ => fail(desk, "nothing was heard lately: play the source alone, then learn it".to_owned()),
        }
    }

    /// Learns `strip` from audio files.
    pub fn learn_files(&mut self, strip: usize, files: Vec<PathBuf>, desk: &Desk) {
        self.queue(strip, TaskSource::Files(files), desk);
    }

    /// Learns `strip` once more from what it was learned from.
    pub fn learn_again(&mut self, strip: usize, desk: &Desk) {
        self.queue(strip, TaskSource::Again, desk);
    }

    fn queue(&mut self, strip: usize, source: TaskSource, desk: &Desk) {
        self.waiting.push_back(Task { strip, source, options: desk.session.learn_options() });
    }

    /// Drops everything that was begun.
    pub fn cancel(&mut self) {
        self.take = None;
        self.waiting.clear();
        self.job = None;
    }

    fn follow_take(&mut self, desk: &Desk) {
        let Some(take) = &mut self.take else { return };
        let current = desk.stage.lock().capture.clone();
        if current.is_none_or(|current| !Arc::ptr_eq(&current, &take.capture)) {
            // The host has started the audio anew: what was captured until then counts.
            take.end.get_or_insert(take.capture.position());
        }
        let read = take.read_on();
        if take.end.is_none() && !take.is_full() && read.is_ok() {
            return;
        }
        let Some(take) = self.take.take() else { return };
        if let Err(gone) = read {
            fail(desk, gone.to_string());
        } else if take.recording.is_empty() {
            desk.session.set_activity(Activity::Done("Nothing was heard, so nothing is learned".to_owned()));
        } else {
            let Take { strip, recording, options, .. } = take;
            self.waiting.push_back(Task { strip, source: TaskSource::Recording(recording), options });
        }
    }

    fn begin_job(&mut self, task: Task, desk: &Desk) {
        if !self.has(task.strip) {
            return fail(desk, format!("the preset has no source {}: choose one that it has", task.strip + 1));
        }
        let Some(preset) = self.preset.clone() else { return };
        let (materials, strip, signs) = (self.materials.clone(), task.strip, Arc::new(Signs::default()));
        let theirs = signs.clone();
        let (tell, ahead) = unbounded();
        let work = move || task.run(&materials, &preset, &theirs, &tell);
        match thread::Builder::new().name("unbraid-learner".to_owned()).spawn(work) {
            Ok(thread) => {
                let places = adapted::unmoved();
                self.job = Some(Job { strip, places, signs, ahead, heard: None, thread: Some(thread) });
            }
            Err(error) => fail(desk, format!("nothing was learned: no thread could be started ({error})")),
        }
    }

    /// Plays what the job has learned: all of it, or what is to be heard ahead of the rest. Both are one step to undo.
    fn hear_job(&mut self, desk: &Desk) {
        let Some(job) = &self.job else { return };
        let (strip, places) = (job.strip, job.places);
        if !job.is_finished() {
            if let Ok(ahead) = job.ahead.try_recv() {
                let heard = self.take_over(strip, &places, ahead, desk);
                if let Some(job) = &mut self.job {
                    job.heard = heard;
                }
            }
            return;
        }
        let Some(mut job) = self.job.take() else { return };
        let heard = job.heard.take();
        match job.outcome() {
            Ok(learned) => {
                let goes_on = heard.zip(self.preset.as_ref()).is_some_and(|(heard, now)| Arc::ptr_eq(&heard, now));
                let seconds: f64 = learned.material.recordings.iter().map(Recording::seconds).sum();
                let Some(preset) = self.take_over(strip, &places, learned, desk) else { return };
                if goes_on {
                    desk.session.history().join_last();
                }
                if desk.session.activity() == Activity::Idle {
                    let name = &preset.sources[strip].name;
                    desk.session.set_activity(Activity::Done(format!("Learned {name} from {seconds:.1} s")));
                }
            }
            Err(sentence) => fail(desk, sentence),
        }
    }

    /// Gives the preset that plays what was learned, for `strip` above all, where the sources that the job began with have gone to
    /// `places`. Gives the new preset, if it plays now.
    fn take_over(&mut self, strip: usize, places: &Places, learned: Learned, desk: &Desk) -> Option<Arc<Preset>> {
        let mut preset = Preset::clone(self.preset.as_ref()?);
        for (from, bases) in learned.sources {
            let Some(source) = places[from].and_then(|strip| preset.sources.get_mut(strip)) else { continue };
            source.relearn(bases);
        }
        if let Some(own) = preset.sources[strip].learned_mut() {
            own.learned_from.clone_from(&learned.material.names);
            own.licence = None;
        }
        let told = desk.session.activity();
        let changed = desk.change(preset);
        if changed.is_some() {
            // What was said of something else meanwhile is still to be read.
            desk.session.set_activity(told);
            self.follow(changed.clone(), None);
            self.materials[strip] = Some(learned.material);
        }
        changed
    }

    /// The preset was changed, to `preset`, by the worker itself: what was begun goes on. With another source on `strip`, what
    /// that was learned from is of no use any more, nor what is being learned for it.
    pub fn follow(&mut self, preset: Option<Arc<Preset>>, strip: Option<usize>) {
        if preset.is_none() {
            return;
        }
        self.put_aside();
        self.preset = preset;
        let Some(strip) = strip.filter(|strip| *strip < MAX_SOURCES) else { return };
        self.materials[strip] = None;
        self.waiting.retain(|task| task.strip != strip);
        self.job.take_if(|job| job.strip == strip);
        if let Some(job) = &mut self.job {
            job.places.iter_mut().filter(|place| **place == Some(strip)).for_each(|place| *place = None);
        }
    }
}

impl Learning {
    /// The preset was changed, to `preset`: the source of strip `i` has gone to strip `places[i]`, and what was begun for it goes on there.
    pub fn follow_places(&mut self, preset: Option<Arc<Preset>>, places: &Places) {
        if preset.is_none() {
            return;
        }
        self.put_aside();
        self.preset = preset;
        let place = |strip: usize| places.get(strip).copied().flatten();
        self.take = self.take.take().and_then(|take| Some(Take { strip: place(take.strip)?, ..take }));
        let waiting = self.waiting.drain(..);
        self.waiting = waiting.filter_map(|task| Some(Task { strip: place(task.strip)?, ..task })).collect();
        let mut materials: [Option<Arc<Material>>; MAX_SOURCES] = Default::default();
        for (strip, material) in self.materials.iter_mut().enumerate() {
            if let Some(place) = place(strip) {
                materials[place] = material.take();
            }
        }
        self.materials = materials;
        match self.job.as_mut().map(|job| (place(job.strip), job)) {
            None => {}
            Some((None, _)) => self.job = None,
            Some((Some(strip), job)) => {
                job.strip = strip;
                job.places.iter_mut().for_each(|to| *to = to.and_then(place));
            }
        }
    }
}

fn fail(desk: &Desk, sentence: String) {
    desk.session.set_activity(Activity::Failed(sentence));
}
