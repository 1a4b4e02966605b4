//! How often the workers of idle instances wake up: thirty instances in one process, as in a large project.
//!
//! Linux only: it reads how often each thread has gone to sleep.

use nice_plug::prelude::*;
use std::{
    fs, thread,
    time::{Duration, Instant},
};
use unbraid::plugin::Unbraid;

const INSTANCES: usize = 30;
const BLOCK: usize = 512;
const SAMPLE_RATE: f32 = 48_000.0;
const MEASURED: Duration = Duration::from_secs(10);

/// The framework's side of an activation.
struct Activation;

impl ActivateContext<Unbraid> for Activation {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute(&self, (): ()) {}
    fn set_latency_samples(&self, _: u32) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

/// The framework's side of a block.
struct Processing {
    transport: Transport,
}

impl ProcessContext<Unbraid> for Processing {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute_background(&self, (): ()) {}
    fn execute_gui(&self, (): ()) {}
    fn transport(&self) -> &Transport {
        &self.transport
    }
    fn next_event(&mut self) -> Option<PluginNoteEvent<Unbraid>> {
        None
    }
    fn try_send_event(
        &mut self,
        event: PluginNoteEvent<Unbraid>,
    ) -> Result<(), (PluginNoteEvent<Unbraid>, nice_plug::context::process::SendEventError)> {
        Err((event, nice_plug::context::process::SendEventError::NoOutputBuffer))
    }
    fn set_latency_samples(&self, _: u32) {}
    fn request_restart(&self) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

fn main() {
    let mut instances: Vec<Unbraid> = (0..INSTANCES).map(|_| Unbraid::default()).collect();
    println!("wake-ups of the workers of {INSTANCES} instances, per second");
    report("not active", || thread::sleep(MEASURED));
    let buffers = BufferConfig {
        sample_rate: SAMPLE_RATE,
        min_buffer_size: None,
        max_buffer_size: BLOCK as u32,
        process_mode: ProcessMode::Realtime,
    };
    for instance in &mut instances {
        assert!(instance.activate(&Unbraid::AUDIO_IO_LAYOUTS[0], &buffers, &mut Activation), "it can be activated");
        instance.reset();
    }
    report("active, the host does not play", || thread::sleep(MEASURED));
    report("active, the host plays silence", || play_silence(&mut instances));
}

/// Runs `meanwhile` and prints how often the workers woke up. What is left to do from before is done first.
fn report(state: &str, meanwhile: impl FnOnce()) {
    thread::sleep(Duration::from_millis(1_500));
    let (before, begin) = (sleeps(), Instant::now());
    meanwhile();
    let rate = (sleeps() - before) as f64 / begin.elapsed().as_secs_f64();
    println!("{state:32} {rate:8.1}");
}

/// How often all workers of this process have gone to sleep.
fn sleeps() -> u64 {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of_thread = |folder: fs::DirEntry| {
        let status = fs::read_to_string(folder.path().join("status")).ok()?;
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        // The system keeps fifteen letters of a thread's name.
        field("Name:").filter(|name| name.starts_with("unbraid-worker"))?;
        field("voluntary_ctxt_switches:")?.parse::<u64>().ok()
    };
    threads.filter_map(of_thread).sum()
}

fn play_silence(instances: &mut [Unbraid]) {
    let mut channels = vec![vec![0.0_f32; BLOCK]; 2];
    let mut processing = Processing { transport: Transport::new(SAMPLE_RATE) };
    let block = Duration::from_secs_f64(BLOCK as f64 / f64::from(SAMPLE_RATE));
    let begin = Instant::now();
    let mut next = begin;
    while begin.elapsed() < MEASURED {
        for instance in &mut *instances {
            let mut main = Buffer::default();
            // SAFETY: both channels have BLOCK samples and are borrowed as long as the buffer.
            unsafe {
                main.set_slices(BLOCK, |slices| *slices = channels.iter_mut().map(Vec::as_mut_slice).collect());
            }
            let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
            instance.process(&mut main, &mut aux, &mut processing);
        }
        next += block;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}
