//! What is under the pointer, in words.

use super::frame_rows::power;

const NOTES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// A point in one of the plots.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readout {
    /// In Hz.
    pub hz: f32,
    /// How long ago, in seconds; 0 is now.
    pub ago: f32,
    /// Level of the mixture, in dB full scale; `None` for silence.
    pub mixture_db: Option<f32>,
    /// Level of the output, in dB full scale, where it is known.
    pub output_db: Option<f32>,
    /// Names of the sources with their shares, 0 to 1.
    pub shares: Vec<(String, f32)>,
}

impl Readout {
    /// The readout in lines: frequency, levels, shares.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![match nearest_note(self.hz) {
            Some(note) => format!("{} · {note}", frequency_text(self.hz)),
            None => frequency_text(self.hz),
        }];
        let when = if self.ago < 0.05 { String::new() } else { format!(" · {:.1} s ago", self.ago) };
        lines.push(match (self.mixture_db, self.output_db) {
            (None, _) => format!("silent{when}"),
            (Some(level), None) => format!("{}{when}", level_text(level)),
            (Some(level), Some(output)) => format!("in {} · out {}{when}", level_text(level), level_text(output)),
        });
        if self.mixture_db.is_some() {
            lines.extend(self.shares.iter().map(|(name, share)| format!("{name} {:.0} %", 100.0 * share)));
        }
        lines
    }
}

/// A frequency as musicians write it.
fn frequency_text(hz: f32) -> String {
    if hz < 999.5 { format!("{hz:.0} Hz") } else { format!("{:.2} kHz", hz / 1_000.0) }
}

/// A level with its unit.
fn level_text(db: f32) -> String {
    if power(db) == 0.0 { "−∞ dB".to_owned() } else { format!("{db:.0} dB").replace('-', "−") }
}

/// The nearest note of equal temperament, with A4 at 440 Hz; `None` outside C0 to C8.
fn nearest_note(hz: f32) -> Option<String> {
    let number = (12.0 * (hz / 440.0).log2()).round() as i32 + 69;
    (12..=108).contains(&number).then(|| format!("{}{}", NOTES[number as usize % 12], number / 12 - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_the_words_of_the_trade() {
        let place = Readout {
            hz: 110.3,
            ago: 1.24,
            mixture_db: Some(-23.4),
            output_db: None,
            shares: vec![("Drums".to_owned(), 0.084), ("Bass".to_owned(), 0.916)],
        };
        assert_eq!(place.lines(), ["110 Hz · A2", "−23 dB · 1.2 s ago", "Drums 8 %", "Bass 92 %"]);
        let now = Readout { hz: 12_345.0, ago: 0.0, output_db: Some(-140.0), ..place };
        assert_eq!(now.lines()[..2], ["12.35 kHz", "in −23 dB · out −∞ dB"]);
        assert_eq!(Readout { mixture_db: None, ..now }.lines(), ["12.35 kHz", "silent"]);
    }
}
