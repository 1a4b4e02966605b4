//! The bundled VST3 in other people's hosts.
//!
//! `cargo xtask test` bundles the plugin and says in `UNBRAID_VST3` where it is, and in `UNBRAID_PYTHON`
//! which Python has pedalboard and DawDreamer.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(all(feature = "plugin", target_os = "linux"))]
mod vst3_host;

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

/// Runs `tests/hosts/{script}` on the bundle. Without a bundle or a Python that knows `module` one line says
/// why nothing is tested.
fn run_host(script: &str, module: &str) {
    let (Some(bundle), Some(python)) = (env::var_os("UNBRAID_VST3"), env::var_os("UNBRAID_PYTHON")) else {
        println!(
            "not run: UNBRAID_VST3 and UNBRAID_PYTHON do not say where plugin and Python are; `cargo xtask test` does"
        );
        return;
    };
    let probe = Command::new(&python).args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        println!("not run: {} has no module {module}; `pip install {module}` brings it", python.display());
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts").join(script);
    let output = Command::new(python).arg(script).arg(bundle).env_remove("DISPLAY").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}", output.status);
}

#[test]
fn pedalboard_plays_it() {
    run_host("pedalboard_host.py", "pedalboard");
}

#[test]
fn dawdreamer_plays_every_separate_output() {
    run_host("dawdreamer_host.py", "dawdreamer");
}

/// Steinberg's validator and some hosts load state before they set a component handler, and initialise an
/// instance again after terminating it.
#[cfg(all(feature = "plugin", target_os = "linux"))]
#[test]
fn state_comes_before_a_component_handler() {
    use vst3::{
        ComWrapper,
        Steinberg::{IBStream, IPluginBaseTrait, Vst::IComponentTrait, kResultOk},
    };
    use vst3_host::{Bundle, Memory, initialize};

    let Some(bundle) = env::var_os("UNBRAID_VST3") else {
        println!("not run: UNBRAID_VST3 does not say where the bundled plugin is; `cargo xtask test` does");
        return;
    };
    let component = Bundle::load(Path::new(&bundle)).create();
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
