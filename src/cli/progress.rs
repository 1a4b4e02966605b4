//! How far a command has got: a bar on a terminal, a line now and then elsewhere; always on stderr.

use super::{error::CliError, interrupt};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
    time::{Duration, Instant},
};

/// Steps that the bar is divided into.
const BAR_STEPS: u64 = 1000;
/// Per cent between two lines where there is no terminal.
const LINE_STEP_PERCENT: u32 = 25;
/// Of a task that has taken less, nobody asks how long it will take.
const WORTH_SAYING: Duration = Duration::from_secs(3);

/// How far one task has got, from 0 to 1.
pub(super) struct TaskProgress {
    task: String,
    display: ProgressDisplay,
}

enum ProgressDisplay {
    Bar(ProgressBar),
    Lines { next_percent: u32, first: Option<(Instant, f32)> },
}

impl TaskProgress {
    /// Starts a task, called as in "learning drums".
    pub(super) fn start(task: impl Into<String>) -> Self {
        let task = task.into();
        let display = if io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta:>4}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressDisplay::Bar(ProgressBar::new(BAR_STEPS).with_style(style).with_message(task.clone()))
        } else {
            ProgressDisplay::Lines { next_percent: 0, first: None }
        };
        let mut progress = Self { task, display };
        progress.show(0.0);
        progress
    }

    /// Shows that `share` of the task is done, 0 to 1; breaks once the user asked to stop.
    pub(super) fn update(&mut self, share: f32) -> ControlFlow<()> {
        self.show(share);
        interrupt::poll()
    }

    fn show(&mut self, share: f32) {
        let share = share.clamp(0.0, 1.0);
        match &mut self.display {
            ProgressDisplay::Bar(bar) => bar.set_position((share * BAR_STEPS as f32) as u64),
            ProgressDisplay::Lines { next_percent, first } => {
                let percent = (share * 100.0) as u32;
                if percent >= *next_percent {
                    let (start, from) = *first.get_or_insert_with(|| (Instant::now(), share));
                    eprintln!("{}: {percent} %{}", self.task, time_left(start.elapsed(), share - from, 1.0 - share));
                    *next_percent = (percent / LINE_STEP_PERCENT + 1) * LINE_STEP_PERCENT;
                }
            }
        }
    }
}

/// The same for a task that is usually over before anybody asks: it is shown from the third second on.
pub(super) struct LateProgress {
    task: String,
    start: Instant,
    shown: Option<TaskProgress>,
}

impl LateProgress {
    pub(super) fn new(task: String) -> Self {
        Self { task, start: Instant::now(), shown: None }
    }

    /// As [`TaskProgress::update`].
    pub(super) fn update(&mut self, share: f32) -> ControlFlow<()> {
        if self.shown.is_none() && self.start.elapsed() < WORTH_SAYING {
            return interrupt::poll();
        }
        self.shown.get_or_insert_with(|| TaskProgress::start(self.task.clone())).update(share)
    }
}

/// The same for a task of so many seconds of sound.
pub(super) struct ScaledProgress {
    progress: LateProgress,
    seconds: f64,
    all_seconds: f64,
}

impl LateProgress {
    /// The same for a task of `all_seconds` of sound.
    pub(super) fn scaled(self, all_seconds: f64) -> ScaledProgress {
        ScaledProgress { progress: self, seconds: 0.0, all_seconds }
    }
}

impl ScaledProgress {
    /// Shows that `seconds` more are done.
    ///
    /// # Errors
    /// If the user asked to stop.
    pub(super) fn add(&mut self, seconds: f64) -> Result<(), CliError> {
        self.seconds += seconds;
        let told = self.progress.update((self.seconds / self.all_seconds) as f32);
        if told.is_break() { Err(CliError::Interrupted) } else { Ok(()) }
    }
}

/// What is said of the time that is left, where it is worth saying: after `done` took `elapsed`, `left` is to be done.
fn time_left(elapsed: Duration, done: f32, left: f32) -> String {
    let seconds = elapsed.as_secs_f32() * left / done.max(f32::MIN_POSITIVE);
    match seconds {
        _ if elapsed < WORTH_SAYING || done <= 0.0 || left <= 0.0 => String::new(),
        seconds if seconds < 90.0 => format!(", about {seconds:.0} s left"),
        seconds => format!(", about {:.0} min left", seconds / 60.0),
    }
}

impl Drop for TaskProgress {
    fn drop(&mut self) {
        if let ProgressDisplay::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_task_says_how_much_time_is_left() {
        let after = |seconds: u64, done: f32| time_left(Duration::from_secs(seconds), done, 1.0 - done);
        assert_eq!([after(10, 0.25), after(100, 0.25)], [", about 30 s left", ", about 5 min left"]);
        assert_eq!([after(1, 0.25), after(10, 0.0), after(10, 1.0)], ["", "", ""]);
    }
}
