//! Reads whole audio files.

use super::{ReadWarning, Recording, RecordingError, RecordingReader};
use std::path::Path;

/// Reads a whole WAV, AIFF, CAF, FLAC, MP3, OGG Vorbis, ALAC or AAC/M4A file.
///
/// The length of a file without loss is exact to the sample. The silence that an MP3, Vorbis or AAC encoder adds at
/// both ends is removed where the file tells of it. The checksum of a FLAC file is verified.
///
/// # Errors
/// A [`RecordingError`] that names the file, unless it holds one or two channels of finite samples at 1 kHz to 768 kHz.
pub fn read(path: impl AsRef<Path>) -> Result<Recording, RecordingError> {
    read_with_warning(path).map(|(recording, _)| recording)
}

/// The same, with a warning if the file is not what its header says: one that was cut off or never finished is read as
/// far as it goes.
///
/// # Errors
/// As [`read`].
pub fn read_with_warning(path: impl AsRef<Path>) -> Result<(Recording, Option<ReadWarning>), RecordingError> {
    RecordingReader::open(path)?.read_to_end()
}

impl RecordingReader {
    /// All that is still to be read, and what is wrong with the file.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read_to_end(mut self) -> Result<(Recording, Option<ReadWarning>), RecordingError> {
        let mut recording = Recording { sample_rate: self.sample_rate(), channels: vec![Vec::new(); self.channels()] };
        let name = self.name.clone();
        while let Some(block) = self.next_block()? {
            for (channel, samples) in recording.channels.iter_mut().zip(block) {
                let refused = |_| RecordingError::NoMemory { path: name.clone() };
                channel.try_reserve(samples.len()).map_err(refused)?;
                channel.extend_from_slice(samples);
            }
        }
        Ok((recording, self.warning().cloned()))
    }
}

impl Recording {
    /// Refuses a recording, read from `path`, that is silent.
    ///
    /// # Errors
    /// [`RecordingError::Silent`] if nothing is louder than [`super::SILENCE_PEAK`].
    pub fn ensure_audible(&self, path: impl AsRef<Path>) -> Result<(), RecordingError> {
        if self.is_silent() {
            return Err(RecordingError::Silent { path: path.as_ref().to_path_buf() });
        }
        Ok(())
    }
}
