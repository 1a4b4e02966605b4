//! Processor time of threads of this process, by their names (Linux).

use std::{collections::HashMap, fs};

/// Processor time of the threads of one name. [`Self::look`] often: a thread that has ended no longer counts.
#[derive(Debug)]
pub(crate) struct Usage {
    /// The system keeps 15 characters of a name.
    name: &'static str,
    /// Nanoseconds at the beginning and at the last look, by the thread's number.
    threads: HashMap<String, (u64, u64)>,
}

impl Usage {
    /// The time of the threads called `name`, from now on.
    pub(crate) fn of(name: &'static str) -> Self {
        let threads = computed(name).map(|(number, now)| (number, (now, now))).collect();
        Self { name, threads }
    }

    /// Reads their time by now.
    pub(crate) fn look(&mut self) {
        for (number, now) in computed(self.name) {
            // A thread that was not there at the beginning started with nothing.
            self.threads.entry(number).or_insert((0, now)).1 = now;
        }
    }

    /// Seconds of processor time since the beginning.
    pub(crate) fn seconds(&self) -> f64 {
        self.threads.values().map(|(first, last)| (last - first) as f64 * 1e-9).sum()
    }
}

/// Number and nanoseconds of processor time of each living thread called `name`.
fn computed(name: &str) -> impl Iterator<Item = (String, u64)> {
    fs::read_dir("/proc/self/task").into_iter().flatten().flatten().filter_map(move |thread| {
        let read = |file: &str| fs::read_to_string(thread.path().join(file)).unwrap_or_default();
        let now = read("schedstat").split(' ').next()?.parse().ok()?;
        (read("comm").trim_end() == name).then(|| (thread.file_name().to_string_lossy().into_owned(), now))
    })
}
