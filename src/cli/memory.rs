//! How much memory there is, for commands that need much of it.

use super::error::CliError;
use std::path::Path;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Refuses to take `path` apart if that needs more bytes of memory than are free.
pub(super) fn ensure_fits(path: &Path, needed: u64) -> Result<(), CliError> {
    compare(path, needed, available())
}

fn compare(path: &Path, needed: u64, free: u64) -> Result<(), CliError> {
    if needed > free {
        return Err(CliError::NoMemory { path: path.to_path_buf(), needed, free });
    }
    Ok(())
}

/// Bytes that can be had without swapping, and within the limit of a container.
fn available() -> u64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let Ok(system) = System::new_with_specifics(memory) else { return u64::MAX };
    match (system.available_memory(), system.cgroup_limits()) {
        // A system that does not tell is believed to have enough.
        (0, None) => u64::MAX,
        (free, None) => free,
        (free, Some(limits)) => free.min(limits.free_memory),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_more_memory_than_there_is_is_refused_in_a_sentence() {
        compare(Path::new("song.wav"), 5_000, 5_000).unwrap();
        let refused = compare(Path::new("song.wav"), 8_400_000_000, 2_000_000_000).unwrap_err().to_string();
        let expected = "song.wav: --batch and --marks keep the whole recording in memory, some 8.4 GB, and 2.0 GB are free; \
                        leave them out, or cut the recording into parts";
        assert_eq!(refused, expected);
    }

    #[test]
    fn the_memory_of_this_machine_is_known() {
        // Any machine that builds this has 64 MB, and none has an exabyte.
        assert!((1 << 26..1 << 60).contains(&available()), "{}", available());
    }
}
