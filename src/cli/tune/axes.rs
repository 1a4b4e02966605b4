//! Which settings are tried with which values.

use crate::{
    cli::arguments::{parse_focus, parse_in_range, parse_strength},
    learner::{
        LearnSettings,
        adaptive::{COMPONENTS, MEMORY_SECONDS, RECOGNISED_COMPONENTS},
    },
    number::decimal,
    preset::{EVIDENCE_WEIGHTS, MAX_COMPONENTS, MAX_COMPONENTS_IN_ALL, MEMORY_SECONDS_RANGE, Role},
    separator::LatencyMode,
    tuning::{SearchSpace, Tunable, TuningAxis, TuningSettings},
};

/// What is tried unless somebody says otherwise: bases of a source that is learned, and of one that is found; passes;
/// seconds; focus; strengths.
const TAUGHT_COMPONENTS: [f64; 12] = [4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 25.0, 32.0, 40.0, 50.0, 64.0];
const FOUND_COMPONENTS: [f64; 8] = [4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0];
const ITERATIONS: [f64; 6] = [15.0, 30.0, 60.0, 100.0, 160.0, 250.0];
const MEMORIES: [f64; 4] = [4.0, 6.0, 8.0, MEMORY_SECONDS];
const FOCUSES: [f64; 9] = [1.0, 1.2, 1.35, 1.5, 1.65, 1.8, 2.0, 2.3, 2.7];
const STRENGTHS: [f64; 7] = [0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0];
const SWITCH: [f64; 2] = [0.0, 1.0];
/// How much the evidence counts for what `learn` makes of sources that have roles.
const LEARNED_WEIGHT: f64 = 0.35;
/// Weights of the evidence where all sources are learned; where some are found, it has one weight.
const EVIDENCE: [f64; 5] = [0.0, 0.2, LEARNED_WEIGHT, 0.5, 0.8];

/// NAME or NAME=VALUE,VALUE…
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VaryArgument {
    kind: Tunable,
    /// For the bases of one source.
    source: Option<String>,
    /// As given; none: those that are tried by default.
    values: Vec<f64>,
}

/// A source, as far as it matters for what can be set.
pub(super) struct Searched<'a> {
    pub(super) name: &'a str,
    pub(super) recordings: usize,
    pub(super) finds_bases: bool,
    /// The role that `--role` gives it.
    pub(super) role: Option<Role>,
}

/// The role that each of `sources` is tried with: the one that it was given. If no learned source was given any, those
/// that have the name of a role are tried with that role.
pub(super) fn roles(sources: &[Searched<'_>]) -> Vec<Option<Role>> {
    let is_given = has_given_role(sources);
    let by_name = |source: &Searched<'_>| {
        let is_tried = !is_given && !source.finds_bases;
        is_tried.then(|| Role::named(&source.name.to_lowercase())).flatten()
    };
    sources.iter().map(|source| source.role.or_else(|| by_name(source))).collect()
}

/// Whether a learned source was given a role.
fn has_given_role(sources: &[Searched<'_>]) -> bool {
    sources.iter().any(|source| !source.finds_bases && source.role.is_some())
}

impl VaryArgument {
    pub(super) fn parse(argument: &str) -> Result<Self, String> {
        let (name, values) = match argument.split_once('=') {
            Some((name, values)) => (name, Some(values)),
            None => (argument, None),
        };
        let (kind, source) = match name.split_once('.') {
            Some(("components", source)) if !source.is_empty() => (Tunable::Components(0), Some(source.to_owned())),
            _ => (kind_named(name)?, None),
        };
        let mut values = match values {
            Some(values) => values.split(',').map(|value| parse_value(kind, value.trim())).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        values.sort_by(f64::total_cmp);
        values.dedup();
        Ok(Self { kind, source, values })
    }

    fn is_of(&self, tunable: Tunable, sources: &[Searched<'_>]) -> bool {
        let is_sources = |source: usize| self.source.as_deref().is_none_or(|name| sources[source].name == name);
        match (self.kind, tunable) {
            (Tunable::Components(_), Tunable::Components(source)) => is_sources(source),
            (kind, tunable) => kind == tunable,
        }
    }
}

/// The settings that are tried for `sources` in `mode`: all that make a difference, or those that `vary` names.
pub(super) fn space(sources: &[Searched<'_>], mode: LatencyMode, vary: &[VaryArgument]) -> Result<SearchSpace, String> {
    let components = sources.iter().map(default_components).collect();
    // As `learn` has it: a learned source that has a role is helped by the source model.
    let evidence = if has_given_role(sources) { LEARNED_WEIGHT as f32 } else { 0.0 };
    let defaults = TuningSettings { mode, evidence, ..TuningSettings::defaults(components) };
    let mut axes: Vec<TuningAxis> = all(sources, &defaults);
    if !vary.is_empty() {
        axes.retain(|axis| vary.iter().any(|vary| vary.is_of(axis.tunable, sources)));
        for argument in vary {
            if let Some(unknown) = argument.source.as_ref().filter(|name| sources.iter().all(|one| one.name != **name))
            {
                return Err(format!("--vary names {unknown:?}, which is no source: name one that has recordings"));
            }
            // A mode is tried only where it is asked for; others may make no difference here.
            if axes.iter().all(|axis| !argument.is_of(axis.tunable, sources)) {
                axes.push(TuningAxis { tunable: argument.kind, values: defaults_of(argument.kind, false) });
            }
            let own =
                axes.iter_mut().filter(|axis| argument.is_of(axis.tunable, sources) && !argument.values.is_empty());
            own.for_each(|axis| axis.values.clone_from(&argument.values));
        }
    }
    check_evidence(sources, &axes)?;
    check_bases(sources, &axes, &defaults)?;
    Ok(SearchSpace { defaults, axes })
}

fn default_components(source: &Searched<'_>) -> usize {
    match (source.finds_bases, source.role) {
        (false, _) => LearnSettings::default().components,
        (true, None) => COMPONENTS,
        (true, Some(_)) => RECOGNISED_COMPONENTS,
    }
}

/// All settings that make a difference for `sources`.
fn all(sources: &[Searched<'_>], defaults: &TuningSettings) -> Vec<TuningAxis> {
    let is_taught = |source: &&Searched<'_>| !source.finds_bases;
    let has_found = sources.iter().any(|source| source.finds_bases);
    let taught = || sources.iter().filter(is_taught);
    let mut tunables: Vec<Tunable> = (0..sources.len()).map(Tunable::Components).collect();
    tunables.extend([Tunable::Iterations, Tunable::Drift].into_iter().filter(|_| taught().count() > 0));
    let most_bases = |source: &Searched<'_>| match source.finds_bases {
        true => most(&FOUND_COMPONENTS),
        false => source.recordings * most(&TAUGHT_COMPONENTS),
    };
    let in_all: usize = sources.iter().map(most_bases).sum();
    let fits = in_all <= MAX_COMPONENTS_IN_ALL && sources.iter().all(|source| most_bases(source) <= MAX_COMPONENTS);
    tunables.extend((fits && taught().any(|source| source.recordings > 1)).then_some(Tunable::Universal));
    let has_role = sources.iter().zip(roles(sources)).any(|(source, role)| !source.finds_bases && role.is_some());
    tunables.extend(has_role.then_some(Tunable::Evidence));
    tunables.extend(has_found.then_some(Tunable::Memory));
    tunables.extend([Tunable::Focus, Tunable::Sparsity, Tunable::Smoothness]);
    let axis = |tunable: Tunable| {
        let is_found = matches!(tunable, Tunable::Components(source) if sources[source].finds_bases);
        let mut values = match tunable {
            Tunable::Evidence if has_found => vec![0.0, LEARNED_WEIGHT],
            _ => defaults_of(tunable, is_found),
        };
        let default = tunable.of(defaults);
        if !values.contains(&default) {
            values.push(default);
            values.sort_by(f64::total_cmp);
        }
        TuningAxis { tunable, values }
    };
    tunables.into_iter().map(axis).collect()
}

/// The largest of several numbers of bases.
fn most(components: &[f64]) -> usize {
    components.iter().copied().fold(0.0, f64::max) as usize
}

fn defaults_of(tunable: Tunable, is_found: bool) -> Vec<f64> {
    match tunable {
        Tunable::Components(_) if is_found => FOUND_COMPONENTS.to_vec(),
        Tunable::Components(_) => TAUGHT_COMPONENTS.to_vec(),
        Tunable::Iterations => ITERATIONS.to_vec(),
        Tunable::Universal | Tunable::Drift => SWITCH.to_vec(),
        Tunable::Evidence => EVIDENCE.to_vec(),
        Tunable::Memory => MEMORIES.to_vec(),
        Tunable::Mode => (0..LatencyMode::ALL.len()).map(|mode| mode as f64).collect(),
        Tunable::Focus => FOCUSES.to_vec(),
        Tunable::Sparsity | Tunable::Smoothness => STRENGTHS.to_vec(),
    }
}

/// Refuses other weights of the evidence where a source is found: there it has one.
fn check_evidence(sources: &[Searched<'_>], axes: &[TuningAxis]) -> Result<(), String> {
    let has_found = sources.iter().any(|source| source.finds_bases);
    let is_other = |value: &f64| ![0.0, LEARNED_WEIGHT].contains(value);
    let mut others = axes.iter().filter(|axis| axis.tunable == Tunable::Evidence).flat_map(|axis| &axis.values);
    match others.find(|value| has_found && is_other(value)) {
        Some(value) => Err(format!(
            "evidence cannot be {value} here: where a source is found while the mixture plays, it is off or \
             {LEARNED_WEIGHT}"
        )),
        None => Ok(()),
    }
}

/// Refuses more bases than a source can have: a universal dictionary has a block for each recording.
fn check_bases(sources: &[Searched<'_>], axes: &[TuningAxis], defaults: &TuningSettings) -> Result<(), String> {
    let most = |tunable: Tunable| {
        let axis = axes.iter().find(|axis| axis.tunable == tunable);
        axis.and_then(|axis| axis.values.last().copied()).unwrap_or_else(|| tunable.of(defaults))
    };
    let is_universal = most(Tunable::Universal) > 0.0;
    let mut in_all = 0;
    for (index, source) in sources.iter().enumerate() {
        let blocks = if is_universal && !source.finds_bases { source.recordings } else { 1 };
        let bases = most(Tunable::Components(index)) as usize * blocks;
        if bases > MAX_COMPONENTS {
            return Err(format!(
                "{} would get {bases} bases from {blocks} recordings, and a source holds at most {MAX_COMPONENTS}: \
                 name what is tried with --vary, such as components=10,25",
                source.name
            ));
        }
        in_all += bases;
    }
    if in_all > MAX_COMPONENTS_IN_ALL {
        return Err(format!(
            "the sources would get {in_all} bases, and a preset holds at most {MAX_COMPONENTS_IN_ALL}: name what is \
             tried with --vary, such as components=10,25"
        ));
    }
    Ok(())
}

fn kind_named(name: &str) -> Result<Tunable, String> {
    let all = [
        Tunable::Components(0),
        Tunable::Iterations,
        Tunable::Universal,
        Tunable::Drift,
        Tunable::Evidence,
        Tunable::Memory,
        Tunable::Mode,
        Tunable::Focus,
        Tunable::Sparsity,
        Tunable::Smoothness,
    ];
    let names = all.map(Tunable::name).join(", ");
    let found = all.into_iter().find(|tunable| tunable.name() == name);
    found.ok_or_else(|| format!("write NAME or NAME=VALUE,VALUE with one of {names}, as in components=10,25,50"))
}

fn parse_value(tunable: Tunable, text: &str) -> Result<f64, String> {
    let whole = |most: usize| match text.parse::<usize>() {
        Ok(value) if (1..=most).contains(&value) => Ok(value as f64),
        _ => Err(format!("{} are whole numbers from 1 to {most}, and {text:?} is none", tunable.name())),
    };
    let named = |value: Result<f32, String>| match value {
        Ok(value) => Ok(decimal(value)),
        Err(range) => Err(format!("{}: {range}", tunable.name())),
    };
    match tunable {
        Tunable::Components(_) => whole(MAX_COMPONENTS),
        Tunable::Iterations => whole(1_000_000),
        Tunable::Universal | Tunable::Drift => match text {
            "on" => Ok(1.0),
            "off" => Ok(0.0),
            _ => Err(format!("{} is on or off", tunable.name())),
        },
        Tunable::Mode => {
            let mode = LatencyMode::ALL.iter().position(|mode| mode.name() == text);
            mode.map(|mode| mode as f64).ok_or_else(|| "a mode is direct, live, balanced or quality".to_owned())
        }
        Tunable::Memory => {
            let (low, high) = (*MEMORY_SECONDS_RANGE.start() as f32, *MEMORY_SECONDS_RANGE.end() as f32);
            named(parse_in_range(text, "", low, high))
        }
        Tunable::Focus => named(parse_focus(text)),
        Tunable::Sparsity | Tunable::Smoothness => named(parse_strength(text)),
        Tunable::Evidence if text == "off" => Ok(0.0),
        Tunable::Evidence if text == "on" => Ok(LEARNED_WEIGHT),
        Tunable::Evidence => named(parse_in_range(text, "", *EVIDENCE_WEIGHTS.start(), *EVIDENCE_WEIGHTS.end())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> [Searched<'static>; 2] {
        [
            Searched { name: "drums", recordings: 2, finds_bases: false, role: None },
            Searched { name: "bass", recordings: 1, finds_bases: true, role: Some(Role::Bass) },
        ]
    }

    fn names(vary: &[&str]) -> Vec<String> {
        let vary: Vec<VaryArgument> = vary.iter().map(|vary| VaryArgument::parse(vary).unwrap()).collect();
        let space = space(&sources(), LatencyMode::Quality, &vary).unwrap();
        let names = ["drums", "bass"].map(str::to_owned);
        space.axes.iter().map(|axis| format!("{} {}", axis.tunable.name_among(&names), axis.values.len())).collect()
    }

    #[test]
    fn what_makes_a_difference_is_tried_unless_some_is_named() {
        let all = names(&[]);
        let expected =
            ["components.drums 12", "components.bass 8", "iterations 6", "drift 2", "universal 2", "evidence 2"];
        assert_eq!(all[..6], expected);
        assert_eq!(all[6..], ["memory 4", "focus 9", "sparsity 7", "smoothness 7"]);
        assert_eq!(names(&["focus"]), ["focus 9"]);
        assert_eq!(names(&["components=5,10,5"]), ["components.drums 2", "components.bass 2"]);
        assert_eq!(names(&["components.bass=5", "mode=live,quality"]), ["components.bass 1", "mode 2"]);
    }

    #[test]
    fn what_cannot_be_tried_is_refused_with_what_can() {
        for (argument, sentence) in [
            ("colour", "write NAME or NAME=VALUE,VALUE with one of components,"),
            ("components=0", "components are whole numbers from 1 to 1024, and \"0\" is none"),
            ("focus=9", "focus: give a number from 0.5 to 4"),
            ("drift=maybe", "drift is on or off"),
            ("evidence=2", "evidence: give a number from 0 to 1"),
            ("mode=slow", "a mode is direct, live, balanced or quality"),
        ] {
            let error = VaryArgument::parse(argument).unwrap_err();
            assert!(error.starts_with(sentence), "{error}");
        }
        let vary = |argument: &str| space(&sources(), LatencyMode::Quality, &[VaryArgument::parse(argument).unwrap()]);
        let refused = vary("evidence=off,0.8").unwrap_err();
        assert!(refused.starts_with("evidence cannot be 0.8 here"), "{refused}");
        assert!(vary("evidence=off,on").is_ok());
        assert!(vary("components.voice=4").unwrap_err().contains("\"voice\", which is no source"));
    }

    #[test]
    fn a_universal_dictionary_that_would_be_too_large_is_left_out_or_refused() {
        let many = [
            Searched { name: "drums", recordings: 20, finds_bases: false, role: None },
            Searched { name: "bass", recordings: 1, finds_bases: false, role: None },
        ];
        let all = space(&many, LatencyMode::Quality, &[]).unwrap();
        assert!(all.axes.iter().all(|axis| axis.tunable != Tunable::Universal));
        let vary = ["universal", "components"].map(|vary| VaryArgument::parse(vary).unwrap());
        let refused = space(&many, LatencyMode::Quality, &vary).unwrap_err();
        assert!(refused.starts_with("drums would get 1280 bases from 20 recordings"), "{refused}");
    }

    #[test]
    fn a_universal_dictionary_that_only_all_sources_together_cannot_hold_is_left_out() {
        // 14 recordings with 64 bases each fit into a source, and five times as many not into a preset.
        let of = |count: usize| -> Vec<Searched<'static>> {
            let source = |name| Searched { name, recordings: 14, finds_bases: false, role: None };
            ["a", "b", "c", "d", "e"].into_iter().take(count).map(source).collect()
        };
        let has_universal = |count: usize| {
            let space = space(&of(count), LatencyMode::Quality, &[]).unwrap();
            space.axes.iter().any(|axis| axis.tunable == Tunable::Universal)
        };
        assert!(has_universal(4) && !has_universal(5));
    }

    #[test]
    fn a_learned_source_with_a_role_is_compared_with_what_learn_makes_of_it() {
        let evidence = |finds_bases: bool, role: Option<Role>| {
            let drums = Searched { name: "drums", recordings: 1, finds_bases, role };
            let bass = Searched { name: "bass", recordings: 1, finds_bases: false, role: None };
            space(&[drums, bass], LatencyMode::Quality, &[]).unwrap().defaults.evidence
        };
        assert_eq!(evidence(false, Some(Role::Drums)), LearnSettings::default().evidence_weight);
        assert_eq!([evidence(false, None), evidence(true, Some(Role::Drums))], [0.0, 0.0]);
    }

    #[test]
    fn sources_that_are_called_like_roles_are_tried_with_them_unless_roles_are_given() {
        let source = |name, finds_bases, role| Searched { name, recordings: 1, finds_bases, role };
        let (drums, bass) = (Some(Role::Drums), Some(Role::Bass));
        let guitar = source("guitar", false, None);
        assert_eq!(roles(&[source("Drums", false, None), source("bass", false, None), guitar]), [drums, bass, None]);
        assert_eq!(roles(&[source("kit", false, drums), source("bass", false, None)]), [drums, None]);
        // One that is found would be another kind of source with a role.
        assert_eq!(roles(&[source("drums", false, None), source("bass", true, None)]), [drums, None]);
        assert_eq!(roles(&[source("drums", false, None), source("low", true, bass)]), [drums, bass]);
    }
}
