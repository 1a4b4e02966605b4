//! What a command reports when it is done.

use crate::{
    number::decimal,
    preset::{About, Kind, LearnedBases, Source},
};
use serde_json::{Value, json};
use std::path::Path;

/// The result of a command, and what it did.
#[derive(Debug)]
pub(super) struct Report {
    /// The result in words, for stdout; empty if the result is a file.
    pub(super) text: String,
    /// What was done, one line each, for stderr.
    pub(super) messages: Vec<String>,
    /// The result for `--json`.
    pub(super) json: Value,
}

/// A path as `--json` shows it, readable where its name is no UTF-8: serde would refuse it.
pub(super) fn shown(path: impl AsRef<Path>) -> String {
    path.as_ref().to_string_lossy().into_owned()
}

/// What is noted about a preset, as `--json` shows it.
pub(super) fn about_json(about: &About) -> Value {
    json!({ "tags": about.tags, "author": about.author, "notes": about.notes })
}

/// A source as `--json` shows it: everything but the bases themselves.
pub(super) fn source_json(source: &Source) -> Value {
    json!({
        "name": source.name,
        "colour": source.colour.to_string(),
        "kind": match source.kind() {
            Kind::Fixed | Kind::Drifting => "fixed",
            Kind::Adaptive => "adaptive",
            Kind::Recognised => "recognised",
        },
        "role": source.role,
        "components": source.components(),
        "drift": source.kind() == Kind::Drifting,
        "blocks": source.learned().map_or(&[][..], LearnedBases::blocks),
        "evidence_weight": source.learned().and_then(|learned| learned.evidence_weight).map(decimal),
        "knobs": source.knobs,
        "learned_from": source.learned_from(),
        "licence": source.learned().and_then(|learned| learned.licence.as_deref()),
        "dictionaries": source.dictionaries().iter().map(|dictionary| json!({
            "components": dictionary.components,
            "bins": dictionary.bins,
            "frame": dictionary.frame,
            "training": dictionary.training,
        })).collect::<Vec<_>>(),
    })
}
