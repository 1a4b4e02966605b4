//! What is no file of bases: one sentence each, and nothing is written.

use super::*;

impl Bench {
    /// A file with `rate` and the array `w` is refused so.
    fn refuses_array(&self, descr: &str, shape: &str, values: &[f64], expected: &str) {
        self.write_npz("a.npz", &[("sample_rate", number(44_100.0)), ("w", array(descr, shape, values))]);
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
    bench.refuses_array("<f16", "(1025, 1)", &[1.0; 2_050], "no array in it has two dimensions");
    let turned = fortran(array("<f8", "(99999999999, 0)", &[]));
    bench.write_npz("a.npz", &[("sample_rate", number(44_100.0)), ("w", turned)]);
    bench.fails("import a.npz -o x.unbraid.safetensors", "no array in it has two dimensions");
    bench.fails("import a.npz -o x.unbraid.safetensors --source a=w", "no array in it has two dimensions");
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
    let w = array("<f8", "(1025, 1)", &[1.0; 1_025]);
    bench.write_npz("power.npz", &[("sample_rate", number(44_100.0)), ("power", number(2.0)), ("w", w.clone())]);
    bench.fails("import power.npz -o x.unbraid.safetensors", "bases of |X|^2, which cannot be made bases of |X|");
    bench.write_npz("bare.npz", &[("w", w)]);
    bench.fails("import bare.npz -o x.unbraid.safetensors", "the sample rate is not in the file; give it with --rate");
    bench.write_fluid_bases("which.wav", 11, &[peak(1_000.0, 10.77, 2_049)]);
    bench.fails("import which.wav -o x.unbraid.safetensors", "could be 44100 or 48000 Hz; say which with --rate");
}

#[test]
fn sample_rates_and_frame_lengths_of_no_sound_are_refused() {
    let bench = Bench::new();
    let w = array("<f8", "(1025, 1)", &[1.0; 1_025]);
    for (rate, shown) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-44_100.0, "-44100"), (44.1, "44.1"), (1e12, "1")]
    {
        bench.write_npz("a.npz", &[("sr", number(rate)), ("w", w.clone())]);
        let expected = format!("the sample rate is {shown}");
        bench.fails("import a.npz -o x.unbraid.safetensors", &expected);
    }
    for frame_len in [f64::NAN, 0.5, -2_048.0, 1e300] {
        bench.write_npz("a.npz", &[("sr", number(44_100.0)), ("n_fft", number(frame_len)), ("w", w.clone())]);
        bench.fails("import a.npz -o x.unbraid.safetensors", "expected a whole number of samples");
    }
}

#[test]
fn files_that_unpack_to_more_than_a_preset_may_hold_are_refused() {
    let bench = Bench::new();
    // 34 million numbers: a byte each in the file, four in a preset.
    let (rows, columns) = (33_000, 1_024);
    let mut packed = array("|u1", &format!("({rows}, {columns})"), &[]);
    packed.resize(packed.len() + rows * columns, 1);
    bench.write_npz("a.npz", &[("sr", number(44_100.0)), ("w", packed)]);
    assert!(fs::metadata(bench.path("a.npz")).unwrap().len() < 1 << 20, "packed");
    bench.fails("import a.npz -o x.unbraid.safetensors", "its numbers take more than the 128 MB that bases may take");
    let mut packed = array("<f8", "(16500, 1024)", &[]);
    packed.resize(packed.len() + 16_500 * 1_024 * 8, 0);
    bench.write_npz("a.npz", &[("sr", number(44_100.0)), ("w", packed)]);
    bench.fails("import a.npz -o x.unbraid.safetensors", "its arrays are larger than the 128 MB that bases may take");
    fs::write(bench.path("a.csv"), "0,".repeat(34_000_000) + "0\n").unwrap();
    bench.fails("import a.csv -o x.unbraid.safetensors", "its numbers take more than the 128 MB that bases may take");
    let spec = WavSpec { channels: 1, sample_rate: 11, bits_per_sample: 8, sample_format: HoundFormat::Int };
    WavWriter::create(bench.path("a.wav"), spec).unwrap().finalize().unwrap();
    let mut sound = fs::read(bench.path("a.wav")).unwrap();
    // The header's last field is the length of what follows.
    let header = sound.len() - 4;
    sound.truncate(header);
    sound.extend(34_000_000_u32.to_le_bytes());
    sound.resize(sound.len() + 34_000_000, 129);
    fs::write(bench.path("a.wav"), sound).unwrap();
    bench.fails("import a.wav -o x.unbraid.safetensors", "its numbers take more than the 128 MB that bases may take");
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
