//! The pictures of the README, taken of the real window with all that the system draws around it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;
use tokio::time::{Duration, sleep};

use crate::driver::Driver;
use crate::page::{Page, key};
use crate::say;
use crate::window::{close, open};

/// Time for what moves to come to rest: a picture is no test, and a still one is nicer.
const REST: Duration = Duration::from_secs(2);

/// A fast source and a slow process: the source waits, and the editor says for whom.
const LIVE: &str = r#"Graph(
    format: 1,
    name: "slow-mill",
    description: "A slow process sets the pace of all that stand before it.",
    processes: {
        "grain": Process(component: "core/Sequence", iips: { "start": 1, "count": 1000000 }),
        "share": Process(component: "core/Balance"),
        "stone": Process(component: "core/Throttle", iips: { "packets": 40, "per_ms": 1000 }),
        "steel": Process(component: "core/Throttle", iips: { "packets": 400, "per_ms": 1000 }),
        "sack": Process(component: "core/Batch", iips: { "size": 10 }),
        "cart": Process(component: "core/Drop"),
    },
    connectors: [
        Connector(from: "grain.out", to: "share.in"),
        Connector(from: "share.out[0]", to: "stone.in", capacity: 16),
        Connector(from: "share.out[1]", to: "steel.in", capacity: 16),
        Connector(from: "stone.out", to: "sack.in"),
        Connector(from: "steel.out", to: "sack.in"),
        Connector(from: "sack.out", to: "cart.in"),
    ],
    layout: { "grain": (40, 140), "share": (260, 140), "stone": (480, 20), "steel": (480, 300), "sack": (720, 140), "cart": (940, 140) },
)
"#;

/// A graph with a port that is none, a type that does not fit, and a component that nobody has.
const WRONG: &str = r#"Graph(
    format: 1,
    name: "mistakes",
    description: "What does not fit is said where it stands.",
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "words.txt" }),
        "cut": Process(component: "text/Words"),
        "count": Process(component: "data/Aggregate", iips: { "by": ["word"], "compute": { "n": "cont()" } }),
        "grind": Process(component: "mill/Grind"),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "cut.in"),
        Connector(from: "cut.oot", to: "count.in"),
        Connector(from: "count.out", to: "grind.in"),
        Connector(from: "grind.out", to: "show.in"),
    ],
    layout: { "read": (40, 120), "cut": (260, 120), "count": (480, 120), "grind": (720, 120), "show": (940, 120) },
)
"#;

/// Takes them all.
///
/// # Errors
///
/// Fails when the window does not show what is to be seen.
pub(crate) async fn take(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let desk = tempfile::tempdir()?;
    let write = |name: &str, text: &str| -> Result<PathBuf> {
        let path = desk.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    };
    first_run(folder).await?;
    editing(folder, &fs::canonicalize("graphs/telegram.ron")?).await?;
    problems(folder, &write("mistakes.ron", WRONG)?).await?;
    live(folder, &write("slow-mill.ron", LIVE)?).await?;
    large(folder, &write("large.ron", &two_hundred()?)?).await
}

async fn first_run(folder: &Path) -> Result<()> {
    let home = tempfile::tempdir()?;
    let driver = open(&[], home.path()).await?;
    let page = Page(&driver.client);
    page.until_started().await?;
    page.find("[Ss]ample|[Ee]xample").await?;
    shot(&driver, folder, "first-run").await?;
    close(driver, home.path()).await
}

async fn editing(folder: &Path, graph: &Path) -> Result<()> {
    let home = tempfile::tempdir()?;
    let driver = open(&[graph.to_owned()], home.path()).await?;
    let page = Page(&driver.client);
    page.until_started().await?;
    page.until_still("^process wrap,").await?;
    page.click("^process wrap,").await?;
    shot(&driver, folder, "editing").await?;
    page.keys("a").await?;
    page.find("^Search components to add$").await?;
    page.keys("in:text out:text").await?;
    shot(&driver, folder, "adding").await?;
    close(driver, home.path()).await
}

async fn problems(folder: &Path, graph: &Path) -> Result<()> {
    let home = tempfile::tempdir()?;
    let driver = open(&[graph.to_owned()], home.path()).await?;
    let page = Page(&driver.client);
    page.until_started().await?;
    page.find("^process grind,").await?;
    page.chord(&[key::CONTROL, key::SHIFT], 'm').await?;
    shot(&driver, folder, "problems").await?;
    close(driver, home.path()).await
}

async fn live(folder: &Path, graph: &Path) -> Result<()> {
    let home = tempfile::tempdir()?;
    let driver = open(&[graph.to_owned()], home.path()).await?;
    let page = Page(&driver.client);
    page.until_started().await?;
    page.find("^process stone,").await?;
    page.keys(&key::F5.to_string()).await?;
    page.find("^process stone,.*backpressure starts here")
        .await?;
    shot(&driver, folder, "live").await?;
    page.chord(&[key::CONTROL], ',').await?;
    page.click("^Dark").await?;
    page.keys(&key::ESCAPE.to_string()).await?;
    shot(&driver, folder, "dark").await?;
    page.chord(&[key::SHIFT], key::F5).await?;
    close(driver, home.path()).await
}

async fn large(folder: &Path, graph: &Path) -> Result<()> {
    let home = tempfile::tempdir()?;
    let driver = open(&[graph.to_owned()], home.path()).await?;
    let page = Page(&driver.client);
    page.until_started().await?;
    page.find("200 processes").await?;
    page.keys(&key::HOME.to_string()).await?;
    shot(&driver, folder, "large").await?;
    close(driver, home.path()).await
}

/// Takes a picture of the whole screen.
async fn shot(driver: &Driver, folder: &Path, name: &str) -> Result<()> {
    // The pointer would leave a tooltip.
    let page = Page(&driver.client);
    page.point_at(2.0, 2.0).await?;
    sleep(REST).await;
    let file = folder.join(format!("{name}.png"));
    let mut import = Command::new("import");
    import
        .args(["-window", "root", "-define", "png:compression-level=9"])
        .arg(&file);
    let status = import
        .status()
        .await
        .context("imagemagick is not installed")?;
    ensure!(status.success(), "no picture of the screen");
    say(&format!("{}", file.display()));
    Ok(())
}

/// Ten rivers of twenty mills, each fed by its neighbour, too.
fn two_hundred() -> Result<String> {
    let (mut processes, mut connectors, mut layout) = (String::new(), String::new(), String::new());
    for row in 0..10 {
        for column in 0..20 {
            let component = match column {
                0 => r#""core/Sequence", iips: { "count": 1000 }"#,
                19 => r#""core/Drop""#,
                _ => r#""core/Repeat""#,
            };
            let name = format!("mill_{row}_{column}");
            writeln!(
                processes,
                "        \"{name}\": Process(component: {component}),"
            )?;
            writeln!(
                layout,
                "        \"{name}\": ({}, {}),",
                column * 200,
                row * 220 + column % 3 * 30
            )?;
            if column < 19 {
                let next = format!("mill_{row}_{}", column + 1);
                writeln!(
                    connectors,
                    "        Connector(from: \"{name}.out\", to: \"{next}.in\"),"
                )?;
            }
        }
    }
    Ok(format!(
        "Graph(\n    format: 1,\n    name: \"large\",\n    processes: {{\n{processes}    }},\n    \
         connectors: [\n{connectors}    ],\n    layout: {{\n{layout}    }},\n)\n"
    ))
}
