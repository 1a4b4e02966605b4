//! The validators of both plugin standards and of the makers of JUCE hosts, on the tested plugin.
//!
//! Their sources are given by environment variables, each the path of an unpacked source folder, and built below the
//! target folder. What is not given is left out, and the report says so.

use super::{Report, programs};
use crate::{system, workspace};
use anyhow::{Context, Result, ensure};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A folder with `base`, `pluginterfaces` and `public.sdk` of Steinberg's VST3 SDK.
const VST3_SDK: &str = "UNBRAID_VST3_SDK";
/// The sources of clap-validator.
const CLAP_VALIDATOR: &str = "UNBRAID_CLAP_VALIDATOR";
/// The sources of pluginval with its JUCE in `modules/juce`.
const PLUGINVAL: &str = "UNBRAID_PLUGINVAL";

/// How often pluginval repeats its tests, which draw random numbers.
const PLUGINVAL_RUNS: &str = "5";

pub(super) fn run(report: &mut Report) -> Result<()> {
    let bundles = programs::plugin()?;
    let target = workspace::target_dir()?.join("validators");
    if let Some(sources) = given(VST3_SDK, "Steinberg's validator", report) {
        let validator = steinberg(&sources, &target.join("vst3"))?;
        for options in [&["-e"][..], &["-e", "-l"]] {
            workspace::run(Command::new(&validator).args(options).arg(&bundles.vst3))?;
        }
    }
    if let Some(sources) = given(CLAP_VALIDATOR, "clap-validator", report) {
        let mut build = workspace::cargo(&["build", "--package", "clap-validator", "--manifest-path"]);
        build.arg(sources.join("Cargo.toml")).arg("--target-dir").arg(target.join("clap"));
        workspace::run(&mut build)?;
        workspace::run(Command::new(target.join("clap/debug/clap-validator")).arg("validate").arg(&bundles.clap))?;
    }
    if let Some(sources) = given(PLUGINVAL, "pluginval", report) {
        let pluginval = pluginval(&sources, &target.join("pluginval"))?;
        // Its tests open the editor.
        let mut tests = Command::new("xvfb-run");
        tests.args(["--auto-servernum", "--server-args=-screen 0 1600x1200x24 +extension GLX"]).arg(pluginval);
        tests.args(["--strictness-level", "10", "--validate-in-process", "--repeat", PLUGINVAL_RUNS, "--validate"]);
        workspace::run(tests.arg(&bundles.vst3))?;
    }
    Ok(())
}

/// The folder that `variable` names; otherwise the report says that `what` was left out.
fn given(variable: &str, what: &str, report: &mut Report) -> Option<PathBuf> {
    let folder = env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        report.skip(format!("{what}: {variable} does not say where its sources are"));
    }
    folder
}

/// Builds the validator that is an example of the SDK, with its test suite; the example's own build needs the whole
/// SDK with its user interface library.
fn steinberg(sdk: &Path, into: &Path) -> Result<PathBuf> {
    system::ensure(&[&system::COMPILERS])?;
    const FOLDERS: [&str; 7] = [
        "public.sdk/samples/vst-hosting/validator/source",
        "public.sdk/source/vst/testsuite",
        "public.sdk/source/vst/hosting",
        "public.sdk/source/vst/moduleinfo",
        "base/source",
        "base/thread/source",
        "pluginterfaces/base",
    ];
    const FILES: [&str; 8] = [
        "public.sdk/source/common/memorystream.cpp",
        "public.sdk/source/common/commonstringconvert.cpp",
        "public.sdk/source/common/commoniids.cpp",
        "public.sdk/source/common/readfile.cpp",
        "public.sdk/source/main/moduleinit.cpp",
        "public.sdk/source/vst/utility/testing.cpp",
        "public.sdk/source/vst/utility/stringconvert.cpp",
        "public.sdk/source/vst/vstpresetfile.cpp",
    ];
    let mut sources: Vec<PathBuf> = FILES.iter().map(|file| sdk.join(file)).collect();
    sources.push(sdk.join("public.sdk/source/vst/vstinitiids.cpp"));
    for folder in FOLDERS {
        add_sources(&sdk.join(folder), &mut sources)?;
    }
    sources.push(sdk.join("public.sdk/source/common/threadchecker_linux.cpp"));
    // Some of these came and went with versions of the SDK.
    sources.retain(|source| source.exists() && !source.ends_with("module_win32.cpp"));
    fs::create_dir_all(into).with_context(|| format!("cannot make {}", into.display()))?;
    let mut objects = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let object = into.join(format!("{number}-{}.o", source.file_stem().unwrap_or_default().display()));
        if !object.exists() {
            let mut compile = Command::new("c++");
            compile.args(["-std=c++17", "-O1", "-w", "-DRELEASE=1", "-DNDEBUG=1", "-c", "-I"]).arg(sdk);
            workspace::run(compile.arg(source).arg("-o").arg(&object))?;
        }
        objects.push(object);
    }
    let validator = into.join("validator");
    let mut link = Command::new("c++");
    workspace::run(link.args(&objects).args(["-ldl", "-lpthread", "-o"]).arg(&validator))?;
    Ok(validator)
}

/// Adds the C++ files below `folder`, in a fixed order.
fn add_sources(folder: &Path, sources: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("{}: {VST3_SDK} names no folder of the VST3 SDK", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add_sources(&path, sources)?;
        } else if path.extension().is_some_and(|suffix| suffix == "cpp") {
            sources.push(path);
        }
    }
    Ok(())
}

fn pluginval(sources: &Path, into: &Path) -> Result<PathBuf> {
    system::ensure(&[&system::JUCE_LIBRARIES])?;
    let mut configure = Command::new("cmake");
    workspace::run(configure.arg("-S").arg(sources).arg("-B").arg(into).arg("-DCMAKE_BUILD_TYPE=MinSizeRel"))?;
    workspace::run(Command::new("cmake").arg("--build").arg(into).args(["--target", "pluginval"]))?;
    let program = into.join("pluginval_artefacts/MinSizeRel/pluginval");
    ensure!(program.exists(), "{}: pluginval was built elsewhere", program.display());
    Ok(program)
}
