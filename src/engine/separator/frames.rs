//! The work of a frame: what begins it, its steps, and its end.

use super::{
    Division, MAX_SOURCES, Muting, Separator, SmoothedControls,
    analyzer::FinishedFrame,
    channel::{InputChannel, OutputChannel},
    levels::Levels,
    loops,
    schedule::{Step, Work},
};

impl Separator {
    /// Does the work that is due with the samples that have arrived.
    pub(super) fn advance(&mut self, listened: &[bool; MAX_SOURCES]) {
        let hop = self.layout.windows.hop;
        if self.layout.spread {
            self.work(self.filled);
        }
        if self.filled == hop {
            self.filled = 0;
            if self.layout.spread {
                self.publish();
            }
            self.begin_frame(listened);
            if !self.layout.spread {
                self.work(hop);
                self.publish();
            }
        }
    }

    /// Does the steps that are due after `filled` samples of the hop.
    fn work(&mut self, filled: usize) {
        while let Some(step) = self.schedule.next_due(filled, self.layout.windows.hop) {
            self.step(step);
        }
    }

    /// Plays the hop that was computed.
    fn publish(&mut self) {
        self.mains.iter_mut().chain(self.sources.iter_mut().flatten()).for_each(OutputChannel::publish);
    }

    /// A hop is complete: begins the work of the frame that ends with it.
    fn begin_frame(&mut self, listened: &[bool; MAX_SOURCES]) {
        self.models.begin_frame();
        let target = self.mean.finish(&SmoothedControls::of(&self.target), self.layout.windows.hop);
        let target = if self.fresh { SmoothedControls::of(&self.target) } else { target };
        let before = self.now;
        self.now.step(&target, if self.fresh { 1.0 } else { self.pace });
        self.now.auditioned = self.auditioning.begin_frame(&self.models, if self.fresh { 1.0 } else { self.pace });
        let before = if self.fresh { self.now } else { before };
        self.fresh = false;
        self.position += self.layout.windows.hop as u64;
        self.models.set_learning(self.position >= self.learns_from);
        self.inputs.iter_mut().for_each(InputChannel::shift);
        self.magnitudes.fill(0.0);
        self.power.fill(0.0);
        self.next_levels = Levels::default();
        let sources = self.models.sources();
        for (source, outputs) in self.sources.iter_mut().enumerate() {
            if source >= sources || !listened[source] {
                outputs.iter_mut().for_each(OutputChannel::reset);
            }
        }
        let rising = self.models.rising.as_ref();
        let division =
            self.transients.as_mut().map_or(Division::Whole, |transients| transients.look_for_onset(&self.inputs));
        self.is_divided = division != Division::Whole;
        if let Some(muting) = &mut self.muting {
            muting.set_gains(&self.now.gains[..sources]);
        }
        let work = Work {
            channels: self.inputs.len(),
            fading: rising.is_some(),
            hearing: [self.models.settled.uses_evidence(), rising.is_some_and(|model| model.uses_evidence())],
            division,
            mutes: self.muting.as_ref().is_some_and(Muting::is_needed),
            sources,
            listened,
        };
        self.schedule.begin(work, before);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Analyse(channel) => self.analyse(channel),
            Step::KeepMasks => {
                if let Some(transients) = &mut self.transients {
                    transients.keep_masks(&self.models);
                }
                self.models.keep_activations();
            }
            Step::AnalyseBefore(channel) => {
                if let Some(transients) = &mut self.transients {
                    transients.analyse(channel, &self.inputs[channel], &mut self.analysis);
                }
            }
            Step::Hear => self.models.settled.hear(&self.power),
            Step::HearRising => {
                if let Some(rising) = &mut self.models.rising {
                    rising.hear(&self.power);
                }
            }
            Step::Solve => self.models.settled.solve(&self.magnitudes, &self.now.priors()),
            Step::Mask => self.models.settled.mask_sources(&self.magnitudes, self.now.focus),
            Step::SolveRising => {
                if let Some(rising) = &mut self.models.rising {
                    rising.solve(&self.magnitudes, &self.now.priors());
                }
            }
            Step::MaskRising => {
                if let Some(rising) = &mut self.models.rising {
                    rising.mask_sources(&self.magnitudes, self.now.focus);
                }
            }
            Step::MuteBefore => self.compare_muted(true),
            Step::Mute => self.compare_muted(false),
            Step::WeighBefore(source) => self.weigh_before(source),
            Step::PlaySourceBefore(source, channel) => self.play_before(Some(source), channel),
            Step::Weigh(source) => self.weigh(source),
            Step::PlaySource(source, channel) => self.play_source(source, channel),
            Step::WeighMainBefore => self.weigh_main(true),
            Step::PlayMainBefore(channel) => self.play_before(None, channel),
            Step::WeighMain => self.weigh_main(false),
            Step::PlayMain(channel) => self.play_main(channel),
            Step::Finish => self.finish(),
        }
    }

    /// Computes the spectrum of a channel, and adds its magnitudes and its power to those of the others.
    fn analyse(&mut self, channel: usize) {
        let input = &mut self.inputs[channel];
        input.analyse(&mut self.analysis);
        loops::add_magnitudes(&input.spectrum, self.power_scale, &mut self.magnitudes, &mut self.power);
        if channel == 0 && self.inputs.len() == 2 {
            // So far the sum holds the left channel alone.
            self.models.settled.take_left(&self.magnitudes);
            if let Some(rising) = &mut self.models.rising {
                rising.take_left(&self.magnitudes);
            }
        }
    }

    fn finish(&mut self) {
        let frame = FinishedFrame {
            position: self.position,
            layout: &self.layout,
            models: &self.models,
            magnitudes: &self.magnitudes,
            // The main output's mask was computed last.
            weights: &self.mask,
            levels: &self.now,
            auditioning: &self.auditioning,
            clock: &self.clock,
        };
        self.analyzer.send(&frame);
        self.next_levels.output.rms = self.next_levels.output.rms.sqrt();
        if !self.first {
            self.next_levels.hold_peaks(&self.levels);
        }
        self.first = false;
        self.levels = self.next_levels;
        self.models.finish_frame();
    }
}
