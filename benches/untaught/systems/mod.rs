//! What separates the cases. A new system is a line in [`all`]: its name, and a function that gives the scene's
//! sources in their order, or nothing where it does not apply.
//!
//! [`engine`]: presets of the factory, others, and taught ones. [`instruments`]: sources by instrument. [`hand`]:
//! marks. [`medians`], [`crossover`]: what one could do instead. [`ideal`]: the best that masks can do.

mod crossover;
pub(crate) mod engine;
mod hand;
mod ideal;
mod instruments;
mod medians;

use crate::scene::Scene;
use std::path::PathBuf;
use unbraid_engine::{preset::file, recording::Recording, separator::LatencyMode};

/// The sources of a scene in its order, as long as its mixture; nothing where it does not apply.
type Separate = dyn Fn(&Scene) -> Option<Vec<Recording>> + Send + Sync;

/// A way to separate.
pub(crate) struct System {
    pub(crate) name: String,
    pub(crate) separate: Box<Separate>,
}

impl System {
    fn new(
        name: impl Into<String>,
        separate: impl Fn(&Scene) -> Option<Vec<Recording>> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), separate: Box::new(separate) }
    }
}

/// The mixture itself, then every system whose name contains one of `only`; all of them if that is empty.
pub(crate) fn all(modes: &[LatencyMode], presets: &[PathBuf], only: &[String]) -> Result<Vec<System>, String> {
    let mut systems = vec![System::new("HPSS", medians::separate), System::new("best cut-off EQ", crossover::separate)];
    for mode in modes.iter().copied() {
        let separate = move |scene: &Scene| engine::factory(scene, mode).or_else(|| instruments::untaught(scene, mode));
        systems.push(System::new(format!("factory, {}", mode.name()), separate));
    }
    for (name, preset) in instruments::SYSTEMS {
        for mode in modes.iter().copied() {
            let separate = move |scene: &Scene| Some(engine::separate(&preset(scene)?, scene, mode));
            systems.push(System::new(format!("{name}, {}", mode.name()), separate));
        }
    }
    for path in presets {
        let preset = file::read(path).map_err(|error| error.to_string())?;
        let title = path.file_name().unwrap_or_default().to_string_lossy().replace(file::SUFFIX, "");
        for mode in modes.iter().copied() {
            let preset = preset.clone();
            let name = format!("{title}, {}", mode.name());
            systems.push(System::new(name, move |scene| engine::named(&preset, scene, mode)));
        }
    }
    for (name, practice) in hand::PRACTICES {
        systems.push(System::new(format!("marks: {name}"), move |scene| hand::separate(scene, practice)));
    }
    for mode in modes.iter().copied() {
        systems.push(System::new(format!("taught, {}", mode.name()), move |scene| engine::taught(scene, mode)));
        let separate = move |scene: &Scene| engine::taught_with_roles(scene, mode);
        systems.push(System::new(format!("taught with roles, {}", mode.name()), separate));
    }
    for mode in modes.iter().copied() {
        let name = format!("ideal ratio mask, {}", mode.name());
        systems.push(System::new(name, move |scene| Some(ideal::separate(scene, mode))));
    }
    systems.retain(|system| only.is_empty() || only.iter().any(|part| system.name.contains(part)));
    systems.insert(0, System::new("mixture", |scene| Some(vec![scene.mixture.clone(); scene.sources().len()])));
    Ok(systems)
}
