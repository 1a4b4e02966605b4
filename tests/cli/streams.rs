//! Long recordings, and sound that comes and goes through pipes.

use super::*;
use std::io::Write;

impl Bench {
    /// Runs the program with `input` on its stdin.
    fn pipe(&self, arguments: &str, input: &[u8]) -> Output {
        let mut command = self.command(&arguments.split(' ').collect::<Vec<_>>());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }
}

#[test]
fn a_mixture_may_come_through_a_pipe_and_its_remix_go_through_another() {
    let bench = Bench::with_preset();
    let mut piped = fs::read(bench.path("mix.wav")).unwrap();
    let data = piped.windows(4).position(|bytes| bytes == b"data").unwrap();
    bench.run("remix mix.wav -p p.unbraid.safetensors -o r.wav --gain low=-6").succeeded();
    let before = bench.files();
    // As programs write it that do not know how much will come.
    for size in [u32::MAX, 0] {
        piped[4..8].copy_from_slice(&size.to_le_bytes());
        piped[data + 4..data + 8].copy_from_slice(&size.to_le_bytes());
        let ran = bench.pipe("remix - -p p.unbraid.safetensors -o - --gain low=-6", &piped);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(ran.stdout, fs::read(bench.path("r.wav")).unwrap());
    }
    assert_eq!(bench.files(), before);
    let empty = bench.pipe("remix - -p p.unbraid.safetensors -o r.wav", b"");
    assert!(String::from_utf8_lossy(&empty.stderr).contains("error: stdin: is empty"));
    bench.is_misused_by("remix mix.wav -p p.unbraid.safetensors -o - --json", "--json prints on stdout");
}

#[test]
fn a_hit_shorter_than_a_frame_is_learned_from() {
    let bench = Bench::new();
    bench.write("hit.wav", RATE, vec![notes(&[1500.0])[..900].to_vec()]);
    bench.run("learn low=low.wav hit=hit.wav -o p.unbraid.safetensors --components 2 --iterations 5").succeeded();
    let preset = file::read(&bench.path("p.unbraid.safetensors")).unwrap();
    let basis = preset.sources[1].dictionaries()[0].basis(0).to_vec();
    let peak = (0..basis.len()).max_by(|a, b| basis[*a].total_cmp(&basis[*b])).unwrap();
    assert_eq!(peak, 70, "1,500 Hz");
}
