//! The factory presets; `cargo xtask presets` starts this program.
//!
//! - `recognised`: presets of sources that the source model recognises.
//! - `rendered`: what `render.py` has made, and what it says about it.
//! - `learned`: sources by instrument, learned from it. `packing`: their bases as they are stored.
//! - `fits`: how well they fit recordings of their own instruments and of others.

mod fits;
mod learned;
mod packing;
mod recognised;
mod rendered;

use anyhow::{Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(Path::new).collect::<Vec<_>>()[..] {
        [command, presets] if command == "recognised" => recognised::run(presets),
        [command, rendered, presets] if command == "learn" => learned::run(rendered, presets),
        [command, rendered, presets] if command == "fits" => fits::run(rendered, presets),
        _ => bail!("this program is started by cargo xtask presets"),
    }
}
