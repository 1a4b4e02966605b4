//! The plugin's audio thread under an allocator that ends the process at the first allocation or release.

use crate::learned;
use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use nice_plug::{context::process::SendEventError, prelude::*};
use std::{
    cell::Cell,
    time::{Duration, Instant},
};
use unbraid::{
    instance::{
        command::MarkCommand,
        project::{stored_preset::StoredPreset, version::Version},
    },
    learner::adaptive,
    marks::{Mark, MarkShape, Point},
    plugin::Unbraid,
    preset::{Cue, Preset},
    separator::Audition,
};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

pub(super) const BLOCK: usize = 480;
const CHANNELS: usize = 2;

/// The framework's side of a call, with nothing in it.
struct Context {
    transport: Transport,
    latency: Cell<u32>,
}

impl Context {
    fn new() -> Self {
        Self { transport: Transport::new(48_000.0), latency: Cell::new(0) }
    }
}

impl ActivateContext<Unbraid> for Context {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute(&self, (): ()) {}
    fn set_latency_samples(&self, samples: u32) {
        self.latency.set(samples);
    }
    fn set_current_voice_capacity(&self, _: u32) {}
}

impl ProcessContext<Unbraid> for Context {
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
    ) -> Result<(), (PluginNoteEvent<Unbraid>, SendEventError)> {
        Err((event, SendEventError::NoOutputBuffer))
    }
    fn set_latency_samples(&self, _: u32) {
        panic!("the latency may change while activating only");
    }
    fn request_restart(&self) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

pub(super) fn activate(plugin: &mut Unbraid) -> u32 {
    let context = &mut Context::new();
    let buffers = BufferConfig {
        sample_rate: 48_000.0,
        min_buffer_size: None,
        max_buffer_size: BLOCK as u32,
        process_mode: ProcessMode::Realtime,
    };
    assert!(plugin.activate(&Unbraid::AUDIO_IO_LAYOUTS[0], &buffers, context));
    plugin.reset();
    context.latency.get()
}

/// Plays `blocks` blocks of noise; allocations are allowed only between the calls.
fn play(plugin: &mut Unbraid, blocks: usize) {
    let mut state = 1_u32;
    play_blocks(plugin, blocks, |main| {
        for sample in main.iter_mut().flatten() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = (state >> 8) as f32 / (1 << 24) as f32 - 0.5;
        }
    });
}

/// The same with what `fill` gives for each block.
pub(super) fn play_blocks(plugin: &mut Unbraid, blocks: usize, mut fill: impl FnMut(&mut [Vec<f32>])) {
    let mut main_samples = vec![vec![0.0_f32; BLOCK]; CHANNELS];
    let mut source_samples = vec![vec![vec![0.0_f32; BLOCK]; CHANNELS]; 8];
    let mut context = Context::new();
    for _ in 0..blocks {
        fill(&mut main_samples);
        let mut main = buffer(&mut main_samples);
        let mut outputs: Vec<Buffer> = source_samples.iter_mut().map(|channels| buffer(channels)).collect();
        let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut outputs };
        let status = assert_no_alloc(|| plugin.process(&mut main, &mut aux, &mut context));
        assert!(!matches!(status, ProcessStatus::Error(_)));
    }
    assert!(main_samples.iter().flatten().all(|sample| sample.is_finite()));
}

fn buffer(channels: &mut [Vec<f32>]) -> Buffer<'_> {
    let mut buffer = Buffer::default();
    // SAFETY: all channels have BLOCK samples and are borrowed as long as the buffer.
    unsafe {
        buffer.set_slices(BLOCK, |slices| *slices = channels.iter_mut().map(Vec::as_mut_slice).collect());
    }
    buffer
}

/// Sets the parameter with this id, 0 to 1, as the framework does before it calls `process`.
pub(super) fn set(plugin: &Unbraid, id: &str, normalized: f32) {
    let params = plugin.params();
    let (_, param, _) = params.param_map().into_iter().find(|(known, ..)| known == id).unwrap();
    // SAFETY: `params` is alive.
    unsafe { param._internal_set_normalized_value(normalized) };
}

/// What the project stores of the preset.
pub(super) fn stored(plugin: &Unbraid) -> StoredPreset {
    serde_json::from_str(&plugin.params().serialize_fields()["preset"]).unwrap()
}

/// The host brings a project with this preset.
pub(super) fn bring(plugin: &Unbraid, preset: &Preset) {
    let mut fields = plugin.params().serialize_fields();
    let stored = StoredPreset::pack("brought", preset).unwrap();
    fields.insert("preset".to_owned(), serde_json::to_string(&stored).unwrap());
    plugin.params().deserialize_fields(&fields);
}

/// Plays, with time for the worker, until what the project stores `fits`.
fn play_until(plugin: &mut Unbraid, fits: impl Fn(&StoredPreset) -> bool) {
    let patience = Instant::now() + Duration::from_secs(120);
    while !fits(&stored(plugin)) {
        assert!(Instant::now() < patience, "the worker does nothing");
        play(plugin, 20);
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Learned drums with a bass that follows the mixture; two sources that share what they find by where it stands; and
/// the sources of the first preset, which are recognised.
fn following() -> [Preset; 3] {
    let mut half = learned();
    half.sources[1].make_adaptive(adaptive::COMPONENTS);
    let parts = Preset { grouping: Cue::Position, ..Preset::unsupervised(2, adaptive::COMPONENTS) };
    [half, parts, Preset::clone(&Version::first().preset)]
}

/// Plays while sources, bases and bands are heard alone, whether they exist or not.
fn hold_all(plugin: &mut Unbraid) {
    let held = plugin.session().audition.clone();
    for n in 0..12 {
        for audition in [
            Audition::Source(n),
            Audition::Basis { source: n % 3, component: 7 * n },
            Audition::Band { hz: 30.0 * 2.0_f32.powi(n as i32) },
        ] {
            held.set(Some(audition));
            play(plugin, 5);
        }
    }
    held.set(None);
    play(plugin, 20);
}

/// Plays, with time for the worker, until something `is_so`.
fn play_while_waiting(plugin: &mut Unbraid, is_so: impl Fn(&Unbraid) -> bool) {
    let patience = Instant::now() + Duration::from_secs(120);
    while !is_so(plugin) {
        assert!(Instant::now() < patience, "the worker does nothing");
        play(plugin, 5);
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A frozen stretch begins, goes round, jumps, follows a stroke and ends.
fn loop_a_stretch(plugin: &mut Unbraid) {
    let (session, control) = (plugin.session().clone(), plugin.session().stretch_control.clone());
    play(plugin, 200);
    session.send(MarkCommand::Freeze { end: u64::MAX });
    play_while_waiting(plugin, |plugin| plugin.session().stretch().is_some());
    let (number, seconds) = session.stretch().map(|stretch| (stretch.number, stretch.seconds)).unwrap();
    for from in [0.0, 0.3] {
        control.play(number, from);
        session.send(MarkCommand::Play);
        control.set_place(-1.0);
        play_while_waiting(plugin, |_| control.place() > from);
        // Round the seam.
        play(plugin, (110.0 * seconds) as usize);
        control.seek(0.5);
        play(plugin, 20);
        assert!((0.4..0.9).contains(&control.place()), "{}", control.place());
        let corners = [Point { seconds: 0.1, hz: 200.0 }, Point { seconds: 1.0, hz: 900.0 + 500.0 * from }];
        let before = session.version();
        session.send(MarkCommand::Add(Mark::belongs(0, MarkShape::Box { corners })));
        play_while_waiting(plugin, |plugin| !std::sync::Arc::ptr_eq(&before, &plugin.session().version()));
        play(plugin, 60);
        control.stop();
        play(plugin, 20);
    }
    control.play(number, 0.0);
    session.send(MarkCommand::Play);
    play(plugin, 20);
    session.send(MarkCommand::Release);
    play_while_waiting(plugin, |_| control.wanted().is_none());
    play(plugin, 20);
}

/// One test, because the allocator watches one thread.
#[test]
fn nothing_is_allocated_while_controls_presets_and_modes_change() {
    let mut plugin = Unbraid::default();
    plugin.host_requests().set_listeners(u8::MAX);
    let quality = activate(&mut plugin);
    // Some first uses (a lazily set up thread-local, say) are allowed to allocate before the sound starts.
    play(&mut plugin, 20);

    let ids = [
        "gain_1",
        "mute_2",
        "solo_1",
        "focus",
        "sparsity",
        "smoothness",
        "mix",
        "output",
        "bypass",
        "removed",
        "learn_1",
    ];
    for id in ids {
        for value in [1.0, 0.3, 0.0] {
            set(&plugin, id, value);
            play(&mut plugin, 5);
        }
    }
    set(&plugin, "mix", 1.0);

    hold_all(&mut plugin);

    // The worker builds a model of what a project brings; it fades in, and what it displaces goes home.
    for _ in 0..20 {
        let params = plugin.params();
        params.deserialize_fields(&params.serialize_fields());
        std::thread::sleep(Duration::from_millis(60));
        play(&mut plugin, 20);
    }

    // Sources follow the mixture: frames go out and bases come back, until the project holds what they have become.
    let presets = following();
    for preset in &presets {
        bring(&plugin, preset);
        play_until(&mut plugin, |stored| stored.adapted.is_some());
    }
    // Models come and go while they do.
    for preset in presets.iter().cycle().take(10) {
        bring(&plugin, preset);
        std::thread::sleep(Duration::from_millis(60));
        play(&mut plugin, 40);
    }
    hold_all(&mut plugin);
    // The other source is learned meanwhile.
    bring(&plugin, &presets[0]);
    play_until(&mut plugin, |stored| stored.adapted.is_some());
    set(&plugin, "learn_1", 1.0);
    play(&mut plugin, 100);
    set(&plugin, "learn_1", 0.0);
    play_until(&mut plugin, |stored| {
        let preset = stored.unpack().unwrap();
        preset.sources[0].learned_from().iter().any(|name| name.starts_with("what was played"))
    });
    play_until(&mut plugin, |stored| stored.adapted.is_some());

    loop_a_stretch(&mut plugin);

    // An editor opens, sees frames, is slow, and closes.
    let window = plugin.session().analyzer.open();
    play(&mut plugin, 20);
    let mut frames = 0;
    window.each(|frame| frames += usize::from(!frame.magnitudes().is_empty()));
    assert!((15..=24).contains(&frames), "{frames} frames in a fifth of a second");
    play(&mut plugin, 200);
    drop(window);
    assert!(!plugin.session().analyzer.is_open());
    let sent = plugin.session().analyzer.sent();
    play(&mut plugin, 20);
    assert_eq!(plugin.session().analyzer.sent(), sent, "nobody sees them");
    let window = plugin.session().analyzer.open();

    // A mode change: the old mode plays until the plugin is activated again.
    set(&plugin, "mode", 0.0);
    play(&mut plugin, 20);
    plugin.deactivate();
    let live = activate(&mut plugin);
    assert!(live < quality, "{live} samples after {quality}");
    window.each(|_| {});
    play(&mut plugin, 20);
    // The boxes of before serve the new frames too.
    let mut steps = Vec::new();
    window.each(|frame| steps.push(frame.step));
    assert!(steps.len() > 15 && steps.iter().all(|step| *step < 550), "{steps:?}");
    hold_all(&mut plugin);
    play(&mut plugin, 30);
}
