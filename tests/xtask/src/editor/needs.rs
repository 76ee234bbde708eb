//! What building the editor needs of the machine, and how to get it.

use anyhow::{Result, bail};

use crate::output::aside;
use crate::tool::{output_of, run};

/// What the editor is compiled to.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Libraries that a window needs on Linux: as pkg-config and as Debian call them.
const LIBRARIES: [(&str, &str); 4] = [
    ("webkit2gtk-4.1", "libwebkit2gtk-4.1-dev"),
    ("gtk+-3.0", "libgtk-3-dev"),
    ("librsvg-2.0", "librsvg2-dev"),
    ("ayatana-appindicator3-0.1", "libayatana-appindicator3-dev"),
];

/// Makes sure that Rust can compile for the browser.
pub(super) fn check_web() -> Result<()> {
    if has_target() {
        return Ok(());
    }
    aside(&format!("installing the target {TARGET}"))?;
    let mut rustup = std::process::Command::new("rustup");
    // Without rustup there is nobody to ask, and the advice below says so.
    let added = run(rustup.args(["target", "add", TARGET]));
    if added.is_err() || !has_target() {
        bail!("Rust cannot compile for browsers here: `rustup target add {TARGET}`");
    }
    Ok(())
}

fn has_target() -> bool {
    let libraries = output_of("rustc", &["--print", "target-libdir", "--target", TARGET]);
    libraries.is_some_and(|folder| std::fs::read_dir(folder).is_ok())
}

/// Says which packages of the system are missing for the window.
pub(super) fn check_window() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if output_of("pkg-config", &["--version"]).is_none() {
        bail!(
            "pkg-config is missing: sudo apt-get install -y pkg-config {}",
            all()
        );
    }
    let missing: Vec<&str> = LIBRARIES
        .iter()
        .filter(|(library, _)| output_of("pkg-config", &["--modversion", library]).is_none())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(" ");
    bail!(
        "the window needs libraries that are not here. On Debian and Ubuntu:\n\n    \
         sudo apt-get install -y {missing}\n\n\
         Without them, `cargo xtask web` and `cargo run -p millstream -- edit` open the editor in a browser."
    )
}

fn all() -> String {
    let packages: Vec<&str> = LIBRARIES.iter().map(|(_, package)| *package).collect();
    packages.join(" ")
}
