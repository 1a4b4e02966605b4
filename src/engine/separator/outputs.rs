//! The outputs of a frame: the sources' own and the main one. Masks are weighted by gains and applied to the spectra.

use super::{Separator, channel::InputChannel, levels::Level, loops};

impl Separator {
    /// Adds `weight` times the mask of `source`, mixed during a fade, to the weighted mask.
    fn add_mask(&mut self, source: usize, weight: f32) {
        for (mask, share) in self.models.masks(source) {
            loops::add_scaled(&mut self.mask, weight * share, mask);
        }
    }

    /// Computes what cuts muted sources out, for what lies `before` an onset or for the rest of the frame.
    pub(super) fn compare_muted(&mut self, before: bool) {
        let Self { muting: Some(muting), models, transients, .. } = self else { return };
        match transients {
            Some(transients) if before => {
                muting.compare(|source| std::iter::once((transients.mask(source), 1.0)));
            }
            _ => muting.compare(|source| models.masks(source)),
        }
    }

    /// Cuts muted sources out of the weighted mask.
    fn mute(&mut self) {
        if let Some(muting) = &self.muting {
            muting.apply(&mut self.mask);
        }
    }

    /// Computes the gain-weighted mask of a source, its level, and its share of the mixture.
    pub(super) fn weigh(&mut self, source: usize) {
        if source == 0 {
            let peak = self.inputs.iter().map(InputChannel::peak).fold(0.0, f32::max);
            self.next_levels.mixture = Level { peak, rms: loops::sum(&self.power).sqrt() };
        }
        let mixture = self.next_levels.mixture;
        self.mask.fill(0.0);
        self.add_mask(source, 1.0);
        let (squares, share) = loops::masked_power(&self.mask, &self.power);
        let gain = self.now.gains[source];
        if gain != 1.0 {
            loops::scale(&mut self.mask, gain);
        }
        self.mute();
        self.next_levels.sources[source] = mixture.of_part(gain * squares.sqrt());
        self.next_levels.shares[source] = mixture.share(share);
    }

    /// The gain-weighted mask of a source for what lies before an onset.
    pub(super) fn weigh_before(&mut self, source: usize) {
        if let Some(transients) = &self.transients {
            self.mask.fill(0.0);
            loops::add_scaled(&mut self.mask, self.now.gains[source], transients.mask(source));
        }
        self.mute();
    }

    /// Adds what lies before an onset to a channel of a source's own output, or of the main output.
    pub(super) fn play_before(&mut self, source: Option<usize>, channel: usize) {
        if let Some(transients) = &self.transients {
            let outputs = source.map_or(&mut self.mains, |source| &mut self.sources[source]);
            transients.add_before(channel, &self.mask, &mut self.masked, &mut self.synthesis, &mut outputs[channel]);
        }
    }

    /// Adds the frame, or what lies in it after an onset, to a channel of a source's own output or of the main output,
    /// and takes the next hop of it. The offset of the input is shared equally by the sources.
    fn play(&mut self, source: Option<usize>, channel: usize) {
        let offset_weight = match source {
            Some(source) => self.now.gains[source] * self.models.equal_share(source),
            None => self.offset_weight_of_main(),
        };
        let outputs = source.map_or(&mut self.mains, |source| &mut self.sources[source]);
        let (input, output) = (&self.inputs[channel], &mut outputs[channel]);
        let spectrum = &input.spectrum;
        match &self.transients {
            Some(transients) if self.is_divided => {
                let frame = (channel, &spectrum[..]);
                transients.add_after(frame, &self.mask, &mut self.masked, &mut self.synthesis, output);
            }
            _ => match &mut self.part_synthesis {
                Some(synthesis) => output.add_part(synthesis, &self.mask, input),
                None => {
                    loops::apply(&self.mask, spectrum, &mut self.masked);
                    output.add(&mut self.synthesis, &mut self.masked);
                }
            },
        }
        output.take(input, self.layout.windows.latency(), offset_weight);
    }

    /// The weight of the input's offset in the main output, as in [`Self::weigh_main`] with equal masks.
    fn offset_weight_of_main(&self) -> f32 {
        let (gains, removed) = (&self.now.gains, self.now.removed);
        let share = |source: usize| (gains[source] - 1.0) * self.models.equal_share(source);
        let remix = 1.0 + (0..self.models.sources()).map(share).sum::<f32>();
        let weight = remix + removed * (1.0 - 2.0 * remix);
        match self.now.auditioned {
            0.0 => weight,
            _ => self.auditioning.weigh_offset(weight, &self.now, &self.models),
        }
    }

    /// Computes a channel of a source's own output.
    pub(super) fn play_source(&mut self, source: usize, channel: usize) {
        self.play(Some(source), channel);
        let output = &mut self.sources[source][channel];
        output.scale(self.schedule.before.engaged, self.now.engaged);
        let level = &mut self.next_levels.sources[source];
        // The true peak replaces the estimate.
        level.peak = output.peak().max(if channel == 0 { 0.0 } else { level.peak });
    }

    /// Computes the weighted mask of the main output: w = 1 + Σ (g − 1) M, which is exactly 1 if all gains are 1; or 1
    /// − w for the difference; or what alone is heard. With the kept masks if it is for what lies `before` an onset.
    pub(super) fn weigh_main(&mut self, before: bool) {
        self.mask.fill(1.0);
        for source in 0..self.models.sources() {
            let weight = self.now.gains[source] - 1.0;
            match &self.transients {
                Some(transients) if before => loops::add_scaled(&mut self.mask, weight, transients.mask(source)),
                _ => self.add_mask(source, weight),
            }
        }
        self.mute();
        let removed = self.now.removed;
        if removed > 0.0 {
            // (1 − d) w + d (1 − w)
            loops::scale_and_shift(&mut self.mask, 1.0 - 2.0 * removed, removed);
        }
        if self.now.auditioned > 0.0 {
            let Self { auditioning, mask, now, models, transients, .. } = self;
            let kept = transients.as_ref().filter(|_| before).map(|transients| |source| transients.mask(source));
            auditioning.weigh(mask, now, models, kept);
        }
    }

    /// Computes a channel of the main output, with dry/wet mix, output gain and bypass.
    pub(super) fn play_main(&mut self, channel: usize) {
        self.play(None, channel);
        let (input, output) = (&self.inputs[channel], &mut self.mains[channel]);
        output.blend(input.delayed(self.layout.windows.latency()), &self.schedule.before, &self.now);
        let level = &mut self.next_levels.output;
        level.peak = level.peak.max(output.peak());
        // This is the mean square until [`Self::finish`].
        level.rms += output.mean_square() / self.inputs.len() as f32;
    }
}
