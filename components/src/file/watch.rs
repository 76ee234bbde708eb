//! `file/Watch`: what happens to files.

use std::path::Path;
use std::time::Duration;

use millstream_component::prelude::*;
use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use super::ahead::while_read;
use super::fault;

/// Events that wait while nobody takes them; then whoever reports them waits, and in the end the system drops some.
const WAITING_MAX: usize = 4096;

/// Settings of [`Watch`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WatchSettings {
    /// The file or the folder.
    path: String,
    /// What is told: any of `created`, `changed` and `removed`.
    #[serde(default = "all")]
    events: Vec<Change>,
    /// Whether folders inside the folder are watched too, at any depth.
    #[serde(default)]
    recursive: bool,
    /// Ends when nothing happened for so many milliseconds; 0 goes on for ever.
    #[serde(default)]
    idle_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Change {
    Created,
    Changed,
    Removed,
}

fn all() -> Vec<Change> {
    vec![Change::Created, Change::Changed, Change::Removed]
}

/// Tells of files that are created, changed and removed.
///
/// # Shape
///
/// A record for each event, in order: `event` is `created`, `changed` or `removed`, `path` the file or folder. A file that
/// is renamed is removed under its old name and created under the new one. A file that is written is created, and then
/// changed, often several times; equal events that come at once are told once. Changes of rights and times are left out.
///
/// # Blocking
///
/// Waits for the system to tell of changes, and ends when nobody reads its port any more. What happens before the watch
/// has begun is not told; list the folder with `file/List` to learn of it.
///
/// # Errors
///
/// A path that is not there fails at the start. When so much happens that the system loses count, the process fails rather
/// than stay silent about what was lost.
#[component(name = "file/Watch", examples = examples)]
#[derive(Debug)]
pub(crate) struct Watch {
    #[config]
    config: Config<WatchSettings>,
    #[context]
    cx: Context,
    /// A record per event: `event`, `path`.
    #[output]
    out: Out<Record>,
}

impl Process for Watch {
    async fn run(mut self) -> Result<(), Failure> {
        let (sender, mut events) = channel(WAITING_MAX);
        let (path, recursive) = (self.config.path.clone(), self.config.recursive);
        // Kept to the end: the watch ends when it is dropped. Looking through a deep folder takes a while.
        let _watcher = spawn_blocking(move || watch(Path::new(&path), recursive, sender)).await??;
        let shape = Shape::new(["event", "path"].map(Text::from));
        let mut last = None;
        while let Some(event) = self.next(&mut events).await? {
            for told in changes(&event?)? {
                if !self.config.events.contains(&told.0) {
                    continue;
                }
                let values = vec![word(told.0).into(), told.1.as_str().into()];
                if last.as_ref() != Some(&told) {
                    self.out.send(Record::new(shape.clone(), values)).await?;
                }
                last = Some(told);
            }
            if events.is_empty() {
                last = None;
            }
        }
        Ok(())
    }
}

impl Watch {
    /// The next event; `None` when there was none for long enough.
    async fn next(
        &mut self,
        events: &mut Receiver<notify::Result<notify::Event>>,
    ) -> Result<Option<notify::Result<notify::Event>>, Failure> {
        let idle = Duration::from_millis(self.config.idle_ms);
        let cx = self.cx.clone();
        let next = async {
            if idle.is_zero() {
                return events.recv().await;
            }
            tokio::select! {
                biased;
                event = events.recv() => event,
                () = cx.sleep(idle) => None,
            }
        };
        Ok(while_read(&mut self.out, next).await?)
    }
}

fn watch(
    path: &Path,
    recursive: bool,
    sender: Sender<notify::Result<notify::Event>>,
) -> Result<RecommendedWatcher, Failure> {
    // Says more plainly than the system what is wrong with a path.
    std::fs::metadata(path).map_err(|error| fault::fatal("watching", path, &error))?;
    let describe =
        |error: notify::Error| Failure::fatal(format!("watching {}: {}", path.display(), error));
    // Whoever reports waits for room; nobody reports when the process has ended.
    let report = move |event| drop(sender.blocking_send(event));
    let mut watcher = notify::recommended_watcher(report).map_err(describe)?;
    let mode = if recursive {
        RecursiveMode::Recursive
    } else {
        RecursiveMode::NonRecursive
    };
    watcher.watch(path, mode).map_err(describe)?;
    Ok(watcher)
}

/// What an event of the system tells.
fn changes(event: &notify::Event) -> Result<Vec<(Change, String)>, Failure> {
    if event.need_rescan() {
        return Err(Failure::fatal(
            "more happened than the system could tell; events were lost",
        ));
    }
    let change = |path: &Path| match event.kind {
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
            Some(Change::Created)
        }
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
            Some(Change::Removed)
        }
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any) => Some(Change::Changed),
        // Some systems do not say which name is the new one.
        EventKind::Modify(ModifyKind::Name(RenameMode::Any | RenameMode::Other)) => {
            match path.try_exists() {
                Ok(false) => Some(Change::Removed),
                Ok(true) | Err(_) => Some(Change::Created),
            }
        }
        // Both names together come after each by itself.
        _ => None,
    };
    let told = event.paths.iter().filter_map(|path| {
        let name = path.to_string_lossy().into_owned();
        Some((change(path)?, name))
    });
    Ok(told.collect())
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Created => "created",
        Change::Changed => "changed",
        Change::Removed => "removed",
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Nothing happens for a tenth of a second")
            .iip("path", "examples/text")
            .iip("idle_ms", 100)
            .output("out", Vec::<Packet>::new()),
        Example::new("There must be something to watch")
            .iip("path", "examples/missing")
            .failure("watching examples/missing: no such file"),
    ]
}

contract!(Watch, Real);

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// What is told of a folder while `act` works on it.
    async fn told(recursive: bool, act: impl FnOnce(PathBuf) + Send + 'static) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        fs::create_dir(path.join("inner")).unwrap();
        let (sender, mut events) = channel(WAITING_MAX);
        let watcher = watch(&path, recursive, sender).unwrap();
        act(path.clone());
        // The last act: what comes after it is of no interest.
        fs::write(path.join("end"), "").unwrap();
        let mut told: Vec<String> = Vec::new();
        while let Some(event) = events.recv().await {
            for (change, name) in changes(&event.unwrap()).unwrap() {
                let name = Path::new(&name).strip_prefix(&path).unwrap().to_owned();
                if name == Path::new("end") {
                    drop(watcher);
                    told.dedup();
                    return told;
                }
                told.push(format!("{} {}", word(change), name.display()));
            }
        }
        panic!("the watch ended");
    }

    #[tokio::test]
    async fn files_come_change_and_go() {
        let told = told(false, |path| {
            fs::write(path.join("a"), "x").unwrap();
            fs::rename(path.join("a"), path.join("b")).unwrap();
            fs::write(path.join("inner/c"), "x").unwrap();
            fs::remove_file(path.join("b")).unwrap();
        });
        let expected = [
            "created a",
            "changed a",
            "removed a",
            "created b",
            "removed b",
        ];
        assert_eq!(told.await, expected);
    }

    #[tokio::test]
    async fn folders_inside_are_watched_if_asked_for() {
        let told = told(true, |path| fs::write(path.join("inner/c"), "").unwrap());
        assert!(told.await.contains(&"created inner/c".to_owned()));
    }

    #[test]
    fn lost_events_are_a_failure() {
        let lost = notify::Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert!(changes(&lost).is_err());
    }
}
