//! What can be wrong with an audio file, one sentence each.

use super::{MAX_SAMPLE_RATE, MIN_SAMPLE_RATE};
use std::path::PathBuf;

/// Why an audio file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// There is no such file.
    #[error("{}: there is no such file; check the path", path.display())]
    Missing {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// The path leads to a folder, a device or a pipe.
    #[error("{}: this is not a file; name an audio file", path.display())]
    NotAFile {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The system refuses to read it.
    #[error("{}: cannot be read ({source}); check that you may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The container or the codec is unknown.
    #[error(
        "{}: unknown format{}; give WAV, AIFF, FLAC, MP3, OGG Vorbis, ALAC or AAC/M4A",
        path.display(),
        found.as_ref().map(|found| format!(" ({found})")).unwrap_or_default()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// The codec and the container, as far as they are known.
        found: Option<String>,
    },
    /// The format is known, but the content is damaged.
    #[error("{}: damaged ({reason}); export it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// More channels than stereo.
    #[error("{}: has {channels} channels; mix it down to mono or stereo", path.display())]
    TooManyChannels {
        /// The file.
        path: PathBuf,
        /// How many channels it has.
        channels: usize,
    },
    /// It holds no sample.
    #[error("{}: is empty; give a recording with sound in it", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The system does not give enough memory for it.
    #[error("{}: is too long for the memory that is free; cut it into parts", path.display())]
    NoMemory {
        /// The file.
        path: PathBuf,
    },
    /// It is silent.
    #[error("{}: is silent; give a recording with sound in it", path.display())]
    Silent {
        /// The file.
        path: PathBuf,
    },
    /// The sample rate is out of range.
    #[error(
        "{}: its sample rate is {sample_rate} Hz; convert it to a rate from {MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz",
        path.display()
    )]
    SampleRate {
        /// The file.
        path: PathBuf,
        /// Its sample rate in Hz.
        sample_rate: u32,
    },
    /// A sample is NaN or infinite.
    #[error(
        "{}: sample {frame} of channel {} is not a finite number; export it again",
        path.display(),
        channel + 1
    )]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// Index of the channel, counted from 0.
        channel: usize,
        /// Index of the sample, counted from 0.
        frame: usize,
    },
    /// It could not be written.
    #[error("{}: cannot be written ({reason})", path.display())]
    Unwritable {
        /// The file that was to be written.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// It is too long for a WAV file.
    #[error(
        "{}: too long for a WAV file, which holds at most 4 GiB; cut the recording into parts, or write 16 bits",
        path.display()
    )]
    TooLong {
        /// The file that was to be written.
        path: PathBuf,
    },
    /// The disk has not enough room.
    #[error(
        "{}: needs {:.2} GB with the files beside it, and {:.2} GB are free; make room",
        path.display(),
        *needed as f64 / 1e9,
        *free as f64 / 1e9
    )]
    NoSpace {
        /// The file that was to be written.
        path: PathBuf,
        /// Bytes of all files that were to be written together.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The sample rate cannot be converted.
    #[error("cannot convert from {from} Hz to {to} Hz: {reason}")]
    Resampling {
        /// The recording's sample rate in Hz.
        from: u32,
        /// The wanted sample rate in Hz.
        to: u32,
        /// The reason.
        reason: String,
    },
}

/// What is wrong with an audio file that could be read all the same.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReadWarning {
    /// It holds less than its header promises.
    #[error("{}: it is cut off; its first {seconds:.1} of {promised_seconds:.1} s are used", path.display())]
    EndsEarly {
        /// The file.
        path: PathBuf,
        /// What is there, in seconds.
        seconds: f64,
        /// What should be there, in seconds.
        promised_seconds: f64,
    },
    /// It ends within its sound, and does not say how long it should be.
    #[error("{}: it is cut off; the {seconds:.1} s that are there are used", path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
        /// What is there, in seconds.
        seconds: f64,
    },
    /// Its header says that it is empty, as while a recording runs.
    #[error("{}: its recording was never finished; the {seconds:.1} s that are there are used", path.display())]
    NeverFinished {
        /// The file.
        path: PathBuf,
        /// What is there, in seconds.
        seconds: f64,
    },
}
