//! What each command says to input that is wrong, and what it leaves behind.

use super::*;

#[test]
fn arguments_that_make_no_sense_are_usage_errors() {
    let bench = Bench::with_preset();
    bench.is_misused_by("learn", "required");
    bench.is_misused_by("learn low.wav -o x.unbraid.safetensors", "write SOURCE=FILE");
    bench.is_misused_by("learn =low.wav -o x.unbraid.safetensors", "write SOURCE=FILE");
    bench.is_misused_by("learn low=low.wav -o x.safetensors", "as in x.unbraid.safetensors");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --components 0", "from 1 to 1024");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --components 1025", "from 1 to 1024");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --iterations 0", "0 is not in");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --adaptive rest=0", "from 1 to 1024");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --adaptive Low", "have the same name");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --adaptive r --adaptive r=2", "have the same name");
    bench.is_misused_by("learn low=low.wav LOW=mix.wav -o x.unbraid.safetensors", "have the same name");
    bench.is_misused_by("learn ../up=low.wav -o x.unbraid.safetensors", "a text without slashes");
    let nine = (0..9).map(|i| format!("s{i}=low.wav")).collect::<Vec<_>>().join(" ");
    bench.is_misused_by(
        &format!("learn {nine} -o x.unbraid.safetensors"),
        "9 sources are named; a preset holds at most 8",
    );

    let separate = "separate mix.wav -p p.unbraid.safetensors -o out";
    for command in ["separate mix.wav -o out", "remix mix.wav -o r.wav"] {
        bench.is_misused_by(command, "name a preset with --preset, or give --sources N");
        bench.is_misused_by(&format!("{command} -p p.unbraid.safetensors --sources 2"), "cannot be used with");
        for (options, expected) in [
            ("--sources 1", "from 2 to 8"),
            ("--sources 9", "from 2 to 8"),
            ("--sources 2 --components 0", "from 1 to 1024"),
            ("--sources 2 --by loudness", "timbre"),
            ("--sources 2 --seed 1", "--batch"),
            ("-p p.unbraid.safetensors --components 3", "cannot be used with"),
            ("-p p.unbraid.safetensors --by time", "cannot be used with"),
            ("-p p.unbraid.safetensors --iterations 9", "--batch"),
            ("-p p.unbraid.safetensors --batch --iterations 0", "0 is not in"),
            ("-p p.unbraid.safetensors --batch --mode live", "cannot be used with"),
            ("-p p.unbraid.safetensors --batch --sparsity 0.5", "cannot be used with"),
            ("-p p.unbraid.safetensors --batch --smoothness 0.5", "cannot be used with"),
        ] {
            bench.is_misused_by(&format!("{command} {options}"), expected);
        }
    }
    bench.is_misused_by(&format!("{separate} --mode fast"), "quality");
    for (option, expected) in [
        ("--focus 0.4", "0.5 to 4"),
        ("--focus 4.1", "0.5 to 4"),
        ("--focus nan", "0.5 to 4"),
        ("--sparsity 1.1", "0 to 1"),
        ("--sparsity=-0.1", "0 to 1"),
        ("--smoothness 2", "0 to 1"),
        ("--format 8", "32f"),
    ] {
        bench.is_misused_by(&format!("{separate} {option}"), expected);
    }

    let remix = "remix mix.wav -p p.unbraid.safetensors -o r.wav";
    for gain in ["low", "=3", "low=loud", "low=12.1", "low=-60.1", "low=inf", "low=nan"] {
        bench.is_misused_by(&format!("{remix} --gain {gain}"), "--gain <SOURCE=DB>");
    }
    bench.is_misused_by(&format!("{remix} --gain low=1 --gain low=2"), "names source \"low\" twice");
    bench.is_misused_by("remix mix.wav -p p.unbraid.safetensors -o r.mp3", ".wav");

    bench.is_misused_by("evaluate --reference low.wav", "--estimate");
    bench.is_misused_by("evaluate --reference low.wav high.wav --estimate low.wav", "2 references and 1 estimates");
    bench.is_misused_by("inspect p.unbraid.safetensors --plot bases.jpg", ".png");
    bench.is_misused_by("unravel", "unrecognized subcommand");
}

#[test]
fn help_is_no_error() {
    let bench = Bench::new();
    for arguments in ["--help", "--version", "learn --help", "separate -h"] {
        let ran = bench.run(arguments).succeeded();
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty(), "{arguments}");
    }
    let help = bench.run("--help").stdout;
    for command in ["learn", "separate", "remix", "evaluate", "tune", "merge", "inspect", "export", "import", "presets"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is there but not listed");
        assert!(!bench.run(&format!("{command} --help")).succeeded().stdout.is_empty(), "{command}");
    }
}

#[test]
fn recordings_that_cannot_be_used_are_named_in_a_sentence() {
    let bench = Bench::with_preset();
    fs::create_dir(bench.path("folder")).unwrap();
    fs::write(bench.path("words.wav"), b"These are words and no sound, however long one listens.").unwrap();
    bench.write("three.wav", RATE, vec![vec![0.1; 9_000]; 3]);
    bench.write("empty.wav", RATE, vec![vec![]]);
    bench.write("silent.wav", RATE, vec![vec![0.0; 9_000]]);
    bench.write("short.wav", RATE, vec![notes(&[200.0])[..2_000].to_vec()]);
    bench.write("nan.wav", RATE, vec![vec![f32::NAN; 9_000]]);
    bench.write("slow.wav", 800, vec![vec![0.1; 9_000]]);
    for (file, expected) in [
        ("nowhere.wav", "there is no such file"),
        ("folder", "this is not a file"),
        ("words.wav", "unknown format"),
        ("three.wav", "has 3 channels"),
        ("empty.wav", "is empty"),
        ("silent.wav", "is silent"),
        ("short.wav", "lasts 45 ms, less than one frame of 47 ms"),
        ("nan.wav", "sample 0 of channel 1 is not a finite number"),
        ("slow.wav", "its sample rate is 800 Hz"),
    ] {
        let message = format!("error: {file}: {expected}");
        // What is shorter than a frame can be learned from, and a folder stands for what is in it.
        if !["short.wav", "folder"].contains(&file) {
            let learn = format!("learn low=low.wav x={file} -o x.unbraid.safetensors --components 2 --iterations 2");
            bench.fails(&learn, &message);
        }
        bench.fails(&format!("separate {file} -p p.unbraid.safetensors -o out"), &message);
        bench.fails(&format!("separate {file} --sources 2 --batch -o out"), &message);
        bench.fails(&format!("remix {file} -p p.unbraid.safetensors -o r.wav"), &message);
        if file != "short.wav" {
            bench.fails(&format!("evaluate --reference low.wav --estimate {file}"), &message);
        }
    }
    assert!(!bench.path("out").exists(), "not even a folder is left");
}

#[test]
fn presets_that_cannot_be_used_are_named_in_a_sentence() {
    let bench = Bench::with_preset();
    let whole = fs::read(bench.path("p.unbraid.safetensors")).unwrap();
    fs::write(bench.path("cut.unbraid.safetensors"), &whole[..whole.len() / 2]).unwrap();
    for (preset, expected) in [
        ("nowhere.unbraid.safetensors", "no such file"),
        ("cut.unbraid.safetensors", "cut off"),
        ("low.wav", "low.wav:"),
    ] {
        bench.fails(&format!("separate mix.wav -p {preset} -o out"), expected);
        bench.fails(&format!("remix mix.wav -p {preset} -o r.wav"), expected);
        bench.fails(&format!("inspect {preset} --plot b.png"), expected);
    }
}

#[test]
fn a_source_that_the_preset_lacks_is_a_failure_that_lists_those_it_has() {
    let bench = Bench::with_preset();
    let expected = "p.unbraid.safetensors has no source \"middle\"; it has \"low\", \"high\"";
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o r.wav --gain middle=-3", expected);
    let expected = "--sources 2 has no source \"low\"; it has \"percussive\", \"tonal\"";
    bench.fails("remix mix.wav --sources 2 -o r.wav --gain low=-3", expected);
}

#[test]
fn a_mixture_without_left_and_right_cannot_be_told_apart_by_position() {
    let bench = Bench::new();
    let channel = read(bench.path("mix.wav")).unwrap().channels[0].clone();
    bench.write("mono.wav", RATE, vec![channel.clone()]);
    bench.write("same.wav", RATE, vec![channel.clone(), channel]);
    for file in ["mono.wav", "same.wav"] {
        for batch in ["", " --batch"] {
            let expected = format!("{file}: it is mono, or both channels are the same");
            bench.fails(&format!("separate {file} --sources 2 --by position -o out{batch}"), &expected);
            bench.fails(&format!("remix {file} --sources 2 --by position -o r.wav{batch}"), &expected);
        }
    }
}

#[test]
fn files_at_different_sample_rates_cannot_be_scored_together() {
    let bench = Bench::new();
    bench.write("other.wav", 48_000, vec![notes(&[110.0])]);
    let expected = "other.wav: its sample rate is 48000 Hz, that of low.wav is 44100 Hz";
    bench.fails("evaluate --reference low.wav --estimate other.wav", expected);
}

#[test]
fn mono_and_other_sample_rates_are_learned_and_separated_as_they_are() {
    let bench = Bench::new();
    bench.write("mono.wav", RATE, vec![read(bench.path("high.wav")).unwrap().channels[0].clone()]);
    let mix = read(bench.path("mix.wav")).unwrap().resampled(48_000).unwrap();
    bench.write("mix48.wav", 48_000, mix.channels.clone());
    bench
        .run("learn low=low.wav low=mix48.wav high=mono.wav -o p.unbraid.safetensors --components 3 --iterations 20")
        .succeeded();
    bench.run("separate mix48.wav -p p.unbraid.safetensors -o out").succeeded();
    let separated = read(bench.path("out/high.wav")).unwrap();
    assert_eq!((separated.sample_rate, separated.len()), (48_000, mix.len()));
}

#[test]
fn what_cannot_be_written_is_told_before_the_work_begins() {
    let bench = Bench::with_preset();
    bench.fails("learn low=low.wav -o absent/x.unbraid.safetensors", "there is no folder absent; create it first");
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o absent/r.wav", "there is no folder absent; create it first");
    bench.fails("separate mix.wav -p p.unbraid.safetensors -o low.wav", "this is a file; name a folder");
    bench.fails("inspect p.unbraid.safetensors --plot absent/b.png", "there is no folder absent; create it first");
    fs::create_dir(bench.path("taken.wav")).unwrap();
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o taken.wav", "this is not a file");
}

#[test]
fn the_mixture_itself_is_never_overwritten() {
    let bench = Bench::with_preset();
    let before = fs::read(bench.path("mix.wav")).unwrap();
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o ./mix.wav", "would be overwritten");
    bench.fails("separate low.wav -p p.unbraid.safetensors -o .", "would be overwritten");
    assert_eq!(fs::read(bench.path("mix.wav")).unwrap(), before);
}

#[test]
fn progress_is_plain_lines_where_there_is_no_terminal() {
    let bench = Bench::with_preset();
    let ran = bench.run("separate mix.wav -p p.unbraid.safetensors -o out").succeeded();
    assert_eq!(ran.stdout, "");
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!((lines[0], lines.contains(&"separating mix.wav: 100 %")), ("separating mix.wav: 0 %", true));
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains('\r'), "{:?}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};
    let bench = Bench::new();
    let before = bench.files();
    for (arguments, first) in [
        ("learn low=low.wav -o x.unbraid.safetensors --components 64 --iterations 1000000", "learning low: 0 %"),
        ("separate mix.wav --sources 8 --components 300 --batch -o out", "separating mix.wav: 0 %"),
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let mut child = bench.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), first);
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert!(lines.map(Result::unwrap).any(|line| line == "error: stopped; nothing was written"));
        assert_eq!(bench.files(), before);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::new();
    let mut child = bench.command(&["presets"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert!(status.success() && stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
}

/// As old archives unpack them: in Latin-1.
#[cfg(unix)]
#[test]
fn names_that_are_no_utf8_are_no_failure() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let bench = Bench::with_preset();
    let latin = |name: &'static [u8]| OsStr::from_bytes(name);
    fs::copy(bench.path("low.wav"), bench.folder.path().join(latin(b"\xe9t\xe9.wav"))).unwrap();
    fs::create_dir_all(bench.path("presets")).unwrap();
    let preset = bench.path("presets").join(latin(b"\xe9t\xe9.unbraid.safetensors"));
    fs::copy(bench.path("p.unbraid.safetensors"), preset).unwrap();
    for (arguments, name) in [
        ("evaluate --estimate low.wav --reference", &b"\xe9t\xe9.wav"[..]),
        ("separate mix.wav -p p.unbraid.safetensors -o", b"out\xe9"),
        ("presets", b""),
    ] {
        let mut command = bench.command(&arguments.split(' ').collect::<Vec<_>>());
        if !name.is_empty() {
            command.arg(OsStr::from_bytes(name));
        }
        let Output { status, stdout, stderr } = command.arg("--json").output().unwrap();
        assert!(status.success(), "{arguments}: {}", String::from_utf8_lossy(&stderr));
        serde_json::from_slice::<serde_json::Value>(&stdout).unwrap();
    }
    // Arguments that are looked into must be UTF-8, and that is said.
    let name = OsStr::from_bytes(b"low=\xe9t\xe9.wav");
    let refused = bench.command(&["learn", "-o", "x.unbraid.safetensors"]).arg(name).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.starts_with("error: invalid UTF-8"), "{said}");
}

/// A recording that a crash or a full disk has cut off.
#[test]
fn a_wav_file_that_was_cut_off_is_used_with_a_warning() {
    let bench = Bench::with_preset();
    let whole = fs::read(bench.path("mix.wav")).unwrap();
    fs::write(bench.path("cut.wav"), &whole[..whole.len() / 2]).unwrap();
    let ran = bench.run("remix cut.wav -p p.unbraid.safetensors -o r.wav");
    assert!(ran.code == 0 && ran.stderr.contains("warning: cut.wav: it is cut off; its first "), "{}", ran.stderr);
    let (cut, mix) = (read(bench.path("r.wav")).unwrap(), read(bench.path("mix.wav")).unwrap());
    assert!((cut.len() * 2).abs_diff(mix.len()) < 100, "{} of {} samples", cut.len(), mix.len());
}

#[test]
fn what_cannot_be_noted_leaves_the_preset_as_it_was() {
    let bench = Bench::with_preset();
    let bytes = fs::read(bench.path("p.unbraid.safetensors")).unwrap();
    bench.is_misused_by("presets tag p.unbraid.safetensors", "with --tags, --author or --notes");
    let tag = |text: &str| format!("presets tag p.unbraid.safetensors --tags {text}");
    bench.fails(&tag(&"x".repeat(33)), "`about.tags[0]` is 33 characters long; expected 1 to 32 characters");
    let many = (0..17).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    bench.fails(&tag(&many), "`about.tags` is a list of 17; expected at most 16 tags");
    bench.fails("presets tag none.unbraid.safetensors --author me", "there is no such file");
    bench.fails("presets tag None --author me", "no preset is called");
    let ran = bench.run_with(&["presets", "tag", "Drums + Bass", "--author", "me"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("\"Drums + Bass\" is a factory preset, and those stay as they are"), "{}", ran.stderr);
    assert!(fs::read(bench.path("p.unbraid.safetensors")).unwrap() == bytes);
}
