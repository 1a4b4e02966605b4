//! Which part of a file becomes a source, and what is said of the rest.

use super::*;

/// Bases with a peak at each of `hz`, `[K, F]`, on 2049 bins of sound at 44.1 kHz.
fn bases(hz: &[f64]) -> Vec<f64> {
    hz.iter().flat_map(|hz| peak(*hz, 44_100.0 / 4_096.0, 2_049)).map(f64::from).collect()
}

/// The frequencies of a source's bases.
fn peaks(preset: &Preset, index: usize) -> Vec<f64> {
    let all = preset.sources[index].dictionaries();
    let finest = all.iter().max_by_key(|dictionary| dictionary.frame.frame_len).unwrap();
    (0..finest.components).map(|k| peak_hz(finest, k)).collect()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 22.0, "{found} Hz, not {expected}");
    }
}

const HZ: [f64; 4] = [300.0, 700.0, 1_500.0, 4_000.0];

#[test]
fn bases_are_chosen_by_number_whichever_side_is_frequency() {
    let bench = Bench { folder: tempfile::tempdir().unwrap() };
    let turned = array("<f8", "(4, 2049)", &bases(&HZ));
    let upright = fortran(array("<f8", "(2049, 4)", &bases(&HZ)));
    for w in [turned, upright] {
        bench.write_npz("w.npz", &[("sr", number(44_100.0)), ("w", w)]);
        bench.run("import w.npz --source low=1-2 --source top=4 -o x.unbraid.safetensors").succeeded();
        let preset = bench.preset("x.unbraid.safetensors");
        assert_near(&peaks(&preset, 0), &HZ[..2]);
        assert_near(&peaks(&preset, 1), &HZ[3..]);
        bench.fails(
            "import w.npz --source low=4-5 -o y.unbraid.safetensors",
            "it holds 4 bases, of which 4-5 are asked",
        );
    }
}

#[test]
fn a_source_is_renamed_and_keeps_all_its_bases() {
    let bench = Bench::with_preset();
    bench.run("export p.unbraid.safetensors --to p.npz --source low").succeeded();
    let before = bench.preset("p.unbraid.safetensors");
    for argument in ["bass", "bass=low", "bass=1-4"] {
        bench.run(&format!("import p.npz --source {argument} -o back.unbraid.safetensors")).succeeded();
        let after = bench.preset("back.unbraid.safetensors");
        assert_eq!(after.sources[0].name, "bass");
        for short in [false, true] {
            let [before, after] = [&before, &after].map(|preset| dictionary(preset, 0, short));
            assert!(before.bases == after.bases, "{argument}");
            assert!(before.reconstruction == after.reconstruction, "{argument}");
        }
    }
    bench.run("import p.npz --source bass=2-3 -o back.unbraid.safetensors").succeeded();
    let after = bench.preset("back.unbraid.safetensors");
    let [before, after] = [&before, &after].map(|preset| dictionary(preset, 0, true));
    assert_eq!(before.basis(1), after.basis(0));
    assert_eq!(
        before.reconstruction.as_ref().unwrap()[before.bins..][..2 * before.bins],
        after.reconstruction.clone().unwrap()
    );
}

#[test]
fn reconstruction_bases_are_scaled_with_their_bases() {
    let bench = Bench { folder: tempfile::tempdir().unwrap() };
    let w = bases(&[300.0]);
    let sum: f64 = w.iter().sum();
    let twice: Vec<f64> = w.iter().map(|weight| 2.0 * weight).collect();
    let arrays = [("w", &w), ("w.reconstruction", &twice)].map(|(name, w)| (name, array("<f8", "(2049, 1)", w)));
    bench.write_npz("w.npz", &[&[("sr", number(44_100.0))], &arrays[..]].concat());
    bench.run("import w.npz -o x.unbraid.safetensors").succeeded();
    let preset = bench.preset("x.unbraid.safetensors");
    let total = |rows: &[f32]| rows.iter().map(|weight| f64::from(*weight)).sum::<f64>();
    for dictionary in preset.sources[0].dictionaries() {
        assert!((total(&dictionary.bases) - 1.0).abs() < 1e-3);
        let reconstruction = total(dictionary.reconstruction.as_ref().unwrap());
        assert!((reconstruction - 2.0).abs() < 1e-2, "{reconstruction}; the bases in the file sum to {sum}");
    }
}

#[test]
fn arrays_that_nobody_asked_for_are_named_and_do_no_harm() {
    let bench = Bench { folder: tempfile::tempdir().unwrap() };
    let w = array("<f8", "(2049, 1)", &bases(&HZ[..1]));
    let arrays = [
        ("sr", number(44_100.0)),
        ("w", w.clone()),
        ("hop", number(512.0)),
        ("times", array("<f8", "(300,)", &[1.0; 300])),
        ("title", array("<U3", "()", &[0.0; 2])),
    ];
    bench.write_npz("w.npz", &arrays);
    let ran = bench.run("import w.npz -o x.unbraid.safetensors").succeeded();
    assert!(ran.stderr.contains("w.npz: left out: \"times\", \"hop\", \"title\"\n"), "{}", ran.stderr);
    let preset = bench.preset("x.unbraid.safetensors");
    assert_eq!((preset.sources.len(), preset.sources[0].name.as_str()), (1, "w"));

    let others = [("h", array("<f8", "(1, 30)", &[1.0; 30])), ("stft", array("<c16", "(2049, 1)", &[1.0; 4_098]))];
    bench.write_npz("w.npz", &[&arrays[..2], &others].concat());
    let ran = bench.run("import w.npz --source low=w -o x.unbraid.safetensors").succeeded();
    assert!(ran.stderr.contains("w.npz: left out: \"h\", \"stft\"\n"), "{}", ran.stderr);
    bench.fails("import w.npz -o y.unbraid.safetensors", "\"stft\" holds complex numbers; give their magnitudes");
    bench.fails("import w.npz --source a=stft -o y.unbraid.safetensors", "\"stft\" holds complex numbers");
    bench.fails("import w.npz --source a=none -o y.unbraid.safetensors", "there is no array \"none\"");

    let flawed = ("w.reconstruction", array("<f16", "(2049, 1)", &[1.0; 4_098]));
    bench.write_npz("w.npz", &[&arrays[..2], &[flawed]].concat());
    bench.fails("import w.npz --source a=w -o y.unbraid.safetensors", "\"w.reconstruction\" is of type <f16");
}

#[test]
fn numbers_of_sixteen_bits_are_bases() {
    let bench = Bench { folder: tempfile::tempdir().unwrap() };
    let mut w = array("<f2", "(2049, 1)", &[]);
    // 1 at bin 100 and 2^-10 elsewhere, as IEEE 754 has them in two bytes.
    (0..2_049).for_each(|bin| w.extend(if bin == 100 { [0x00, 0x3c] } else { [0x00, 0x14] }));
    bench.write_npz("w.npz", &[("sr", number(44_100.0)), ("w", w)]);
    bench.run("import w.npz -o x.unbraid.safetensors").succeeded();
    assert_near(&peaks(&bench.preset("x.unbraid.safetensors"), 0), &[100.0 * 44_100.0 / 4_096.0]);
}

#[test]
fn tables_with_names_and_numbers_of_lines_hold_the_same_bases() {
    let bench = Bench { folder: tempfile::tempdir().unwrap() };
    let bases = bases(&HZ[..2]);
    let line = |bin: usize| format!("{},{}\n", bases[bin], bases[2_049 + bin]);
    let plain: String = (0..2_049).map(line).collect();
    let counted: String = (0..2_049).map(|bin| format!("{bin},{}", line(bin))).collect();
    let table = |name: &str, text: String| fs::write(bench.path(name), text).unwrap();
    table("plain.csv", plain.clone());
    table("names.csv", format!("kick,snare\n{plain}"));
    table("pandas.csv", format!(",0,1\n{counted}"));
    table("lines.csv", counted);
    table("numbers.csv", format!("0,1\n{plain}"));
    for file in ["plain", "names", "pandas", "lines", "numbers"] {
        bench.run(&format!("import {file}.csv --rate 44100 -o {file}.unbraid.safetensors")).succeeded();
        let [expected, found] = ["plain", file].map(|name| bench.preset(&format!("{name}.unbraid.safetensors")));
        assert!(dictionary(&expected, 0, false).bases == dictionary(&found, 0, false).bases, "{file}");
    }
    let ran = bench.run("import pandas.csv --rate 44100 -o x.unbraid.safetensors");
    assert!(ran.stderr.contains("pandas.csv: its first column was taken for labels of lines"), "{}", ran.stderr);
}

#[test]
fn bases_that_are_too_coarse_for_quality_are_taken_and_it_is_said() {
    let bench = Bench::new();
    bench.write_fluid_bases("fine.wav", 22, &[peak(1_000.0, 21.53, 1_025)]);
    let ran = bench.run("import fine.wav -o x.unbraid.safetensors").succeeded();
    assert!(!ran.stderr.contains("Quality"), "{}", ran.stderr);
    bench.write_fluid_bases("coarse.wav", 43, &[peak(1_000.0, 43.07, 513)]);
    let ran = bench.run("import coarse.wav -o x.unbraid.safetensors").succeeded();
    let said = "coarse: its bins are 43.1 Hz apart, more than four times Quality's 10.7 Hz; Quality plays the bases";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    // 4116 / 4
    assert!(ran.stderr.contains("A Fourier transform of at least 1029 samples would do"), "{}", ran.stderr);
    let preset = bench.preset("x.unbraid.safetensors");
    assert_eq!(preset.sources[0].dictionaries().len(), 1);
    assert_eq!(dictionary(&preset, 0, true).components, 1);
}
