//! What a person has chosen for every window.

use serde::{Deserialize, Serialize};

/// What a person has chosen for every window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preferences {
    /// The colours that everything is drawn in.
    pub theme: Theme,
    /// Whether shortcuts act in hosts, too, which do not get these keys then.
    pub shortcuts_in_hosts: bool,
}

/// A set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// White on black, with every edge drawn.
    HighContrast,
}

impl Theme {
    /// All themes, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::HighContrast];
}
