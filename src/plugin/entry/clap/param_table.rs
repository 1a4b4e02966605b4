//! Parameters by the ids under which hosts know them.

use super::param_changes::clap_id_of;
use crate::instance::param_id::ParamId;
use clap_sys::id::clap_id;

/// All parameters, sorted by their ids.
pub(super) struct ParamTable(Vec<(clap_id, ParamId)>);

impl ParamTable {
    /// Allocates.
    pub(super) fn new() -> Self {
        let mut table: Vec<_> = ParamId::all().map(|param| (clap_id_of(param), param)).collect();
        table.sort_unstable_by_key(|(id, _)| *id);
        Self(table)
    }

    /// Number of parameters.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The place of the parameter whose id is `id`, below [`Self::len`].
    pub(super) fn place(&self, id: clap_id) -> Option<usize> {
        self.0.binary_search_by_key(&id, |(known, _)| *known).ok()
    }

    /// The parameter at `place`.
    pub(super) fn at(&self, place: usize) -> Option<ParamId> {
        self.0.get(place).map(|(_, param)| *param)
    }

    /// The parameter whose id is `id`.
    pub(super) fn find(&self, id: clap_id) -> Option<ParamId> {
        self.at(self.place(id)?)
    }
}
