//! Marks: a stretch of what was heard is frozen, marked by hand and learned from.
//!
//! The stretch is taken apart anew with every mark, and what its sources have learned plays from then on. The marks belong
//! to the version that plays, so undo takes them back one by one.

use super::{context::Context, error::WorkerError};
use crate::{
    instance::{
        command::MarkCommand,
        project::{marking::Marking as VersionMarks, playback::Basis, version::Version},
        state::{message::Message, stretch_view::StretchView},
    },
    learner::adaptive::StripMoves,
    marks::{Mark, Says},
    nmf::discriminative::FOCUS,
    preset::{Preset, library::stems},
    recording::{self, Recording, SampleFormat},
    separator::batch::{BatchSettings, LearnedUnderMarks, MarkedRecording},
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
    sound: Recording,
    /// The sound, ready for the sources of `base`.
    ready: MarkedRecording,
    base: Arc<Preset>,
    /// What plays, as far as this is known here.
    version: Arc<Version>,
}

impl StretchMarking {
    pub(super) fn serve(&mut self, command: MarkCommand, context: &mut Context) -> Result<(), WorkerError> {
        match command {
            MarkCommand::Freeze { end } => self.freeze(end, context),
            MarkCommand::Release => {
                self.abandon();
                context.session.set_stretch(None);
                Ok(())
            }
            MarkCommand::Add(mark) => self.change(context, |marks| {
                let what = if mark.says == Says::Nothing { "erased mark" } else { "mark" };
                let strip = mark.source;
                marks.push(mark);
                (what, strip)
            }),
            MarkCommand::Save(strip) => self.save(strip, context),
            MarkCommand::Forget(strip) => self.change(context, |marks| {
                marks.retain(|mark| mark.source != strip);
                ("forgotten marks", strip)
            }),
        }
    }

    /// Nothing is frozen any more.
    pub(super) fn abandon(&mut self) {
        self.frozen = None;
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
        if !is_same && let Err(error) = frozen.take_up(&version).map(|()| frozen.show(context)) {
            self.abandon();
            context.session.set_stretch(None);
            context.say_failed(&error);
        }
    }

    /// Writes what a source has of the stretch, whatever its knob says.
    fn save(&self, strip: usize, context: &mut Context) -> Result<(), WorkerError> {
        let frozen = self.frozen.as_ref().ok_or(WorkerError::NothingFrozen)?;
        let source = frozen.version.summary.strips.get(strip).ok_or(WorkerError::NoSuchSource(strip))?;
        let folder = stems::stems_dir().ok_or(WorkerError::NoStemsFolder)?;
        std::fs::create_dir_all(&folder)
            .map_err(|reason| WorkerError::StemsFolder { folder: folder.clone(), reason })?;
        let learned = frozen.ready.learn(frozen.marks());
        let go_on = &mut |_| ControlFlow::Continue(());
        let separation = frozen.ready.separate(&learned, &BatchSettings::default(), go_on)?;
        let path = stems::next_file(&folder, &source.display_name());
        recording::write_wav(&path, &separation.sources[strip], SampleFormat::Float32)?;
        context.say(Message::Done(format!("Saved as {}", path.display())));
        Ok(())
    }

    /// Freezes what was heard up to the sample `end`, or up to now.
    fn freeze(&mut self, end: Option<u64>, context: &mut Context) -> Result<(), WorkerError> {
        let capture = context.playback.snapshot().stream.ok_or(WorkerError::NothingToMark)?.capture;
        let at_hand = capture.at_hand();
        let end = end.unwrap_or(at_hand.end).clamp(at_hand.start, at_hand.end);
        let least = (LEAST_SECONDS * f64::from(capture.sample_rate())) as u64;
        if end - at_hand.start < least {
            return Err(WorkerError::NothingToMark);
        }
        let sound = capture.read(at_hand.start..end)?;
        let version = context.playback.version();
        let ready = MarkedRecording::new(&version.preset, &sound)?;
        let (stretch, base) = (self.next, version.preset.clone());
        self.next += 1;
        let frozen = FrozenStretch { stretch, sound, ready, base, version };
        frozen.show(context);
        self.frozen = Some(frozen);
        Ok(())
    }

    /// Changes the marks, learns from them and plays what was learned.
    fn change(
        &mut self,
        context: &mut Context,
        change: impl FnOnce(&mut Vec<Mark>) -> (&'static str, usize),
    ) -> Result<(), WorkerError> {
        self.poll(context);
        let frozen = self.frozen.as_mut().ok_or(WorkerError::NothingFrozen)?;
        let mut marks = frozen.marks().to_vec();
        let (what, strip) = change(&mut marks);
        let name = frozen.base.sources.get(strip).ok_or(WorkerError::NoSuchSource(strip))?.name.clone();
        if marks.len() > MOST_MARKS {
            return Err(WorkerError::TooManyMarks(MOST_MARKS));
        }
        let learned = frozen.ready.learn(&marks);
        let basis = frozen.version.clone();
        let preset =
            if marks.is_empty() { Preset::clone(&frozen.base) } else { frozen.ready.taught(&frozen.base, &learned) };
        let marking = VersionMarks { stretch: Some(frozen.stretch), base: Some(frozen.base.clone()), marks };
        let state = basis.adaptive_state.surviving(&basis.preset, &preset, &StripMoves::none());
        let version = basis.edited(preset, state)?.with_marking(Arc::new(marking));
        frozen.version = context.play(Basis::Version(&basis), version)?;
        context.record(&basis, &frozen.version, None, format!("{what} of {name}"));
        frozen.show_learned(&learned, context);
        context.say(Message::None);
        Ok(())
    }
}

impl FrozenStretch {
    /// The marks on this stretch in what plays.
    fn marks(&self) -> &[Mark] {
        let VersionMarks { stretch, marks, .. } = &*self.version.marking;
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
        Ok(())
    }

    /// Shows the stretch as it comes apart under its marks.
    fn show(&self, context: &Context) {
        self.show_learned(&self.ready.learn(self.marks()), context);
    }

    fn show_learned(&self, learned: &LearnedUnderMarks, context: &Context) {
        context.session.set_stretch(Some(StretchView {
            stretch: self.stretch,
            seconds: self.sound.len() as f64 / f64::from(self.sound.sample_rate),
            grid: self.ready.grid(),
            amplitudes: self.ready.amplitudes(),
            shares: self.ready.shares(learned, FOCUS),
            sources: self.ready.sources(),
            marks: self.marks().to_vec(),
        }));
    }
}
