//! What is no file of bases: one sentence each, and nothing is written.

use super::*;
use zip::{ZipWriter, write::SimpleFileOptions};

/// A NumPy array of f64 as its file holds it.
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

impl Bench {
    fn write_npz(&self, name: &str, arrays: &[(&str, Vec<u8>)]) {
        let mut archive = ZipWriter::new(fs::File::create(self.path(name)).unwrap());
        for (array, bytes) in arrays {
            archive.start_file(format!("{array}.npy"), SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut archive, bytes).unwrap();
        }
        archive.finish().unwrap();
    }

    /// A file with `rate` and the array `w` is refused so.
    fn refuses_array(&self, descr: &str, shape: &str, values: &[f64], expected: &str) {
        let rate = array("<f8", "()", &[44_100.0]);
        self.write_npz("a.npz", &[("sample_rate", rate), ("w", array(descr, shape, values))]);
        self.fails("import a.npz -o x.unbraid.safetensors", expected);
    }
}

#[test]
fn arrays_that_are_no_bases_are_refused_by_name() {
    let bench = Bench::new();
    let mut values = vec![0.5; 2 * 1_025];
    values[7] = -0.25;
    bench.refuses_array("<f8", "(1025, 2)", &values, "\"w\": `bases[1][3]` is -0.25; expected 0 or more: magnitudes");
    values[7] = f64::NAN;
    bench.refuses_array("<f8", "(1025, 2)", &values, "\"w\": `bases[1][3]` is NaN; expected a finite number");
    let silent: Vec<f64> = (0..2_050).map(|place| f64::from(place % 2)).collect();
    bench.refuses_array("<f8", "(1025, 2)", &silent, "\"w\": `bases[0]` is zero in every bin");
    bench.refuses_array("<f8", "(1025, 1025, 2)", &[], "\"w\" is shorter than its shape says");
    bench.refuses_array("<f8", "(5, 5, 2)", &[1.0; 50], "no array in it has two dimensions");
    bench.refuses_array("<f8", "(40, 40)", &[1.0; 1_600], "either side could be frequency; give the frame length");
    bench.refuses_array("<f8", "(0, 0)", &[], "no array in it has two dimensions");
    bench.refuses_array("<f8", "(4, 2)", &[1.0; 8], "`frame_len` is 6; expected 16 to 262144 samples");
    bench.refuses_array("<f8", "(1100, 2000)", &vec![1.0; 2_200_000], "\"w\" holds 1100 bases; a source has 1 to 1024");
    bench.refuses_array("<c16", "(1025, 1)", &[1.0; 2_050], "complex numbers; give their magnitudes");
    bench.refuses_array("|O", "(1025, 2)", &[1.0; 40], "Python objects (pickled), which are not read");
    bench.refuses_array("<f8", "(99999999999, 99999999999)", &[], "\"w\" is shorter than its shape says");
}

#[test]
fn files_that_are_something_else_are_refused() {
    let bench = Bench::with_preset();
    for (name, bytes, expected) in [
        ("a.npz", &b"\x80\x04\x95pickled"[..], "this is no .npz file"),
        ("a.npz", b"", "the file is empty"),
        ("a.npy", b"not an array", "is no NumPy array; save one with np.save"),
        ("a.wav", b"RIFFnothing", "this WAV file cannot be read"),
        ("a.csv", b"hz,a\n0,1\n10,x\n", "line 3, column 2 is \"x\"; expected a number"),
        ("a.csv", b"hz,a\n0,1\n10,2\n40,3\n", "not those of a Fourier transform"),
        ("a.csv", b"one,two\n", "the table holds no numbers"),
        ("a.csv", b"1,2\n3\n", "line 2 holds 1 cells, those before it 2"),
        ("a.txt", b"1,2\n", "bases are read from files that end in .npz, .npy, .wav or .csv"),
    ] {
        fs::write(bench.path(name), bytes).unwrap();
        bench.fails(&format!("import {name} -o x.unbraid.safetensors"), expected);
        fs::remove_file(bench.path(name)).unwrap();
    }
    bench.fails("import none.npz -o x.unbraid.safetensors", "none.npz: cannot be read");
    bench.write("sound.wav", RATE, vec![vec![0.1; 100]]);
    bench.fails("import sound.wav -o x.unbraid.safetensors --frame 4096", "frames of that length have 2049 bins");
}

#[test]
fn bases_that_cannot_be_resampled_honestly_are_refused() {
    let bench = Bench::new();
    bench.write_fluid_bases("coarse.wav", 86, &[peak(1_000.0, 86.13, 257)]);
    bench.fails(
        "import coarse.wav -o x.unbraid.safetensors",
        "`bin spacing` is 86.1 Hz; expected at most 85.7 Hz, to be resampled to 21.4 Hz",
    );
    let power = array("<f8", "()", &[2.0]);
    let (rate, w) = (array("<f8", "()", &[44_100.0]), array("<f8", "(1025, 1)", &[1.0; 1_025]));
    bench.write_npz("power.npz", &[("sample_rate", rate), ("power", power), ("w", w.clone())]);
    bench.fails("import power.npz -o x.unbraid.safetensors", "bases of |X|^2, which cannot be made bases of |X|");
    bench.write_npz("bare.npz", &[("w", w)]);
    bench.fails("import bare.npz -o x.unbraid.safetensors", "the sample rate is not in the file; give it with --rate");
    bench.write_fluid_bases("which.wav", 11, &[peak(1_000.0, 10.77, 2_049)]);
    bench.fails("import which.wav -o x.unbraid.safetensors", "could be 44100 or 48000 Hz; say which with --rate");
}

#[test]
fn sources_that_do_not_fit_together_are_usage() {
    let bench = Bench::with_preset();
    bench.run("export p.unbraid.safetensors --to p.npz").succeeded();
    bench.run("export p.unbraid.safetensors --to p.wav").succeeded();
    bench.fails("import p.npz -o x.unbraid.safetensors --source a=middle", "there is no array \"middle\"");
    bench.fails("import p.wav -o x.unbraid.safetensors --source a=5-9", "it holds 8 bases, of which 5-9 are asked for");
    bench.is_misused_by("import p.wav -o x.unbraid.safetensors --source a=3-2", "counted from 1");
    bench.is_misused_by("import p.wav p.npz p.wav -o x.unbraid.safetensors --source a", "3 files and 1 of --source");
    bench.is_misused_by("import p.npz p.npz -o x.unbraid.safetensors", "two sources are called");
    bench.is_misused_by("import p.npz -o x.npz", "a preset's name ends in");
    bench.fails("export p.unbraid.safetensors --to x.npz --source middle", "has no source \"middle\"");
    bench.fails("export Drums+Bass.unbraid.safetensors --to x.npz", "there is no such file");
    bench.is_misused_by("export p.unbraid.safetensors --to x.npy", "take a name that ends in .npz");
    bench.fails("export p.unbraid.safetensors --to none/x.npz", "there is no folder none");
    bench.run("learn low=low.wav -o q.unbraid.safetensors --components 2 --iterations 2").succeeded();
    bench.fails("export q.unbraid.safetensors --to x.wav --frame 65536", "expected at most 2.7 Hz, to be resampled");
}
