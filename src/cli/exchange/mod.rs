//! Bases in the files of other programs: NumPy's `.npz` and `.npy`, FluCoMa's multichannel WAV, `.csv`.
//!
//! - `matrix`: the numbers of a file before it is known which side is frequency.
//! - `analysis`: at which sample rate and with which frames they were found, as far as a file tells.
//! - `npz`, `bases_wav`, `table`: one format each, both ways. `npy`: one array of NumPy's. `array_names`: what belongs
//!   to a source in an `.npz`.
//! - `columns`: what is written, a column per basis.
//! - `contents`: what a file holds, and which of it is meant. `format`: reads and writes a file by its name.
//! - `foreign_sources`: the sources in a file, checked.

mod analysis;
mod array_names;
mod bases_wav;
mod columns;
mod contents;
mod foreign_sources;
mod format;
mod matrix;
mod npy;
mod npz;
mod table;

pub(super) use analysis::{FoundAnalysis, StatedAnalysis};
pub(super) use columns::{BasisColumns, SourceColumns};
pub(super) use contents::Part;
pub(super) use foreign_sources::ForeignSource;
pub use foreign_sources::sources_of_bytes;
pub(super) use format::{Format, write};
pub(super) use npz::ambiguous;
