//! Marks: a stretch of what was heard is frozen, marked by hand and learned from.
//!
//! The stretch is taken apart anew with every mark, and what its sources have learned plays from then on. The marks
//! belong to the version that plays, so undo takes them back one by one.

use super::{context::Context, error::WorkerError, learning::Learning};
use crate::{
    instance::{
        command::MarkCommand,
        project::{marking::Marking, playback::Basis, version::Version},
        state::{message::Message, stretch_view::StretchView},
    },
    learner::adaptive::StripMoves,
    marks::{Mark, MarkedFrames, Says},
    nmf::discriminative::FOCUS,
    preset::{Preset, library::stems},
    recording::{self, Recording, SampleFormat},
    separator::{
        batch::{BatchSettings, LearnedUnderMarks, MarkedRecording},
        offline::SeparateError,
    },
};
use std::{ops::ControlFlow, sync::Arc};

/// Most marks on a stretch.
const MOST_MARKS: usize = 1_000;
/// The shortest stretch, in seconds.
const LEAST_SECONDS: f64 = 0.25;

/// What is frozen.
#[derive(Default)]
pub struct StretchMarking {
    frozen: Option<FrozenStretch>,
    /// Number of the next stretch.
    next: u64,
}

/// A frozen stretch.
struct FrozenStretch {
    stretch: u64,
    /// See [`MarkCommand::Freeze`].
    end: u64,
    sound: Recording,
    /// The sound, ready for the sources of `base`, and what they learn from it under the marks.
    ready: MarkedRecording,
    learned: LearnedUnderMarks,
    base: Arc<Preset>,
    /// What plays, as far as this is known here.
    version: Arc<Version>,
}

impl StretchMarking {
    pub(super) fn serve(
        &mut self,
        command: MarkCommand,
        context: &mut Context,
        learning: &mut Learning,
    ) -> Result<(), WorkerError> {
        match command {
            MarkCommand::Freeze { end } => self.freeze(end, context),
            MarkCommand::Release => {
                self.release(context);
                Ok(())
            }
            MarkCommand::Add(mark) => {
                let what = if mark.says == Says::Nothing { "erased mark" } else { "mark" };
                self.change((what, mark.source), context, learning, |marks| marks.push(mark.clone()))
            }
            MarkCommand::Forget(strip) => {
                let forget = |marks: &mut Vec<Mark>| marks.retain(|mark| mark.source != strip);
                self.change(("forgotten marks", strip), context, learning, forget)
            }
            MarkCommand::Save(strip) => self.save(strip, context),
        }
    }

    /// Nothing is frozen any more.
    pub(super) fn release(&mut self, context: &Context) {
        if self.frozen.take().is_some() {
            context.session.set_stretch(None);
        }
    }

    /// Follows what plays: after an undo, or when another preset was loaded, the stretch is taken apart by that.
    pub(super) fn poll(&mut self, context: &mut Context) {
        let version = context.playback.version();
        let Some(frozen) = &mut self.frozen else { return };
        if Arc::ptr_eq(&frozen.version, &version) {
            return;
        }
        let before = std::mem::replace(&mut frozen.version, version.clone());
        let is_same = Arc::ptr_eq(&before.preset, &version.preset) && Arc::ptr_eq(&before.marking, &version.marking);
        if is_same {
            return;
        }
        match frozen.take_up(&version) {
            Ok(()) => frozen.show(context),
            Err(error) => {
                self.release(context);
                context.say_failed(&error);
            }
        }
    }

    /// Freezes what was heard up to the sample `end`.
    fn freeze(&mut self, end: u64, context: &mut Context) -> Result<(), WorkerError> {
        self.release(context);
        let capture = context.playback.snapshot().stream.ok_or(WorkerError::NothingToMark)?.capture;
        let at_hand = capture.at_hand();
        let until = end.clamp(at_hand.start, at_hand.end);
        let least = (LEAST_SECONDS * f64::from(capture.sample_rate())) as u64;
        if until - at_hand.start < least {
            return Err(WorkerError::NothingToMark);
        }
        let sound = capture.read(at_hand.start..until)?;
        let version = context.playback.version();
        let ready = MarkedRecording::new(&version.preset, &sound)?;
        let learned = learn(&ready, &[])?;
        let (stretch, base) = (self.next, version.preset.clone());
        self.next += 1;
        let frozen = FrozenStretch { stretch, end, sound, ready, learned, base, version };
        frozen.show(context);
        self.frozen = Some(frozen);
        Ok(())
    }

    /// Changes the marks, learns from them and plays what was learned. `what` says what was done to the marks of which
    /// strip.
    fn change(
        &mut self,
        (what, strip): (&str, usize),
        context: &mut Context,
        learning: &mut Learning,
        change: impl Fn(&mut Vec<Mark>),
    ) -> Result<(), WorkerError> {
        self.poll(context);
        let frozen = self.frozen.as_mut().ok_or(WorkerError::NothingFrozen)?;
        let mut marks = frozen.marks().to_vec();
        change(&mut marks);
        let name = frozen.base.sources.get(strip).ok_or(WorkerError::NoSuchSource(strip))?.name.clone();
        if marks.len() > MOST_MARKS {
            return Err(WorkerError::TooManyMarks(MOST_MARKS));
        }
        let learned = learn(&frozen.ready, &marks)?;
        let basis = frozen.version.clone();
        let preset = match marks.is_empty() {
            true => Preset::clone(&frozen.base),
            false => frozen.ready.taught(&frozen.base, &learned),
        };
        let marking = Marking { stretch: Some(frozen.stretch), base: Some(frozen.base.clone()), marks };
        let state = basis.adaptive_state.surviving(&basis.preset, &preset, &StripMoves::none());
        let version = basis.edited(preset, state)?.with_marking(Arc::new(marking));
        let version = context.play(Basis::Version(&basis), version)?;
        context.record(&basis, &version, None, format!("{what} of {name}"));
        learning.follow(&version, None);
        (frozen.version, frozen.learned) = (version, learned);
        frozen.show(context);
        context.say(Message::None);
        Ok(())
    }

    /// Writes what a source has of the stretch, whatever its knob says.
    fn save(&self, strip: usize, context: &mut Context) -> Result<(), WorkerError> {
        let frozen = self.frozen.as_ref().ok_or(WorkerError::NothingFrozen)?;
        let source = frozen.version.summary.strips.get(strip).ok_or(WorkerError::NoSuchSource(strip))?;
        let folder = stems::stems_dir().ok_or(WorkerError::NoStemsFolder)?;
        std::fs::create_dir_all(&folder)
            .map_err(|reason| WorkerError::StemsFolder { folder: folder.clone(), reason })?;
        let separation = frozen.ready.separate(&frozen.learned, &BatchSettings::default(), &mut go_on)?;
        let path = stems::next_file(&folder, &source.display_name());
        recording::write_wav(&path, &separation.sources[strip], SampleFormat::Float32)?;
        context.say(Message::Done(format!("Saved as {}", path.display())));
        Ok(())
    }
}

impl FrozenStretch {
    /// The marks on this stretch in what plays.
    fn marks(&self) -> &[Mark] {
        let Marking { stretch, marks, .. } = &*self.version.marking;
        if *stretch == Some(self.stretch) { marks } else { &[] }
    }

    /// Takes up another version: it was learned from this stretch's marks, or plays before any of them.
    fn take_up(&mut self, version: &Version) -> Result<(), WorkerError> {
        let marking = &version.marking;
        let base = match (&marking.base, marking.stretch) {
            (Some(base), Some(stretch)) if stretch == self.stretch => base,
            _ => &version.preset,
        };
        if !Arc::ptr_eq(base, &self.base) {
            self.ready = MarkedRecording::new(base, &self.sound)?;
            self.base = base.clone();
        }
        self.learned = learn(&self.ready, self.marks())?;
        Ok(())
    }

    /// Shows the stretch as it comes apart under its marks.
    fn show(&self, context: &Context) {
        context.session.set_stretch(Some(StretchView {
            end: self.end,
            seconds: self.sound.len() as f64 / f64::from(self.sound.sample_rate),
            grid: self.ready.grid(),
            amplitudes: self.ready.amplitudes(),
            shares: self.ready.shares(&self.learned, FOCUS),
            sources: self.ready.sources(),
            marks: self.marks().to_vec(),
        }));
    }
}

fn learn(recording: &MarkedRecording, marks: &[Mark]) -> Result<LearnedUnderMarks, SeparateError> {
    recording.learn(&MarkedFrames::new(marks, &recording.grid()), &mut go_on)
}

fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
