//! Every container and codec that is read, a file each; what is not read is named.

use super::{error_db, tones};
use std::{fs, path::PathBuf};
use unbraid_engine::recording::{ReadWarning, Recording, RecordingError, read, read_with_warning};

/// Samples in the files without loss, and in the others; in those of Opus, which has one sample rate.
const SHORT: usize = 441;
const LONG: usize = 11_025;
const LONG_AT_48_KHZ: usize = 12_000;

fn path(name: &str) -> PathBuf {
    [crate::ROOT, "tests/audio/formats/table", name].iter().collect()
}

/// The largest difference to the tones.
fn largest_error(recording: &Recording) -> f32 {
    let expected = tones(44_100, recording.len());
    let samples = recording.channels.iter().flatten().zip(expected.channels.iter().flatten());
    samples.fold(0.0, |error, (found, expected)| error.max((found - expected).abs()))
}

#[test]
fn every_file_without_loss_comes_out_as_it_went_in() {
    let (mut tried, step) = (0, |bits: i32| 0.5_f32.powi(bits - 1));
    for entry in fs::read_dir(path("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("not-read") {
            continue;
        }
        let codec = name.split('.').next().unwrap().rsplit('-').next().unwrap();
        let tolerance = match codec {
            "u8" | "s8" => step(8),
            "s16le" | "s16be" | "alac" | "flac" => step(16),
            "s24le" | "s24be" => step(24),
            "s32le" | "s32be" | "f32le" | "f32be" | "f64le" | "f64be" => 1e-6,
            // Logarithmic: 1/64 of what is loud.
            "alaw" | "mulaw" => 1.0 / 64.0,
            _ => continue,
        };
        let recording = read(path(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((recording.sample_rate, recording.len(), recording.channels.len()), (44_100, SHORT, 2), "{name}");
        let error = largest_error(&recording);
        assert!(error <= tolerance, "{name}: differs by {error}, {tolerance} at most");
        tried += 1;
    }
    assert_eq!(tried, 51, "files without loss");
}

/// Where a decoder does not cut what the encoder has added, the sound is late: by one frame, 1,024 or 1,105 samples.
/// Files that do not say how much it was keep it.
#[test]
fn every_file_with_loss_is_aligned_and_as_long_as_it_was() {
    for (name, len, late) in [
        ("mp3.mp3", Some(LONG), 0),
        ("mp4-aac.m4a", Some(LONG), 0),
        ("mp4-mp3.mp4", None, 0),
        ("ogg-vorbis.ogg", Some(LONG), 0),
        ("mkv-vorbis.mkv", None, 0),
        ("ogg-opus.opus", Some(LONG_AT_48_KHZ), 0),
        ("mp4-opus.mp4", Some(LONG_AT_48_KHZ), 0),
        ("mkv-opus.webm", None, 0),
        ("wav-adpcm_ms.wav", None, 0),
        ("wav-adpcm_ima_wav.wav", None, 0),
        ("adts-aac.aac", None, 1_024),
    ] {
        let mut recording = read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let sample_rate = if name.contains("opus") { 48_000 } else { 44_100 };
        assert_eq!((recording.sample_rate, recording.channels.len()), (sample_rate, 2), "{name}");
        assert_eq!(recording.len(), len.unwrap_or(recording.len()), "{name}");
        recording.channels.iter_mut().for_each(|channel| drop(channel.drain(..late)));
        let expected = tones(sample_rate, recording.len());
        let error = error_db(&recording, &expected, 2_000..9_000);
        assert!(error < -20.0, "{name}: differs by {error:.1} dB");
        // A sample later or earlier fits less well.
        let shifted = |from: usize| Recording {
            channels: recording.channels.iter().map(|channel| channel[from..].to_vec()).collect(),
            ..recording.clone()
        };
        let mut later = expected.clone();
        later.channels.iter_mut().for_each(|channel| drop(channel.drain(..1)));
        assert!(error < error_db(&recording, &later, 2_000..9_000), "{name} is early");
        assert!(error < error_db(&shifted(1), &expected, 2_000..9_000), "{name} is late");
    }
}

#[test]
fn what_is_not_read_is_named_and_never_noise() {
    for (name, found) in [
        ("not-read-wavpack.wv", "unknown format (WavPack)"),
        ("not-read-mp4-ac3.mp4", "unknown format (AC-3 in ISO Base Media File Format)"),
    ] {
        let error = read(path(name)).map(|recording| recording.len()).unwrap_err();
        assert!(matches!(error, RecordingError::UnknownFormat { .. }), "{error}");
        assert!(error.to_string().contains(found), "{error}");
    }
}

/// As `cat one.mp3 two.mp3` and some recorders leave them.
#[test]
fn mp3_files_in_a_row_are_read_one_after_another() {
    let folder = tempfile::tempdir().unwrap();
    let (row, one) = (folder.path().join("row.mp3"), fs::read(path("mp3.mp3")).unwrap());
    fs::write(&row, [&one[..], &one, &one].concat()).unwrap();
    let (recording, warning) = read_with_warning(&row).unwrap();
    let single = read(path("mp3.mp3")).unwrap();
    assert_eq!(warning, None);
    for (channel, single) in recording.channels.iter().zip(&single.channels) {
        assert_eq!(channel, &[&single[..], single, single].concat());
    }
}

#[test]
fn chained_ogg_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let chain = folder.path().join("chain.ogg");
    for name in ["ogg-vorbis.ogg", "ogg-opus.opus", "ogg-opus-mono.opus"] {
        let one = fs::read(path(name)).unwrap();
        // Each stream has a number of its own, in every page.
        let mut two = one.clone();
        change_pages(&mut two, |page| page[14..18].copy_from_slice(&77_u32.to_le_bytes()));
        fs::write(&chain, [&one[..], &two].concat()).unwrap();
        let (recording, warning) = read_with_warning(&chain).unwrap();
        let single = read(path(name)).unwrap();
        assert_eq!((recording.len(), warning), (2 * single.len(), None), "{name}");
        assert_eq!(recording.channels[0][single.len()..], single.channels[0], "{name}");
    }
}

/// Speech, in packets of 60 ms. The speech coder itself moves waves by up to 0.1 ms: libopus in ffmpeg has the same
/// error.
#[test]
fn mono_opus_is_as_long_as_it_was() {
    let recording = read(path("ogg-opus-mono.opus")).unwrap();
    assert_eq!((recording.sample_rate, recording.channels.len()), (48_000, 1));
    assert_eq!(recording.len(), LONG_AT_48_KHZ);
    let both = tones(48_000, LONG_AT_48_KHZ);
    let mixed = both.channels[0].iter().zip(&both.channels[1]).map(|(left, right)| 0.5 * (left + right)).collect();
    let error = error_db(&recording, &Recording { channels: vec![mixed], ..both }, 2_000..9_000);
    assert!(error < -4.5, "differs by {error:.1} dB");
}

/// An encoder may ask for 80 ms to be left out, four packets, and for any level.
#[test]
fn what_comes_before_the_sound_of_opus_is_left_out_and_its_gain_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.opus");
    let (mut bytes, whole) = (fs::read(path("ogg-opus.opus")).unwrap(), read(path("ogg-opus.opus")).unwrap());
    change_pages(&mut bytes, |page| {
        if let Some(header) = page.windows(8).position(|bytes| bytes == b"OpusHead") {
            page[header + 10..header + 12].copy_from_slice(&3_840_u16.to_le_bytes());
            // -6.02 dB, in units of 1/256 dB.
            page[header + 16..header + 18].copy_from_slice(&(-1_541_i16).to_le_bytes());
        }
    });
    fs::write(&changed, &bytes).unwrap();
    let (recording, warning) = read_with_warning(&changed).unwrap();
    let left_out = 3_840 - 312;
    assert_eq!((recording.len(), warning), (whole.len() - left_out, None));
    for (channel, whole) in recording.channels.iter().zip(&whole.channels) {
        let pairs = channel.iter().zip(&whole[left_out..]);
        let error = pairs.fold(0.0_f32, |error, (sample, whole)| error.max((sample - 0.5 * whole).abs()));
        assert!(error < 1e-4, "differs by {error}");
    }
}

#[test]
fn opus_in_mp4_without_an_edit_list_begins_where_its_header_says() {
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.mp4");
    let (mut bytes, whole) = (fs::read(path("mp4-opus.mp4")).unwrap(), read(path("mp4-opus.mp4")).unwrap());
    let edits = bytes.windows(4).position(|bytes| bytes == b"edts").unwrap();
    bytes[edits..edits + 4].copy_from_slice(b"free");
    fs::write(&changed, &bytes).unwrap();
    let recording = read(&changed).unwrap();
    // The padding at the end is known from the edit list alone.
    assert!((whole.len()..whole.len() + 960).contains(&recording.len()), "{}", recording.len());
    for (channel, whole) in recording.channels.iter().zip(&whole.channels) {
        assert_eq!(channel[..whole.len()], whole[..]);
    }
}

/// Changes every page of an Ogg stream by `change`, and its checksum after it.
fn change_pages(ogg: &mut [u8], change: impl Fn(&mut [u8])) {
    let mut start = 0;
    while start < ogg.len() {
        assert_eq!(&ogg[start..start + 4], b"OggS");
        let segments = usize::from(ogg[start + 26]);
        let body: usize = ogg[start + 27..][..segments].iter().map(|size| usize::from(*size)).sum();
        let page = &mut ogg[start..start + 27 + segments + body];
        change(page);
        page[22..26].fill(0);
        let checksum = page.iter().fold(0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 })
        });
        page[22..26].copy_from_slice(&checksum.to_le_bytes());
        start += page.len();
    }
}

/// As Apple's encoders write it where there is no edit list.
#[test]
fn the_comment_on_an_encoders_delay_is_heeded() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs::read(path("mp4-aac.m4a")).unwrap();
    let place = |file: &[u8], name: &[u8]| file.windows(4).position(|bytes| bytes == name).unwrap();
    let edits = place(&file, b"edts");
    file[edits..edits + 4].copy_from_slice(b"free");
    // 1,024 samples of delay, 11,025 that are heard; at the end of `moov`, which is the last box.
    let moov = place(&file, b"moov") - 4;
    let text = b" 00000000 00000400 000001EF 0000000000002B11 00000000 00000000";
    let boxed = |name: &[u8], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes(), name, content].concat();
    let data = boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0][..], text].concat());
    let name = boxed(b"name", b"\0\0\0\0iTunSMPB");
    let mean = boxed(b"mean", b"\0\0\0\0com.apple.iTunes");
    let added = boxed(b"udta", &boxed(b"skip", &boxed(b"----", &[mean, name, data].concat())));
    file.extend(&added);
    let size = (file.len() - moov) as u32;
    file[moov..moov + 4].copy_from_slice(&size.to_be_bytes());
    let commented = folder.path().join("commented.m4a");
    fs::write(&commented, &file).unwrap();
    assert_eq!(read(&commented).unwrap(), read(path("mp4-aac.m4a")).unwrap());
}

/// Three quarters of the sound, and of the last frame a byte.
#[test]
fn files_that_are_cut_off_are_read_as_far_as_they_go() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut");
    let mut tried = 0;
    for entry in fs::read_dir(path("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // The table of packets' lengths of ALAC is behind them.
        if !name.starts_with("aiff") && !name.starts_with("caf-") && !name.starts_with("w64") || name.contains("alac") {
            continue;
        }
        let (bytes, whole) = (fs::read(path(&name)).unwrap(), read(path(&name)).unwrap());
        let frame = bytes.len() / SHORT;
        fs::write(&cut, &bytes[..bytes.len() - SHORT / 4 * frame + 1]).unwrap();
        let (recording, warning) = read_with_warning(&cut).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!((320..=SHORT * 3 / 4 + 1).contains(&recording.len()), "{name}: {}", recording.len());
        for (channel, whole) in recording.channels.iter().zip(&whole.channels) {
            assert_eq!(channel, &whole[..recording.len()], "{name}");
        }
        assert!(matches!(warning, Some(ReadWarning::EndsEarly { .. })), "{name}: {warning:?}");
        tried += 1;
    }
    assert_eq!(tried, 22, "files without loss whose samples have a size");
    for name in ["../tones.flac", "../tones.mp3"] {
        let whole = fs::read(path(name)).unwrap();
        fs::write(&cut, &whole[..whole.len() * 4 / 5]).unwrap();
        let (recording, warning) = read_with_warning(&cut).unwrap_or_else(|error| panic!("{name}: {error}"));
        let share = recording.len() as f32 / read(path(name)).unwrap().len() as f32;
        assert!((0.4..0.9).contains(&share), "{name}: {share}");
        let warns = matches!(warning, Some(ReadWarning::EndsEarly { .. } | ReadWarning::CutOff { .. }));
        assert!(warns, "{name}: {warning:?}");
    }
    // Ogg pages that are whole are heard.
    let (whole, sound) = (fs::read(path("ogg-opus-mono.opus")).unwrap(), read(path("ogg-opus-mono.opus")).unwrap());
    fs::write(&cut, &whole[..whole.len() * 4 / 5]).unwrap();
    let (recording, warning) = read_with_warning(&cut).unwrap();
    assert!(recording.len() > LONG_AT_48_KHZ / 2, "{}", recording.len());
    assert_eq!(recording.channels[0], sound.channels[0][..recording.len()]);
    assert!(matches!(warning, Some(ReadWarning::CutOff { .. })), "{warning:?}");
    // What says where the sound is, is at the end.
    for name in ["mp4-aac.m4a", "mp4-opus.mp4", "mov-s16le.mov", "mkv-s16le.mkv"] {
        let whole = fs::read(path(name)).unwrap();
        fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
        let sentence = read(&cut).unwrap_err().to_string();
        assert!(sentence.contains("cut off or never finished"), "{name}: {sentence}");
    }
}

/// Sizes as recorders leave them that crash, or write to a pipe.
#[test]
fn aiff_and_caf_files_that_were_never_finished_are_read_to_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("recording");
    let place = |bytes: &[u8], name: &[u8]| bytes.windows(4).position(|four| four == name).unwrap();
    for name in ["aiff-s24be.aiff", "aiff-f32be.aiff", "aiff-alaw.aiff"] {
        let (mut bytes, whole) = (fs::read(path(name)).unwrap(), read(path(name)).unwrap());
        let (common, sound) = (place(&bytes, b"COMM"), place(&bytes, b"SSND"));
        for unknown in [0x7FFF_FFFF_u32, u32::MAX] {
            bytes[sound + 4..sound + 8].copy_from_slice(&unknown.to_be_bytes());
            fs::write(&file, &bytes).unwrap();
            assert_eq!(read_with_warning(&file).unwrap(), (whole.clone(), None), "{name}, {unknown:#x}");
        }
        bytes[common + 10..common + 14].fill(0);
        for unfinished in [0_u32, 8] {
            bytes[sound + 4..sound + 8].copy_from_slice(&unfinished.to_be_bytes());
            fs::write(&file, &bytes).unwrap();
            let (read, warning) = read_with_warning(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read, whole, "{name}");
            assert!(matches!(warning, Some(ReadWarning::NeverFinished { .. })), "{name}: {warning:?}");
        }
    }
    for name in ["caf-s16be.caf", "caf-f32le.caf", "caf-alaw.caf"] {
        let (mut bytes, whole) = (fs::read(path(name)).unwrap(), read(path(name)).unwrap());
        let sound = place(&bytes, b"data");
        // To the end of the file, whatever its length.
        bytes[sound + 4..sound + 12].fill(0xFF);
        fs::write(&file, &bytes).unwrap();
        assert_eq!(read_with_warning(&file).unwrap(), (whole, None), "{name}");
    }
}
