//! Reads a net from the file that training has written: safetensors, f16.

use super::{
    SourceSet,
    features::{FEATURES_PER_BAND, Reading},
    network::{Gru, Linear, Network, Shape},
};
use crate::nmf::{aligned::LINE, bands::Bands};
use half::f16;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

/// The rate at which the file states the distance between steps, in Hz.
const REFERENCE_RATE: f64 = 44_100.0;
/// The key of the description among the file's metadata.
const DESCRIPTION: &str = "source_model";
/// What the net reads of each band.
const FEATURES: [&str; FEATURES_PER_BAND] = ["level", "change", "tonal"];
/// Version of the layout of the file that this reads.
const VERSION: u32 = 1;

/// The net of one frame length, shared by all instances.
#[derive(Debug)]
pub(super) struct TrainedNet {
    pub(super) network: Network,
    pub(super) reading: Reading,
    /// Number of bins from 0 Hz up that its bands cover.
    pub(super) bins: usize,
}

/// What a file says about its net.
#[derive(Debug, Deserialize)]
struct Description {
    version: u32,
    sources: Vec<String>,
    #[serde(default)]
    others: bool,
    bands: usize,
    last_bin: usize,
    hidden: usize,
    step_samples_at_44100: f64,
    follower_seconds: f64,
    #[serde(default)]
    memory_seconds: Option<f64>,
    tonal_steps: usize,
    tonal_bands: usize,
    features: [String; FEATURES_PER_BAND],
}

/// Why a file is not a net.
#[derive(Debug, thiserror::Error)]
pub(super) enum WeightsError {
    #[error("the file of the source model is damaged: {0}")]
    Container(#[from] safetensors::SafeTensorError),
    #[error("the file of the source model does not describe it: {0}")]
    Description(#[from] serde_json::Error),
    #[error("the source model has no {0}")]
    Missing(&'static str),
    #[error("the source model's {0} does not have the expected type, shape or numbers")]
    Misfit(&'static str),
}

/// Reads the net for the sources of `set` in `bytes`, a whole file.
pub(super) fn read(bytes: &[u8], set: SourceSet) -> Result<TrainedNet, WeightsError> {
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let text = header.metadata().as_ref().and_then(|metadata| metadata.get(DESCRIPTION));
    let description: Description = serde_json::from_str(text.ok_or(WeightsError::Missing(DESCRIPTION))?)?;
    let Description { bands, last_bin, hidden, step_samples_at_44100, .. } = description;
    let Description { follower_seconds, memory_seconds, .. } = description;
    let Description { version, tonal_steps, tonal_bands, features, sources, others, .. } = description;
    let is_of_set = sources.iter().eq(set.roles().iter().map(|role| role.name())) && others == set.has_others();
    let fits = is_of_set && last_bin > 1 && bands == Bands::new(1..last_bin).len();
    if version != VERSION || !fits || hidden == 0 || !hidden.is_multiple_of(LINE) {
        return Err(WeightsError::Misfit(DESCRIPTION));
    }
    let are_odd = tonal_steps % 2 == 1 && tonal_bands % 2 == 1;
    let are_positive =
        step_samples_at_44100 >= 1.0 && follower_seconds > 0.0 && memory_seconds.is_none_or(|seconds| seconds > 0.0);
    if features != FEATURES || !are_odd || !are_positive {
        return Err(WeightsError::Misfit(DESCRIPTION));
    }
    let tensors = SafeTensors::deserialize(bytes)?;
    let (sources, flags) = (set.roles().len(), set.flags());
    let shape = Shape { bands, hidden, features: FEATURES_PER_BAND * bands, sources, flags };
    let linear = |weights, bias, rows, columns| {
        let (weights, bias) = (numbers(&tensors, weights, &[rows, columns])?, numbers(&tensors, bias, &[rows])?);
        Ok::<_, WeightsError>(Linear::new(&weights, columns, &bias))
    };
    let unit = |[weights_in, bias_in, weights_own, bias_own]: [&'static str; 4]| {
        let input = linear(weights_in, bias_in, 3 * hidden, hidden)?;
        Ok::<_, WeightsError>(Gru { input, recurrent: linear(weights_own, bias_own, 3 * hidden, hidden)? })
    };
    let units = [
        unit(["gru1.weight_ih", "gru1.bias_ih", "gru1.weight_hh", "gru1.bias_hh"])?,
        unit(["gru2.weight_ih", "gru2.bias_ih", "gru2.weight_hh", "gru2.bias_hh"])?,
    ];
    let input = linear("input.weight", "input.bias", hidden, shape.features + flags)?;
    let output = linear("output.weight", "output.bias", sources * bands, 2 * hidden)?;
    let step_seconds = step_samples_at_44100 / REFERENCE_RATE;
    let kept = memory_seconds.map_or(1.0, |seconds| (-step_seconds / seconds).exp() as f32);
    let network = Network::new(shape, input, units, output, kept);
    let reading = Reading { bands, step_seconds, follower_seconds, tonal_steps, tonal_bands };
    Ok(TrainedNet { network, reading, bins: last_bin })
}

/// The finite numbers of the tensor `name`, which must have `shape`.
fn numbers(tensors: &SafeTensors<'_>, name: &'static str, shape: &[usize]) -> Result<Vec<f32>, WeightsError> {
    let tensor = tensors.tensor(name).map_err(|_| WeightsError::Missing(name))?;
    if tensor.dtype() != Dtype::F16 || tensor.shape() != shape {
        return Err(WeightsError::Misfit(name));
    }
    let (halves, _) = tensor.data().as_chunks();
    let numbers: Vec<f32> = halves.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect();
    if numbers.iter().all(|number| number.is_finite()) { Ok(numbers) } else { Err(WeightsError::Misfit(name)) }
}
