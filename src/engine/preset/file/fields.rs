//! A JSON object whose fields are taken out by name and type; those that are left are unknown to this version.

use crate::{dictionary::Flaw, preset::UnknownKeys};
use serde_json::Value;

/// Longest excerpt of a wrong value in an error, in characters.
const MAX_SHOWN_CHARS: usize = 40;

/// An object and its path in the document.
pub(super) struct Fields {
    path: String,
    left: UnknownKeys,
}

impl Fields {
    /// The fields of `value` at `path`. The empty path is the whole document.
    pub(super) fn of(value: Value, path: String) -> Result<Self, Flaw> {
        match value {
            Value::Object(left) => Ok(Self { path, left }),
            other => {
                let field = if path.is_empty() { "__metadata__.unbraid" } else { &path };
                Err(Flaw::new(field, shown(&other), "an object"))
            }
        }
    }

    /// The path of a field.
    pub(super) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Whether a field is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    /// Takes a field out. `convert` gives `None` for a value that is not `expected`.
    pub(super) fn take<T>(
        &mut self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, Flaw> {
        let Some(value) = self.left.remove(key) else {
            return Err(Flaw::new(self.path(key), "missing", expected));
        };
        convert(&value).ok_or_else(|| Flaw::new(self.path(key), shown(&value), expected))
    }

    /// Takes a text.
    pub(super) fn text(&mut self, key: &str) -> Result<String, Flaw> {
        self.take(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// Takes a switch.
    pub(super) fn switch(&mut self, key: &str) -> Result<bool, Flaw> {
        self.take(key, "true or false", Value::as_bool)
    }

    /// Takes a number.
    pub(super) fn number(&mut self, key: &str) -> Result<f64, Flaw> {
        self.take(key, "a number", Value::as_f64)
    }

    /// Takes a whole number that fits into `T`.
    pub(super) fn whole<T: TryFrom<u64>>(&mut self, key: &str) -> Result<T, Flaw> {
        self.take(key, "a whole number", whole)
    }

    /// Takes a field that may be left out.
    pub(super) fn optional<T>(
        &mut self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, Flaw> {
        if self.has(key) { self.take(key, expected, convert).map(Some) } else { Ok(None) }
    }

    /// Takes a whole number that may be left out.
    pub(super) fn optional_whole<T: TryFrom<u64>>(&mut self, key: &str) -> Result<Option<T>, Flaw> {
        self.optional(key, "a whole number", whole)
    }

    /// Takes a switch that may be left out.
    pub(super) fn optional_switch(&mut self, key: &str) -> Result<Option<bool>, Flaw> {
        self.optional(key, "true or false", Value::as_bool)
    }

    /// Takes a list; `convert` gives `None` for an item that is not `expected`.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        expected: &str,
        convert: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, Flaw> {
        self.take(key, expected, |value| value.as_array()?.iter().map(convert).collect())
    }

    /// Takes a field that may be null.
    pub(super) fn nullable<T>(
        &mut self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, Flaw> {
        self.take(key, expected, |value| if value.is_null() { Some(None) } else { convert(value).map(Some) })
    }

    /// Takes an object.
    pub(super) fn fields(&mut self, key: &str) -> Result<Self, Flaw> {
        let value = self.take(key, "an object", |value| Some(value.clone()))?;
        Self::of(value, self.path(key))
    }

    /// Takes a list of objects.
    pub(super) fn list_of_fields(&mut self, key: &str) -> Result<Vec<Self>, Flaw> {
        let values = self.list(key, "a list", |value| Some(value.clone()))?;
        let path = self.path(key);
        values.into_iter().enumerate().map(|(index, value)| Self::of(value, format!("{path}[{index}]"))).collect()
    }

    /// The fields that were not taken.
    pub(super) fn rest(self) -> UnknownKeys {
        self.left
    }
}

/// A whole number that fits into `T`.
pub(super) fn whole<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_u64()?).ok()
}

/// The beginning of a wrong value, short enough for an error.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
