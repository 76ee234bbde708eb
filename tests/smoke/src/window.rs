//! The editor in its real window.

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::driver::Driver;
use crate::page::Page;
use crate::{program, say, story};

/// Drives it.
pub(crate) async fn drive() -> Result<()> {
    let desk = story::Desk::new()?;
    let home = tempfile::tempdir()?;
    let driver = open(&[desk.graph()], home.path()).await?;
    let page = Page(&driver.client);
    let told = story::tell(&page, &desk).await;
    if told.is_err() {
        leave_picture(&driver, "window").await?;
    }
    told?;
    driver.end().await?;
    say("the window did all of it");
    Ok(())
}

/// Opens the window with these graphs; what it keeps, it keeps in this folder.
pub(crate) async fn open(graphs: &[std::path::PathBuf], home: &std::path::Path) -> Result<Driver> {
    let window = program("millstream-editor")?;
    program("millstream").context("the window starts it")?;
    let options = json!({ "binary": window, "args": graphs });
    let capabilities = json!({ "webkitgtk:browserOptions": options });
    Driver::start("WebKitWebDriver", capabilities, &[("XDG_DATA_HOME", home), ("XDG_CACHE_HOME", home)]).await
}

/// Leaves a picture of what went wrong beside the programs.
pub(crate) async fn leave_picture(driver: &Driver, name: &str) -> Result<()> {
    let file = crate::programs()?.join(format!("smoke-{name}.png"));
    std::fs::write(&file, driver.client.screenshot().await?)?;
    say(&format!("a picture of it: {}", file.display()));
    Ok(())
}
