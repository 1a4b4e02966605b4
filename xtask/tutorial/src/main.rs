//! The page `docs/tutorial.md` with its figures: from a spectrogram to separated sounds, every number from a run.
//!
//! - `nmf`: multiplicative updates, as in the textbook, in double precision.
//! - `plca`: expectation maximisation of probabilistic latent component analysis, likewise.
//! - `equivalence`: how far they are from each other, and from the engine.
//! - `material`: recordings, and what was learned from them.
//! - `separation`: supervised, semi-supervised, unsupervised.
//! - `figures`: the pictures. `page`: the text with its numbers.

mod equivalence;
mod figures;
mod material;
mod nmf;
mod page;
mod plca;
mod separation;

use anyhow::{Context, Result};
use std::{fs, path::Path};

/// Where the page lies, below the project's root.
const PAGE: &str = "docs/tutorial.md";
/// The folder of its figures.
const FIGURES: &str = "docs/tutorial";

fn main() -> Result<()> {
    let material = material::Material::read(Path::new("."))?;
    let separated = separation::separate(&material)?;
    let numbers = page::numbers(&material, &separated)?;
    fs::create_dir_all(FIGURES).context(FIGURES)?;
    figures::draw(&material, &separated, Path::new(FIGURES))?;
    fs::write(PAGE, page::text(&numbers)?).context(PAGE)?;
    println!("wrote {PAGE} and its figures");
    Ok(())
}
