//! How well each preset of the library fits what was played in the last seconds: one preset at a time, between
//! commands. What was read of a preset is kept until its file changes.

use super::context::Context;
use crate::{
    instance::state::ranks::{Rank, Ranks, SourceRank},
    preset::{
        Colour, Fingerprint, Preset, fingerprint,
        library::{self, Entry, Listing},
    },
    separator::{FitBands, Heard},
};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    fs,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

/// The rate at which bases are read while nothing was heard, in Hz.
const USUAL_RATE: u32 = 44_100;
/// Time between two looks of the editor at what was found so far.
const SHOWN_EVERY: Duration = Duration::from_millis(100);
/// So many numbers of bases are kept at most, 32 MB.
const MOST_KEPT: usize = 8 << 20;

/// Ranks presets, and keeps what it has read of them.
#[derive(Default)]
pub(super) struct Ranking {
    job: Option<RankingJob>,
    /// What was read of presets, by where they are.
    known: HashMap<Entry, Arc<KnownPreset>>,
}

/// A ranking that is under way.
struct RankingJob {
    heard: Option<Heard>,
    bands: FitBands,
    left: VecDeque<Entry>,
    ranks: Ranks,
    shown_at: Option<Instant>,
}

/// A preset as it was read.
struct KnownPreset {
    /// When its file was written, and its length in bytes; `None` for a factory preset.
    stamp: Option<(SystemTime, u64)>,
    /// The sample rate in Hz whose bands its bases are on.
    rate: u32,
    sources: Vec<KnownSource>,
}

struct KnownSource {
    name: String,
    colour: Colour,
    /// `[K, B]`; `None` if it finds its bases while it plays.
    bases: Option<Vec<f32>>,
    fingerprint: Option<Fingerprint>,
}

impl Ranking {
    /// Begins to rank every preset that can be chosen, by what was played in the last seconds.
    pub(super) fn begin(&mut self, context: &Context) {
        let heard = heard(context);
        let rate = context.playback.snapshot().stream.map_or(USUAL_RATE, |stream| stream.capture.sample_rate());
        let bands = heard.as_ref().map_or_else(|| FitBands::new(f64::from(rate)), |heard| heard.bands().clone());
        let library = context.session.library();
        let mut seen = HashSet::new();
        let whole = library.all().chain(&library.recent).filter(|listing: &&Listing| listing.trouble.is_none());
        let left: VecDeque<Entry> =
            whole.map(|listing| listing.entry.clone()).filter(|entry| seen.insert(entry.clone())).collect();
        self.known.retain(|entry, known| seen.contains(entry) && known.rate == bands.sample_rate());
        let ranks = Ranks { has_heard: heard.is_some(), ..Ranks::default() };
        self.job = Some(RankingJob { heard, bands, left, ranks, shown_at: None });
    }

    /// Looks at no more presets.
    pub(super) fn end(&mut self) {
        self.job = None;
    }

    /// Whether there are presets left to look at.
    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Looks at the next preset, if there is one left.
    pub(super) fn poll(&mut self, context: &Context) {
        let Some(mut job) = self.job.take() else { return };
        if let Some(entry) = job.left.pop_front()
            && let Some(known) = self.read(&entry, &job.bands)
        {
            job.ranks.of.insert(entry, Arc::new(rank(&known, job.heard.as_ref())));
        }
        job.ranks.is_done = job.left.is_empty();
        let is_due = job.shown_at.is_none_or(|shown| shown.elapsed() >= SHOWN_EVERY);
        if job.ranks.is_done || is_due {
            job.shown_at = Some(Instant::now());
            context.session.set_ranks(job.ranks.clone());
        }
        self.job = Some(job).filter(|job| !job.ranks.is_done);
    }

    /// The fits of the sources of `preset`, in order: `None` where a source has no bases of its own, or nothing was
    /// heard.
    pub(super) fn fits_of_sources(preset: &Preset, context: &Context) -> Vec<Option<f32>> {
        let heard = heard(context);
        let fit = |heard: &Heard, source| Some(heard.fit(&heard.bands().bases(source)?));
        preset.sources.iter().map(|source| fit(heard.as_ref()?, source)).collect()
    }

    /// The preset of `entry`, from its file if that has changed since it was read last; `None` if it cannot be read.
    fn read(&mut self, entry: &Entry, bands: &FitBands) -> Option<Arc<KnownPreset>> {
        let stamp = match &entry.path {
            None => None,
            Some(path) => {
                let status = fs::metadata(path).ok()?;
                Some((status.modified().ok()?, status.len()))
            }
        };
        if let Some(known) = self.known.get(entry).filter(|known| known.stamp == stamp) {
            return Some(known.clone());
        }
        let preset = library::load(entry).ok()?;
        let sources = preset.sources.into_iter().map(|source| KnownSource {
            bases: bands.bases(&source),
            fingerprint: fingerprint(&source),
            name: source.name,
            colour: source.colour,
        });
        let known = Arc::new(KnownPreset { stamp, rate: bands.sample_rate(), sources: sources.collect() });
        self.known.remove(entry);
        let kept: usize = self.known.values().map(|known| known.numbers()).sum();
        if kept + known.numbers() <= MOST_KEPT {
            self.known.insert(entry.clone(), known.clone());
        }
        Some(known)
    }
}

impl KnownPreset {
    fn numbers(&self) -> usize {
        self.sources.iter().filter_map(|source| source.bases.as_ref()).map(Vec::len).sum()
    }
}

/// What was played in the last seconds; `None` if that is too little to judge by.
fn heard(context: &Context) -> Option<Heard> {
    let capture = context.playback.snapshot().stream?.capture;
    Heard::of(&capture.read(capture.at_hand()).ok()?)
}

fn rank(known: &KnownPreset, heard: Option<&Heard>) -> Rank {
    let with_bases: Vec<&[f32]> = known.sources.iter().filter_map(|source| source.bases.as_deref()).collect();
    let all = heard.filter(|_| !with_bases.is_empty()).map(|heard| heard.fit(&with_bases.concat()));
    let sources = known.sources.iter().map(|source| SourceRank {
        name: source.name.clone(),
        colour: source.colour,
        fit: match &source.bases {
            Some(_) if with_bases.len() == 1 => all,
            Some(bases) => heard.map(|heard| heard.fit(bases)),
            None => None,
        },
        fingerprint: source.fingerprint,
    });
    Rank { fit: all, sources: sources.collect() }
}
