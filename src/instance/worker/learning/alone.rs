//! Whether what is to be learned from was played alone: what the source model hears in it.
//!
//! What the other sources' bases explain of it says nothing: bases that were learned from a kit and a bass give 42 % of
//! that very kit, played alone, to the bass, and 56 % of another bass to the kit.

use crate::{
    instance::{project::version::FIRST_PRESET, state::learn_state::Foreign},
    preset::{
        Preset, Role, Source,
        library::{self, Entry},
    },
    recording::Recording,
    separator::{Controls, offline},
    stft::LatencyMode,
};
use std::ops::ControlFlow;

/// So much of a recording is listened to, in seconds.
const LISTENED_SECONDS: f64 = 20.0;
/// A take is listened to in pieces of this length while it is captured, in seconds.
const PIECE_SECONDS: f64 = 1.5;
/// From this share of what is no drums on, a take is a bass alone. Of the 9 takes of other instruments in `cargo xtask
/// cases` none has more than 0.64, of the 21 basses none less than 0.98.
const BASS_ALONE: f32 = 0.9;
/// What is a kind of drums has a word in its name that is one of these, or their plural.
const DRUMS: [&str; 8] = ["kit", "hat", "hihat", "tom", "ride", "clap", "beat", "bd"];
/// Or one that begins like this: "kickdrum", "percussion".
const DRUMS_BEGIN: [&str; 8] = ["drum", "perc", "kick", "snare", "cymbal", "crash", "shaker", "conga"];

/// What the source model has heard in a take so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HeardSoFar {
    /// Energies of drums, bass and the rest.
    energies: [f64; 3],
    /// So many samples were listened to.
    until: usize,
}

impl HeardSoFar {
    /// Listens on, if enough has come.
    pub(super) fn listen(&mut self, take: &Recording) {
        let piece = (PIECE_SECONDS * f64::from(take.sample_rate)) as usize;
        if piece == 0 || take.len() < self.until + piece {
            return;
        }
        let range = self.until..self.until + piece;
        self.until = range.end;
        let channels = take.channels.iter().map(|channel| channel[range.clone()].to_vec()).collect();
        let energies = energies(&Recording { channels, ..*take }, || true).unwrap_or_default();
        self.energies.iter_mut().zip(energies).for_each(|(sum, energy)| *sum += energy);
    }

    /// What was heard beside the source of `strip`; `None` before enough has come.
    pub(super) fn foreign(&self, preset: &Preset, strip: usize) -> Option<Foreign> {
        beside(preset, strip, self.energies)
    }
}

/// Whether `source` is known as `role`, or has its name.
fn is(source: &Source, role: Role) -> bool {
    source.role.or_else(|| Role::named(&source.name.to_lowercase())) == Some(role)
}

fn is_drums(source: &Source) -> bool {
    if let Some(role) = source.role {
        return !matches!(role, Role::Bass | Role::Rest);
    }
    let name = source.name.to_lowercase();
    let mut words = name.split(|letter: char| !letter.is_alphabetic());
    words.any(|word| {
        let one = word.strip_suffix('s').unwrap_or(word);
        DRUMS.contains(&one) || DRUMS_BEGIN.iter().any(|begin| word.starts_with(begin))
    })
}

/// What the source model hears in `recordings` that is not the source of `strip`. `None` if there is nothing, or
/// `goes_on` gave `false`.
pub(super) fn heard_beside(
    preset: &Preset,
    strip: usize,
    recordings: &[Recording],
    mut goes_on: impl FnMut() -> bool,
) -> Option<Foreign> {
    let mut sums = [0.0; 3];
    let mut left = LISTENED_SECONDS;
    for recording in recordings {
        let most = (left * f64::from(recording.sample_rate)) as usize;
        let beginning = |channel: &Vec<f32>| channel[..channel.len().min(most)].to_vec();
        let excerpt = Recording { channels: recording.channels.iter().map(beginning).collect(), ..*recording };
        if excerpt.is_empty() {
            continue;
        }
        left -= excerpt.seconds();
        let energies = energies(&excerpt, &mut goes_on)?;
        sums.iter_mut().zip(energies).for_each(|(sum, energy)| *sum += energy);
    }
    beside(preset, strip, sums)
}

/// The share of what is not the source of `strip` in these energies of drums, bass and the rest: drums beside what is
/// none, or the other way round. Bass and other instruments are not told apart well enough, but for a bass that is
/// played alone.
fn beside(preset: &Preset, strip: usize, energies: [f64; 3]) -> Option<Foreign> {
    let source = preset.sources.get(strip)?;
    let all: f64 = energies.iter().sum();
    if all <= 0.0 {
        return None;
    }
    let [drums, bass, rest] = energies.map(|energy| (energy / all) as f32);
    let tonal = if bass > rest { Role::Bass } else { Role::Rest };
    let named = source.role.is_some() || Role::named(&source.name.to_lowercase()).is_some() || is_drums(source);
    // What is low in other instruments is taken for a bass; in a preset without one, the rest is a bass too.
    let is_bass = bass > drums && bass > BASS_ALONE * (bass + rest);
    if is_bass && is(source, Role::Rest) && preset.sources.iter().any(|other| is(other, Role::Bass)) {
        return Some(Foreign { like: Role::Bass, share: bass });
    }
    // A source of which nobody knows what it is may be what is heard most.
    let takes_drums = if named { is_drums(source) } else { drums > 0.5 };
    let (like, share) = if takes_drums { (tonal, 1.0 - drums) } else { (Role::Drums, drums) };
    Some(Foreign { like, share })
}

/// The energies of drums, bass and the rest in `recording`.
fn energies(recording: &Recording, mut goes_on: impl FnMut() -> bool) -> Option<[f64; 3]> {
    let preset = library::load(&Entry { name: FIRST_PRESET.to_owned(), path: None }).ok()?;
    let mut progress = |_| if goes_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let controls = Controls::default();
    let separated = offline::separate(&preset, recording, LatencyMode::Quality, &controls, &mut progress).ok()?;
    let energy = |role: Role| -> f64 {
        let sources = preset.sources.iter().zip(&separated.sources).filter(|(source, _)| source.role == Some(role));
        let samples = sources.flat_map(|(_, separated)| separated.channels.iter().flatten());
        samples.map(|sample| f64::from(*sample) * f64::from(*sample)).sum()
    };
    Some(Role::MIXTURE.map(energy))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::recording;
    use std::path::Path;

    fn take(name: &str) -> Recording {
        recording::read(Path::new(&format!("{}/tests/audio/{name}.flac", env!("CARGO_MANIFEST_DIR")))).unwrap()
    }

    fn beside(name: &str, role: Option<Role>, recording: &Recording) -> Foreign {
        let preset = Preset::of(vec![Source { role, ..Source::adaptive(name, 0, 10) }]);
        heard_beside(&preset, 0, std::slice::from_ref(recording), || true).unwrap()
    }

    #[test]
    fn what_was_not_played_alone_is_noticed() {
        let (kit, bass) = (take("standard-kit-take1"), take("finger-bass-take1"));
        let length = kit.len().min(bass.len());
        let cut = |recording: &Recording| {
            let channels = recording.channels.iter().map(|channel| channel[..length].to_vec()).collect();
            Recording { channels, ..*recording }
        };
        let both = Recording::sum_of(&[cut(&kit), cut(&bass)]);
        for (name, role) in [("drums", Some(Role::Drums)), ("my kit", None), ("thing", None)] {
            assert!(beside(name, role, &kit).share < Foreign::NOTICED, "{name}");
        }
        for (name, role) in [("bass", Some(Role::Bass)), ("bass", None), ("thing", None)] {
            assert!(beside(name, role, &bass).share < Foreign::NOTICED, "{name}");
        }
        for name in ["drums", "bass", "thing"] {
            assert!(beside(name, None, &both).share > Foreign::DOUBTED, "{name}");
        }
        let wrong = beside("bass", None, &kit);
        assert!(wrong.share > 0.8 && wrong.like == Role::Drums, "{wrong:?}");
    }

    #[test]
    fn names_are_read_in_whole_words() {
        for (name, expected) in [
            ("Drums", true),
            ("my kit", true),
            ("808 toms", true),
            ("HiHats", true),
            ("kickdrum", true),
            ("perc-2", true),
            ("Custom synth", false),
            ("Bottom bass", false),
            ("Kitten", false),
            ("hatred", false),
            ("override", false),
        ] {
            assert_eq!(is_drums(&Source::adaptive(name, 0, 10)), expected, "{name}");
        }
    }

    #[test]
    fn a_take_is_heard_while_it_grows() {
        let (kit, bass) = (take("standard-kit-take1"), take("finger-bass-take1"));
        let preset = Preset::of(vec![Source::adaptive("bass", 1, 10)]);
        let mut heard = HeardSoFar::default();
        let beginning = |recording: &Recording, seconds: f64| {
            let end = (seconds * f64::from(recording.sample_rate)) as usize;
            let channels = recording.channels.iter().map(|channel| channel[..end].to_vec()).collect();
            Recording { channels, ..*recording }
        };
        heard.listen(&beginning(&bass, 1.0));
        assert_eq!(heard.foreign(&preset, 0), None, "too little to say anything");
        for tenth in 10..50 {
            heard.listen(&beginning(&bass, f64::from(tenth) / 10.0));
        }
        assert!(heard.foreign(&preset, 0).unwrap().share < 0.05, "{heard:?}");
        // The drums come in.
        let mut grown = beginning(&bass, 4.5);
        grown.channels.iter_mut().zip(&kit.channels).for_each(|(take, kit)| take.extend(&kit[..200_000]));
        for _ in 0..3 {
            heard.listen(&grown);
        }
        let foreign = heard.foreign(&preset, 0).unwrap();
        assert!(foreign.like == Role::Drums && foreign.share > Foreign::DOUBTED, "{foreign:?}");
    }

    #[test]
    fn a_bass_is_not_learned_as_the_rest_unawares_where_there_is_a_bass_beside_it() {
        let first = library::load(&Entry { name: FIRST_PRESET.to_owned(), path: None }).unwrap();
        let place = |role| first.sources.iter().position(|source| source.role == Some(role)).unwrap();
        let of = |preset: &Preset, strip: usize, energies| super::beside(preset, strip, energies).unwrap();
        let bass = energies(&take("finger-bass-take1"), || true).unwrap();
        let foreign = of(&first, place(Role::Rest), bass);
        assert!(foreign.like == Role::Bass && foreign.share > Foreign::DOUBTED, "{foreign:?}");
        assert!(of(&first, place(Role::Bass), bass).share < Foreign::NOTICED);
        // As an organ is heard, and a pad.
        for other in [[3.0, 62.0, 35.0], [4.0, 25.0, 70.0]] {
            assert!(of(&first, place(Role::Rest), other).share < Foreign::NOTICED, "{other:?}");
        }
        let without = Preset::of(vec![Source::adaptive("drums", 0, 10), Source::adaptive("rest", 1, 10)]);
        assert!(of(&without, 1, bass).share < Foreign::NOTICED, "there the bass is a part of the rest");
    }
}
