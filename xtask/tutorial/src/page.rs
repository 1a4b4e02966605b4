//! The page: `page.md` with the numbers of a run in it.

use crate::{
    equivalence::{COMPONENTS as COMPARED, PRIOR, UPDATES, compare, compare_engine, compare_evidence, sharing},
    material::{COMPONENTS, FRAME, HOP, Material, SHORT_FRAME, SHORT_SECONDS},
    nmf::Change,
    separation::{FREE, KNOWN, Separated, UNSUPERVISED, mean_sdr},
};
use anyhow::{Result, bail};
use std::collections::BTreeMap;

const TEMPLATE: &str = include_str!("page.md");
/// Weights of the prior that the page shows.
const SPARSITIES: [f32; 3] = [0.0, 0.3, 1.0];

/// Every number, by the name that stands for it in the template, between two pairs of braces.
pub(crate) type Numbers = BTreeMap<String, String>;

/// What a run gives.
pub(crate) fn numbers(material: &Material, separated: &[Separated]) -> Result<Numbers> {
    let mut numbers = Numbers::new();
    let mut set = |name: &str, value: String| drop(numbers.insert(name.to_owned(), value));
    let mixture = &material.mixture;
    set("rate", mixture.sample_rate.to_string());
    set("seconds", format!("{:.0}", mixture.seconds()));
    let counts = [
        ("frame", FRAME),
        ("hop", HOP),
        ("bins", FRAME / 2 + 1),
        ("frames", (mixture.len() - FRAME) / HOP + 1),
        ("components", COMPONENTS),
        ("known", KNOWN),
        ("free", FREE),
        ("each", UNSUPERVISED),
        ("compared", COMPARED),
        ("updates", UPDATES),
        ("short_frame", SHORT_FRAME),
        ("short_seconds", SHORT_SECONDS),
    ];
    counts.into_iter().for_each(|(name, count)| set(name, count.to_string()));

    let frame_lens = material.learned[0].dictionaries().iter().map(|dictionary| dictionary.frame.frame_len);
    set("engine_frame", frame_lens.max().unwrap_or_default().to_string());
    let v = material.short_spectra();
    set("short_bins", v.bins.to_string());
    set("short_frames", v.frames().to_string());
    let plain = compare(&v, &[Change::Both], false);
    for update in [1, 10, UPDATES] {
        set(&format!("nmf_{update}"), format!("{:.4}", plain.nmf[update - 1]));
        set(&format!("plca_{update}"), format!("{:.4}", plain.plca[update - 1]));
    }
    set("together", power_of_ten(plain.difference));
    let in_turn = compare(&v, &[Change::Activations, Change::Bases], false);
    set("in_turn", power_of_ten(in_turn.difference));
    set("in_turn_nmf", format!("{:.4}", in_turn.nmf[UPDATES - 1]));
    set("dirichlet", power_of_ten(compare(&v, &[Change::Both], true).difference));
    set("prior", PRIOR.to_string());
    for (name, difference) in ["engine", "sparse", "smooth"].into_iter().zip(compare_engine(&v)) {
        set(name, power_of_ten(difference));
    }
    set("evidence", power_of_ten(compare_evidence(&v)));
    for (sparsity, sharing) in SPARSITIES.into_iter().zip(sharing(&v, &SPARSITIES)) {
        set(&format!("sharing_{sparsity}"), format!("{sharing:.1}"));
    }
    for Separated { key, scores, passes, .. } in separated {
        set(&format!("{key}_passes"), passes.to_string());
        set(&format!("{key}_mean"), decibels(mean_sdr(scores)));
        for (source, score) in ["drums", "bass"].into_iter().zip(scores) {
            for (ratio, value) in [("sdr", score.sdr), ("sir", score.sir), ("sar", score.sar)] {
                set(&format!("{key}_{source}_{ratio}"), decibels(value));
            }
        }
    }
    Ok(numbers)
}

/// The page with `numbers`.
pub(crate) fn text(numbers: &Numbers) -> Result<String> {
    let mut text = String::new();
    let mut pieces = TEMPLATE.split("{{");
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        match piece.split_once("}}").map(|(name, rest)| (numbers.get(name), name, rest)) {
            Some((Some(number), _, rest)) => {
                text.push_str(number);
                text.push_str(rest);
            }
            Some((None, name, _)) => bail!("page.md asks for {name:?}, and no run gives it"),
            None => bail!("page.md has a pair of braces that does not end"),
        }
    }
    Ok(text)
}

/// The power of ten that a number stays below.
fn power_of_ten(number: f64) -> String {
    format!("10^{{{}}}", number.max(1e-17).log10().ceil())
}

fn decibels(value: f64) -> String {
    if value > 100.0 { "∞".to_owned() } else { format!("{value:.1}").replace('-', "−") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;
    use crate::{PAGE, nmf::Spectra, separation::separate};
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;
    use std::{fs, path::PathBuf};

    /// How far figures of separation may be from those of another machine, whose vector instructions round otherwise.
    const TOLERANCE_DB: f64 = 0.3;

    fn random_spectra() -> Spectra {
        let mut random = Pcg64Mcg::seed_from_u64(7);
        let values = (0..40 * 60).map(|_| random.random::<f64>().powi(4) + 1e-6).collect();
        Spectra { bins: 60, values }
    }

    #[test]
    fn em_of_plca_and_multiplicative_updates_are_the_same_steps() {
        let v = random_spectra();
        for with_prior in [false, true] {
            for changes in [&[Change::Both][..], &[Change::Activations, Change::Bases]] {
                let found = compare(&v, changes, with_prior);
                assert!(found.difference < 1e-10, "{changes:?}, prior {with_prior}: {}", found.difference);
                assert!(found.nmf[UPDATES - 1] < 0.9 * found.nmf[0]);
                assert!(with_prior || found.nmf.is_sorted_by(|a, b| b <= a), "{:?}", found.nmf);
            }
        }
    }

    #[test]
    fn the_engines_updates_are_em_with_the_bases_held_and_with_priors_on_the_activations() {
        for difference in compare_engine(&random_spectra()) {
            assert!(difference < 1e-4, "{difference}: more than single precision rounds");
        }
        let under_evidence = compare_evidence(&random_spectra());
        assert!(under_evidence < 1e-4, "{under_evidence}");
    }

    #[test]
    fn the_page_says_what_a_run_gives() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let committed = fs::read_to_string(root.join(PAGE)).unwrap();
        let material = Material::read(&root).unwrap();
        let numbers = numbers(&material, &separate(&material).unwrap()).unwrap();
        let fresh = text(&numbers).unwrap();
        let (committed, fresh) = (taken_apart(&committed), taken_apart(&fresh));
        let advice = "run `cargo xtask tutorial`, and look at what it changes";
        assert_eq!(committed.0, fresh.0, "the words are others; {advice}");
        for ((old, is_exponent), (new, _)) in committed.1.iter().zip(&fresh.1) {
            // What rounding leaves may lie on either side of a power of ten.
            let tolerance = if *is_exponent { 1.0 } else { TOLERANCE_DB.max(1e-3 * new.abs()) };
            assert!((old - new).abs() <= tolerance, "{old} on the page, {new} now; {advice}");
        }
    }

    #[test]
    fn the_more_is_known_the_better_it_separates() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let separated = separate(&Material::read(&root).unwrap()).unwrap();
        let mean = |key: &str| mean_sdr(&separated.iter().find(|way| way.key == key).unwrap().scores);
        assert!(mean("supervised") > mean("drums_known").max(mean("bass_known")));
        assert!(mean("supervised") > mean("unsupervised"));
        assert!(mean("unsupervised") > mean("mixture"));
    }

    #[test]
    fn the_places_in_the_code_that_the_page_names_are_there() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let links = TEMPLATE.split("](../").skip(1).filter_map(|rest| rest.split(')').next());
        let mut count = 0;
        for link in links {
            let file = link.split('#').next().unwrap();
            assert!(root.join(file).exists(), "{link}");
            count += 1;
        }
        assert!(count > 10);
    }

    /// The words of a page, and its numbers, with whether each is an exponent. A number may stand behind a minus sign.
    fn taken_apart(page: &str) -> (String, Vec<(f64, bool)>) {
        let (mut words, mut numbers, mut number) = (String::new(), Vec::new(), String::new());
        for letter in page.chars().chain(['\n']) {
            let is_part = letter.is_ascii_digit() || (letter == '.' && !number.is_empty());
            if is_part {
                number.push(letter);
                continue;
            }
            if !number.is_empty() {
                let is_negative = words.ends_with(['−', '-']);
                let value: f64 = number.trim_end_matches('.').parse().unwrap();
                numbers.push((if is_negative { -value } else { value }, words.ends_with("^{-")));
                words.push('#');
                number.clear();
            }
            words.push(letter);
        }
        // A number near 0 may change its sign.
        (words.replace("−#", "#").replace("-#", "#"), numbers)
    }
}
