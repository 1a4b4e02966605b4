//! Names that follow the preset: of parameters, of the separate outputs, on the pages of a controller. nice-plug 0.4.2
//! has names that never change.

use super::{param_changes::clap_id_of, param_table::ParamTable};
use crate::instance::{host_names, param_id::ParamId, state::summary::Summary};
use clap_sys::{
    ext::{
        audio_ports::clap_audio_port_info,
        params::{CLAP_PARAM_IS_HIDDEN, clap_param_info},
        remote_controls::{CLAP_REMOTE_CONTROLS_COUNT, clap_remote_controls_page},
    },
    id::CLAP_INVALID_ID,
};
use std::ffi::c_char;

/// Calls the parameter as the preset has it, and hides it where it does nothing.
pub(super) fn name_param(info: &mut clap_param_info, table: &ParamTable, summary: &Summary) {
    let Some(param) = table.find(info.id) else { return };
    if let Some(name) = host_names::param_name(param, summary) {
        write(&mut info.name, &name);
    }
    if !host_names::is_used(param, summary) {
        info.flags |= CLAP_PARAM_IS_HIDDEN;
    }
}

/// Calls the output at `index`, where the main one comes first, as the preset has it.
pub(super) fn name_output(index: u32, info: &mut clap_audio_port_info, summary: &Summary) {
    let source = (index as usize).checked_sub(1);
    if let Some(name) = source.and_then(|source| host_names::output_name(source, summary)) {
        write(&mut info.name, &name);
    }
}

/// A page of eight knobs of a controller.
pub(super) struct RemotePage {
    name: &'static str,
    params: Vec<ParamId>,
}

/// The pages: the strips' gains, mutes, solos; what all have in common.
pub(super) fn remote_pages(summary: &Summary) -> Vec<RemotePage> {
    let of_strips = |name, param: fn(usize) -> ParamId| {
        let strips = 0..summary.strips.len().min(CLAP_REMOTE_CONTROLS_COUNT);
        RemotePage { name, params: strips.map(param).collect() }
    };
    let sound = [
        ParamId::Focus,
        ParamId::Sparsity,
        ParamId::Smoothness,
        ParamId::Mix,
        ParamId::Output,
        ParamId::Removed,
        ParamId::Bypass,
        ParamId::Mode,
    ];
    vec![
        of_strips("Gains", ParamId::Gain),
        of_strips("Mutes", ParamId::Mute),
        of_strips("Solos", ParamId::Solo),
        RemotePage { name: "Sound", params: sound.into() },
    ]
}

impl RemotePage {
    /// As CLAP has it; `number` is the page's place.
    pub(super) fn describe(&self, number: u32, page: &mut clap_remote_controls_page) {
        let name = |text: &str| {
            let mut name = [0; 256];
            write(&mut name, text);
            name
        };
        let mut param_ids = [CLAP_INVALID_ID; CLAP_REMOTE_CONTROLS_COUNT];
        for (place, param) in param_ids.iter_mut().zip(&self.params) {
            *place = clap_id_of(*param);
        }
        let (section_name, page_name) = (name("Unbraid"), name(self.name));
        *page = clap_remote_controls_page { section_name, page_id: number, page_name, param_ids, is_for_preset: false };
    }
}

/// Writes `text` into a C string, as far as there is room.
fn write(place: &mut [c_char], text: &str) {
    let mut end = text.len().min(place.len() - 1);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    place.fill(0);
    for (place, byte) in place.iter_mut().zip(&text.as_bytes()[..end]) {
        *place = *byte as c_char;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_ends_with_a_whole_letter() {
        let mut place = [1; 6];
        write(&mut place, "Bässe");
        assert_eq!(place.map(|unit| unit as u8), *b"B\xC3\xA4ss\0");
        write(&mut place, "ab\u{20AC}\u{20AC}");
        assert_eq!(place.map(|unit| unit as u8), *b"ab\xE2\x82\xAC\0");
        write(&mut place, "a");
        assert_eq!(place.map(|unit| unit as u8), *b"a\0\0\0\0\0");
    }
}
