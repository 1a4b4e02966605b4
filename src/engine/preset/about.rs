//! What somebody has noted about a preset: tags, an author, notes.

use crate::dictionary::{Flaw, MAX_NAME_CHARS, check_name};

/// Most tags of a preset.
pub const MAX_TAGS: usize = 16;
/// Longest tag, in characters.
pub const MAX_TAG_CHARS: usize = 32;
/// Longest author, in characters.
pub const MAX_AUTHOR_CHARS: usize = MAX_NAME_CHARS;
/// Longest notes, in characters.
pub const MAX_NOTES_CHARS: usize = 2_000;

/// What somebody has noted about a preset. All of it may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Words to find it by; at most [`MAX_TAGS`] of at most [`MAX_TAG_CHARS`] characters, without commas.
    pub tags: Vec<String>,
    /// Who made it; at most [`MAX_AUTHOR_CHARS`] characters.
    pub author: String,
    /// Anything else, in as many lines as it takes; at most [`MAX_NOTES_CHARS`] characters.
    pub notes: String,
}

impl About {
    /// Whether nothing is noted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The tags in `text`, which commas separate: without spaces around them, each once, and no empty ones.
    pub fn tags_in(text: &str) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            if !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
                tags.push(tag.to_owned());
            }
        }
        tags
    }

    /// Checks every field.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        if self.tags.len() > MAX_TAGS {
            return Err(Flaw::new(
                "tags",
                format!("a list of {}", self.tags.len()),
                format!("at most {MAX_TAGS} tags"),
            ));
        }
        for (index, tag) in self.tags.iter().enumerate() {
            let (field, chars) = (format!("tags[{index}]"), tag.chars().count());
            if chars > MAX_TAG_CHARS {
                let expected = format!("1 to {MAX_TAG_CHARS} characters");
                return Err(Flaw::new(field, format!("{chars} characters long"), expected));
            }
            if tag.contains(',') {
                return Err(Flaw::new(field, format!("{tag:?}"), "a text without commas"));
            }
            check_name(&field, tag)?;
        }
        if !self.author.is_empty() {
            check_name("author", &self.author)?;
        }
        let chars = self.notes.chars().count();
        if chars > MAX_NOTES_CHARS {
            let expected = format!("at most {MAX_NOTES_CHARS} characters");
            return Err(Flaw::new("notes", format!("{chars} characters long"), expected));
        }
        let is_odd = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
        if self.notes.chars().any(is_odd) {
            let expected = "a text without control characters but for ends of lines";
            return Err(Flaw::new("notes", "a text with control characters", expected));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_between_commas_each_once() {
        assert_eq!(About::tags_in(" slap , Funk,,slap, FUNK ,live take"), ["slap", "Funk", "live take"]);
        assert_eq!(About::tags_in(" , "), [""; 0]);
    }

    #[test]
    fn what_is_too_much_or_no_text_is_refused_with_a_sentence() {
        let whole = About {
            tags: (0..MAX_TAGS).map(|n| format!("{n:0>MAX_TAG_CHARS$}")).collect(),
            author: "x".repeat(MAX_AUTHOR_CHARS),
            notes: "é\n".repeat(MAX_NOTES_CHARS / 2),
        };
        assert_eq!(whole.validate(), Ok(()));
        assert_eq!(About::default().validate(), Ok(()));
        let tags = |tags: &[&str]| About { tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), ..whole.clone() };
        for (about, sentence) in [
            (tags(&["x"; MAX_TAGS + 1]), "`tags` is a list of 17; expected at most 16 tags"),
            (tags(&[&"x".repeat(33)]), "`tags[0]` is 33 characters long; expected 1 to 32 characters"),
            (tags(&["a", "b, c"]), "`tags[1]` is \"b, c\"; expected a text without commas"),
            (tags(&[""]), "`tags[0]` is empty; expected"),
            (About { author: "a\u{7}".into(), ..whole.clone() }, "`author` is"),
            (About { notes: "x".repeat(2_001), ..whole.clone() }, "`notes` is 2001 characters long; expected at most"),
            (About { notes: "\u{0}".into(), ..whole.clone() }, "`notes` is a text with control characters"),
        ] {
            let flaw = about.validate().err().map(|flaw| flaw.to_string()).unwrap_or_default();
            assert!(flaw.starts_with(sentence), "{flaw}");
        }
    }
}
