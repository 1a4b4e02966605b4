//! The parts of `cargo xtask` that make sound; started by it.
//!
//! - `presets`: the factory presets, learned from scores.

mod presets;

use anyhow::{Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["presets", recordings, presets] => presets::run(Path::new(recordings), Path::new(presets)),
        _ => bail!("this program is started by cargo xtask presets"),
    }
}
