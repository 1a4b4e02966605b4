//! Bases as a table: a line per bin, its frequency in Hz first, then a column per basis. Tables without frequencies and
//! without a line of names are read as well.

use super::{analysis::StatedAnalysis, columns::BasisColumns, contents::Contents, matrix::Matrix};
use std::io::{self, Write};

/// The name of the column of frequencies.
const HZ: &str = "hz";

pub(super) fn read(bytes: &[u8]) -> Result<Contents, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(bytes);
    let mut has_hz = false;
    let (mut values, mut hz, mut columns, mut rows) = (Vec::new(), Vec::new(), 0, 0);
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(unread)?;
        if line == 0 && record.iter().any(|cell| cell.parse::<f64>().is_err()) {
            has_hz = record.get(0).is_some_and(|name| name.eq_ignore_ascii_case(HZ));
            continue;
        }
        let mut cells = record.iter().enumerate();
        let number = |(column, cell): (usize, &str)| {
            let place = format!("line {}, column {}", line + 1, column + 1);
            cell.parse::<f64>().map_err(|_| format!("{place} is {cell:?}; expected a number, as in 0.25"))
        };
        if has_hz && let Some(first) = cells.next() {
            hz.push(number(first)?);
        }
        for cell in cells {
            values.push(number(cell)? as f32);
        }
        rows += 1;
        columns = record.len() - usize::from(has_hz);
    }
    if rows == 0 || columns == 0 {
        return Err("the table holds no numbers, and so no bases".to_owned());
    }
    let mut stated = StatedAnalysis::default();
    if has_hz {
        stated.sample_rate = Some(rate_of(&hz)?);
    }
    let matrix = Matrix { name: String::new(), rows, columns, values, rows_are_bins: has_hz };
    Ok(Contents { matrices: vec![matrix], stated })
}

fn unread(error: csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} holds {len} cells, those before it {expected_len}; give each bin as many")
        }
        csv::ErrorKind::Utf8 { .. } => "this is no text; save the table as comma-separated values".to_owned(),
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
