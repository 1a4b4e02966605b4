//! Bases from recordings of any length, in memory that does not grow with it: from frames that are drawn evenly from
//! all of the sound.
//!
//! The divergence is a sum over frames, so that over frames drawn at random has the bases of all of them as its
//! minimum, but for chance. One frame is drawn from each run of equally many that sound, at a random place in it:
//! neighbours overlap and say nearly the same, so frames that are spread evenly say more than as many that are not.
//! Everything that fits is drawn whole.
//!
//! How much of all of the sound each basis explains is known from the drawn frames, too: Σ_t H, as bases sum to 1.

use super::{LEARNED_MODES, LearnError, LearnSettings, frame_cutter::FrameCutter, framing};
use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    memory,
    nmf::factorization::{Decomposition, FactorizationError, Frames, distinct_bases},
    preset::{LearnedBases, Tally},
    stft::{LatencyMode, Layout},
};
use std::ops::ControlFlow;

/// Frames that are drawn of a source for each mode, at most but for chance.
pub const MOST_FRAMES: usize = 12_000;
/// Share of the mean spectrum in each basis that is begun with: with none, bins next to 0 would take long to rise.
const MEAN_SHARE: f32 = 0.1;

/// Frames that are being drawn from recordings, for one block of bases.
pub struct FrameDraw {
    /// One frame is drawn of so many.
    interval: f64,
    seed: u64,
    /// Number of recordings so far.
    recordings: u64,
    /// In the order of [`LEARNED_MODES`].
    modes: [DrawnFrames; LEARNED_MODES.len()],
}

/// What was drawn for one mode.
struct DrawnFrames {
    layout: Layout,
    frames: Frames,
    /// Frames that sounded, drawn or not.
    heard: u64,
}

impl FrameDraw {
    /// Draws about `most` frames from recordings that sound for `seconds` together, for bases at `sample_rate` in Hz,
    /// which no recording may be below.
    ///
    /// # Errors
    /// If so many frames do not fit into memory.
    pub fn new(sample_rate: f64, seconds: f64, most: usize, seed: u64) -> Result<Self, LearnError> {
        let all = seconds * sample_rate / framing::stride(sample_rate) as f64;
        let interval = (all / most.max(1) as f64).max(1.0);
        let modes = LEARNED_MODES.map(|mode| {
            let layout = Layout::new(sample_rate, mode);
            DrawnFrames { frames: Frames { bins: layout.bins(), values: Vec::new() }, layout, heard: 0 }
        });
        let values: usize = modes.iter().map(|drawn| drawn.layout.bins()).sum::<usize>() * (all / interval) as usize;
        memory::ensure(values.saturating_mul(size_of::<f32>()))?;
        Ok(Self { interval, seed, recordings: 0, modes })
    }

    /// What cuts the next recording for [`hear`](Self::hear), as [`FrameCutter::new`] says.
    pub fn cutter(&mut self, sample_rate: u32, offsets: &[f32], peak: f32) -> FrameCutter {
        self.recordings += 1;
        let seed = self.seed.wrapping_add(self.recordings);
        FrameCutter::new(&LEARNED_MODES, sample_rate, offsets, peak).drawing(self.interval, seed)
    }

    /// Hears the next `samples`, indexed by `[channel][sample]`, of the recording that `cutter` cuts.
    pub fn hear(&mut self, cutter: &mut FrameCutter, samples: &[Vec<f32>]) {
        cutter.add(samples);
        self.draw(cutter);
    }

    /// Hears the end of the recording that `cutter` cuts.
    pub fn hear_end(&mut self, mut cutter: FrameCutter) {
        cutter.pad();
        self.draw(&mut cutter);
        for (index, drawn) in self.modes.iter_mut().enumerate() {
            drawn.heard += cutter.sounding(index);
        }
    }

    fn draw(&mut self, cutter: &mut FrameCutter) {
        for (index, drawn) in self.modes.iter_mut().enumerate() {
            while cutter.next_frame(index, &mut drawn.frames) {}
        }
    }
}

/// Learns a source from what was drawn of its recordings, in one block of bases or several. It begins with `start`, one
/// block that [`can_go_on`], or at random. `seconds` is how long the recordings last. `progress` is called with the
/// share done, 0 to 1, and cancels by breaking.
///
/// # Errors
/// If nothing sounds in the frames of a block, or if it is cancelled.
///
/// # Panics
/// If `start` has other bins than the frames.
pub fn learn_drawn(
    blocks: Vec<FrameDraw>,
    settings: &LearnSettings,
    start: Option<&LearnedBases>,
    seconds: f64,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<LearnedBases, LearnError> {
    let (count, per_block) = (blocks.len(), start.map_or(settings.components, |start| start.blocks()[0]));
    let mut found: [(Vec<f32>, Vec<f64>); LEARNED_MODES.len()] = Default::default();
    let mut layouts = None;
    for (done, block) in blocks.into_iter().enumerate() {
        layouts.get_or_insert_with(|| block.modes.each_ref().map(|drawn| drawn.layout.clone()));
        for (index, (drawn, (bases, weights))) in block.modes.into_iter().zip(&mut found).enumerate() {
            let known = start.and_then(|start| known_for(LEARNED_MODES[index], start.dictionaries()));
            let steps = (LEARNED_MODES.len() * count) as f32;
            let mut told = |share: f32| progress(((LEARNED_MODES.len() * done + index) as f32 + share) / steps);
            let (own, explained) = drawn.factorize(settings, known, &mut told)?;
            bases.extend(own);
            weights.extend(explained);
        }
    }
    let dictionary = |((bases, _), layout): (&(Vec<f32>, Vec<f64>), Layout)| Dictionary {
        frame: FrameSpec::of(&layout),
        training: Training { divergence: "kl".to_owned(), seed: settings.seed, iterations: settings.iterations },
        components: per_block * count,
        bins: layout.bins(),
        bases: bases.clone(),
        reconstruction: None,
    };
    let dictionaries: Vec<Dictionary> =
        found.iter().zip(layouts.ok_or(LearnError::NoRecording)?).map(dictionary).collect();
    let start = Tally::id_of(start.map_or(&dictionaries, LearnedBases::dictionaries));
    // One dictionary per mode, each with as many bases as the blocks have together.
    let mut learned = LearnedBases::new(dictionaries, vec![per_block; count]).expect("dictionaries fit their blocks");
    learned.tally = Some(Tally { start, seconds, weights: found.into_iter().map(|(_, weights)| weights).collect() });
    Ok(learned)
}

impl DrawnFrames {
    /// Bases, `[K, F]`, each summing to 1, and how much of what was heard each explains, `[K]`: a sum of magnitudes.
    fn factorize(
        self,
        settings: &LearnSettings,
        start: Option<&Dictionary>,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<(Vec<f32>, Vec<f64>), LearnError> {
        let LearnSettings { components, iterations, seed, .. } = *settings;
        if self.frames.values.iter().all(|value| *value == 0.0) {
            return Err(FactorizationError::Empty.into());
        }
        let bases = match start {
            Some(start) => self.broadened(&start.bases),
            None => distinct_bases(&self.frames, components, seed),
        };
        let held = vec![false; bases.len() / self.frames.bins];
        let decomposition = Decomposition { bases: &bases, held: &held, iterations, tolerance: 0.0 };
        let found = decomposition.run(&self.frames, progress)?;
        let scale = self.heard as f64 / self.frames.len() as f64;
        let mut weights = vec![0.0; held.len()];
        for h in found.activations.chunks_exact(held.len()) {
            weights.iter_mut().zip(h).for_each(|(sum, h)| *sum += scale * f64::from(*h));
        }
        Ok((found.bases, weights))
    }

    /// `bases`, `[K, F]`, with a share of the mean spectrum in each.
    fn broadened(&self, bases: &[f32]) -> Vec<f32> {
        let mut mean = vec![0.0_f64; self.frames.bins];
        for frame in self.frames.iter() {
            mean.iter_mut().zip(frame).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        let total: f64 = mean.iter().sum();
        let share = if total > 0.0 { MEAN_SHARE } else { 0.0 };
        let mixed = |(w, mean): (&f32, &f64)| w + share * ((mean / total.max(f64::MIN_POSITIVE)) as f32 - w);
        bases.chunks_exact(mean.len()).flat_map(|basis| basis.iter().zip(&mean).map(mixed)).collect()
    }
}

/// Whether [`learn_drawn`] can go on from `dictionaries` with recordings at `sample_rate` in Hz and above: they must be
/// those of [`LEARNED_MODES`], at a sample rate that is no higher.
pub fn can_go_on(dictionaries: &[Dictionary], sample_rate: u32) -> bool {
    let fits = |dictionary: &Dictionary| dictionary.frame.sample_rate <= f64::from(sample_rate);
    dictionaries.len() == LEARNED_MODES.len()
        && dictionaries.iter().all(fits)
        && LEARNED_MODES.iter().all(|mode| known_for(*mode, dictionaries).is_some())
}

/// The one of `dictionaries` that was learned in the frames of `mode`.
fn known_for(mode: LatencyMode, dictionaries: &[Dictionary]) -> Option<&Dictionary> {
    let is_of = |frame: &FrameSpec| FrameSpec::of(&Layout::new(frame.sample_rate, mode)) == *frame;
    dictionaries.iter().find(|dictionary| is_of(&dictionary.frame))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learner::{Lesson, learn},
        nmf::{divergence::kullback_leibler, kernels},
        recording::Recording,
    };
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const RATE: u32 = 8_000;
    const SETTINGS: LearnSettings =
        LearnSettings { components: 6, universal: false, iterations: 40, seed: 0, evidence_weight: 0.0 };

    /// Notes of eighths of a second, each a decaying tone and some noise, of a scale that rises with `place`.
    fn recording(seconds: usize, place: usize, rng: &mut Pcg64Mcg) -> Recording {
        let note = |rng: &mut Pcg64Mcg| {
            let hz = 200.0 * (1.0 + 0.35 * (place + rng.random_range(0..3)) as f32);
            let noise: Vec<f32> = (0..1_000).map(|_| rng.random_range(-0.01..0.01)).collect();
            let tone = move |n: usize| (std::f32::consts::TAU * hz * n as f32 / RATE as f32).sin();
            noise.into_iter().enumerate().map(move |(n, noise)| 0.3 * tone(n) * (-(n as f32) / 600.0).exp() + noise)
        };
        Recording { sample_rate: RATE, channels: vec![(0..8 * seconds).flat_map(|_| note(rng)).collect()] }
    }

    fn recordings() -> Vec<Recording> {
        let mut rng = Pcg64Mcg::seed_from_u64(3);
        (0..6).map(|place| recording(20, place, &mut rng)).collect()
    }

    /// What is drawn of `recordings`, which come in blocks.
    fn drawn(recordings: &[Recording], most: usize, seed: u64) -> FrameDraw {
        let seconds = recordings.iter().map(Recording::seconds).sum();
        let mut draw = FrameDraw::new(f64::from(RATE), seconds, most, seed).unwrap();
        for recording in recordings {
            let mut cutter = draw.cutter(RATE, &[0.0], recording.peak());
            for block in recording.channels[0].chunks(3_000) {
                draw.hear(&mut cutter, &[block.to_vec()]);
            }
            draw.hear_end(cutter);
        }
        draw
    }

    fn learned(draw: FrameDraw, start: Option<&LearnedBases>) -> LearnedBases {
        learn_drawn(vec![draw], &SETTINGS, start, 1.0, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    /// What the bases for short frames leave of `v` unexplained, as a share.
    fn divergence(v: &Frames, learned: &LearnedBases) -> f64 {
        let bases = &learned.dictionaries()[0].bases;
        let held = vec![true; bases.len() / v.bins];
        let decomposition = Decomposition { bases, held: &held, iterations: 100, tolerance: 1e-4 };
        let found = decomposition.run(v, &mut |_| ControlFlow::Continue(())).unwrap();
        let mut model = vec![0.0; v.bins];
        let frames = v.iter().zip(found.activations.chunks_exact(held.len()));
        let left = frames.map(|(frame, h)| {
            kernels::plain::weighted_sum(bases, h, &mut model);
            kullback_leibler(frame, &model)
        });
        left.sum::<f64>() / v.values.iter().map(|value| f64::from(*value)).sum::<f64>()
    }

    #[test]
    fn bases_of_drawn_frames_explain_all_frames_nearly_as_well_as_bases_of_all() {
        let recordings = recordings();
        let all = drawn(&recordings, usize::MAX, 0);
        let v = all.modes[0].frames.clone();
        let tenth = drawn(&recordings, v.len() / 10, 0);
        assert!(tenth.modes.iter().all(|drawn| drawn.frames.len().abs_diff(v.len() / 10) < v.len() / 100));
        let [of_all, of_tenth] = [all, tenth].map(|draw| divergence(&v, &learned(draw, None)));
        // As many frames from the beginning.
        let of_one = divergence(&v, &learned(drawn(&recordings[..1], v.len() / 10, 0), None));
        assert!(of_tenth < 1.1 * of_all, "{of_tenth} drawn, {of_all} of all");
        assert!(of_one > 1.5 * of_all, "{of_one} from the beginning, {of_all} of all");
    }

    #[test]
    fn what_fits_is_learned_from_as_from_a_recording_in_memory() {
        let recordings = recordings();
        let lesson = Lesson { recordings: &recordings[..2], settings: SETTINGS, known: &[], role: None };
        let whole = learn(&[lesson], &mut |_| ControlFlow::Continue(())).unwrap().remove(0);
        let all = drawn(&recordings[..2], 10_000, 0);
        let v = all.modes[0].frames.clone();
        let [of_draw, of_whole] = [learned(all, None), whole].map(|learned| divergence(&v, &learned));
        assert!((of_draw / of_whole - 1.0).abs() < 0.02, "{of_draw} drawn, {of_whole} in memory");
    }

    #[test]
    fn what_the_bases_explain_adds_up_to_what_was_heard() {
        let recordings = recordings();
        let sums = drawn(&recordings, usize::MAX, 0).modes.map(|drawn| drawn.frames.values.iter().sum::<f32>());
        for most in [usize::MAX, 600] {
            let tally = learned(drawn(&recordings, most, 0), None).tally.unwrap();
            for (weights, heard) in tally.weights.iter().zip(sums) {
                let share = weights.iter().sum::<f64>() / f64::from(heard);
                // All of it, or what a sample says of it.
                let margin = if most == 600 { 0.1 } else { 1e-3 };
                assert!((share - 1.0).abs() < margin, "{share} of what was heard");
            }
        }
    }

    #[test]
    fn what_is_begun_with_stays_in_its_place() {
        let recordings = recordings();
        let start = learned(drawn(&recordings[..3], 400, 0), None);
        let more = learned(drawn(&recordings[2..5], 400, 1), Some(&start));
        assert_eq!(more.tally.as_ref().unwrap().start, Tally::id_of(start.dictionaries()));
        let peak = |learned: &LearnedBases, k: usize| {
            let basis = learned.dictionaries()[0].basis(k);
            (0..basis.len()).max_by(|a, b| basis[*a].total_cmp(&basis[*b])).unwrap()
        };
        let same = (0..SETTINGS.components).filter(|k| peak(&start, *k).abs_diff(peak(&more, *k)) <= 1).count();
        assert!(same >= SETTINGS.components / 2, "{same} bases have kept their peaks");
    }

    #[test]
    fn the_bases_are_the_same_on_any_number_of_cores() {
        let recordings = recordings();
        let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let run = || learned(drawn(&recordings[..2], 300, 5), None);
        assert_eq!(single.install(run), run());
    }

    #[test]
    fn silence_is_an_error() {
        let silent = Recording { sample_rate: RATE, channels: vec![vec![0.0; 20_000]] };
        let draw = drawn(&[silent], 100, 0);
        let refused = learn_drawn(vec![draw], &SETTINGS, None, 1.0, &mut |_| ControlFlow::Continue(()));
        assert_eq!(refused, Err(LearnError::Factorization(FactorizationError::Empty)));
    }
}
