//! The real-time engine, with presets that know these recordings or do not.

use crate::scene::Scene;
use std::ops::ControlFlow;
use unbraid_engine::{
    preset::{
        Preset, Role,
        library::{self, Entry},
    },
    recording::Recording,
    separator::{Controls, LatencyMode, offline},
};

/// The factory preset for the scene's sources.
pub(crate) fn factory(scene: &Scene, mode: LatencyMode) -> Option<Vec<Recording>> {
    named(&factory_preset(&scene.sources())?, scene, mode)
}

/// The factory preset for these sources.
pub(crate) fn factory_preset(sources: &[&str]) -> Option<Preset> {
    factory_name(sources).map(loaded)
}

/// What the factory preset for these sources is called.
pub(crate) fn factory_name(sources: &[&str]) -> Option<&'static str> {
    let has = |preset: &Preset, name: &&str| preset.sources.iter().any(|source| source.name == **name);
    let fits = |name: &&str| {
        let preset = loaded(name);
        preset.sources.len() == sources.len() && sources.iter().all(|name| has(&preset, name))
    };
    library::factory_names().find(fits)
}

/// The factory preset of this name.
///
/// # Panics
/// If there is none.
pub(crate) fn loaded(name: &str) -> Preset {
    match library::load(&Entry::of_factory(name)) {
        Ok(preset) => preset,
        Err(error) => panic!("{error}"),
    }
}

/// A preset whose sources have the names of the scene's; nothing if one is missing.
pub(crate) fn named(preset: &Preset, scene: &Scene, mode: LatencyMode) -> Option<Vec<Recording>> {
    let places = places(preset, scene)?;
    let separated = separate(preset, scene, mode);
    Some(places.into_iter().map(|place| separated[place].clone()).collect())
}

/// Where the scene's sources are in `preset`; nothing if one is missing.
pub(crate) fn places(preset: &Preset, scene: &Scene) -> Option<Vec<usize>> {
    let place = |name: &&str| preset.sources.iter().position(|source| source.name.eq_ignore_ascii_case(name));
    scene.sources().iter().map(place).collect()
}

/// A preset learned from the same instruments, where they may be learned from.
pub(crate) fn taught(scene: &Scene, mode: LatencyMode) -> Option<Vec<Recording>> {
    let preset = unbraid_benches::taught(scene.material.taught.as_ref()?);
    Some(separate(&preset, scene, mode))
}

/// The same, where the source model knows all of its sources.
pub(crate) fn taught_with_roles(scene: &Scene, mode: LatencyMode) -> Option<Vec<Recording>> {
    let roles: Option<Vec<Role>> = scene.sources().iter().map(|name| Role::named(name)).collect();
    let roles: Vec<Option<Role>> = roles?.into_iter().map(Some).collect();
    let preset = unbraid_benches::taught_as(scene.material.taught.as_ref()?, &roles);
    Some(separate(&preset, scene, mode))
}

/// The sources of `preset`, in its order.
///
/// # Panics
/// If it cannot be played.
pub(crate) fn separate(preset: &Preset, scene: &Scene, mode: LatencyMode) -> Vec<Recording> {
    match offline::separate(preset, &scene.mixture, mode, &Controls::default(), &mut |_| ControlFlow::Continue(())) {
        Ok(separation) => separation.sources,
        Err(error) => panic!("{error}"),
    }
}
