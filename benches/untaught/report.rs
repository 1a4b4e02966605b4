//! The tables on the terminal.

use crate::{Outcome, figures::Figures};

/// Width of a system's name.
const NAME: usize = 28;

pub(crate) fn explain() {
    println!(
        "in dB; SDR, SIR, SAR: BSS Eval v3 on the mono downmix; SNR: plain, all sources together, below 150 Hz, to \
         2 kHz, above\n"
    );
}

/// The figures of one case, a line per system.
pub(crate) fn print_case(outcome: &Outcome) {
    println!("{}: {}", outcome.group, outcome.case);
    print_head(&outcome.sources, "");
    for (system, figures) in &outcome.figures {
        println!("{}", line(system, figures));
    }
    for (system, course) in &outcome.courses {
        let value = |mean: Option<f64>| mean.map_or_else(|| format!("{:>6}", "-"), |sdr| format!("{sdr:6.1}"));
        let values: String = course.iter().map(|window| value(window.mean())).collect();
        println!("  {:NAME$}{values}", format!("{system}, course"));
    }
    println!();
}

/// The means of every group of cases with as many sources, and how many cases end below their mixture.
pub(crate) fn print_means(outcomes: &[Outcome]) {
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for outcome in outcomes {
        let group = (&*outcome.group, outcome.sources.len());
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for (group, count) in groups {
        let members: Vec<&Outcome> =
            outcomes.iter().filter(|outcome| (&*outcome.group, outcome.sources.len()) == (group, count)).collect();
        let names = names(&members);
        println!("mean of {group} ({} of {})", members.len(), names.join(", "));
        print_head(&names, "  below mixture");
        for system in systems(&members) {
            let all: Vec<(&Figures, &Figures)> = members.iter().filter_map(|member| pair(member, system)).collect();
            let below = all.iter().filter(|(figures, mixture)| figures.mean.sdr < mixture.mean.sdr).count();
            let mean = Figures::mean_of(&all.iter().map(|(figures, _)| *figures).collect::<Vec<_>>());
            println!("{}{below:>9} of {}", line(system, &mean), all.len());
        }
        println!();
    }
}

/// What the sources of `members` are called; where that differs, their numbers.
fn names(members: &[&Outcome]) -> Vec<String> {
    let sources = &members[0].sources;
    if members.iter().all(|member| member.sources == *sources) {
        return sources.clone();
    }
    (1..=sources.len()).map(|number| number.to_string()).collect()
}

/// The names of all systems that separated one of `members`, in their order.
fn systems<'a>(members: &[&'a Outcome]) -> Vec<&'a str> {
    let mut systems: Vec<&str> = Vec::new();
    for (system, _) in members.iter().flat_map(|member| &member.figures) {
        if !systems.contains(&&**system) {
            systems.push(system);
        }
    }
    systems
}

/// The figures of `system` and those of the mixture.
fn pair<'a>(member: &'a Outcome, system: &str) -> Option<(&'a Figures, &'a Figures)> {
    let figures = member.figures.iter().find(|(name, _)| name == system);
    figures.zip(member.figures.first()).map(|((_, figures), (_, mixture))| (figures, mixture))
}

fn print_head(sources: &[String], last: &str) {
    let three = |name: &str| {
        let columns: String = sources.iter().map(|source| format!("{source:>6}")).collect();
        format!("{name:>7}{columns}")
    };
    println!("  {:NAME$}{}{}{}{:>7}{:>6}{:>6}{last}", "", three("SDR"), three("SIR"), three("SAR"), "SNR", "", "");
}

/// Mean and sources of SDR, SIR and SAR, and the signal-to-noise ratios.
fn line(system: &str, figures: &Figures) -> String {
    let rows = || std::iter::once(&figures.mean).chain(&figures.sources);
    let columns = |values: &mut dyn Iterator<Item = f64>| -> String {
        let width = |place: usize| if place == 0 { 7 } else { 6 };
        values.enumerate().map(|(place, value)| format!("{value:0$.1$}", width(place), 1)).collect()
    };
    let scores = [
        columns(&mut rows().map(|row| row.sdr)),
        columns(&mut rows().map(|row| row.sir)),
        columns(&mut rows().map(|row| row.sar)),
        columns(&mut figures.mean.snr.into_iter()),
    ];
    format!("  {system:NAME$}{}", scores.concat())
}
