//! A preset: an ordered set of sources with their dictionaries and knob settings.
//!
//! - [`mod@file`]: the `.unbraid.safetensors` format: write, read, versions.
//! - [`library`]: where factory and user presets live.
//! - `validate`: what a preset has to be, whether it comes from a file or goes into one.

pub mod file;
pub mod library;
mod validate;

pub use validate::GAINS_DB;

use crate::dictionary::Dictionary;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most sources a preset may hold: one per gain knob and separate output.
pub const MAX_SOURCES: usize = 8;
/// Most bases a single source may hold.
pub const MAX_COMPONENTS: usize = 1024;

/// Metadata keys that this version does not know; kept as they are when a preset is written again.
///
/// They stand as deep as in the file: what was unknown among a source's knobs is in its `"knobs"`.
pub type UnknownKeys = serde_json::Map<String, serde_json::Value>;

/// A source's colour in the interface, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// The colour that `text` writes as `#rrggbb`, or `None`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }
}

/// `#rrggbb`, in lower case.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The palette of Okabe and Ito (2008), told apart with every kind of colour vision; source `i` takes entry `i`.
pub const PALETTE: [Colour; MAX_SOURCES] = [
    Colour([0xE6, 0x9F, 0x00]), // orange
    Colour([0x56, 0xB4, 0xE9]), // sky blue
    Colour([0x00, 0x9E, 0x73]), // bluish green
    Colour([0xF0, 0xE4, 0x42]), // yellow
    Colour([0xD5, 0x5E, 0x00]), // vermillion
    Colour([0xCC, 0x79, 0xA7]), // reddish purple
    Colour([0x00, 0x72, 0xB2]), // blue
    Colour([0xBB, 0xBB, 0xBB]), // grey, in black's place on a dark ground
];

/// Whether a source's bases are given or found while it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Its bases were learned before (supervised separation).
    Fixed,
    /// It takes what the fixed sources do not explain (semi-supervised separation), with this many bases.
    Adaptive {
        /// Number of bases K to learn.
        components: usize,
    },
}

/// By what the components that adaptive sources share are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cue {
    /// How sudden a component is in time and how broad in frequency: the most percussive go to the first source.
    #[default]
    Timbre,
    /// What rises and falls together.
    Time,
    /// Where it stands between left and right: the leftmost go to the first source.
    Position,
}

impl Cue {
    /// All cues, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Timbre, Self::Time, Self::Position];

    /// What it is called in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timbre => "timbre",
            Self::Time => "time",
            Self::Position => "position",
        }
    }

    /// The cue that is called `name`, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cue| cue.name() == name)
    }
}

/// Where a source's knob and switches stand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Knobs {
    /// Gain in dB; `None` is silence (minus infinity).
    pub gain_db: Option<f32>,
    /// The source is silenced.
    pub mute: bool,
    /// Only soloed sources are heard.
    pub solo: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { gain_db: Some(0.0), mute: false, solo: false }
    }
}

/// One of the things in the mixture that gets a knob.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// What the strip is called: "drums".
    pub name: String,
    /// The strip's colour.
    pub colour: Colour,
    /// Fixed or adaptive.
    pub kind: Kind,
    /// Whether its bases may move towards what plays, from what was learned. Never so for adaptive sources, which move freely.
    pub drift: bool,
    /// How the components fall into blocks, one block per training recording; sums to K. Empty for adaptive sources.
    pub blocks: Vec<usize>,
    /// Knob settings that come with the preset.
    pub knobs: Knobs,
    /// File names of the recordings it was learned from.
    pub learned_from: Vec<String>,
    /// Licence of those recordings, if known.
    pub licence: Option<String>,
    /// The bases, at one or more frame lengths, all with the same K. Empty for adaptive sources.
    pub dictionaries: Vec<Dictionary>,
    /// Keys of a later version. Those of a dictionary are in `"dictionaries"`, by its frame length.
    pub unknown: UnknownKeys,
}

impl Source {
    /// Whether its bases move while it plays.
    pub fn may_move(&self) -> bool {
        self.kind != Kind::Fixed || self.drift
    }

    /// A source with `dictionaries` that were learned, in one block, on strip `strip`, from 0.
    pub fn fixed(name: impl Into<String>, strip: usize, dictionaries: Vec<Dictionary>) -> Self {
        Self {
            kind: Kind::Fixed,
            blocks: dictionaries.iter().take(1).map(|dictionary| dictionary.components).collect(),
            dictionaries,
            ..Self::adaptive(name, strip, 0)
        }
    }

    /// A source that nobody taught, with room for `components` bases, on strip `strip`, from 0.
    pub fn adaptive(name: impl Into<String>, strip: usize, components: usize) -> Self {
        Self {
            name: name.into(),
            colour: PALETTE[strip % PALETTE.len()],
            kind: Kind::Adaptive { components },
            drift: false,
            blocks: Vec::new(),
            knobs: Knobs::default(),
            learned_from: Vec::new(),
            licence: None,
            dictionaries: Vec::new(),
            unknown: UnknownKeys::default(),
        }
    }

    /// Number of bases K: those that were learned, or those to learn.
    pub fn components(&self) -> usize {
        match self.kind {
            Kind::Fixed => self.blocks.iter().fold(0, |sum, block| sum.saturating_add(*block)),
            Kind::Adaptive { components } => components,
        }
    }
}

impl Preset {
    /// A preset of `count` adaptive sources, 2 to [`MAX_SOURCES`], of `components` bases each: unsupervised separation.
    pub fn unsupervised(count: usize, components: usize) -> Self {
        let source = |index: usize| Source::adaptive(format!("part {}", index + 1), index, components);
        Self::of((0..count.clamp(2, MAX_SOURCES)).map(source).collect())
    }

    /// A preset of `sources`, made by this version.
    pub fn of(sources: Vec<Source>) -> Self {
        Self {
            sources,
            grouping: Cue::default(),
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
            unknown: UnknownKeys::default(),
        }
    }
}

/// An ordered set of sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// The sources, in strip order; 1 to [`MAX_SOURCES`].
    pub sources: Vec<Source>,
    /// By what adaptive sources, where there are several, share what nobody taught.
    pub grouping: Cue,
    /// Version of Unbraid that wrote it.
    pub written_by: String,
    /// Other tools' texts in the file's header, and in `"unbraid"` the keys of a later version.
    pub unknown: UnknownKeys,
}
