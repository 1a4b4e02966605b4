//! What a file says about what a source has learned.

use crate::{
    dictionary::{Dictionary, Flaw},
    preset::{LearnedBases, SourceBases, Tally, UnknownKeys},
};

/// What a file says about a source's bases, before it is checked against the source's kind.
pub(super) struct LearnedFields {
    pub(super) drift: bool,
    pub(super) evidence_weight: Option<f32>,
    pub(super) blocks: Vec<usize>,
    pub(super) learned_from: Vec<String>,
    pub(super) licence: Option<String>,
    pub(super) dictionaries: Vec<Dictionary>,
    pub(super) tally: Option<Tally>,
}

impl LearnedFields {
    /// The bases of a fixed source.
    pub(super) fn bases(self) -> Result<SourceBases, Flaw> {
        let mut learned = LearnedBases::new(self.dictionaries, self.blocks)?;
        (learned.drift, learned.learned_from, learned.licence) = (self.drift, self.learned_from, self.licence);
        (learned.evidence_weight, learned.tally) = (self.evidence_weight, self.tally);
        Ok(SourceBases::Learned(learned))
    }

    /// Checks that an adaptive source has learned nothing. Names of recordings and a licence have no meaning there;
    /// they are kept like unknown keys.
    pub(super) fn none(self, unknown: &mut UnknownKeys) -> Result<(), Flaw> {
        if self.drift {
            return Err(Flaw::new("drift", "true", "false, for an adaptive source moves freely"));
        }
        if !self.blocks.is_empty() {
            let expected = "an empty list, for an adaptive source has no recordings";
            return Err(Flaw::new("blocks", format!("{:?}", self.blocks), expected));
        }
        if !self.dictionaries.is_empty() {
            let found = format!("a list of {}", self.dictionaries.len());
            let expected = "an empty list, for an adaptive source finds its bases while it plays";
            return Err(Flaw::new("dictionaries", found, expected));
        }
        if let Some(weight) = self.evidence_weight {
            let expected = "no such key, for an adaptive source was not learned under evidence";
            return Err(Flaw::new("evidence_weight", weight.to_string(), expected));
        }
        if self.tally.is_some() {
            let expected = "no such key, for an adaptive source has heard nothing before";
            return Err(Flaw::new("heard", "an object", expected));
        }
        if !self.learned_from.is_empty() {
            unknown.insert("learned_from".to_owned(), self.learned_from.into());
        }
        if let Some(licence) = self.licence {
            unknown.insert("licence".to_owned(), licence.into());
        }
        Ok(())
    }
}
