//! The preset inside the host's project: its file bytes, compressed, as text.

use nice_plug::params::persist::PersistentField;
use std::sync::{Arc, Mutex};

/// Placeholder storage.
#[derive(Debug, Default, Clone)]
pub struct PresetField(Arc<Mutex<String>>);

impl<'a> PersistentField<'a, String> for PresetField {
    fn set(&self, new_value: String) {
        *self.0.lock().unwrap() = new_value;
    }
    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&String) -> R,
    {
        f(&self.0.lock().unwrap())
    }
}
