//! What the source model says of a whole recording.

use super::super::spectrogram::Spectrogram;
use crate::{
    evidence::Evidence,
    preset::{Preset, Role},
    recording::Recording,
    separator::{ModelError, offline::SeparateError},
};

/// How likely the sources of `preset` are in each of `width` bands of every frame, `[T, S, B]`. The source model hears
/// the recording twice, so that it knows the beginning as well as the rest.
///
/// # Errors
/// [`ModelError::SourceModel`]
pub(super) fn prior(
    preset: &Preset,
    mixture: &Recording,
    spectrogram: &Spectrogram,
    width: usize,
) -> Result<Vec<f32>, SeparateError> {
    let count = preset.sources.len();
    let mut prior = vec![1.0 / count as f32; spectrogram.len() * count * width];
    if preset.sources.iter().all(|source| source.role.is_none()) {
        return Ok(prior);
    }
    // What the source model does not know is part of the rest. Sources with one role share what it says.
    let roles: Vec<Role> = preset.sources.iter().map(|source| source.role.unwrap_or(Role::Rest)).collect();
    let evidence = Evidence::new(&spectrogram.layout, roles.iter().copied(), width);
    let mut evidence = evidence.ok_or(ModelError::SourceModel)?;
    let power = spectrogram.power(&mixture.channels);
    let bins = spectrogram.layout.bins();
    power.chunks_exact(bins).for_each(|power| evidence.hear(power));
    for (power, prior) in power.chunks_exact(bins).zip(prior.chunks_exact_mut(count * width)) {
        evidence.hear(power);
        for (role, row) in roles.iter().zip(prior.chunks_exact_mut(width)) {
            let alike = roles.iter().filter(|other| *other == role).count() as f32;
            row.iter_mut().zip(evidence.prior(*role)).for_each(|(prior, said)| *prior = said / alike);
        }
    }
    Ok(prior)
}
