//! A search for settings: what of the recordings it uses for what, and that its result depends on the seed alone.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use unbraid_engine::{
    learner::{self, LearnSettings, Lesson},
    preset::Kind,
    recording::Recording,
    separator::LatencyMode,
    tuning::{
        BracketCount, MaterialError, MaterialFault, SearchSpace, Shard, TrialError, TrialResult, TrialResults,
        TrialStage, Tunable, Tuner, TuningAxis, TuningListener, TuningOutcome, TuningPlan, TuningSettings,
        TuningSource,
    },
};

const RATE: u32 = 8_000;
const WHOLE: Shard = Shard { index: 0, count: 1 };

/// Keeps what is finished, and stops after so many.
struct Keeper {
    finished: Mutex<Vec<TrialResult>>,
    stops_after: usize,
    shares: Mutex<Vec<f32>>,
    count: AtomicUsize,
}

impl Keeper {
    fn new(stops_after: usize) -> Self {
        let (finished, shares) = (Mutex::default(), Mutex::default());
        Self { finished, stops_after, shares, count: AtomicUsize::new(0) }
    }
}

impl TuningListener for Keeper {
    fn finished(&self, result: &TrialResult) -> ControlFlow<()> {
        self.finished.lock().unwrap().push(result.clone());
        let count = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if count >= self.stops_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn progress(&self, share: f32) -> ControlFlow<()> {
        self.shares.lock().unwrap().push(share);
        ControlFlow::Continue(())
    }
}

/// Six seconds of short notes at random, of so many pitches from `low` Hz on.
fn melody(low: f64, pitches: u32, seed: u32) -> Recording {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let mut samples = Vec::new();
    while samples.len() < 6 * RATE as usize {
        let hz = low * f64::from(2.0_f32).powf(f64::from(next() % pitches) / 6.0);
        samples.extend((0..RATE / 8).map(|n| {
            let time = f64::from(n) / f64::from(RATE);
            let tone = |harmonic: f64| (std::f64::consts::TAU * harmonic * hz * time).sin() / harmonic;
            (0.2 * (tone(1.0) + tone(2.0) + tone(3.0)) * (-8.0 * time).exp()) as f32
        }));
    }
    Recording { sample_rate: RATE, channels: vec![samples] }
}

fn sources() -> Vec<TuningSource> {
    let source = |name: &str, recordings: Vec<Recording>| TuningSource {
        name: name.to_owned(),
        recordings,
        finds_bases: false,
        role: None,
    };
    vec![source("low", vec![melody(150.0, 7, 1), melody(160.0, 5, 2)]), source("high", vec![melody(330.0, 7, 3)])]
}

fn plan(trials: usize, axes: &[(Tunable, &[f64])]) -> TuningPlan {
    let axes = axes.iter().map(|(tunable, values)| TuningAxis { tunable: *tunable, values: values.to_vec() });
    let defaults = TuningSettings { mode: LatencyMode::Live, iterations: 20, ..TuningSettings::defaults(vec![2, 2]) };
    let space = SearchSpace { defaults, axes: axes.collect() };
    TuningPlan { space, trials, mixtures: 8, seconds: 1.0, seed: 7 }
}

/// Two brackets over bases and focus.
fn small_plan() -> TuningPlan {
    let axes: [(Tunable, &[f64]); 3] = [
        (Tunable::Components(0), &[1.0, 2.0, 5.0, 8.0]),
        (Tunable::Components(1), &[1.0, 2.0, 5.0, 8.0]),
        (Tunable::Focus, &[1.0, 1.5, 2.0]),
    ];
    plan(14, &axes)
}

fn run(tuner: &Tuner, shard: Shard) -> TrialResults {
    tuner.run(shard, TrialResults::default(), &Keeper::new(usize::MAX)).unwrap()
}

fn on_threads<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

#[test]
fn threads_and_shards_make_no_difference_to_the_bit() {
    let whole = on_threads(1, || run(&Tuner::new(sources(), small_plan()).unwrap(), WHOLE));
    assert_eq!(on_threads(4, || run(&Tuner::new(sources(), small_plan()).unwrap(), WHOLE)), whole);
    let mut together = TrialResults::default();
    for index in [2, 0, 1] {
        let shard = Shard { index, count: 3 };
        let own = on_threads(2, || run(&Tuner::new(sources(), small_plan()).unwrap(), shard));
        own.iter().for_each(|result| together.add(result));
    }
    assert_eq!(together, whole);
    let other = TuningPlan { seed: 8, ..small_plan() };
    assert_ne!(run(&Tuner::new(sources(), other).unwrap(), WHOLE), whole);
}

#[test]
fn a_search_that_was_stopped_goes_on_and_repeats_nothing() {
    let whole = run(&Tuner::new(sources(), small_plan()).unwrap(), WHOLE);
    let keeper = Keeper::new(5);
    let stopped = Tuner::new(sources(), small_plan()).unwrap().run(WHOLE, TrialResults::default(), &keeper);
    assert_eq!(stopped, Err(TrialError::Stopped));
    let mut known = TrialResults::default();
    keeper.finished.into_inner().unwrap().into_iter().for_each(|result| known.add(result));
    let before = known.len();
    assert!((5..whole.len()).contains(&before));
    let keeper = Keeper::new(usize::MAX);
    assert_eq!(Tuner::new(sources(), small_plan()).unwrap().run(WHOLE, known, &keeper), Ok(whole.clone()));
    assert_eq!(keeper.finished.into_inner().unwrap().len(), whole.len() - before);
    let shares = keeper.shares.into_inner().unwrap();
    assert!(shares[0] > 0.0, "what is known counts as done");
    assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)) && shares.last() == Some(&1.0));
}

#[test]
fn other_last_thirds_change_the_report_and_no_figure_of_the_choice() {
    let before = run(&Tuner::new(sources(), small_plan()).unwrap(), WHOLE);
    let mut others = sources();
    for recording in others.iter_mut().flat_map(|source| &mut source.recordings) {
        let last = 2 * recording.len() / 3;
        let other = melody(220.0, 3, 9);
        recording.channels[0][last..].copy_from_slice(&other.channels[0][last..]);
    }
    let changed = run(&Tuner::new(others, small_plan()).unwrap(), WHOLE);
    assert_eq!(changed.len(), before.len());
    for (a, b) in before.iter().zip(changed.iter()) {
        assert_eq!((a.trial, a.stage), (b.trial, b.stage));
        assert_eq!(a.scores == b.scores, a.stage != TrialStage::HeldOut, "trial {} {:?}", a.trial, a.stage);
    }
}

/// The second block is other notes than the first and the last: what was learned without it does not know it.
#[test]
fn what_is_learned_from_is_not_what_is_mixed() {
    let sdrs = |change: bool| {
        let mut sources = sources();
        sources[0].recordings.truncate(1);
        for recording in sources.iter_mut().flat_map(|source| &mut source.recordings).filter(|_| change) {
            let (start, end) = (2 * recording.len() / 9, 4 * recording.len() / 9);
            let other = melody(1_100.0, 7, 11);
            recording.channels[0][start..end].copy_from_slice(&other.channels[0][start..end]);
        }
        let results = run(&Tuner::new(sources, plan(2, &[(Tunable::Components(0), &[2.0, 8.0])])).unwrap(), WHOLE);
        let scores = results.of(1, TrialStage::Rung(0)).unwrap().to_vec();
        let mean = |block: usize| scores[block].iter().map(|score| score.sdr).sum::<f64>() / scores[block].len() as f64;
        [0, 1, 2].map(mean)
    };
    let (as_it_was, changed) = (sdrs(false), sdrs(true));
    assert!(changed[1] < as_it_was[1] - 3.0, "{changed:.1?} {as_it_was:.1?}");
    assert!(changed[1] < changed[0] - 2.0 && changed[1] < changed[2] - 2.0, "{changed:.1?}");
}

#[test]
fn a_setting_that_helps_is_chosen_and_helps_where_nothing_was_chosen_by() {
    let axes: [(Tunable, &[f64]); 2] =
        [(Tunable::Components(0), &[1.0, 2.0, 12.0]), (Tunable::Components(1), &[1.0, 2.0, 12.0])];
    let plan = plan(9, &axes);
    let tuner = Tuner::new(sources(), plan.clone()).unwrap();
    let results = run(&tuner, WHOLE);
    let outcome = TuningOutcome::of(&plan, &results).unwrap();
    // Seven pitches and the decay of each need more than two bases.
    assert_eq!(outcome.chosen().settings.components, [12, 12]);
    assert!(outcome.chosen().gain.mean_db > 1.0, "{:?}", outcome.chosen().gain);
    let held_out = &outcome.held_out;
    assert!(held_out.gain.is_gain() && held_out.gain.mean_db > 1.0, "{:?}", held_out.gain);
    assert_eq!(outcome.brackets, BracketCount { unfinished: 0, all: 2 });
    assert!(outcome.defaults().is_worse());
    let preset = tuner.preset(&outcome.chosen().settings, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(preset.sources.iter().map(|source| source.components()).collect::<Vec<_>>(), [12, 12]);
    assert_eq!(preset.sources[0].dictionaries().len(), 2, "for all modes");
}

#[test]
fn the_defaults_are_kept_where_nothing_makes_a_difference() {
    // No base moves, so its memory is used for nothing.
    let plan = plan(4, &[(Tunable::Memory, &[4.0, 6.0, 8.0, 10.0])]);
    let results = run(&Tuner::new(sources(), plan.clone()).unwrap(), WHOLE);
    let outcome = TuningOutcome::of(&plan, &results).unwrap();
    assert_eq!((outcome.chosen, outcome.best().trial), (0, 0));
    assert!(outcome.trials.iter().all(|trial| !trial.is_worse() && trial.gain.mean_db == 0.0));
    assert_eq!(TuningOutcome::of(&plan, &TrialResults::default()), None);
}

#[test]
fn sources_that_find_their_bases_are_tuned_too() {
    let mut sources = sources();
    sources[1].finds_bases = true;
    let axes: [(Tunable, &[f64]); 3] =
        [(Tunable::Components(1), &[3.0, 6.0]), (Tunable::Memory, &[1.0, 10.0]), (Tunable::Drift, &[0.0, 1.0])];
    let plan = TuningPlan { seconds: 5.0, mixtures: 8, ..plan(8, &axes) };
    let tuner = Tuner::new(sources, plan).unwrap();
    assert_eq!(tuner.mixture_len(), 5 * RATE as usize, "passages go round");
    let results = run(&tuner, WHOLE);
    let of = |trial: usize| results.of(trial, TrialStage::Rung(0)).unwrap();
    let trials = tuner.trials();
    let differing = (1..trials.len()).filter(|trial| of(*trial) != of(0)).count();
    assert_eq!(differing, trials.len() - 1, "every setting makes a difference here");
    let settings = TuningSettings { drift: true, ..trials[0].clone() };
    let preset = tuner.preset(&settings, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!([preset.sources[0].kind(), preset.sources[1].kind()], [Kind::Drifting, Kind::Adaptive]);
}

#[test]
fn recordings_of_different_sample_rates_are_learned_from_as_they_are() {
    let mut sources = sources();
    sources[1].recordings = vec![sources[1].recordings[0].resampled(11_025).unwrap()];
    let plan = plan(2, &[(Tunable::Focus, &[1.0, 1.5])]);
    let tuner = Tuner::new(sources.clone(), plan.clone()).unwrap();
    assert_eq!(tuner.mixture_len(), 11_025, "a second at the higher rate");
    let results = run(&tuner, WHOLE);
    let outcome = TuningOutcome::of(&plan, &results).unwrap();
    assert!(outcome.defaults().summary.mean.sdr > 3.0, "{:?}", outcome.defaults().summary);
    // As `learn` does it.
    let preset = tuner.preset(&outcome.defaults().settings, &mut |_| ControlFlow::Continue(())).unwrap();
    let settings = LearnSettings { components: 2, iterations: 20, seed: 7, ..LearnSettings::default() };
    let lessons: Vec<Lesson<'_>> = sources
        .iter()
        .map(|source| Lesson { recordings: &source.recordings, settings, known: &[], role: None })
        .collect();
    let learned = learner::learn(&lessons, &mut |_| ControlFlow::Continue(())).unwrap();
    for (source, bases) in preset.sources.iter().zip(&learned) {
        assert_eq!(source.dictionaries(), bases.dictionaries());
    }
}

#[test]
fn a_passage_in_which_nothing_sounds_does_not_end_the_search() {
    let mut sources = sources();
    // A hit in each of the parts, and nothing in between.
    for channel in sources[1].recordings.iter_mut().flat_map(|recording| &mut recording.channels) {
        let part = channel.len() * 2 / 9;
        let sounds = |n: usize| (n % part) / 400 == 5;
        channel.iter_mut().enumerate().filter(|(n, _)| !sounds(*n)).for_each(|(_, sample)| *sample = 0.0);
    }
    let plan = TuningPlan { seconds: 0.08, mixtures: 24, ..plan(2, &[(Tunable::Focus, &[1.0, 1.5])]) };
    let results = run(&Tuner::new(sources.clone(), plan.clone()).unwrap(), WHOLE);
    assert!(TuningOutcome::of(&plan, &results).is_some());
    // Channels that cancel each other cannot be scored: that is said before the search.
    let mono = sources[0].recordings[0].channels[0].clone();
    sources[0].recordings[0].channels.push(mono.iter().map(|x| -x).collect());
    let refused = Tuner::new(sources, plan).err().unwrap();
    assert!(
        matches!(&refused, MaterialError::Recording { number: 1, fault: MaterialFault::Silent { .. }, .. }),
        "{refused}"
    );
}
