//! Words that several rooms show: names of sources, their badges, names of latency modes and themes.

use crate::{
    instance::state::{
        preferences::Theme,
        summary::{Strip, Summary},
    },
    learner::{Grade, Verdict},
    preset::Role,
    separator::LatencyMode,
};

/// What the cues mean by which sources share their bases.
pub const CUE_TOOLTIP: &str = "By what the bases that nobody taught are shared among the strips:\n\
    timbre: the most percussive to the first · time: what rises and falls together · position: from left to right.";

/// One or two letters for each source; its number where two letters are not enough to tell it apart.
pub fn badges(summary: &Summary) -> Vec<String> {
    let initials = |strip: &Strip, count| strip.display_name().chars().take(count).collect::<String>();
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

/// A share of a take, 0 to 1, in words: "about half". It is an estimate.
pub fn share_in_words(share: f32) -> &'static str {
    match share {
        ..0.22 => "about a fifth",
        ..0.29 => "about a quarter",
        ..0.42 => "about a third",
        ..0.53 => "about half",
        ..0.80 => "more than half",
        ..0.92 => "most",
        _ => "nearly all",
    }
}

/// A level with one decimal and a real minus sign: "−0.6 dB".
pub fn decibels(db: f32) -> String {
    let text = format!("{db:.1} dB");
    if text == "-0.0 dB" { "0.0 dB".to_owned() } else { text.replace('-', "−") }
}

/// How well a source is told from the others: "well told apart (9.9 dB; before separation −0.6 dB)".
pub fn told_apart(verdict: Verdict) -> String {
    let how = match verdict.grade() {
        Grade::Good => "well told apart",
        Grade::Fair => "fairly well told apart",
        Grade::Poor => "hardly told apart",
    };
    format!("{how} ({}; before separation {})", decibels(verdict.after_db), decibels(verdict.before_db))
}

/// What the figures of [`told_apart`] were measured on.
pub const MEASURED_ON: &str = "measured on a mixture of your takes";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_said_in_words_with_a_real_minus_sign() {
        let of = |after_db| told_apart(Verdict { before_db: -0.62, blind_db: 1.0, after_db });
        assert_eq!(of(9.9), "well told apart (9.9 dB; before separation −0.6 dB)");
        assert_eq!(of(6.0), "fairly well told apart (6.0 dB; before separation −0.6 dB)");
        assert_eq!(of(2.5), "hardly told apart (2.5 dB; before separation −0.6 dB)");
        assert_eq!(decibels(-0.04), "0.0 dB");
    }

    #[test]
    fn a_share_is_said_in_words() {
        let words = [0.16, 0.25, 0.31, 0.47, 0.56, 0.98].map(share_in_words);
        let expected =
            ["about a fifth", "about a quarter", "about a third", "about half", "more than half", "nearly all"];
        assert_eq!(words, expected);
    }
}
