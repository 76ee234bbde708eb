//! What a person does on a first day, and what must be true then.
//!
//! Opens a graph, adds three components by keyboard, connects them by mouse, sets an initial value, runs, sees counts rise,
//! stops, saves. Then the file on the disk is compared with what was drawn.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use millstream_graph::{Graph, file};

use crate::page::{Found, Page, key};
use crate::say;

/// The graph that is opened, with a comment that must still be there at the end.
const BEGINNING: &str = "\
// A graph for a first day.
Graph(
    format: 1,
    name: \"first-day\",
)
";

/// What is added, in this order, and what each is called then.
const COMPONENTS: [(&str, &str); 3] = [
    ("time/Tick", "tick"),
    ("core/Repeat", "repeat"),
    ("core/Drop", "drop"),
];

/// Which ports are connected.
const WIRES: [(&str, &str); 2] = [("tick.out", "repeat.in"), ("repeat.out", "drop.in")];

/// The folder in which it happens.
#[derive(Debug)]
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// A folder with the graph in it.
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("first-day.ron"), BEGINNING)?;
        Ok(Self { folder })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file of the graph.
    pub(crate) fn graph(&self) -> PathBuf {
        self.folder.path().join("first-day.ron")
    }
}

/// Tells the story.
pub(crate) async fn tell(page: &Page<'_>, desk: &Desk) -> Result<()> {
    page.until_started().await?;
    page.find("^first-day: 0 processes")
        .await
        .context("the graph opens")?;
    say("opened");
    draw(page).await?;
    say("drawn");
    run(page).await?;
    say("run");
    save(page, desk).await?;
    say("saved");
    Ok(())
}

/// Adds the components by keyboard, and connects them by mouse.
async fn draw(page: &Page<'_>) -> Result<()> {
    for (component, name) in COMPONENTS {
        // With nothing selected: after a selected process it would be wired at once.
        page.keys(&key::ESCAPE.to_string()).await?;
        page.keys("a").await?;
        page.find("^Search components to add$")
            .await
            .context("the palette opens")?;
        page.keys(component).await?;
        page.keys(&key::ENTER.to_string()).await?;
        page.find(&format!("^process {name},")).await?;
    }
    page.keys(&key::ESCAPE.to_string()).await?;
    page.chord(&[key::CONTROL], 'l').await?;
    page.keys(&key::HOME.to_string()).await?;
    page.until_still("^input drop.in$").await?;
    for (from, to) in WIRES {
        page.drag(&format!("^output {from}$"), &format!("^input {to}$"))
            .await?;
        page.find(&format!("^wire {from} to {to}")).await?;
    }
    page.click("^process tick,").await?;
    page.click_field("^every_ms$")
        .await
        .context("the inspector shows settings")?;
    page.keys("20").await?;
    page.keys(&key::ENTER.to_string()).await?;
    page.find("^No problems$").await.map(drop)
}

/// Runs the graph until counts have risen, and stops it.
async fn run(page: &Page<'_>) -> Result<()> {
    page.click("^wire repeat.out to drop.in").await?;
    page.keys(&key::F5.to_string()).await?;
    let first = count(page, 0).await?;
    let next = count(page, first).await?;
    say(&format!("counts rise: {first}, {next}"));
    page.find("^wire repeat.out to drop.in, .*[1-9][0-9]* per second")
        .await?;
    page.chord(&[key::SHIFT], key::F5).await
}

/// Waits until the inspector of the selected wire tells of more packets than this; gives how many.
async fn count(page: &Page<'_>, more_than: u64) -> Result<u64> {
    let packets = |label: &str| {
        let sum = label
            .split('Σ')
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        sum.and_then(|sum| sum.parse().ok()).unwrap_or(0)
    };
    let is_more = |found: &[Found]| found.iter().any(|label| packets(&label.name) > more_than);
    let found = page.until("Σ", is_more).await?;
    let counts = found.iter().map(|label| packets(&label.name));
    counts.max().context("a count")
}

/// Saves, and compares the file with what was drawn.
async fn save(page: &Page<'_>, desk: &Desk) -> Result<()> {
    page.chord(&[key::CONTROL], 's').await?;
    page.find("^saved$").await?;
    let text = fs::read_to_string(desk.graph())?;
    ensure!(
        text.starts_with("// A graph for a first day.\n"),
        "the comment is gone:\n{text}"
    );
    let graph = file::read(&text)
        .map_err(|error| anyhow::anyhow!("{}:\n{text}", error.message))?
        .graph;
    compare(&graph).with_context(|| text.clone())?;
    ensure!(
        file::write(&graph) == text,
        "the file is not in its canonical form:\n{text}"
    );
    Ok(())
}

fn compare(graph: &Graph) -> Result<()> {
    let processes: Vec<(String, String)> = graph
        .processes
        .iter()
        .map(|(name, process)| {
            let component = process.component.as_ref();
            (
                name.to_string(),
                component.map_or(String::new(), |component| component.as_str().to_owned()),
            )
        })
        .collect();
    let wanted = COMPONENTS.map(|(component, name)| (name.to_owned(), component.to_owned()));
    ensure!(processes == wanted, "processes: {processes:?}");
    let wires: Vec<(String, String)> = graph
        .connectors
        .iter()
        .map(|connector| (connector.from.to_string(), connector.to.to_string()))
        .collect();
    let wanted = WIRES.map(|(from, to)| (from.to_owned(), to.to_owned()));
    ensure!(wires == wanted, "connectors: {wires:?}");
    let tick = graph.processes.values().next().context("a process")?;
    let iips = format!("{:?}", tick.iips);
    ensure!(
        iips.contains("every_ms") && iips.contains("20"),
        "values: {iips}"
    );
    Ok(())
}
