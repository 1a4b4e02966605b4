//! NumPy's files. In an `.npz` each source is an array of its name, `[F, K]` as in V ≈ WH, beside `sample_rate` and
//! `frame_len`; what belongs to it is named after it (`array_names`).

use super::{
    array_names::{reconstruction_name, relation},
    columns::BasisColumns,
    contents::{Contents, OtherArray, check_room},
    matrix::Matrix,
    npy::{self, NpyArray, NpyProblem},
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

/// The name of a source that would be read as something else: as a word on the analysis, or as what belongs to another
/// of the sources.
pub(crate) fn ambiguous(columns: &BasisColumns) -> Option<&str> {
    let mut names = columns.sources.iter().map(|source| source.name.as_str());
    let is_known = |name: &str| columns.sources.iter().any(|source| source.name == name);
    names.find(|name| is_reserved(name) || relation(name).is_some_and(|(main, _)| is_known(main)))
}

/// Whether an array of this name says something of the analysis.
fn is_reserved(name: &str) -> bool {
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
    if contents.matrices.is_empty() && !contents.others.iter().any(|other| other.is_flawed) {
        return Err("no array in it has two dimensions, as bases have: frequency bins and components".to_owned());
    }
    Ok(contents)
}

pub(super) fn read_one(bytes: &[u8]) -> Result<Contents, String> {
    let mut contents = Contents::default();
    contents.add("", bytes)?;
    match contents.others.pop() {
        Some(OtherArray { reason, .. }) => Err(format!("the array {reason}")),
        None => Ok(contents),
    }
}

impl Contents {
    /// Takes the array `name`: a matrix, a vector as one basis, or a number that is known by its name.
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let array = match npy::read(bytes) {
            Ok(array) => array,
            Err(problem) => return self.leave(name, problem),
        };
        let single = if array.len() == 1 { array.values().next() } else { None };
        let stated = &mut self.stated;
        match (single, &array.shape[..]) {
            (Some(value), _) if RATES.contains(&name) => stated.sample_rate = Some(value),
            (Some(value), _) if FRAMES.contains(&name) => stated.frame_len = Some(whole(name, value)?),
            (Some(value), _) if EXPONENTS.contains(&name) => stated.exponent = Some(value),
            (_, [rows]) if *rows > 1 => self.push(name, (*rows, 1), &array)?,
            (_, [rows, columns]) if array.len() > 0 => self.push(name, (*rows, *columns), &array)?,
            _ => {
                let reason = "is no matrix, as bases are: it has not two dimensions, frequency bins and components";
                self.others.push(OtherArray { name: name.to_owned(), reason: reason.to_owned(), is_flawed: false });
            }
        }
        Ok(())
    }

    fn push(&mut self, name: &str, (rows, columns): (usize, usize), array: &NpyArray<'_>) -> Result<(), String> {
        check_room(self.matrices.iter().map(|matrix| matrix.values.len()).sum::<usize>() + array.len())?;
        self.matrices.push(Matrix {
            name: name.to_owned(),
            rows,
            columns,
            values: array.values().map(|value| value as f32).collect(),
            rows_are_bins: false,
            is_vector: array.shape.len() == 1,
        });
        Ok(())
    }

    /// Leaves an array that cannot be read, unless its name says what it is for.
    fn leave(&mut self, name: &str, problem: NpyProblem) -> Result<(), String> {
        let is_flawed = matches!(problem, NpyProblem::Wrong(_));
        let reason = match problem {
            NpyProblem::Wrong(reason) => reason.to_owned(),
            NpyProblem::NotNumbers(kind) => {
                format!("is of type {kind}, which is not read; give numbers, as float32 or float64")
            }
        };
        if is_reserved(name) {
            return Err(format!("{name:?} {reason}"));
        }
        self.others.push(OtherArray { name: name.to_owned(), reason, is_flawed });
        Ok(())
    }
}

fn whole(name: &str, value: f64) -> Result<usize, String> {
    if value.fract() == 0.0 && (1.0..=1e9).contains(&value) {
        Ok(value as usize)
    } else {
        Err(format!("{name:?} is {value}; expected a whole number of samples"))
    }
}

pub(super) fn write(columns: &BasisColumns, file: impl Write + Seek) -> io::Result<()> {
    let mut archive = ZipWriter::new(file);
    let analysis = [("sample_rate", columns.frame.sample_rate), ("frame_len", columns.frame.frame_len as f64)];
    for (name, value) in analysis {
        entry(&mut archive, name, "<f8", &[], &value.to_le_bytes())?;
    }
    for source in &columns.sources {
        add(&mut archive, &source.name, None, &source.bases)?;
        for other in &source.others {
            add(&mut archive, &source.name, Some(other.frame.frame_len), other)?;
        }
    }
    archive.finish()?;
    Ok(())
}

fn add(
    archive: &mut ZipWriter<impl Write + Seek>,
    name: &str,
    frame_len: Option<usize>,
    dictionary: &Dictionary,
) -> io::Result<()> {
    let Dictionary { bins, components, .. } = *dictionary;
    let mut add = |name: String, rows: &[f32]| {
        let upright = (0..bins).flat_map(|f| rows.iter().skip(f).step_by(bins));
        let bytes: Vec<u8> = upright.flat_map(|weight| weight.to_le_bytes()).collect();
        entry(archive, &name, "<f4", &[bins, components], &bytes)
    };
    add(frame_len.map_or(name.to_owned(), |frame_len| format!("{name}.{frame_len}")), &dictionary.bases)?;
    match &dictionary.reconstruction {
        Some(rows) => add(reconstruction_name(name, frame_len), rows),
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
