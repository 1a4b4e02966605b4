//! What `tune` and `merge` share.
//!
//! - `search`: the recordings and the settings that are tried, as a file of results tells of them.
//! - `results_file`: finished trials, a line each. `table`: the table of trials. `outputs`: what a search leaves.

pub(super) mod outputs;
pub(super) mod results_file;
pub(super) mod search;
mod table;
