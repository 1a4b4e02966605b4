//! The audio half of a plugin instance: what belongs to the audio thread.

use crate::{
    automation::{Automation, Mover},
    engine::{AnalyzerSender, Capture, MAX_SOURCES, Separator},
    settings::{Settings, Transport},
    stretch_loop::StretchLoop,
    take_detector::TakeDetector,
    wires::{
        AudioEnd,
        audition::HeldAudition,
        cpu_meter::CpuTimer,
        host_requests::{FromHost, HostRequests},
        meters::Meters,
        stretch::StretchControl,
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
    /// A frozen stretch that is heard in the place of the input, and what says so.
    stretch: StretchLoop,
    stretch_control: Arc<StretchControl>,
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
        stretch_control: Arc<StretchControl>,
    ) -> Self {
        Self {
            active: None,
            wires,
            analyzer,
            meters,
            requests,
            audition,
            stretch: StretchLoop::default(),
            stretch_control,
            takes: TakeDetector::default(),
            cpu: CpuTimer::default(),
        }
    }

    /// Main thread: frees what was made for an earlier activation.
    pub fn clear_models(&mut self) {
        self.wires.models.clear();
        self.wires.stretch.clear();
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

    /// Main thread: the input passes until the next activation, delayed by the latency of what was activated: there is
    /// nothing that could separate it.
    pub fn pass_input(&mut self) {
        if let Some(active) = &mut self.active {
            active.has_failed = true;
        }
    }

    /// Main thread: nothing plays from now on.
    pub fn deactivate(&mut self) {
        self.stretch_control.stop();
        self.stretch.drop_sound();
        if let Some(mut active) = self.active.take() {
            self.analyzer = active.separator.set_analyzer(None);
        }
    }

    /// Audio thread: forgets what was heard. The host begins to process anew: no frozen stretch is heard.
    pub fn reset(&mut self) {
        self.stretch_control.stop();
        self.stretch.end_at_once();
        if let Some(active) = &mut self.active {
            active.separator.reset();
            active.automation.reset();
        }
    }

    /// Audio thread: plays a block. The mixture in `main`, indexed by `[channel][sample]`, gives way to the main
    /// output; `sources`, indexed by `[source][channel][sample]`, are the sources' own outputs, an empty one where
    /// there is none. All channels have the same length. `host` is what is known of the host beside them.
    ///
    /// While a frozen stretch is to be heard it takes the place of the mixture, but for what is learned from: that is
    /// what came in. An `offline` render never plays it.
    ///
    /// Gives how many samples are still heard after the input has ended, without end [`u32::MAX`], or `None` while the
    /// plugin is not active.
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
        let (rate, control) = (separator.layout().sample_rate, &self.stretch_control);
        let wanted = || control.wanted().filter(|_| !*offline);
        let is_looped = self.stretch.begin_block(wanted, rate, control, &mut wires.stretch);
        if is_looped {
            self.stretch.play(main);
        }
        // The loop is no music of the host's, and what follows the mixture does not learn from it.
        separator.hold_learning(is_looped);
        separator.set_musical_time(transport.music.filter(|_| transport.playing && !is_looped));
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
        let latency = separator.latency_samples();
        if let Some(place) = self.stretch.place(latency).filter(|_| is_looped) {
            self.stretch_control.set_place(place as f64 / rate);
            return Some(u32::MAX);
        }
        // What went in comes out one latency later.
        Some(latency as u32)
    }

    /// Audio thread: the separation of this block has failed; from here on until the next activation the input passes,
    /// delayed, and the sources' own outputs are silent. Arguments and result as for [`Self::process`].
    pub fn fail(&mut self, main: &mut [&mut [f32]], sources: &mut [&mut [&mut [f32]]]) -> Option<u32> {
        self.pass_input();
        self.stretch_control.stop();
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
mod tests;
