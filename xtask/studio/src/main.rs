//! The parts of `cargo xtask` that make sound; started by it.
//!
//! - `demo`: the built plugin takes a mixture apart.
//! - `presets`: the factory presets, learned from scores.
//! - `learning`: a source learned while one watches.

mod demo;
mod learning;
mod presets;

use anyhow::{Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(Path::new).collect::<Vec<_>>()[..] {
        [command, plugin, output] if command == "demo" => demo::run(plugin, output),
        [command, recordings, presets] if command == "presets" => presets::run(recordings, presets),
        _ => bail!("this program is started by cargo xtask demo and cargo xtask presets"),
    }
}
