//! What hosts call the parameters and the separate outputs: by the sources of the preset that plays.

use super::{param_id::ParamId, state::summary::Summary};

/// What `param` is called; `None` if it is called as it always is. Those of a strip that has no source are of no use,
/// see [`is_used`].
pub fn param_name(param: ParamId, summary: &Summary) -> Option<String> {
    let source = summary.strips.get(param.strip()?)?.display_name();
    let what = match param {
        ParamId::Gain(_) => "gain",
        ParamId::Mute(_) => "mute",
        ParamId::Solo(_) => "solo",
        ParamId::Learn(_) => "learn",
        _ => return None,
    };
    Some(format!("{source} {what}"))
}

/// Whether `param` does something in this preset.
pub fn is_used(param: ParamId, summary: &Summary) -> bool {
    param.strip().is_none_or(|strip| strip < summary.strips.len())
}

/// What the separate output of source `index` is called, if there is such a source.
pub fn output_name(index: usize, summary: &Summary) -> Option<String> {
    summary.strips.get(index).map(|strip| strip.display_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::project::version::Version;

    #[test]
    fn parameters_are_called_by_their_sources_and_others_as_always() {
        let summary = Version::first().summary.clone();
        let name = |param| param_name(param, &summary);
        assert_eq!(name(ParamId::Gain(0)).as_deref(), Some("Drums gain"));
        assert_eq!(name(ParamId::Mute(1)).as_deref(), Some("Bass mute"));
        assert_eq!(name(ParamId::Learn(2)).as_deref(), Some("Rest learn"));
        assert_eq!((name(ParamId::Gain(3)), name(ParamId::Mix)), (None, None));
        assert!(is_used(ParamId::Solo(2), &summary) && is_used(ParamId::Output, &summary));
        assert!(!is_used(ParamId::Solo(3), &summary));
        assert_eq!((output_name(1, &summary).as_deref(), output_name(3, &summary)), (Some("Bass"), None));
    }
}
