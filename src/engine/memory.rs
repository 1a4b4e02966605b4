//! Whether something large fits into memory, asked before it begins: a collection that cannot grow ends the process,
//! and in a plugin that is the host.

use std::hint::black_box;

/// What is needed beside the large pieces, in bytes.
const BESIDE: usize = 16 << 20;

/// The system does not give as much memory as something needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the system has not got the {:.0} MB of memory that this takes: close another program or project",
    *.needed as f64 / 1e6
)]
pub struct NotEnoughMemory {
    /// Bytes.
    pub needed: usize,
}

/// Asks the system for `bytes` and for what small things take beside them, and gives both back.
///
/// # Errors
/// If the system refuses. Systems that promise more than they have do not, unless they set limits.
pub fn ensure(bytes: usize) -> Result<(), NotEnoughMemory> {
    let mut room = Vec::<u8>::new();
    let refused = |_| NotEnoughMemory { needed: bytes };
    room.try_reserve_exact(bytes.saturating_add(BESIDE)).map_err(refused)?;
    // A reservation that nobody looks at is optimised away.
    black_box(&mut room);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_system_has_is_refused_in_a_sentence() {
        ensure(1 << 20).unwrap();
        for bytes in [1 << 62, usize::MAX] {
            assert_eq!(ensure(bytes), Err(NotEnoughMemory { needed: bytes }));
        }
        let said = NotEnoughMemory { needed: 165_400_000 }.to_string();
        assert_eq!(
            said,
            "the system has not got the 165 MB of memory that this takes: close another program or project"
        );
    }
}
