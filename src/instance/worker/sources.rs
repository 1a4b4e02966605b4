//! The worker's part that changes which sources there are: rename, remove, add, bring in from another preset, save one alone.
//!
//! What the other sources have learned and become goes along with them, and so do their knobs.

use super::{Desk, learning::Learning};
use crate::instance::session::Activity;
use crate::{
    learner::{
        adapted::{self, Places},
        adaptive::COMPONENTS,
    },
    preset::{
        Knobs, MAX_SOURCES, PALETTE, Preset, Source,
        library::{self, Entry},
    },
};
use std::sync::Arc;

/// What the editor asks about the sources of the preset that plays. Strips are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrange {
    /// Call the source of this strip so.
    Rename(usize, String),
    /// Take this strip's source out of the preset.
    Remove(usize),
    /// Add a source, which follows the mixture until it is taught.
    Add,
    /// Find out which sources another preset has, for [`Arrange::Load`]; see [`Session::found`](super::session::Session::found).
    Look(Entry),
    /// Put a source of another preset in place of this strip's.
    Load {
        /// The strip.
        strip: usize,
        /// The other preset.
        from: Entry,
        /// Its source, by place.
        source: usize,
    },
    /// Save this strip's source as a preset of its own, under its name or one like it.
    Save(usize),
}

/// The sources of another preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The preset.
    pub entry: Entry,
    /// Their names, in order.
    pub sources: Vec<String>,
}

impl Desk {
    pub(super) fn arrange(&self, arrange: Arrange, learning: &mut Learning) {
        match arrange {
            Arrange::Rename(strip, name) => learning.follow(self.name_source(strip, name), None),
            Arrange::Remove(strip) => self.remove(strip, learning),
            Arrange::Add => self.add(learning),
            Arrange::Look(entry) => self.look(entry),
            Arrange::Load { strip, from, source } => {
                learning.follow(self.load_source(strip, &from, source), Some(strip));
            }
            Arrange::Save(strip) => self.save_source(strip),
        }
    }

    fn refuse(&self, sentence: String) {
        self.session.set_activity(Activity::Failed(sentence));
    }

    fn present(&self) -> Preset {
        let preset = self.stage.lock().preset.clone();
        Preset::clone(&preset)
    }

    fn name_source(&self, strip: usize, name: String) -> Option<Arc<Preset>> {
        let mut preset = self.present();
        preset.sources.get_mut(strip)?.name.clone_from(&name);
        if let Err(flaw) = preset.validate() {
            self.refuse(format!("the source cannot be called \"{name}\": {}", reason(&flaw.to_string())));
            return None;
        }
        self.change(preset)
    }

    fn remove(&self, strip: usize, learning: &mut Learning) {
        let mut preset = self.present();
        if strip >= preset.sources.len() {
            return;
        }
        if preset.sources.len() == 1 {
            return self.refuse("a preset needs a source: add another before you remove the last".to_owned());
        }
        preset.sources.remove(strip);
        let mut places = adapted::unmoved();
        for (from, place) in places.iter_mut().enumerate() {
            *place = if from == strip { None } else { Some(from - usize::from(from > strip)) };
        }
        let close_up = |knobs: &mut Vec<Knobs>| {
            if strip < knobs.len() {
                knobs.remove(strip);
                knobs.resize(MAX_SOURCES, Knobs::default());
            }
        };
        let changed = self.change_places(preset, &places, Some(&close_up));
        learning.follow_places(changed, &places);
    }

    fn add(&self, learning: &mut Learning) {
        let mut preset = self.present();
        if preset.sources.len() >= MAX_SOURCES {
            return self.refuse(format!("there are {MAX_SOURCES} sources already: remove one to add another"));
        }
        let places: Places = adapted::unmoved();
        let place = preset.sources.len();
        let source = new_source(&preset);
        preset.sources.push(source);
        // A strip that was empty may have been turned by the host.
        let begin = |knobs: &mut Vec<Knobs>| {
            if let Some(knobs) = knobs.get_mut(place) {
                *knobs = Knobs::default();
            }
        };
        let changed = self.change_places(preset, &places, Some(&begin));
        learning.follow_places(changed, &places);
    }

    fn look(&self, entry: Entry) {
        match library::load(&entry) {
            Ok(preset) => {
                let sources = preset.sources.into_iter().map(|source| source.name).collect();
                self.session.set_found(Some(Found { entry, sources }));
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }

    fn load_source(&self, strip: usize, from: &Entry, source: usize) -> Option<Arc<Preset>> {
        let mut other = match library::load(from) {
            Ok(other) => other,
            Err(error) => {
                self.refuse(error.to_string());
                return None;
            }
        };
        if source >= other.sources.len() {
            self.refuse(format!("preset \"{}\" has no source {} any more: choose another", from.name, source + 1));
            return None;
        }
        let mut source = other.sources.swap_remove(source);
        let preset = self.present();
        source.colour = preset.sources.get(strip)?.colour;
        source.name = free_name(&source.name, |name| is_taken(&preset, name, Some(strip)));
        self.change_source(strip, |place| *place = source)
    }

    /// Writes the source of `strip` into the user's folder; an adaptive one as what it has become.
    fn save_source(&self, strip: usize) {
        let (mut preset, adapted) = {
            let scene = self.stage.lock();
            (Preset::clone(&scene.preset), scene.adapted.clone())
        };
        if strip >= preset.sources.len() {
            return;
        }
        let mut source = preset.sources.swap_remove(strip);
        if source.is_adaptive() {
            let Some(become_so) = adapted.of(strip) else {
                let sentence =
                    "there is nothing to save yet: let the mixture play, then save what the source has become";
                return self.refuse(sentence.to_owned());
            };
            source.keep(become_so.dictionary.clone());
        }
        source.knobs = Knobs::default();
        let entries = library::entries();
        // A preset of that name is not replaced, and not every file system tells upper from lower case.
        let taken = |name: &str| entries.iter().any(|entry| entry.name.to_lowercase() == name.to_lowercase());
        let name = free_name(&source.name, taken);
        match library::save(&Preset::of(vec![source]), &name) {
            Ok(_) => {
                self.session.set_activity(Activity::Done(format!("Saved as preset \"{name}\"")));
                self.read_library();
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }
}

/// A source that nobody has taught anything, with a name and a colour of its own.
fn new_source(preset: &Preset) -> Source {
    let name = free_name("rest", |name| is_taken(preset, name, None));
    let free = |colour: &&_| preset.sources.iter().all(|source| source.colour != **colour);
    let colour = PALETTE.iter().find(free).copied().unwrap_or(PALETTE[preset.sources.len() % PALETTE.len()]);
    Source { colour, ..Source::adaptive(name, preset.sources.len(), COMPONENTS) }
}

fn is_taken(preset: &Preset, name: &str, except: Option<usize>) -> bool {
    let mut others = preset.sources.iter().enumerate().filter(|(strip, _)| Some(*strip) != except);
    others.any(|(_, source)| source.name.to_lowercase() == name.to_lowercase())
}

/// `name`, or the first of `name 2`, `name 3`, … that is not taken.
fn free_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// What a flaw says, without the path in front.
fn reason(flaw: &str) -> &str {
    flaw.split_once("expected ").map_or(flaw, |(_, expected)| expected)
}

#[cfg(test)]
mod tests;
