//! What a file holds, and which of it is meant.

use super::{analysis::StatedAnalysis, matrix::Matrix};
use std::path::Path;

/// What of a file is a source: all of it, an array, or some of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    Array(String),
    /// The first and the last, counted from 1.
    Columns(usize, usize),
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) matrices: Vec<Matrix>,
    pub(super) stated: StatedAnalysis,
}

impl Contents {
    /// The sources that the file names: its arrays, but those that belong to one of them; without names the file's.
    pub(super) fn named(&self, path: &Path) -> Vec<(String, Part)> {
        let is_main = |matrix: &&Matrix| self.main_of(&matrix.name).is_none();
        let source = |matrix: &Matrix| match matrix.name.as_str() {
            "" => (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), Part::All),
            name => (name.to_owned(), Part::Array(name.to_owned())),
        };
        self.matrices.iter().filter(is_main).map(source).collect()
    }

    /// The array to which the array `name` belongs, as reconstruction bases or bases for other frames; `None` if it
    /// stands for itself.
    fn main_of(&self, name: &str) -> Option<&Matrix> {
        let without_frame = name.rsplit_once('.').filter(|(_, end)| end.parse::<usize>().is_ok()).map(|(main, _)| main);
        let stem = without_frame.unwrap_or(name);
        let main = stem.strip_suffix(".reconstruction").or(without_frame)?;
        self.array(main)
    }

    pub(super) fn array(&self, name: &str) -> Option<&Matrix> {
        self.matrices.iter().find(|matrix| matrix.name == name)
    }

    pub(super) fn part(&self, part: &Part) -> Result<Matrix, String> {
        match part {
            Part::Array(name) => self.array(name).cloned().ok_or_else(|| {
                let names: Vec<String> = self.matrices.iter().map(Matrix::shown).collect();
                format!("there is no array {name:?} of two dimensions; there are {}", names.join(", "))
            }),
            Part::All if self.matrices.len() == 1 => Ok(self.matrices[0].clone()),
            Part::All => {
                let names: Vec<String> = self.matrices.iter().map(Matrix::shown).collect();
                Err(format!("it holds {}; say which is whose, as in --source drums=W", names.join(", ")))
            }
            Part::Columns(first, last) => {
                let whole = self.part(&Part::All)?;
                if *last > whole.columns {
                    let (columns, range) = (whole.columns, format!("{first}-{last}"));
                    return Err(format!("it holds {columns} bases, of which {range} are asked for"));
                }
                Ok(whole.part(*first, *last))
            }
        }
    }
}
