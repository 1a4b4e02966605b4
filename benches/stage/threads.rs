//! What threads of this process have computed, by their names (Linux).

use std::{collections::HashMap, fs};

/// Processor time of the threads of one name. Look often: a thread that has ended cannot be asked any more.
#[derive(Debug)]
pub(crate) struct Usage {
    /// As the system knows it: 15 characters.
    name: &'static str,
    /// Nanoseconds at the beginning and at the last look, by the thread's number.
    threads: HashMap<String, (u64, u64)>,
}

impl Usage {
    /// Of the threads called `name`, from now on.
    pub(crate) fn of(name: &'static str) -> Self {
        let threads = computed(name).map(|(number, now)| (number, (now, now))).collect();
        Self { name, threads }
    }

    /// Takes note of what they have computed by now.
    pub(crate) fn look(&mut self) {
        for (number, now) in computed(self.name) {
            // A thread that was not there at the beginning began later, with nothing.
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
