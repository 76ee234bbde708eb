//! Drives the real editor: `browser` in headless Chromium, `window` in the Tauri window; `pictures` takes its pictures.
//!
//! Each starts everything it needs and ends it again. The exit code tells whether all was as it must be; a picture of the
//! moment in which it was not is left in the target directory.

mod browser;
mod driver;
mod page;
mod pictures;
mod story;
mod window;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use tokio::time::timeout;

/// Longest time for everything.
const LIMIT: Duration = Duration::from_mins(4);

/// Drives the real editor.
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    place: Place,
}

/// Where the editor is.
#[derive(Debug, Subcommand)]
enum Place {
    /// Headless Chromium at `millstream edit`.
    Browser,
    /// The Tauri window; needs a display and a session bus.
    Window,
    /// Takes pictures of the window; needs a display and a session bus.
    Pictures {
        /// Where they go.
        #[arg(default_value = "editor/screenshots")]
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    match drive(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn drive(args: Args) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let done = match args.place {
            Place::Browser => timeout(LIMIT, browser::drive()).await,
            Place::Window => timeout(LIMIT, window::drive()).await,
            Place::Pictures { folder } => timeout(LIMIT, pictures::take(&folder)).await,
        };
        done.context("it takes too long")?
    })
}

/// The folder of the programs: where this one is.
fn programs() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().unwrap_or(Path::new(".")).to_owned())
}

/// A program of ours that must have been built.
fn program(name: &str) -> Result<PathBuf> {
    let path = programs()?.join(name);
    anyhow::ensure!(
        path.is_file(),
        "there is no {}: build it first",
        path.display()
    );
    Ok(path)
}

/// Says how far it is.
fn say(text: &str) {
    use std::io::Write as _;
    // Nobody may listen.
    drop(writeln!(std::io::stderr(), "{text}"));
}
