//! What an undo action is called.

use super::names::{display_name, mode_name};
use crate::{
    instance::{history::Step, params::UnbraidParams, session::Playing, state::summary::Summary},
    preset::library,
};
use nice_plug::prelude::{ParamPtr, Params};
use std::path::Path;

/// What `step` did, in a few words.
pub fn label(step: &Step, params: &UnbraidParams, playing: &Playing, summary: &Summary) -> String {
    let file_name = |path: &Path| library::preset_name(path).unwrap_or_default();
    match step {
        Step::Moved(by_hand) => param_label(&by_hand.id, params, playing, summary),
        Step::Changed { from, to, knobs: Some(_), .. } => format!("{} after {}", to.summary.title, from.summary.title),
        Step::Changed { what, knobs: None, .. } => what.clone(),
        Step::Switched => "other side".to_owned(),
        Step::Copied(..) => "copy to the other side".to_owned(),
        Step::Renamed { from, to } => format!("rename {} to {}", file_name(from), file_name(to)),
        Step::Deleted(trashed) => format!("delete {}", trashed.name()),
    }
}

/// "Drums gain" where the parameter's own name is "Gain 1".
fn param_label(id: &str, params: &UnbraidParams, playing: &Playing, summary: &Summary) -> String {
    let of_strip = id.rsplit_once('_').and_then(|(what, number)| Some((what, number.parse::<usize>().ok()?)));
    let strip = of_strip.and_then(|(what, number)| Some((what, summary.strips.get(number.checked_sub(1)?)?)));
    if let Some((what, strip)) = strip {
        return format!("{} {what}", display_name(&strip.name));
    }
    if id == "mode" {
        return format!("mode ({} plays)", mode_name(playing.mode));
    }
    let params = params.param_map();
    let param: Option<ParamPtr> = params.into_iter().find(|(known, ..)| known == id).map(|(_, param, _)| param);
    // SAFETY: `params` are borrowed.
    param.map_or_else(|| id.to_owned(), |param| unsafe { param.name() }.to_owned())
}
