//! What a source's bases have heard: what is needed to put together what was learned apart.

use crate::dictionary::{Dictionary, Flaw};
use fnv::FnvHasher;
use std::hash::Hasher;

/// How much sound a source's bases have heard, and how much of it each of them explains.
///
/// The bases of dictionaries that began alike and heard different recordings are means over what each has heard. So the
/// mean of both, weighted by these numbers, is that over all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The dictionaries that the bases began as: [`Tally::id_of`] them.
    pub start: String,
    /// Length of the recordings in seconds.
    pub seconds: f64,
    /// By dictionary and basis, `[dictionaries][K]`: a sum of magnitudes.
    pub weights: Vec<Vec<f64>>,
}

impl Tally {
    /// What tells the numbers of `dictionaries` from others: 16 hexadecimal digits (FNV-1a, 64 bits).
    pub fn id_of(dictionaries: &[Dictionary]) -> String {
        let mut hasher = FnvHasher::default();
        for value in dictionaries.iter().flat_map(|dictionary| &dictionary.bases) {
            hasher.write(&value.to_le_bytes());
        }
        format!("{:016x}", hasher.finish())
    }

    /// Checks every field against the bases that it is of: so many `components` in so many `dictionaries`.
    ///
    /// # Errors
    /// The first flaw.
    pub(super) fn validate(&self, components: usize, dictionaries: usize) -> Result<(), Flaw> {
        if self.start.len() != 16 || !self.start.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Flaw::new("start", format!("{:?}", self.start), "16 hexadecimal digits"));
        }
        let is_sum = |value: f64| value.is_finite() && value >= 0.0;
        if !is_sum(self.seconds) {
            return Err(Flaw::new("seconds", self.seconds.to_string(), "0 or more"));
        }
        let shape: Vec<usize> = self.weights.iter().map(Vec::len).collect();
        let expected = vec![components; dictionaries];
        if shape != expected {
            let expected = format!("lists of {expected:?}, one per dictionary");
            return Err(Flaw::new("weights", format!("lists of {shape:?}"), expected));
        }
        match self.weights.iter().flatten().find(|weight| !is_sum(**weight)) {
            Some(weight) => Err(Flaw::new("weights", weight.to_string(), "0 or more")),
            None => Ok(()),
        }
    }
}
