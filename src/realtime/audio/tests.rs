//! The audio half with a worker's end beside it.

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
}

impl Rig {
    fn new() -> Self {
        let (audio, worker) = connect();
        let requests = Arc::new(HostRequests::default());
        let audition = Arc::<HeldAudition>::default();
        let half = AudioHalf::new(audio, None, Arc::default(), requests.clone(), audition.clone());
        let mut rig = Self { half, worker, requests, audition };
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
