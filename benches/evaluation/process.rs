//! What a process takes: its time, and its memory as Linux counts it.

use std::{
    error::Error,
    fmt, fs, io,
    io::Read,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often a process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Clock ticks per second, in which `/proc` counts processor time.
const TICKS: f64 = 100.0;

/// What a process has taken; 0 where the system does not say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ProcessUsage {
    /// Seconds from its beginning to its end.
    pub(crate) wall: f64,
    /// Seconds of all its threads.
    pub(crate) processor: f64,
    /// Most memory that was resident.
    pub(crate) megabytes: f64,
}

impl fmt::Display for ProcessUsage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.1} s | {:.1} s | {:.0} MB", self.wall, self.processor, self.megabytes)
    }
}

/// Runs `command` to its end: what it took, and what it printed.
pub(crate) fn measure(command: &mut Command) -> Result<(ProcessUsage, String), Box<dyn Error>> {
    let begin = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut stdout = child.stdout.take().ok_or_else(|| io::Error::other("no stdout"))?;
    let printed = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let mut usage = ProcessUsage::default();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        look(child.id(), &mut usage);
        thread::sleep(LOOK_EVERY);
    };
    usage.wall = begin.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{:?} failed: {status}", command.get_program()).into());
    }
    let printed = printed.join().map_err(|_| io::Error::other("its output was lost"))??;
    Ok((usage, printed))
}

/// Takes over what `/proc` says, which grows until the process ends.
fn look(process: u32, usage: &mut ProcessUsage) {
    let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default();
    let status = read("status");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
    usage.megabytes = usage.megabytes.max(peak.unwrap_or(0.0) / 1024.0);
    let stat = read("stat");
    // The name before the last bracket may hold spaces; user and system time are fields 14 and 15.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    usage.processor = usage.processor.max(ticks / TICKS);
}
