//! Bases to other programs and back: `.npz`, FluCoMa's WAV, `.csv`, and what is no such file.

mod exported;
mod imported;
mod python;
mod refused;

use super::*;
use hound::{SampleFormat as HoundFormat, WavReader, WavSpec, WavWriter};
use unbraid::{dictionary::Dictionary, preset::Preset};
use zip::{ZipWriter, write::SimpleFileOptions};

/// An array as a file of NumPy's holds it. What `descr` says of its numbers need not be true.
fn array(descr: &str, shape: &str, values: &[f64]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// A number as NumPy has it in a file.
fn number(value: f64) -> Vec<u8> {
    array("<f8", "()", &[value])
}

/// The same array, which now says of itself that its first index moves fastest.
fn fortran(array: Vec<u8>) -> Vec<u8> {
    let start = array.windows(5).position(|text| text == b"False").unwrap();
    [&array[..start], b"True ", &array[start + 5..]].concat()
}

impl Bench {
    fn write_npz(&self, name: &str, arrays: &[(&str, Vec<u8>)]) {
        let mut archive = ZipWriter::new(fs::File::create(self.path(name)).unwrap());
        for (array, bytes) in arrays {
            archive.start_file(format!("{array}.npy"), SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut archive, bytes).unwrap();
        }
        archive.finish().unwrap();
    }

    fn preset(&self, name: &str) -> Preset {
        file::read(&self.path(name)).unwrap()
    }

    /// Writes `channels` of bases as FluCoMa's BufNMF leaves them in a buffer: each with a Euclidean norm of 1, and the
    /// distance of bins in Hz as sample rate.
    fn write_fluid_bases(&self, name: &str, sample_rate: u32, channels: &[Vec<f32>]) {
        let spec = WavSpec {
            channels: channels.len() as u16,
            sample_rate,
            bits_per_sample: 32,
            sample_format: HoundFormat::Float,
        };
        let mut writer = WavWriter::create(self.path(name), spec).unwrap();
        for bin in 0..channels[0].len() {
            for channel in channels {
                let norm = channel.iter().map(|weight| weight * weight).sum::<f32>().sqrt();
                writer.write_sample(channel[bin] / norm).unwrap();
            }
        }
        writer.finalize().unwrap();
    }
}

/// The bases of source `index` on the bins of Quality or, if `short`, those of Live.
fn dictionary(preset: &Preset, index: usize, short: bool) -> &Dictionary {
    let frame_len = if short { 2058 } else { 4116 };
    let all = preset.sources[index].dictionaries();
    all.iter().find(|dictionary| dictionary.frame.frame_len == frame_len).unwrap()
}

/// A peak at `hz` on bins `spacing` Hz apart, as a Hann window makes it, and little elsewhere.
fn peak(hz: f64, spacing: f64, bins: usize) -> Vec<f32> {
    let weight = |bin: usize| (1.0 - (bin as f64 - hz / spacing).abs() / 2.0).max(1e-4) as f32;
    (0..bins).map(weight).collect()
}

/// The frequency of the largest weight.
fn peak_hz(dictionary: &Dictionary, k: usize) -> f64 {
    let basis = dictionary.basis(k);
    let bin = (0..basis.len()).max_by(|a, b| basis[*a].total_cmp(&basis[*b])).unwrap();
    bin as f64 * dictionary.frame.bin_spacing()
}

#[test]
fn a_preset_comes_back_from_npz_to_the_bit_with_all_its_bases() {
    let bench = Bench::with_preset();
    bench.run("export p.unbraid.safetensors --to p.npz").succeeded();
    bench.run("import p.npz -o back.unbraid.safetensors").succeeded();
    let (before, after) = (bench.preset("p.unbraid.safetensors"), bench.preset("back.unbraid.safetensors"));
    for (before, after) in before.sources.iter().zip(&after.sources) {
        assert_eq!(before.name, after.name);
        assert_eq!(before.dictionaries().len(), 2);
        for (before, after) in before.dictionaries().iter().zip(after.dictionaries()) {
            assert_eq!((&before.frame, before.bases == after.bases), (&after.frame, true));
            assert!(before.reconstruction.is_some() && before.reconstruction == after.reconstruction);
        }
    }
    assert_eq!(after.sources[0].learned_from(), ["p.npz"]);
    bench.run("export p.unbraid.safetensors --to again.npz").succeeded();
    let bytes = |name: &str| fs::read(bench.path(name)).unwrap();
    assert_eq!(bytes("p.npz"), bytes("again.npz"), "the same preset gives the same bytes");
    assert!(bench.run("inspect back.unbraid.safetensors").succeeded().stdout.contains("found by another program"));
}

#[test]
fn bases_come_back_from_wav_and_csv_to_the_bit() {
    let bench = Bench::with_preset();
    let before = bench.preset("p.unbraid.safetensors");
    bench.run("export p.unbraid.safetensors --to p.csv").succeeded();
    bench.run("export p.unbraid.safetensors --to p.wav").succeeded();
    for file in ["p.csv", "p.wav"] {
        bench.run(&format!("import {file} --source low=1-4 --source high=5-8 -o back.unbraid.safetensors")).succeeded();
        let after = bench.preset("back.unbraid.safetensors");
        for index in 0..2 {
            let [before, after] = [&before, &after].map(|preset| dictionary(preset, index, false));
            assert_eq!(before.frame, after.frame, "{file}");
            assert_eq!(before.bases, after.bases, "{file}");
        }
    }
    bench.run("export p.unbraid.safetensors --to parts").succeeded();
    bench.run("import parts/low.wav parts/high.wav -o parts.unbraid.safetensors").succeeded();
    let parts = bench.preset("parts.unbraid.safetensors");
    assert_eq!(parts.sources[1].name, "high");
    assert_eq!(dictionary(&parts, 1, false).bases, dictionary(&before, 1, false).bases);
}

#[test]
fn what_was_exported_and_imported_separates_the_same_sound() {
    let bench = Bench::with_preset();
    bench.run("export p.unbraid.safetensors --to p.npz").succeeded();
    bench.run("import p.npz -o back.unbraid.safetensors").succeeded();
    for preset in ["p", "back"] {
        bench.run(&format!("separate mix.wav -p {preset}.unbraid.safetensors -o {preset} --mode live")).succeeded();
    }
    for source in ["low", "high"] {
        let [before, after] = ["p", "back"].map(|folder| read(bench.path(&format!("{folder}/{source}.wav"))).unwrap());
        assert_eq!(before, after);
    }
}

#[test]
fn a_wav_of_bases_is_laid_out_as_flucoma_has_it() {
    let bench = Bench::with_preset();
    bench.run("export p.unbraid.safetensors --to p.wav --frame 4096").succeeded();
    let mut reader = WavReader::open(bench.path("p.wav")).unwrap();
    let spec = reader.spec();
    // A channel per basis; bins of 44,100 / 4096 Hz, rounded.
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (8, 11, 32));
    let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
    assert_eq!(samples.len(), 8 * 2049);
    for channel in 0..8 {
        let sum: f32 = samples.iter().skip(channel).step_by(8).sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    }
    // Windows replaces no file that is open.
    drop(reader);
    bench.run("export p.unbraid.safetensors --to p.wav --frame 2048 --rate 48000 --source high").succeeded();
    let reader = WavReader::open(bench.path("p.wav")).unwrap();
    assert_eq!((reader.spec().channels, reader.spec().sample_rate, reader.duration()), (4, 23, 1025));
}

#[test]
fn bases_of_flucoma_find_their_place_on_our_bins() {
    let bench = Bench::new();
    let spacing = 44_100.0 / 2_048.0;
    let bases = [440.0, 3_000.0].map(|hz| peak(hz, spacing, 1_025));
    bench.write_fluid_bases("fluid.wav", 21, &bases);
    let ran = bench.run("import fluid.wav -o fluid.unbraid.safetensors --source tones").succeeded();
    assert!(ran.stderr.contains("2 bases of 1025 bins 21.53 Hz apart, from sound at 44100 Hz"), "{}", ran.stderr);
    let preset = bench.preset("fluid.unbraid.safetensors");
    for short in [false, true] {
        let dictionary = dictionary(&preset, 0, short);
        for (k, hz) in [440.0, 3_000.0].into_iter().enumerate() {
            let found = peak_hz(dictionary, k);
            assert!((found - hz).abs() <= dictionary.frame.bin_spacing(), "{found} Hz, not {hz}");
        }
    }
}

#[test]
fn bases_of_other_sample_rates_keep_their_frequencies() {
    let bench = Bench::new();
    for rate in [22_050, 48_000, 96_000] {
        let spacing = f64::from(rate) / 2_048.0;
        bench.write_fluid_bases("a.wav", spacing.round() as u32, &[peak(1_000.0, spacing, 1_025)]);
        bench.run(&format!("import a.wav -o a.unbraid.safetensors --rate {rate}")).succeeded();
        let preset = bench.preset("a.unbraid.safetensors");
        for dictionary in preset.sources[0].dictionaries() {
            assert_eq!(dictionary.frame.sample_rate, f64::from(rate));
            let found = peak_hz(dictionary, 0);
            assert!((found - 1_000.0).abs() <= dictionary.frame.bin_spacing(), "{rate}: {found} Hz");
        }
    }
}

#[test]
fn adaptive_sources_are_left_out_of_an_export_and_named() {
    let bench = Bench::new();
    bench.run("learn low=low.wav --adaptive rest -o p.unbraid.safetensors --components 2 --iterations 5").succeeded();
    let ran = bench.run("export p.unbraid.safetensors --to p.csv --json").succeeded();
    assert!(ran.stderr.contains("left out: rest, which has no bases"), "{}", ran.stderr);
    assert_eq!(ran.json()["written"], serde_json::json!(["p.csv"]));
    let table = fs::read_to_string(bench.path("p.csv")).unwrap();
    assert_eq!(table.lines().next().unwrap(), "hz,low 1,low 2");
    assert_eq!(table.lines().count(), 2_060);
    assert!(table.lines().last().unwrap().starts_with("22050,"));
}
