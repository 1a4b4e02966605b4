//! The parts of `cargo xtask` that make sound; `cargo xtask` starts them.
//!
//! - `demo`: the built plugin separates a mixture.
//! - `soak`: the built plugin plays for hours.
//! - `learning`: sources learned from recordings, with a progress bar.

mod demo;
mod learning;
mod soak;

use anyhow::{Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(Path::new).collect::<Vec<_>>()[..] {
        [command, plugin, output] if command == "demo" => demo::run(plugin, output),
        [command, plugin, hours, seed] if command == "soak" => {
            let number = |text: &Path| text.to_string_lossy().into_owned();
            soak::run(plugin, number(hours).parse()?, number(seed).parse()?)
        }
        _ => bail!("this program is started by cargo xtask demo and soak"),
    }
}
