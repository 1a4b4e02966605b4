//! Decodes an audio file block by block.

use super::{
    MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, ReadWarning, RecordingError,
    decoding::{Decoding, damaged},
    sizes::WrongSize,
};
use crate::decibels;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

/// Louder samples (+60 dB full scale) are no sound, but a file that is read as what it is not.
const LOUDEST: f32 = 1e3;
/// Samples that may be missing of what a file says without a warning: some encoders count a frame that holds no sound.
const MOST_MISSING: u64 = 1_152;

/// An audio file that is being read, in memory that does not grow with its length.
///
/// What [`read`](super::read()) says of formats and lengths holds here too.
pub struct RecordingReader {
    pub(super) name: PathBuf,
    decoding: Decoding,
    sample_rate: u32,
    /// The newest block, indexed by `[channel][sample]`.
    block: Vec<Vec<f32>>,
    /// Whether the block is still to be given out.
    is_ahead: bool,
    /// Samples per channel that were decoded.
    decoded: u64,
    warning: Option<ReadWarning>,
}

impl RecordingReader {
    /// Opens the file at `path` and decodes its first block.
    ///
    /// # Errors
    /// A [`RecordingError`] that names the file, unless it holds one or two channels of finite samples at 1 kHz to
    /// 768 kHz as far as it has been read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        Self::open_as(path, path)
    }

    /// The same for a file that is spoken of as `name`, such as a temporary file.
    ///
    /// # Errors
    /// As [`RecordingReader::open`].
    pub fn open_as(path: &Path, name: &Path) -> Result<Self, RecordingError> {
        let decoding = guarded(name, || Decoding::open(path, name))?;
        let name = name.to_path_buf();
        let mut reader =
            Self { name, decoding, sample_rate: 0, block: Vec::new(), is_ahead: false, decoded: 0, warning: None };
        reader.is_ahead = reader.decode()?;
        if !reader.is_ahead {
            return Err(RecordingError::Empty { path: reader.name });
        }
        if !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&reader.sample_rate) {
            return Err(RecordingError::SampleRate { path: reader.name, sample_rate: reader.sample_rate });
        }
        Ok(reader)
    }

    /// Sample rate in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Number of channels, 1 or 2.
    pub fn channels(&self) -> usize {
        self.block.len()
    }

    /// Samples per channel that the file says it holds, if it does; it may hold others.
    pub fn promised(&self) -> Option<u64> {
        self.decoding.promised
    }

    /// The next samples, indexed by `[channel][sample]`, at least one per channel; `None` at the end.
    ///
    /// # Errors
    /// A [`RecordingError`] that names the file.
    pub fn next_block(&mut self) -> Result<Option<&[Vec<f32>]>, RecordingError> {
        if self.is_ahead || self.decode()? {
            self.is_ahead = false;
            return Ok(Some(&self.block));
        }
        Ok(None)
    }

    /// What is wrong with the file, once it has been read to its end.
    pub fn warning(&self) -> Option<&ReadWarning> {
        self.warning.as_ref()
    }

    /// Decodes the next block that is not empty; `false` at the end.
    fn decode(&mut self) -> Result<bool, RecordingError> {
        while let Some(sample_rate) = guarded(&self.name, || self.decoding.next(&mut self.block))? {
            let len = self.block.first().map_or(0, Vec::len);
            if len == 0 {
                continue;
            }
            self.sample_rate = sample_rate;
            self.check_samples()?;
            self.decoded += len as u64;
            return Ok(true);
        }
        self.check_complete()?;
        Ok(false)
    }

    fn check_samples(&self) -> Result<(), RecordingError> {
        let finite = self.block.iter().flatten().filter(|sample| sample.is_finite());
        let peak = finite.fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        if peak > LOUDEST {
            let reason = format!("its samples reach {:+.0} dB full scale", decibels::of_amplitude(peak));
            return Err(damaged(&self.name, reason));
        }
        for (channel, samples) in self.block.iter().enumerate() {
            if let Some(place) = samples.iter().position(|sample| !sample.is_finite()) {
                let frame = self.decoded as usize + place;
                return Err(RecordingError::NotFinite { path: self.name.clone(), channel, frame });
            }
        }
        Ok(())
    }

    fn check_complete(&mut self) -> Result<(), RecordingError> {
        let (path, decoded) = (self.name.clone(), self.decoded);
        let seconds = |samples: u64| samples as f64 / f64::from(self.sample_rate.max(1));
        let promised = self.decoding.promised;
        if decoded == 0 && (self.decoding.is_cut_off || promised.is_some_and(|promised| promised > 0)) {
            return Err(damaged(&path, "it ends before its first sample"));
        }
        if let Some(promised) = promised
            && decoded + MOST_MISSING < promised
            && self.decoding.reached >= promised as i64
        {
            return Err(damaged(&path, format!("{} samples are missing within it", promised - decoded)));
        }
        self.warning = match (self.decoding.wrong_size, promised) {
            (Some(WrongSize::EndsEarly(share)), _) => {
                let seconds = seconds(decoded);
                Some(ReadWarning::EndsEarly { path, seconds, promised_seconds: seconds / share })
            }
            (Some(WrongSize::NeverFinished), _) => Some(ReadWarning::NeverFinished { path, seconds: seconds(decoded) }),
            (None, Some(promised)) if decoded + MOST_MISSING < promised => {
                let (seconds, promised_seconds) = (seconds(decoded), seconds(promised));
                Some(ReadWarning::EndsEarly { path, seconds, promised_seconds })
            }
            (None, _) if self.decoding.is_cut_off => Some(ReadWarning::CutOff { path, seconds: seconds(decoded) }),
            (None, _) if !self.decoding.is_sound() => {
                return Err(damaged(&path, "its checksum does not match its sound"));
            }
            (None, _) => None,
        };
        Ok(())
    }
}

/// Runs a decoder. Some panic on bytes that no encoder writes: that is damage, too.
fn guarded<T>(name: &Path, decode: impl FnOnce() -> Result<T, RecordingError>) -> Result<T, RecordingError> {
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    decoded.unwrap_or_else(|_| Err(damaged(name, "its decoder fails on what is in it")))
}
