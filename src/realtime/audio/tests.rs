//! The audio half with a worker's end of the wires, block by block.

use super::*;
use crate::{
    engine::{Audition, LatencyMode, Model, Preset},
    wires::{WorkerEnd, connect, takes::TakeEventKind},
};
use alloc::{boxed::Box, vec, vec::Vec};

const RATE: f64 = 48_000.0;

fn model(sources: usize, mode: LatencyMode) -> Box<Model> {
    Box::new(Model::new(&Preset::unsupervised(sources, 4), RATE, mode).unwrap())
}

/// An audio half that plays two sources in Live, and what stands around it.
struct Rig {
    half: AudioHalf,
    worker: WorkerEnd,
    requests: Arc<HostRequests>,
    audition: Arc<HeldAudition>,
    control: Arc<StretchControl>,
}

impl Rig {
    fn new() -> Self {
        let (audio, worker) = connect();
        let requests = Arc::new(HostRequests::default());
        let audition = Arc::<HeldAudition>::default();
        let control = Arc::<StretchControl>::default();
        let half = AudioHalf::new(audio, None, Arc::default(), requests.clone(), audition.clone(), control.clone());
        let mut rig = Self { half, worker, requests, audition, control };
        rig.activate();
        rig
    }

    fn activate(&mut self) {
        let separator = Separator::new(model(2, LatencyMode::Live), 1);
        self.half.activate(separator, Arc::new(Capture::new(RATE, 1)), 1, false);
    }

    /// Plays blocks of 480 samples.
    fn play(&mut self, settings: &Settings, blocks: usize) {
        for _ in 0..blocks {
            let mut samples = vec![0.1; 480];
            let played = self.half.process(
                settings,
                FromHost::default(),
                Transport::default(),
                &mut [&mut samples],
                Default::default(),
            );
            assert!(played.is_some());
        }
    }

    fn sources(&self) -> usize {
        self.half.active.as_ref().unwrap().separator.sources()
    }
}

#[test]
fn the_newest_model_fades_in_and_the_displaced_ones_go_back() {
    let mut rig = Rig::new();
    for sources in 3..=5 {
        rig.worker.send_model(model(sources, LatencyMode::Live));
    }
    rig.play(&Settings::unity(), 1);
    assert_eq!(rig.sources(), 5);
    // The next one waits for the end of the fade.
    rig.worker.send_model(model(6, LatencyMode::Live));
    rig.play(&Settings::unity(), 1);
    assert_eq!(rig.sources(), 5);
    rig.play(&Settings::unity(), 20);
    assert_eq!(rig.sources(), 6);
    assert!(!rig.half.wires.models.can_retire(16), "the first model is on its way back");
    rig.worker.free_retired();
    assert!(rig.half.wires.models.can_retire(16));
}

#[test]
fn a_model_of_another_mode_goes_back_unplayed() {
    let mut rig = Rig::new();
    rig.worker.send_model(model(3, LatencyMode::Quality));
    rig.play(&Settings::unity(), 1);
    assert_eq!(rig.sources(), 2);
    assert!(!rig.half.wires.models.can_retire(16));
}

#[test]
fn a_worker_that_frees_nothing_stops_no_sound() {
    let mut rig = Rig::new();
    for _ in 0..30 {
        rig.worker.send_model(model(3, LatencyMode::Live));
        rig.play(&Settings::unity(), 12);
    }
    assert!(!rig.half.wires.models.can_retire(2) && rig.half.wires.models.can_retire(1));
}

#[test]
fn an_output_that_nobody_hears_is_silent() {
    let mut rig = Rig::new();
    rig.requests.set_listeners(0b01);
    let mut outputs = [vec![1.0; 4_800], vec![1.0; 4_800]];
    let [first, second] = &mut outputs;
    let (mut first, mut second) = ([&mut first[..]], [&mut second[..]]);
    let mut sources: [&mut [&mut [f32]]; MAX_SOURCES] = Default::default();
    sources[0] = &mut first;
    sources[1] = &mut second;
    let mut samples: Vec<f32> = (0..4_800).map(|n| (n % 37) as f32 / 37.0).collect();
    rig.half
        .process(&Settings::unity(), FromHost::default(), Transport::default(), &mut [&mut samples], sources)
        .unwrap();
    assert!(outputs[0][4_000..].iter().any(|sample| *sample != 0.0));
    assert!(outputs[1].iter().all(|sample| *sample == 0.0));
}

/// The last samples of the main output and of the second source's own, while `audition` is held.
fn last_samples(audition: Option<Audition>, offline: bool) -> [Vec<f32>; 2] {
    let mut rig = Rig::new();
    let separator = Separator::new(model(2, LatencyMode::Live), 1);
    rig.half.activate(separator, Arc::new(Capture::new(RATE, 1)), 1, offline);
    rig.requests.set_listeners(u8::MAX);
    rig.audition.set(audition);
    let mut main: Vec<f32> = (0..9_600).map(|n| (n % 37) as f32 / 37.0).collect();
    let mut own = vec![0.0; 9_600];
    for (main, own) in main.chunks_mut(480).zip(own.chunks_mut(480)) {
        let (mut own, mut sources): (_, [&mut [&mut [f32]]; MAX_SOURCES]) = ([own], Default::default());
        sources[1] = &mut own;
        let (host, transport) = (FromHost::default(), Transport::default());
        rig.half.process(&Settings::unity(), host, transport, &mut [main], sources).unwrap();
    }
    [main, own].map(|mut samples| samples.split_off(4_800))
}

#[test]
fn what_is_held_alone_is_heard_but_not_in_an_offline_render() {
    let [plain, own] = last_samples(None, false);
    let [held, _] = last_samples(Some(Audition::Source(1)), false);
    assert!(plain.iter().zip(&own).any(|(plain, own)| (plain - own).abs() > 0.1));
    assert!(held.iter().zip(&own).all(|(held, own)| (held - own).abs() < 1e-4));
    assert_eq!(last_samples(Some(Audition::Source(2)), false)[0], plain, "there is no third source");
    assert_eq!(last_samples(Some(Audition::Source(1)), true)[0], plain);
}

#[test]
fn a_learn_switch_says_where_in_the_capture_its_take_begins() {
    let mut rig = Rig::new();
    rig.play(&Settings::unity(), 3);
    let mut learning = Settings::unity();
    learning.learn[1] = true;
    rig.play(&learning, 1);
    let event = rig.worker.next_event().unwrap();
    assert_eq!((event.position, event.kind), (3 * 480, TakeEventKind::LearnOn(1)));
    assert!(rig.worker.next_event().is_none());
}

#[test]
fn after_a_failure_the_input_passes_delayed_until_the_next_activation() {
    let mut rig = Rig::new();
    let latency = rig.half.active.as_ref().unwrap().separator.latency_samples();
    let input: Vec<f32> = (0..4_800).map(|n| (n % 37) as f32 / 37.0).collect();
    let mut heard = Vec::new();
    for (block, samples) in input.chunks(480).enumerate() {
        let (mut main, mut own) = (samples.to_vec(), vec![1.0; 480]);
        let mut own = [&mut own[..]];
        if block == 4 {
            // The separation fails after it has taken the input in.
            let capture = rig.half.active.as_ref().unwrap().capture.clone();
            capture.write(&[&mut main]);
            main.fill(f32::NAN);
            assert_eq!(rig.half.fail(&mut [&mut main], &mut [&mut own]), Some(latency as u32));
        } else {
            let mut sources: [&mut [&mut [f32]]; MAX_SOURCES] = Default::default();
            sources[0] = &mut own;
            let (set, transport) = (FromHost::default(), Transport::default());
            rig.half.process(&Settings::unity(), set, transport, &mut [&mut main], sources).unwrap();
        }
        assert!(block < 4 || own[0].iter().all(|sample| *sample == 0.0));
        heard.extend(main);
    }
    let errors = input.iter().zip(&heard[latency..]).map(|(input, heard)| (input - heard).abs());
    assert!(errors.fold(0.0, f32::max) < 1e-5);
    assert!(rig.half.meters.take_failure() && !rig.half.meters.take_failure());
    rig.activate();
    assert!(!rig.half.active.as_ref().unwrap().has_failed);
}

#[test]
fn without_a_separation_the_input_passes_from_the_first_sample_on() {
    let mut rig = Rig::new();
    rig.half.pass_input();
    let latency = rig.half.active.as_ref().unwrap().separator.latency_samples();
    let input: Vec<f32> = (0..4_800).map(|n| (n % 37) as f32 / 37.0).collect();
    let mut heard = input.clone();
    let (settings, host) = (Settings::unity(), FromHost::default());
    let played =
        rig.half.process(&settings, host, Transport::default(), &mut [&mut heard], Default::default()).unwrap();
    assert_eq!((played as usize, &heard[latency..]), (latency, &input[..4_800 - latency]));
    assert!(!rig.half.meters.take_failure(), "it is said by whoever activates");
}

#[test]
fn nothing_plays_before_and_after_an_activation() {
    let mut rig = Rig::new();
    rig.half.deactivate();
    let played =
        rig.half.process(&Settings::unity(), FromHost::default(), Transport::default(), &mut [], Default::default());
    assert!(played.is_none());
    rig.activate();
    rig.play(&Settings::unity(), 1);
}

/// A tone of a stretch and the tone that comes in, and where they are.
fn tone(hz: f32, n: usize) -> f32 {
    0.3 * (core::f32::consts::TAU * hz * n as f32 / RATE as f32).sin()
}

const INPUT_HZ: f32 = 250.0;
const STRETCH_HZ: f32 = 1_000.0;

impl Rig {
    /// The worker leaves a second of a tone as stretch `number`.
    fn send_stretch(&self, number: u64) {
        let channels = vec![(0..48_000).map(|n| tone(STRETCH_HZ, n)).collect()];
        let sound = crate::wires::stretch::FrozenSound { stretch: number, sample_rate: RATE, channels };
        self.worker.send_stretch(Box::new(sound));
    }

    /// Plays the other tone in blocks of 480 samples; gives what is heard, and what the last call said of the tail.
    fn hear(&mut self, from: usize, blocks: usize) -> (Vec<f32>, u32) {
        let (mut heard, mut tail) = (Vec::new(), 0);
        for block in 0..blocks {
            let mut samples: Vec<f32> = (0..480).map(|n| tone(INPUT_HZ, from + 480 * block + n)).collect();
            let (host, transport) = (FromHost::default(), Transport::default());
            let main = &mut [&mut samples[..]];
            tail = self.half.process(&Settings::unity(), host, transport, main, Default::default()).unwrap();
            heard.extend(samples);
        }
        (heard, tail)
    }
}

/// How much of `hz` is in `samples`, as an amplitude.
fn amplitude(samples: &[f32], hz: f32) -> f32 {
    let part = |phase: f32| {
        let wave = |n: usize| (core::f32::consts::TAU * hz * n as f32 / RATE as f32 + phase).sin();
        samples.iter().enumerate().map(|(n, sample)| sample * wave(n)).sum::<f32>() * 2.0 / samples.len() as f32
    };
    part(0.0).hypot(part(core::f32::consts::FRAC_PI_2))
}

#[test]
fn a_stretch_that_nobody_wants_changes_no_bit() {
    let (mut plain, mut other) = (Rig::new(), Rig::new());
    other.send_stretch(1);
    other.control.seek(0.3);
    assert_eq!(plain.hear(0, 40), other.hear(0, 40));
    other.control.play(2, 0.0);
    assert_eq!(plain.hear(19_200, 40), other.hear(19_200, 40), "another one is wanted");
}

#[test]
fn a_stretch_that_is_wanted_is_heard_in_a_loop_without_a_click_and_then_the_input_again() {
    let mut rig = Rig::new();
    rig.send_stretch(4);
    rig.control.play(4, 0.0);
    // Two rounds and a half.
    let (heard, tail) = rig.hear(0, 250);
    let settled = &heard[4_800..];
    assert_eq!(tail, u32::MAX, "it goes on without input");
    assert!((amplitude(settled, STRETCH_HZ) - 0.3).abs() < 0.02, "{}", amplitude(settled, STRETCH_HZ));
    assert!(amplitude(&heard[4_800..43_200], INPUT_HZ) < 1e-3);
    let step = |samples: &[f32]| samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    let steepest = 0.3 * core::f32::consts::TAU * STRETCH_HZ / RATE as f32;
    assert!(step(&heard) < 1.1 * steepest, "a seam would be steeper: {} and {steepest}", step(&heard));
    let latency = rig.half.active.as_ref().unwrap().separator.latency_samples();
    let at = (250 * 480 - latency) % (48_000 - 384);
    assert!((rig.control.place() - at as f64 / RATE).abs() < 0.01, "{}", rig.control.place());
    rig.control.seek(0.2);
    rig.hear(120_000, 10);
    assert!((rig.control.place() - 0.3).abs() < 0.01, "{}", rig.control.place());
    rig.control.stop();
    let (heard, tail) = rig.hear(124_800, 40);
    assert_eq!(tail, latency as u32);
    assert!(step(&heard) < 1.1 * steepest);
    assert!(amplitude(&heard[4_800..], STRETCH_HZ) < 1e-3 && amplitude(&heard[4_800..], INPUT_HZ) > 0.28);
    // Wanted once more, it is sent once more.
    rig.control.play(4, 0.0);
    rig.hear(0, 1);
    assert!(rig.half.stretch.place(0).is_none(), "it has gone back");
}

#[test]
fn what_is_learned_from_is_what_came_in() {
    let mut rig = Rig::new();
    rig.send_stretch(1);
    rig.control.play(1, 0.0);
    rig.hear(0, 100);
    let capture = rig.half.active.as_ref().unwrap().capture.clone();
    let captured = capture.read(0..48_000).unwrap();
    assert!(captured.channels[0].iter().enumerate().all(|(n, sample)| *sample == tone(INPUT_HZ, n)));
}

#[test]
fn an_offline_render_a_reset_a_failure_and_another_stream_play_no_stretch() {
    let mut rig = Rig::new();
    let separator = || Separator::new(model(2, LatencyMode::Live), 1);
    rig.half.activate(separator(), Arc::new(Capture::new(RATE, 1)), 1, true);
    rig.send_stretch(1);
    rig.control.play(1, 0.0);
    let plain = Rig::new().hear(0, 40);
    assert_eq!(rig.hear(0, 40), plain, "offline");
    rig.half.activate(separator(), Arc::new(Capture::new(RATE, 1)), 2, false);
    assert_eq!(rig.control.wanted(), None, "another activation");
    rig.send_stretch(2);
    rig.control.play(2, 0.0);
    rig.hear(0, 2);
    assert!(rig.half.stretch.place(0).is_some());
    rig.half.reset();
    assert_eq!((rig.control.wanted(), rig.half.stretch.place(0)), (None, None), "the host begins anew");
    let channels = vec![vec![0.1; 44_100]];
    let sound = crate::wires::stretch::FrozenSound { stretch: 3, sample_rate: 44_100.0, channels };
    rig.worker.send_stretch(Box::new(sound));
    rig.control.play(3, 0.0);
    rig.hear(0, 2);
    assert_eq!((rig.control.wanted(), rig.half.stretch.place(0)), (None, None), "it was made for another rate");
    rig.send_stretch(4);
    rig.control.play(4, 0.0);
    rig.hear(0, 2);
    rig.half.fail(&mut [&mut [0.0; 480]], &mut []);
    assert_eq!(rig.control.wanted(), None, "a failure");
}

#[test]
fn a_worker_that_frees_no_stretch_loses_none() {
    let mut rig = Rig::new();
    for number in 1..40 {
        rig.send_stretch(number);
        rig.control.play(number, 0.0);
        rig.hear(0, 3);
    }
    rig.control.stop();
    rig.hear(0, 3);
    rig.worker.free_retired();
    rig.send_stretch(50);
    rig.control.play(50, 0.0);
    rig.hear(0, 3);
    assert!(rig.half.stretch.place(0).is_some(), "there is room again");
}
