//! The presets inside the binary.

/// A preset's name, and its file.
type Built = (&'static str, &'static [u8]);

macro_rules! built_in {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$((
            $name,
            include_bytes!(concat!("../../../../", $folder, "/", $name, ".unbraid.safetensors")),
        )),+]
    };
}

/// Presets to begin with, in the order in which they are offered.
const PRESETS: &[Built] = built_in!(
    "presets":
    "Drums + Bass + Rest",
    "Drums + Bass",
    "Kick + Snare + Hats",
    "Kick + Snare + Hats + Toms + Cymbals",
    "Bass + Rest + Kick + Snare + Hats",
);

/// Sources by instrument, a preset each, by family.
const INSTRUMENTS: &[Built] = built_in!(
    "presets/instruments":
    "Acoustic kit",
    "Electronic kit",
    "Kick",
    "Snare",
    "Hats",
    "Fingered bass",
    "Picked bass",
    "Upright bass",
    "Synth bass",
    "Piano",
    "Electric piano",
    "Organ",
    "Acoustic guitar",
    "Clean guitar",
    "Overdriven guitar",
    "Strings",
    "Brass",
    "Saxophone",
    "Flute",
    "Voice aah",
    "Synth lead",
    "Pad",
);

/// The names of the factory presets to begin with, in the order in which they are offered.
pub fn factory_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The names of the factory's sources by instrument, by family.
pub fn instrument_names() -> impl Iterator<Item = &'static str> {
    INSTRUMENTS.iter().map(|(name, _)| *name)
}

/// The file of the factory preset or source called `name`, or `None`.
pub fn factory_bytes(name: &str) -> Option<&'static [u8]> {
    PRESETS.iter().chain(INSTRUMENTS).find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}
