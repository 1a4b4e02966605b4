//! Reads a preset from a file.

use super::{
    FORMAT_VERSION, MAX_FILE_BYTES, PresetError, Problem, bands_name, bases_name,
    container::{self, Header},
    fields::{Fields, whole},
    half_rows::HalfRows,
    learned_fields::LearnedFields,
    reconstruction_name, scales_name,
};
use crate::{
    dictionary::{Dictionary, Flaw, FrameSpec, Training},
    preset::{
        About, Colour, Cue, Knobs, MAX_COMPONENTS, PlaySettings, Preset, Role, Source, SourceBases, Tally, UnknownKeys,
        source::check_distinct, validate::DOCUMENT,
    },
    stft::LatencyMode,
};
use safetensors::{Dtype, tensor::TensorInfo};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// Reads the preset in the file at `path`.
///
/// # Errors
/// If there is no such file, it cannot be read, or it is not a valid preset.
pub fn read(path: &Path) -> Result<Preset, PresetError> {
    load(path).and_then(|bytes| parse(&bytes)).map_err(|problem| problem.of(path.display().to_string()))
}

/// Reads the preset in `bytes`, a whole file. `origin` is what an error calls it: a path or a name.
///
/// # Errors
/// If the bytes are not a valid preset.
pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Preset, PresetError> {
    parse(bytes).map_err(|problem| problem.of(origin))
}

/// The error of a file that cannot be opened or read.
pub(super) fn unreadable(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::NotFound,
        _ => Problem::Unreadable(error),
    }
}

/// The length of a file in bytes, if it can be a preset's.
pub(super) fn length(path: &Path) -> Result<u64, Problem> {
    // Checked before the file is opened: opening a pipe would wait for its other end.
    let status = fs::metadata(path).map_err(unreadable)?;
    if status.is_dir() {
        return Err(Problem::Folder);
    }
    if !status.is_file() {
        return Err(Problem::NotAFile);
    }
    if status.len() > MAX_FILE_BYTES {
        return Err(Problem::TooLarge(status.len()));
    }
    Ok(status.len())
}

/// All bytes of a file, unless there are too many.
fn load(path: &Path) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(length(path)? as usize);
    // One byte more than allowed, so that a file that grows meanwhile is refused and not cut off.
    File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Result<Preset, Problem> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Problem::TooLarge(bytes.len() as u64));
    }
    let (mut header, data) = container::split(bytes)?;
    let document = header.metadata.remove(DOCUMENT).ok_or(Problem::NotAPreset)?;
    let document: Value = serde_json::from_str(&document).map_err(Problem::NotJson)?;
    let mut document = Fields::of(document, String::new())?;
    check_version(&mut document)?;
    let written_by = document.text("written_by")?;
    let grouping =
        document.optional("grouping", "\"timbre\", \"time\" or \"position\"", |value| Cue::named(value.as_str()?))?;
    let sources = document.list_of_fields("sources")?;
    let (about, unknown_about) = about(&mut document)?;
    let (play, unknown_play) = play(&mut document)?;
    let mut tensors = Tensors { header, data, room: MAX_FILE_BYTES as usize };
    let sources: Vec<Source> = sources
        .into_iter()
        .enumerate()
        .map(|(index, fields)| source(index, fields, &mut tensors))
        .collect::<Result<_, _>>()?;
    if let Some(name) = tensors.header.tensors.keys().next() {
        return Err(Flaw::new(name, "a tensor of no dictionary", "a dictionary in the metadata for each tensor").into());
    }
    let mut unknown: UnknownKeys =
        tensors.header.metadata.into_iter().map(|(key, text)| (key, Value::String(text))).collect();
    let mut unknown_here = document.rest();
    keep(&mut unknown_here, "about", unknown_about);
    keep(&mut unknown_here, "play", unknown_play);
    keep(&mut unknown, DOCUMENT, unknown_here);
    let preset = Preset { sources, grouping: grouping.unwrap_or_default(), play, about, written_by, unknown };
    preset.validate()?;
    Ok(preset)
}

pub(super) fn check_version(document: &mut Fields) -> Result<(), Problem> {
    let version: u64 = document.whole("format_version")?;
    if version > u64::from(FORMAT_VERSION) {
        return Err(Problem::Newer(version));
    }
    if version == 0 {
        return Err(Flaw::new("format_version", "0", format!("1 to {FORMAT_VERSION}")).into());
    }
    Ok(())
}

/// What was noted about the preset, and what is unknown among it. Nothing may be.
pub(super) fn about(document: &mut Fields) -> Result<(About, UnknownKeys), Flaw> {
    if !document.has("about") {
        return Ok(Default::default());
    }
    let mut fields = document.fields("about")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |value: &Value| value.as_array()?.iter().map(text).collect::<Option<Vec<_>>>();
    let about = About {
        tags: fields.optional("tags", "a list of texts", texts)?.unwrap_or_default(),
        author: fields.optional("author", "a text", text)?.unwrap_or_default(),
        notes: fields.optional("notes", "a text", text)?.unwrap_or_default(),
    };
    about.validate().map_err(|flaw| flaw.within("about"))?;
    Ok((about, fields.rest()))
}

/// How the preset is best played, and what is unknown among it. Nothing may be said of it.
fn play(document: &mut Fields) -> Result<(Option<PlaySettings>, UnknownKeys), Flaw> {
    if !document.has("play") {
        return Ok(Default::default());
    }
    let mut fields = document.fields("play")?;
    let modes = "\"direct\", \"live\", \"balanced\" or \"quality\"";
    let play = PlaySettings {
        mode: fields.take("mode", modes, |value| LatencyMode::named(value.as_str()?))?,
        focus: fields.number("focus")? as f32,
        sparsity: fields.number("sparsity")? as f32,
        smoothness: fields.number("smoothness")? as f32,
        memory_seconds: fields.optional("memory_seconds", "a number", Value::as_f64)?,
    };
    play.validate().map_err(|flaw| flaw.within("play"))?;
    Ok((Some(play), fields.rest()))
}

fn source(index: usize, mut fields: Fields, tensors: &mut Tensors<'_>) -> Result<Source, Flaw> {
    let name = fields.text("name")?;
    let colour = fields.take("colour", "a colour like \"#e69f00\"", |value| Colour::from_hex(value.as_str()?))?;
    let components = match fields.take("kind", "\"fixed\" or \"adaptive\"", is_adaptive)? {
        true => Some(fields.whole("components")?),
        false => None,
    };
    let role = fields.optional("role", Role::NAMES, |value| Role::named(value.as_str()?))?;
    let (knobs, unknown_knobs) = knobs(fields.fields("knobs")?)?;
    let mut unknown = UnknownKeys::new();
    let learned = LearnedFields {
        drift: fields.optional_switch("drift")?.unwrap_or(false),
        evidence_weight: fields.optional("evidence_weight", "a number", Value::as_f64)?.map(|weight| weight as f32),
        blocks: fields.list("blocks", "a list of whole numbers", whole)?,
        learned_from: fields.list("learned_from", "a list of texts", |value| value.as_str().map(str::to_owned))?,
        licence: fields.nullable("licence", "a text or null", |value| value.as_str().map(str::to_owned))?,
        dictionaries: dictionaries(index, &mut fields, tensors, &mut unknown)?,
        tally: if fields.has("heard") { Some(tally(fields.fields("heard")?, &mut unknown)?) } else { None },
    };
    let bases = match components {
        None => learned.bases(),
        Some(components) => learned.none(&mut unknown).map(|()| SourceBases::Adaptive { components }),
    }
    .map_err(|flaw| flaw.within(&format!("sources[{index}]")))?;
    unknown.append(&mut fields.rest());
    keep(&mut unknown, "knobs", unknown_knobs);
    Ok(Source { name, colour, knobs, role, bases, unknown })
}

/// The dictionaries of source `index`, with their numbers from the tensors. Unknown keys go into `unknown`.
fn dictionaries(
    index: usize,
    fields: &mut Fields,
    tensors: &mut Tensors<'_>,
    unknown: &mut UnknownKeys,
) -> Result<Vec<Dictionary>, Flaw> {
    let path = fields.path("dictionaries");
    let mut frames = Vec::new();
    let mut unknown_by_frame = UnknownKeys::new();
    for (entry, dictionary) in fields.list_of_fields("dictionaries")?.into_iter().enumerate() {
        let (frame, training, unknown) = analysis(dictionary)?;
        frame.validate().map_err(|flaw| flaw.within(&format!("{path}[{entry}]")))?;
        keep(&mut unknown_by_frame, &frame.label(), unknown);
        frames.push((frame, training));
    }
    keep(unknown, "dictionaries", unknown_by_frame);
    // Checked first, because a tensor's name is made of its frame, and each tensor can be taken once.
    check_distinct(frames.iter().map(|(frame, _)| frame)).map_err(|flaw| flaw.within(&format!("sources[{index}]")))?;
    frames.into_iter().map(|(frame, training)| tensors.dictionary(index, frame, training)).collect()
}

/// What a source's bases have heard. Unknown keys go into `unknown`.
fn tally(mut fields: Fields, unknown: &mut UnknownKeys) -> Result<Tally, Flaw> {
    let row = |value: &Value| value.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>();
    let tally = Tally {
        start: fields.text("start")?,
        seconds: fields.number("seconds")?,
        weights: fields.list("weights", "a list of lists of numbers", row)?,
    };
    keep(unknown, "heard", fields.rest());
    Ok(tally)
}

fn is_adaptive(kind: &Value) -> Option<bool> {
    match kind.as_str()? {
        "fixed" => Some(false),
        "adaptive" => Some(true),
        _ => None,
    }
}

fn knobs(mut fields: Fields) -> Result<(Knobs, UnknownKeys), Flaw> {
    let gain_db = fields.nullable("gain_db", "a number of dB or null", Value::as_f64)?;
    let knobs = Knobs { gain_db: gain_db.map(|gain_db| gain_db as f32), mute: fields.switch("mute")? };
    // Earlier versions have stored what was soloed.
    fields.switch("solo")?;
    Ok((knobs, fields.rest()))
}

fn analysis(mut fields: Fields) -> Result<(FrameSpec, Training, UnknownKeys), Flaw> {
    let frame_len = fields.whole("frame_len")?;
    let frame = FrameSpec {
        sample_rate: fields.number("sample_rate")?,
        frame_len,
        window: fields.text("window")?,
        latency: fields.optional_whole("latency")?.unwrap_or(frame_len),
        exponent: fields.number("exponent")? as f32,
    };
    let mut how = fields.fields("training")?;
    let training = Training {
        divergence: how.text("divergence")?,
        seed: how.whole("seed")?,
        iterations: how.whole("iterations")?,
    };
    let mut unknown = fields.rest();
    keep(&mut unknown, "training", how.rest());
    Ok((frame, training, unknown))
}

/// Puts the unknown keys `inside` an object under its `key`, where the writer looks for them.
fn keep(unknown: &mut UnknownKeys, key: &str, inside: UnknownKeys) {
    if !inside.is_empty() {
        unknown.insert(key.to_owned(), Value::Object(inside));
    }
}

/// The tensors that no dictionary has taken yet. Each can be taken only once, so that no more memory is allocated than
/// the file is long; and what is unpacked has no more room than the longest file.
struct Tensors<'a> {
    header: Header,
    data: &'a [u8],
    /// Bytes that may still be unpacked.
    room: usize,
}

impl Tensors<'_> {
    fn dictionary(&mut self, source: usize, frame: FrameSpec, training: Training) -> Result<Dictionary, Flaw> {
        let (name, bins) = (bases_name(source, &frame), frame.bins());
        let Some((components, bases)) = self.rows(&name, bins)? else {
            return Err(Flaw::new(name, "missing", format!("a tensor of [K, {bins}]")));
        };
        let name = reconstruction_name(source, &frame);
        let reconstruction = match self.rows(&name, bins)? {
            Some((rows, _)) if rows != components => {
                let expected = format!("[{components}, {bins}] like the bases");
                return Err(Flaw::new(name, format!("of shape [{rows}, {bins}]"), expected));
            }
            rows => rows.map(|(_, bases)| bases),
        };
        Ok(Dictionary { frame, training, components, bins, bases, reconstruction })
    }

    /// Takes the tensor `name` with rows of `bins` numbers, if there is one: its number of rows, and its numbers.
    fn rows(&mut self, name: &str, bins: usize) -> Result<Option<(usize, Vec<f32>)>, Flaw> {
        let Some(TensorInfo { dtype, shape, data_offsets: (start, end) }) = self.header.tensors.remove(name) else {
            return Ok(None);
        };
        if ![Dtype::F32, Dtype::F16].contains(&dtype) {
            return Err(Flaw::new(name, format!("of type {dtype:?}"), "type F32 or F16"));
        }
        let is_in_bands = dtype == Dtype::F16 && self.header.tensors.contains_key(&bands_name(name));
        let (components, width) = match shape[..] {
            [components, width]
                if (1..=MAX_COMPONENTS).contains(&components)
                    && (width == bins || is_in_bands && (1..bins).contains(&width)) =>
            {
                (components, width)
            }
            _ => {
                let expected = format!("[K, {bins}] with a K of 1 to {MAX_COMPONENTS}");
                return Err(Flaw::new(name, format!("of shape {shape:?}"), expected));
            }
        };
        let bytes = &self.data[start..end];
        if dtype == Dtype::F32 {
            return Ok(Some((components, numbers(bytes, f32::from_le_bytes))));
        }
        let Some(room) = self.room.checked_sub(components * bins * size_of::<f32>()) else {
            return Err(Flaw::new(name, "too large to unpack", format!("at most {MAX_FILE_BYTES} bytes in all")));
        };
        self.room = room;
        let scales = numbers(self.beside(&scales_name(name), Dtype::F32, components)?, f32::from_le_bytes);
        let starts =
            if is_in_bands { self.starts(&bands_name(name), width, bins)? } else { (0..bins as u32).collect() };
        Ok(Some((components, HalfRows { scales, starts, numbers: bytes.to_vec() }.unpack(bins))))
    }

    /// Takes the tensor `name` that says where each of `width` bands of `bins` bins begins.
    fn starts(&mut self, name: &str, width: usize, bins: usize) -> Result<Vec<u32>, Flaw> {
        let starts = numbers(self.beside(name, Dtype::U32, width)?, u32::from_le_bytes);
        let is_rising = starts.first() == Some(&0) && starts.is_sorted_by(|one, next| one < next);
        if !is_rising || starts.last().is_none_or(|last| *last as usize >= bins) {
            let expected = format!("bins that rise from 0 and stay below {bins}");
            return Err(Flaw::new(name, "out of order", expected));
        }
        Ok(starts)
    }

    /// Takes the tensor `name`, which stands beside one of f16: the bytes of `count` numbers.
    fn beside(&mut self, name: &str, dtype: Dtype, count: usize) -> Result<&[u8], Flaw> {
        match self.header.tensors.remove(name) {
            Some(info) if info.dtype == dtype && info.shape == [count] => {
                Ok(&self.data[info.data_offsets.0..info.data_offsets.1])
            }
            found => {
                let found = found.map(|info| format!("of type {:?} and shape {:?}", info.dtype, info.shape));
                let expected = format!("a tensor of type {dtype:?} and shape [{count}]");
                Err(Flaw::new(name, found.unwrap_or_else(|| "missing".to_owned()), expected))
            }
        }
    }
}

fn numbers<T>(bytes: &[u8], number: impl Fn([u8; 4]) -> T) -> Vec<T> {
    let (numbers, _) = bytes.as_chunks();
    numbers.iter().map(|bytes| number(*bytes)).collect()
}
