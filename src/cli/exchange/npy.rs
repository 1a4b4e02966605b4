//! One array of NumPy's (`.npy`, versions 1 to 3: numpy.org, "numpy.lib.format"): a header that is a Python dictionary
//! of `descr`, `fortran_order` and `shape`, then the numbers. The crates that read it bring a parser of all Python
//! literals with them, in part in assembly; three keys need less.

use half::f16;
use std::io::{self, Write};

/// How every such file begins.
const MAGIC: &[u8] = b"\x93NUMPY";
/// Headers end so that the numbers start at a multiple of this.
const ALIGNMENT_BYTES: usize = 64;
/// Longest header that is looked at, in bytes.
const MOST_HEADER_BYTES: usize = 65_536;

/// An array of numbers in the bytes of its file.
pub(super) struct NpyArray<'a> {
    pub(super) shape: Vec<usize>,
    element: Element,
    /// Whether the first index moves fastest.
    is_fortran: bool,
    data: &'a [u8],
}

/// How a number stands in a file.
struct Element {
    bytes: usize,
    is_big_endian: bool,
    /// Of the number's bytes in little-endian order, with zeros after them.
    value: fn([u8; 8]) -> f64,
}

impl NpyArray<'_> {
    /// Number of numbers.
    pub(super) fn len(&self) -> usize {
        self.data.len() / self.element.bytes
    }

    /// The numbers of a matrix row after row; those of another array as they stand.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        let sides = match self.shape[..] {
            [rows, columns] if self.is_fortran => Some((rows, columns)),
            _ => None,
        };
        // What holds no number has no side to count along, however long its shape says that it is.
        (0..self.len()).map(move |place| match sides {
            Some((rows, columns)) => self.number(place % columns * rows + place / columns),
            None => self.number(place),
        })
    }

    fn number(&self, place: usize) -> f64 {
        let Element { bytes, is_big_endian, value } = self.element;
        let mut eight = [0; 8];
        eight[..bytes].copy_from_slice(&self.data[place * bytes..][..bytes]);
        if is_big_endian {
            eight[..bytes].reverse();
        }
        value(eight)
    }
}

/// Why an array was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NpyProblem {
    /// A sentence that follows the array's name.
    Wrong(&'static str),
    /// An array of something else: texts, switches, dates. Its type as NumPy writes it.
    NotNumbers(String),
}

use NpyProblem::Wrong;

/// The array in `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<NpyArray<'_>, NpyProblem> {
    let (header, data) = split(bytes).ok_or(Wrong("is no NumPy array; save one with np.save or np.savez"))?;
    let damaged = Wrong("has a damaged header; save it again with NumPy");
    let value = |key: &str| header.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
    let (Some(descr), Some(order), Some(shape)) = (value("descr"), value("fortran_order"), value("shape")) else {
        return Err(damaged);
    };
    let kind = match descr.strip_prefix('\'').and_then(|descr| descr.split_once('\'')) {
        Some((kind, _)) => kind,
        None => return Err(Wrong("holds records; save plain arrays of numbers")),
    };
    let sizes = shape.strip_prefix('(').and_then(|shape| shape.split_once(')')).ok_or(damaged.clone())?.0;
    let sizes = sizes.split(',').map(str::trim).filter(|size| !size.is_empty());
    let shape: Vec<usize> = sizes.map(str::parse).collect::<Result<_, _>>().map_err(|_| damaged.clone())?;
    let is_fortran = match order {
        order if order.starts_with("True") => true,
        order if order.starts_with("False") => false,
        _ => return Err(damaged),
    };
    let element = element(kind)?;
    let length = shape.iter().try_fold(element.bytes, |length, side| length.checked_mul(*side));
    let data = length.and_then(|length| data.get(..length)).ok_or(Wrong("is shorter than its shape says"))?;
    Ok(NpyArray { shape, element, is_fortran, data })
}

/// The header and what follows it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (start, length) = match bytes.strip_prefix(MAGIC)? {
        [1, _, low, high, ..] => (10, usize::from(u16::from_le_bytes([*low, *high]))),
        [2 | 3, _, a, b, c, d, ..] => (12, u32::from_le_bytes([*a, *b, *c, *d]) as usize),
        _ => return None,
    };
    let end = Some(length).filter(|length| *length <= MOST_HEADER_BYTES)? + start;
    Some((std::str::from_utf8(bytes.get(start..end)?).ok()?, &bytes[end..]))
}

/// The numbers of `kind`, `<f4` and the like.
fn element(kind: &str) -> Result<Element, NpyProblem> {
    let name = kind.trim_start_matches(['<', '>', '|', '=']);
    if name.starts_with('O') {
        return Err(Wrong(
            "holds Python objects (pickled), which are not read, for they can run code; save plain arrays of numbers, \
             as in np.savez(FILE, drums=W)",
        ));
    }
    if name.starts_with('c') {
        return Err(Wrong("holds complex numbers; give their magnitudes, as in np.abs(W)"));
    }
    let (bytes, value): (usize, fn([u8; 8]) -> f64) = match name {
        "f2" => (2, |bytes| f16::from_le_bytes([bytes[0], bytes[1]]).into()),
        "f4" => (4, |bytes| f64::from(f32::from_bits(u64::from_le_bytes(bytes) as u32))),
        "f8" => (8, f64::from_le_bytes),
        "u1" => (1, |bytes| f64::from(bytes[0])),
        "u2" => (2, |bytes| u64::from_le_bytes(bytes) as f64),
        "u4" => (4, |bytes| u64::from_le_bytes(bytes) as f64),
        "u8" => (8, |bytes| u64::from_le_bytes(bytes) as f64),
        "i1" => (1, |bytes| f64::from(bytes[0].cast_signed())),
        "i2" => (2, |bytes| f64::from(u64::from_le_bytes(bytes) as u16 as i16)),
        "i4" => (4, |bytes| f64::from(u64::from_le_bytes(bytes) as u32 as i32)),
        "i8" => (8, |bytes| i64::from_le_bytes(bytes) as f64),
        _ => return Err(NpyProblem::NotNumbers(kind.to_owned())),
    };
    Ok(Element { bytes, is_big_endian: kind.starts_with('>'), value })
}

/// Writes an array of `shape`, `<f4` or `<f8` by `descr`, whose numbers in C order are `bytes`.
pub(super) fn write(mut file: impl Write, descr: &str, shape: &[usize], bytes: &[u8]) -> io::Result<()> {
    let sides: String = shape.iter().map(|side| format!("{side}, ")).collect();
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}", sides.trim_end());
    let start = MAGIC.len() + 4;
    let padded = (start + header.len() + 1).next_multiple_of(ALIGNMENT_BYTES) - start;
    header.push_str(&" ".repeat(padded - 1 - header.len()));
    header.push('\n');
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    file.write_all(&(header.len() as u16).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    file.write_all(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    /// An array as NumPy writes it, with its numbers as `bytes`.
    fn array(descr: &str, order: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = (header.len() as u16).to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), bytes].concat()
    }

    /// Shape and numbers of the array in `bytes`.
    fn found(bytes: &[u8]) -> (Vec<usize>, Vec<f64>) {
        let array = read(bytes).unwrap();
        (array.shape.clone(), array.values().collect())
    }

    #[test]
    fn numbers_of_every_size_and_order_are_read() {
        for (descr, bytes) in [
            ("<f2", vec![0x00, 0xc0]),
            (">f2", vec![0xc0, 0x00]),
            ("<f4", (-2.0_f32).to_le_bytes().to_vec()),
            (">f4", (-2.0_f32).to_be_bytes().to_vec()),
            ("<f8", (-2.0_f64).to_le_bytes().to_vec()),
            (">f8", (-2.0_f64).to_be_bytes().to_vec()),
            ("|i1", vec![254]),
            (">i2", vec![255, 254]),
            ("<i4", (-2_i32).to_le_bytes().to_vec()),
            ("<i8", (-2_i64).to_le_bytes().to_vec()),
        ] {
            assert_eq!(found(&array(descr, "False", "()", &bytes)), (vec![], vec![-2.0]), "{descr}");
        }
        for (descr, bytes) in [("|u1", vec![200]), ("<u2", vec![200, 0]), (">u4", vec![0, 0, 0, 200])] {
            assert_eq!(found(&array(descr, "False", "(1,)", &bytes)).1, [200.0], "{descr}");
        }
    }

    #[test]
    fn arrays_of_fortran_are_turned() {
        let read = found(&array("|u1", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6]));
        assert_eq!(read, (vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
    }

    #[test]
    fn an_array_without_numbers_has_none_however_long_its_other_side_is() {
        for (order, shape) in
            [("True", "(99999999999, 0)"), ("True", "(0, 99999999999)"), ("False", "(99999999999, 0)")]
        {
            assert!(found(&array("<f8", order, shape, &[])).1.is_empty(), "{order} {shape}");
        }
    }

    #[test]
    fn what_is_written_is_read_and_starts_where_numpy_wants_it() {
        let mut file = Vec::new();
        let bytes: Vec<u8> = [0.5_f32, 0.25].iter().flat_map(|value| value.to_le_bytes()).collect();
        write(&mut file, "<f4", &[2, 1], &bytes).unwrap();
        assert_eq!((file.len() - bytes.len()) % ALIGNMENT_BYTES, 0);
        assert_eq!(found(&file), (vec![2, 1], vec![0.5, 0.25]));
    }

    #[test]
    fn damage_is_told_and_never_believed() {
        let whole = array("<f4", "False", "(2, 3)", &[0; 24]);
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "{end} bytes");
        }
        for shape in ["(99999999999, 99999999999)", "(-1,)", "(1, x)", "7"] {
            assert!(read(&array("<f4", "False", shape, &[0; 24])).is_err(), "{shape}");
        }
        for kind in ["<U3", "<f16", "|b1"] {
            let refused = read(&array(kind, "False", "()", &[0; 16])).err();
            assert_eq!(refused, Some(NpyProblem::NotNumbers(kind.to_owned())));
        }
    }
}
