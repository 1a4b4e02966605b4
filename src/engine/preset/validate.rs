//! Checks a preset, before it is written and after it is read.

use super::{
    EVIDENCE_WEIGHTS, GAINS_DB, LearnedBases, MAX_COMPONENTS, MAX_COMPONENTS_IN_ALL, MAX_SOURCES, Preset, Source,
    SourceBases,
};
use crate::dictionary::{Flaw, check_name};

/// The key of [`Preset::unknown`] under which unknown keys of our own document are kept.
pub(super) const DOCUMENT: &str = "unbraid";

impl Preset {
    /// Checks everything: the number of sources, their names, kinds, knobs, blocks and bases.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        check_name("written_by", &self.written_by)?;
        self.about.validate().map_err(|flaw| flaw.within("about"))?;
        self.play.map_or(Ok(()), |play| play.validate().map_err(|flaw| flaw.within("play")))?;
        self.check_unknown()?;
        if self.sources.is_empty() || self.sources.len() > MAX_SOURCES {
            let found = format!("a list of {}", self.sources.len());
            return Err(Flaw::new("sources", found, format!("1 to {MAX_SOURCES} sources")));
        }
        for (index, source) in self.sources.iter().enumerate() {
            source.validate().map_err(|flaw| flaw.within(&format!("sources[{index}]")))?;
            // Names become file names, and not every file system tells `Bass` from `bass`.
            let same = |earlier: &Source| earlier.name.to_lowercase() == source.name.to_lowercase();
            if let Some(earlier) = self.sources[..index].iter().position(same) {
                let found = format!("{:?} like `sources[{earlier}].name`", source.name);
                return Err(Flaw::new(format!("sources[{index}].name"), found, "a name of its own"));
            }
        }
        let components: usize = self.sources.iter().map(Source::components).sum();
        if components > MAX_COMPONENTS_IN_ALL {
            let expected = format!("at most {MAX_COMPONENTS_IN_ALL} bases in all");
            return Err(Flaw::new("sources", format!("a list with {components} bases in all"), expected));
        }
        Ok(())
    }

    /// The header of a safetensors file holds texts only; our own document is an object.
    fn check_unknown(&self) -> Result<(), Flaw> {
        for (key, value) in &self.unknown {
            let (fits, expected) =
                if key == DOCUMENT { (value.is_object(), "an object") } else { (value.is_string(), "a text") };
            if !fits {
                return Err(Flaw::new(format!("__metadata__.{key}"), value.to_string(), expected));
            }
        }
        Ok(())
    }
}

impl Source {
    /// Checks every field.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        check_name("name", &self.name)?;
        if self.name.contains(['/', '\\']) {
            return Err(Flaw::new("name", format!("{:?}", self.name), "a text without slashes"));
        }
        if let Some(gain_db) = self.knobs.gain_db.filter(|gain_db| !GAINS_DB.contains(gain_db)) {
            let expected = format!("{} to {} dB, or null for silence", GAINS_DB.start(), GAINS_DB.end());
            return Err(Flaw::new("knobs.gain_db", gain_db.to_string(), expected));
        }
        match &self.bases {
            SourceBases::Learned(learned) => learned.validate(),
            SourceBases::Adaptive { components } if (1..=MAX_COMPONENTS).contains(components) => Ok(()),
            SourceBases::Adaptive { components } => {
                Err(Flaw::new("components", components.to_string(), format!("1 to {MAX_COMPONENTS}")))
            }
        }
    }
}

impl LearnedBases {
    /// Checks every dictionary, and that they and the blocks fit each other.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        for (index, dictionary) in self.dictionaries().iter().enumerate() {
            dictionary.validate().map_err(|flaw| flaw.within(&format!("dictionaries[{index}]")))?;
        }
        let components = self.components();
        if components > MAX_COMPONENTS {
            let field = "dictionaries[0].components";
            return Err(Flaw::new(field, components.to_string(), format!("1 to {MAX_COMPONENTS}")));
        }
        self.check_fit()?;
        if let Some(weight) = self.evidence_weight.filter(|weight| !EVIDENCE_WEIGHTS.contains(weight)) {
            let expected = format!("{} to {}", EVIDENCE_WEIGHTS.start(), EVIDENCE_WEIGHTS.end());
            return Err(Flaw::new("evidence_weight", weight.to_string(), expected));
        }
        self.tally.as_ref().map_or(Ok(()), |tally| {
            tally.validate(components, self.dictionaries().len()).map_err(|flaw| flaw.within("heard"))
        })
    }
}
