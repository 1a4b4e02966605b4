//! What the steps need from the machine beyond Rust: installed where this may be done, asked for where not.

use crate::workspace;
use anyhow::{Result, bail};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Something that a step needs, and the Debian packages that bring it.
pub(crate) struct Need {
    /// What it is for, as it is told to whoever has to install it.
    purpose: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

/// The bundles' VST3 half is C++; the decoder of Opus is C, and is built by CMake.
pub(crate) const COMPILERS: Need = Need {
    purpose: "building the VST3 and the decoder of Opus",
    packages: &["g++", "cmake", "make"],
    is_there: || {
        let is_any = |programs: &[&str]| programs.iter().any(|program| answers(program));
        is_any(&["c++", "g++", "clang++"]) && answers("cmake") && is_any(&["make", "ninja"])
    },
};

/// The standalone application plays through ALSA or JACK.
pub(crate) const STANDALONE_LIBRARIES: Need = Need {
    purpose: "building the standalone application",
    packages: &["pkg-config", "libasound2-dev", "libjack-jackd2-dev"],
    is_there: || workspace::succeeds(Command::new("pkg-config").args(["--exists", "alsa", "jack"])),
};

/// The editor's pictures are drawn by a Vulkan driver, in software if need be.
pub(crate) const VULKAN: Need = Need {
    purpose: "drawing the editor in tests",
    packages: &["mesa-vulkan-drivers", "libvulkan1"],
    is_there: || {
        let folders = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].map(Path::new);
        let drivers = folders.iter().filter_map(|folder| folder.read_dir().ok()).flatten().count();
        drivers > 0 && workspace::succeeds(Command::new("sh").args(["-c", "ldconfig -p | grep -q libvulkan.so.1"]))
    },
};

/// A screen in memory, on which the plugin opens its window, and a bus over which a screen reader sees it.
pub(crate) const SCREEN: Need = Need {
    purpose: "opening the editor in a host",
    packages: &["xvfb", "libgl1-mesa-dri", "libgl1", "libx11-6", "libx11-xcb1", "dbus", "at-spi2-core"],
    is_there: || {
        let programs = "command -v Xvfb && command -v dbus-run-session && ldconfig -p | grep -q libGL.so.1";
        workspace::succeeds(Command::new("sh").args(["-c", programs]))
            && Path::new("/usr/share/dbus-1/services/org.a11y.Bus.service").exists()
    },
};

/// A Python that can make virtual environments.
pub(crate) const PYTHON: Need = Need {
    purpose: "running the plugin in Python hosts",
    packages: &["python3", "python3-venv"],
    is_there: || crate::interpreter::find().is_some(),
};

/// The synthesizer and the soundfonts that part of the training material and of the factory presets is rendered from.
pub(crate) const FLUIDSYNTH: Need = Need {
    purpose: "rendering music to learn from",
    packages: &["fluidsynth", "fluid-soundfont-gm", "musescore-general-soundfont"],
    is_there: || {
        let soundfonts = ["FluidR3_GM.sf2", "MuseScore_General.sf3"];
        let is_there = |name: &&str| ["sf2", "sf3"].iter().any(|folder| sounds(folder).join(name).exists());
        answers("fluidsynth") && soundfonts.iter().all(is_there)
    },
};

/// The training sets that are Debian packages.
pub(crate) const TRAINING_SETS: Need = Need {
    purpose: "drums to train on",
    packages: &["sonic-pi-samples", "hydrogen-drumkits"],
    is_there: || {
        ["/usr/share/sonic-pi/samples", "/usr/share/hydrogen/data/drumkits"].iter().all(|at| Path::new(at).exists())
    },
};

/// The synthesizer and the soundfonts that held-out cases are rendered from.
pub(crate) const SOUNDFONTS: Need = Need {
    purpose: "rendering cases to measure with",
    packages: &[
        "fluidsynth",
        "fluid-soundfont-gm",
        "timgm6mb-soundfont",
        "opl3-soundfont",
        "avldrums.lv2-soundfont",
        "hydrogen-drumkits",
    ],
    is_there: || {
        let fonts = ["FluidR3_GM", "TimGM6mb", "OPL-3_FM_128M", "Black_Pearl_4_LV2", "Red_Zeppelin_4_LV2"].into_iter();
        answers("fluidsynth")
            && Path::new("/usr/share/hydrogen/data/drumkits/ForzeeStereo").exists()
            && fonts
                .map(|font| Path::new("/usr/share/sounds/sf2").join(font).with_extension("sf2"))
                .all(|font| font.exists())
    },
};

/// What counts the audio path's instructions.
pub(crate) const VALGRIND: Need = Need {
    purpose: "counting the audio path's instructions",
    packages: &["valgrind"],
    is_there: || answers("valgrind"),
};

/// What a validator that is made with JUCE is built with, and a screen for it.
pub(crate) const JUCE_LIBRARIES: Need = Need {
    purpose: "building and running pluginval",
    packages: &[
        "cmake",
        "xvfb",
        "xauth",
        "libx11-dev",
        "libxrandr-dev",
        "libxinerama-dev",
        "libxcursor-dev",
        "libxcomposite-dev",
        "libfreetype-dev",
        "libfontconfig1-dev",
        "libasound2-dev",
        "libgl-dev",
        "ladspa-sdk",
    ],
    is_there: || {
        answers("cmake")
            && workspace::succeeds(Command::new("xvfb-run").arg("--help"))
            && workspace::succeeds(Command::new("pkg-config").args(["--exists", "x11", "xrandr", "freetype2", "alsa"]))
    },
};

/// What builds for Windows elsewhere.
pub(crate) const MINGW: Need = Need {
    purpose: "building for Windows",
    packages: &["g++-mingw-w64-x86-64-posix"],
    is_there: || answers("x86_64-w64-mingw32-g++"),
};

/// What makes the installer for Windows.
pub(crate) const NSIS: Need = Need {
    purpose: "making the installer for Windows",
    packages: &["nsis"],
    is_there: || workspace::succeeds(Command::new("makensis").arg("-VERSION")),
};

/// What runs programs for Windows elsewhere.
pub(crate) const WINE: Need =
    Need { purpose: "running programs for Windows", packages: &["wine", "wine64"], is_there: || answers("wine") };

/// Where Debian puts soundfonts of this kind.
fn sounds(kind: &str) -> PathBuf {
    Path::new("/usr/share/sounds").join(kind)
}

/// Whether `program` is there and says its version.
pub(crate) fn answers(program: &str) -> bool {
    workspace::succeeds(Command::new(program).arg("--version"))
}

/// Makes sure of `needs`. Installs what is missing if this is a Debian or Ubuntu and we are its administrator.
///
/// # Errors
/// If something is missing and cannot be installed here; the message is the command to type.
pub(crate) fn ensure(needs: &[&Need]) -> Result<()> {
    let missing: Vec<_> = needs.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() || !cfg!(target_os = "linux") {
        return Ok(());
    }
    let purposes = missing.iter().map(|need| need.purpose).collect::<Vec<_>>().join(" and ");
    let packages: Vec<_> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let install = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if !may_install() {
        bail!("{purposes} needs packages that are not installed; type (or its like on your system):\n  sudo {install}");
    }
    println!("{purposes} needs {}: installing", packages.join(", "));
    let quiet = |command: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        workspace::run(&mut shell)
    };
    quiet("apt-get update -q")?;
    quiet(&format!("{install} -q"))?;
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => {
            bail!("{} were installed, but what {} needs is still not found", need.packages.join(", "), need.purpose)
        }
        None => Ok(()),
    }
}

fn may_install() -> bool {
    let administrator = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let has_apt = env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|at| at.join("apt-get").exists()));
    administrator && has_apt
}
