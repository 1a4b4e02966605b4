//! The marks of a version: what somebody has said by hand, and what played before the first of them.

use crate::{
    marks::{self, Mark},
    preset::{Preset, Source},
};
use std::sync::Arc;

/// Marks on one stretch of sound.
#[derive(Debug, Clone, Default)]
pub struct Marking {
    /// The stretch that they were made on; `None` if it is not at hand any more.
    pub stretch: Option<u64>,
    /// What played before the first mark; the preset that plays has learned from there. Not stored in projects.
    pub base: Option<Arc<Preset>>,
    /// In the order in which they were made.
    pub marks: Vec<Mark>,
}

impl Marking {
    /// What is left of them when `after` takes the place of `before`: the marks of sources that still know them. No
    /// more is learned from them, since that would take the edit back.
    #[must_use]
    pub fn after_edit(&self, before: &Preset, after: &Preset) -> Self {
        let is_moved = before.sources.len() != after.sources.len();
        let knows = |mark: &&Mark| after.sources.get(mark.source).is_some_and(Source::knows_marks);
        let kept = self.marks.iter().filter(|mark| !is_moved && knows(mark));
        Self { marks: kept.cloned().collect(), ..Self::default() }
    }

    /// The marks as a project stores them, for the sources of `preset`; `None` if there are none.
    pub fn stored(&self, preset: &Preset) -> Option<String> {
        (!self.marks.is_empty()).then(|| marks::to_json(&self.marks, &names(preset)))
    }

    /// The marks that a project has brought for `preset`. Those that cannot be read are left out: what was learned from
    /// them is in the preset.
    pub fn from_project(stored: Option<&str>, preset: &Preset) -> Self {
        let marks = stored.and_then(|text| marks::from_json(text, &names(preset)).ok());
        Self { marks: marks.unwrap_or_default(), ..Self::default() }
    }
}

fn names(preset: &Preset) -> Vec<&str> {
    preset.sources.iter().map(|source| source.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        marks::{MarkShape, Point},
        preset::Source,
    };

    #[test]
    fn a_project_keeps_the_marks() {
        let preset = Preset::of(vec![Source::adaptive("a", 0, 4), Source::adaptive("b", 1, 4)]);
        let corners = [Point { seconds: 0.5, hz: 100.0 }, Point { seconds: 1.0, hz: 200.0 }];
        let marking = Marking { marks: vec![Mark::belongs(1, MarkShape::Box { corners })], ..Marking::default() };
        let stored = marking.stored(&preset);
        assert_eq!(Marking::from_project(stored.as_deref(), &preset).marks, marking.marks);
        assert_eq!(Marking::default().stored(&preset), None);
        assert!(Marking::from_project(Some("no marks"), &preset).marks.is_empty());
    }
}
