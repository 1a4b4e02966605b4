//! The host's entries for the menu of a parameter (CLAP's context menu). clap-wrapper has those of a VST3 host.

use super::param_changes::clap_id_of;
use crate::instance::{host_menu::HostMenuItem, param_id::ParamId};
use clap_sys::{
    ext::context_menu::{
        CLAP_CONTEXT_MENU_ITEM_BEGIN_SUBMENU, CLAP_CONTEXT_MENU_ITEM_CHECK_ENTRY, CLAP_CONTEXT_MENU_ITEM_END_SUBMENU,
        CLAP_CONTEXT_MENU_ITEM_ENTRY, CLAP_CONTEXT_MENU_ITEM_SEPARATOR, CLAP_CONTEXT_MENU_ITEM_TITLE,
        CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, clap_context_menu_builder, clap_context_menu_check_entry,
        clap_context_menu_entry, clap_context_menu_item_kind, clap_context_menu_item_title, clap_context_menu_submenu,
        clap_context_menu_target, clap_host_context_menu,
    },
    host::clap_host,
};
use std::ffi::{CStr, c_char, c_void};

/// What is being put together: the menu, and the menus within it that are not ended yet, with their names.
#[derive(Default)]
struct MenuBuilder {
    open: Vec<(String, Vec<HostMenuItem>)>,
    items: Vec<HostMenuItem>,
}

impl MenuBuilder {
    fn push(&mut self, item: HostMenuItem) {
        self.open.last_mut().map_or(&mut self.items, |(_, items)| items).push(item);
    }

    fn end_submenu(&mut self) {
        if let Some((label, items)) = self.open.pop() {
            self.push(HostMenuItem::Submenu(label, items));
        }
    }
}

/// Main thread: the entries that `host` has for `param`.
///
/// # Safety
/// `menu` is the host's extension, or null.
pub(super) unsafe fn list(
    host: *const clap_host,
    menu: *const clap_host_context_menu,
    param: ParamId,
) -> Vec<HostMenuItem> {
    let mut menu_builder = MenuBuilder::default();
    let builder = clap_context_menu_builder {
        ctx: (&raw mut menu_builder).cast(),
        add_item: Some(add_item),
        supports: Some(supports),
    };
    // SAFETY: by this function's contract; the builder lives during the call.
    unsafe {
        if let Some(populate) = menu.as_ref().and_then(|menu| menu.populate) {
            populate(host, &target(param), &raw const builder);
        }
    }
    while !menu_builder.open.is_empty() {
        menu_builder.end_submenu();
    }
    menu_builder.items
}

/// Main thread: the entry of this number was chosen for `param`.
///
/// # Safety
/// `menu` is the host's extension, or null.
pub(super) unsafe fn perform(
    host: *const clap_host,
    menu: *const clap_host_context_menu,
    (param, action): (ParamId, u32),
) {
    // SAFETY: by this function's contract.
    unsafe {
        if let Some(perform) = menu.as_ref().and_then(|menu| menu.perform) {
            perform(host, &target(param), action);
        }
    }
}

fn target(param: ParamId) -> clap_context_menu_target {
    clap_context_menu_target { kind: CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, id: clap_id_of(param) }
}

unsafe extern "C" fn supports(_: *const clap_context_menu_builder, kind: clap_context_menu_item_kind) -> bool {
    kind <= CLAP_CONTEXT_MENU_ITEM_TITLE
}

unsafe extern "C" fn add_item(
    builder: *const clap_context_menu_builder,
    kind: clap_context_menu_item_kind,
    data: *const c_void,
) -> bool {
    // SAFETY: the host passes the builder that it was given.
    let menu_builder = unsafe { &mut *(*builder).ctx.cast::<MenuBuilder>() };
    if data.is_null() && !matches!(kind, CLAP_CONTEXT_MENU_ITEM_SEPARATOR | CLAP_CONTEXT_MENU_ITEM_END_SUBMENU) {
        return false;
    }
    // SAFETY: the host passes data of the type that belongs to the kind, alive during the call.
    unsafe {
        match kind {
            CLAP_CONTEXT_MENU_ITEM_ENTRY => {
                let clap_context_menu_entry { label, is_enabled, action_id } = *data.cast();
                let (label, action) = (text(label), action_id);
                menu_builder.push(HostMenuItem::Entry { label, is_enabled, is_checked: None, action });
            }
            CLAP_CONTEXT_MENU_ITEM_CHECK_ENTRY => {
                let clap_context_menu_check_entry { label, is_enabled, is_checked, action_id } = *data.cast();
                let (label, action) = (text(label), action_id);
                menu_builder.push(HostMenuItem::Entry { label, is_enabled, is_checked: Some(is_checked), action });
            }
            CLAP_CONTEXT_MENU_ITEM_SEPARATOR => menu_builder.push(HostMenuItem::Separator),
            CLAP_CONTEXT_MENU_ITEM_BEGIN_SUBMENU => {
                let clap_context_menu_submenu { label, .. } = *data.cast();
                menu_builder.open.push((text(label), Vec::new()));
            }
            CLAP_CONTEXT_MENU_ITEM_END_SUBMENU => menu_builder.end_submenu(),
            CLAP_CONTEXT_MENU_ITEM_TITLE => {
                let clap_context_menu_item_title { title, .. } = *data.cast();
                menu_builder.push(HostMenuItem::Title(text(title)));
            }
            _ => return false,
        }
    }
    true
}

/// # Safety
/// `label` is a C string that is alive, or null.
unsafe fn text(label: *const c_char) -> String {
    if label.is_null() {
        return String::new();
    }
    // SAFETY: by this function's contract.
    unsafe { CStr::from_ptr(label) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, ptr};

    thread_local! {
        static PERFORMED: Cell<Option<(u32, u32)>> = const { Cell::new(None) };
    }

    unsafe extern "C" fn populate(
        _: *const clap_host,
        target: *const clap_context_menu_target,
        builder: *const clap_context_menu_builder,
    ) -> bool {
        let entry = clap_context_menu_entry { label: c"Show automation".as_ptr(), is_enabled: true, action_id: 7 };
        let check = clap_context_menu_check_entry {
            label: c"Follow controller".as_ptr(),
            is_enabled: false,
            is_checked: true,
            action_id: 9,
        };
        let submenu = clap_context_menu_submenu { label: c"MIDI".as_ptr(), is_enabled: true };
        // SAFETY: the builder is the one that was given.
        unsafe {
            assert_eq!((*target).id, clap_id_of(ParamId::Gain(0)));
            let add = |kind, data: *const c_void| ((*builder).add_item.unwrap_or(add_item))(builder, kind, data);
            assert!(add(CLAP_CONTEXT_MENU_ITEM_ENTRY, (&raw const entry).cast()));
            assert!(add(CLAP_CONTEXT_MENU_ITEM_SEPARATOR, ptr::null()));
            assert!(add(CLAP_CONTEXT_MENU_ITEM_BEGIN_SUBMENU, (&raw const submenu).cast()));
            assert!(add(CLAP_CONTEXT_MENU_ITEM_CHECK_ENTRY, (&raw const check).cast()));
            assert!(!add(CLAP_CONTEXT_MENU_ITEM_ENTRY, ptr::null()), "an entry without data");
            assert!(!add(99, (&raw const check).cast()), "a kind of a later version");
        }
        // The menu within is not ended.
        true
    }

    unsafe extern "C" fn perform_one(
        _: *const clap_host,
        target: *const clap_context_menu_target,
        action: u32,
    ) -> bool {
        // SAFETY: the target is alive during the call.
        PERFORMED.set(Some((unsafe { (*target).id }, action)));
        true
    }

    #[test]
    fn a_hosts_entries_are_listed_and_performed() {
        let menu = clap_host_context_menu {
            populate: Some(populate),
            perform: Some(perform_one),
            can_popup: None,
            popup: None,
        };
        let entry = |label: &str, is_enabled, is_checked, action| HostMenuItem::Entry {
            label: label.to_owned(),
            is_enabled,
            is_checked,
            action,
        };
        // SAFETY: the extension is alive; this host looks at nothing else.
        let items = unsafe { list(ptr::null(), &raw const menu, ParamId::Gain(0)) };
        let within = vec![entry("Follow controller", false, Some(true), 9)];
        let expected = [
            entry("Show automation", true, None, 7),
            HostMenuItem::Separator,
            HostMenuItem::Submenu("MIDI".to_owned(), within),
        ];
        assert_eq!(items, expected);
        // SAFETY: as above.
        unsafe { perform(ptr::null(), &raw const menu, (ParamId::Gain(0), 7)) };
        assert_eq!(PERFORMED.get(), Some((clap_id_of(ParamId::Gain(0)), 7)));
        // SAFETY: a host without the extension.
        assert_eq!(unsafe { list(ptr::null(), ptr::null(), ParamId::Mix) }, []);
    }
}
