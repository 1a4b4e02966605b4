//! Blocks played by the clock, as an audio interface plays them, and when each was done.

use clap_host::Player;
use cpu_time::ThreadTime;
use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};
use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// Samples per block.
pub(crate) const BLOCK: usize = 64;
/// Blocks between the one that is computed and the one that is heard: an interface has a buffer of one.
const BUFFERED: f64 = 1.0;
/// Of 99: what audio servers give their threads.
const PRIORITY: u8 = 70;
/// Values that the control adds up before it reads the clock: some 5 us.
const CONTROL_VALUES: usize = 1 << 12;

/// The times of one block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// The thread's CPU time for it, as a share of the block's length.
    pub(crate) work: f32,
    /// When it was done, counted from its start, in blocks.
    pub(crate) done: f32,
}

impl Block {
    /// Whether an interface would have had nothing to play.
    pub(crate) fn is_missed(self) -> bool {
        f64::from(self.done) > 1.0 + BUFFERED
    }
}

/// An audio thread's timetable: block `n` begins `n` block lengths after the first.
pub(crate) struct Pace {
    seconds_per_block: f64,
    first: Instant,
    /// The blocks played so far.
    pub(crate) blocks: Vec<Block>,
    /// The thread's CPU time when it began the block.
    begun: Duration,
    /// Whether the system let the thread have real-time priority.
    pub(crate) is_real_time: bool,
}

impl Pace {
    /// A timetable from `first` on, at `sample_rate` Hz, for about `seconds`.
    pub(crate) fn new(first: Instant, sample_rate: f64, seconds: f64) -> Self {
        let seconds_per_block = BLOCK as f64 / sample_rate;
        let blocks = Vec::with_capacity((seconds / seconds_per_block) as usize + 1000);
        Self { seconds_per_block, first, blocks, begun: Duration::ZERO, is_real_time: false }
    }

    fn start(&self) -> Instant {
        self.first + Duration::from_secs_f64(self.seconds_per_block * self.blocks.len() as f64)
    }

    /// Waits until the next block begins.
    pub(crate) fn wait(&mut self) {
        if self.blocks.is_empty() {
            self.is_real_time = ask_for_priority();
        }
        // The standard library's sleep is some 50 us late, the control's as well.
        std::thread::sleep(self.start().saturating_duration_since(Instant::now()));
        self.begun = ThreadTime::now().as_duration();
    }

    /// Notes that the block is done.
    pub(crate) fn done(&mut self) {
        let work = ThreadTime::now().as_duration().saturating_sub(self.begun).as_secs_f64();
        let done = self.start().elapsed().as_secs_f64();
        let share = |seconds: f64| (seconds / self.seconds_per_block) as f32;
        self.blocks.push(Block { work: share(work), done: share(done) });
    }
}

fn ask_for_priority() -> bool {
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let priority = ThreadPriorityValue::try_from(PRIORITY).map(ThreadPriority::Crossplatform);
    priority.is_ok_and(|priority| set_thread_priority_and_policy(thread_native_id(), priority, policy).is_ok())
}

/// The control: adds up numbers for `share` of every block of the timetable, until `over`.
pub(crate) fn play_control(mut pace: Pace, share: f64, over: &AtomicBool) -> Pace {
    let values: Vec<f32> = (0..CONTROL_VALUES).map(|n| n as f32).collect();
    let time = Duration::from_secs_f64(share * pace.seconds_per_block);
    while !over.load(Relaxed) {
        pace.wait();
        while ThreadTime::now().as_duration().saturating_sub(pace.begun) < time {
            black_box(values.iter().fold(0.0, |sum, value| sum + black_box(value)));
        }
        pace.done();
    }
    pace
}

/// Plays a sound over and over, block by block, in time.
pub(crate) struct Loop {
    /// Indexed by `[channel][sample]`.
    sound: Vec<Vec<f32>>,
    next: usize,
    pub(crate) pace: Pace,
}

impl Loop {
    pub(crate) fn new(sound: Vec<Vec<f32>>, pace: Pace) -> Self {
        Self { sound, next: 0, pace }
    }
}

impl Player for Loop {
    fn begin(&mut self, input: &mut [Vec<f32>]) {
        let frames = self.sound[0].len();
        for (input, sound) in input.iter_mut().zip(&self.sound) {
            input.iter_mut().enumerate().for_each(|(n, sample)| *sample = sound[(self.next + n) % frames]);
        }
        self.next = (self.next + BLOCK) % frames;
        self.pace.wait();
    }

    fn end(&mut self, _: &[Vec<f32>]) {
        self.pace.done();
    }
}
