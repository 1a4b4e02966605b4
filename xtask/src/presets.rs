//! `cargo xtask presets`: writes the factory presets anew, or their report card.

use crate::{cases, python::HOSTS, system, workspace};
use anyhow::{Context, Result};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the presets are, and those of sources by instrument.
const PRESETS: &str = "presets";
const INSTRUMENTS: &str = "presets/instruments";
/// The page with the report card, and the lines around it.
const PAGE: &str = "presets/README.md";
const BEGIN: &str = "<!-- report card: written by cargo xtask presets --report -->\n";
const END: &str = "<!-- end of the report card -->\n";

/// What is wanted of the presets.
#[derive(clap::Args)]
pub(crate) struct Presets {
    /// Folder of the training sets that xtask/instruments/instruments.toml names, or UNBRAID_TRAINING_SETS; their
    /// revisions are in xtask/train/manifest.toml
    #[arg(long, value_name = "FOLDER")]
    sets: Option<PathBuf>,
    /// Write no preset: measure all of them on recordings that they never saw, write the tables into presets/README.md,
    /// and audio examples into report-card/ in the target folder
    #[arg(long)]
    report: bool,
}

impl Presets {
    /// Renders what is learned from and measured on, in `target/instruments`, and goes on from there.
    pub(crate) fn run(&self) -> Result<()> {
        system::ensure(&[&system::COMPILERS, &system::FLUIDSYNTH, &system::SOUNDFONTS])?;
        let rendered = workspace::target_dir()?.join("instruments");
        let mut render = Command::new(HOSTS.program("python")?);
        render.args(["-B", "xtask/instruments/render.py"]).arg(&rendered);
        if let Some(sets) = self.sets.clone().or_else(|| env::var_os("UNBRAID_TRAINING_SETS").map(PathBuf::from)) {
            let sets = std::path::absolute(&sets).with_context(|| format!("there is no {}", sets.display()))?;
            render.arg("--sets").arg(sets);
        }
        if self.report {
            workspace::run(&mut render)?;
            return report(&rendered);
        }
        workspace::run(&mut program("recognised", &[Path::new(PRESETS)]))?;
        workspace::run(&mut render)?;
        workspace::run(&mut program("learn", &[&rendered, Path::new(INSTRUMENTS)]))
    }
}

/// Measures all presets, and puts the tables in place of those that are on the page.
fn report(rendered: &Path) -> Result<()> {
    cases::run()?;
    let target = workspace::target_dir()?;
    let folder = target.join("report-card");
    fs::create_dir_all(&folder)?;
    let card = folder.join("card.md");
    let mut bench = workspace::cargo(&["bench", "--package", "unbraid-benches", "--bench", "untaught", "--"]);
    bench.arg("--no-stems");
    for group in ["loops", "songs", "kits", "full-kits", "kits-in-songs"] {
        bench.arg("--cases").arg(target.join("cases").join(group));
    }
    bench.arg("--cases").arg(rendered.join("mixtures"));
    bench.arg("--card").arg(&card).arg("--audio").arg(folder.join("audio"));
    bench.arg("--csv").arg(folder.join("figures.csv"));
    workspace::run(&mut bench)?;
    let output = program("fits", &[rendered, Path::new(INSTRUMENTS)]).output().context("cannot start cargo")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tables = fs::read_to_string(&card)? + &String::from_utf8_lossy(&output.stdout);

    let page = fs::read_to_string(PAGE).with_context(|| format!("cannot read {PAGE}"))?;
    let begin = page.find(BEGIN).with_context(|| format!("{PAGE} lacks the line {}", BEGIN.trim()))? + BEGIN.len();
    let end = page.find(END).with_context(|| format!("{PAGE} lacks the line {}", END.trim()))?;
    fs::write(PAGE, format!("{}\n{}\n\n{}", &page[..begin], tables.trim(), &page[end..]))?;
    println!("the tables are in {PAGE}, audio examples and all figures in {}", folder.display());
    Ok(())
}

/// `xtask/instruments`, ready to start.
fn program(command: &str, folders: &[&Path]) -> Command {
    let mut cargo = workspace::cargo(&["run", "--quiet", "--release", "--package", "instruments", "--", command]);
    cargo.args(folders);
    cargo
}
