//! The parts of `cargo xtask` that make sound; `cargo xtask` starts them.
//!
//! - `demo`: the built plugin separates a mixture.
//! - `presets`: the factory presets.
//! - `learning`: sources learned from recordings, with a progress bar.

mod demo;
mod learning;
mod presets;

use anyhow::{Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(Path::new).collect::<Vec<_>>()[..] {
        [command, plugin, output] if command == "demo" => demo::run(plugin, output),
        [command, presets] if command == "presets" => presets::run(presets),
        _ => bail!("this program is started by cargo xtask demo and cargo xtask presets"),
    }
}
