//! `cargo xtask web`: from `editor/web` to the folder that the program and the window take the editor from.
//!
//! Cargo compiles, wasm-bindgen writes the glue, the page is copied beside it. wasm-bindgen is used as a library: its
//! program would have to be installed, in the very version that the wasm was made for.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::needs::{TARGET, check_web};
use crate::output::aside;
use crate::tool::{cargo, root, run, target};

const NAME: &str = "millstream_web";
/// What we want it to have at most; told when it has more.
const BYTES_WANTED: u64 = 6_000_000;
/// With more than this it is refused: a limit that may only fall, until it is what we want.
const BYTES_MAX: u64 = 9_000_000;

/// Builds the editor for browsers.
pub(crate) fn web() -> Result<()> {
    check_web()?;
    aside("building the editor for the browser")?;
    let profile = "wasm-release";
    run(cargo()
        .args(["build", "--package", "millstream-web", "--lib"])
        .args(["--target", TARGET, "--profile", profile]))?;
    let built = target()
        .join(TARGET)
        .join(profile)
        .join(format!("{NAME}.wasm"));
    let fresh = target().join("web");
    Bindgen::new()
        .input_path(&built)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&fresh)
        .context("wasm-bindgen cannot write the glue")?;
    let dist = root().join("editor/web/dist");
    copy(&root().join("editor/web/page"), &dist)?;
    copy(&fresh, &dist)?;
    measure(&dist.join(format!("{NAME}_bg.wasm")))
}

/// Copies the files of a folder that are not there yet as they are: what is copied anew has the programs built anew.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("no {}", from.display()))? {
        let entry = entry?;
        let wanted = fs::read(entry.path())?;
        let there = to.join(entry.file_name());
        if fs::read(&there).ok().as_ref() != Some(&wanted) {
            fs::write(&there, wanted)
                .with_context(|| format!("cannot write {}", there.display()))?;
        }
    }
    Ok(())
}

fn measure(wasm: &Path) -> Result<()> {
    let bytes = fs::metadata(wasm)?.len();
    let megabytes = bytes as f64 / 1e6;
    aside(&format!(
        "the editor has {megabytes:.2} MB: {}",
        wasm.display()
    ))?;
    if bytes > BYTES_WANTED {
        let wanted = BYTES_WANTED as f64 / 1e6;
        aside(&format!(
            "warning: that is more than the {wanted:.0} MB that it should have"
        ))?;
    }
    ensure!(bytes <= BYTES_MAX, "that is more than {BYTES_MAX} bytes");
    Ok(())
}
