//! The `.unbraid.safetensors` format: one preset in one file.
//!
//! A safetensors file: the length of its header (u64, little-endian), the header (JSON), the tensors. Each
//! dictionary is a tensor `source.I.bases.N`, f32, row-major `[K, F]`: source `I` (counted from 0) at frame
//! length `N`, or `source.I.bases.N.L` where the latency `L` is shorter than the frame. Its reconstruction bases, if it has
//! any, are `source.I.reconstruction.N` or `.N.L`. Everything else is one JSON document, the text under `unbraid` in the header's `__metadata__`:
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
//! A gain of `null` is silence. A fixed source that may drift has `"drift": true`. Beside `"sources"` may stand `"grouping"`, by
//! what adaptive sources share what nobody taught: `"timbre"` (which is meant where it is missing), `"time"` or `"position"`. A dictionary for an asymmetric window also has its `"latency"`, in samples. All other keys have
//! to be there; keys that are not listed here are kept. The same
//! preset always gives the same bytes, and a file that was written here and is read and written again does too.
//!
//! - `container`: the header and where the tensors lie.
//! - `fields`: JSON values, taken one by one and by type.
//! - `peek`: what is in a file, without its numbers.
//! - `read`, `write`: a preset out of a file, a preset into a file.
//! - `error`: what can be wrong.

mod container;
mod error;
mod fields;
mod peek;
mod read;
mod write;

use crate::dictionary::FrameSpec;

pub use error::{PresetError, Problem};
pub use peek::{peek, peek_bytes};
pub use read::{from_bytes, read};
pub use write::{to_bytes, write};

/// How the name of every preset file ends.
pub const SUFFIX: &str = ".unbraid.safetensors";

/// The format that is written. Files of this version and of all before it can be read.
pub const FORMAT_VERSION: u32 = 1;

/// Largest preset file, in bytes. Eight sources of a hundred bases, learned together, take 20 MB.
pub const MAX_FILE_BYTES: u64 = 512 << 20;

/// Largest header, in bytes.
pub const MAX_HEADER_BYTES: u64 = 8 << 20;

/// What the bases of source `source` (counted from 0) for `frame` are called.
fn bases_name(source: usize, frame: &FrameSpec) -> String {
    format!("source.{source}.bases.{}", frame.label())
}

/// What the reconstruction bases are called.
fn reconstruction_name(source: usize, frame: &FrameSpec) -> String {
    format!("source.{source}.reconstruction.{}", frame.label())
}
