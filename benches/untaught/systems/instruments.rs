//! The factory's sources by instrument, of two of which a scene is made.

use super::engine;
use crate::scene::Scene;
use unbraid_engine::{
    learner::adaptive::RECOGNISED_COMPONENTS,
    preset::{Preset, Role, Source, library},
    recording::Recording,
    separator::LatencyMode,
};

/// Bases of a source that nobody taught, as in the plugin.
const UNTAUGHT_COMPONENTS: usize = 8;

/// A preset for a scene; nothing where it does not apply.
type PresetFor = fn(&Scene) -> Option<Preset>;

/// The two sources as they are; in strips that are recognised, where the source model helps them; and following slowly
/// what plays.
pub(crate) const SYSTEMS: [(&str, PresetFor); 3] = [
    ("by instrument", |scene| Some(Preset::of(sources(scene)?))),
    ("by instrument and recognised", |scene| {
        let with_role = |(source, role)| Source { role: Some(role), ..source };
        Some(Preset::of(sources(scene)?.into_iter().zip(roles(scene)?).map(with_role).collect()))
    }),
    ("by instrument, adapting", |scene| {
        let mut sources = sources(scene)?;
        sources.iter_mut().for_each(|source| source.set_drift(true));
        Some(Preset::of(sources))
    }),
];

/// Without sources by instrument: recognised sources, or two adaptive ones where the source model would call both the
/// rest, in the order that scores better.
pub(crate) fn untaught(scene: &Scene, mode: LatencyMode) -> Option<Vec<Recording>> {
    let roles = roles(scene)?;
    if roles[0] != roles[1] {
        let source =
            |(strip, role): (usize, &Role)| Source::recognised(role.name(), strip, *role, RECOGNISED_COMPONENTS);
        let preset = Preset::of(roles.iter().enumerate().map(source).collect());
        return Some(engine::separate(&preset, scene, mode));
    }
    let parts = engine::separate(&Preset::unsupervised(2, UNTAUGHT_COMPONENTS), scene, mode);
    let swapped: Vec<Recording> = parts.iter().rev().cloned().collect();
    let sdr = |order: &Vec<Recording>| scene.mean_sdr(order);
    [parts, swapped].into_iter().max_by(|a, b| sdr(a).total_cmp(&sdr(b)))
}

/// The one of two instruments that is played on drums; nothing if both are, or neither.
pub(crate) fn drums(scene: &Scene) -> Option<usize> {
    match roles(scene)?[..] {
        [first, second] if is_drums(first) != is_drums(second) => Some(usize::from(is_drums(second))),
        _ => None,
    }
}

fn is_drums(role: Role) -> bool {
    role == Role::Drums || Role::KIT.contains(&role)
}

/// The source of each of the scene's instruments.
fn sources(scene: &Scene) -> Option<Vec<Source>> {
    presets(scene)?.into_iter().map(|preset| preset.sources.into_iter().next()).collect()
}

/// What the source model would know each instrument as: a drum by its name, others by their family.
fn roles(scene: &Scene) -> Option<Vec<Role>> {
    let role = |(name, preset): (&str, Preset)| {
        let by_name = Role::named(&name.to_lowercase());
        let by_family = preset.about.tags.first().and_then(|tag| Role::named(tag));
        by_name.or(by_family).unwrap_or(Role::Rest)
    };
    Some(scene.sources().into_iter().zip(presets(scene)?).map(role).collect())
}

fn presets(scene: &Scene) -> Option<Vec<Preset>> {
    let known = |name: &str| library::instrument_names().any(|instrument| instrument == name);
    scene.sources().into_iter().map(|name| known(name).then(|| engine::loaded(name))).collect()
}
