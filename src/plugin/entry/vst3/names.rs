//! Names that follow the preset: of parameters and of the separate outputs. clap-wrapper 0.3.1 reads them once.

use crate::{
    instance::{host_names, param_id::ParamId, state::summary::Summary},
    plugin::entry::clap::param_changes::clap_id_of,
};
use vst3::Steinberg::Vst::{
    BusDirection, BusDirections_, BusInfo, ParameterInfo,
    ParameterInfo_::ParameterFlags_::{kCanAutomate, kIsHidden, kIsReadOnly},
};

/// Calls the parameter as the preset has it, and hides it where it does nothing.
pub(super) fn name_param(info: &mut ParameterInfo, summary: &Summary) {
    let Some(param) = ParamId::all().find(|param| clap_id_of(*param) == info.id) else { return };
    if let Some(name) = host_names::param_name(param, summary) {
        write(&mut info.title, &name);
        write(&mut info.shortTitle, &name);
    }
    if !host_names::is_used(param, summary) {
        // What is hidden cannot be changed from outside, so says the standard (`ParameterInfo::ParameterFlags`).
        info.flags = info.flags & !kCanAutomate | kIsHidden | kIsReadOnly;
    } else {
        // It may have done nothing when clap-wrapper read it.
        info.flags &= !kIsHidden;
    }
}

/// Calls the bus at `index`, of which the first is the main one, as the preset has it.
pub(super) fn name_bus(direction: BusDirection, index: i32, info: &mut BusInfo, summary: &Summary) {
    let source = usize::try_from(index - 1).ok().filter(|_| direction == BusDirections_::kOutput as i32);
    if let Some(name) = source.and_then(|source| host_names::output_name(source, summary)) {
        write(&mut info.name, &name);
    }
}

/// Writes `text` as UTF-16 that ends with 0, as far as there is room.
fn write(place: &mut [u16], text: &str) {
    place.fill(0);
    let (mut used, room) = (0, place.len() - 1);
    for letter in text.chars() {
        if used + letter.len_utf16() > room {
            break;
        }
        used += letter.encode_utf16(&mut place[used..]).len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_ends_with_a_whole_letter() {
        let mut place = [1; 4];
        write(&mut place, "ab\u{1D11E}");
        assert_eq!(place, [0x61, 0x62, 0, 0]);
        write(&mut place, "a\u{1D11E}");
        assert_eq!(place, [0x61, 0xD834, 0xDD1E, 0]);
    }
}
