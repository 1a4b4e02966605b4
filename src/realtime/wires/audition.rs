//! What alone is to be heard, on its way from the editor to the audio thread: a single atomic.
//!
//! It is no parameter: the host does not see it, it cannot be undone, and no project stores it.

use crate::engine::Audition;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Nothing is held.
const NOTHING: u64 = 0;
/// What is held, in the highest byte.
const SOURCE: u64 = 1;
const BASIS: u64 = 2;
const BAND: u64 = 3;
const KIND_BIT: u32 = 56;
/// The source of a basis, above its component.
const SOURCE_BIT: u32 = 32;

/// What somebody holds in an open window. Written by the editor, read by the audio thread once per block.
#[derive(Debug, Default)]
pub struct HeldAudition(AtomicU64);

impl HeldAudition {
    /// Editor: this alone is to be heard from now on; `None` for what is heard otherwise.
    pub fn set(&self, audition: Option<Audition>) {
        self.0.store(audition.map_or(NOTHING, pack), Relaxed);
    }

    /// Any thread: what alone is to be heard, if anything.
    pub fn now(&self) -> Option<Audition> {
        unpack(self.0.load(Relaxed))
    }
}

/// Kind, source and component, or kind and frequency. An index that does not fit is one that no source has.
fn pack(audition: Audition) -> u64 {
    let index = |index: usize, most: u64| (index as u64).min(most);
    match audition {
        Audition::Source(source) => SOURCE << KIND_BIT | index(source, 0xFF_FFFF) << SOURCE_BIT,
        Audition::Basis { source, component } => {
            BASIS << KIND_BIT | index(source, 0xFF_FFFF) << SOURCE_BIT | index(component, u64::from(u32::MAX))
        }
        Audition::Band { hz } => BAND << KIND_BIT | u64::from(hz.to_bits()),
    }
}

fn unpack(packed: u64) -> Option<Audition> {
    let source = (packed >> SOURCE_BIT & 0xFF_FFFF) as usize;
    let low = packed as u32;
    match packed >> KIND_BIT {
        SOURCE => Some(Audition::Source(source)),
        BASIS => Some(Audition::Basis { source, component: low as usize }),
        BAND => Some(Audition::Band { hz: f32::from_bits(low) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_arrives_as_it_was() {
        let held = HeldAudition::default();
        assert_eq!(held.now(), None);
        for audition in [
            Audition::Source(0),
            Audition::Source(7),
            Audition::Basis { source: 0, component: 0 },
            Audition::Basis { source: 7, component: 4_095 },
            Audition::Band { hz: 0.0 },
            Audition::Band { hz: 19_999.5 },
        ] {
            held.set(Some(audition));
            assert_eq!(held.now(), Some(audition));
        }
        held.set(None);
        assert_eq!(held.now(), None);
    }

    #[test]
    fn an_index_that_is_too_large_is_one_that_no_source_has() {
        let held = HeldAudition::default();
        held.set(Some(Audition::Source(usize::MAX)));
        assert!(matches!(held.now(), Some(Audition::Source(source)) if source > 255));
        held.set(Some(Audition::Basis { source: 3, component: usize::MAX }));
        assert!(matches!(held.now(), Some(Audition::Basis { source: 3, component }) if component > 65_535));
    }
}
