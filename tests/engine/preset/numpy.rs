//! NumPy reads a preset in one line. `UNBRAID_PYTHON` names a Python with the packages numpy and safetensors.

use super::sample::{dictionary, fixture_path};
use serde_json::{Value, json};
use std::{env, path::Path, process::Command};

#[test]
fn numpy_reads_the_tensors_and_json_the_metadata() {
    let Some(python) = env::var_os("UNBRAID_PYTHON") else {
        panic!("UNBRAID_PYTHON names no Python with numpy and safetensors: `cargo xtask test` makes one and sets it");
    };
    let script = Path::new(crate::ROOT).join("tests/engine/preset/read_preset.py");
    let run = Command::new(&python).arg(script).arg(fixture_path()).output().unwrap();
    assert!(run.status.success(), "{}: {}", python.display(), String::from_utf8_lossy(&run.stderr));
    let read: Value = serde_json::from_slice(&run.stdout).unwrap();
    for frame_len in [64, 32] {
        let expected = dictionary(frame_len);
        let bases: Vec<_> = expected.bases.chunks(expected.bins).collect();
        let tensor = json!({"dtype": "float32", "shape": [3, expected.bins], "values": bases});
        assert_eq!(read["tensors"][format!("source.0.bases.{frame_len}")], tensor);
    }
    assert_eq!(read["tensors"].as_object().unwrap().len(), 2);
    assert_eq!(read["document"]["sources"][0]["name"], "drums");
    assert_eq!(read["document"]["sources"][0]["knobs"]["gain_db"], -5.7);
    assert_eq!(read["document"]["sources"][0]["dictionaries"][0]["training"]["seed"], u64::MAX);
}
