//! How well every source by instrument fits every recording; a table in Markdown.

use crate::rendered::{self, Instrument};
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::path::Path;
use unbraid_engine::{
    preset::{Source, file},
    recording::Recording,
    separator::Heard,
};

/// An instrument, and the source of its preset.
struct Known {
    instrument: Instrument,
    source: Source,
}

/// The fits of all sources to a recording.
struct Ranked {
    /// The place of its own instrument, 1 for the first.
    place: usize,
    /// Its own instrument's fit.
    own: f32,
    /// The instrument that fits best of all others, and its fit.
    best: (usize, f32),
}

impl Ranked {
    fn of(recording: &Recording, own: usize, all: &[Known]) -> Result<Self> {
        let heard = Heard::of(recording).context("a recording is too quiet")?;
        let fit = |known: &Known| Some(heard.fit(&heard.bands().bases(&known.source)?));
        let fits: Vec<f32> = all.iter().map(|known| fit(known).unwrap_or_default()).collect();
        let others = fits.iter().enumerate().filter(|(index, _)| *index != own);
        let best = others.max_by(|(_, a), (_, b)| a.total_cmp(b)).context("there is one instrument only")?;
        let place = 1 + fits.iter().filter(|fit| **fit > fits[own]).count();
        Ok(Self { place, own: fits[own], best: (best.0, *best.1) })
    }

    /// Whether the best of all is of the family of instrument `own`.
    fn is_in_family(&self, own: usize, all: &[Known]) -> bool {
        self.place == 1 || all[self.best.0].instrument.family() == all[own].instrument.family()
    }
}

/// Prints the fits to recordings of the same sounds, of other notes, and to those of sounds that were held out, for the
/// instruments that were rendered, with their presets in `presets`.
///
/// # Errors
/// If something cannot be read or measured.
pub(crate) fn run(rendered: &Path, presets: &Path) -> Result<()> {
    let known = |instrument: Instrument| -> Result<Known> {
        let preset = file::read(&presets.join(format!("{}{}", instrument.name, file::SUFFIX)))?;
        let source = preset.sources.into_iter().next().context("a preset without a source")?;
        Ok(Known { instrument, source })
    };
    let all: Vec<Known> = rendered::instruments(rendered)?.into_iter().map(known).collect::<Result<_>>()?;
    println!("### How the sources by instrument are ranked\n");
    println!(
        "| instrument | family | same sound: own fit, place | best other | held out: own fit, place | best other |"
    );
    println!("|---|---|---|---|---|---|");
    let measure = |(own, known): (usize, &Known)| -> Result<[Vec<Ranked>; 2]> {
        let of = |kind| -> Result<Vec<Ranked>> {
            let recordings = known.instrument.recordings(rendered, "measure", kind)?;
            recordings.iter().map(|recording| Ranked::of(recording, own, &all)).collect()
        };
        Ok([of("same")?, of("far")?])
    };
    let measured: Vec<[Vec<Ranked>; 2]> = all.par_iter().enumerate().map(measure).collect::<Result<_>>()?;
    for (known, kinds) in all.iter().zip(&measured) {
        let own = |ranked: &Ranked| format!("{:.0} %, {}", 100.0 * ranked.own, ranked.place);
        let best = |ranked: &Ranked| format!("{} {:.0} %", all[ranked.best.0].instrument.name, 100.0 * ranked.best.1);
        let cells = |ranked: &[Ranked]| {
            let list = |text: &dyn Fn(&Ranked) -> String| ranked.iter().map(text).collect::<Vec<_>>().join("; ");
            format!("{} | {}", list(&own), list(&best))
        };
        let [same, far] = kinds;
        println!("| {} | {} | {} | {} |", known.instrument.name, known.instrument.family(), cells(same), cells(far));
    }
    for (kind, text) in ["the same sounds with other notes", "held-out sounds"].into_iter().enumerate() {
        let with_own =
            measured.iter().enumerate().flat_map(|(own, kinds)| kinds[kind].iter().map(move |one| (own, one)));
        let all_of_kind: Vec<(usize, &Ranked)> = with_own.collect();
        let count = |is: &dyn Fn(&(usize, &Ranked)) -> bool| all_of_kind.iter().filter(|one| is(one)).count();
        println!(
            "\nOf {} recordings of {text}, the instrument's own source fits best {} times, is among the first three {} \
             times, and one of its family fits best {} times.",
            all_of_kind.len(),
            count(&|(_, ranked)| ranked.place == 1),
            count(&|(_, ranked)| ranked.place <= 3),
            count(&|(own, ranked)| ranked.is_in_family(*own, &all)),
        );
    }
    Ok(())
}
