//! The editor: built for browsers, opened in its window, packed for others.

mod bundle;
mod needs;
mod web;

use clap::Args;

use anyhow::Result;

use crate::output::aside;
use crate::tool::{cargo, run, target};

pub(crate) use bundle::{BundleOptions, bundle};
pub(crate) use web::web;

/// What to open, and how to build it.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Graph files to open.
    graphs: Vec<std::path::PathBuf>,
    /// Build everything optimized: takes longer, and graphs run at full speed.
    #[arg(long)]
    release: bool,
    /// Build, and open nothing.
    #[arg(long)]
    no_open: bool,
}

/// Builds wasm, program and window, and opens the window.
pub(crate) fn open(options: &Options) -> Result<()> {
    needs::check_window()?;
    web()?;
    let profile = Profile::of(options.release);
    build(profile)?;
    if options.no_open {
        return Ok(());
    }
    let graphs = options.graphs.iter().map(std::path::absolute);
    let graphs = graphs.collect::<Result<Vec<_>, _>>()?;
    let window = target().join(profile.folder()).join(WINDOW);
    aside(&format!("opening {}", window.display()))?;
    run(std::process::Command::new(window).args(graphs))
}

/// The program that opens the window.
const WINDOW: &str = "millstream-editor";

/// How programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Profile {
    Dev,
    Release,
}

impl Profile {
    const fn of(is_release: bool) -> Self {
        if is_release { Self::Release } else { Self::Dev }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// Its folder in the target directory.
    const fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// Builds the program, and the window that starts it. One after the other: each as if built alone, so that neither is built
/// anew when somebody does.
fn build(profile: Profile) -> Result<()> {
    aside("building the program and the window (the first time takes minutes)")?;
    for package in ["millstream", "millstream-shell"] {
        run(cargo()
            .args(["build", "--bins", "--profile", profile.name()])
            .args(["--package", package]))?;
    }
    Ok(())
}
