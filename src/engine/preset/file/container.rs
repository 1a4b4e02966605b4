//! The safetensors container: the length of the header, the header, the tensors.
//!
//! The header's types are those of the crate `safetensors`. Its reader and writer are not used: the writer orders texts
//! at random, and the reader does not name the tensor that is wrong.

use super::{MAX_HEADER_BYTES, Problem};
use crate::dictionary::Flaw;
use safetensors::tensor::TensorInfo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Headers are padded with spaces to a multiple of this, so that the tensors are aligned.
const ALIGNMENT_BYTES: usize = 8;

/// The header of a safetensors file. The maps are sorted, so that the same header always gives the same text.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    /// Texts by key.
    #[serde(rename = "__metadata__", default)]
    pub(super) metadata: BTreeMap<String, String>,
    /// Type, shape and data offsets of each tensor, by name.
    #[serde(flatten)]
    pub(super) tensors: BTreeMap<String, TensorInfo>,
}

/// Splits a file into its header and the bytes of its tensors. Every tensor in the header lies within those bytes.
pub(super) fn split(file: &[u8]) -> Result<(Header, &[u8]), Problem> {
    let Some((length, rest)) = file.split_first_chunk() else {
        return Err(Problem::NoHeader(file.len() as u64));
    };
    let (promised, held) = (u64::from_le_bytes(*length), rest.len() as u64);
    if promised > held {
        return Err(Problem::HeaderCutOff { promised, held });
    }
    if promised > MAX_HEADER_BYTES {
        return Err(Problem::HeaderTooLarge(promised));
    }
    let (header, data) = rest.split_at(promised as usize);
    Ok((parse(header, data.len() as u64)?, data))
}

/// Parses the header; `held` bytes of tensors follow it.
pub(super) fn parse(text: &[u8], held: u64) -> Result<Header, Problem> {
    let header: Header = serde_json::from_slice(text).map_err(Problem::NotSafetensors)?;
    let promised = check_places(&header.tensors)? as u64;
    if promised != held {
        return Err(Problem::DataCutOff { promised, held });
    }
    Ok(header)
}

/// Checks that the tensors follow each other without gaps and are as long as their shapes say. Returns where they end.
fn check_places(tensors: &BTreeMap<String, TensorInfo>) -> Result<usize, Flaw> {
    let mut in_order: Vec<_> = tensors.iter().collect();
    in_order.sort_by_key(|(_, info)| info.data_offsets);
    let mut end_of_last = 0;
    for (name, TensorInfo { dtype, shape, data_offsets: (start, end) }) in in_order {
        if *start != end_of_last || end < start {
            let found = format!("[{start}, {end}]");
            return Err(Flaw::new(
                format!("{name}.data_offsets"),
                found,
                format!("a place that starts at {end_of_last}"),
            ));
        }
        let bits = shape.iter().try_fold(dtype.bitsize(), |bits, size| bits.checked_mul(*size));
        if bits != (end - start).checked_mul(8) {
            let expected = format!("a shape of {dtype:?} that fills its {} bytes", end - start);
            return Err(Flaw::new(format!("{name}.shape"), format!("{shape:?}"), expected));
        }
        end_of_last = *end;
    }
    Ok(end_of_last)
}

/// The beginning of a file: the length of the header, and the header.
pub(super) fn front(header: &Header) -> Result<Vec<u8>, Problem> {
    let mut text = serde_json::to_vec(header).map_err(Problem::NotSafetensors)?;
    text.resize(text.len().next_multiple_of(ALIGNMENT_BYTES), b' ');
    let length = text.len() as u64;
    if length > MAX_HEADER_BYTES {
        return Err(Problem::HeaderTooLarge(length));
    }
    let mut front = length.to_le_bytes().to_vec();
    front.append(&mut text);
    Ok(front)
}
