//! Writes a preset to a file.

use super::{
    FORMAT_VERSION, MAX_FILE_BYTES, PresetError, Problem, WHOLE_VERSION, bands_name, bases_name,
    container::{self, Header},
    half_rows::HalfRows,
    reconstruction_name, scales_name, temporary,
};
use crate::{
    dictionary::Dictionary,
    number::decimal,
    preset::{
        About, Cue, LearnedBases, PlaySettings, Preset, Source, SourceBases, Tally, UnknownKeys, validate::DOCUMENT,
    },
};
use safetensors::{Dtype, tensor::TensorInfo};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Writes `preset` to the file at `path`, completely or not at all: after an error an older file is still as it was.
///
/// # Errors
/// If the preset is not valid, or the system refuses to write.
pub fn write(preset: &Preset, path: &Path) -> Result<(), PresetError> {
    serialize(preset, Numbers::Whole)
        .and_then(|bytes| replace(path, |file| file.write_all(&bytes)).map_err(Problem::Unwritable))
        .map_err(|problem| problem.of(path.display().to_string()))
}

/// The bytes of a file that holds `preset`. The same preset always gives the same bytes.
///
/// # Errors
/// If the preset is not valid.
pub fn to_bytes(preset: &Preset) -> Result<Vec<u8>, PresetError> {
    serialize(preset, Numbers::Whole).map_err(|problem| problem.of("the preset"))
}

/// The bytes of a small file of `preset`, without loss: bases that were rounded (see [`round`](super::round)) in f16,
/// the others in f32. The same preset always gives the same bytes.
///
/// # Errors
/// If the preset is not valid.
pub fn to_packed_bytes(preset: &Preset) -> Result<Vec<u8>, PresetError> {
    serialize(preset, Numbers::Packed).map_err(|problem| problem.of("the preset"))
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// All in f32.
    Whole,
    /// In f16 where that loses nothing.
    Packed,
}

/// A tensor as it is written.
struct Tensor {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// Replaces the file at `path` by `bytes`, completely or not at all, as [`write`](fn@write) does with a preset.
///
/// # Errors
/// If the system refuses to write.
pub fn replace_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, |file| file.write_all(bytes))
}

fn serialize(preset: &Preset, numbers: Numbers) -> Result<Vec<u8>, Problem> {
    preset.validate()?;
    let tensors = tensors(preset, numbers);
    let has_halves = tensors.iter().any(|tensor| tensor.dtype == Dtype::F16);
    let version = if has_halves { FORMAT_VERSION } else { WHOLE_VERSION };
    let (places, data_bytes) = places(&tensors);
    let mut bytes = container::front(&Header { metadata: metadata(preset, version), tensors: places })?;
    let total = bytes.len() as u64 + data_bytes as u64;
    if total > MAX_FILE_BYTES {
        return Err(Problem::TooLarge(total));
    }
    bytes.reserve_exact(data_bytes);
    tensors.iter().for_each(|tensor| bytes.extend_from_slice(&tensor.bytes));
    Ok(bytes)
}

/// The header's entries for all tensors, and the tensors' total size in bytes.
fn places(tensors: &[Tensor]) -> (BTreeMap<String, TensorInfo>, usize) {
    let mut end = 0;
    let place = |Tensor { name, dtype, shape, bytes }: &Tensor| {
        let start = end;
        end += bytes.len();
        (name.clone(), TensorInfo { dtype: *dtype, shape: shape.clone(), data_offsets: (start, end) })
    };
    (tensors.iter().map(place).collect(), end)
}

/// All tensors, in the order of sources and dictionaries; those of f16 last, so that all are aligned.
fn tensors(preset: &Preset, numbers: Numbers) -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for (name, dictionary, rows) in rows_of(preset) {
        let Dictionary { components, bins, .. } = *dictionary;
        let halves = (numbers == Numbers::Packed).then(|| HalfRows::pack(rows, bins)).flatten();
        let Some(HalfRows { scales, starts, numbers }) = halves else {
            tensors.push(Tensor { name, dtype: Dtype::F32, shape: vec![components, bins], bytes: f32_bytes(rows) });
            continue;
        };
        let (shape, bytes) = (vec![components], f32_bytes(&scales));
        tensors.push(Tensor { name: scales_name(&name), dtype: Dtype::F32, shape, bytes });
        let shape = vec![components, starts.len()];
        if starts.len() < bins {
            let (shape, bytes) = (vec![starts.len()], starts.iter().flat_map(|start| start.to_le_bytes()).collect());
            tensors.push(Tensor { name: bands_name(&name), dtype: Dtype::U32, shape, bytes });
        }
        tensors.push(Tensor { name, dtype: Dtype::F16, shape, bytes: numbers });
    }
    tensors.sort_by_key(|tensor| tensor.dtype == Dtype::F16);
    tensors
}

fn f32_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The rows of every dictionary: the name of their tensor, the dictionary, the numbers.
fn rows_of(preset: &Preset) -> impl Iterator<Item = (String, &Dictionary, &[f32])> {
    let dictionaries = preset
        .sources
        .iter()
        .enumerate()
        .flat_map(|(index, source)| source.dictionaries().iter().map(move |dictionary| (index, dictionary)));
    dictionaries.flat_map(|(index, dictionary)| {
        let bases = (bases_name(index, &dictionary.frame), dictionary, &dictionary.bases[..]);
        let name = reconstruction_name(index, &dictionary.frame);
        let reconstruction = dictionary.reconstruction.as_deref().map(|rows| (name, dictionary, rows));
        std::iter::once(bases).chain(reconstruction)
    })
}

/// The texts of the header: our document and those of other tools.
fn metadata(preset: &Preset, version: u32) -> BTreeMap<String, String> {
    let mut document = json!({
        "format_version": version,
        "written_by": preset.written_by,
        "sources": preset.sources.iter().map(source).collect::<Vec<_>>(),
    });
    if preset.grouping != Cue::default() {
        document["grouping"] = json!(preset.grouping.name());
    }
    if let Some(play) = &preset.play {
        document["play"] = self::play(play);
    }
    if !preset.about.is_empty() {
        document["about"] = about(&preset.about);
    }
    restore(&mut document, preset.unknown.get(DOCUMENT));
    // serde_json sorts objects by default, but not if any dependency turns on its feature `preserve_order`.
    document.sort_all_objects();
    let others = preset.unknown.iter().filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned())));
    others.chain([(DOCUMENT.to_owned(), document.to_string())]).collect()
}

/// How a preset is best played.
fn play(play: &PlaySettings) -> Value {
    let PlaySettings { mode, focus, sparsity, smoothness, memory_seconds } = play;
    let [focus, sparsity, smoothness] = [focus, sparsity, smoothness].map(|value| decimal(*value));
    let mut fields = json!({ "mode": mode.name(), "focus": focus, "sparsity": sparsity, "smoothness": smoothness });
    if let Some(seconds) = memory_seconds {
        fields["memory_seconds"] = json!(seconds);
    }
    fields
}

/// What is noted about a preset; what is empty is left out.
fn about(about: &About) -> Value {
    let mut fields = json!({});
    if !about.tags.is_empty() {
        fields["tags"] = json!(about.tags);
    }
    for (key, text) in [("author", &about.author), ("notes", &about.notes)] {
        if !text.is_empty() {
            fields[key] = json!(text);
        }
    }
    fields
}

fn source(source: &Source) -> Value {
    let mut fields = json!({
        "name": source.name,
        "colour": source.colour.to_string(),
        "knobs": {
            "gain_db": source.knobs.gain_db.map(decimal),
            "mute": source.knobs.mute,
            // Earlier versions ask for it.
            "solo": false,
        },
    });
    match &source.bases {
        SourceBases::Learned(learned) => add_learned(&mut fields, learned, source.unknown.get("dictionaries")),
        SourceBases::Adaptive { components } => add_adaptive(&mut fields, *components, &source.unknown),
    }
    if let Some(role) = source.role {
        fields["role"] = json!(role.name());
    }
    restore_all(&mut fields, &source.unknown);
    fields
}

fn add_learned(fields: &mut Value, learned: &LearnedBases, unknown: Option<&Value>) {
    let unknown = |entry: &Dictionary| unknown?.get(entry.frame.label());
    let dictionaries = learned.dictionaries().iter().map(|entry| dictionary(entry, unknown(entry)));
    fields["kind"] = json!("fixed");
    fields["blocks"] = json!(learned.blocks());
    fields["learned_from"] = json!(learned.learned_from);
    fields["licence"] = json!(learned.licence);
    fields["dictionaries"] = dictionaries.collect();
    if learned.drift {
        fields["drift"] = json!(true);
    }
    if let Some(weight) = learned.evidence_weight {
        fields["evidence_weight"] = json!(decimal(weight));
    }
    if let Some(Tally { start, seconds, weights }) = &learned.tally {
        fields["heard"] = json!({ "start": start, "seconds": seconds, "weights": weights });
    }
}

fn add_adaptive(fields: &mut Value, components: usize, unknown: &UnknownKeys) {
    let kept = |key: &str, otherwise| unknown.get(key).cloned().unwrap_or(otherwise);
    fields["kind"] = json!("adaptive");
    fields["components"] = json!(components);
    fields["blocks"] = json!([]);
    fields["learned_from"] = kept("learned_from", json!([]));
    fields["licence"] = kept("licence", Value::Null);
    fields["dictionaries"] = json!([]);
}

fn dictionary(dictionary: &Dictionary, unknown: Option<&Value>) -> Value {
    let Dictionary { frame, training, .. } = dictionary;
    let mut fields = json!({
        "frame_len": frame.frame_len,
        "sample_rate": frame.sample_rate,
        "window": frame.window,
        "exponent": decimal(frame.exponent),
        "training": {
            "divergence": training.divergence,
            "seed": training.seed,
            "iterations": training.iterations,
        },
    });
    if frame.latency != frame.frame_len {
        fields["latency"] = json!(frame.latency);
    }
    restore(&mut fields, unknown);
    fields
}

/// Puts unknown keys back where they were, also in nested objects. Known keys stay as they are.
fn restore(known: &mut Value, unknown: Option<&Value>) {
    if let Some(Value::Object(unknown)) = unknown {
        restore_all(known, unknown);
    }
}

fn restore_all(known: &mut Value, unknown: &UnknownKeys) {
    let Value::Object(known) = known else { return };
    for (key, value) in unknown {
        match known.get_mut(key) {
            Some(inner) => restore(inner, Some(value)),
            None => drop(known.insert(key.clone(), value.clone())),
        }
    }
}

/// Replaces the file at `path` by what `fill` writes, completely or not at all: `fill` writes a temporary file beside
/// it, which is then renamed.
fn replace(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    // A link stays a link: its target is replaced.
    let target = if path.is_symlink() { fs::canonicalize(path)? } else { path.to_owned() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display())));
    }
    let old = fs::metadata(&target).ok().map(|status| status.permissions());
    if old.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is write-protected"));
    }
    let mut beside = temporary::in_folder(folder)?;
    if let Some(old) = old.filter(|_| target.is_file()) {
        beside.as_file().set_permissions(old)?;
    }
    fill(beside.as_file_mut())?;
    beside.as_file().sync_all()?;
    beside.persist(&target).map_err(|failed| failed.error)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fills_up_midway_leaves_the_old_file_whole_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kit.unbraid.safetensors");
        fs::write(&path, "old").unwrap();
        let full = |file: &mut File| {
            file.write_all(b"half of the n")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert_eq!(replace(&path, full).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
