//! The worker's part that learns sources from what is played, or from files, while it goes on playing.
//!
//! A *take* is what is captured for a strip: started on demand, it begins with the first sound and ends by hand, at its
//! set length, or with the host's transport. A finished take becomes a *learning job* on a thread of its own; one runs
//! at a time, others wait. The training material stays in memory until another preset comes, so that the sources of a
//! preset are learned together and can be learned again with other settings.
//!
//! - `take`: what is captured, as it comes. `alone`: whether it was played alone.
//! - `tasks`: what is to be learned, and what is asked first. `job`: learning, on its thread.
//! - `material`: what was learned from. `finished`: what was learned last. `best_bases`: numbers of bases, tried out.
//! - `moves`: what becomes of all this when sources change or move.

mod alone;
mod best_bases;
mod finished;
mod job;
mod material;
mod moves;
mod take;
mod tasks;

use super::{context::Context, error::WorkerError};
use crate::{
    instance::{
        command::LearnCommand,
        param_id::ParamId,
        project::{playback::Basis, stream::Stream, version::Version},
        state::{
            learn_state::{LearnState, TakeState},
            message::Message,
        },
    },
    learner::adaptive::StripMoves,
    preset::Preset,
    realtime::wires::takes::{TakeEvent, TakeEventKind},
    recording::Recording,
};
use alone::HeardSoFar;
use crossbeam_channel::unbounded;
use finished::FinishedJob;
use job::{JobOutcome, Learned, LearningJob, Progress, Task, TaskSource};
use material::{Taught, TaughtEarlier};
use std::{path::PathBuf, sync::Arc, thread};
use take::{SOUND, Take};
use tasks::Tasks;

/// Takes, jobs, and what was learned from.
#[derive(Default)]
pub struct Learning {
    take: Option<Take>,
    job: Option<LearningJob>,
    tasks: Tasks,
    /// How the strips were learned.
    taught: Taught,
    /// The preset all this belongs to.
    preset: Option<Arc<Preset>>,
    /// How those of presets that can play again were learned.
    earlier: TaughtEarlier,
    /// What was learned last.
    finished: Option<FinishedJob>,
}

impl Learning {
    /// Carries out `command`.
    ///
    /// # Errors
    /// If there is nothing to learn from, or for.
    pub fn serve(&mut self, command: LearnCommand, context: &mut Context) -> Result<(), WorkerError> {
        self.follow_playback(context);
        match command {
            LearnCommand::Start(strip) => self.start(strip, context)?,
            LearnCommand::Stop => self.end_take(|_| true, None),
            LearnCommand::Last(strip) => self.learn_last(strip, context)?,
            LearnCommand::Files { strip, source, files } => self.learn_files(strip, &source, files, context)?,
            LearnCommand::Again(strip) => self.queue(strip, TaskSource::Again, context)?,
            LearnCommand::FindBases(strip) => self.queue(strip, TaskSource::BestBases, context)?,
            LearnCommand::Confirm => self.tasks.confirm(),
            LearnCommand::Decline => self.tasks.decline(),
            LearnCommand::Dismiss => self.forget_finished(),
            LearnCommand::Cancel => self.abandon(),
        }
        Ok(())
    }

    /// Takes up what has happened since the last call, and tells the session how things stand.
    pub fn poll(&mut self, context: &mut Context) {
        self.follow_playback(context);
        while let Some(event) = context.models.next_event() {
            // The worker may come late: what was played after the event is none of the take that it ends.
            self.follow_take(Some(event), context);
            self.take_event(event, context);
            // A take that ends is complete before the next one begins.
            self.follow_take(Some(event), context);
        }
        self.follow_take(None, context);
        let heard = self.hear_job(context);
        say_if_failed(heard, context);
        if self.job.is_none()
            && let Some(task) = self.tasks.next()
        {
            let begun = self.begin_job(task);
            say_if_failed(begun, context);
        }
        context.session.set_learning(self.state(context));
    }

    /// Whether something is captured, learned or about to be.
    pub fn is_busy(&self) -> bool {
        self.take.is_some() || self.job.is_some() || !self.tasks.none_waits()
    }

    /// Drops everything that was begun.
    pub fn abandon(&mut self) {
        self.take = None;
        self.tasks = Tasks::default();
        self.job = None;
    }

    /// What was learned last is saved, or of no interest any more.
    pub(super) fn forget_finished(&mut self) {
        self.finished = None;
    }

    /// If another preset plays, what was begun is of no use to it. It may have played before.
    pub(super) fn follow_playback(&mut self, context: &mut Context) {
        let preset = context.playback.version().preset.clone();
        if self.preset.as_ref().is_some_and(|known| Arc::ptr_eq(known, &preset)) {
            return;
        }
        let heard = self.take.as_ref().is_some_and(|take| !take.recording.is_empty());
        if heard || self.job.is_some() || !self.tasks.is_empty() {
            context.say_failed(&WorkerError::LearningDropped);
        }
        self.keep_taught();
        self.abandon();
        self.forget_finished();
        self.taught = self.earlier.of(&preset);
        self.preset = Some(preset);
    }

    fn keep_taught(&mut self) {
        if let Some(preset) = &self.preset {
            self.earlier.keep(preset, &self.taught);
        }
    }

    fn state(&self, context: &Context) -> LearnState {
        LearnState {
            take: self.take.as_ref().map(|take| TakeState {
                strip: take.strip,
                seconds: take.recording.seconds() as f32,
                peak: take.peak,
                foreign: self.preset.as_ref().and_then(|preset| take.heard.foreign(preset, take.strip)),
            }),
            job: self.job.as_ref().map(|job| (job.strip, job.progress.share())),
            tries_bases: self.job.as_ref().is_some_and(|job| job.tries_bases),
            waits: std::array::from_fn(|strip| self.tasks.wait_for(strip)),
            material: std::array::from_fn(|strip| {
                self.taught.materials[strip].as_ref().map_or(0.0, |material| material.seconds() as f32)
            }),
            doubt: self.tasks.asked(),
            verdicts: self.taught.verdicts,
            finished: self.finished.as_ref().map(|finished| finished.state(context)),
        }
    }

    fn take_event(&mut self, event: TakeEvent, context: &mut Context) {
        match event.kind {
            TakeEventKind::LearnOn(strip) => {
                let stream = context.playback.snapshot().stream_of(event.stream).cloned();
                let started = stream.ok_or(WorkerError::NoAudio);
                let started = started.and_then(|stream| self.start_at(strip, stream, event.position, context));
                say_if_failed(started, context);
            }
            TakeEventKind::LearnLoaded(strip) => {
                self.take.take_if(|take| take.strip == strip);
                context.params.set([(ParamId::Learn(strip), 0.0)]);
                context.host.note_switched_off(strip);
            }
            TakeEventKind::LearnOff(strip) => {
                self.end_take(|take| take.strip == strip && take.stream == event.stream, Some(event.position));
            }
            TakeEventKind::TransportEnded => {
                let fits = |take: &Take| take.options.with_transport && !take.recording.is_empty();
                self.end_take(|take| fits(take) && take.stream == event.stream, Some(event.position));
            }
        }
    }

    /// Captures for `strip` from now on. A take that was under way is dropped.
    fn start(&mut self, strip: usize, context: &Context) -> Result<(), WorkerError> {
        let stream = context.playback.snapshot().stream.ok_or(WorkerError::NoAudio)?;
        let now = stream.capture.position();
        self.start_at(strip, stream, now, context)
    }

    /// The same from `position` of `stream` on.
    fn start_at(&mut self, strip: usize, stream: Stream, position: u64, context: &Context) -> Result<(), WorkerError> {
        self.ensure_source(strip)?;
        self.tasks.forget_doubts(strip);
        let Stream { capture, number, .. } = stream;
        self.take = Some(Take {
            strip,
            stream: number,
            next: position,
            end: None,
            recording: Recording { sample_rate: capture.sample_rate(), channels: Vec::new() },
            peak: 0.0,
            heard: HeardSoFar::default(),
            options: context.session.learn_options(),
            capture,
        });
        Ok(())
    }

    fn ensure_source(&self, strip: usize) -> Result<(), WorkerError> {
        let there = self.preset.as_ref().is_some_and(|preset| strip < preset.sources.len());
        if there { Ok(()) } else { Err(WorkerError::NoSuchSource(strip)) }
    }

    fn end_take(&mut self, fits: impl Fn(&Take) -> bool, at: Option<u64>) {
        if let Some(take) = self.take.as_mut().filter(|take| fits(take)) {
            take.end = Some(at.unwrap_or_else(|| take.capture.position()));
        }
    }

    /// Learns `strip` from what was played in the last seconds.
    fn learn_last(&mut self, strip: usize, context: &Context) -> Result<(), WorkerError> {
        let capture = context.playback.snapshot().stream.ok_or(WorkerError::NothingHeard)?.capture;
        let recording = capture.read(capture.at_hand())?;
        if recording.peak() <= SOUND {
            return Err(WorkerError::NothingHeard);
        }
        self.queue(strip, TaskSource::Recording(recording), context)
    }

    /// Learns `strip`, whose source was called `source` when they were chosen, from audio files.
    fn learn_files(
        &mut self,
        strip: usize,
        source: &str,
        files: Vec<PathBuf>,
        context: &Context,
    ) -> Result<(), WorkerError> {
        let named = self.preset.as_ref().and_then(|preset| preset.sources.get(strip));
        if named.is_none_or(|named| named.name != source) {
            return Err(WorkerError::StripsChanged);
        }
        self.queue(strip, TaskSource::Files(files), context)
    }

    fn queue(&mut self, strip: usize, source: TaskSource, context: &Context) -> Result<(), WorkerError> {
        let options = context.session.learn_options();
        self.tasks.push(Task { strip, source, options, is_confirmed: false })
    }

    /// Takes in what was played, up to `event` if there is one.
    fn follow_take(&mut self, event: Option<TakeEvent>, context: &mut Context) {
        let Some(take) = &mut self.take else { return };
        let current = context.playback.snapshot().stream;
        let until = event.filter(|event| event.stream == take.stream).map(|event| event.position);
        // An event of its own stream comes first: the take may end with it.
        if until.is_none() && current.is_none_or(|current| current.number != take.stream) {
            // The host has started the audio anew: what was captured until then counts.
            take.end.get_or_insert(take.capture.position());
        }
        let read = take.read_on(until);
        take.heard.listen(&take.recording);
        if take.end.is_none() && !take.is_full() && read.is_ok() {
            return;
        }
        let Some(take) = self.take.take() else { return };
        if let Err(gone) = read {
            context.say_failed(&gone.into());
        } else if take.recording.is_empty() {
            context.say(Message::Done("Nothing was heard, so nothing is learned".to_owned()));
        } else {
            let Take { strip, recording, options, .. } = take;
            let source = TaskSource::Recording(recording);
            say_if_failed(self.tasks.push(Task { strip, source, options, is_confirmed: false }), context);
        }
    }

    fn begin_job(&mut self, task: Task) -> Result<(), WorkerError> {
        self.ensure_source(task.strip)?;
        let Some(preset) = self.preset.clone() else { return Ok(()) };
        let (materials, strip, progress) = (self.taught.materials.clone(), task.strip, Arc::new(Progress::default()));
        let tries_bases = matches!(task.source, TaskSource::BestBases);
        let theirs = progress.clone();
        let (tell, ahead) = unbounded();
        let work = move || task.run(&materials, &preset, &theirs, &tell);
        let thread = thread::Builder::new().name("unbraid-learner".to_owned()).spawn(work);
        let thread = Some(thread.map_err(WorkerError::NoLearnerThread)?);
        let moves = StripMoves::none();
        self.job = Some(LearningJob { strip, moves, progress, tries_bases, ahead, heard: None, thread });
        Ok(())
    }

    /// Plays what the job has learned: all of it, or what is to be heard ahead of the rest. Both are one action to
    /// undo.
    fn hear_job(&mut self, context: &mut Context) -> Result<(), WorkerError> {
        let Some(job) = &self.job else { return Ok(()) };
        let (strip, moves) = (job.strip, job.moves);
        if !job.is_finished() {
            if let Ok(ahead) = job.ahead.try_recv() {
                let heard = self.take_over(strip, &moves, ahead, context)?;
                if let Some(job) = &mut self.job {
                    job.heard = Some(heard.preset.clone());
                }
            }
            return Ok(());
        }
        let Some(mut job) = self.job.take() else { return Ok(()) };
        let heard = job.heard.take();
        let learned = match job.outcome()? {
            JobOutcome::Learned(learned) => learned,
            JobOutcome::Tried { learned, sentence } => {
                context.say(Message::Done(sentence));
                let Some(learned) = learned else { return Ok(()) };
                learned
            }
            JobOutcome::Doubted(task, foreign) => {
                // Its source may have gone to another strip meanwhile.
                self.tasks.doubt(Task { strip, ..task }, foreign);
                return Ok(());
            }
        };
        let goes_on = heard.zip(self.preset.as_ref()).is_some_and(|(heard, now)| Arc::ptr_eq(&heard, now));
        let seconds = learned.material.seconds();
        let verdicts = learned.verdicts.clone();
        self.take_over(strip, &moves, learned, context)?;
        // All that can be told apart were learned anew, together.
        self.taught.verdicts = Default::default();
        for (from, verdict) in verdicts {
            if let Some(strip) = moves.destination(from) {
                self.taught.verdicts[strip] = Some(verdict);
            }
        }
        if goes_on {
            context.history.join_last();
        }
        self.finished = Some(FinishedJob::new(strip, seconds, context));
        Ok(())
    }

    /// Gives what plays what was learned, for `strip` above all, where the sources that the job began with have gone to
    /// `moves`.
    fn take_over(
        &mut self,
        strip: usize,
        moves: &StripMoves,
        learned: Learned,
        context: &mut Context,
    ) -> Result<Arc<Version>, WorkerError> {
        let before = context.playback.version();
        let mut preset = Preset::clone(&before.preset);
        for (from, bases) in learned.sources {
            let Some(source) = moves.destination(from).and_then(|strip| preset.sources.get_mut(strip)) else {
                continue;
            };
            source.relearn(bases);
        }
        let source = preset.sources.get_mut(strip).ok_or(WorkerError::NoSuchSource(strip))?;
        if let Some(own) = source.learned_mut() {
            own.learned_from.clone_from(&learned.material.names);
            own.licence = None;
        }
        let state = before.adaptive_state.surviving(&before.preset, &preset, &StripMoves::none());
        let version = context.play(Basis::Version(&before), before.edited(preset, state)?)?;
        context.record_change(&before, &version, None);
        self.follow(&version, None);
        for (from, material) in learned.other_materials {
            if let Some(strip) = moves.destination(from) {
                self.taught.materials[strip] = Some(material);
            }
        }
        self.taught.materials[strip] = Some(learned.material);
        Ok(version)
    }
}

fn say_if_failed(outcome: Result<(), WorkerError>, context: &mut Context) {
    if let Err(error) = outcome {
        context.say_failed(&error);
    }
}

#[cfg(test)]
mod tests;
