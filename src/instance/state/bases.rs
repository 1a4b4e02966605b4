//! Which of a source's bases play, for the editor to show.

use crate::instance::session::{Dictionaries, Playing};
use crate::{
    dictionary::Dictionary,
    separator::{Layout, dictionary_in_use},
};
use std::sync::Arc;

/// The bases of one source, as they play.
#[derive(Debug, Clone, Copy)]
pub struct InUse<'a> {
    /// They.
    pub dictionary: &'a Dictionary,
    /// They were made for frames of another length: what lies between two bins is interpolated.
    pub interpolated: bool,
    /// The mixture has moved them.
    pub moved: bool,
}

impl Dictionaries {
    /// Whether these are `others`, and not only like them.
    pub fn is(&self, others: &Self) -> bool {
        let same_preset = match (&self.preset, &others.preset) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        };
        same_preset && Arc::ptr_eq(&self.adapted, &others.adapted)
    }

    /// The bases of the source of `strip`, as they play; `None` where it has none yet.
    pub fn in_use(&self, strip: usize, playing: &Playing) -> Option<InUse<'_>> {
        if let Some(gone_on) = self.adapted.of(strip) {
            return Some(InUse { dictionary: &gone_on.dictionary, interpolated: false, moved: true });
        }
        let source = self.preset.as_ref()?.sources.get(strip).filter(|source| !source.is_adaptive())?;
        if playing.sample_rate <= 0.0 {
            let dictionary = source.dictionaries().first()?;
            return Some(InUse { dictionary, interpolated: false, moved: false });
        }
        let (dictionary, interpolated) = dictionary_in_use(source, &Layout::new(playing.sample_rate, playing.mode))?;
        Some(InUse { dictionary, interpolated, moved: false })
    }

    /// Where the components of the source of `strip` stand among all that play, in the order of its bases.
    pub fn components_of(&self, strip: usize) -> Vec<usize> {
        let Some(preset) = &self.preset else { return Vec::new() };
        self.adapted.components(preset).into_iter().nth(strip).unwrap_or_default()
    }
}
