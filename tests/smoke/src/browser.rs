//! The editor in headless Chromium, served by `millstream edit`.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::driver::{Complaints, Driver};
use crate::page::Page;
use crate::window::leave_picture;
use crate::{program, say, story};

/// Draws without a graphics card; a container's root needs no sandbox of its own.
const FLAGS: [&str; 7] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--window-size=1280,800",
];

/// Drives it.
pub(crate) async fn drive() -> Result<()> {
    let desk = story::Desk::new()?;
    let (mut server, url) = serve(&desk).await?;
    say(&format!(
        "the editor is at {}",
        url.split('#').next().unwrap_or_default()
    ));
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": FLAGS },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    let driver = Driver::start("chromedriver", capabilities, &[]).await?;
    driver.client.goto(&url).await?;
    let page = Page(&driver.client);
    let told = story::tell(&page, &desk).await;
    if told.is_err() {
        leave_picture(&driver, "browser").await?;
    }
    let address = driver.client.current_url().await?;
    let errors = errors(&driver).await?;
    driver.end().await?;
    server.kill().await?;
    told?;
    ensure!(
        !address.as_str().contains("secret"),
        "the secret stays in the address: {address}"
    );
    ensure!(errors.is_empty(), "the console has errors: {errors:#?}");
    say("the browser did all of it");
    Ok(())
}

/// Starts the program, and waits until it tells where the editor is.
async fn serve(desk: &story::Desk) -> Result<(Child, String)> {
    let mut child = Command::new(program("millstream")?)
        .args(["edit", "--no-open"])
        .arg(desk.graph())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = child.stdout.take().context("a pipe was asked for")?;
    let url = BufReader::new(output).lines().next_line().await?;
    Ok((child, url.context("the program ended at once")?))
}

/// Errors that the page complained about.
async fn errors(driver: &Driver) -> Result<Vec<String>> {
    let entries = driver.client.issue_cmd(Complaints).await?;
    let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
    let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
    Ok(errors.map(|entry| entry["message"].to_string()).collect())
}
