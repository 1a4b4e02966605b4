//! Paths in JSON that is read again, for `#[serde(with = ...)]`: as a text, or as bytes where a name is no UTF-8.
//! Serde's own way fails there, and with it whatever the path is part of.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::{Path, PathBuf};

/// Writes `path`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    match path.to_str() {
        Some(text) => text.serialize(serializer),
        None => bytes_of(path).serialize(serializer),
    }
}

/// Reads a path.
///
/// # Errors
/// If it is neither a text nor a list of bytes.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Text(PathBuf),
        Bytes(Vec<u8>),
    }
    Ok(match Stored::deserialize(deserializer)? {
        Stored::Text(path) => path,
        Stored::Bytes(bytes) => of_bytes(bytes),
    })
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(unix)]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes))
}

/// Elsewhere such names do not arise but by mistake.
#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

/// The same for a path that may be missing.
pub mod optional {
    use super::{Deserialize, Deserializer, PathBuf, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Stored(#[serde(with = "super")] PathBuf);

    /// Writes `path`.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(clippy::ref_option, reason = "serde asks for it")]
    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
        path.clone().map(Stored).serialize(serializer)
    }

    /// Reads a path.
    ///
    /// # Errors
    /// If it is neither a text, a list of bytes nor missing.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
        Ok(Option::<Stored>::deserialize(deserializer)?.map(|stored| stored.0))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Held {
        #[serde(with = "super")]
        path: PathBuf,
        #[serde(with = "optional")]
        other: Option<PathBuf>,
    }

    #[test]
    fn a_name_in_any_encoding_comes_back() {
        let latin = of_bytes(b"/tmp/\xe9t\xe9.wav".to_vec());
        for path in [PathBuf::from("/tmp/été.wav"), latin] {
            for other in [None, Some(path.clone())] {
                let held = Held { path: path.clone(), other };
                let text = serde_json::to_string(&held).unwrap();
                assert_eq!(serde_json::from_str::<Held>(&text).unwrap(), held, "{text}");
            }
        }
        let text = serde_json::to_string(&Held { path: "/a.wav".into(), other: None }).unwrap();
        assert_eq!(text, r#"{"path":"/a.wav","other":null}"#);
    }
}
