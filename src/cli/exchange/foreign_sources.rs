//! The sources in files of other programs: which numbers are whose, checked one by one.

use super::{
    analysis::{FoundAnalysis, StatedAnalysis},
    contents::{Contents, Part},
    format::read,
    matrix::Matrix,
};
use crate::{
    cli::error::CliError,
    dictionary::{Dictionary, FrameSpec},
    learner::LEARNED_MODES,
    preset::{LearnedBases, MAX_COMPONENTS},
    recording::file_name,
    stft::Layout,
};
use std::path::Path;

/// A source in a file, with its bases for one or more analyses.
pub(crate) struct ForeignSource {
    pub(crate) name: String,
    dictionaries: Vec<Dictionary>,
    file: String,
}

impl ForeignSource {
    /// The sources `wanted`, name and part, in the file at `path`; all that it names if none is. What is `stated`
    /// counts more than what the file says.
    pub(crate) fn read(path: &Path, wanted: &[(String, Part)], stated: &StatedAnalysis) -> Result<Vec<Self>, CliError> {
        let contents = read(path)?;
        Self::of(&contents, wanted, stated, path).map_err(|reason| CliError::Bases { path: path.to_owned(), reason })
    }

    fn of(
        contents: &Contents,
        wanted: &[(String, Part)],
        stated: &StatedAnalysis,
        path: &Path,
    ) -> Result<Vec<Self>, String> {
        let stated = stated.clone().or(contents.stated.clone());
        let named = contents.named(path);
        let wanted = if wanted.is_empty() { &named } else { wanted };
        let mut shape: Option<(usize, String)> = None;
        let mut sources = Vec::new();
        for (name, part) in wanted {
            let matrix = contents.part(part)?;
            let (bins, rows) = matrix.bases(stated.bins())?;
            match &shape {
                Some((others, first)) if *others != bins => {
                    return Err(format!(
                        "{first} has {others} bins and {} has {bins}; say which arrays are bases, as in --source \
                         drums=W",
                        matrix.shown()
                    ));
                }
                _ => shape = Some((bins, matrix.shown())),
            }
            let analysis = stated.with_bins(bins)?;
            let mut dictionaries = vec![dictionary(analysis.frame(), rows, &matrix)?];
            if let Part::Array(array) = part {
                contents.add_relatives(array, analysis, &mut dictionaries)?;
            }
            sources.push(Self { name: name.clone(), dictionaries, file: file_name(path) });
        }
        Ok(sources)
    }

    /// The bases as a preset holds them: on the bins of both frame lengths, as far as the file's are fine enough. Bases
    /// on these bins stay as they are to the bit.
    pub(crate) fn learned(self) -> Result<LearnedBases, CliError> {
        let Self { name, dictionaries, file } = self;
        let wrong = |flaw| CliError::Foreign { source_name: name.clone(), file: file.clone(), flaw };
        let sample_rate = dictionaries[0].frame.sample_rate;
        let targets = LEARNED_MODES.map(|mode| FrameSpec::of(&Layout::new(sample_rate, mode)));
        let mut found: Vec<Dictionary> = Vec::new();
        for target in &targets {
            let same = dictionaries.iter().find(|dictionary| dictionary.frame.has_bins_of(target));
            let finest = dictionaries.iter().filter(|dictionary| dictionary.serves(target));
            let nearest = finest.min_by(|a, b| distance(a, target).total_cmp(&distance(b, target)));
            match (same, nearest) {
                (Some(same), _) => found.push(same.clone()),
                (None, Some(nearest)) => found.push(nearest.rebinned(target).map_err(wrong)?),
                (None, None) => {}
            }
        }
        if found.is_empty() {
            // Says how coarse they are and what would do.
            found.push(dictionaries[0].rebinned(&targets[0]).map_err(wrong)?);
        }
        let blocks = vec![found[0].components];
        let mut learned = LearnedBases::new(found, blocks).map_err(wrong)?;
        learned.learned_from.push(file.clone());
        Ok(learned)
    }

    /// Number of bases K.
    pub(crate) fn components(&self) -> usize {
        self.dictionaries[0].components
    }

    /// The analysis in the file.
    pub(crate) fn frame(&self) -> &FrameSpec {
        &self.dictionaries[0].frame
    }
}

impl Contents {
    /// Adds to the bases of `array` its reconstruction bases, and its bases for other frames.
    fn add_relatives(
        &self,
        array: &str,
        analysis: FoundAnalysis,
        dictionaries: &mut Vec<Dictionary>,
    ) -> Result<(), String> {
        let reconstruction = |suffix: &str, dictionary: &mut Dictionary| {
            let Some(matrix) = self.array(&format!("{array}.reconstruction{suffix}")) else { return Ok(()) };
            let (_, rows) = matrix.bases(Some(dictionary.bins))?;
            dictionary.reconstruction = Some(rows);
            dictionary.validate().map_err(|flaw| format!("{}: {flaw}", matrix.shown()))
        };
        reconstruction("", &mut dictionaries[0])?;
        for matrix in &self.matrices {
            let frame = matrix.name.strip_prefix(array).and_then(|rest| rest.strip_prefix('.')?.parse().ok());
            let Some(frame_len) = frame else { continue };
            let (_, rows) = matrix.bases(Some(frame_len / 2 + 1))?;
            let frame = FoundAnalysis { frame_len, ..analysis }.frame();
            let mut other = dictionary(frame, rows, matrix)?;
            if other.components != dictionaries[0].components {
                return Err(format!("{} has not as many bases as {array:?}", matrix.shown()));
            }
            reconstruction(&format!(".{frame_len}"), &mut other)?;
            dictionaries.push(other);
        }
        Ok(())
    }
}

/// The bases `rows`, `[K, F]`, of `matrix`, which is what an error names.
fn dictionary(frame: FrameSpec, rows: Vec<f32>, matrix: &Matrix) -> Result<Dictionary, String> {
    let components = rows.len() / frame.bins();
    if components == 0 || components > MAX_COMPONENTS {
        return Err(format!("{} holds {components} bases; a source has 1 to {MAX_COMPONENTS}", matrix.shown()));
    }
    Dictionary::found_elsewhere(frame, rows).map_err(|flaw| {
        let hint = if flaw.expected == "0 or more" { ": magnitudes, not decibels or complex numbers" } else { "" };
        format!("{}: {flaw}{hint}", matrix.shown())
    })
}

/// How unlike the bins of `dictionary` and `frame` are.
fn distance(dictionary: &Dictionary, frame: &FrameSpec) -> f64 {
    (dictionary.frame.bin_spacing() / frame.bin_spacing()).ln().abs()
}
