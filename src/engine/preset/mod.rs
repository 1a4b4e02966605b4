//! A preset: an ordered set of sources with their dictionaries and knob settings.
//!
//! - [`mod@file`]: the `.unbraid.safetensors` format: write, read, versions.
//! - [`library`]: where factory and user presets live.
//! - `source`: one source, fixed, adaptive or recognised. `colour`: its colour. `role`: what the source model knows it
//!   as. `cue`: what decides which adaptive source a component goes to.
//! - `play`: how it is best played.
//! - `tally`: what bases have heard. [`merge`]: presets that were learned apart, put together.
//! - `about`: tags, author and notes. `fingerprint`: a small picture of a source's bases.
//! - [`stored_path`]: paths in JSON. `validate`: checks a preset before it is written and after it is read. `limits`:
//!   the ranges of its values.
//!
//! # Example
//! A preset with a learned and an adaptive source, written to a file's bytes and read back.
//! ```
//! use unbraid_engine::{
//!     dictionary::{Dictionary, FrameSpec, Training},
//!     preset::{Kind, Preset, Source, file},
//!     stft::{LatencyMode, Layout},
//! };
//!
//! let frame = FrameSpec::of(&Layout::new(44_100.0, LatencyMode::Quality));
//! let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 };
//! let (components, bins) = (1, frame.bins());
//! let bases = vec![1.0 / bins as f32; bins];
//! let noise = Dictionary { frame, training, components, bins, bases, reconstruction: None };
//!
//! let mut preset = Preset::of(vec![Source::fixed("noise", 0, noise), Source::adaptive("rest", 1, 10)]);
//! preset.sources[0].set_drift(true);
//! assert_eq!(preset.sources[0].kind(), Kind::Drifting);
//! assert_eq!(preset.sources[1].components(), 10);
//!
//! let bytes = file::to_bytes(&preset)?;
//! assert_eq!(file::from_bytes(&bytes, "the example")?, preset);
//! # Ok::<(), file::PresetError>(())
//! ```

mod about;
mod colour;
mod cue;
pub mod file;
mod fingerprint;
pub mod library;
mod limits;
pub mod merge;
mod play;
mod role;
mod source;
pub mod stored_path;
mod tally;
mod validate;

pub use about::{About, MAX_AUTHOR_CHARS, MAX_NOTES_CHARS, MAX_TAG_CHARS, MAX_TAGS};
pub use colour::{Colour, PALETTE};
pub use cue::Cue;
pub use fingerprint::{FINGERPRINT_STEPS, Fingerprint, fingerprint};
pub use limits::{EVIDENCE_WEIGHTS, GAINS_DB, MAX_COMPONENTS, MAX_COMPONENTS_IN_ALL, MAX_SOURCES};
pub use play::{FOCUS_RANGE, MEMORY_SECONDS_RANGE, PlaySettings, STRENGTH_RANGE};
pub use role::Role;
pub use source::{
    Kind, Knobs, LearnedBases, Source, SourceBases, UnknownKeys, display_name, from_a_take, is_from_marks,
    seconds_played,
};
pub use tally::Tally;

/// An ordered set of sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// The sources, in strip order; 1 to [`MAX_SOURCES`].
    pub sources: Vec<Source>,
    /// What decides to which adaptive source a component goes, where there are several.
    pub grouping: Cue,
    /// How it is best played, if that was found out.
    pub play: Option<PlaySettings>,
    /// What somebody has noted about it.
    pub about: About,
    /// Version of Unbraid that wrote it.
    pub written_by: String,
    /// Texts of other tools in the file's header, and in `"unbraid"` keys of a later version.
    pub unknown: UnknownKeys,
}

impl Preset {
    /// How much the evidence of the source model counts for its learned sources: the mean of what they were learned
    /// under; `None` if all were learned without it.
    pub fn evidence_weight(&self) -> Option<f32> {
        let weight = |source: &Source| source.learned()?.evidence_weight;
        let weights: Vec<f32> = self.sources.iter().filter_map(weight).collect();
        (!weights.is_empty()).then(|| weights.iter().sum::<f32>() / weights.len() as f32)
    }

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
            play: None,
            about: About::default(),
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
            unknown: UnknownKeys::default(),
        }
    }
}
