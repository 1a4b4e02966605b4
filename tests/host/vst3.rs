//! The bundled VST3 in other people's hosts.

use std::{env, ffi::OsString, path::Path, process::Command};

/// What `cargo xtask test` says in `variable`.
fn told(variable: &str) -> OsString {
    let Some(told) = env::var_os(variable) else { panic!("{variable} is not set: `cargo xtask test` sets it") };
    told
}

/// Runs `tests/host/python/{script}` on the bundle, in the Python that has pedalboard and DawDreamer.
fn run_host(script: &str) {
    let (bundle, python) = (told("UNBRAID_VST3"), told("UNBRAID_PYTHON"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host/python").join(script);
    let output = Command::new(python).arg(script).arg(bundle).env_remove("DISPLAY").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}", output.status);
}

#[test]
fn pedalboard_plays_it() {
    run_host("pedalboard_host.py");
}

#[test]
fn dawdreamer_plays_every_separate_output() {
    run_host("dawdreamer_host.py");
}

#[cfg(target_os = "linux")]
#[test]
fn mono_tracks_are_offered_mono_buses() {
    use super::{signals::noise, vst3_player::Vst3Player};
    use vst3::Steinberg::Vst::SpeakerArr::{kMono, kStereo};

    let input = &noise(1, 20_000)[0];
    for (output, channels) in [(kMono, 1), (kStereo, 2)] {
        let player = Vst3Player::arranged(44_100.0, 20_000, kMono, output);
        let (played, latency) = (player.play(&[input], &[]), player.latency());
        assert_eq!(played.len(), channels);
        for channel in played {
            let late = &channel[latency..];
            assert!(input.iter().zip(late).all(|(sample, heard)| (sample - heard).abs() < 1e-4));
        }
    }
}

/// Steinberg's validator and some hosts load state before they set a component handler or after they have taken it
/// away, and initialise an instance again after terminating it: through any of its three `IPluginBase`.
#[cfg(target_os = "linux")]
#[test]
fn state_comes_without_a_component_handler() {
    use super::vst3_host::{Bundle, Memory, host};
    use vst3::{
        ComPtr, ComWrapper,
        Steinberg::{
            IBStream, IPluginBase, IPluginBaseTrait,
            Vst::{IComponent, IComponentTrait, IEditController, IEditControllerTrait},
            kResultOk,
        },
    };

    let state_is_kept = |component: &ComPtr<IComponent>| {
        let written = ComWrapper::new(Memory::default());
        let stream = |memory: &ComWrapper<Memory>| memory.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the streams live during the calls.
        unsafe {
            assert_eq!(component.getState(stream(&written).as_ptr()), kResultOk);
            assert!(written.len() > 1000, "{} bytes", written.len());
            assert_eq!(component.setState(stream(&Memory::rewound(&written)).as_ptr()), kResultOk);
            let controller = component.cast::<IEditController>().unwrap();
            assert_eq!(controller.setComponentState(stream(&Memory::rewound(&written)).as_ptr()), kResultOk);
        }
    };
    let component = Bundle::load(Path::new(&told("UNBRAID_VST3"))).create();
    let controller = component.cast::<IEditController>().unwrap();
    let bases = [
        component.cast::<IPluginBase>().unwrap(),
        // SAFETY: component and controller begin with the functions of their base.
        unsafe { ComPtr::from_raw(component.clone().into_raw().cast()).unwrap() },
        // SAFETY: as above.
        unsafe { ComPtr::<IPluginBase>::from_raw(controller.clone().into_raw().cast()).unwrap() },
    ];
    let host = host();
    for base in &bases {
        // SAFETY: the plugin takes a reference of its own if it keeps the host.
        unsafe {
            assert_eq!(base.initialize(host.as_ptr()), kResultOk);
            state_is_kept(&component);
            controller.setComponentHandler(std::ptr::null_mut());
            state_is_kept(&component);
            assert_eq!(base.terminate(), kResultOk);
        }
    }
}

/// As pedalboard and hosts with a closed editor do: no block lies between a setting and what depends on it.
#[cfg(target_os = "linux")]
#[test]
fn what_a_host_sets_while_it_does_not_process_is_kept() {
    use super::vst3_host::{Bundle, Handler, Memory, host, param_id};
    use vst3::{
        ComPtr, ComWrapper,
        Steinberg::{
            IBStream, IPluginBaseTrait,
            Vst::{
                IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler, IComponentTrait, IEditController,
                IEditControllerTrait, ProcessModes_, ProcessSetup, RestartFlags_, SymbolicSampleSizes_,
            },
            kResultOk,
        },
    };

    let bundle = Bundle::load(Path::new(&told("UNBRAID_VST3")));
    let host = host();
    let instance = || {
        let component = bundle.create();
        // SAFETY: the plugin takes a reference of its own if it keeps the host.
        assert_eq!(unsafe { component.initialize(host.as_ptr()) }, kResultOk);
        let controller = component.cast::<IEditController>().unwrap();
        (component, controller)
    };
    let saved = |component: &ComPtr<IComponent>| {
        let memory = ComWrapper::new(Memory::default());
        // SAFETY: the stream lives during the call.
        assert_eq!(unsafe { component.getState(memory.to_com_ptr::<IBStream>().unwrap().as_ptr()) }, kResultOk);
        memory
    };
    let load = |component: &ComPtr<IComponent>, memory: &ComWrapper<Memory>| {
        let stream = Memory::rewound(memory).to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream lives during the call.
        assert_eq!(unsafe { component.setState(stream.as_ptr()) }, kResultOk);
    };

    let ((one, one_controller), (other, other_controller)) = (instance(), instance());
    let (mute, mode) = (param_id(&one_controller, "Bass mute"), param_id(&one_controller, "Mode"));
    let fresh = saved(&one);
    // SAFETY: plain calls on live instances.
    unsafe {
        assert_eq!(one_controller.setParamNormalized(mute, 1.0), kResultOk);
        load(&other, &saved(&one));
        assert_eq!(other_controller.getParamNormalized(mute), 1.0, "a mute is saved");

        let processor = one.cast::<IAudioProcessor>().unwrap();
        let mut setup = ProcessSetup {
            processMode: ProcessModes_::kRealtime as i32,
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as i32,
            maxSamplesPerBlock: 512,
            sampleRate: 44_100.0,
        };
        assert_eq!(one_controller.setParamNormalized(mode, 0.0), kResultOk);
        assert_eq!(processor.setupProcessing(&mut setup), kResultOk);
        assert_eq!(one.setActive(1), kResultOk);
        assert_eq!(processor.getLatencySamples(), 128, "it plays in the mode that was set");

        let handler = ComWrapper::new(Handler::default());
        let given = handler.to_com_ptr::<IComponentHandler>().unwrap();
        assert_eq!(one_controller.setComponentHandler(given.as_ptr()), kResultOk);
        load(&one, &fresh);
        let restarts = || {
            let asked = handler.restarts();
            asked.into_iter().filter(|flags| flags & RestartFlags_::kLatencyChanged != 0).count()
        };
        assert_eq!(restarts(), 1, "a state of another mode restarts it");
        load(&one, &fresh);
        assert_eq!(restarts(), 1, "once");
        assert_eq!(one.setActive(0), kResultOk);
        assert_eq!(one.setActive(1), kResultOk);
        assert_eq!(processor.getLatencySamples(), 3_584);
        // The new latency was told while it was activated.
        let told = restarts();
        assert_eq!(one_controller.setParamNormalized(mode, 0.0), kResultOk);
        assert_eq!(restarts(), told + 1, "so does the host's own setting");
        assert_eq!(one.setActive(0), kResultOk);
        assert_eq!(one.terminate(), kResultOk);
        assert_eq!(other.terminate(), kResultOk);
    }
}
