//! Decodes an audio file block by block.

use super::{
    MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, ReadWarning, RecordingError,
    wave::{Wave, WrongSize},
};
use crate::decibels;
use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::{MediaSource, MediaSourceStream},
    meta::MetadataOptions,
    packet::Packet,
};

/// Louder samples (+60 dB full scale) are no sound, but a file that is read as what it is not.
const LOUDEST: f32 = 1e3;

/// An audio file that is being read, in memory that does not grow with its length.
///
/// What [`read`](super::read()) says of formats and lengths holds here too.
pub struct RecordingReader {
    name: PathBuf,
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
        let decoding = Decoding::open(path, name)?;
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
        while let Some(sample_rate) = self.decoding.next(&mut self.block)? {
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
        let warning = self.decoding.wrong_size.map(|wrong_size| match wrong_size {
            WrongSize::EndsEarly(share) => ReadWarning::EndsEarly {
                path: path.clone(),
                seconds: seconds(decoded),
                promised_seconds: seconds(decoded) / share,
            },
            WrongSize::NeverFinished => ReadWarning::NeverFinished { path: path.clone(), seconds: seconds(decoded) },
        });
        if let Some(promised) = self.decoding.promised
            && decoded < promised
        {
            return Err(damaged(&path, format!("it ends after {decoded} of {promised} samples")));
        }
        if self.decoding.decoder.finalize().verify_ok == Some(false) {
            return Err(damaged(&path, "its checksum does not match its sound"));
        }
        self.warning = warning;
        Ok(())
    }
}

/// A file that is being decoded.
struct Decoding {
    name: PathBuf,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    /// Sample rate in Hz and number of channels, once they are known.
    format: Option<(u32, usize)>,
    /// Length according to the container, in samples per channel.
    promised: Option<u64>,
    wrong_size: Option<WrongSize>,
}

impl Decoding {
    fn open(path: &Path, name: &Path) -> Result<Self, RecordingError> {
        let (source, wrong_size): (Box<dyn MediaSource>, _) = match open_file(path, name)? {
            Ok(wave) => {
                let wrong_size = wave.wrong_size;
                (Box::new(wave), wrong_size)
            }
            Err(file) => (Box::new(file), None),
        };
        let stream = MediaSourceStream::new(source, Default::default());
        let mut hint = Hint::new();
        if let Some(extension) = name.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let reader = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| opening_error(name, error))?;

        let unknown = || RecordingError::UnknownFormat { path: name.to_path_buf() };
        let track = reader.default_track(TrackType::Audio).ok_or_else(unknown)?;
        let (track_id, promised) = (track.id, track.num_frames);
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or_else(unknown)?;
        if let Some(channels) = parameters.channels.as_ref().map(|channels| channels.count()) {
            validate_channels(channels, name)?;
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default().verify(true))
            .map_err(|error| opening_error(name, error))?;
        Ok(Self { name: name.to_path_buf(), reader, decoder, track_id, format: None, promised, wrong_size })
    }

    /// Decodes the next packet into `planes`, which may come out empty, and gives its sample rate; `None` at the end.
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<Option<u32>, RecordingError> {
        while let Some(packet) = self.next_packet()? {
            if packet.track_id != self.track_id {
                continue;
            }
            let buffer = self.decoder.decode(&packet).map_err(|error| damaged(&self.name, error.to_string()))?;
            let format = (buffer.spec().rate(), buffer.num_planes());
            validate_channels(format.1, &self.name)?;
            if *self.format.get_or_insert(format) != format {
                return Err(damaged(&self.name, "its sample rate or channel count changes midway"));
            }
            buffer.copy_to_vecs_planar(planes);
            return Ok(Some(format.0));
        }
        Ok(None)
    }

    fn next_packet(&mut self) -> Result<Option<Packet>, RecordingError> {
        match self.reader.next_packet() {
            Ok(packet) => Ok(packet),
            // If the header tells no length, the stream ends where the file ends.
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof && self.promised.is_none() => {
                Ok(None)
            }
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(damaged(&self.name, "it ends too early"))
            }
            Err(Error::IoError(source)) => Err(RecordingError::Unreadable { path: self.name.clone(), source }),
            Err(Error::ResetRequired) => Err(damaged(&self.name, "several streams in a row")),
            Err(error) => Err(damaged(&self.name, error.to_string())),
        }
    }
}

/// The file at `path`: a WAV file with a right header, or another file as it is.
fn open_file(path: &Path, name: &Path) -> Result<Result<Wave, File>, RecordingError> {
    let unreadable = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => RecordingError::Missing { path: name.to_path_buf() },
        _ => RecordingError::Unreadable { path: name.to_path_buf(), source },
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(RecordingError::NotAFile { path: name.to_path_buf() });
    }
    if metadata.len() == 0 {
        return Err(RecordingError::Empty { path: name.to_path_buf() });
    }
    let file = File::open(path).map_err(unreadable)?;
    Wave::open(file, metadata.len()).map_err(unreadable)
}

fn opening_error(path: &Path, error: Error) -> RecordingError {
    match error {
        Error::Unsupported(_) => RecordingError::UnknownFormat { path: path.to_path_buf() },
        Error::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => {
            RecordingError::Unreadable { path: path.to_path_buf(), source: error }
        }
        Error::IoError(_) => damaged(path, "it ends too early"),
        error => damaged(path, error.to_string()),
    }
}

fn damaged(path: &Path, reason: impl Into<String>) -> RecordingError {
    RecordingError::Damaged { path: path.to_path_buf(), reason: reason.into() }
}

fn validate_channels(channels: usize, path: &Path) -> Result<(), RecordingError> {
    if channels > MAX_CHANNELS {
        return Err(RecordingError::TooManyChannels { path: path.to_path_buf(), channels });
    }
    Ok(())
}
