//! NumPy's files. In an `.npz` each source is an array of its name, `[F, K]` as in V ≈ WH, beside `sample_rate` and
//! `frame_len`. Its reconstruction bases are `NAME.reconstruction`; its bases for other frames of N samples are
//! `NAME.N` and `NAME.reconstruction.N`.

use super::{
    columns::BasisColumns,
    contents::Contents,
    matrix::Matrix,
    npy::{self, NpyNumbers, NpyProblem},
};
use crate::{dictionary::Dictionary, preset::file::MAX_FILE_BYTES};
use std::io::{self, Cursor, Read, Seek, Write};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Names of arrays that say something of the analysis, and those that other programs have for them.
const RATES: [&str; 3] = ["sample_rate", "sr", "samplerate"];
const FRAMES: [&str; 2] = ["frame_len", "n_fft"];
const EXPONENTS: [&str; 2] = ["exponent", "power"];
/// Most arrays that are looked at.
const MOST_ARRAYS: usize = 256;

/// Whether an array of this name says something of the analysis.
pub(crate) fn is_reserved(name: &str) -> bool {
    RATES.iter().chain(&FRAMES).chain(&EXPONENTS).any(|reserved| *reserved == name)
}

pub(super) fn read(bytes: &[u8]) -> Result<Contents, String> {
    let unread = |error: zip::result::ZipError| format!("this is no .npz file ({error}); save one with np.savez");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unread)?;
    if archive.len() > MOST_ARRAYS {
        return Err(format!("it holds {} arrays, more than the {MOST_ARRAYS} that are looked at", archive.len()));
    }
    let (mut contents, mut room) = (Contents::default(), MAX_FILE_BYTES);
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(unread)?;
        let name = entry.name().map_err(unread)?;
        let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else { continue };
        let mut array = Vec::new();
        // One byte more than allowed, so that what is larger is refused and not cut off.
        entry.take(room + 1).read_to_end(&mut array).map_err(|error| unread(error.into()))?;
        room = room
            .checked_sub(array.len() as u64)
            .ok_or_else(|| format!("its arrays are larger than the {} MB that bases may take", MAX_FILE_BYTES >> 20))?;
        contents.add(&name, &array)?;
    }
    if contents.matrices.is_empty() {
        return Err("no array in it has two dimensions, as bases have: frequency bins and components".to_owned());
    }
    Ok(contents)
}

pub(super) fn read_one(bytes: &[u8]) -> Result<Contents, String> {
    let mut contents = Contents::default();
    contents.add("", bytes)?;
    if contents.matrices.is_empty() {
        return Err("the array has not two dimensions, as bases have: frequency bins and components".to_owned());
    }
    Ok(contents)
}

impl Contents {
    /// Takes the array `name`: a matrix, a vector as one basis, or a number that is known by its name. Others are left.
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let NpyNumbers { shape, values } = numbers(name, bytes)?;
        let single = match &values[..] {
            [value] if values.len() == 1 => Some(*value),
            _ => None,
        };
        let stated = &mut self.stated;
        match (single, &shape[..]) {
            (Some(value), _) if RATES.contains(&name) => stated.sample_rate = Some(value),
            (Some(value), _) if FRAMES.contains(&name) => stated.frame_len = Some(whole(name, value)?),
            (Some(value), _) if EXPONENTS.contains(&name) => stated.exponent = Some(value),
            (_, [rows]) if *rows > 1 => self.push(name, (*rows, 1), &values),
            (_, [rows, columns]) => self.push(name, (*rows, *columns), &values),
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, name: &str, (rows, columns): (usize, usize), values: &[f64]) {
        if values.is_empty() {
            return;
        }
        let values = values.iter().map(|value| *value as f32).collect();
        self.matrices.push(Matrix { name: name.to_owned(), rows, columns, values, rows_are_bins: false });
    }
}

fn whole(name: &str, value: f64) -> Result<usize, String> {
    if value.fract() == 0.0 && (1.0..=1e9).contains(&value) {
        Ok(value as usize)
    } else {
        Err(format!("{name:?} is {value}; expected a whole number of samples"))
    }
}

/// The numbers of an array. What is no array of numbers is empty, unless it would be missed.
fn numbers(name: &str, bytes: &[u8]) -> Result<NpyNumbers, String> {
    let shown = if name.is_empty() { "the array".to_owned() } else { format!("{name:?}") };
    match npy::read(bytes) {
        Ok(numbers) => Ok(numbers),
        Err(NpyProblem::Wrong(reason)) => Err(format!("{shown} {reason}")),
        Err(NpyProblem::NotNumbers(kind)) if name.is_empty() || is_reserved(name) => {
            Err(format!("{shown} is of type {kind}, which is not read; give numbers, as float32 or float64"))
        }
        Err(NpyProblem::NotNumbers(_)) => Ok(NpyNumbers { shape: Vec::new(), values: Vec::new() }),
    }
}

pub(super) fn write(columns: &BasisColumns, file: impl Write + Seek) -> io::Result<()> {
    let mut archive = ZipWriter::new(file);
    let analysis = [("sample_rate", columns.frame.sample_rate), ("frame_len", columns.frame.frame_len as f64)];
    for (name, value) in analysis {
        entry(&mut archive, name, "<f8", &[], &value.to_le_bytes())?;
    }
    for source in &columns.sources {
        add(&mut archive, &source.name, "", &source.bases)?;
        for other in &source.others {
            add(&mut archive, &source.name, &format!(".{}", other.frame.frame_len), other)?;
        }
    }
    archive.finish()?;
    Ok(())
}

fn add(
    archive: &mut ZipWriter<impl Write + Seek>,
    name: &str,
    suffix: &str,
    dictionary: &Dictionary,
) -> io::Result<()> {
    let Dictionary { bins, components, .. } = *dictionary;
    let mut add = |name: String, rows: &[f32]| {
        let upright = (0..bins).flat_map(|f| rows.iter().skip(f).step_by(bins));
        let bytes: Vec<u8> = upright.flat_map(|weight| weight.to_le_bytes()).collect();
        entry(archive, &name, "<f4", &[bins, components], &bytes)
    };
    add(format!("{name}{suffix}"), &dictionary.bases)?;
    match &dictionary.reconstruction {
        Some(rows) => add(format!("{name}.reconstruction{suffix}"), rows),
        None => Ok(()),
    }
}

/// Adds an array. It carries no date, so that the same bases give the same bytes.
fn entry(
    archive: &mut ZipWriter<impl Write + Seek>,
    name: &str,
    descr: &str,
    shape: &[usize],
    bytes: &[u8],
) -> io::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    archive.start_file(format!("{name}.npy"), options)?;
    npy::write(archive, descr, shape, bytes)
}
