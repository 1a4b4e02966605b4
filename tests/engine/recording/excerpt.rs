//! What is learned from of long recordings.

use unbraid_engine::recording::{Excerpt, Recording, RecordingReader, SampleFormat, Survey, read, write_wav};

const RATE: u32 = 8_000;

/// A file whose second `n` has the constant value `(n + 1) / 1024`, but for those that are `silent`.
fn stairs(path: &std::path::Path, seconds: usize, silent: impl Fn(usize) -> bool) {
    let value = |second: usize| if silent(second) { 0.0 } else { (second + 1) as f32 / 1_024.0 };
    let samples = (0..seconds * RATE as usize).map(|n| value(n / RATE as usize)).collect();
    write_wav(path, &Recording { sample_rate: RATE, channels: vec![samples] }, SampleFormat::Float32).unwrap();
}

fn survey(path: &std::path::Path) -> Survey {
    let mut reader = RecordingReader::open(path).unwrap();
    let mut survey = Survey::new(&reader);
    while let Some(block) = reader.next_block().unwrap() {
        survey.add(block);
    }
    survey
}

#[test]
fn a_long_recording_gives_seconds_spread_evenly_over_where_it_sounds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.wav");
    stairs(&path, 200, |second| second % 2 == 1);
    let survey = survey(&path);
    assert_eq!((survey.seconds(), survey.peak()), (200.0, 199.0 / 1_024.0));
    let excerpt = &Excerpt::of_each(&[survey], 10.0, 1)[0];
    let (recording, warning) = RecordingReader::open(&path).unwrap().read_excerpt(excerpt).unwrap();
    assert!(excerpt.is_part() && warning.is_none());
    assert!((9.9..10.1).contains(&recording.seconds()), "{} s", recording.seconds());
    // The middle of each second: every tenth of those that sound, which are the even ones.
    let heard: Vec<f32> = (0..10).map(|n| recording.channels[0][n * RATE as usize + 4_000] * 1_024.0 - 1.0).collect();
    assert_eq!(heard, [0, 20, 40, 60, 80, 100, 120, 140, 160, 180].map(|second| second as f32));
}

#[test]
fn stretches_fade_into_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.wav");
    stairs(&path, 200, |_| false);
    let excerpt = &Excerpt::of_each(&[survey(&path)], 10.0, 1)[0];
    let (recording, _) = RecordingReader::open(&path).unwrap().read_excerpt(excerpt).unwrap();
    // A cut would be a step of 20.
    let steps = recording.channels[0].windows(2).map(|pair| (pair[1] - pair[0]).abs() * 1_024.0);
    assert!(steps.fold(0.0, f32::max) < 5.0);
}

#[test]
fn recordings_of_a_source_share_what_is_learned_from_by_their_length() {
    let folder = tempfile::tempdir().unwrap();
    let [long, short] = ["long.wav", "short.wav"].map(|name| folder.path().join(name));
    stairs(&long, 90, |_| false);
    stairs(&short, 30, |_| false);
    let surveys = [survey(&long), survey(&short)];
    let read_of = |path, excerpt| RecordingReader::open(path).unwrap().read_excerpt(excerpt).unwrap().0;
    let excerpts = Excerpt::of_each(&surveys, 60.0, 1);
    let seconds =
        [(&long, &excerpts[0]), (&short, &excerpts[1])].map(|(path, excerpt)| read_of(path, excerpt).seconds());
    assert!((44.9..45.5).contains(&seconds[0]) && (14.9..15.5).contains(&seconds[1]), "{seconds:?}");
    // What is not too long is whole, to the bit.
    let whole = Excerpt::of_each(&surveys, 120.0, 1);
    assert!(!whole[0].is_part() && read_of(&long, &whole[0]) == read(&long).unwrap());
}

#[test]
fn a_short_recording_beside_a_long_one_is_not_cut_below_what_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["long.wav", "short.wav", "shorter.wav", "quiet.wav"].map(|name| folder.path().join(name));
    stairs(&paths[0], 400, |_| false);
    stairs(&paths[1], 5, |_| false);
    stairs(&paths[2], 2, |_| false);
    // Something sounds in two of its seconds alone.
    stairs(&paths[3], 8, |second| second > 1);
    let excerpts = Excerpt::of_each(&paths.each_ref().map(|path| survey(path)), 90.0, 3);
    let read = |(path, excerpt)| RecordingReader::open(path).unwrap().read_excerpt(excerpt).unwrap().0.seconds();
    let seconds: Vec<f64> = paths.iter().zip(&excerpts).map(read).collect();
    assert!((80.0..90.0).contains(&seconds[0]), "{seconds:?}");
    assert!((3.0..3.1).contains(&seconds[1]) && (3.0..3.1).contains(&seconds[3]), "{seconds:?}");
    assert_eq!(seconds[2], 2.0, "all of it");
}

#[test]
fn passages_are_spread_evenly_over_all_that_sounds() {
    let folder = tempfile::tempdir().unwrap();
    let [long, hit] = ["long.wav", "hit.wav"].map(|name| folder.path().join(name));
    stairs(&long, 60, |second| (10..20).contains(&second));
    stairs(&hit, 1, |_| false);
    let surveys: Vec<Survey> = std::iter::once(survey(&long)).chain(vec![survey(&hit); 50]).collect();
    // Of a hundred seconds three passages of four.
    let excerpts = Excerpt::passages(&surveys, 3, 4);
    let read_of = |path, excerpt| RecordingReader::open(path).unwrap().read_excerpt(excerpt).unwrap().0;
    // Ten seconds of silence do not count; the second passage goes on into the hits.
    let first = read_of(&long, &excerpts[0]);
    let stair = |n: usize| (first.channels[0][n * first.sample_rate as usize + 500] * 1_024.0).round();
    assert_eq!([0, 1, 2, 3, 4, 5].map(stair), [25.0, 26.0, 27.0, 28.0, 59.0, 60.0]);
    assert!((5.9..6.1).contains(&first.seconds()), "{}", first.seconds());
    let hits: Vec<usize> = (0..50).filter(|hit| !excerpts[hit + 1].is_empty()).collect();
    assert_eq!(hits, [0, 1, 31, 32, 33, 34]);
    assert!(read_of(&hit, &excerpts[3]).is_empty());
    // What is not too long is whole.
    assert!(Excerpt::passages(&surveys, 11, 10).iter().all(|excerpt| !excerpt.is_part()));
}
