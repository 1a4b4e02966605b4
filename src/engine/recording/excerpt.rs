//! What is learned from of long recordings: seconds spread evenly over them, where something sounds.
//!
//! Learning takes as long as its material, and the bases of a source are known after some seconds: the rest of an hour
//! says the same again.

use super::{ReadWarning, Recording, RecordingError, RecordingReader, Survey};
use std::{borrow::Borrow, f32::consts::FRAC_PI_2, ops::Range};

/// How long two stretches that follow each other in the excerpt sound together, in seconds: a cut would click.
const CROSSFADE_SECONDS: f64 = 0.02;

/// The part of a recording to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// The seconds to read, counted from the beginning, ascending, with a second or more between two stretches; `None`
    /// is the whole recording.
    stretches: Option<Vec<Range<usize>>>,
}

impl Excerpt {
    /// Of each of the recordings of one source, together no more than about `most_seconds`: whole if they last no
    /// longer, otherwise of each its share by length, `least_seconds` at least, or all of what is shorter.
    pub fn of_each<S: Borrow<Survey>>(surveys: &[S], most_seconds: f64, least_seconds: usize) -> Vec<Self> {
        let all = seconds(surveys);
        let excerpt = |survey: &S| {
            let survey = survey.borrow();
            let share = survey.seconds() * most_seconds / all;
            match all <= most_seconds {
                true => Self { stretches: None },
                false => Self::spread(survey, share as usize, least_seconds),
            }
        };
        surveys.iter().map(excerpt).collect()
    }

    /// `count` passages of `seconds` each, spread evenly over the seconds in which something sounds, recording after
    /// recording; whole if they last no longer together. Where passages fall on none of it, a recording's is empty.
    pub fn passages<S: Borrow<Survey>>(surveys: &[S], count: usize, seconds: usize) -> Vec<Self> {
        let whole = self::seconds(surveys) <= (count * seconds) as f64;
        let sounding: Vec<Vec<usize>> = surveys.iter().map(|survey| survey.borrow().sounding()).collect();
        let all: usize = sounding.iter().map(Vec::len).sum();
        // Each passage is in the middle of its share.
        let start = |n: usize| ((2 * n + 1) * all / (2 * count)).saturating_sub(seconds / 2);
        let mut chosen = (0..count).flat_map(|n| start(n)..start(n) + seconds).peekable();
        let mut before = 0;
        let excerpt = |own: Vec<usize>| {
            let end = before + own.len();
            let own = std::iter::from_fn(|| chosen.next_if(|place| *place < end)).map(|place| own[place - before]);
            let stretches = joined(own);
            before = end;
            Self { stretches: (!whole).then_some(stretches) }
        };
        sounding.into_iter().map(excerpt).collect()
    }

    /// Whether it is nothing.
    pub fn is_empty(&self) -> bool {
        self.stretches.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether it is less than the recording.
    pub fn is_part(&self) -> bool {
        self.stretches.is_some()
    }

    /// At most `most` seconds and at least `least`, spread evenly over those in which something sounds; over all where
    /// something sounds in less than `least`.
    fn spread(survey: &Survey, most: usize, least: usize) -> Self {
        let mut seconds = survey.sounding();
        if seconds.len() < least {
            seconds = (0..survey.second_peaks.len()).collect();
        }
        let count = most.max(least).min(seconds.len());
        Self { stretches: Some(joined((0..count).map(|n| seconds[n * seconds.len() / count]))) }
    }
}

/// The stretches that ascending `seconds` make up.
fn joined(seconds: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for second in seconds {
        match stretches.last_mut().filter(|last| last.end == second) {
            Some(last) => last.end += 1,
            None => stretches.push(second..second + 1),
        }
    }
    stretches
}

/// How long recordings last together.
fn seconds<S: Borrow<Survey>>(surveys: &[S]) -> f64 {
    surveys.iter().map(|survey| survey.borrow().seconds()).sum()
}

impl RecordingReader {
    /// Reads `excerpt` of what is still to be read, which is all of the file, and what is wrong with the file.
    ///
    /// # Errors
    /// As [`read`](super::read()).
    pub fn read_excerpt(mut self, excerpt: &Excerpt) -> Result<(Recording, Option<ReadWarning>), RecordingError> {
        let Some(stretches) = &excerpt.stretches else { return self.read_to_end() };
        let (sample_rate, second) = (self.sample_rate(), self.sample_rate() as usize);
        let overlap = (CROSSFADE_SECONDS * f64::from(sample_rate)) as usize;
        let mut joined = Joined { channels: vec![Vec::new(); self.channels()], overlap };
        // Each goes on into the next second, where it fades out.
        let mut wanted =
            stretches.iter().map(|stretch| stretch.start * second..stretch.end * second + overlap).peekable();
        let (mut stretch, mut place) = (vec![Vec::new(); self.channels()], 0);
        while let Some(block) = self.next_block()? {
            let end = place + block[0].len();
            while let Some(next) = wanted.next_if(|next| next.end <= end) {
                extend(&mut stretch, block, place, &next);
                joined.add(&stretch);
                stretch.iter_mut().for_each(Vec::clear);
            }
            if let Some(next) = wanted.peek() {
                extend(&mut stretch, block, place, next);
            }
            place = end;
        }
        joined.add(&stretch);
        Ok((Recording { sample_rate, channels: joined.channels }, self.warning().cloned()))
    }
}

/// Appends to `stretch` those samples of `block`, which begins at `place`, that belong to it.
fn extend(stretch: &mut [Vec<f32>], block: &[Vec<f32>], place: usize, wanted: &Range<usize>) {
    let inside = |end: usize| end.clamp(place, place + block[0].len()) - place;
    for (stretch, channel) in stretch.iter_mut().zip(block) {
        stretch.extend_from_slice(&channel[inside(wanted.start)..inside(wanted.end)]);
    }
}

/// Stretches one after another, each faded into the next.
struct Joined {
    channels: Vec<Vec<f32>>,
    /// Length of a fade in samples.
    overlap: usize,
}

impl Joined {
    fn add(&mut self, stretch: &[Vec<f32>]) {
        for (channel, stretch) in self.channels.iter_mut().zip(stretch) {
            let overlap = self.overlap.min(channel.len()).min(stretch.len());
            let start = channel.len() - overlap;
            // The power stays even: what overlaps comes from different times.
            for (n, (out, new)) in channel[start..].iter_mut().zip(stretch).enumerate() {
                let (fade_in, fade_out) = (FRAC_PI_2 * (n as f32 + 0.5) / overlap as f32).sin_cos();
                *out = *out * fade_out + new * fade_in;
            }
            channel.extend_from_slice(&stretch[overlap..]);
        }
    }
}
