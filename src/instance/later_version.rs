//! What a project of a later version holds and this one does not know: parameters and fields. It is kept, and stored
//! again, so that a look with an older version loses nothing.
//!
//! The framework drops what it does not know. So it is moved into a field of its own before a project is loaded; a
//! version that does know it takes it out of there.

use super::param_id::ParamId;
use nice_plug::plugin::{ParamValue, PluginState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the field that holds what is unknown.
pub const FIELD: &str = "later";
/// All fields of this version.
const FIELDS: [&str; 6] = ["preset", "editor", "editor-scale", "editor-picture", "options", FIELD];

/// What this version does not know.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LaterVersion {
    params: BTreeMap<String, ParamValue>,
    fields: BTreeMap<String, String>,
}

/// Sets aside what this version does not know of `state`, and takes back what another had set aside.
pub fn set_aside(state: &mut PluginState) {
    let stored = state.fields.remove(FIELD).and_then(|text| serde_json::from_str::<LaterVersion>(&text).ok());
    let mut later = stored.unwrap_or_default();
    // What stands in the project itself is newer.
    later.params.append(&mut state.params);
    later.fields.append(&mut state.fields);
    (state.params, later.params) = later.params.into_iter().partition(|(id, _)| ParamId::parse(id).is_some());
    (state.fields, later.fields) = later.fields.into_iter().partition(|(name, _)| FIELDS.contains(&name.as_str()));
    // Also when it is empty: it replaces what another project has left. Maps of texts and numbers have a JSON.
    state.fields.insert(FIELD.to_owned(), serde_json::to_string(&later).unwrap_or_default());
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::instance::{
        params::UnbraidParams,
        project::{playback::Playback, version::Version},
    };
    use nice_plug::prelude::Params;
    use std::sync::Arc;

    #[test]
    fn the_fields_are_those_that_are_stored() {
        let params = UnbraidParams::new(Playback::new(Arc::new(Version::first())));
        let stored: Vec<String> = params.serialize_fields().into_keys().collect();
        let mut known = FIELDS.map(str::to_owned);
        known.sort();
        assert_eq!(stored, known);
    }

    #[test]
    fn what_is_set_aside_is_taken_back_by_a_version_that_knows_it() {
        let text = |value: &str| value.to_owned();
        let mut state = PluginState {
            version: text("9"),
            params: [(text("mix"), ParamValue::F32(0.5)), (text("width"), ParamValue::F32(2.0))].into(),
            fields: [(text("preset"), text("{}")), (text("colours"), text("[1]"))].into(),
        };
        set_aside(&mut state);
        assert_eq!(state.params.keys().collect::<Vec<_>>(), ["mix"]);
        assert_eq!(state.fields.keys().collect::<Vec<_>>(), ["later", "preset"]);
        let later: LaterVersion = serde_json::from_str(&state.fields["later"]).unwrap();
        assert!(later.params.contains_key("width") && later.fields["colours"] == "[1]");
        // As if `mix` had been unknown to whoever stored it.
        let mut moved = state.params.remove("mix").map(|mix| BTreeMap::from([(text("mix"), mix)])).unwrap();
        moved.extend(later.params);
        let later = LaterVersion { params: moved, fields: later.fields };
        state.fields.insert(text("later"), serde_json::to_string(&later).unwrap());
        set_aside(&mut state);
        assert_eq!(state.params.keys().collect::<Vec<_>>(), ["mix"]);
        set_aside(&mut state);
        let later: LaterVersion = serde_json::from_str(&state.fields["later"]).unwrap();
        assert!(later.params.contains_key("width"), "it stays however often it is loaded");
    }
}
