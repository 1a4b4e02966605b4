//! Writes WAV files, completely or not at all.

use super::{Recording, RecordingError};
use hound::{WavSpec, WavWriter};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Most bytes of samples in a WAV file: its sizes are 32-bit numbers.
const MAX_WAV_DATA_BYTES: u64 = u32::MAX as u64 - 4096;

/// How a WAV file holds a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SampleFormat {
    /// 32-bit floating point; nothing is rounded and nothing clips.
    #[default]
    Float32,
    /// 24-bit integer; full scale clips.
    Pcm24,
    /// 16-bit integer; full scale clips.
    Pcm16,
}

impl SampleFormat {
    /// Every format, most exact first.
    pub const ALL: [Self; 3] = [Self::Float32, Self::Pcm24, Self::Pcm16];

    /// The format's name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float32 => "32f",
            Self::Pcm24 => "24",
            Self::Pcm16 => "16",
        }
    }

    /// The format that is called `name`, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    fn bits(self) -> u16 {
        match self {
            Self::Float32 => 32,
            Self::Pcm24 => 24,
            Self::Pcm16 => 16,
        }
    }

    fn spec(self, recording: &Recording) -> WavSpec {
        WavSpec {
            channels: recording.channels.len() as u16,
            sample_rate: recording.sample_rate,
            bits_per_sample: self.bits(),
            sample_format: if self == Self::Float32 { hound::SampleFormat::Float } else { hound::SampleFormat::Int },
        }
    }

    /// `sample`, full scale 1, rounded to an integer format; louder samples clip.
    fn quantised(self, sample: f32) -> i32 {
        let full_scale = f64::from(1_u32 << (self.bits() - 1));
        (f64::from(sample) * full_scale).round().clamp(-full_scale, full_scale - 1.0) as i32
    }
}

/// Writes one WAV file. It gets its name when it is complete; until then, and after an error, an older file with that
/// name is as it was.
///
/// # Errors
/// [`RecordingError::Unwritable`] or [`RecordingError::TooLong`], naming the file.
pub fn write_wav(path: impl AsRef<Path>, recording: &Recording, format: SampleFormat) -> Result<(), RecordingError> {
    let mut files = WavFiles::default();
    files.stage(path, recording, format)?;
    files.commit()
}

/// WAV files that get their names together, when the last of them is complete.
#[derive(Debug, Default)]
pub struct WavFiles {
    staged: Vec<(NamedTempFile, PathBuf)>,
}

impl WavFiles {
    /// Writes `recording` under a temporary name beside `path`. Dropping `self` removes it again.
    ///
    /// # Errors
    /// [`RecordingError::Unwritable`] or [`RecordingError::TooLong`], naming `path`.
    pub fn stage(
        &mut self,
        path: impl AsRef<Path>,
        recording: &Recording,
        format: SampleFormat,
    ) -> Result<(), RecordingError> {
        let path = path.as_ref();
        let samples = recording.len() as u64 * recording.channels.len() as u64;
        if samples * u64::from(format.bits() / 8) > MAX_WAV_DATA_BYTES {
            return Err(RecordingError::TooLong { path: path.to_path_buf() });
        }
        let file = replacement_for(path).map_err(|error| unwritable(path, error))?;
        write_samples(file.as_file(), recording, format).map_err(|error| unwritable(path, error))?;
        self.staged.push((file, path.to_path_buf()));
        Ok(())
    }

    /// Gives every staged file its name, and replaces older files.
    ///
    /// # Errors
    /// [`RecordingError::Unwritable`] for the first file that could not be renamed; the files after it are dropped.
    pub fn commit(self) -> Result<(), RecordingError> {
        for (file, path) in self.staged {
            file.persist(&path).map_err(|error| unwritable(&path, error.error))?;
        }
        Ok(())
    }
}

/// An empty temporary file beside `path`, which can be renamed to it when it is complete, and is deleted if it is
/// dropped before.
///
/// # Errors
/// If `path` is not a file, or its folder cannot be written to.
pub fn replacement_for(path: &Path) -> io::Result<NamedTempFile> {
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("this is not a file; choose another name"));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(io::Error::other(format!("there is no folder {}; create it first", folder.display())));
    }
    // It keeps the extension, from which some encoders choose the format.
    let suffix = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unbraid-").suffix(&suffix);
    #[cfg(unix)]
    {
        // The permissions of any new file: read and write for all, less the user's umask.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn write_samples(file: &File, recording: &Recording, format: SampleFormat) -> hound::Result<()> {
    let mut buffered = BufWriter::new(file);
    let mut writer = WavWriter::new(&mut buffered, format.spec(recording))?;
    for frame in 0..recording.len() {
        for channel in &recording.channels {
            match format {
                SampleFormat::Float32 => writer.write_sample(channel[frame])?,
                SampleFormat::Pcm24 | SampleFormat::Pcm16 => writer.write_sample(format.quantised(channel[frame]))?,
            }
        }
    }
    writer.finalize()?;
    buffered.flush()?;
    drop(buffered);
    file.sync_all()?;
    Ok(())
}

fn unwritable(path: &Path, error: impl std::fmt::Display) -> RecordingError {
    RecordingError::Unwritable { path: path.to_path_buf(), reason: error.to_string() }
}
