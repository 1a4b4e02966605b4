//! `separate --marks`.

use super::*;
use std::io::BufWriter;
use unbraid::recording;

/// A note of each source, where the other one is heard too.
const MARKS: &str = r#"{ "marks": [
    { "source": "Low", "comb": { "points": [[0.0, 110], [0.15, 110]], "partials": 3 } },
    { "source": 2, "says": "excluded", "box": [[0, 30], [0.6, 300]] }
] }"#;

/// A label image of two halves: source 2 above, nothing below.
fn label_image(path: PathBuf, label: u8) {
    let file = BufWriter::new(fs::File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, 8, 6);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[[label; 24], [0; 24]].concat()).unwrap();
}

#[test]
fn marks_change_what_each_source_gets_and_are_learned_from() {
    let bench = Bench::new();
    fs::write(bench.path("marks.json"), MARKS).unwrap();
    label_image(bench.path("labels.png"), 2);
    bench.run("learn low=low.wav high=high.wav -o p.unbraid.safetensors --components 3 --iterations 9").succeeded();
    let read = |name: &str| recording::read(bench.path(name)).unwrap();
    for marks in ["marks.json", "labels.png"] {
        let separate = format!("separate mix.wav -p p.unbraid.safetensors --marks {marks} -o {marks}.out --json");
        let json = bench.run(&format!("{separate} --learned {marks}.unbraid.safetensors")).succeeded().json();
        assert_eq!((&json["mode"], &json["latency_samples"]), (&"marks".into(), &0.into()));
        assert_eq!(json["learned"], format!("{marks}.unbraid.safetensors"));
        let [low, high] = ["low", "high"].map(|name| read(&format!("{marks}.out/{name}.wav")));
        let sum = Recording::sum_of(&[low, high]);
        assert!(difference_db(&sum, &read("mix.wav")) < -90.0, "the sources add up");
        let taught = file::read(&bench.path(&format!("{marks}.unbraid.safetensors"))).unwrap();
        let from = |source: usize| taught.sources[source].learned_from().last().unwrap().clone();
        assert_eq!(from(1), "marks");
        assert_eq!(from(0), if marks == "marks.json" { "marks" } else { "low.wav" });
    }
    // Everything above 775 Hz is marked as the high source.
    let [plain, labelled] = ["plain.out", "labels.png.out"].map(|folder| {
        if folder == "plain.out" {
            fs::write(bench.path("none.json"), r#"{ "marks": [] }"#).unwrap();
            bench.run("separate mix.wav -p p.unbraid.safetensors --marks none.json -o plain.out").succeeded();
        }
        power(&read(&format!("{folder}/high.wav")))
    });
    assert!(labelled > plain, "{labelled}, {plain}");
}

#[test]
fn a_weak_mark_changes_less() {
    let bench = Bench::new();
    bench.run("learn low=low.wav high=high.wav -o p.unbraid.safetensors --components 3 --iterations 9").succeeded();
    let high = |marks: &str| {
        fs::write(bench.path("m.json"), format!(r#"{{ "marks": [{marks}] }}"#)).unwrap();
        let _ = fs::remove_dir_all(bench.path("m.out"));
        bench.run("separate mix.wav -p p.unbraid.safetensors --marks m.json -o m.out").succeeded();
        recording::read(bench.path("m.out/high.wav")).unwrap()
    };
    let none = high("");
    let away = |strength: f32| {
        let mark = r#"{ "source": "High", "box": [[0, 30], [0.6, 300]], "strength": "#;
        let marked = high(&format!("{mark}{strength} }}"));
        let pairs = marked.channels[0].iter().zip(&none.channels[0]);
        pairs.map(|(a, b)| f64::from((a - b) * (a - b))).sum::<f64>()
    };
    let [weak, full] = [0.2, 1.0].map(away);
    assert!(weak > 0.0 && full > 1.5 * weak, "{weak}, {full}");
}

#[test]
fn marks_that_cannot_be_used_are_refused_in_a_sentence() {
    let bench = Bench::with_preset();
    label_image(bench.path("nine.png"), 9);
    fs::write(bench.path("bad.json"), r#"{ "marks": [{ "source": "Voice", "box": [[0, 1], [1, 2]] }] }"#).unwrap();
    fs::write(bench.path("text.json"), "drums").unwrap();
    let strong = r#"{ "marks": [{ "source": 1, "strength": 1.5, "box": [[0, 1], [1, 2]] }] }"#;
    fs::write(bench.path("strong.json"), strong).unwrap();
    fs::write(bench.path("noise.json"), [0xff, 0xfe, 0x00]).unwrap();
    fs::write(bench.path("cut.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let separate = "separate mix.wav -p p.unbraid.safetensors -o out";
    for (file, expected) in [
        ("bad.json", "mark 1 is of the source “Voice”, which the preset does not have"),
        ("strong.json", "mark 1: its strength is a number from 0 to 1"),
        ("text.json", "these are no marks"),
        ("noise.json", "neither JSON nor a PNG image"),
        ("nine.png", "a pixel has the value 9"),
        ("cut.png", "this PNG image cannot be read"),
        ("none.json", "cannot be read"),
    ] {
        bench.fails(&format!("{separate} --marks {file}"), expected);
    }
    bench.fails(&format!("{separate} --marks bad.json --learned p.unbraid.safetensors"), "would be overwritten");
    bench.is_misused_by(&format!("{separate} --marks bad.json --mode live"), "cannot be used with");
    bench.is_misused_by(&format!("{separate} --learned x.unbraid.safetensors"), "--marks");
}
