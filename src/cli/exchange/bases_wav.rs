//! Bases as FluCoMa's BufNMF keeps them in a buffer (`include/flucoma/clients/nrt/NMFClient.hpp`): a channel per
//! component, a sample frame per bin, and as sample rate the number of bins per Hz turned over, rate / N: the distance
//! of two bins in Hz, which a WAV file rounds to a whole number. They are magnitudes |X|; FluCoMa scales each basis to
//! a Euclidean norm of 1 before it uses it, so their scale says nothing.

use super::{
    analysis::StatedAnalysis,
    columns::BasisColumns,
    contents::{Contents, check_room},
    matrix::Matrix,
};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::io::{self, Cursor, Seek, Write};

/// A whole number of Hz from which on a file's sample rate is that of the sound: no bins lie so far apart.
const LEAST_RATE: u32 = 1_000;

pub(super) fn read(bytes: &[u8]) -> Result<Contents, String> {
    let unread = |error: hound::Error| format!("this WAV file cannot be read ({error})");
    let mut reader = WavReader::new(Cursor::new(bytes)).map_err(unread)?;
    let WavSpec { channels, sample_rate, bits_per_sample, sample_format } = reader.spec();
    check_room(reader.len() as usize)?;
    let values: Vec<f32> = match sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>(),
        SampleFormat::Int => {
            let full_scale = f64::from(bits_per_sample - 1).exp2();
            reader.samples::<i32>().map(|value| value.map(|value| (f64::from(value) / full_scale) as f32)).collect()
        }
    }
    .map_err(unread)?;
    let columns = usize::from(channels);
    let rows = values.len() / columns;
    if rows == 0 {
        return Err("the file holds no samples, and so no bases".to_owned());
    }
    let mut stated = StatedAnalysis::default();
    if sample_rate >= LEAST_RATE {
        stated.sample_rate = Some(f64::from(sample_rate));
    } else {
        // Rounded, or cut off behind the point.
        stated.spacing = Some(f64::from(sample_rate) - 0.5..f64::from(sample_rate) + 1.0);
    }
    let matrix = Matrix { name: String::new(), rows, columns, values, rows_are_bins: true, is_vector: false };
    Ok(Contents { matrices: vec![matrix], stated, ..Contents::default() })
}

pub(super) fn write(columns: &BasisColumns, file: impl Write + Seek) -> io::Result<()> {
    let spec = WavSpec {
        channels: columns.count() as u16,
        sample_rate: (columns.frame.bin_spacing().round() as u32).max(1),
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut writer = WavWriter::new(file, spec).map_err(io::Error::other)?;
    for row in columns.rows() {
        row.into_iter().try_for_each(|value| writer.write_sample(value)).map_err(io::Error::other)?;
    }
    writer.finalize().map_err(io::Error::other)
}
