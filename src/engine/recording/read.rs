//! Reads audio files.

use super::{
    MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, ReadWarning, Recording, RecordingError,
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
};

/// Louder samples (+60 dB full scale) are no sound, but a file that is read as what it is not.
const LOUDEST: f32 = 1e3;

/// Reads a whole WAV, AIFF, FLAC, MP3, OGG Vorbis or AAC/M4A file.
///
/// The length of a WAV, AIFF or FLAC file is exact to the sample. The silence that an MP3 or Vorbis encoder adds at
/// both ends is removed where the file tells its length. The checksum of a FLAC file is verified.
///
/// # Errors
/// A [`RecordingError`] that names the file, unless it holds one or two channels of finite samples at 1 kHz to 768 kHz.
pub fn read(path: impl AsRef<Path>) -> Result<Recording, RecordingError> {
    read_with_warning(path).map(|(recording, _)| recording)
}

/// The same, with a warning if the file is not what its header says: a WAV file that was cut off or never finished is
/// read as far as it goes.
///
/// # Errors
/// As [`read`].
pub fn read_with_warning(path: impl AsRef<Path>) -> Result<(Recording, Option<ReadWarning>), RecordingError> {
    let path = path.as_ref();
    let mut decoding = Decoding::open(path)?;
    let decoded = decoding.run()?;
    validate(&decoded, path)?;
    let (path, seconds) = (path.to_path_buf(), decoded.seconds());
    let warning = decoding.wrong_size.map(|wrong_size| match wrong_size {
        WrongSize::EndsEarly(share) => ReadWarning::EndsEarly { path, seconds, promised_seconds: seconds / share },
        WrongSize::NeverFinished => ReadWarning::NeverFinished { path, seconds },
    });
    Ok((decoded, warning))
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

/// A file that is being decoded.
struct Decoding {
    path: PathBuf,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    /// Length according to the container, in samples per channel.
    promised: Option<u64>,
    wrong_size: Option<WrongSize>,
}

impl Decoding {
    fn open(path: &Path) -> Result<Self, RecordingError> {
        let (source, wrong_size): (Box<dyn MediaSource>, _) = match open_file(path)? {
            Ok(wave) => {
                let wrong_size = wave.wrong_size;
                (Box::new(wave), wrong_size)
            }
            Err(file) => (Box::new(file), None),
        };
        let stream = MediaSourceStream::new(source, Default::default());
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let reader = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| opening_error(path, error))?;

        let unknown = || RecordingError::UnknownFormat { path: path.to_path_buf() };
        let track = reader.default_track(TrackType::Audio).ok_or_else(unknown)?;
        let (track_id, promised) = (track.id, track.num_frames);
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or_else(unknown)?;
        if let Some(channels) = parameters.channels.as_ref().map(|channels| channels.count()) {
            validate_channels(channels, path)?;
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default().verify(true))
            .map_err(|error| opening_error(path, error))?;
        Ok(Self { path: path.to_path_buf(), reader, decoder, track_id, promised, wrong_size })
    }

    fn run(&mut self) -> Result<Recording, RecordingError> {
        let mut recording = Recording { sample_rate: 0, channels: Vec::new() };
        let mut planes: Vec<Vec<f32>> = Vec::new();
        while let Some(packet) = self.next_packet()? {
            if packet.track_id != self.track_id {
                continue;
            }
            let buffer = self.decoder.decode(&packet).map_err(|error| damaged(&self.path, error.to_string()))?;
            let (sample_rate, channels) = (buffer.spec().rate(), buffer.num_planes());
            if recording.channels.is_empty() {
                validate_channels(channels, &self.path)?;
                recording = Recording { sample_rate, channels: vec![Vec::new(); channels] };
            } else if recording.sample_rate != sample_rate || recording.channels.len() != channels {
                return Err(damaged(&self.path, "its sample rate or channel count changes midway"));
            }
            buffer.copy_to_vecs_planar(&mut planes);
            for (channel, plane) in recording.channels.iter_mut().zip(&planes) {
                channel.extend_from_slice(plane);
            }
        }
        self.check_complete(&recording)?;
        Ok(recording)
    }

    fn next_packet(&mut self) -> Result<Option<symphonia::core::packet::Packet>, RecordingError> {
        match self.reader.next_packet() {
            Ok(packet) => Ok(packet),
            // If the header tells no length, the stream ends where the file ends.
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof && self.promised.is_none() => {
                Ok(None)
            }
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(damaged(&self.path, "it ends too early"))
            }
            Err(Error::IoError(source)) => Err(RecordingError::Unreadable { path: self.path.clone(), source }),
            Err(Error::ResetRequired) => Err(damaged(&self.path, "several streams in a row")),
            Err(error) => Err(damaged(&self.path, error.to_string())),
        }
    }

    fn check_complete(&mut self, recording: &Recording) -> Result<(), RecordingError> {
        if let Some(promised) = self.promised
            && (recording.len() as u64) < promised
        {
            return Err(damaged(&self.path, format!("it ends after {} of {promised} samples", recording.len())));
        }
        if self.decoder.finalize().verify_ok == Some(false) {
            return Err(damaged(&self.path, "its checksum does not match its sound"));
        }
        Ok(())
    }
}

/// The file at `path`: a WAV file with a right header, or another file as it is.
fn open_file(path: &Path) -> Result<Result<Wave, File>, RecordingError> {
    let unreadable = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => RecordingError::Missing { path: path.to_path_buf() },
        _ => RecordingError::Unreadable { path: path.to_path_buf(), source },
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(RecordingError::NotAFile { path: path.to_path_buf() });
    }
    if metadata.len() == 0 {
        return Err(RecordingError::Empty { path: path.to_path_buf() });
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

fn validate(recording: &Recording, path: &Path) -> Result<(), RecordingError> {
    let path = || path.to_path_buf();
    if recording.is_empty() {
        return Err(RecordingError::Empty { path: path() });
    }
    let sample_rate = recording.sample_rate;
    if !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&sample_rate) {
        return Err(RecordingError::SampleRate { path: path(), sample_rate });
    }
    if recording.peak().is_finite() && recording.peak() > LOUDEST {
        let reason = format!("its samples reach {:+.0} dB full scale", decibels::of_amplitude(recording.peak()));
        return Err(damaged(&path(), reason));
    }
    for (channel, samples) in recording.channels.iter().enumerate() {
        if let Some(frame) = samples.iter().position(|sample| !sample.is_finite()) {
            return Err(RecordingError::NotFinite { path: path(), channel, frame });
        }
    }
    Ok(())
}
