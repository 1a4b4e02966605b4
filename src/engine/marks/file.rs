//! Marks as JSON: a list, in the order in which they were made.
//!
//! ```json
//! {
//!   "marks": [
//!     { "source": "Bass", "stroke": { "points": [[1.2, 110], [1.5, 110]], "semitones": 1 } },
//!     { "source": "Drums", "stroke": { "points": [[2.0, 200], [2.0, 800]], "seconds": 0.045 } },
//!     { "source": "Bass", "comb": { "points": [[3.0, 55], [3.3, 58]], "partials": 12 } },
//!     { "source": "Bass", "says": "excluded", "strength": 0.5, "box": [[0, 5000], [4, 16000]] }
//!   ]
//! }
//! ```
//!
//! A point is `[seconds, Hz]`. A source is called by its name, in any case, or by its number, counted from 1.

use super::{
    Mark, Says,
    shape::{MOST_PARTIALS, MarkShape, Point},
};
use serde::{Deserialize, Serialize};

/// Most marks in a file, and most points of a mark.
const MOST_MARKS: usize = 10_000;
const MOST_POINTS: usize = 10_000;
/// Most points of all marks together.
const MOST_POINTS_IN_ALL: usize = 100_000;

/// Why marks cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MarksError {
    /// It is not JSON, or has other fields.
    #[error("these are no marks: {0}")]
    Json(String),
    /// A mark is of no source of the preset.
    #[error("mark {mark} is of the source {source_name}, which the preset does not have; it has {known}")]
    UnknownSource {
        /// Number of the mark, counted from 1.
        mark: usize,
        /// What it calls its source.
        source_name: String,
        /// The names of the preset's sources.
        known: String,
    },
    /// A number of a mark cannot be.
    #[error("mark {mark}: {what}")]
    Value {
        /// Number of the mark, counted from 1.
        mark: usize,
        /// What is wrong, and what is expected.
        what: String,
    },
    /// There are too many.
    #[error("there are {0} marks, more than the {MOST_MARKS} that can be used")]
    TooMany(usize),
    /// They have too many points.
    #[error("the marks have {0} points in all, more than the {MOST_POINTS_IN_ALL} that can be used")]
    TooManyPoints(usize),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarksFile {
    marks: Vec<MarkEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkEntry {
    source: SourceName,
    #[serde(default, skip_serializing_if = "belongs")]
    says: Says,
    #[serde(default = "full", skip_serializing_if = "is_full")]
    strength: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stroke: Option<BrushEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comb: Option<CombEntry>,
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    corners: Option<[[f64; 2]; 2]>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a source is a name, or a number counted from 1")]
enum SourceName {
    Number(usize),
    Name(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BrushEntry {
    points: Vec<[f64; 2]>,
    #[serde(default)]
    semitones: f64,
    #[serde(default)]
    seconds: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CombEntry {
    points: Vec<[f64; 2]>,
    #[serde(default = "usual_partials")]
    partials: u32,
    #[serde(default)]
    semitones: f64,
    #[serde(default)]
    seconds: f64,
}

fn usual_partials() -> u32 {
    12
}

fn belongs(says: &Says) -> bool {
    *says == Says::Belongs
}

fn full() -> f32 {
    1.0
}

fn is_full(strength: &f32) -> bool {
    *strength == 1.0
}

/// The marks in `text`, for the sources called `names`.
///
/// # Errors
/// [`MarksError`]
pub fn from_json(text: &str, names: &[&str]) -> Result<Vec<Mark>, MarksError> {
    let file: MarksFile = serde_json::from_str(text).map_err(|error| MarksError::Json(error.to_string()))?;
    if file.marks.len() > MOST_MARKS {
        return Err(MarksError::TooMany(file.marks.len()));
    }
    let marks = file.marks.into_iter().enumerate().map(|(index, entry)| entry.into_mark(index + 1, names));
    let marks: Vec<Mark> = marks.collect::<Result<_, _>>()?;
    let points = marks.iter().map(|mark| mark.shape.points().len()).sum();
    if points > MOST_POINTS_IN_ALL { Err(MarksError::TooManyPoints(points)) } else { Ok(marks) }
}

/// `marks` for the sources called `names`, as [`from_json`] reads them. A mark of a source without a name is left out.
pub fn to_json(marks: &[Mark], names: &[&str]) -> String {
    let point = |point: &Point| [point.seconds, point.hz];
    let points = |points: &[Point]| points.iter().map(point).collect();
    let entry = |mark: &Mark| {
        let mut entry = MarkEntry {
            source: SourceName::Name((*names.get(mark.source)?).to_owned()),
            says: mark.says,
            strength: mark.strength,
            stroke: None,
            comb: None,
            corners: None,
        };
        match &mark.shape {
            MarkShape::Stroke { points: drawn, seconds, semitones } => {
                let (seconds, semitones) = (*seconds, *semitones);
                entry.stroke = Some(BrushEntry { points: points(drawn), semitones, seconds });
            }
            MarkShape::Comb { points: drawn, partials, seconds, semitones } => {
                let (seconds, semitones) = (*seconds, *semitones);
                entry.comb = Some(CombEntry { points: points(drawn), partials: *partials, semitones, seconds });
            }
            MarkShape::Box { corners } => entry.corners = Some(corners.each_ref().map(point)),
        }
        Some(entry)
    };
    let file = MarksFile { marks: marks.iter().filter_map(entry).collect() };
    // Numbers and strings alone: nothing can fail.
    serde_json::to_string(&file).unwrap_or_default()
}

impl MarkEntry {
    fn into_mark(self, number: usize, names: &[&str]) -> Result<Mark, MarksError> {
        let wrong = |what: &str| MarksError::Value { mark: number, what: what.to_owned() };
        let source = self.source.find(names).ok_or_else(|| MarksError::UnknownSource {
            mark: number,
            source_name: self.source.text(),
            known: names.join(", "),
        })?;
        if !(0.0..=1.0).contains(&self.strength) {
            return Err(wrong("its strength is a number from 0 to 1"));
        }
        let shape = match (self.stroke, self.comb, self.corners) {
            (Some(stroke), None, None) => {
                let BrushEntry { points, semitones, seconds } = stroke;
                MarkShape::Stroke { points: brushed(&points, seconds, semitones, number)?, seconds, semitones }
            }
            (None, Some(comb), None) => {
                let CombEntry { points, partials, semitones, seconds } = comb;
                if !(1..=MOST_PARTIALS).contains(&partials) {
                    return Err(wrong(&format!("a comb has 1 to {MOST_PARTIALS} partials")));
                }
                MarkShape::Comb { points: brushed(&points, seconds, semitones, number)?, partials, seconds, semitones }
            }
            (None, None, Some([a, b])) => MarkShape::Box { corners: [point(a, number)?, point(b, number)?] },
            _ => return Err(wrong("it needs one shape: a stroke, a comb or a box")),
        };
        Ok(Mark { source, says: self.says, strength: self.strength, shape })
    }
}

/// The largest brush, in seconds and in semitones.
const LARGEST_BRUSH: (f64, f64) = (60.0, 120.0);
/// The latest time and the highest frequency of a point, in seconds and in Hz.
const LATEST: f64 = 1e6;
const HIGHEST_HZ: f64 = 1e6;

/// The points of a brush of this size.
fn brushed(points: &[[f64; 2]], seconds: f64, semitones: f64, mark: usize) -> Result<Vec<Point>, MarksError> {
    let (longest, highest) = LARGEST_BRUSH;
    if points.is_empty() || points.len() > MOST_POINTS {
        let what = format!("it needs 1 to {MOST_POINTS} points, each [seconds, Hz]");
        return Err(MarksError::Value { mark, what });
    }
    if !(0.0..=longest).contains(&seconds) || !(0.0..=highest).contains(&semitones) {
        let what = format!("its brush is 0 to {longest} seconds long and 0 to {highest} semitones high");
        return Err(MarksError::Value { mark, what });
    }
    points.iter().map(|at| point(*at, mark)).collect()
}

fn point([seconds, hz]: [f64; 2], mark: usize) -> Result<Point, MarksError> {
    let is_there = (-LATEST..=LATEST).contains(&seconds) && hz > 0.0 && hz <= HIGHEST_HZ;
    if is_there {
        return Ok(Point { seconds, hz });
    }
    let what = format!("a point is [seconds, Hz]: at most {LATEST} seconds, and more than 0, at most {HIGHEST_HZ} Hz");
    Err(MarksError::Value { mark, what })
}

impl SourceName {
    fn find(&self, names: &[&str]) -> Option<usize> {
        match self {
            Self::Number(number) => number.checked_sub(1).filter(|index| *index < names.len()),
            Self::Name(name) => {
                let same = |other: &&str| other.to_lowercase() == name.to_lowercase();
                names.iter().position(same)
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => format!("“{name}”"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const NAMES: [&str; 2] = ["Drums", "Bass"];

    fn error(text: &str) -> String {
        from_json(text, &NAMES).unwrap_err().to_string()
    }

    #[test]
    fn marks_are_read_as_they_were_written() {
        let text = r#"{ "marks": [
            { "source": "bass", "stroke": { "points": [[1.25, 110], [1.5, 112.5]], "semitones": 1, "seconds": 0.05 } },
            { "source": 1, "says": "excluded", "strength": 0.5, "comb": { "points": [[3, 55]], "partials": 5 } },
            { "source": "DRUMS", "says": "nothing", "box": [[0, 5000], [4, 16000]] }
        ] }"#;
        let marks = from_json(text, &NAMES).unwrap();
        assert_eq!(marks.iter().map(|mark| mark.source).collect::<Vec<_>>(), [1, 0, 0]);
        assert_eq!(marks[1].strength, 0.5);
        assert_eq!(from_json(&to_json(&marks, &NAMES), &NAMES), Ok(marks));
    }

    #[test]
    fn what_cannot_be_a_mark_is_said_in_a_sentence() {
        let mark = |rest: &str| error(&format!(r#"{{ "marks": [{{ "source": 2, {rest} }}] }}"#));
        assert!(error("[1, 2").starts_with("these are no marks: "));
        assert_eq!(
            error(r#"{ "marks": [{ "source": "Voice", "box": [[0, 1], [1, 2]] }] }"#),
            "mark 1 is of the source “Voice”, which the preset does not have; it has Drums, Bass"
        );
        assert_eq!(mark(r#""strength": 1"#), "mark 1: it needs one shape: a stroke, a comb or a box");
        assert!(mark(r#""stroke": { "points": [[0, 0]] }"#).contains("more than 0"));
        assert!(mark(r#""stroke": { "points": [] }"#).contains("1 to 10000 points"));
        assert!(mark(r#""comb": { "points": [[0, 50]], "partials": 0 }"#).contains("1 to 64 partials"));
        assert!(mark(r#""strength": 2, "box": [[0, 1], [1, 2]]"#).contains("from 0 to 1"));
        assert!(mark(r#""stroke": { "points": [[0, 50]], "seconds": 1e9 }"#).contains("0 to 60 seconds"));
        assert!(mark(r#""lasso": 1"#).contains("lasso"));
        assert!(mark(r#""stroke": { "points": [[0, 50]], "partials": 3 }"#).contains("partials"), "a stroke has none");
        assert!(error(r#"{ "marks": [{ "source": -1, "box": [[0, 1], [1, 2]] }] }"#).contains("counted from 1"));
        let many = format!(r#"{{ "source": 1, "stroke": {{ "points": [{}[0, 50]] }} }}"#, "[0, 50], ".repeat(9_999));
        assert!(error(&format!(r#"{{ "marks": [{}] }}"#, vec![many; 11].join(", "))).contains("110000 points in all"));
    }
}
