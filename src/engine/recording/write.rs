//! Writes WAV files, completely or not at all.

use super::{Recording, RecordingError};
use hound::{WavSpec, WavWriter};
use std::{
    fs::File,
    io::{self, BufWriter},
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

    fn spec(self, sample_rate: u32, channels: usize) -> WavSpec {
        WavSpec {
            channels: channels as u16,
            sample_rate,
            bits_per_sample: self.bits(),
            sample_format: if self == Self::Float32 { hound::SampleFormat::Float } else { hound::SampleFormat::Int },
        }
    }

    /// Bytes of a WAV file of `samples` in every channel, without its header.
    pub fn bytes(self, samples: usize, channels: usize) -> u64 {
        samples as u64 * channels as u64 * u64::from(self.bits() / 8)
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
#[derive(Default)]
pub struct WavFiles {
    files: Vec<WavFile>,
    /// Bytes that the files will have.
    bytes: u64,
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
        let Recording { sample_rate, channels } = recording;
        self.begin(path, WavFormat { sample_rate: *sample_rate, channels: channels.len(), format }, recording.len())?;
        self.append(self.files.len() - 1, &recording.samples())
    }

    /// Begins a file that will be at `path`, of `len` samples in every channel, which [`WavFiles::append`] writes.
    ///
    /// # Errors
    /// [`RecordingError::Unwritable`], [`RecordingError::TooLong`] or, if the disk cannot take all files,
    /// [`RecordingError::NoSpace`], naming `path`.
    pub fn begin(&mut self, path: impl AsRef<Path>, wav: WavFormat, len: usize) -> Result<(), RecordingError> {
        let path = path.as_ref();
        if wav.format.bytes(len, wav.channels) > MAX_WAV_DATA_BYTES {
            return Err(RecordingError::TooLong { path: path.to_path_buf() });
        }
        let file = replacement_for(path).map_err(|error| unwritable(path, error))?;
        self.bytes += wav.format.bytes(len, wav.channels);
        // A system that does not tell will say so when the disk is full.
        let free = fs4::available_space(folder_of(path)).unwrap_or(u64::MAX);
        ensure_space(path, self.bytes, free)?;
        let begin = || -> io::Result<WavFile> {
            let spec = wav.format.spec(wav.sample_rate, wav.channels);
            let writer = WavWriter::new(BufWriter::new(file.as_file().try_clone()?), spec).map_err(io::Error::other)?;
            Ok(WavFile { path: path.to_path_buf(), file, writer, format: wav.format })
        };
        self.files.push(begin().map_err(|error| unwritable(path, error))?);
        Ok(())
    }

    /// Appends `block`, indexed by `[channel][sample]`, to the file that was begun as the `index`th, from 0.
    ///
    /// # Errors
    /// [`RecordingError::Unwritable`], naming the file.
    pub fn append(&mut self, index: usize, block: &[&[f32]]) -> Result<(), RecordingError> {
        let WavFile { path, writer, format, .. } = &mut self.files[index];
        write_samples(writer, block, *format).map_err(|error| unwritable(path, error))
    }

    /// Completes every file, then gives each its name, and replaces older files.
    ///
    /// # Errors
    /// [`RecordingError::Unwritable`] for the first file that could not be completed, and then none has its name, or
    /// for the first that could not be renamed; the files after it are dropped.
    pub fn commit(self) -> Result<(), RecordingError> {
        let complete = |WavFile { path, file, writer, .. }: WavFile| match finish(writer, file.as_file()) {
            Ok(()) => Ok((path, file)),
            Err(error) => Err(unwritable(&path, error)),
        };
        for (path, file) in self.files.into_iter().map(complete).collect::<Result<Vec<_>, _>>()? {
            file.persist(&path).map_err(|error| unwritable(&path, error.error))?;
        }
        Ok(())
    }
}

/// What a WAV file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WavFormat {
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: usize,
    /// How it holds a sample.
    pub format: SampleFormat,
}

/// A WAV file that is being written under a temporary name.
struct WavFile {
    path: PathBuf,
    // Closed before the file is deleted.
    writer: WavWriter<BufWriter<File>>,
    file: NamedTempFile,
    format: SampleFormat,
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
    let folder = folder_of(path);
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

/// The folder that `path` is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Refuses to begin the file at `path` if that makes more bytes than are free.
fn ensure_space(path: &Path, needed: u64, free: u64) -> Result<(), RecordingError> {
    if needed > free {
        return Err(RecordingError::NoSpace { path: path.to_path_buf(), needed, free });
    }
    Ok(())
}

fn write_samples(writer: &mut WavWriter<BufWriter<File>>, block: &[&[f32]], format: SampleFormat) -> hound::Result<()> {
    for frame in 0..block.first().map_or(0, |channel| channel.len()) {
        for channel in block {
            match format {
                SampleFormat::Float32 => writer.write_sample(channel[frame])?,
                SampleFormat::Pcm24 | SampleFormat::Pcm16 => writer.write_sample(format.quantised(channel[frame]))?,
            }
        }
    }
    Ok(())
}

fn finish(writer: WavWriter<BufWriter<File>>, file: &File) -> hound::Result<()> {
    // Its header is completed, and what is buffered written.
    writer.finalize()?;
    file.sync_all()?;
    Ok(())
}

fn unwritable(path: &Path, error: impl std::fmt::Display) -> RecordingError {
    RecordingError::Unwritable { path: path.to_path_buf(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_too_small_is_named_before_the_work() {
        ensure_space(Path::new("out/bass.wav"), 2_000, 2_000).unwrap();
        let refused = ensure_space(Path::new("out/bass.wav"), 8_150_000_000, 2_000_000_000).unwrap_err().to_string();
        assert_eq!(refused, "out/bass.wav: needs 8.15 GB with the files beside it, and 2.00 GB are free; make room");
    }

    #[test]
    fn more_than_a_wav_file_holds_is_refused_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let wav = |format| WavFormat { sample_rate: 48_000, channels: 2, format };
        let mut files = WavFiles::default();
        // Four hours: 5.5 GB in 32 bits.
        let hours = 4 * 3_600 * 48_000;
        let path = folder.path().join("long.wav");
        let refused = files.begin(&path, wav(SampleFormat::Float32), hours).unwrap_err();
        assert!(matches!(refused, RecordingError::TooLong { .. }), "{refused}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
