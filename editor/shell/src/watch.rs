//! Files that other programs may change while they are open here.
//!
//! Looked at once a second: that works on every file system, over the network too, and costs nothing worth counting for
//! the few files that are open.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tauri::{AppHandle, Manager as _};
use tokio::time::{MissedTickBehavior, interval};

use crate::page::{self, Told};

const PERIOD: Duration = Duration::from_secs(1);

/// What tells a changed file without reading it: its length, and when it was written. None if there is no file.
type Look = Option<(u64, Option<SystemTime>)>;

/// The files that are watched, as they were when last looked at.
#[derive(Debug, Default)]
pub(crate) struct Watched(Mutex<BTreeMap<PathBuf, Look>>);

impl Watched {
    /// Watches these files, and no others.
    pub(crate) fn set(&self, files: impl IntoIterator<Item = PathBuf>) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = files.into_iter().map(|file| {
            // What is known stays known: a change between two calls is still told.
            let known = watched.get(&file).copied();
            let look = known.unwrap_or_else(|| look(&file));
            (file, look)
        });
        *watched = fresh.collect();
    }

    /// A file was written by ourselves.
    pub(crate) fn note(&self, file: &Path) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = watched.get_mut(file) {
            *known = look(file);
        }
    }

    /// The files that have changed since.
    fn changed(&self) -> Vec<PathBuf> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Vec::new();
        for (file, known) in watched.iter_mut() {
            let now = look(file);
            if *known != now {
                *known = now;
                changed.push(file.clone());
            }
        }
        changed
    }
}

fn look(file: &Path) -> Look {
    let found = fs::metadata(file).ok()?;
    Some((found.len(), found.modified().ok()))
}

/// Tells the page from now on.
pub(crate) fn start(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let mut clock = interval(PERIOD);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            clock.tick().await;
            for file in app.state::<Watched>().changed() {
                let file = file.to_string_lossy().into_owned();
                page::tell(&app, Told::FileChanged { file });
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_others_are_told_once_and_our_own_never() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.ron");
        fs::write(&file, "one").unwrap();
        let watched = Watched::default();
        watched.set([file.clone()]);
        assert!(watched.changed().is_empty());
        fs::write(&file, "longer").unwrap();
        watched.set([file.clone()]);
        assert_eq!(watched.changed(), std::slice::from_ref(&file));
        assert!(watched.changed().is_empty());
        fs::write(&file, "our own").unwrap();
        watched.note(&file);
        assert!(watched.changed().is_empty());
        fs::remove_file(&file).unwrap();
        assert_eq!(watched.changed(), std::slice::from_ref(&file));
        watched.set([]);
        fs::write(&file, "again").unwrap();
        assert!(watched.changed().is_empty());
    }
}
