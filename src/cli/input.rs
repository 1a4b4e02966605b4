//! Recordings that commands read: files, or what comes in on stdin.

use super::{error::CliError, interrupt};
use crate::recording::{RecordingError, RecordingReader, Survey};
use std::{
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// What stands for stdin, or stdout, where a file is named.
pub(super) const STANDARD_STREAM: &str = "-";
/// Bytes that are taken from stdin at a time.
const SPOOL_BYTES: usize = 1 << 16;

/// A recording that can be read more than once.
pub(super) struct Input {
    /// What it is called in messages.
    pub(super) name: PathBuf,
    /// What came in on stdin; it is deleted when `self` is dropped.
    spooled: Option<NamedTempFile>,
}

impl Input {
    /// The file at `path`; `-` is stdin, which is read to its end first.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        if path != Path::new(STANDARD_STREAM) {
            return Ok(Self { name: path.to_path_buf(), spooled: None });
        }
        let name = PathBuf::from("stdin");
        let spooled = spool().map_err(|source| RecordingError::Unreadable { path: name.clone(), source })?;
        interrupt::check()?;
        Ok(Self { name, spooled: Some(spooled) })
    }

    /// Reads it from its beginning, block by block.
    pub(super) fn reader(&self) -> Result<RecordingReader, CliError> {
        let path = self.spooled.as_ref().map_or(self.name.as_path(), |spooled| spooled.path());
        Ok(RecordingReader::open_as(path, &self.name)?)
    }

    /// Reads through it once, and says what is wrong with it: refused is what cannot be read or is silent. `told` is
    /// called with the share that was read, 0 to 1, and stops by breaking.
    pub(super) fn survey(&self, told: &mut dyn FnMut(f32) -> ControlFlow<()>) -> Result<Survey, CliError> {
        let mut reader = self.reader()?;
        let promised = reader.promised();
        let mut survey = Survey::new(&reader);
        while let Some(block) = reader.next_block()? {
            survey.add(block);
            let share = promised.map_or(0.0, |promised| survey.len as f32 / promised.max(1) as f32);
            if told(share.min(1.0)).is_break() {
                return Err(CliError::Interrupted);
            }
        }
        if let Some(warning) = reader.warning() {
            eprintln!("warning: {warning}");
        }
        survey.ensure_audible(&self.name)?;
        Ok(survey)
    }
}

/// Copies stdin to a temporary file, until it ends or the user asked to stop.
fn spool() -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".unbraid-").tempfile()?;
    let mut stdin = io::stdin().lock();
    let mut bytes = vec![0; SPOOL_BYTES];
    while interrupt::poll().is_continue() {
        match stdin.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => file.write_all(&bytes[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.flush()?;
    Ok(file)
}
