//! A preset: an ordered set of sources with their dictionaries and knob settings.
//!
//! - [`mod@file`]: the `.unbraid.safetensors` format: write, read, versions.
//! - [`library`]: where factory and user presets live.
//! - [`source`]: one source, fixed or adaptive.
//! - `validate`: what a preset has to be, whether it comes from a file or goes into one.

pub mod file;
pub mod library;
pub mod source;
mod validate;

pub use source::{Kind, LearnedBases, Source, SourceBases};
pub use validate::GAINS_DB;

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
