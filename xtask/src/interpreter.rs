//! The Python that makes virtual environments.

use crate::workspace;
use std::process::Command;

/// Minor versions of Python 3 that all requirements are published for, best first.
const MINOR_VERSIONS: [u32; 3] = [11, 12, 13];

/// The first Python on the path that will do.
pub(crate) fn find() -> Option<String> {
    let versions = MINOR_VERSIONS.map(|minor| minor.to_string()).join(",");
    let check = format!("import sys, venv, ensurepip; sys.exit(sys.version_info[1] not in ({versions}))");
    let named = MINOR_VERSIONS.iter().map(|minor| format!("python3.{minor}"));
    ["python3", "python"]
        .map(str::to_owned)
        .into_iter()
        .chain(named)
        .find(|python| workspace::succeeds(Command::new(python).args(["-c", &check])))
}
