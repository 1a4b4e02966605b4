//! What is decoded of a file whose header is wrong about its sizes, as programs leave them that pipe, crash, or write
//! more than 4 GiB: a header of our own, and of the samples what is there.

/// Sizes that programs write that do not know the size yet.
pub(super) const ENDLESS: [u64; 3] = [0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFF];
/// Longest chunk of format that is believed, in bytes.
pub(super) const MOST_FORMAT_BYTES: u32 = 4_096;
/// Longest beginning of a file that is kept as a header, in bytes: pictures may come before the samples.
pub(super) const MOST_HEADER_BYTES: u64 = 16 << 20;

/// What is worth a warning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum WrongSize {
    /// This share of the samples that the header promises is there.
    EndsEarly(f64),
    /// The header says that there are no samples, as while a recording runs.
    NeverFinished,
}

/// What of a file is to be decoded: a header, and where the samples are, in bytes.
pub(super) struct Found {
    pub(super) header: Vec<u8>,
    pub(super) start: u64,
    pub(super) bytes: u64,
    /// What its own header says that is not so.
    pub(super) wrong_size: Option<WrongSize>,
}

/// What is known of how many bytes of samples a file has.
pub(super) struct SampleBytes {
    /// What its header says.
    pub(super) said: u64,
    /// How far the file goes.
    pub(super) there: u64,
    /// Whether the header says that there are none because it was never finished.
    pub(super) is_unfinished: bool,
    /// Whether the header says that it does not know.
    pub(super) is_unknown: bool,
}

impl SampleBytes {
    /// How many bytes are to be decoded, in frames of `frame` bytes and at most `most`; and what the header says that
    /// is not so.
    pub(super) fn whole_frames(&self, frame: u64, most: u64) -> (u64, Option<WrongSize>) {
        let Self { said, there, is_unfinished, is_unknown } = *self;
        let counts = !is_unfinished && !is_unknown;
        let frame = frame.max(1);
        let bytes = if counts { said.min(there) } else { there }.min(most) / frame * frame;
        let wrong_size = match counts {
            true => (said / frame * frame > bytes).then(|| WrongSize::EndsEarly(bytes as f64 / said as f64)),
            false => is_unfinished.then_some(WrongSize::NeverFinished),
        };
        (bytes, wrong_size)
    }
}
