//! Marks: a stretch of what was heard is frozen, marked by hand and learned from.
//!
//! The stretch is taken apart anew with every mark, and what its sources have learned plays from then on. The marks
//! belong to the version that plays, so undo takes them back one by one.

use super::{context::Context, error::WorkerError, learning::Learning};
use crate::{
    instance::{
        command::{MarkCommand, StretchPart},
        project::{marking::Marking, playback::Basis, version::Version},
        state::{
            dragged_stem::DraggedStem,
            message::Message,
            stretch_view::{StretchOrigin, StretchView},
        },
    },
    learner::{adaptive::StripMoves, capture::REMEMBERED_SECONDS},
    marks::{Mark, MarkedFrames, Says},
    nmf::discriminative::FOCUS,
    preset::{Kind, Preset, library::stems},
    realtime::wires::stretch::FrozenSound,
    recording::{self, Recording, RecordingReader, SILENCE_PEAK, SampleFormat, file_name},
    separator::{
        batch::{BatchSettings, LearnedUnderMarks, MarkedRecording},
        offline::SeparateError,
    },
};
use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

/// Most marks on a stretch.
const MOST_MARKS: usize = 1_000;
/// The shortest stretch, in seconds.
const LEAST_SECONDS: f64 = 0.25;

/// What is frozen.
#[derive(Default)]
pub struct StretchMarking {
    frozen: Option<FrozenStretch>,
    /// Number of the last stretch.
    last: u64,
    /// What was saved of it last.
    saved: Option<SavedStem>,
}

/// A stem that was saved.
struct SavedStem {
    /// The stretch, its strip, and which part of it.
    of: (u64, usize, Option<StretchPart>),
    /// What it was taken apart by.
    version: Arc<Version>,
    file: PathBuf,
    /// Its length in bytes and when it was written: another program may change it.
    written: (u64, SystemTime),
}

/// A frozen stretch.
struct FrozenStretch {
    stretch: u64,
    origin: StretchOrigin,
    sound: Recording,
    /// The sound, ready for the sources of `base`, and what they learn from it under the marks.
    ready: MarkedRecording,
    learned: LearnedUnderMarks,
    base: Arc<Preset>,
    /// What plays, as far as this is known here.
    version: Arc<Version>,
    /// How many marks were made on it so far, whether they were taken or refused.
    answered: u64,
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
            MarkCommand::FreezeFile(file) => self.freeze_file(&file, context),
            MarkCommand::Release => {
                self.release(context);
                Ok(())
            }
            MarkCommand::Add(mark) => self.add(&mark, context, learning),
            MarkCommand::Forget(strip) => {
                let forget = |marks: &mut Vec<Mark>| marks.retain(|mark| mark.source != strip);
                self.change(("forgotten marks", strip), context, learning, forget)
            }
            MarkCommand::Play => self.play(context),
            MarkCommand::Save(strip) => self.save(strip, None, context).map(drop),
            MarkCommand::SavePart(strip, part) => self.save(strip, Some(part), context).map(drop),
            MarkCommand::Drag { strip, part, number } => {
                // What was saved before is not what is dragged.
                context.say(Message::None);
                let saved = match self.saved_before(strip, part) {
                    Some(file) => {
                        context.say(Message::Saved(file.clone()));
                        Ok(file)
                    }
                    None => self.save(strip, part, context),
                };
                context.session.set_dragged_stem(DraggedStem { number, file: saved.as_ref().ok().cloned() });
                saved.map(drop)
            }
        }
    }

    /// Nothing is frozen any more.
    pub(super) fn release(&mut self, context: &Context) {
        self.saved = None;
        if self.frozen.take().is_some() {
            context.session.stretch_control.stop();
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
        self.take_apart(sound, StretchOrigin::Heard { end }, context)
    }

    /// Freezes the first seconds of a recording, at the rate of the stream. What is frozen stays if that fails.
    fn freeze_file(&mut self, file: &Path, context: &mut Context) -> Result<(), WorkerError> {
        let (sound, is_cut) = first_seconds(file)?;
        if sound.seconds() < LEAST_SECONDS || sound.is_silent() {
            return Err(WorkerError::NothingToPaintOn(file_name(file)));
        }
        let stream = context.playback.snapshot().stream;
        let rate = stream.map_or(sound.sample_rate, |stream| stream.capture.sample_rate());
        let sound = sound.resampled(rate)?;
        context.session.stretch_control.stop();
        self.take_apart(sound, StretchOrigin::File, context)?;
        let which = if is_cut { "the first ten seconds of " } else { "" };
        context.say(Message::Done(format!("Frozen to be painted on: {which}{}", file_name(file))));
        Ok(())
    }

    /// Freezes `sound`.
    fn take_apart(
        &mut self,
        sound: Recording,
        origin: StretchOrigin,
        context: &mut Context,
    ) -> Result<(), WorkerError> {
        let version = context.playback.version();
        let ready = MarkedRecording::new(&version.preset, &sound)?;
        let learned = learn(&ready, &[])?;
        self.last += 1;
        let (stretch, base) = (self.last, version.preset.clone());
        let frozen = FrozenStretch { stretch, origin, sound, ready, learned, base, version, answered: 0 };
        frozen.show(context);
        self.frozen = Some(frozen);
        Ok(())
    }

    /// Makes a mark. If it is refused, the stretch is shown again: whoever drew it learns that it has been answered.
    fn add(&mut self, mark: &Mark, context: &mut Context, learning: &mut Learning) -> Result<(), WorkerError> {
        // What is shown by this is no answer yet.
        self.poll(context);
        if let Some(frozen) = &mut self.frozen {
            frozen.answered += 1;
        }
        let what = if mark.says == Says::Nothing { "erased mark" } else { "mark" };
        let added = self.change((what, mark.source), context, learning, |marks| marks.push(mark.clone()));
        if let (Err(_), Some(frozen)) = (&added, &self.frozen) {
            frozen.show(context);
        }
        added
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
        let name = frozen.base.sources.get(strip).ok_or(WorkerError::NoSuchSource(strip))?.display_name();
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
        let is_unmarked = frozen.marks().is_empty();
        match begin_to_drift(&basis.preset, &frozen.version.preset) {
            Some(sentence) => context.say(Message::Notice(sentence)),
            // Whoever paints on has time to read it.
            None if matches!(context.session.message(), Message::Notice(_)) && !is_unmarked => {}
            None => context.say(Message::None),
        }
        Ok(())
    }

    /// Hands the stretch to the audio thread, at the rate of the stream that it is for.
    fn play(&self, context: &Context) -> Result<(), WorkerError> {
        let sound = self.sound_for(context).inspect_err(|_| context.session.stretch_control.stop())?;
        context.models.send_stretch(Box::new(sound));
        Ok(())
    }

    fn sound_for(&self, context: &Context) -> Result<FrozenSound, WorkerError> {
        let frozen = self.frozen.as_ref().ok_or(WorkerError::NothingFrozen)?;
        let stream = context.playback.snapshot().stream.ok_or(WorkerError::NotRunning)?;
        let channels = frozen.sound.resampled(stream.capture.sample_rate())?.channels;
        Ok(FrozenSound { stretch: frozen.stretch, sample_rate: stream.format.sample_rate, channels })
    }

    /// The file that has this stem already: whoever drags it again needs no other.
    fn saved_before(&self, strip: usize, part: Option<StretchPart>) -> Option<PathBuf> {
        let (saved, frozen) = (self.saved.as_ref()?, self.frozen.as_ref()?);
        let is_same = saved.of == (frozen.stretch, strip, part) && Arc::ptr_eq(&saved.version, &frozen.version);
        (is_same && written(&saved.file) == Some(saved.written)).then(|| saved.file.clone())
    }

    /// Writes what a source has of the stretch, or of `part` alone, whatever its knob says. Gives the file.
    fn save(&mut self, strip: usize, part: Option<StretchPart>, context: &mut Context) -> Result<PathBuf, WorkerError> {
        let frozen = self.frozen.as_ref().ok_or(WorkerError::NothingFrozen)?;
        let source = frozen.version.summary.strips.get(strip).ok_or(WorkerError::NoSuchSource(strip))?;
        let (name, samples) = match part {
            None => (source.display_name(), 0..frozen.sound.len()),
            Some(part) => {
                let place = |seconds: f64| (seconds * f64::from(frozen.sound.sample_rate)).round().max(0.0) as usize;
                let samples = place(part.seconds.0)..place(part.seconds.1);
                if samples.is_empty() || samples.end > frozen.sound.len() {
                    return Err(WorkerError::NoSuchPart);
                }
                (format!("{} {} {}", source.display_name(), part.length(), frozen.version.title()), samples)
            }
        };
        let folder = stems::stems_dir().ok_or(WorkerError::NoStemsFolder)?;
        std::fs::create_dir_all(&folder)
            .map_err(|reason| WorkerError::StemsFolder { folder: folder.clone(), reason })?;
        let separation = frozen.ready.separate(&frozen.learned, &BatchSettings::default(), &mut go_on)?;
        let path = stems::next_file(&folder, &name);
        let Recording { sample_rate, channels } = &separation.sources[strip];
        let channels = channels.iter().map(|channel| channel[samples.clone()].to_vec()).collect();
        recording::write_wav(&path, &Recording { sample_rate: *sample_rate, channels }, SampleFormat::Float32)?;
        let (of, version) = ((frozen.stretch, strip, part), frozen.version.clone());
        self.saved = written(&path).map(|written| SavedStem { of, version, file: path.clone(), written });
        context.say(Message::Saved(path.clone()));
        Ok(path)
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
        let (magnitudes, scale) = self.ready.magnitudes();
        context.session.set_stretch(Some(StretchView {
            number: self.stretch,
            origin: self.origin.clone(),
            seconds: self.sound.len() as f64 / f64::from(self.sound.sample_rate),
            grid: self.ready.grid(),
            magnitudes,
            scale,
            bins: self.ready.bins(),
            shares: self.ready.shares(&self.learned, FOCUS),
            sources: self.ready.sources(),
            marks: self.marks().to_vec(),
            answered: self.answered,
        }));
    }
}

/// The first seconds of the recording in `file` in which something sounds, and whether it goes on.
fn first_seconds(file: &Path) -> Result<(Recording, bool), WorkerError> {
    let mut reader = RecordingReader::open(file)?;
    let sample_rate = reader.sample_rate();
    let most = (REMEMBERED_SECONDS * f64::from(sample_rate)) as usize;
    let mut channels: Vec<Vec<f32>> = vec![Vec::new(); reader.channels()];
    let mut is_cut = false;
    while let Some(block) = reader.next_block()? {
        let held = channels[0].len();
        let sounds = |n: &usize| block.iter().any(|channel| channel[*n].abs() > SILENCE_PEAK);
        let first = if held > 0 { 0 } else { (0..block[0].len()).find(sounds).unwrap_or(block[0].len()) };
        let end = block[0].len().min(first + most - held);
        channels.iter_mut().zip(block).for_each(|(own, block)| own.extend_from_slice(&block[first..end]));
        if end < block[0].len() {
            is_cut = true;
            break;
        }
    }
    Ok((Recording { sample_rate, channels }, is_cut))
}

/// Length of `file` in bytes, and when it was written.
fn written(file: &Path) -> Option<(u64, SystemTime)> {
    let data = std::fs::metadata(file).ok()?;
    Some((data.len(), data.modified().ok()?))
}

/// Says which sources are no longer found while they play, where `after` takes the place of `before`, if there are any.
fn begin_to_drift(before: &Preset, after: &Preset) -> Option<String> {
    let pairs = before.sources.iter().zip(&after.sources);
    let drifting = pairs.filter(|(before, after)| before.finds_bases() && after.kind() == Kind::Drifting);
    let names: Vec<String> = drifting.map(|(_, after)| after.display_name()).collect();
    let (last, others) = names.split_last()?;
    let who = match others {
        [] => format!("{last} is no longer found anew: it drifts"),
        [_, _, _, ..] => format!("{} sources are no longer found anew: they drift", names.len()),
        _ => format!("{} and {last} are no longer found anew: they drift", others.join(", ")),
    };
    Some(format!("{who} from what your mark has taught · Undo takes it back"))
}

fn learn(recording: &MarkedRecording, marks: &[Mark]) -> Result<LearnedUnderMarks, SeparateError> {
    recording.learn(&MarkedFrames::new(marks, &recording.grid()), &mut go_on)
}

fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
