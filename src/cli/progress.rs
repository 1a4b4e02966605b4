//! How far a command has got: a bar on a terminal, a line now and then elsewhere; always on stderr.

use super::interrupt;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
};

/// Steps that the bar is divided into.
const BAR_STEPS: u64 = 1000;
/// Per cent between two lines where there is no terminal.
const LINE_STEP_PERCENT: u32 = 25;

/// How far one task has got, from 0 to 1.
pub(super) struct TaskProgress {
    task: String,
    display: ProgressDisplay,
}

enum ProgressDisplay {
    Bar(ProgressBar),
    Lines { next_percent: u32 },
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
            ProgressDisplay::Lines { next_percent: 0 }
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
            ProgressDisplay::Lines { next_percent } => {
                let percent = (share * 100.0) as u32;
                if percent >= *next_percent {
                    eprintln!("{}: {percent} %", self.task);
                    *next_percent = (percent / LINE_STEP_PERCENT + 1) * LINE_STEP_PERCENT;
                }
            }
        }
    }
}

impl Drop for TaskProgress {
    fn drop(&mut self) {
        if let ProgressDisplay::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }
}
