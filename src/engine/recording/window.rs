//! A stretch of a file, after a header of our own: what is decoded where a file is not as a decoder expects it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};
use symphonia::core::io::MediaSource;

/// What is to be decoded.
pub(super) struct FileWindow {
    header: Vec<u8>,
    file: File,
    /// Where the stretch begins in the file, and how many bytes it has.
    start: u64,
    bytes: u64,
    position: u64,
}

impl FileWindow {
    pub(super) fn new(header: Vec<u8>, file: File, start: u64, bytes: u64) -> Self {
        Self { header, file, start, bytes, position: 0 }
    }

    fn len(&self) -> u64 {
        self.header.len() as u64 + self.bytes
    }
}

impl Read for FileWindow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let header = self.header.len() as u64;
        let read = if self.position < header {
            let rest = &self.header[self.position as usize..];
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            count
        } else {
            let left = self.len().saturating_sub(self.position);
            let count = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.file.seek(SeekFrom::Start(self.start + self.position - header))?;
            self.file.read(&mut buffer[..count])?
        };
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for FileWindow {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.len().checked_add_signed(by),
        };
        self.position = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

impl MediaSource for FileWindow {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len())
    }
}
