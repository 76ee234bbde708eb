//! Which runtimes of this user listen: a small file for each in the user's runtime directory.
//!
//! A file is removed when its runtime ends. One that was killed leaves its file behind; it is seen to be stale because its
//! process is gone, and removed by whoever looks next.

use std::fs::{self, DirBuilder};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::exit::{Exit, Fault};

/// A runtime that listens, as long as this lives.
#[derive(Debug)]
pub(crate) struct Announcement(PathBuf);

impl Drop for Announcement {
    fn drop(&mut self) {
        // Whoever looks next finds it stale.
        drop(fs::remove_file(&self.0));
    }
}

/// Makes known that this process listens. Without a directory to write to, nobody finds it by itself, which is told as
/// a log line only: the address was printed.
pub(crate) fn announce(address: SocketAddr, graphs: &[String]) -> Option<Announcement> {
    match write(&directory(), address, graphs) {
        Ok(announcement) => Some(announcement),
        Err(error) => {
            tracing::warn!(%error, "this runtime is not found by itself");
            None
        }
    }
}

fn write(directory: &Path, address: SocketAddr, graphs: &[String]) -> io::Result<Announcement> {
    make_private(directory)?;
    let pid = std::process::id();
    let path = directory.join(format!("{pid}-{}.json", address.port()));
    let document = json!({ "url": format!("ws://{address}"), "pid": pid, "graphs": graphs });
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    io::Write::write_all(&mut file, document.to_string().as_bytes())?;
    file.persist(&path)?;
    Ok(Announcement(path))
}

/// The directory that nobody else may write to.
#[expect(
    clippy::disallowed_methods,
    reason = "other runs of this user look there; the name has the user, and who else could have made it is found out"
)]
fn directory() -> PathBuf {
    let given = std::env::var_os("XDG_RUNTIME_DIR").filter(|given| !given.is_empty());
    match given {
        Some(given) => PathBuf::from(given).join("millstream"),
        None => std::env::temp_dir().join(format!("millstream-{}", user())),
    }
}

#[cfg(unix)]
fn user() -> String {
    rustix::process::getuid().as_raw().to_string()
}

#[cfg(not(unix))]
fn user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    if is_private(directory)? {
        return Ok(());
    }
    let text = format!("{} belongs to somebody else", directory.display());
    Err(io::Error::other(text))
}

/// Whether nobody else could have put a file there.
#[cfg(unix)]
fn is_private(directory: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::symlink_metadata(directory)?;
    let is_ours = metadata.uid() == rustix::process::getuid().as_raw();
    Ok(metadata.is_dir() && is_ours && metadata.mode() & 0o022 == 0)
}

#[cfg(not(unix))]
fn is_private(_directory: &Path) -> io::Result<bool> {
    Ok(true)
}

/// The URL of the only runtime of this user.
///
/// # Errors
///
/// Fails when there is none, or several.
pub(super) fn only_one() -> Result<String, Fault> {
    let mut found = all(&directory());
    match (found.pop(), found.is_empty()) {
        (Some(runtime), true) => Ok(runtime.url),
        (None, _) => {
            let fault = Fault::new(Exit::Unreachable, "no runtime of yours is listening");
            Err(fault.help(
                "start one with `millstream serve` or `millstream run GRAPH --listen`, or name one with --runtime URL",
            ))
        }
        (Some(last), false) => {
            found.push(last);
            let mut fault = Fault::new(
                Exit::Usage,
                format!("{} runtimes of yours are listening", found.len()),
            );
            fault.message.notes = found.iter().map(Found::describe).collect();
            Err(fault.help("say which one with --runtime URL"))
        }
    }
}

struct Found {
    url: String,
    pid: i32,
    graphs: Vec<String>,
}

impl Found {
    fn describe(&self) -> String {
        let Self { url, pid, graphs } = self;
        match graphs.as_slice() {
            [] => format!("{url} (process {pid})"),
            graphs => format!("{url} (process {pid}: {})", graphs.join(", ")),
        }
    }

    fn read(path: &Path) -> Option<Self> {
        let document: Json = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
        let graphs = document["graphs"].as_array().map(Vec::as_slice);
        Some(Self {
            url: document["url"].as_str()?.to_owned(),
            pid: i32::try_from(document["pid"].as_i64()?).ok()?,
            graphs: graphs
                .unwrap_or_default()
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
        })
    }
}

/// All that are there, in order of their files' names.
fn all(directory: &Path) -> Vec<Found> {
    let is_safe = is_private(directory).unwrap_or(false);
    let Some(entries) = is_safe.then(|| fs::read_dir(directory).ok()).flatten() else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    paths.sort();
    let alive = |path: &PathBuf| {
        let found = Found::read(path)?;
        if is_alive(found.pid) {
            return Some(found);
        }
        // Its runtime was killed; if somebody else removes the file first, that is as well.
        drop(fs::remove_file(path));
        None
    };
    paths.iter().filter_map(alive).collect()
}

#[cfg(unix)]
fn is_alive(pid: i32) -> bool {
    let pid = rustix::process::Pid::from_raw(pid);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_alive(_pid: i32) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn runtimes_are_found_while_they_live() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("millstream");
        let first = write(&folder, address(7001), &["orders".to_owned()]).unwrap();
        let second = write(&folder, address(7002), &[]).unwrap();
        let urls = || {
            all(&folder)
                .into_iter()
                .map(|found| found.url)
                .collect::<Vec<_>>()
        };
        assert_eq!(urls(), ["ws://127.0.0.1:7001", "ws://127.0.0.1:7002"]);
        drop(first);
        assert_eq!(urls(), ["ws://127.0.0.1:7002"]);
        drop(second);
        assert_eq!(urls(), Vec::<String>::new());
    }

    #[test]
    fn files_of_runtimes_that_were_killed_are_ignored_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        make_private(&folder.path().join("x")).unwrap();
        let folder = folder.path().join("x");
        // A process number beyond what any system gives.
        let stale = folder.join("9-1.json");
        fs::write(&stale, r#"{"url":"ws://127.0.0.1:1","pid":2147483646}"#).unwrap();
        let broken = folder.join("8-1.json");
        fs::write(&broken, "{").unwrap();
        assert!(all(&folder).is_empty());
        assert!(!stale.try_exists().unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn directory_that_others_may_write_to_is_not_trusted() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(write(folder.path(), address(7001), &[]).is_err());
        assert!(all(folder.path()).is_empty());
    }
}
