//! Plays a frozen stretch in a loop, in the place of what comes in.
//!
//! Start, seam, jump and end are one and the same: a short crossfade from one voice to the next. Everything behind it,
//! from the separator to the meters, takes the loop for the input.

use crate::wires::stretch::{FrozenSound, StretchControl, StretchReceiver};
use alloc::boxed::Box;

/// Length of a crossfade, in milliseconds.
const FADE_MS: f64 = 8.0;
/// A stretch that is no longer than so many crossfades is not played.
const LEAST_FADES: usize = 4;

/// What is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    /// What comes in.
    Input,
    /// The stretch, from this sample on.
    Stretch(usize),
}

impl Voice {
    /// The same, `count` samples later.
    fn later(self, count: usize) -> Self {
        match self {
            Self::Input => Self::Input,
            Self::Stretch(at) => Self::Stretch(at + count),
        }
    }
}

/// The stretch that plays, if one does.
pub(crate) struct StretchLoop {
    sound: Option<Box<FrozenSound>>,
    now: Voice,
    /// What fades out meanwhile.
    before: Voice,
    /// Length of a crossfade in samples, and how much of it is done: all of it while nothing fades.
    fade: usize,
    faded: usize,
    /// How many samples ago the voice changed.
    since: usize,
    /// Where it is to go on, in samples.
    sought: Option<usize>,
    is_ending: bool,
}

impl Default for StretchLoop {
    fn default() -> Self {
        let (now, before) = (Voice::Input, Voice::Input);
        Self { sound: None, now, before, fade: 0, faded: 0, since: 0, sought: None, is_ending: false }
    }
}

impl StretchLoop {
    /// Audio thread, before a block of a stream of `sample_rate` Hz: takes up what is wanted, and sends back what has
    /// ended. Says whether anything of a stretch is heard in the block.
    pub(crate) fn begin_block(
        &mut self,
        wanted: impl Fn() -> Option<u64>,
        sample_rate: f64,
        control: &StretchControl,
        wire: &mut StretchReceiver<FrozenSound>,
    ) -> bool {
        if let Some(sound) = self.sound.take() {
            self.is_ending = wanted() != Some(sound.stretch);
            let has_ended = self.is_ending && self.now == Voice::Input && self.faded == self.fade;
            self.sound = if has_ended { wire.retire(sound).err() } else { Some(sound) };
        }
        if self.sound.is_none()
            && let Some(sound) = wire.take(&wanted)
        {
            let fade = (FADE_MS * 1e-3 * sample_rate) as usize;
            let length = sound.channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
            // Else it was made for an earlier stream, or is too short to go round.
            if sound.sample_rate == sample_rate && length > LEAST_FADES * fade {
                *self = Self { sound: Some(sound), fade, faded: fade, sought: Some(0), ..Self::default() };
            } else {
                control.stop();
                self.sound = wire.retire(sound).err();
            }
        }
        if let (Some(sound), Some(seconds)) = (&self.sound, control.take_sought()) {
            let last = sound.channels.first().map_or(0, |channel| channel.len()).saturating_sub(2 * self.fade + 1);
            self.sought = Some(((seconds * sample_rate) as usize).min(last));
        }
        self.sound.is_some() && (!self.is_ending || self.now != Voice::Input || self.faded < self.fade)
    }

    /// Audio thread: puts what is heard in the place of what comes in, `main`, indexed by `[channel][sample]`.
    pub(crate) fn play(&mut self, main: &mut [&mut [f32]]) {
        let samples = main.first().map_or(0, |channel| channel.len());
        let mut done = 0;
        while done < samples {
            self.choose();
            let Some(sound) = &self.sound else { return };
            let fading = self.fade - self.faded;
            let up_to_change = match self.now {
                _ if fading > 0 => fading,
                Voice::Stretch(at) => seam(sound, self.fade).saturating_sub(at).max(1),
                Voice::Input => return,
            };
            let count = up_to_change.min(samples - done);
            for (c, channel) in main.iter_mut().enumerate() {
                let own = sound.channels.get(c).or(sound.channels.last()).map_or(&[][..], |own| own);
                let voice = |voice: Voice, n: usize, input: f32| match voice {
                    Voice::Input => input,
                    Voice::Stretch(at) => own.get(at + n).copied().unwrap_or(0.0),
                };
                for (n, sample) in channel[done..done + count].iter_mut().enumerate() {
                    let now = voice(self.now, n, *sample);
                    *sample = if fading > 0 {
                        let along = ((self.faded + n) as f32 + 0.5) / self.fade as f32;
                        let share = along * along * (3.0 - 2.0 * along);
                        let before = voice(self.before, n, *sample);
                        before + share * (now - before)
                    } else {
                        now
                    };
                }
            }
            (self.now, self.before) = (self.now.later(count), self.before.later(count));
            self.since += count;
            self.faded += count.min(fading);
            done += count;
        }
    }

    /// Where the stretch was `earlier` samples ago, in samples from its beginning.
    pub(crate) fn place(&self, earlier: usize) -> Option<usize> {
        match (self.now, self.before) {
            (Voice::Input, _) => None,
            (Voice::Stretch(at), _) if earlier <= self.since => Some(at.saturating_sub(earlier)),
            (Voice::Stretch(_), Voice::Stretch(before)) => Some(before.saturating_sub(earlier)),
            (Voice::Stretch(at), Voice::Input) => Some(at.saturating_sub(self.since)),
        }
    }

    /// Main thread: nothing of it is heard any more, and its memory is freed.
    pub(crate) fn drop_sound(&mut self) {
        *self = Self::default();
    }

    /// Audio thread: what came before is not heard any more. The stretch goes back with the next block.
    pub(crate) fn end_at_once(&mut self) {
        let sound = self.sound.take();
        *self = Self { sound, is_ending: true, ..Self::default() };
    }

    /// Begins the next crossfade, if one is due and none is under way.
    fn choose(&mut self) {
        if self.faded < self.fade {
            return;
        }
        let Some(sound) = &self.sound else { return };
        let next = match self.now {
            Voice::Stretch(_) if self.is_ending => Voice::Input,
            Voice::Input if self.is_ending => return,
            now => match (self.sought.take(), now) {
                (Some(sought), _) => Voice::Stretch(sought),
                (None, Voice::Stretch(at)) if at >= seam(sound, self.fade) => Voice::Stretch(0),
                _ => return,
            },
        };
        (self.before, self.now, self.faded, self.since) = (self.now, next, 0, 0);
    }
}

/// Where the end of `sound` begins to fade into its beginning, in samples: the length of a round.
fn seam(sound: &FrozenSound, fade: usize) -> usize {
    sound.channels.first().map_or(0, |channel| channel.len()).saturating_sub(fade)
}
