//! The sources in files of other programs: which numbers are whose, checked one by one.

use super::{
    analysis::{FoundAnalysis, StatedAnalysis},
    array_names::{reconstruction_name, relation},
    contents::{Contents, Part},
    format::{Format, UNKNOWN_FORMAT, parse, read},
    matrix::Matrix,
};
use crate::{
    cli::error::CliError,
    dictionary::{Dictionary, FrameSpec},
    learner::LEARNED_MODES,
    preset::{LearnedBases, MAX_COMPONENTS, Source},
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
    /// counts more than what the file says. Beside them, a sentence on whatever in the file was left out.
    pub(crate) fn read(
        path: &Path,
        wanted: &[(String, Part)],
        stated: &StatedAnalysis,
    ) -> Result<(Vec<Self>, Vec<String>), CliError> {
        let contents = read(path)?;
        let sources = Self::of(&contents, wanted, stated, path);
        let (sources, remarks) = sources.map_err(|reason| CliError::File { path: path.to_owned(), reason })?;
        Ok((sources, remarks.into_iter().map(|remark| format!("{}: {remark}", path.display())).collect()))
    }

    fn of(
        contents: &Contents,
        wanted: &[(String, Part)],
        stated: &StatedAnalysis,
        path: &Path,
    ) -> Result<(Vec<Self>, Vec<String>), String> {
        let stated = stated.clone().or(contents.stated.clone());
        let wanted = if wanted.is_empty() { contents.named(path)? } else { wanted.to_vec() };
        let mut first: Option<(usize, &Matrix)> = None;
        let (mut sources, mut taken) = (Vec::new(), Vec::new());
        for (name, part) in wanted {
            let matrix = contents.meant(&part)?;
            taken.push(matrix.name.as_str());
            let (bins, _) = matrix.bases(stated.bins())?;
            let (others, other) = *first.get_or_insert((bins, matrix));
            if others != bins {
                return Err(format!(
                    "{} has {others} bins and {} has {bins}; say which arrays are bases, as in --source drums=W",
                    other.shown(),
                    matrix.shown()
                ));
            }
            let dictionaries = contents.dictionaries(matrix, &part, stated.with_bins(bins)?)?;
            sources.push(Self { name, dictionaries, file: file_name(path) });
        }
        let mut remarks = contents.remarks.clone();
        let left_out = contents.left_out(&taken)?;
        if !left_out.is_empty() {
            remarks.push(format!("left out: {}", left_out.join(", ")));
        }
        Ok((sources, remarks))
    }

    /// The bases as a preset holds them: on the bins of both frame lengths, as far as the file's are fine enough. Bases
    /// on these bins stay as they are to the bit.
    pub(crate) fn learned(self) -> Result<LearnedBases, CliError> {
        let Self { name, dictionaries, file } = self;
        let wrong = |flaw| CliError::Foreign { source_name: name.clone(), file: file.clone(), flaw };
        let targets = targets(dictionaries[0].frame.sample_rate);
        let mut found: Vec<Dictionary> = Vec::new();
        for target in &targets {
            match Dictionary::nearest(&dictionaries, target) {
                Some(own) if own.frame.has_bin_spacing(target.bin_spacing()) => found.push(own.clone()),
                Some(near) if near.serves(target) => found.push(near.rebinned(target).map_err(wrong)?),
                _ => {}
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

    /// A sentence that says so if the bases are too coarse for Quality.
    pub(crate) fn too_coarse(&self) -> Option<String> {
        let [_, quality] = targets(self.frame().sample_rate);
        let finest = Dictionary::nearest(&self.dictionaries, &quality).filter(|finest| !finest.serves(&quality))?;
        let needed = (finest.frame.sample_rate / quality.most_spacing()).ceil();
        Some(format!(
            "{}: its bins are {:.1} Hz apart, more than four times Quality's {:.1} Hz; Quality plays the bases for \
             Live, and tells low notes apart less well. A Fourier transform of at least {needed} samples would do",
            self.name,
            finest.frame.bin_spacing(),
            quality.bin_spacing()
        ))
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

/// The sources in `bytes`, a whole file of bases that is called `name`, as [`import`](crate::cli) makes them. What is
/// said of the `sample_rate`, in Hz, counts more than what the file says.
///
/// # Errors
/// A sentence on what is wrong with the file.
pub fn sources_of_bytes(bytes: &[u8], name: &Path, sample_rate: Option<f64>) -> Result<Vec<Source>, String> {
    let format = Format::of(name).ok_or(UNKNOWN_FORMAT)?;
    let contents = parse(format, bytes)?;
    let (found, _) = ForeignSource::of(&contents, &[], &StatedAnalysis::by_hand(sample_rate, None), name)?;
    let source = |(strip, found): (usize, ForeignSource)| {
        let name = found.name.clone();
        found.learned().map(|learned| Source::fixed(name, strip, learned)).map_err(|error| error.to_string())
    };
    found.into_iter().enumerate().map(source).collect()
}

/// The analyses that a preset has bases for at `sample_rate`.
fn targets(sample_rate: f64) -> [FrameSpec; 2] {
    LEARNED_MODES.map(|mode| FrameSpec::of(&Layout::new(sample_rate, mode)))
}

impl Contents {
    /// The bases of the `part` that is meant of `main`, found with `analysis`, with their reconstruction bases; then
    /// those for other frames.
    fn dictionaries(&self, main: &Matrix, part: &Part, analysis: FoundAnalysis) -> Result<Vec<Dictionary>, String> {
        let mut all = vec![self.dictionary(main, main, part, analysis, None)?];
        for matrix in &self.matrices {
            let Some((name, Some(frame_len))) = relation(&matrix.name) else { continue };
            // A name like a tempo's may end in a number, too.
            if name != main.name || !matrix.has_side(frame_len / 2 + 1) {
                continue;
            }
            let other =
                self.dictionary(main, matrix, part, FoundAnalysis { frame_len, ..analysis }, Some(frame_len))?;
            if other.components != all[0].components {
                return Err(format!("{} has not as many bases as {}", matrix.shown(), main.shown()));
            }
            all.push(other);
        }
        Ok(all)
    }

    /// The bases in `matrix`, which are `main` or belong to it, with their reconstruction bases.
    fn dictionary(
        &self,
        main: &Matrix,
        matrix: &Matrix,
        part: &Part,
        analysis: FoundAnalysis,
        frame_len: Option<usize>,
    ) -> Result<Dictionary, String> {
        let frame = analysis.frame();
        let rows = |matrix: &Matrix| part.of(frame.bins(), matrix.bases(Some(frame.bins()))?.1);
        let bases = rows(matrix)?;
        let components = bases.len() / frame.bins();
        if components == 0 || components > MAX_COMPONENTS {
            return Err(format!("{} holds {components} bases; a source has 1 to {MAX_COMPONENTS}", matrix.shown()));
        }
        let reconstruction = self.array(&reconstruction_name(&main.name, frame_len)).map(rows).transpose()?;
        Dictionary::found_elsewhere(frame, bases, reconstruction).map_err(|flaw| {
            let hint = if flaw.expected == "0 or more" { ": magnitudes, not decibels or complex numbers" } else { "" };
            format!("{}: {flaw}{hint}", matrix.shown())
        })
    }
}
