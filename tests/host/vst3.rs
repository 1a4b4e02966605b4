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

/// Steinberg's validator and some hosts load state before they set a component handler, and initialise an
/// instance again after terminating it.
#[cfg(target_os = "linux")]
#[test]
fn state_comes_before_a_component_handler() {
    use super::vst3_host::{Bundle, Memory, initialize};
    use vst3::{
        ComWrapper,
        Steinberg::{IBStream, IPluginBaseTrait, Vst::IComponentTrait, kResultOk},
    };

    let component = Bundle::load(Path::new(&told("UNBRAID_VST3"))).create();
    for _ in 0..2 {
        initialize(&component);
        let written = ComWrapper::new(Memory::default());
        let stream = |memory: &ComWrapper<Memory>| memory.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the streams live during the calls.
        unsafe {
            assert_eq!(component.getState(stream(&written).as_ptr()), kResultOk);
            assert!(written.len() > 1000, "{} bytes", written.len());
            assert_eq!(component.setState(stream(&Memory::rewound(&written)).as_ptr()), kResultOk);
            assert_eq!(component.terminate(), kResultOk);
        }
    }
}
