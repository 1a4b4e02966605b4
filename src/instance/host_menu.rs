//! The host's own entries for the menu of a parameter: automation lanes, controllers and the like. The editor asks for
//! them, whoever speaks to the host gets them on its main thread, and what is chosen goes back the same way.

use super::param_id::ParamId;
use parking_lot::Mutex;
use std::sync::{Arc, OnceLock};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostMenuItem {
    /// Something that can be chosen.
    Entry {
        /// What it is called.
        label: String,
        /// Whether it can be chosen now.
        is_enabled: bool,
        /// Whether it is ticked, if it is a switch.
        is_checked: Option<bool>,
        /// The host's number for it.
        action: u32,
    },
    /// A line between entries.
    Separator,
    /// A heading.
    Title(String),
    /// A menu within the menu.
    Submenu(String, Vec<HostMenuItem>),
}

/// Both ends.
#[derive(Default)]
pub struct HostMenu {
    state: Mutex<MenuState>,
    ask: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

#[derive(Default)]
struct MenuState {
    wanted: Option<ParamId>,
    chosen: Option<(ParamId, u32)>,
    items: Option<(ParamId, Arc<Vec<HostMenuItem>>)>,
}

impl HostMenu {
    /// Editor: the menu of `param` opens.
    pub fn open(&self, param: ParamId) {
        let mut state = self.state.lock();
        (state.wanted, state.items) = (Some(param), None);
        drop(state);
        self.ask();
    }

    /// Editor: the host's entries for `param`, as soon as they are known.
    pub fn items(&self, param: ParamId) -> Option<Arc<Vec<HostMenuItem>>> {
        self.state.lock().items.clone().filter(|(known, _)| *known == param).map(|(_, items)| items)
    }

    /// Editor: the entry of this number was chosen in the menu of `param`.
    pub fn choose(&self, param: ParamId, action: u32) {
        self.state.lock().chosen = Some((param, action));
        self.ask();
    }

    fn ask(&self) {
        if let Some(ask) = self.ask.get() {
            ask();
        }
    }

    /// Whoever speaks to the host: how to be called on the host's main thread. The first call counts.
    pub fn connect(&self, ask: impl Fn() + Send + Sync + 'static) {
        let _ = self.ask.set(Box::new(ask));
    }

    /// The same, on the main thread: whose entries are wanted; once.
    pub fn take_wanted(&self) -> Option<ParamId> {
        self.state.lock().wanted.take()
    }

    /// The same: these are the host's entries for `param`.
    pub fn answer(&self, param: ParamId, items: Vec<HostMenuItem>) {
        self.state.lock().items = Some((param, Arc::new(items)));
    }

    /// The same: what was chosen; once.
    pub fn take_chosen(&self) -> Option<(ParamId, u32)> {
        self.state.lock().chosen.take()
    }
}
