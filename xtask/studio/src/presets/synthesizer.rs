//! FluidSynth, which plays scores with the soundfont FluidR3 GM.

use super::{
    midi,
    score::{Note, Player},
};
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::Command};
use unbraid::recording::{self, Recording};

const SOUNDFONT: &str = "/usr/share/sounds/sf2/FluidR3_GM.sf2";
const SAMPLE_RATE: &str = "44100";
const BEATS_PER_MINUTE: u32 = 110;
/// Level that recordings are brought to, so that each counts the same when they are learned together.
const RMS: f32 = 0.05;

/// What `player` plays, 44.1 kHz stereo. Leaves the MIDI and the WAV file in `folder`.
pub(super) fn play(folder: &Path, player: Player, channel: u8, notes: &[Note]) -> Result<Recording> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let score = folder.join(player.name).with_extension("mid");
    let sound = score.with_extension("wav");
    fs::write(&score, midi::file(player, channel, BEATS_PER_MINUTE, notes))
        .with_context(|| format!("cannot write {}", score.display()))?;
    // No chorus and no reverb: a room would be learned along with the instrument.
    let mut command = Command::new("fluidsynth");
    command.args([
        "-q",
        "-n",
        "-i",
        "-g",
        "0.5",
        "-C",
        "0",
        "-R",
        "0",
        "-r",
        SAMPLE_RATE,
        "-O",
        "float",
        "-T",
        "wav",
        "-F",
    ]);
    let output = command.arg(&sound).arg(SOUNDFONT).arg(&score).output().context("cannot start fluidsynth")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && sound.exists(), "fluidsynth cannot play {}: {said}", score.display());
    let mut recording = recording::read(&sound)?;
    level(&mut recording);
    Ok(recording)
}

fn level(recording: &mut Recording) {
    let mono = recording.downmix();
    let power = mono.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / mono.len().max(1) as f64;
    let gain = f64::from(RMS) / power.sqrt().max(1e-9);
    recording.channels.iter_mut().flatten().for_each(|x| *x = (f64::from(*x) * gain) as f32);
}
