//! How well material is separated that nothing was learned from, side by side with what one could do instead and with
//! the best that masks can do.
//!
//!     cargo bench --bench untaught -- [--cases DIR]... [--csv FILE] [--pictures DIR] [--modes quality,live]
//!     cargo bench --bench untaught -- --no-stems --cases DIR --card FILE [--audio DIR]
//!
//! - `material`: the cases. `scene`: one of them, ready to be separated and scored.
//! - `systems`: what separates them; a new system is a name and a function there.
//! - `figures`, `course`: what is measured. `report`: the tables. `csv`: the file. `picture`: masks beside ideal masks.
//! - `card`: how good every factory preset is, in Markdown. `audio`: what that sounds like.

mod audio;
mod card;
mod course;
mod csv;
mod figures;
mod frames;
mod material;
mod picture;
mod report;
mod scene;
mod systems;

use clap::Parser;
use course::Course;
use figures::Figures;
use scene::Scene;
use std::path::PathBuf;
use systems::System;
use unbraid_engine::{recording::Recording, separator::LatencyMode};

/// Measures the separation of material that nothing was learned from. Paths are relative to the project's root.
#[derive(Parser)]
struct Arguments {
    /// Also the cases in this folder: every subfolder with drums.*, bass.* and perhaps rest.* or melody.*; a subfolder
    /// of such subfolders is a group (may be given again)
    #[arg(long, value_name = "DIR")]
    cases: Vec<PathBuf>,
    /// Leave out the stems of the tests or of UNBRAID_STEMS
    #[arg(long)]
    no_stems: bool,
    /// Also this preset, its sources called drums, bass and rest (may be given again)
    #[arg(long, value_name = "FILE")]
    preset: Vec<PathBuf>,
    /// The latency modes to measure
    #[arg(long, value_name = "MODES", value_delimiter = ',', default_value = "quality,live", value_parser = mode)]
    modes: Vec<LatencyMode>,
    /// Only the systems whose names contain this, and the mixture (may be given again)
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Play every case this often on end, and measure the last time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    passes: u16,
    /// SDR second by second, in windows of 2 s
    #[arg(long)]
    course: bool,
    /// Write all figures to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw a picture of every case into this folder
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,
    /// Write how good every factory preset is to this file, in Markdown; only what that says is measured
    #[arg(long, value_name = "FILE", conflicts_with_all = ["only", "preset", "modes", "course"])]
    card: Option<PathBuf>,
    /// Write the sources of the first case of every group into this folder, as each system separates them
    #[arg(long, value_name = "DIR")]
    audio: Option<PathBuf>,
    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

/// What a system made of a case.
struct Result {
    system: String,
    /// In the order of the case's parts, each as long as all passes together.
    estimates: Vec<Recording>,
    figures: Figures,
}

/// One case and what every system made of it.
struct Outcome {
    group: String,
    case: String,
    /// The names of the case's parts.
    sources: Vec<String>,
    /// Where the last pass begins and ends, in seconds.
    measured: [f64; 2],
    /// System and figures, the mixture first.
    figures: Vec<(String, Figures)>,
    /// System and course; none unless asked for.
    courses: Vec<(String, Course)>,
}

fn main() {
    let arguments = Arguments::parse();
    // Cargo starts benchmarks in their own crate's folder.
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    if let Err(error) =
        std::env::set_current_dir(root).map_err(|error| error.to_string()).and_then(|()| run(&arguments))
    {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> std::result::Result<(), String> {
    let mut cases = if arguments.no_stems { Vec::new() } else { material::stems() };
    for folder in &arguments.cases {
        cases.extend(material::in_folder(folder)?);
    }
    let mut systems = systems::all(&arguments.modes, &arguments.preset, &arguments.only)?;
    if arguments.card.is_some() {
        systems.retain(|system| card::tells_of(&system.name));
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    report::explain();
    for case in cases {
        let scene = Scene::new(case, usize::from(arguments.passes))?;
        let results: Vec<Result> = systems.iter().filter_map(|system| result(system, &scene)).collect();
        if let Some(folder) = &arguments.pictures {
            picture::draw(&scene, &results, folder)?;
        }
        if let Some(folder) = &arguments.audio
            && outcomes.iter().all(|outcome| outcome.group != scene.material.group)
        {
            audio::write(&scene, &results, folder)?;
        }
        let courses = if arguments.course { course::of(&scene, &results) } else { Vec::new() };
        let figures = results.into_iter().map(|result| (result.system, result.figures)).collect();
        let outcome = Outcome {
            group: scene.material.group.clone(),
            case: scene.material.name.clone(),
            sources: scene.material.sources.clone(),
            measured: scene.last_pass_seconds(),
            figures,
            courses,
        };
        report::print_case(&outcome);
        outcomes.push(outcome);
    }
    report::print_means(&outcomes);
    if let Some(path) = &arguments.card {
        card::write(path, &outcomes)?;
    }
    arguments.csv.as_ref().map_or(Ok(()), |path| csv::write(path, &outcomes))
}

fn result(system: &System, scene: &Scene) -> Option<Result> {
    let estimates = (system.separate)(scene)?;
    let figures = Figures::of(scene, &estimates);
    Some(Result { system: system.name.clone(), estimates, figures })
}

fn mode(name: &str) -> std::result::Result<LatencyMode, String> {
    let names = LatencyMode::ALL.map(LatencyMode::name).join(", ");
    LatencyMode::named(name).ok_or_else(|| format!("the modes are {names}"))
}
