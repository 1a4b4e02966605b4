//! A learning job, on a thread of its own.

use super::{
    super::error::WorkerError,
    alone, best_bases,
    material::{self, Material, Materials},
};
use crate::instance::state::{learn_state::Foreign, options::LearnOptions};
use crate::{
    dictionary::Dictionary,
    learner::{self, LEAST_SECONDS, LearnError, Lesson, MOST_SECONDS, Verdict, adaptive::StripMoves},
    preset::{self, LearnedBases, Preset},
    recording::{Excerpt, Recording, RecordingReader, Survey},
};
use crossbeam_channel::{Receiver, Sender};
use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};

/// About how much of a job's time goes into the strip by itself, where there are others.
const SHARE_BY_ITSELF: f32 = 0.4;
/// About how much of its time goes into trying numbers of bases, where that is wanted.
const SHARE_OF_TRYING: f32 = 0.95;

/// A learning job that is to begin.
pub(super) struct Task {
    pub(super) strip: usize,
    pub(super) source: TaskSource,
    pub(super) options: LearnOptions,
    /// It is to be learned whatever is heard in it.
    pub(super) is_confirmed: bool,
}

pub(super) enum TaskSource {
    Recording(Recording),
    Files(Vec<PathBuf>),
    /// The strip's material once more.
    Again,
    /// All material once more, each with the number of bases that separates best.
    BestBases,
}

/// Learns on a thread of its own.
pub(super) struct LearningJob {
    pub(super) strip: usize,
    /// Where the sources that it began with have gone since.
    pub(super) moves: StripMoves,
    pub(super) progress: Arc<Progress>,
    /// Whether it tries out numbers of bases.
    pub(super) tries_bases: bool,
    /// What can be heard before the job is done.
    pub(super) ahead: Receiver<Learned>,
    /// The preset that plays with it.
    pub(super) heard: Option<Arc<Preset>>,
    pub(super) thread: Option<JoinHandle<Result<JobOutcome, WorkerError>>>,
}

/// How far a job is, and whether it is still wanted.
#[derive(Default)]
pub(super) struct Progress {
    /// Share done, 0 to 1, as bits.
    share: AtomicU32,
    cancelled: AtomicBool,
}

/// How a job ends.
pub(super) enum JobOutcome {
    /// With bases.
    Learned(Learned),
    /// Numbers of bases were tried.
    Tried {
        /// What was learned with others than before.
        learned: Option<Learned>,
        /// What came of it.
        sentence: String,
    },
    /// With a question: something else is heard in what was played.
    Doubted(Task, Foreign),
}

/// What a job has learned.
pub(super) struct Learned {
    pub(super) material: Arc<Material>,
    /// What other strips were learned from with other numbers of bases than before.
    pub(super) other_materials: Vec<(usize, Arc<Material>)>,
    /// The strip of each source that was learned, and its bases.
    pub(super) sources: Vec<(usize, LearnedBases)>,
    /// The strips that were learned together, and how well each is told from the others.
    pub(super) verdicts: Vec<(usize, Verdict)>,
}

impl Task {
    /// On the job's thread: learns this strip together with all others whose material is known. If there are others,
    /// `ahead` is given the strip by itself first, which takes less than half of the time.
    pub(super) fn run(
        self,
        materials: &Materials,
        preset: &Preset,
        progress: &Progress,
        ahead: &Sender<Learned>,
    ) -> Result<JobOutcome, WorkerError> {
        if let TaskSource::Recording(recording) = &self.source
            && let Some(foreign) = self.foreign(std::slice::from_ref(recording), preset, progress)
        {
            return Ok(JobOutcome::Doubted(self, foreign));
        }
        let name = preset.sources[self.strip].display_name();
        let components = self.options.components;
        let material = match self.source {
            TaskSource::Recording(recording) => {
                let names = vec![preset::from_a_take(recording.seconds())];
                Material { recordings: vec![recording], names, is_played: true, components }
            }
            TaskSource::Files(ref files) => {
                let recordings = read(files, progress)?;
                if let Some(foreign) = self.foreign(&recordings, preset, progress) {
                    return Ok(JobOutcome::Doubted(self, foreign));
                }
                let names = files.iter().map(|file| file_name(file)).collect();
                Material { recordings, names, is_played: false, components }
            }
            TaskSource::BestBases => return self.find_bases(materials, preset, progress),
            TaskSource::Again => {
                let known = materials[self.strip].as_ref();
                let known = known.ok_or_else(|| WorkerError::NotLearnedHere(name.clone()))?;
                Material { components, ..Material::clone(known) }
            }
        };
        let mut all = materials.clone();
        let material = Arc::new(material);
        all[self.strip] = Some(material.clone());
        let strips = taught_strips(&all);
        let share = if strips.len() > 1 { SHARE_BY_ITSELF } else { 1.0 };
        let mut tell = |done: f32| progress.tell(share * done);
        let own = in_the_background(|| learner::learn(&[material.lesson(&[])], &mut tell))
            .map_err(|error| not_learned(&name, error.error, &material))?;
        let sources = own.iter().map(|own| (self.strip, own.clone())).collect();
        let (other_materials, verdicts) = (Vec::new(), Vec::new());
        let by_itself = Learned { sources, material: material.clone(), other_materials, verdicts };
        if strips.len() < 2 {
            return Ok(JobOutcome::Learned(by_itself));
        }
        // If nobody listens any more, nobody waits for the rest either.
        let _ = ahead.send(by_itself);

        let own = own.first().map_or(&[][..], LearnedBases::dictionaries);
        let known = |strip: usize| if strip == self.strip { own } else { preset.sources[strip].dictionaries() };
        let (sources, verdicts) = learn_together(&strips, known, preset, progress, share)?;
        Ok(JobOutcome::Learned(Learned { sources, material, other_materials: Vec::new(), verdicts }))
    }

    /// On the job's thread: tries numbers of bases for all whose material is known, and learns them with those that
    /// separate best, if others do than those that they have.
    fn find_bases(
        &self,
        materials: &Materials,
        preset: &Preset,
        progress: &Progress,
    ) -> Result<JobOutcome, WorkerError> {
        let strips = taught_strips(materials);
        let name = preset.sources[self.strip].display_name();
        let own = materials[self.strip].as_ref().ok_or_else(|| WorkerError::NotLearnedHere(name.clone()))?;
        let tell = |share: f32| progress.tell(SHARE_OF_TRYING * share);
        let best = in_the_background(|| best_bases::find(&strips, preset, &tell))?;
        let sentence = best.sentence(&strips, preset);
        if best.gain_db.is_none() {
            return Ok(JobOutcome::Tried { learned: None, sentence });
        }
        let resized = |(size, (strip, material)): (&usize, &(usize, &Material))| {
            (*strip, Arc::new(Material { components: *size, ..(*material).clone() }))
        };
        let resized: Vec<(usize, Arc<Material>)> = best.components.iter().zip(&strips).map(resized).collect();
        let strips: Vec<(usize, &Material)> = resized.iter().map(|(strip, material)| (*strip, &**material)).collect();
        let (sources, verdicts) = learn_together(&strips, |_| &[], preset, progress, SHARE_OF_TRYING)?;
        let own_resized = resized.iter().find(|(strip, _)| *strip == self.strip).map(|(_, material)| material);
        let material = own_resized.unwrap_or(own).clone();
        let learned = Learned { sources, material, other_materials: resized, verdicts };
        Ok(JobOutcome::Tried { learned: Some(learned), sentence })
    }

    /// What else is heard in these recordings, if it is so much that somebody has to confirm that they are to be
    /// learned.
    fn foreign(&self, recordings: &[Recording], preset: &Preset, progress: &Progress) -> Option<Foreign> {
        if self.is_confirmed {
            return None;
        }
        let heard =
            in_the_background(|| alone::heard_beside(preset, self.strip, recordings, || !progress.is_cancelled()));
        heard.filter(|foreign| foreign.share > Foreign::DOUBTED)
    }
}

/// The strips whose material is known, with it.
fn taught_strips(materials: &Materials) -> Vec<(usize, &Material)> {
    let strips = materials.iter().enumerate();
    strips.filter_map(|(strip, material)| Some((strip, &**material.as_ref()?))).collect()
}

/// What the strips have learned, and how well each is told from the others.
type LearnedTogether = (Vec<(usize, LearnedBases)>, Vec<(usize, Verdict)>);

/// Learns what `strips` have material of, from this share of the job's progress on. `known` is what a strip has learned
/// from its material before.
fn learn_together<'a>(
    strips: &[(usize, &'a Material)],
    known: impl Fn(usize) -> &'a [Dictionary],
    preset: &Preset,
    progress: &Progress,
    from: f32,
) -> Result<LearnedTogether, WorkerError> {
    let evidence_weight = material::evidence_weight(strips, preset);
    let lesson = |(strip, material): &(usize, &'a Material)| {
        let mut lesson = material.lesson(known(*strip));
        if let Some(weight) = evidence_weight {
            (lesson.role, lesson.settings.evidence_weight) = (preset.sources[*strip].role, weight);
        }
        lesson
    };
    let lessons: Vec<Lesson<'_>> = strips.iter().map(lesson).collect();
    let mut tell = |share: f32| progress.tell(from + share * (1.0 - from));
    let learned = in_the_background(|| learner::learn(&lessons, &mut tell)).map_err(|error| {
        let (strip, material) = strips[error.lesson.min(strips.len() - 1)];
        not_learned(&preset.sources[strip].display_name(), error.error, material)
    })?;
    let verdicts = in_the_background(|| learner::judge(&lessons, &learned, || !progress.is_cancelled()));
    let numbers = || strips.iter().map(|(strip, _)| *strip);
    Ok((numbers().zip(learned).collect(), numbers().zip(verdicts).collect()))
}

impl Progress {
    /// Share done, 0 to 1.
    pub(super) fn share(&self) -> f32 {
        f32::from_bits(self.share.load(Relaxed))
    }

    fn tell(&self, share: f32) -> ControlFlow<()> {
        self.share.store(share.to_bits(), Relaxed);
        if self.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Relaxed)
    }
}

impl LearningJob {
    pub(super) fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    pub(super) fn outcome(mut self) -> Result<JobOutcome, WorkerError> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            // The thread has reported its panic.
            _ => Err(WorkerError::LearnerPanicked),
        }
    }
}

/// A job that nobody waits for any more ends soon.
impl Drop for LearningJob {
    fn drop(&mut self) {
        self.progress.cancelled.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Runs `work` on all cores but one, so that the audio thread always finds one. Its threads have ended when it returns:
/// the host may free the library soon after, and a pool that is dropped does not wait for its threads.
fn in_the_background<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    // Dropped after the pool, which tells its threads to end.
    let mut threads = JoinedThreads(Vec::new());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cores.saturating_sub(1).max(1)).spawn_handler(|task| {
        let thread = thread::Builder::new().name("unbraid-learner".to_owned());
        threads.0.push(thread.spawn(|| task.run())?);
        Ok(())
    });
    match pool.build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Threads that are waited for when this is dropped, also by a panic.
struct JoinedThreads(Vec<JoinHandle<()>>);

impl Drop for JoinedThreads {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            // Rayon has caught and passed on the panics of what it ran.
            let _ = thread.join();
        }
    }
}

/// Why the source `name` was not learned, for someone who may have played rather than named recordings.
fn not_learned(name: &str, error: LearnError, material: &Material) -> WorkerError {
    let name = name.to_owned();
    let number = match error {
        LearnError::TooShort { milliseconds, frame_milliseconds, .. } if material.is_played => {
            return WorkerError::TooShort { name, milliseconds, frame_milliseconds };
        }
        LearnError::Silent { .. } if material.is_played => return WorkerError::Silent(name),
        LearnError::TooShort { number, .. } | LearnError::Silent { number } | LearnError::NotFinite { number } => {
            number
        }
        LearnError::NoRecording | LearnError::Memory(_) | LearnError::Factorization(_) => 0,
    };
    let file = number.checked_sub(1).and_then(|index| material.names.get(index)).cloned();
    WorkerError::NotLearned { name, file, error }
}

/// Reads recordings of one source, of long ones what is learned from.
fn read(files: &[PathBuf], progress: &Progress) -> Result<Vec<Recording>, WorkerError> {
    let survey = |file: &PathBuf| -> Result<Survey, WorkerError> {
        let mut reader = RecordingReader::open(file)?;
        let mut survey = Survey::new(&reader);
        while let Some(block) = reader.next_block()? {
            survey.add(block);
            if progress.is_cancelled() {
                return Err(WorkerError::LearningDropped);
            }
        }
        survey.ensure_audible(file)?;
        Ok(survey)
    };
    let surveys = files.iter().map(survey).collect::<Result<Vec<_>, _>>()?;
    let excerpts = Excerpt::of_each(&surveys, MOST_SECONDS, LEAST_SECONDS);
    let read = |(file, excerpt): (&PathBuf, &Excerpt)| {
        let (recording, _) = RecordingReader::open(file)?.read_excerpt(excerpt)?;
        Ok(learner::padded(recording))
    };
    files.iter().zip(&excerpts).map(read).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::atomic::AtomicUsize, time::Duration};

    /// Threads that have been counted and have not ended yet.
    static RUNNING: AtomicUsize = AtomicUsize::new(0);

    struct Counted;

    impl Drop for Counted {
        /// The last that a thread does, here slowly.
        fn drop(&mut self) {
            thread::sleep(Duration::from_millis(100));
            RUNNING.fetch_sub(1, Relaxed);
        }
    }

    thread_local! {
        static COUNTED: Counted = {
            RUNNING.fetch_add(1, Relaxed);
            Counted
        };
    }

    #[test]
    fn what_was_learned_in_the_background_leaves_no_thread_behind() {
        let counted = in_the_background(|| {
            rayon::broadcast(|_| COUNTED.with(|_| {}));
            RUNNING.load(Relaxed)
        });
        assert!(counted > 0);
        assert_eq!(RUNNING.load(Relaxed), 0);
    }
}
