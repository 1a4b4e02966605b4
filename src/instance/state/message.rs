//! What the worker tells the person at the plugin.

use std::path::PathBuf;

/// One sentence for the status line or the banner. The worker puts it there and takes it away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Message {
    /// Nothing is to be said.
    #[default]
    None,
    /// This preset is being read and prepared.
    Loading(String),
    /// A command was carried out, with an outcome that is seen nowhere else. It goes by itself after a few seconds.
    Done(String),
    /// A command has changed more than was asked for: what, and how to take it back. It goes by itself after some more
    /// seconds.
    Notice(String),
    /// A stem was saved in this file. It goes by itself, after some more seconds.
    Saved(PathBuf),
    /// A command failed: what is wrong and what to do. It stays until it is dismissed or something else is said.
    Failed(String),
}
