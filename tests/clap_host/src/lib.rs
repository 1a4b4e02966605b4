//! A small CLAP host inside the process, for tests and demonstrations.
//!
//! It does what a DAW does with a plugin, and nothing more: load the library, make an instance, list
//! its ports and parameters, activate it, play sound through it in blocks of any size, save and load
//! its state, and serve what it asks for.
//!
//! ```no_run
//! # fn main() -> Result<(), clap_host::HostError> {
//! use clap_host::{Host, Separate};
//! let mut plugin = Host::load("target/bundled/Unbraid.clap")?.create()?;
//! plugin.activate(48_000.0, 512)?;
//! plugin.set("gain_1", "-6 dB")?;
//! let silence = vec![vec![0.0; 48_000]; 2];
//! let played = plugin.play(&silence, &[512], Separate::Given)?;
//! assert_eq!(played.main[0].len(), 48_000);
//! # Ok(())
//! # }
//! ```
//!
//! - [`Host`]: a loaded library.
//! - [`Instance`]: one plugin.
//! - [`Player`]: what plays through it while the main thread does something else.
//! - [`Requests`]: what the plugin asked of its host.

mod calls;
mod instance;
mod performing;
mod playing;
mod requests;
mod sanitizer;
mod window;

pub use calls::Transport;
pub use instance::{Instance, Param, Port};
pub use performing::Player;
pub use playing::{Played, Separate};
pub use requests::Requests;

use clack_host::{
    entry::{PluginEntry, PluginEntryError},
    host::HostInfo,
    plugin::PluginInstanceError,
};
use std::path::{Path, PathBuf};

/// What can go wrong between host and plugin.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The file is no CLAP library.
    #[error("cannot load {path} as a CLAP plugin: {source}")]
    Load {
        /// The library.
        path: PathBuf,
        /// The loader's words.
        source: PluginEntryError,
    },
    /// The library holds no plugin.
    #[error("the library has no plugin in it")]
    Empty,
    /// A call to the plugin failed, or came at the wrong time.
    #[error("the plugin refused: {0}")]
    Plugin(#[from] PluginInstanceError),
    /// The plugin lacks this extension, or a call to it failed.
    #[error("the plugin's extension {0} is missing or failed")]
    Extension(&'static str),
    /// There is no such parameter.
    #[error("the plugin has no parameter \"{0}\"")]
    Param(String),
    /// The parameter does not understand this text.
    #[error("parameter \"{param}\" cannot be set to \"{text}\"")]
    Text {
        /// The parameter's name.
        param: String,
        /// What it was to be set to.
        text: String,
    },
    /// Sound can only be played while the plugin is active.
    #[error("the plugin is not active; activate it first")]
    Inactive,
}

/// A loaded CLAP library.
pub struct Host {
    entry: PluginEntry,
    info: HostInfo,
}

impl Host {
    /// Loads the library at `path`, a `.clap` file (or the bundle, on macOS).
    ///
    /// # Errors
    /// If the file cannot be loaded or is no CLAP library.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, HostError> {
        let path = path.as_ref();
        // SAFETY: running a plugin is running its code; the caller chose the library.
        let entry = unsafe { PluginEntry::load(path) };
        let entry = entry.map_err(|source| HostError::Load { path: path.to_owned(), source })?;
        let info =
            HostInfo::new("clap-host", "Unbraid", "", env!("CARGO_PKG_VERSION")).map_err(|_| HostError::Empty)?;
        Ok(Self { entry, info })
    }

    /// Makes an instance of the library's first plugin.
    ///
    /// # Errors
    /// If the library is empty or its plugin does not start.
    pub fn create(&self) -> Result<Instance, HostError> {
        let factory = self.entry.get_plugin_factory().ok_or(HostError::Empty)?;
        let id = factory.plugin_descriptors().next().and_then(|plugin| plugin.id()).ok_or(HostError::Empty)?;
        Instance::new(&self.entry, id, &self.info)
    }
}
