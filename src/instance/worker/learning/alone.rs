//! Whether what is to be learned from was played alone: what the strips that play explain of it, and what the source
//! model hears in it.

use crate::{
    instance::state::learn_state::{Foreign, SoundsLike},
    preset::{
        Kind, MAX_SOURCES, Preset, Role, Source,
        library::{self, Entry},
    },
    recording::Recording,
    separator::{Controls, offline},
    stft::LatencyMode,
};
use std::ops::ControlFlow;

/// The factory preset that finds what nobody taught.
const PRESET: &str = "Drums + Bass + Rest";
/// So much of a recording is listened to, in seconds.
const LISTENED_SECONDS: f64 = 20.0;
/// Words in the names of what is a kind of drums.
const DRUMS: [&str; 14] = [
    "drum", "kit", "perc", "kick", "snare", "hat", "tom", "cymbal", "ride", "crash", "clap", "shaker", "conga", "beat",
];

/// What the strips that play explain of a take, on the average of its energy.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Explained {
    weight: f64,
    shares: [f64; MAX_SOURCES],
}

impl Explained {
    /// For a moment with this peak each source's share of what was heard was this.
    pub(super) fn add(&mut self, peak: f32, shares: [f32; MAX_SOURCES]) {
        let weight = f64::from(peak) * f64::from(peak);
        self.weight += weight;
        for (sum, share) in self.shares.iter_mut().zip(shares) {
            *sum += weight * f64::from(share);
        }
    }

    /// Which other source of `preset` explains most of a take for `strip`, of those that can be told from it.
    pub(super) fn foreign(&self, strip: usize, preset: &Preset) -> Option<Foreign> {
        let own = preset.sources.get(strip)?;
        let others = preset.sources.iter().enumerate().filter(|(i, other)| *i != strip && tells_apart(own, other));
        let share = |(i, _): (usize, &Source)| (i, (self.shares[i] / self.weight.max(f64::MIN_POSITIVE)) as f32);
        let (index, share) = others.map(share).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(Foreign { like: SoundsLike::Strip(index), share })
    }
}

/// Whether what `other` explains is certainly not `own`: it was taught, or one of them is a kind of drums, which the
/// source model knows well from anything else.
fn tells_apart(own: &Source, other: &Source) -> bool {
    match other.kind() {
        Kind::Fixed | Kind::Drifting => true,
        Kind::Recognised => is_drums(own) != is_drums(other),
        Kind::Adaptive => false,
    }
}

fn is_drums(source: &Source) -> bool {
    match source.role {
        Some(role) => !matches!(role, Role::Bass | Role::Rest),
        None => DRUMS.iter().any(|word| source.name.to_lowercase().contains(word)),
    }
}

/// What the source model hears in `recording` that is not `source`: drums beside what is none, or the other way round.
/// Bass and other instruments it does not know well enough. `None` if there is no such thing, or `goes_on` gave `false`.
pub(super) fn heard_beside(source: &Source, recording: &Recording, goes_on: impl FnMut() -> bool) -> Option<Foreign> {
    let [drums, bass, rest] = heard_in(recording, goes_on)?;
    let tonal = if bass > rest { Role::Bass } else { Role::Rest };
    let named = source.role.is_some() || Role::named(&source.name.to_lowercase()).is_some() || is_drums(source);
    // A source of which nobody knows what it is may be what is heard most.
    let takes_drums = if named { is_drums(source) } else { drums > 0.5 };
    let (role, share) = if takes_drums { (tonal, 1.0 - drums) } else { (Role::Drums, drums) };
    Some(Foreign { like: SoundsLike::Role(role), share })
}

/// The shares of drums, bass and the rest in the energy of `recording`, 0 to 1.
fn heard_in(recording: &Recording, mut goes_on: impl FnMut() -> bool) -> Option<[f32; 3]> {
    let preset = library::load(&Entry { name: PRESET.to_owned(), path: None }).ok()?;
    let most = (LISTENED_SECONDS * f64::from(recording.sample_rate)) as usize;
    let beginning = |channel: &Vec<f32>| channel[..channel.len().min(most)].to_vec();
    let excerpt = Recording { channels: recording.channels.iter().map(beginning).collect(), ..*recording };
    let mut progress = |_| if goes_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let controls = Controls::default();
    let separated = offline::separate(&preset, &excerpt, LatencyMode::Quality, &controls, &mut progress).ok()?;
    let energy = |role: Role| -> f64 {
        let sources = preset.sources.iter().zip(&separated.sources).filter(|(source, _)| source.role == Some(role));
        let samples = sources.flat_map(|(_, separated)| separated.channels.iter().flatten());
        samples.map(|sample| f64::from(*sample) * f64::from(*sample)).sum()
    };
    let energies = Role::MIXTURE.map(energy);
    let all = energies.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    Some(energies.map(|energy| (energy / all) as f32))
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
        let source = Source { role, ..Source::adaptive(name, 0, 10) };
        heard_beside(&source, recording, || true).unwrap()
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
        assert!(wrong.share > 0.8 && wrong.like == SoundsLike::Role(Role::Drums), "{wrong:?}");
    }

    #[test]
    fn what_the_other_strips_explain_counts_by_its_energy() {
        let preset = library::load(&Entry { name: PRESET.to_owned(), path: None }).unwrap();
        let mut explained = Explained::default();
        explained.add(0.5, [0.2, 0.6, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0]);
        // It is hardly heard.
        explained.add(0.005, [0.9, 0.05, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let foreign = explained.foreign(1, &preset).unwrap();
        assert_eq!(foreign.like, SoundsLike::Strip(0), "the rest is not told from the bass");
        assert!((foreign.share - 0.2).abs() < 1e-3, "{foreign:?}");
    }
}
