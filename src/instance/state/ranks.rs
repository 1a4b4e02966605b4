//! How well the presets to choose from fit what was heard, and what they look like.

use crate::preset::{Colour, Fingerprint, library::Entry};
use std::{collections::HashMap, sync::Arc};

/// What is known of the presets to choose from, as far as they were looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranks {
    /// Whether enough was heard to rank by.
    pub has_heard: bool,
    /// Whether all presets were looked at.
    pub is_done: bool,
    /// What was found. A preset that cannot be read is missing.
    pub of: HashMap<Entry, Arc<Rank>>,
}

/// How well a preset fits what was heard, and what it looks like.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rank {
    /// The fit of all sources that have bases of their own, together, 0 to 1; see
    /// [`Heard`](crate::separator::Heard). `None` if no source has any, or nothing was heard.
    pub fit: Option<f32>,
    /// Its sources, in order.
    pub sources: Vec<SourceRank>,
}

/// The same of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRank {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// The fit of its bases by themselves, 0 to 1; `None` if it finds its bases while it plays, or nothing was heard.
    pub fit: Option<f32>,
    /// What its bases look like; `None` if it has none of its own.
    pub fingerprint: Option<Fingerprint>,
}

impl Ranks {
    /// The fit of the preset of `entry`, if it is known.
    pub fn fit(&self, entry: &Entry) -> Option<f32> {
        self.of.get(entry)?.fit
    }
}
