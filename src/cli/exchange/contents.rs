//! What a file holds, and which of it is meant.

use super::{analysis::StatedAnalysis, array_names::relation, matrix::Matrix};
use crate::preset::file::MAX_FILE_BYTES;
use std::path::Path;

/// Most numbers in a file: as many as a preset's file has room for. A packed file could unpack to far more.
pub(super) const MOST_NUMBERS: usize = MAX_FILE_BYTES as usize / size_of::<f32>();

/// Which part of a file is a source: all of it, an array, or some of its bases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    Array(String),
    /// The first and the last, counted from 1.
    Bases(usize, usize),
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) matrices: Vec<Matrix>,
    /// Arrays that are no matrices of numbers.
    pub(super) others: Vec<OtherArray>,
    pub(super) stated: StatedAnalysis,
    /// What was not taken for numbers of bases, a sentence each.
    pub(super) remarks: Vec<String>,
}

/// An array that cannot be bases.
pub(super) struct OtherArray {
    pub(super) name: String,
    /// Why, as a sentence that follows the name.
    pub(super) reason: String,
    /// Whether it looks like bases that something is wrong with.
    pub(super) is_flawed: bool,
}

impl Contents {
    /// The sources that the file names: its arrays, but those that belong to one of them; without names the file's.
    ///
    /// # Errors
    /// If something is wrong with an array that should be a source.
    pub(super) fn named(&self, path: &Path) -> Result<Vec<(String, Part)>, String> {
        let source = |matrix: &Matrix| match matrix.name.as_str() {
            "" => (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), Part::All),
            name => (name.to_owned(), Part::Array(name.to_owned())),
        };
        match self.others.iter().find(|other| other.is_flawed) {
            Some(flawed) => Err(flawed.told()),
            None => Ok(self.mains().map(source).collect()),
        }
    }

    /// The matrix that is meant by `part`: of which it is some bases, or all.
    pub(super) fn meant(&self, part: &Part) -> Result<&Matrix, String> {
        if let Part::Array(name) = part {
            return self.array(name).ok_or_else(|| match self.others.iter().find(|other| other.name == *name) {
                Some(other) => other.told(),
                None => {
                    let names: Vec<String> = self.matrices.iter().map(Matrix::shown).collect();
                    format!("there is no array {name:?} of two dimensions; there are {}", names.join(", "))
                }
            });
        }
        match self.mains().collect::<Vec<_>>()[..] {
            [only] => Ok(only),
            ref several => {
                let names: Vec<String> = several.iter().map(|matrix| matrix.shown()).collect();
                Err(format!("it holds {}; say which is whose, as in --source drums=W", names.join(", ")))
            }
        }
    }

    /// The arrays that are left out if `taken` are the matrices that sources are made of. Those that belong to one of
    /// them are not.
    ///
    /// # Errors
    /// If something is wrong with one that belongs to them.
    pub(super) fn left_out(&self, taken: &[&str]) -> Result<Vec<String>, String> {
        let is_taken = |name: &str| taken.contains(&name);
        let belongs = |other: &&OtherArray| relation(&other.name).is_some_and(|(main, _)| is_taken(main));
        if let Some(flawed) = self.others.iter().find(belongs) {
            return Err(flawed.told());
        }
        let main = |matrix: &Matrix| self.main_of(matrix).map_or(matrix.name.clone(), |main| main.name.clone());
        let matrices = self.matrices.iter().filter(|matrix| !is_taken(&matrix.name) && !is_taken(&main(matrix)));
        let others = self.others.iter().map(|other| format!("{:?}", other.name));
        Ok(matrices.map(Matrix::shown).chain(others).collect())
    }

    /// The matrices that stand for themselves. Beside matrices, vectors are no bases: frequencies, say, or times.
    fn mains(&self) -> impl Iterator<Item = &Matrix> {
        let all_vectors = self.matrices.iter().all(|matrix| matrix.is_vector);
        self.matrices.iter().filter(move |matrix| (all_vectors || !matrix.is_vector) && self.main_of(matrix).is_none())
    }

    /// The matrix to which `matrix` belongs, as reconstruction bases or bases for other frames; `None` if it stands for
    /// itself.
    fn main_of(&self, matrix: &Matrix) -> Option<&Matrix> {
        let (main, frame_len) = relation(&matrix.name)?;
        let fits = frame_len.is_none_or(|frame_len| matrix.has_side(frame_len / 2 + 1));
        self.array(main).filter(|_| fits)
    }

    pub(super) fn array(&self, name: &str) -> Option<&Matrix> {
        self.matrices.iter().find(|matrix| matrix.name == name)
    }
}

impl Part {
    /// The bases of `rows`, `[K, F]` with `bins` bins, that are meant.
    pub(super) fn of(&self, bins: usize, rows: Vec<f32>) -> Result<Vec<f32>, String> {
        let Self::Bases(first, last) = *self else { return Ok(rows) };
        match rows.get((first - 1).saturating_mul(bins)..last.saturating_mul(bins)) {
            Some(part) => Ok(part.to_vec()),
            None => Err(format!("it holds {} bases, of which {first}-{last} are asked for", rows.len() / bins)),
        }
    }
}

impl OtherArray {
    fn told(&self) -> String {
        format!("{:?} {}", self.name, self.reason)
    }
}

/// Refuses more numbers than there is room for.
pub(super) fn check_room(numbers: usize) -> Result<(), String> {
    if numbers > MOST_NUMBERS {
        Err(format!("its numbers take more than the {} MB that bases may take", MAX_FILE_BYTES >> 20))
    } else {
        Ok(())
    }
}
