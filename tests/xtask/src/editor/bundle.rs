//! `cargo xtask bundle`: a Debian package with the window, the program that it starts, and what a desktop wants to know.
//!
//! Made with `dpkg-deb`, which every Debian has, of a folder that looks like the system will. Other systems' packages come from
//! tauri's own bundler (`.github/workflows/release.yml`), which loads tools that this machine may not have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use super::{Profile, WINDOW, build, needs, web};
use crate::output::line;
use crate::tool::{output_of, root, run, target};

const PROGRAM: &str = "millstream";

/// Files of the repository, and where a system has them.
const FILES: [(&str, &str); 4] = [
    (
        "editor/shell/debian/millstream-editor.desktop",
        "share/applications/millstream-editor.desktop",
    ),
    (
        "editor/shell/debian/millstream.xml",
        "share/mime/packages/millstream.xml",
    ),
    (
        "editor/web/page/icon.svg",
        "share/icons/hicolor/scalable/apps/millstream-editor.svg",
    ),
    ("LICENSE-MIT", "share/doc/millstream/copyright"),
];
/// Sizes of the icon that desktops ask for.
const ICONS: [u32; 6] = [16, 32, 48, 64, 128, 256];
/// Where shells look for completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/millstream"),
    ("zsh", "share/zsh/vendor-completions/_millstream"),
    ("fish", "share/fish/vendor_completions.d/millstream.fish"),
];

/// How to pack.
#[derive(Debug, Args)]
pub(crate) struct BundleOptions {
    /// Pack programs that are not optimized: quick, for trying the package.
    #[arg(long)]
    dev: bool,
}

/// Builds and packs.
pub(crate) fn bundle(options: &BundleOptions) -> Result<()> {
    let architecture = output_of("dpkg", &["--print-architecture"]);
    let Some(architecture) = architecture else {
        bail!("a Debian package is made on Debian or Ubuntu: there is no dpkg here");
    };
    needs::check_window()?;
    web()?;
    let profile = Profile::of(!options.dev);
    build(profile)?;
    let stage = target().join("bundle/deb");
    if stage.try_exists()? {
        fs::remove_dir_all(&stage)?;
    }
    fill(&stage.join("usr"), &target().join(profile.folder()))?;
    let control = control(&architecture, kilobytes(&stage)?)?;
    write(&stage.join("DEBIAN/control"), control.as_bytes())?;
    let package = format!("millstream_{}_{architecture}.deb", version());
    let package = target().join("bundle").join(package);
    run(Command::new("dpkg-deb")
        .args(["--build", "--root-owner-group"])
        .args([&stage, &package]))?;
    line(&package.display().to_string())
}

const fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Puts everything where a system has it.
fn fill(system: &Path, programs: &Path) -> Result<()> {
    for name in [PROGRAM, WINDOW] {
        let there = system.join("bin").join(name);
        copy(&programs.join(name), &there)?;
        run(Command::new("strip").arg("--strip-unneeded").arg(&there))?;
    }
    for (from, to) in FILES {
        copy(&root().join(from), &system.join(to))?;
    }
    for size in ICONS {
        let to = format!("share/icons/hicolor/{size}x{size}/apps/millstream-editor.png");
        let from = format!("editor/shell/icons/{size}.png");
        copy(&root().join(from), &system.join(to))?;
    }
    let program = programs.join(PROGRAM);
    let program = program
        .to_str()
        .context("the target directory has a name beyond Unicode")?;
    for (shell, to) in COMPLETIONS {
        let text = output_of(program, &["completions", shell]);
        let text = text.with_context(|| format!("no completions for {shell}"))?;
        write(&system.join(to), text.as_bytes())?;
    }
    Ok(())
}

fn control(architecture: &str, kilobytes: u64) -> Result<String> {
    // What was linked here runs with this version or a later one.
    let libc = output_of("getconf", &["GNU_LIBC_VERSION"]).context("which C library is this?")?;
    let libc = libc.rsplit(' ').next().unwrap_or_default();
    Ok(format!(
        "Package: millstream\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: The Millstream developers <noreply@millstream.dev>\n\
         Installed-Size: {kilobytes}\n\
         Depends: libc6 (>= {libc}), libwebkit2gtk-4.1-0, libgtk-3-0 | libgtk-3-0t64\n\
         Section: devel\n\
         Priority: optional\n\
         Description: draws dataflow graphs, runs them, shows the packets\n \
         Millstream is a flow-based programming tool: graphs of components with named\n \
         ports and bounded connectors, drawn in an editor, saved as text, run anywhere.\n \
         .\n \
         This package has the editor's window and the program that runs graphs.\n",
        version = version(),
    ))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.is_file(), "there is no {}", from.display());
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}

fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))
}

/// What a folder takes on a disk.
fn kilobytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            bytes += about.len();
            if about.is_dir() {
                open.push(entry.path());
            }
        }
    }
    Ok(bytes.div_ceil(1024))
}
