//! Words that several rooms show: names of sources, their badges, names of latency modes and themes.

use crate::{
    instance::state::{
        preferences::Theme,
        summary::{Strip, Summary},
    },
    preset::Role,
    separator::LatencyMode,
};

/// What the cues mean by which sources share their bases.
pub const CUE_TOOLTIP: &str = "By what the bases that nobody taught are shared among the strips:\n\
    timbre: the most percussive to the first · time: what rises and falls together · position: from left to right.";

/// A source's name with a capital letter.
pub fn display_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// One or two letters for each source; its number where two letters are not enough to tell it apart.
pub fn badges(summary: &Summary) -> Vec<String> {
    let initials = |strip: &Strip, count| display_name(&strip.name).chars().take(count).collect::<String>();
    let is_unique = |i: usize, count| {
        let own = initials(&summary.strips[i], count);
        !own.is_empty() && summary.strips.iter().filter(|strip| initials(strip, count) == own).count() == 1
    };
    (0..summary.strips.len())
        .map(|i| {
            let count = [1, 2].into_iter().find(|count| is_unique(i, *count));
            count.map_or_else(|| (i + 1).to_string(), |count| initials(&summary.strips[i], count))
        })
        .collect()
}

/// What something in a take sounds like: the strip of that role, or what the source model calls it.
pub fn sounds_like(like: Role, summary: &Summary) -> String {
    match (summary.strips.iter().find(|strip| strip.role == Some(like)), like) {
        (Some(strip), _) => strip.display_name(),
        (None, Role::Rest) => "other instruments".to_owned(),
        (None, role) => role.name().to_owned(),
    }
}

/// A latency mode's name.
pub fn mode_name(mode: LatencyMode) -> &'static str {
    match mode {
        LatencyMode::Direct => "Direct",
        LatencyMode::Live => "Live",
        LatencyMode::Balanced => "Balanced",
        LatencyMode::Quality => "Quality",
    }
}

/// A theme's name.
pub fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => "Dark",
        Theme::Light => "Light",
        Theme::HighContrast => "High contrast",
    }
}
