//! The `.unbraid.safetensors` format: one preset in one file.
//!
//! A preset is a safetensors file: the length of its header (u64, little-endian), the header (JSON), the tensors. Each
//! dictionary is a tensor `source.I.bases.N`, f32, row-major `[K, F]`, of source `I` (counted from 0) at frame length
//! `N`; it is called `source.I.bases.N.L` where the latency `L` is shorter than the frame. Reconstruction bases, if
//! there are any, are `source.I.reconstruction.N` or `.N.L`. Everything else is one JSON document, the text under
//! `unbraid` in the header's `__metadata__`:
//!
//! ```json
//! {
//!   "format_version": 1,
//!   "written_by": "0.1.0",
//!   "sources": [
//!     {
//!       "name": "drums", "colour": "#e69f00", "kind": "fixed", "blocks": [25],
//!       "knobs": {"gain_db": 0.0, "mute": false, "solo": false},
//!       "learned_from": ["kit.flac"], "licence": null,
//!       "dictionaries": [
//!         {
//!           "frame_len": 2048, "sample_rate": 44100.0, "window": "hann", "exponent": 1.0,
//!           "training": {"divergence": "kl", "seed": 0, "iterations": 200}
//!         }
//!       ]
//!     },
//!     {
//!       "name": "rest", "colour": "#56b4e9", "kind": "adaptive", "components": 25, "blocks": [],
//!       "knobs": {"gain_db": null, "mute": false, "solo": false},
//!       "learned_from": [], "licence": null, "dictionaries": []
//!     }
//!   ]
//! }
//! ```
//!
//! A gain of `null` is silence. A fixed source that may drift has `"drift": true`. A source that the source model knows
//! has a `"role"`: `"drums"`, `"bass"` or `"rest"`, or a part of the drums, `"kick"`, `"snare"`, `"hats"`, `"toms"` or
//! `"cymbals"`; if its kind is adaptive, it is a recognised source. The optional key `"grouping"` beside `"sources"`
//! says what decides to which of several adaptive sources a component goes: `"timbre"` (the default), `"time"` or
//! `"position"`. The optional key `"play"` there says how the preset is best played, as the command line does unless it
//! is told otherwise: `{"mode": "quality", "focus": 1.8, "sparsity": 0.1, "smoothness": 0.0}`. The optional key
//! `"about"` there holds what was noted about the preset, each part of it optional: `{"tags": ["slap", "live"],
//! "author": "…", "notes": "…"}`. A fixed source whose reconstruction bases were learned under the evidence of the
//! source model has its `"evidence_weight"`, from 0 to 1, with which it plays. A source
//! that has heard all of long recordings says so: the optional key `"heard"` is `{"start": "0123456789abcdef",
//! "seconds": 36000.0, "weights": [[…], […]]}`, with a list per dictionary of how much of the sound each basis
//! explains. A dictionary for an asymmetric window also has its `"latency"`, in samples. All other keys are required;
//! unknown keys are kept. `"solo"` says nothing any more: it is written as `false`, and whatever it is, the source is
//! not soloed. The same preset always gives the same bytes, and so does a file of this version that is read and written
//! again.
//!
//! Format version 2 is for presets inside projects; [`to_packed_bytes`] writes it. A tensor whose numbers were rounded
//! is f16 there, and a tensor of f32 `[K]`, its name followed by `.scales`, is what its rows are multiplied by. If its
//! shape is `[K, B]` with fewer bands B than bins, a tensor of u32 `[B]`, its name followed by `.bands`, says at which
//! bin each band begins, the first one at 0: all bins of a band have the same weight. Files that people keep are of
//! version 1, all in f32. Either way a preset comes back bit for bit.
//!
//! - `container`: the header, and where the tensors are.
//! - `fields`: JSON values, taken by name and type.
//! - `peek`: the names of a preset's sources and what was noted about it, read from the header alone.
//! - `read`, `write`: reads and writes a preset. `learned_fields`: what a file says that a source has learned.
//!   `half_rows`: numbers in f16.
//! - `error`: what can be wrong with a file. `temporary`: files that replace others when they are whole.

mod container;
mod error;
mod fields;
mod half_rows;
mod learned_fields;
mod peek;
mod read;
pub(super) mod temporary;
mod write;

use crate::dictionary::FrameSpec;

pub use error::{PresetError, Problem};
pub use half_rows::{round, round_dictionary, round_found};
pub use peek::{Peeked, peek, peek_bytes};
pub use read::{from_bytes, read};
pub use write::{replace_whole, to_bytes, to_packed_bytes, write};

/// Suffix of every preset file.
pub const SUFFIX: &str = ".unbraid.safetensors";

/// The newest format version. Files of this and all earlier versions can be read.
pub const FORMAT_VERSION: u32 = 2;

/// The format version of a file that holds all numbers in f32.
const WHOLE_VERSION: u32 = 1;

/// Largest preset file, in bytes. Eight sources of a hundred bases, learned together, take 20 MB.
pub const MAX_FILE_BYTES: u64 = 128 << 20;

/// Largest header, in bytes.
pub const MAX_HEADER_BYTES: u64 = 8 << 20;

/// Name of the tensor of bases of source `source` (counted from 0) for `frame`.
fn bases_name(source: usize, frame: &FrameSpec) -> String {
    format!("source.{source}.bases.{}", frame.label())
}

/// Name of the tensor of reconstruction bases.
fn reconstruction_name(source: usize, frame: &FrameSpec) -> String {
    format!("source.{source}.reconstruction.{}", frame.label())
}

/// Name of the tensor that says what the rows of the f16 tensor `name` are multiplied by.
fn scales_name(name: &str) -> String {
    format!("{name}.scales")
}

/// Name of the tensor that says where the bands of the f16 tensor `name` begin.
fn bands_name(name: &str) -> String {
    format!("{name}.bands")
}
