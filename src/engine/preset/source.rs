//! One source of a preset: its name and knobs, what the source model knows it as, and either the bases that it has
//! learned or the number of bases to find.

use super::{Colour, PALETTE, Role, Tally};
use crate::dictionary::{Dictionary, Flaw, FrameSpec};
use serde::{Deserialize, Serialize};

/// What a source's `learned_from` says when its bases were found while the mixture played.
const FROM_THE_MIXTURE: &str = "the mixture, while it played";
/// The same when they were learned under marks.
const FROM_MARKS: &str = "marks";
/// How it begins when they were learned from a take; its length follows.
const PLAYED: &str = "what was played, ";

/// What a source's `learned_from` says of a take of this length, in seconds.
pub fn from_a_take(seconds: f64) -> String {
    format!("{PLAYED}{seconds:.1} s")
}

/// How long the takes were that `learned_from` speaks of, in seconds; `None` if it speaks of anything else.
pub fn seconds_played(learned_from: &[String]) -> Option<f32> {
    let seconds = |from: &String| from.strip_prefix(PLAYED)?.strip_suffix(" s")?.parse::<f32>().ok();
    let all: Option<Vec<f32>> = learned_from.iter().map(seconds).collect();
    all.filter(|all| !all.is_empty()).map(|all| all.iter().sum())
}

/// The name of a source as it is shown: with a capital letter.
pub fn display_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether `learned_from` says that a source has learned from marks.
pub fn is_from_marks(learned_from: &[String]) -> bool {
    learned_from.iter().any(|from| from == FROM_MARKS)
}

/// Metadata keys that this version does not know; kept as they are when a preset is written again.
///
/// They are nested as in the file: an unknown key among a source's knobs is in its `"knobs"`.
pub type UnknownKeys = serde_json::Map<String, serde_json::Value>;

/// How loud a source is in the mixture. Which one is soloed is no part of a preset: that is a way of listening.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Knobs {
    /// Gain in dB; `None` is silence (minus infinity).
    pub gain_db: Option<f32>,
    /// The source is silenced.
    pub mute: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { gain_db: Some(0.0), mute: false }
    }
}

/// One of the things in the mixture that gets a knob.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The name on its strip: "drums".
    pub name: String,
    /// The strip's colour.
    pub colour: Colour,
    /// Knob settings that come with the preset.
    pub knobs: Knobs,
    /// What the source model knows it as: it then says where this source sounds. `None`: it does not know it.
    pub role: Option<Role>,
    /// The bases of a fixed source, or the number of bases of another one.
    pub bases: SourceBases,
    /// Keys of a later version. Those of a dictionary are in `"dictionaries"`, by its frame length.
    pub unknown: UnknownKeys,
}

/// Where a source's bases come from.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceBases {
    /// They were learned before (supervised separation): a fixed source, which may be allowed to drift.
    Learned(LearnedBases),
    /// They are found while the mixture plays: where the source model recognises the source, or in what the fixed
    /// sources do not explain (semi-supervised separation).
    Adaptive {
        /// Number of bases K to find, 1 to [`MAX_COMPONENTS`](super::MAX_COMPONENTS).
        components: usize,
    },
}

/// How a source's bases behave while it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They stay as they were learned.
    Fixed,
    /// They were learned, and move from there towards what plays.
    Drifting,
    /// They are found in what plays, in what the others do not explain.
    Adaptive,
    /// They are found in what plays, where the source model recognises the source.
    Recognised,
}

/// The bases of a fixed source at one or more frame lengths, all with the same number of bases K, and what they were
/// learned from.
///
/// There is always at least one dictionary.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedBases {
    dictionaries: Vec<Dictionary>,
    blocks: Vec<usize>,
    /// Whether they may move towards what plays.
    pub drift: bool,
    /// File names of the recordings that they were learned from.
    pub learned_from: Vec<String>,
    /// Licence of those recordings, if known.
    pub licence: Option<String>,
    /// How much the evidence of the source model counted when their reconstruction bases were learned, and counts when
    /// they play, 0 to 1; `None` if they were learned without it.
    pub evidence_weight: Option<f32>,
    /// What they have heard, if they heard all of their recordings and are still as they were then.
    pub tally: Option<Tally>,
}

impl Source {
    /// A source whose bases were `learned`, with the colour of strip `strip`, counted from 0.
    pub fn fixed(name: impl Into<String>, strip: usize, learned: impl Into<LearnedBases>) -> Self {
        Self::new(name.into(), strip, SourceBases::Learned(learned.into()))
    }

    /// A source that finds `components` bases while it plays, with the colour of strip `strip`, counted from 0.
    pub fn adaptive(name: impl Into<String>, strip: usize, components: usize) -> Self {
        Self::new(name.into(), strip, SourceBases::Adaptive { components })
    }

    /// A source that the source model knows as `role`, with the colour of strip `strip`, counted from 0. It finds
    /// `components` bases while it plays.
    pub fn recognised(name: impl Into<String>, strip: usize, role: Role, components: usize) -> Self {
        Self { role: Some(role), ..Self::adaptive(name, strip, components) }
    }

    fn new(name: String, strip: usize, bases: SourceBases) -> Self {
        let colour = PALETTE[strip % PALETTE.len()];
        Self { name, colour, knobs: Knobs::default(), role: None, bases, unknown: UnknownKeys::default() }
    }

    /// Its name as it is shown: with a capital letter.
    pub fn display_name(&self) -> String {
        display_name(&self.name)
    }

    /// How its bases behave while it plays.
    pub fn kind(&self) -> Kind {
        match &self.bases {
            SourceBases::Learned(learned) if learned.drift => Kind::Drifting,
            SourceBases::Learned(_) => Kind::Fixed,
            SourceBases::Adaptive { .. } if self.role.is_some() => Kind::Recognised,
            SourceBases::Adaptive { .. } => Kind::Adaptive,
        }
    }

    /// Whether it finds its bases while it plays: an adaptive or a recognised source.
    pub fn finds_bases(&self) -> bool {
        matches!(self.bases, SourceBases::Adaptive { .. })
    }

    /// Whether its bases move while it plays: only those of a fixed source do not.
    pub fn may_move(&self) -> bool {
        self.kind() != Kind::Fixed
    }

    /// Number of bases K: those that were learned, or those to find.
    pub fn components(&self) -> usize {
        match &self.bases {
            SourceBases::Learned(learned) => learned.components(),
            SourceBases::Adaptive { components } => *components,
        }
    }

    /// What a fixed source has learned; `None` for one that finds its bases.
    pub fn learned(&self) -> Option<&LearnedBases> {
        match &self.bases {
            SourceBases::Learned(learned) => Some(learned),
            SourceBases::Adaptive { .. } => None,
        }
    }

    /// What a fixed source has learned, to be changed; `None` for one that finds its bases.
    pub fn learned_mut(&mut self) -> Option<&mut LearnedBases> {
        match &mut self.bases {
            SourceBases::Learned(learned) => Some(learned),
            SourceBases::Adaptive { .. } => None,
        }
    }

    /// The dictionaries of a fixed source, one per frame length; none for one that finds its bases.
    pub fn dictionaries(&self) -> &[Dictionary] {
        self.learned().map_or(&[], LearnedBases::dictionaries)
    }

    /// The dictionary of a fixed source with the finest bins; `None` for one that finds its bases.
    pub fn finest(&self) -> Option<&Dictionary> {
        self.dictionaries().iter().min_by(|a, b| a.frame.bin_spacing().total_cmp(&b.frame.bin_spacing()))
    }

    /// File names of the recordings that a fixed source was learned from; none for one that finds its bases.
    pub fn learned_from(&self) -> &[String] {
        self.learned().map_or(&[], |learned| &learned.learned_from)
    }

    /// Forgets what was learned: from now on it finds `components` bases in what the others do not explain.
    pub fn make_adaptive(&mut self, components: usize) {
        self.role = None;
        self.bases = SourceBases::Adaptive { components };
    }

    /// Forgets what was learned: from now on it finds `components` bases where the source model recognises `role`.
    pub fn make_recognised(&mut self, role: Role, components: usize) {
        self.role = Some(role);
        self.bases = SourceBases::Adaptive { components };
    }

    /// Lets a fixed source drift or not. Another one moves freely either way.
    pub fn set_drift(&mut self, drift: bool) {
        if let Some(learned) = self.learned_mut() {
            learned.drift = drift;
        }
    }

    /// Makes it a fixed source with the dictionaries of `learned`. If it was fixed before, its drift setting and what
    /// it says of its recordings and their licence stay as they were.
    pub fn relearn(&mut self, learned: LearnedBases) {
        match &mut self.bases {
            SourceBases::Learned(own) => {
                (own.dictionaries, own.blocks, own.tally) = (learned.dictionaries, learned.blocks, learned.tally);
                own.evidence_weight = learned.evidence_weight;
            }
            SourceBases::Adaptive { .. } => self.bases = SourceBases::Learned(learned),
        }
    }

    /// Gives it what was `learned` under marks. One that has found its bases while it plays drifts from there: it goes
    /// on following the mixture. Of one that was taught, the drift setting stays, and what it says of earlier
    /// recordings and their licence.
    pub fn learn_from_marks(&mut self, learned: LearnedBases) {
        let follows = self.finds_bases();
        self.relearn(LearnedBases { tally: None, ..learned });
        if follows {
            self.set_drift(true);
        }
        if !self.knows_marks()
            && let Some(learned) = self.learned_mut()
        {
            learned.learned_from.push(FROM_MARKS.to_owned());
        }
    }

    /// Whether it has learned from marks.
    pub fn knows_marks(&self) -> bool {
        is_from_marks(self.learned_from())
    }

    /// Makes it a fixed source with the bases that it found while the mixture played.
    pub fn keep(&mut self, found: Dictionary) {
        let learned_from = vec![FROM_THE_MIXTURE.to_owned()];
        self.bases = SourceBases::Learned(LearnedBases { learned_from, ..LearnedBases::from(found) });
    }
}

impl LearnedBases {
    /// Bases in `dictionaries`, one per frame length, all with the same number of bases K. `blocks` divides the bases
    /// into blocks, one per training recording: numbers of bases that sum to K.
    ///
    /// # Errors
    /// The first flaw, if dictionaries and blocks do not fit each other. The numbers in the dictionaries are checked by
    /// [`Source::validate`].
    pub fn new(dictionaries: Vec<Dictionary>, blocks: Vec<usize>) -> Result<Self, Flaw> {
        if dictionaries.is_empty() {
            let expected = "at least one dictionary, for a fixed source has learned before";
            return Err(Flaw::new("dictionaries", "an empty list", expected));
        }
        let learned = Self::with(dictionaries, blocks);
        learned.check_fit()?;
        Ok(learned)
    }

    fn with(dictionaries: Vec<Dictionary>, blocks: Vec<usize>) -> Self {
        Self {
            dictionaries,
            blocks,
            drift: false,
            learned_from: Vec::new(),
            licence: None,
            evidence_weight: None,
            tally: None,
        }
    }

    /// One dictionary per frame length; at least one.
    pub fn dictionaries(&self) -> &[Dictionary] {
        &self.dictionaries
    }

    /// The dictionaries, to change their numbers.
    pub fn dictionaries_mut(&mut self) -> &mut [Dictionary] {
        &mut self.dictionaries
    }

    /// The number of bases in each block, one block per training recording; sums to K.
    pub fn blocks(&self) -> &[usize] {
        &self.blocks
    }

    /// Number of bases K.
    pub fn components(&self) -> usize {
        self.dictionaries[0].components
    }

    /// Whether the dictionaries and the blocks fit each other.
    pub(super) fn check_fit(&self) -> Result<(), Flaw> {
        check_distinct(self.dictionaries.iter().map(|dictionary| &dictionary.frame))?;
        let components = self.components();
        if let Some(other) = self.dictionaries.iter().position(|dictionary| dictionary.components != components) {
            let field = format!("dictionaries[{other}].components");
            let expected = format!("{components} as in `dictionaries[0]`");
            return Err(Flaw::new(field, self.dictionaries[other].components.to_string(), expected));
        }
        check_blocks(&self.blocks, components)
    }
}

/// One dictionary whose bases form a single block.
impl From<Dictionary> for LearnedBases {
    fn from(dictionary: Dictionary) -> Self {
        let blocks = vec![dictionary.components];
        Self::with(vec![dictionary], blocks)
    }
}

/// A source's tensors are named by frame length and latency, so no two dictionaries may share both.
pub(super) fn check_distinct<'a>(frames: impl Iterator<Item = &'a FrameSpec> + Clone) -> Result<(), Flaw> {
    for (index, frame) in frames.clone().enumerate() {
        if let Some(earlier) = frames.clone().take(index).position(|other| other.label() == frame.label()) {
            let found = format!("{} like `dictionaries[{earlier}].frame_len`", frame.frame_len);
            let expected = "a frame length or a latency of its own";
            return Err(Flaw::new(format!("dictionaries[{index}].frame_len"), found, expected));
        }
    }
    Ok(())
}

fn check_blocks(blocks: &[usize], components: usize) -> Result<(), Flaw> {
    if let Some(index) = blocks.iter().position(|block| *block == 0) {
        return Err(Flaw::new(format!("blocks[{index}]"), "0", "at least 1 basis per recording"));
    }
    if blocks.iter().try_fold(0_usize, |sum, block| sum.checked_add(*block)) != Some(components) {
        let expected = format!("blocks that sum to the {components} bases of the source");
        return Err(Flaw::new("blocks", format!("{blocks:?}"), expected));
    }
    Ok(())
}
