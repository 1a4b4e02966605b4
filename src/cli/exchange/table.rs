//! Bases as a table: a line per bin, its frequency in Hz first, then a column per basis. Tables of other programs may
//! have a line of names or none, and in the first column frequencies, labels, numbers of lines, or a basis already.

use super::{
    analysis::StatedAnalysis,
    columns::BasisColumns,
    contents::{Contents, check_room},
    matrix::Matrix,
};
use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};
use std::io::{self, Write};

/// The name of the column of frequencies that we write.
const HZ: &str = "hz";
/// Names of a first column that counts lines; the first is pandas'.
const COUNTERS: [&str; 6] = ["", "unnamed: 0", "index", "bin", "basis", "component"];
/// From so many lines on, equal steps in the first column are no accident.
const LEAST_LINES: usize = 3;

pub(super) fn read(bytes: &[u8]) -> Result<Contents, String> {
    // Before anything is split: what ends a cell takes less room than a number.
    check_room(bytes.iter().filter(|byte| b",\n\r".contains(byte)).count())?;
    // NumPy writes names of columns behind a #.
    let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).comment(Some(b'#')).from_reader(bytes);
    let (mut head, mut numbers, mut may_be_named) = (None, TableNumbers::default(), false);
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(unread)?;
        if index == 0 && has_names(&record)? {
            head = Some(record);
            continue;
        }
        may_be_named |= index == 0 && counts_up(&record);
        numbers.add(&record, head.is_some())?;
    }
    let mut remarks = Vec::new();
    if may_be_named && !numbers.starts_with_steps() {
        numbers.leave_first_line();
        remarks.push("its first line was taken for numbers of columns".to_owned());
    }
    let first = numbers.first_column(head.as_ref().and_then(|head| head.get(0)));
    let mut stated = StatedAnalysis::default();
    match first {
        FirstColumn::Frequencies => stated.sample_rate = Some(rate_of(&numbers.first)?),
        FirstColumn::Labels => remarks.push("its first column was taken for labels of lines".to_owned()),
        FirstColumn::Basis => {}
    }
    let skipped = usize::from(first != FirstColumn::Basis);
    let (rows, columns) = (numbers.first.len(), numbers.columns.saturating_sub(skipped));
    if rows == 0 || columns == 0 {
        return Err("the table holds no numbers, and so no bases".to_owned());
    }
    let lines = numbers.values.chunks_exact(numbers.columns);
    let matrix = Matrix {
        name: String::new(),
        rows,
        columns,
        values: lines.flat_map(|line| &line[skipped..]).copied().collect(),
        rows_are_bins: first == FirstColumn::Frequencies,
        is_vector: false,
    };
    Ok(Contents { matrices: vec![matrix], stated, remarks, ..Contents::default() })
}

/// What the first column is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FirstColumn {
    Frequencies,
    Labels,
    Basis,
}

/// The numbers of a table.
#[derive(Default)]
struct TableNumbers {
    columns: usize,
    /// Line after line.
    values: Vec<f32>,
    /// Those of the first column, exactly; NaN for labels that are texts.
    first: Vec<f64>,
    has_texts: bool,
}

impl TableNumbers {
    /// Adds a line. In a table with names of columns, lines may have names as well.
    fn add(&mut self, record: &StringRecord, has_head: bool) -> Result<(), String> {
        let line = record.position().map_or(0, Position::line);
        self.columns = record.len();
        for (column, cell) in record.iter().enumerate() {
            let is_label = column == 0 && has_head && (self.has_texts || self.first.is_empty());
            let value = match cell.parse::<f64>() {
                Ok(value) => value,
                Err(_) if is_label => {
                    self.has_texts = true;
                    f64::NAN
                }
                Err(_) => {
                    let place = format!("line {line}, column {}", column + 1);
                    return Err(format!("{place} is {cell:?}; expected a number, as in 0.25"));
                }
            };
            if column == 0 {
                self.first.push(value);
            }
            self.values.push(value as f32);
        }
        Ok(())
    }

    fn leave_first_line(&mut self) {
        self.first.remove(0);
        self.values.drain(..self.columns);
    }

    /// Whether the first column counts lines, from any number on.
    fn starts_with_count(&self) -> bool {
        let start = self.first.first().copied().unwrap_or_default();
        self.is_long() && self.first.iter().enumerate().all(|(line, value)| *value == line as f64 + start)
    }

    /// Whether the first column rises in equal steps, as numbers of lines and frequencies do and no basis does.
    fn starts_with_steps(&self) -> bool {
        self.starts_with_count() || self.is_long() && rate_of(&self.first).is_ok()
    }

    fn is_long(&self) -> bool {
        self.columns > 1 && self.first.len() >= LEAST_LINES
    }

    /// What the first column is, by its `name` if it has one, and by its numbers.
    fn first_column(&self, name: Option<&str>) -> FirstColumn {
        let name = name.map(str::to_lowercase);
        let is_named = |known: &dyn Fn(&str) -> bool| name.as_deref().is_some_and(known);
        if is_named(&|name| name.contains(HZ) || name.starts_with("freq")) {
            FirstColumn::Frequencies
        } else if self.has_texts || is_named(&|name| COUNTERS.contains(&name)) || self.starts_with_count() {
            FirstColumn::Labels
        } else if self.starts_with_steps() {
            FirstColumn::Frequencies
        } else {
            FirstColumn::Basis
        }
    }
}

/// Whether the first line holds names of columns.
///
/// # Errors
/// If it holds a text among numbers that are no names.
fn has_names(record: &StringRecord) -> Result<bool, String> {
    let cells: Vec<Option<f64>> = record.iter().map(|cell| cell.parse().ok()).collect();
    let may_be_name = |cell: &Option<f64>| cell.is_none_or(|number| number.fract() == 0.0);
    match cells.iter().position(Option::is_none) {
        Some(text) if text > 0 && !cells.iter().all(may_be_name) => {
            let cell = record.get(text).unwrap_or_default();
            Err(format!("line 1, column {} is {cell:?}; expected a number, as in 0.25", text + 1))
        }
        text => Ok(text.is_some()),
    }
}

/// Whether a line holds the numbers from 0 on, as pandas calls columns without names.
fn counts_up(record: &StringRecord) -> bool {
    record.len() > 1 && record.iter().enumerate().all(|(column, cell)| cell.parse() == Ok(column as f64))
}

fn unread(error: csv::Error) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, Position::line);
            format!("line {line} holds {len} cells, those before it {expected_len}; give each bin as many")
        }
        ErrorKind::Utf8 { .. } => "this is no text; save the table as comma-separated values".to_owned(),
        _ => format!("this table cannot be read ({error})"),
    }
}

/// The sample rate whose half is the last of these frequencies.
fn rate_of(hz: &[f64]) -> Result<f64, String> {
    let last = hz.last().copied().unwrap_or_default();
    let step = last / (hz.len().max(2) - 1) as f64;
    let even = |(bin, hz): (usize, &f64)| (hz - bin as f64 * step).abs() <= 0.01 * step;
    if last > 0.0 && last.is_finite() && hz.iter().enumerate().all(even) {
        Ok(2.0 * last)
    } else {
        Err("the frequencies in the first column are not those of a Fourier transform: from 0 Hz in equal steps to \
             half the sample rate; take bases of a linear spectrogram"
            .to_owned())
    }
}

pub(super) fn write(columns: &BasisColumns, file: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    let names = columns
        .sources
        .iter()
        .flat_map(|source| (1..=source.bases.components).map(|number| format!("{} {number}", source.name)));
    writer.write_record(std::iter::once(HZ.to_owned()).chain(names))?;
    for (bin, row) in columns.rows().enumerate() {
        // In this order, so that the last is half the sample rate to the bit.
        let hz = bin as f64 * columns.frame.sample_rate / columns.frame.frame_len as f64;
        let numbers = row.into_iter().map(|value| value.to_string());
        writer.write_record(std::iter::once(hz.to_string()).chain(numbers))?;
    }
    writer.flush()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    /// Rows, columns and numbers of the matrix in `text`, and the sample rate that it says.
    fn found(text: &str) -> (usize, usize, Vec<f32>, Option<f64>) {
        let Contents { mut matrices, stated, .. } = read(text.as_bytes()).unwrap();
        let Matrix { rows, columns, values, .. } = matrices.remove(0);
        (rows, columns, values, stated.sample_rate)
    }

    #[test]
    fn names_of_columns_and_numbers_of_lines_are_no_bases() {
        let plain = found("0.5,0.25\n0.125,3\n4,0.5\n");
        assert_eq!((plain.0, plain.1), (3, 2));
        for text in [
            "drums 1,drums 2\n0.5,0.25\n0.125,3\n4,0.5\n",
            "drums,2\n0.5,0.25\n0.125,3\n4,0.5\n",
            // pandas: DataFrame(W).to_csv(), with index=False, with header=False; with an index from 1 on.
            ",0,1\n0,0.5,0.25\n1,0.125,3\n2,4,0.5\n",
            "0,1\n0.5,0.25\n0.125,3\n4,0.5\n",
            "0,0.5,0.25\n1,0.125,3\n2,4,0.5\n",
            "bin,a,b\n1,0.5,0.25\n2,0.125,3\n3,4,0.5\n",
            "name,a,b\nlow,0.5,0.25\nmiddle,0.125,3\nhigh,4,0.5\n",
            // numpy.savetxt(..., header=...), and the mark of order of bytes that Excel writes.
            "# drums\n0.5,0.25\n0.125,3\n4,0.5\n",
            "\u{feff}a,b\n0.5,0.25\n0.125,3\n4,0.5\n",
        ] {
            assert_eq!(found(text), plain, "{text}");
        }
    }

    #[test]
    fn frequencies_are_known_by_their_name_or_by_their_steps() {
        for name in ["hz,a\n", "Hz,a\n", "Frequency (Hz),a\n", "freq,a\n", "f,a\n", ""] {
            assert_eq!(found(&format!("{name}0,1\n500,2\n1000,3\n")), (3, 1, vec![1.0, 2.0, 3.0], Some(2_000.0)));
        }
    }

    #[test]
    fn a_basis_is_not_taken_for_labels() {
        assert_eq!(found("0\n1\n2\n").1, 1, "the only column");
        assert_eq!(found("0,1\n1,0.5\n").0, 1, "names of columns, and one line");
        assert_eq!(found("a,b\n0,0.5\n0.5,1\n3,2\n"), (3, 2, vec![0.0, 0.5, 0.5, 1.0, 3.0, 2.0], None));
    }

    #[test]
    fn a_line_of_numbers_with_a_text_among_them_is_damage() {
        assert!(read(b"0.5,x\n1,2\n").is_err_and(|reason| reason.contains("line 1, column 2 is \"x\"")));
        assert!(read(b"a,b\n0.5,2\nx,2\n").is_err_and(|reason| reason.contains("line 3, column 1 is \"x\"")));
    }
}
