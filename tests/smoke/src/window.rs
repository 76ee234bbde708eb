//! The editor in its real window.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::driver::Driver;
use crate::page::Page;
use crate::{program, say, story};

/// Longest time until the runtime has ended with its window.
const PATIENCE: Duration = Duration::from_secs(15);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// Drives it, and kills it in the end.
///
/// # Errors
///
/// Fails when something is not as it must be.
pub(crate) async fn drive() -> Result<()> {
    let desk = story::Desk::new()?;
    let home = tempfile::tempdir()?;
    let driver = open(&[desk.graph()], home.path()).await?;
    let told = story::tell(&Page(&driver.client), &desk).await;
    if told.is_err() {
        leave_picture(&driver, "window").await?;
    }
    told?;
    kill(desk.folder()).await?;
    say("the window did all of it");
    Ok(())
}

/// Opens the window with these graphs; what it keeps, it keeps in this folder.
///
/// # Errors
///
/// Fails when the programs were not built, or do not start.
pub(crate) async fn open(graphs: &[PathBuf], home: &Path) -> Result<Driver> {
    let window = program("millstream-editor")?;
    program("millstream").context("the window starts it")?;
    let options = json!({ "binary": window, "args": graphs });
    let capabilities = json!({ "webkitgtk:browserOptions": options });
    let environment = [("XDG_DATA_HOME", home), ("XDG_CACHE_HOME", home)];
    Driver::start("WebKitWebDriver", capabilities, &environment).await
}

/// Closes a window as its page does when nothing is left to be saved, and waits until it has gone: as long as it is there, a
/// second one would only hand over its graphs.
///
/// # Errors
///
/// Fails when it stays.
pub(crate) async fn close(driver: Driver, home: &Path) -> Result<()> {
    let script = "window.__TAURI__.core.invoke('close')";
    // The answer may not come: there is nobody left to give it.
    drop(driver.client.execute(script, vec![]).await);
    let until = Instant::now() + PATIENCE;
    while has_window(home)? {
        ensure!(Instant::now() < until, "the window does not close");
        sleep(LOOK).await;
    }
    Ok(())
}

/// Whether there is a window that keeps things in a folder.
fn has_window(home: &Path) -> Result<bool> {
    let wanted = format!("XDG_DATA_HOME={}", home.display());
    for entry in fs::read_dir("/proc")?.flatten() {
        let is_window = fs::read_to_string(entry.path().join("cmdline"))
            .is_ok_and(|command| command.contains("millstream-editor"));
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        if is_window && String::from_utf8_lossy(&environment).contains(&wanted) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Kills the window as no window should be ended; the runtime must end all the same.
async fn kill(folder: &Path) -> Result<()> {
    let runtime = runtime_in(folder)?.context("the runtime runs in the folder of the graph")?;
    let window = parent_of(runtime).context("the runtime is a child")?;
    let status = Command::new("kill")
        .args(["-KILL", &window.to_string()])
        .status()
        .await?;
    ensure!(status.success(), "the window cannot be killed");
    let until = Instant::now() + PATIENCE;
    while runtime_in(folder)?.is_some() {
        ensure!(
            Instant::now() < until,
            "the runtime {runtime} has not ended with its window"
        );
        sleep(LOOK).await;
    }
    say("killed, and the runtime has ended, too");
    Ok(())
}

/// The runtime that was started in a folder.
fn runtime_in(folder: &Path) -> Result<Option<u32>> {
    let folder = fs::canonicalize(folder)?;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse() else {
            continue;
        };
        // Processes come and go while this looks.
        let is_there = fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == folder);
        let command = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        if is_there && command.contains("--until-input-ends") {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn parent_of(id: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}

/// Leaves a picture of what went wrong beside the programs.
///
/// # Errors
///
/// Fails when there is nothing to take a picture of.
pub(crate) async fn leave_picture(driver: &Driver, name: &str) -> Result<()> {
    let file = crate::programs()?.join(format!("smoke-{name}.png"));
    fs::write(&file, driver.client.screenshot().await?)?;
    say(&format!("a picture of it: {}", file.display()));
    Ok(())
}
