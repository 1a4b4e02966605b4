//! Audio files in and out: what is read is what was written, at every rate and in every format, and what cannot be
//! read is told in a sentence.

mod excerpt;
mod formats;

use std::{f64::consts::TAU, fs, path::Path};
use unbraid_engine::recording::{
    ReadWarning, Recording, RecordingError, SampleFormat, WavFiles, read, read_with_warning, write_wav,
};

/// Two tones, 440 Hz at -6 dB left and 1 kHz at -12 dB right; what `tests/audio/formats/tones.*` hold at 44.1 kHz.
fn tones(sample_rate: u32, frames: usize) -> Recording {
    let tone = |hz: f64, level: f64| {
        (0..frames).map(|t| (level * (TAU * hz * t as f64 / f64::from(sample_rate)).sin()) as f32).collect()
    };
    Recording { sample_rate, channels: vec![tone(440.0, 0.5), tone(1000.0, 0.25)] }
}

/// Level of `actual - expected` relative to `expected`, in dB, over all channels.
fn error_db(actual: &Recording, expected: &Recording, frames: std::ops::Range<usize>) -> f64 {
    let (mut error, mut power) = (0.0, 0.0);
    for (a, e) in actual.channels.iter().zip(&expected.channels) {
        for t in frames.clone() {
            error += f64::from(a[t] - e[t]).powi(2);
            power += f64::from(e[t]).powi(2);
        }
    }
    10.0 * (error / power).log10()
}

fn fixture(name: &str) -> Recording {
    read(Path::new(crate::ROOT).join("tests/audio/formats").join(name)).unwrap()
}

#[test]
fn lossless_files_are_read_to_the_sample() {
    for (name, frames) in [("tones.flac", 22_051), ("tones.aiff", 2_205)] {
        let recording = fixture(name);
        assert_eq!((recording.sample_rate, recording.len(), recording.channels.len()), (44_100, frames, 2), "{name}");
        let expected = tones(44_100, frames);
        for (actual, expected) in recording.channels.iter().flatten().zip(expected.channels.iter().flatten()) {
            assert!((actual - expected).abs() <= 0.5001 / 32_768.0, "{name}: {actual} is not {expected}");
        }
    }
}

#[test]
fn encoder_delay_is_cut_off_where_the_file_tells_of_it() {
    for name in ["tones.mp3", "tones.ogg"] {
        let recording = fixture(name);
        assert_eq!(recording.len(), 22_051, "{name}");
        let error = error_db(&recording, &tones(44_100, 22_051), 2_000..20_000);
        assert!(error < -30.0, "{name}: differs by {error:.1} dB; one sample late would be -21 dB");
    }
}

/// The edit list of this file says that all is to be heard.
#[test]
fn aac_is_read_with_its_encoder_delay_where_the_file_says_so() {
    let recording = fixture("tones.m4a");
    assert_eq!((recording.sample_rate, recording.len(), recording.channels.len()), (44_100, 22_051 + 1_024, 2));
    let delayed = Recording {
        channels: recording.channels.iter().map(|channel| channel[1024..].to_vec()).collect(),
        ..recording.clone()
    };
    let error = error_db(&delayed, &tones(44_100, 22_051), 4_000..18_000);
    assert!(error < -30.0, "differs by {error:.1} dB after one frame of 1024 samples");
}

#[test]
fn wav_files_come_back_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let recording = tones(48_000, 1_234);
    for (format, tolerance) in [
        (SampleFormat::Float32, 0.0),
        (SampleFormat::Pcm24, 0.5001 / 8_388_608.0),
        (SampleFormat::Pcm16, 0.5001 / 32_768.0),
    ] {
        let path = folder.path().join(format!("{}.wav", format.name()));
        write_wav(&path, &recording, format).unwrap();
        let again = read(&path).unwrap();
        assert_eq!((again.sample_rate, again.len()), (48_000, 1_234));
        for (actual, expected) in again.channels.iter().flatten().zip(recording.channels.iter().flatten()) {
            assert!((actual - expected).abs() <= tolerance, "{format:?}: {actual} is not {expected}");
        }
    }
}

#[test]
fn wav_files_of_every_usual_sample_type_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for (bits, sample_format) in [(8, hound::SampleFormat::Int), (32, hound::SampleFormat::Int)] {
        let path = folder.path().join(format!("{bits}.wav"));
        let spec = hound::WavSpec { channels: 1, sample_rate: 22_050, bits_per_sample: bits, sample_format };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        let half = 1_i64 << (bits - 2);
        for sample in [0, half, -half] {
            writer.write_sample(sample as i32).unwrap();
        }
        writer.finalize().unwrap();
        assert_eq!(read(&path).unwrap().channels, [[0.0, 0.5, -0.5]], "{bits} bits");
    }
}

#[test]
fn integer_formats_clip_and_never_wrap() {
    let folder = tempfile::tempdir().unwrap();
    let loud = Recording { sample_rate: 44_100, channels: vec![vec![1.0, -1.0, 3.5, -3.5, 0.999_999_9]] };
    for (format, top) in [(SampleFormat::Pcm24, 1.0 - 1.0 / 8_388_608.0), (SampleFormat::Pcm16, 1.0 - 1.0 / 32_768.0)] {
        let path = folder.path().join("loud.wav");
        write_wav(&path, &loud, format).unwrap();
        assert_eq!(read(&path).unwrap().channels, [[top, -1.0, top, -1.0, top]]);
    }
}

#[test]
fn resampling_keeps_time_level_and_length() {
    for (from, to) in
        [(44_100, 48_000), (48_000, 44_100), (44_100, 96_000), (96_000, 8_000), (44_100, 44_101), (11_025, 192_000)]
    {
        let frames = from as usize / 2 + 7;
        let resampled = tones(from, frames).resampled(to).unwrap();
        let length = (frames as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize;
        assert_eq!((resampled.sample_rate, resampled.len()), (to, length));
        let error = error_db(&resampled, &tones(to, length), length / 5..length * 4 / 5);
        assert!(error < -90.0, "{from} to {to} Hz: differs by {error:.1} dB");
    }
}

#[test]
fn resampling_takes_the_outermost_rates_and_refuses_others() {
    let low = tones(1_000, 50);
    assert_eq!(low.resampled(768_000).unwrap().len(), 50 * 768);
    assert_eq!(tones(768_000, 76_801).resampled(1_000).unwrap().len(), 101);
    for rate in [0, 999, 768_001] {
        assert!(matches!(low.resampled(rate), Err(RecordingError::Resampling { from: 1_000, .. })), "{rate} Hz");
    }
}

#[test]
fn what_cannot_be_read_is_told_in_a_sentence_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let check = |name: &str, expected: &str| {
        let message = read(at(name)).unwrap_err().to_string();
        assert!(message.starts_with(&at(name).display().to_string()), "{message}");
        assert!(message.contains(expected), "{name}: {message}");
        assert!(!message.contains('\n'));
    };
    let wav = |name: &str, sample_rate: u32, channels: Vec<Vec<f32>>| {
        write_wav(at(name), &Recording { sample_rate, channels }, SampleFormat::Float32).unwrap();
    };

    check("nowhere.wav", "no such file");
    fs::create_dir(at("folder.wav")).unwrap();
    check("folder.wav", "not a file");
    fs::write(at("nothing.wav"), b"").unwrap();
    check("nothing.wav", "is empty");
    fs::write(at("words.wav"), b"These are words and no sound, however long one listens.").unwrap();
    check("words.wav", "unknown format");
    wav("no-samples.wav", 44_100, vec![vec![]]);
    check("no-samples.wav", "is empty");
    wav("three.wav", 44_100, vec![vec![0.1; 10]; 3]);
    check("three.wav", "3 channels");
    wav("slow.wav", 999, vec![vec![0.1; 10]]);
    check("slow.wav", "999 Hz");
    wav("fast.wav", 768_001, vec![vec![0.1; 10]]);
    check("fast.wav", "768001 Hz");
    wav("nan.wav", 44_100, vec![vec![0.1, 0.2, f32::NAN]]);
    check("nan.wav", "sample 2 of channel 1");
    wav("infinite.wav", 44_100, vec![vec![0.1, 0.2], vec![0.0, f32::INFINITY]]);
    check("infinite.wav", "sample 1 of channel 2");
}

#[test]
fn damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = read(&path).map(|recording| recording.len()).unwrap_err();
        assert!(matches!(error, RecordingError::Damaged { .. }), "{name}: {error}");
    };
    write_wav(folder.path().join("whole.wav"), &tones(44_100, 5_000), SampleFormat::Pcm16).unwrap();
    let wav = fs::read(folder.path().join("whole.wav")).unwrap();
    damaged("header-only.wav", &wav[..20]);
    // Samples of another type than the header says.
    write_wav(folder.path().join("loud.wav"), &tones(44_100, 500), SampleFormat::Float32).unwrap();
    let mut loud = fs::read(folder.path().join("loud.wav")).unwrap();
    let middle = loud.len() - 400;
    loud[middle..middle + 4].copy_from_slice(&1.5e3_f32.to_le_bytes());
    damaged("loud.wav", &loud);

    let mut flac = fs::read(Path::new(crate::ROOT).join("tests/audio/formats/tones.flac")).unwrap();
    let middle = flac.len() / 2;
    flac[middle..middle + 40].fill(0x55);
    damaged("scratched.flac", &flac);
}

#[test]
fn a_flac_file_that_is_cut_off_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let (path, whole) = (folder.path().join("cut.flac"), fixture("tones.flac"));
    let flac = fs::read(Path::new(crate::ROOT).join("tests/audio/formats/tones.flac")).unwrap();
    fs::write(&path, &flac[..flac.len() / 2]).unwrap();
    let (cut, warning) = read_with_warning(&path).unwrap();
    assert!((5_000..12_000).contains(&cut.len()) && cut.channels[0] == whole.channels[0][..cut.len()]);
    let sentence = warning.unwrap().to_string();
    assert!(sentence.contains("it is cut off; its first") && sentence.contains("of 0.5 s are used"), "{sentence}");
}

/// As programs leave them that pipe, crash, or write more than 4 GiB. 44 bytes of header, then the samples.
#[test]
fn wav_files_with_wrong_sizes_are_read_as_far_as_they_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let whole = tones(44_100, 5_000);
    write_wav(&path, &whole, SampleFormat::Pcm16).unwrap();
    let right = fs::read(&path).unwrap();
    let whole = read(&path).unwrap();
    assert_eq!(&right[36..40], b"data");
    let with_sizes = |outer: u32, data: u32| {
        let mut bytes = right.clone();
        bytes[4..8].copy_from_slice(&outer.to_le_bytes());
        bytes[40..44].copy_from_slice(&data.to_le_bytes());
        bytes
    };
    let data = right.len() as u32 - 44;
    let mut long = b"RF64\xff\xff\xff\xffWAVEds64".to_vec();
    long.extend(28_u32.to_le_bytes());
    for size in [u64::from(data) + 72, u64::from(data), 5_000] {
        long.extend(size.to_le_bytes());
    }
    long.extend(0_u32.to_le_bytes());
    long.extend(&with_sizes(0, u32::MAX)[12..]);
    let mut with_more = right.clone();
    with_more.extend(b"LIST\x04\0\0\0INFO");
    let bytes_of = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        read_with_warning(&path).unwrap()
    };
    for (name, bytes) in [
        ("piped", with_sizes(0x7FFF_F024, 0x7FFF_F000)),
        ("of unknown length", with_sizes(u32::MAX, u32::MAX)),
        ("outer size too small", with_sizes(28, data)),
        ("outer size 0", with_sizes(0, data)),
        ("RF64", long),
        ("with another chunk", with_more),
    ] {
        assert_eq!(bytes_of(&bytes), (whole.clone(), None), "{name}");
    }
    let (unfinished, warning) = bytes_of(&with_sizes(36, 0));
    assert_eq!(unfinished, whole);
    assert!(matches!(warning, Some(ReadWarning::NeverFinished { .. })), "{warning:?}");
    let (cut, warning) = bytes_of(&right[..44 + data as usize * 9 / 10 + 1]);
    assert_eq!((cut.len(), &cut.channels[1][..]), (4_500, &whole.channels[1][..4_500]));
    let sentence = warning.unwrap().to_string();
    assert!(sentence.ends_with("x.wav: it is cut off; its first 0.1 of 0.1 s are used"), "{sentence}");

    // Empty is empty, whatever follows.
    let mut empty = with_sizes(36, 0)[..44].to_vec();
    for rest in [&b""[..], b"LIST\x04\0\0\0INFO"] {
        empty.truncate(44);
        empty.extend(rest);
        fs::write(&path, &empty).unwrap();
        assert!(matches!(read(&path), Err(RecordingError::Empty { .. })));
    }
}

#[test]
fn silence_is_told_from_sound() {
    let recording = |level: f32| Recording { sample_rate: 44_100, channels: vec![vec![level; 100], vec![0.0; 100]] };
    let error = recording(0.0).ensure_audible("still.wav").unwrap_err().to_string();
    assert_eq!(error, "still.wav: is silent; give a recording with sound in it");
    assert!(recording(-2e-5).is_silent());
    recording(-1e-3).ensure_audible("quiet.wav").unwrap();
}

#[test]
fn an_error_leaves_the_old_file_whole_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first.wav"), folder.path().join("absent/second.wav"));
    write_wav(&first, &tones(44_100, 10), SampleFormat::Float32).unwrap();
    let before = fs::read(&first).unwrap();

    let mut files = WavFiles::default();
    files.stage(&first, &tones(44_100, 99), SampleFormat::Float32).unwrap();
    let error = files.stage(&second, &tones(44_100, 99), SampleFormat::Float32).unwrap_err().to_string();
    assert!(error.contains("second.wav: cannot be written") && error.contains("create it first"), "{error}");
    drop(files);

    assert_eq!(fs::read(&first).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(write_wav(folder.path(), &tones(44_100, 10), SampleFormat::Float32).is_err());
}

#[cfg(unix)]
#[test]
fn a_written_file_has_the_permissions_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    fs::write(folder.path().join("any"), b"").unwrap();
    write_wav(folder.path().join("ours.wav"), &tones(44_100, 10), SampleFormat::Float32).unwrap();
    assert_eq!(mode("ours.wav"), mode("any"));
}
