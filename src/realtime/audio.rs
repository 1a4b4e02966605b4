//! The audio half of a plugin instance: what belongs to the audio thread.

use crate::{
    automation::{Automation, Mover},
    engine::{AnalyzerSender, Capture, MAX_SOURCES, Separator},
    settings::{Settings, Transport},
    take_detector::TakeDetector,
    wires::{
        AudioEnd,
        audition::HeldAudition,
        cpu_meter::CpuTimer,
        host_requests::{FromHost, HostRequests},
        meters::Meters,
    },
};
use alloc::sync::Arc;
use core::time::Duration;

/// Plays: owns the separator while the plugin is active, and the audio thread's end of every wire.
///
/// The host's main thread builds it, activates and deactivates it and drops it, never while it plays.
pub struct AudioHalf {
    /// What plays; there while the plugin is active.
    active: Option<Active>,
    wires: AudioEnd,
    /// There while the plugin is not active; otherwise the separator has it.
    analyzer: Option<AnalyzerSender>,
    meters: Arc<Meters>,
    requests: Arc<HostRequests>,
    audition: Arc<HeldAudition>,
    takes: TakeDetector,
    cpu: CpuTimer,
}

struct Active {
    separator: Separator,
    automation: Automation,
    /// What is played is written here, to be learned from.
    capture: Arc<Capture>,
    /// The number of the activation.
    stream: u64,
    /// What is rendered offline is not changed by what somebody holds.
    offline: bool,
    /// The separation has failed: the input passes, delayed.
    has_failed: bool,
}

impl AudioHalf {
    /// One that does not play yet.
    pub fn new(
        wires: AudioEnd,
        analyzer: Option<AnalyzerSender>,
        meters: Arc<Meters>,
        requests: Arc<HostRequests>,
        audition: Arc<HeldAudition>,
    ) -> Self {
        Self {
            active: None,
            wires,
            analyzer,
            meters,
            requests,
            audition,
            takes: TakeDetector::default(),
            cpu: CpuTimer::default(),
        }
    }

    /// Main thread: frees a model that was built for an earlier activation.
    pub fn clear_models(&mut self) {
        self.wires.models.clear();
    }

    /// Main thread: `separator` plays from now on, and what is played goes to `capture`; `stream` is the number of the
    /// activation. An `offline` render is not timed, and nothing is auditioned in it.
    pub fn activate(&mut self, mut separator: Separator, capture: Arc<Capture>, stream: u64, offline: bool) {
        self.deactivate();
        separator.set_analyzer(self.analyzer.take());
        self.cpu = CpuTimer::new(separator.layout().sample_rate, offline);
        let automation = Automation::new(separator.control_delays());
        self.active = Some(Active { separator, automation, capture, stream, offline, has_failed: false });
    }

    /// Main thread: nothing plays from now on.
    pub fn deactivate(&mut self) {
        if let Some(mut active) = self.active.take() {
            self.analyzer = active.separator.set_analyzer(None);
        }
    }

    /// Audio thread: forgets what was heard.
    pub fn reset(&mut self) {
        if let Some(active) = &mut self.active {
            active.separator.reset();
            active.automation.reset();
        }
    }

    /// Audio thread: plays a block. The mixture in `main`, indexed by `[channel][sample]`, gives way to the main
    /// output; `sources`, indexed by `[source][channel][sample]`, are the sources' own outputs, an empty one where
    /// there is none. All channels have the same length. `host` is what is known of the host beside them.
    ///
    /// Gives how many samples are still heard after the input has ended, or `None` while the plugin is not active.
    pub fn process(
        &mut self,
        settings: &Settings,
        host: FromHost,
        transport: Transport,
        main: &mut [&mut [f32]],
        mut sources: [&mut [&mut [f32]]; MAX_SOURCES],
    ) -> Option<u32> {
        let Active { separator, automation, capture, stream, offline, has_failed } = self.active.as_mut()?;
        let wires = &mut self.wires;
        let learn = (settings.learn, host);
        self.takes.observe(learn, transport, *stream, capture.position(), |event| wires.takes.send(event));
        capture.write(main);
        if *has_failed {
            return self.pass(main, &mut sources);
        }
        exchange_models(separator, wires);
        separator.set_musical_time(transport.music.filter(|_| transport.playing));
        for (source, output) in sources.iter_mut().enumerate() {
            if !self.requests.hears(source) {
                output.iter_mut().for_each(|channel| channel.fill(0.0));
                *output = &mut [];
            }
        }
        let audition = self.audition.now().filter(|_| !*offline);
        separator.set_audition(audition.map(|audition| (audition, settings.audition_gain(audition))));
        let mut mover = automation.set(settings, host.automated);
        let (mut done, samples) = (0, main.first().map_or(0, |channel| channel.len()));
        while done < samples {
            let heard = automation.heard().unwrap_or(*settings).controls(separator.sources());
            match mover {
                Mover::Hand => separator.set_controls(&heard),
                Mover::Host => separator.automate(&heard),
            }
            mover = Mover::Host;
            let count = automation.due_in().unwrap_or(usize::MAX).min(samples - done);
            separator.process_part(main, &mut sources, done..done + count);
            automation.advance(count);
            done += count;
        }
        self.meters.write(separator.levels());
        // What went in comes out one latency later.
        Some(separator.latency_samples() as u32)
    }

    /// Audio thread: the separation of this block has failed; from here on until the next activation the input passes,
    /// delayed, and the sources' own outputs are silent. Arguments and result as for [`Self::process`].
    pub fn fail(&mut self, main: &mut [&mut [f32]], sources: &mut [&mut [&mut [f32]]]) -> Option<u32> {
        self.active.as_mut()?.has_failed = true;
        self.meters.set_failed();
        self.pass(main, sources)
    }

    /// Plays the delayed input.
    fn pass(&self, main: &mut [&mut [f32]], sources: &mut [&mut [&mut [f32]]]) -> Option<u32> {
        let Active { separator, capture, .. } = self.active.as_ref()?;
        let latency = separator.latency_samples();
        capture.play_delayed(latency, main);
        sources.iter_mut().flat_map(|output| output.iter_mut()).for_each(|channel| channel.fill(0.0));
        Some(latency as u32)
    }

    /// Audio thread: whether [`Self::time_block`] is to be told how long a block took.
    pub fn is_timed(&self) -> bool {
        self.cpu.is_running()
    }

    /// Audio thread: the block of `samples` samples that was just played took `spent`.
    pub fn time_block(&mut self, spent: Duration, samples: usize) {
        self.cpu.take(spent, samples, &self.meters.cpu);
    }
}

/// Sends back what `separator` no longer plays, and offers it what has come.
fn exchange_models(separator: &mut Separator, AudioEnd { models, .. }: &mut AudioEnd) {
    // The one that was displaced, and one that does not fit.
    if !models.can_retire(2) {
        return;
    }
    if let Some(model) = separator.take_retired() {
        models.retire(model);
    }
    if separator.is_ready_for_model()
        && let Some(model) = models.take_newest()
        // Built before the last activation, which made a model of its own.
        && let Err(misfit) = separator.offer_model(model)
    {
        models.retire(misfit);
    }
}

#[cfg(test)]
mod tests {
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
    fn nothing_plays_before_and_after_an_activation() {
        let mut rig = Rig::new();
        rig.half.deactivate();
        let played = rig.half.process(
            &Settings::unity(),
            FromHost::default(),
            Transport::default(),
            &mut [],
            Default::default(),
        );
        assert!(played.is_none());
        rig.activate();
        rig.play(&Settings::unity(), 1);
    }
}
