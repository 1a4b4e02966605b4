//! Small files, as projects hold them: numbers in f16, and bins that are alike written once.

use super::sample::{Parts, dictionary, sample, without_solo};
use safetensors::{Dtype, SafeTensors};
use serde_json::json;
use unbraid_engine::preset::{
    LearnedBases, Preset,
    file::{self, to_packed_bytes},
};

/// The sample's frames have so many bins.
const BINS: usize = 33;

/// Bases that f16 cannot hold exactly, with reconstruction bases of another scale that are flat above bin 5.
fn exact() -> Preset {
    let mut preset = sample();
    let mut learned = dictionary(64);
    for (index, row) in learned.bases.chunks_exact_mut(BINS).enumerate() {
        let falling = std::iter::successors(Some((index + 2) as f32), |weight| Some(weight * 0.45));
        row.iter_mut().zip(falling).for_each(|(weight, next)| *weight = next);
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|weight| *weight /= sum);
    }
    let reconstruction = learned.bases.iter().enumerate();
    let flat = reconstruction.map(|(n, _)| 3.3e-3 * learned.bases[n / BINS * BINS + (n % BINS).min(6)]);
    learned.reconstruction = Some(flat.collect());
    preset.sources[0].relearn(LearnedBases::new(vec![learned], vec![2, 1]).unwrap());
    preset.sources[0].unknown.remove("dictionaries");
    preset
}

/// The same as it plays.
fn rounded() -> Preset {
    let mut preset = exact();
    file::round(&mut preset, None);
    preset
}

/// What is wrong with a small file after `damage`.
fn sentence(damage: impl FnOnce(&mut Parts)) -> String {
    let mut parts = Parts::of(&to_packed_bytes(&rounded()).unwrap());
    damage(&mut parts);
    file::from_bytes(&parts.bytes(), "it").unwrap_err().problem.to_string()
}

#[test]
fn a_file_of_format_2_loads_to_the_same_values_for_ever() {
    let path = std::path::Path::new(crate::ROOT).join("tests/fixtures/preset-v2.unbraid.safetensors");
    assert_eq!(file::read(&path).unwrap(), rounded());
    let written = to_packed_bytes(&rounded()).unwrap();
    assert!(written == without_solo(&std::fs::read(path).unwrap()), "it is written as it was, without its solo");
}

#[test]
fn a_preset_comes_back_from_its_small_file_bit_for_bit() {
    for preset in [rounded(), exact(), sample()] {
        let bytes = to_packed_bytes(&preset).unwrap();
        let read = file::from_bytes(&bytes, "it").unwrap();
        assert_eq!(read, preset);
        assert!(to_packed_bytes(&read).unwrap() == bytes);
    }
}

#[test]
fn rounding_takes_the_last_bits_of_the_numbers_once_and_nothing_else() {
    let (before, after) = (exact(), rounded());
    let numbers = |preset: &Preset| {
        let dictionary = &preset.sources[0].dictionaries()[0];
        [dictionary.bases.clone(), dictionary.reconstruction.clone().unwrap()].concat()
    };
    assert!(after != before);
    for (before, after) in numbers(&before).into_iter().zip(numbers(&after)) {
        assert!((before - after).abs() <= before / 2048.0 + 1e-12, "{before} became {after}");
    }
    let mut again = after.clone();
    file::round(&mut again, None);
    assert_eq!(again, after);
    again.sources[0].relearn(before.sources[0].learned().unwrap().clone());
    assert_eq!(again, before);
}

#[test]
fn what_has_played_unrounded_stays_unrounded() {
    let mut edited = exact();
    edited.sources[0].name = "kick".to_owned();
    file::round(&mut edited, Some(&exact()));
    assert_eq!(edited.sources[0].bases, exact().sources[0].bases);
}

#[test]
fn a_small_file_is_a_safetensors_file_of_aligned_halves_scales_and_bands() {
    let bytes = to_packed_bytes(&rounded()).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let of_type = |name: &str| {
        let tensor = tensors.tensor(name).unwrap();
        let offset = tensor.data().as_ptr().addr() - bytes.as_ptr().addr();
        assert_eq!(offset % (tensor.dtype().bitsize() / 8), 0, "{name}");
        (tensor.dtype(), tensor.shape().to_vec())
    };
    for (name, width) in [("source.0.bases.64", BINS), ("source.0.reconstruction.64", 7)] {
        assert_eq!(of_type(name), (Dtype::F16, vec![3, width]));
        assert_eq!(of_type(&format!("{name}.scales")), (Dtype::F32, vec![3]));
    }
    assert_eq!(of_type("source.0.reconstruction.64.bands"), (Dtype::U32, vec![7]));
    assert!(tensors.tensor("source.0.bases.64.bands").is_err());
    assert_eq!(Parts::of(&bytes).document["format_version"], 2, "earlier versions must not read it");
    for whole in [file::to_bytes(&rounded()).unwrap(), to_packed_bytes(&exact()).unwrap()] {
        assert_eq!(Parts::of(&whole).document["format_version"], 1, "which they can read");
    }
}

#[test]
fn scales_that_do_not_fit_are_refused() {
    let scales = "source.0.bases.64.scales";
    let missing = sentence(|parts| {
        let entry = parts.header.remove(scales).unwrap();
        parts.header.insert("other".to_owned(), entry);
    });
    assert_eq!(missing, format!("`{scales}` is missing; expected a tensor of type F32 and shape [3]"));
    let shape = sentence(|parts| parts.header[scales]["shape"] = json!([1, 3]));
    assert!(shape.contains("of type F32 and shape [1, 3]; expected"), "{shape}");
    let kind = sentence(|parts| parts.header[scales]["dtype"] = json!("I32"));
    assert!(kind.contains("of type I32 and shape [3]; expected"), "{kind}");
    let infinite = sentence(|parts| parts.data[..4].copy_from_slice(&f32::INFINITY.to_le_bytes()));
    assert!(infinite.contains("expected a finite number"), "{infinite}");
}

#[test]
fn bands_that_do_not_fit_are_refused() {
    let bands = "source.0.reconstruction.64.bands";
    let missing = sentence(|parts| {
        let entry = parts.header.remove(bands).unwrap();
        parts.header.insert("other".to_owned(), entry);
    });
    assert!(missing.contains("is of shape [3, 7]; expected [K, 33]"), "{missing}");
    let start = |band: usize, bin: u32| {
        sentence(|parts| {
            let place = parts.header[bands]["data_offsets"][0].as_u64().unwrap() as usize + 4 * band;
            parts.data[place..place + 4].copy_from_slice(&bin.to_le_bytes());
        })
    };
    for wrong in [start(0, 1), start(2, 1), start(6, 33), start(6, u32::MAX)] {
        assert!(wrong.ends_with("expected bins that rise from 0 and stay below 33"), "{wrong}");
    }
}

/// A few bytes say that a dictionary is large: it is refused before there is memory for it.
#[test]
fn what_would_unpack_to_more_than_the_longest_file_is_refused() {
    let mut preset = exact();
    let mut learned = dictionary(262_144);
    learned.bases.fill(0.0);
    learned.bases.chunks_exact_mut(learned.bins).for_each(|row| row[0] = 1.0);
    preset.sources[0].relearn(LearnedBases::new(vec![learned], vec![3]).unwrap());
    let bytes = to_packed_bytes(&preset).unwrap();
    assert!(bytes.len() < 2000, "{} bytes", bytes.len());
    assert_eq!(file::from_bytes(&bytes, "it").unwrap(), preset);
    let mut parts = Parts::of(&bytes);
    let entry = |bytes: usize, shape: &[usize], from: usize| {
        let dtype = if shape.len() == 1 { "F32" } else { "F16" };
        json!({ "dtype": dtype, "shape": shape, "data_offsets": [from, from + bytes] })
    };
    let name = "source.0.bases.262144";
    let many = 1024;
    parts.header[name] = entry(many * 4, &[many, 2], many * 4 + 8);
    parts.header[&format!("{name}.scales")] = entry(many * 4, &[many], 0);
    parts.header[&format!("{name}.bands")]["data_offsets"] = json!([many * 4, many * 4 + 8]);
    parts.data = [vec![0; many * 4], parts.data[12..20].to_vec(), vec![0; many * 4]].concat();
    let sentence = file::from_bytes(&parts.bytes(), "it").unwrap_err().problem.to_string();
    assert!(sentence.contains("too large to unpack"), "{sentence}");
}
