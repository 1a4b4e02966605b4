//! What the standalone application keeps from one start to the next, in place of a host's project: where the parameters
//! stand and what plays, with all that was learned. It goes on as it was left.

use super::{mode, param_id::ParamId, params::UnbraidParams};
use crate::preset::{file::replace_whole, library::user_dir};
use nice_plug::prelude::Params;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// Hidden files, which are not taken for presets: what is kept, and what could not be read of it.
const FILE_NAME: &str = ".standalone.json";
const DAMAGED_NAME: &str = ".standalone.damaged.json";

/// The instance whose state is kept, once the application has asked for that.
static KEPT: OnceLock<Kept> = OnceLock::new();

struct Kept {
    file: PathBuf,
    /// What is in the file is not taken up.
    begins_anew: bool,
    params: OnceLock<Arc<UnbraidParams>>,
    /// What this run has written last.
    written: Mutex<Vec<u8>>,
}

/// The next instance takes up what is in the user's folder, unless it `begins_anew`, and [`store`] keeps its state
/// there. For an application with one instance.
pub fn keep(begins_anew: bool) {
    if let Some(folder) = user_dir() {
        // The first call counts.
        let _ = KEPT.set(Kept {
            file: folder.join(FILE_NAME),
            begins_anew,
            params: OnceLock::new(),
            written: Mutex::default(),
        });
    }
}

/// Takes up what was kept, if this is the instance that is asked for; `params` are those of a new one that is not
/// active yet. A file that cannot be read is set aside.
///
/// # Errors
/// A sentence, if it could not be read.
pub fn take_up(params: &Arc<UnbraidParams>) -> Result<(), String> {
    let Some(kept) = KEPT.get() else { return Ok(()) };
    // Who stores meanwhile waits: what is in the file is read before it is replaced.
    let _written = kept.written.lock();
    if kept.params.set(params.clone()).is_err() || kept.begins_anew {
        return Ok(());
    }
    match read(&kept.file, params) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let aside = kept.file.with_file_name(DAMAGED_NAME);
            // It is written anew in any case.
            let _ = fs::rename(&kept.file, &aside);
            let aside = aside.display();
            Err(format!(
                "what played last cannot be read ({error}): load or learn it again; the file is kept as {aside}"
            ))
        }
        _ => Ok(()),
    }
}

/// Keeps the state of the instance, if there is one whose state is to be kept. Nothing is written where nothing has
/// changed since the last call.
///
/// # Errors
/// If the file cannot be written. What was in it stays.
pub fn store() -> io::Result<()> {
    let kept = KEPT.get().and_then(|kept| Some((kept, kept.params.get()?)));
    kept.map_or(Ok(()), |(kept, params)| write(&kept.file, params, &mut kept.written.lock()))
}

/// Whether a parameter is kept: nothing is captured from the start on, and who chooses a mode there has it.
fn is_kept(id: ParamId) -> bool {
    match id {
        ParamId::Learn(_) => false,
        ParamId::Mode => !mode::is_chosen(),
        _ => true,
    }
}

/// Where each parameter stands, normalized, and what a project stores beside them; `written` is what the file holds
/// already.
fn write(file: &Path, params: &UnbraidParams, written: &mut Vec<u8>) -> io::Result<()> {
    let values: BTreeMap<String, f32> = ParamId::all().map(|id| (id.to_string(), params.normalized(id))).collect();
    let state = json!({ "version": env!("CARGO_PKG_VERSION"), "params": values, "fields": params.serialize_fields() });
    let bytes = serde_json::to_vec(&state)?;
    if bytes != *written {
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        replace_whole(file, &bytes)?;
        *written = bytes;
    }
    Ok(())
}

fn read(file: &Path, params: &UnbraidParams) -> io::Result<()> {
    let mut state: Value = serde_json::from_slice(&fs::read(file)?)?;
    let mut part = |name: &str| state.get_mut(name).map_or(Value::Null, Value::take);
    let values: BTreeMap<String, f32> = serde_json::from_value(part("params"))?;
    let fields: BTreeMap<String, String> = serde_json::from_value(part("fields"))?;
    let known = values.iter().filter_map(|(id, value)| Some((ParamId::parse(id)?, *value)));
    for (id, normalized) in known.filter(|(id, value)| is_kept(*id) && (0.0..=1.0).contains(value)) {
        params.set_normalized(id, normalized);
    }
    params.deserialize_fields(&fields);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::{
        instance::{
            LEARNED,
            project::{
                playback::{Basis, Playback},
                version::Version,
            },
            state::summary::Origin,
        },
        preset::file,
    };

    fn instance() -> UnbraidParams {
        UnbraidParams::new(Playback::new(Arc::new(Version::first())))
    }

    /// What an instance whose `params` these are would play.
    fn played(params: &UnbraidParams) -> String {
        let stored = params.serialize_fields().remove("preset").unwrap();
        serde_json::from_str::<serde_json::Value>(&stored).unwrap()["title"].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_was_learned_and_set_is_there_again_and_nothing_is_captured() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join(FILE_NAME);
        let left = instance();
        let preset = file::from_bytes(LEARNED, "the learned preset").unwrap();
        let learned = Version::loaded(preset, "Taught, not saved", Origin::New).unwrap();
        let playback = &left.preset.0;
        playback.replace(Basis::Version(&playback.version()), Arc::new(learned), None, || {}).unwrap();
        for (id, value) in [
            (ParamId::Gain(0), 0.25),
            (ParamId::Solo(1), 1.0),
            (ParamId::Learn(0), 1.0),
            (ParamId::Mode, 0.0),
            (ParamId::Mix, 0.5),
        ] {
            left.set_normalized(id, value);
        }
        *left.editor_size.lock() = Some((700.0, 500.0));
        write(&path, &left, &mut Vec::new()).unwrap();
        let next = instance();
        read(&path, &next).unwrap();
        assert_eq!(played(&next), "Taught, not saved");
        assert_eq!(next.serialize_fields(), left.serialize_fields(), "all that a project would store");
        let differ: Vec<ParamId> = ParamId::all().filter(|id| next.normalized(*id) != left.normalized(*id)).collect();
        assert_eq!(differ, [ParamId::Learn(0)]);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else is left there");
    }

    #[test]
    fn only_what_has_changed_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let (params, mut written) = (instance(), Vec::new());
        write(&path, &params, &mut written).unwrap();
        fs::remove_file(&path).unwrap();
        write(&path, &params, &mut written).unwrap();
        assert!(!path.exists(), "nothing has changed");
        params.set_normalized(ParamId::Mix, 0.5);
        write(&path, &params, &mut written).unwrap();
        assert_eq!(fs::read(&path).unwrap(), written);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        params.set_normalized(ParamId::Mix, 0.25);
        assert!(write(&path, &params, &mut written).is_err());
        fs::remove_dir(&path).unwrap();
        write(&path, &params, &mut written).unwrap();
        assert!(path.exists(), "what could not be written is tried again");
    }

    #[test]
    fn what_is_damaged_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let missing = read(&path, &instance()).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        for damage in ["", "{", "[1]", r#"{"params": {"mix": 0.1}}"#] {
            fs::write(&path, damage).unwrap();
            let params = instance();
            let before = (params.normalized(ParamId::Mix), params.serialize_fields());
            assert!(read(&path, &params).is_err(), "{damage}");
            assert_eq!((params.normalized(ParamId::Mix), params.serialize_fields()), before);
        }
        fs::write(&path, r#"{"version": "9", "params": {"mix": 7.0, "x": 0.5, "focus": 0.5}, "fields": {}}"#).unwrap();
        let params = instance();
        read(&path, &params).unwrap();
        assert_eq!((params.normalized(ParamId::Mix), params.normalized(ParamId::Focus)), (1.0, 0.5));
    }
}
