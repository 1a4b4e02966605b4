//! One file's packets, decoded: what is to be heard of them, and how they end.

use super::{
    MAX_CHANNELS, RecordingError, aiff, caf, formats, mp3, mp4,
    opus::{self, OpusHeader},
    sizes::WrongSize,
    wave, wave64,
    window::FileWindow,
};
use std::{
    collections::VecDeque,
    fs::File,
    io::{ErrorKind, Read, Seek},
    path::{Path, PathBuf},
};
use symphonia::core::{
    codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known::*},
    errors::Error,
    formats::{FormatId, FormatOptions, FormatReader, Track, TrackType, probe::Hint, well_known::*},
    io::{MediaSource, MediaSourceStream},
    meta::MetadataOptions,
    packet::Packet,
    units::Duration,
};

/// A file that is being decoded.
pub(super) struct Decoding {
    path: PathBuf,
    name: PathBuf,
    stream: DecodedStream,
    /// Streams of the same kind that follow it in the file.
    following: VecDeque<FileWindow>,
    /// Sample rate in Hz and number of channels, once they are known.
    format: Option<(u32, usize)>,
    decoded: u64,
    /// Length according to the container, in samples per channel, of what has been begun.
    pub(super) promised: Option<u64>,
    /// What the header of a WAV file says wrongly.
    pub(super) wrong_size: Option<WrongSize>,
    /// Whether the file ended within a packet, or without the end that its container asks for.
    pub(super) is_cut_off: bool,
    /// Where the last packet ended, in samples, as far as packets tell.
    pub(super) reached: i64,
}

/// One of the streams of a file.
struct DecodedStream {
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    container: FormatId,
    promised: Option<u64>,
    /// Whether nothing is known of what an encoder has added at the ends, so that all is heard.
    has_unknown_ends: bool,
    /// Samples to leave out, and then to hear.
    skip: u64,
    left: Option<u64>,
    /// Factor on every sample.
    gain: f32,
}

impl Decoding {
    /// Opens the file at `path`, which is spoken of as `name`.
    pub(super) fn open(path: &Path, name: &Path) -> Result<Self, RecordingError> {
        let (source, wrong_size) = open_file(path, name)?;
        let mut stream = DecodedStream::open(source, path, name)?;
        let mut following = VecDeque::new();
        if stream.container == FORMAT_ID_MP3 {
            following = mp3_files(path).map_err(|error| unreadable(name, error))?;
            if let Some(first) = following.pop_front() {
                stream = DecodedStream::open(Box::new(first), path, name)?;
            }
        }
        let promised = stream.promised;
        Ok(Self {
            path: path.to_path_buf(),
            name: name.to_path_buf(),
            stream,
            following,
            format: None,
            decoded: 0,
            promised,
            wrong_size,
            is_cut_off: false,
            reached: 0,
        })
    }

    /// Decodes the next packet into `planes`, which may come out empty, and gives its sample rate; `None` at the end.
    pub(super) fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<Option<u32>, RecordingError> {
        while let Some(mut packet) = self.next_packet()? {
            if packet.track_id != self.stream.track_id {
                continue;
            }
            if self.stream.has_unknown_ends {
                packet.dur = packet.block_dur();
                (packet.trim_start, packet.trim_end) = (Duration::ZERO, Duration::ZERO);
            }
            let buffer = match self.stream.decoder.decode(&packet) {
                Ok(buffer) => buffer,
                Err(error) => {
                    let reason = error.to_string();
                    // A packet that was cut off is the last one; what follows the end is none of the sound.
                    let is_last = !matches!(self.stream.reader.next_packet(), Ok(Some(_)));
                    if is_last || self.promised.is_some_and(|promised| self.decoded >= promised) {
                        self.is_cut_off = self.promised.is_none_or(|promised| self.decoded < promised);
                        return Ok(None);
                    }
                    return Err(damaged(&self.name, reason));
                }
            };
            let format = (buffer.spec().rate(), buffer.num_planes());
            validate_channels(format.1, &self.name)?;
            if *self.format.get_or_insert(format) != format {
                return Err(damaged(&self.name, "its sample rate or channel count changes midway"));
            }
            buffer.copy_to_vecs_planar(planes);
            self.reached = packet.pts.get() + packet.dur.get() as i64;
            self.stream.cut(planes);
            self.decoded += planes.first().map_or(0, Vec::len) as u64;
            return Ok(Some(format.0));
        }
        Ok(None)
    }

    /// Whether the checksum that the file has matches what was decoded, or there is none.
    pub(super) fn is_sound(&mut self) -> bool {
        self.stream.decoder.finalize().verify_ok != Some(false)
    }

    fn next_packet(&mut self) -> Result<Option<Packet>, RecordingError> {
        loop {
            match self.stream.reader.next_packet() {
                Ok(Some(packet)) => return Ok(Some(packet)),
                Ok(None) => match self.following.pop_front() {
                    Some(next) => {
                        self.stream = DecodedStream::open(Box::new(next), &self.path, &self.name)?;
                        self.promised = self.promised.zip(self.stream.promised).map(|(before, own)| before + own);
                    }
                    None => return Ok(None),
                },
                // If the header tells no length, the stream ends where the file ends.
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                    self.is_cut_off = self.promised.is_some() || self.stream.container == FORMAT_ID_OGG;
                    return Ok(None);
                }
                Err(Error::IoError(error)) => return Err(unreadable(&self.name, error)),
                // Another stream follows in the same file, as Ogg allows.
                Err(Error::ResetRequired) => {
                    self.stream.begin_next(&self.name)?;
                    self.promised = None;
                }
                Err(error) => return Err(damaged(&self.name, error.to_string())),
            }
        }
    }
}

impl DecodedStream {
    fn open(source: Box<dyn MediaSource>, path: &Path, name: &Path) -> Result<Self, RecordingError> {
        let stream = MediaSourceStream::new(source, Default::default());
        let mut hint = Hint::new();
        if let Some(extension) = name.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let reader = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| opening_error(path, name, error))?;
        let container = reader.format_info().format;
        let track = audio_track(&*reader, name)?.clone();
        let mut parameters = audio_parameters(&track, name)?.clone();
        let OpusHeader { pre_skip: mut skip, gain } = take_opus_header(&mut parameters);
        let mut left = None;
        // A stream's length counts what comes before the sound.
        let mut promised = track.num_frames.map(|frames| frames.saturating_sub(skip));
        if container == FORMAT_ID_ISOMP4 {
            let tracks = File::open(path).and_then(|mut file| {
                let len = file.metadata()?.len();
                mp4::describe(&mut file, len)
            });
            let tracks = tracks.map_err(|error| unreadable(name, error))?;
            if let Some(described) = tracks.iter().find(|described| described.id == track.id) {
                let rate = parameters.sample_rate.unwrap_or(described.timescale);
                let (first, heard) = described.heard_samples(rate, track.num_frames);
                // Without an edit list the header of Opus counts.
                if first > 0 || described.heard.is_some() {
                    (skip, promised) = (first, heard);
                }
                left = promised;
                if described.is_big_endian {
                    parameters.codec = big_endian(parameters.codec);
                }
            }
        }
        // Some programs count its packets as full.
        if container == FORMAT_ID_CAF && parameters.codec == CODEC_ID_ALAC {
            promised = None;
        }
        // Without a tag of its own the length of an MP3 file is a guess.
        let has_unknown_ends = container == FORMAT_ID_MP3 && track.delay.is_none();
        if has_unknown_ends {
            promised = None;
        }
        let decoder = make_decoder(container, reader.format_info().long_name, &parameters, path, name)?;
        Ok(Self { reader, decoder, track_id: track.id, container, promised, has_unknown_ends, skip, left, gain })
    }

    /// Goes on with the next stream of the same reader.
    fn begin_next(&mut self, name: &Path) -> Result<(), RecordingError> {
        let track = audio_track(&*self.reader, name)?.clone();
        let mut parameters = audio_parameters(&track, name)?.clone();
        OpusHeader { pre_skip: self.skip, gain: self.gain } = take_opus_header(&mut parameters);
        let container = self.reader.format_info().long_name;
        self.decoder = make_decoder(self.container, container, &parameters, name, name)?;
        self.track_id = track.id;
        Ok(())
    }

    /// Leaves out of `planes` what is not to be heard, and gives the rest its level.
    fn cut(&mut self, planes: &mut [Vec<f32>]) {
        let len = planes.first().map_or(0, Vec::len);
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX).min(len);
        let left = self.left.map_or(len, |left| usize::try_from(left).unwrap_or(usize::MAX));
        for plane in planes {
            plane.drain(..skip);
            plane.truncate(left);
            if self.gain != 1.0 {
                plane.iter_mut().for_each(|sample| *sample *= self.gain);
            }
        }
        self.skip -= skip as u64;
        self.left = self.left.map(|left| left - left.min((len - skip) as u64));
    }
}

impl mp4::TrackDescription {
    /// How many samples at `rate` are to be left out, and how many of `all` to be heard then.
    fn heard_samples(&self, rate: u32, all: Option<u64>) -> (u64, Option<u64>) {
        let samples = |units: u64| (u128::from(units) * u128::from(rate) / u128::from(self.timescale)) as u64;
        let skip = samples(self.first);
        let there = all.map(|all| all.saturating_sub(skip));
        let heard = self.heard.map(samples);
        // The length of an edit is rounded; that of the track is not.
        let is_all = |heard: u64, there: u64| heard + samples(self.rounding) >= there;
        let left = match (heard, there) {
            (Some(heard), Some(there)) if is_all(heard, there) => Some(there),
            (Some(heard), _) => Some(heard),
            (None, there) => there,
        };
        (skip, left)
    }
}

fn audio_track<'a>(reader: &'a dyn FormatReader, name: &Path) -> Result<&'a Track, RecordingError> {
    let unknown = || RecordingError::UnknownFormat { path: name.to_path_buf(), found: None };
    reader.default_track(TrackType::Audio).ok_or_else(unknown)
}

fn audio_parameters<'a>(track: &'a Track, name: &Path) -> Result<&'a AudioCodecParameters, RecordingError> {
    let unknown = || RecordingError::UnknownFormat { path: name.to_path_buf(), found: None };
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or_else(unknown)?;
    if let Some(channels) = parameters.channels.as_ref().map(|channels| channels.count()) {
        validate_channels(channels, name)?;
    }
    Ok(parameters)
}

/// Takes the header of an Opus stream out of `parameters`: its decoder would leave out one packet's samples at most.
/// Other codecs have nothing to leave out.
fn take_opus_header(parameters: &mut AudioCodecParameters) -> OpusHeader {
    let none = OpusHeader { pre_skip: 0, gain: 1.0 };
    if parameters.codec != CODEC_ID_OPUS {
        return none;
    }
    // Matroska may tell the rate that the sound had before it was encoded.
    parameters.sample_rate = Some(opus::SAMPLE_RATE);
    parameters.extra_data.take().and_then(|header| OpusHeader::read(&header)).unwrap_or(none)
}

/// A decoder, if the codec was tried in the container, which is called `container_name`.
fn make_decoder(
    container: FormatId,
    container_name: &str,
    parameters: &AudioCodecParameters,
    path: &Path,
    name: &Path,
) -> Result<Box<dyn AudioDecoder>, RecordingError> {
    if !formats::is_read(container, parameters.codec) {
        let found = Some(format!("{} in {container_name}", formats::codec_name(parameters.codec)));
        return Err(RecordingError::UnknownFormat { path: name.to_path_buf(), found });
    }
    formats::codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default().verify(true))
        .map_err(|error| opening_error(path, name, error))
}

/// The same PCM with its high byte first.
pub(super) fn big_endian(codec: AudioCodecId) -> AudioCodecId {
    match codec {
        CODEC_ID_PCM_S24LE => CODEC_ID_PCM_S24BE,
        CODEC_ID_PCM_S32LE => CODEC_ID_PCM_S32BE,
        CODEC_ID_PCM_F32LE => CODEC_ID_PCM_F32BE,
        CODEC_ID_PCM_F64LE => CODEC_ID_PCM_F64BE,
        other => other,
    }
}

/// The file at `path`, with a right header if its own is wrong.
fn open_file(path: &Path, name: &Path) -> Result<(Box<dyn MediaSource>, Option<WrongSize>), RecordingError> {
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(name, error))?;
    if !metadata.is_file() {
        return Err(RecordingError::NotAFile { path: name.to_path_buf() });
    }
    if metadata.len() == 0 {
        return Err(RecordingError::Empty { path: name.to_path_buf() });
    }
    let open = || {
        let (mut file, len) = (File::open(path)?, metadata.len());
        for find in [wave::find, wave64::find, aiff::find, caf::find] {
            file.rewind()?;
            if let Some(found) = find(&mut file, len)? {
                let window = FileWindow::new(found.header, file, found.start, found.bytes);
                return Ok((Box::new(window) as Box<dyn MediaSource>, found.wrong_size));
            }
        }
        file.rewind()?;
        Ok((Box::new(file) as Box<dyn MediaSource>, None))
    };
    open().map_err(|error| unreadable(name, error))
}

/// The files in an MP3 file that is several; none if it is one.
fn mp3_files(path: &Path) -> std::io::Result<VecDeque<FileWindow>> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    let beginnings = mp3::beginnings(&mut file, len)?;
    let ends = beginnings.iter().skip(1).copied().chain([len]);
    let windows = beginnings.iter().zip(ends);
    windows.map(|(start, end)| Ok(FileWindow::new(Vec::new(), File::open(path)?, *start, end - start))).collect()
}

fn opening_error(path: &Path, name: &Path, error: Error) -> RecordingError {
    match error {
        Error::Unsupported(_) => {
            let mut beginning = [0; 16];
            let read = File::open(path).and_then(|mut file| file.read(&mut beginning)).unwrap_or(0);
            if formats::has_index(&beginning[..read]) {
                return damaged(name, "what says where its sound is, is missing: it was cut off or never finished");
            }
            let found = formats::name_of_beginning(&beginning[..read]).map(str::to_owned);
            RecordingError::UnknownFormat { path: name.to_path_buf(), found }
        }
        Error::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => unreadable(name, error),
        Error::IoError(_) => damaged(name, "it ends too early"),
        error => damaged(name, error.to_string()),
    }
}

fn unreadable(name: &Path, source: std::io::Error) -> RecordingError {
    match source.kind() {
        ErrorKind::NotFound => RecordingError::Missing { path: name.to_path_buf() },
        // What a decoder looks for lies before the beginning.
        ErrorKind::InvalidInput => damaged(name, "its sizes are wrong"),
        _ => RecordingError::Unreadable { path: name.to_path_buf(), source },
    }
}

pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> RecordingError {
    RecordingError::Damaged { path: path.to_path_buf(), reason: reason.into() }
}

fn validate_channels(channels: usize, path: &Path) -> Result<(), RecordingError> {
    if channels > MAX_CHANNELS {
        return Err(RecordingError::TooManyChannels { path: path.to_path_buf(), channels });
    }
    Ok(())
}
