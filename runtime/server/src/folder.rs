//! The served directory: nothing outside it is read or written.
//!
//! Graphs are known by the path of their file in it, with slashes and without `.ron`: the name `sub/count` is the file
//! `sub/count.ron`. Names are checked before they become paths, and paths after links have been followed.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use millstream_file::{Stamp, WriteError, Written, replace};
use millstream_graph::file::cases;
use parking_lot::Mutex;

/// How graph files end.
const EXTENSION: &str = ".ron";
/// Most files that are found in a directory; beyond it, it is no directory of graphs.
const FILES_MAX: usize = 10_000;

/// A directory of graph files.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Without links.
    root: PathBuf,
    /// Held between the look at a file and its replacement, so that two clients cannot both be the first.
    saving: Mutex<()>,
}

/// Why a file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The name is no name of a graph here.
    #[error(
        "`{0}` is no name for a graph file: use names and slashes, and stay inside the served directory"
    )]
    Name(String),
    /// The system says no.
    #[error("{name}: {source}")]
    Io {
        /// The graph.
        name: String,
        /// Why.
        source: io::Error,
    },
}

/// Why a file is not saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// It cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Somebody else changed it.
    #[error("the file was changed by somebody else")]
    Changed,
}

impl Folder {
    /// Serves a directory.
    ///
    /// # Errors
    ///
    /// Fails when there is no such directory.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let root = path.canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::from(ErrorKind::NotADirectory));
        }
        Ok(Self {
            root,
            saving: Mutex::default(),
        })
    }

    /// Names of all graphs, in order. Hidden directories and `target` are left out, links to directories not followed.
    ///
    /// # Errors
    ///
    /// Fails when a directory cannot be read, or there are too many files.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        walk(&self.root, "", &mut names)?;
        Ok(names)
    }

    /// The name of the graph in a file, if it is in this directory.
    pub(crate) fn name_of(&self, file: &Path) -> Option<String> {
        let file = file.canonicalize().ok()?;
        let inside = file.strip_prefix(&self.root).ok()?;
        let name = inside.to_str()?.replace('\\', "/");
        name.strip_suffix(EXTENSION).map(str::to_owned)
    }

    /// The file of a graph.
    pub(crate) fn file_of(name: &str) -> String {
        format!("{name}{EXTENSION}")
    }

    /// The graph that a file, named by its path in this directory, holds.
    pub(crate) fn name_in(file: &str) -> Option<&str> {
        file.strip_suffix(EXTENSION)
    }

    /// Reads the file of a graph.
    ///
    /// # Errors
    ///
    /// Fails when the name leads elsewhere, and when there is no such file or it is no text.
    pub(crate) fn read(&self, name: &str) -> Result<String, FileError> {
        let path = self.root.join(checked(name)?);
        let real = path.canonicalize().map_err(|source| at(name, source))?;
        if !real.starts_with(&self.root) {
            return Err(FileError::Name(name.to_owned()));
        }
        fs::read_to_string(real).map_err(|source| at(name, source))
    }

    /// Whether the file has test cases in it, which stand beside graphs and are none.
    pub(crate) fn has_cases(&self, name: &str) -> bool {
        self.read(name).is_ok_and(|text| cases::is_suite(&text))
    }

    /// Writes the file of a graph at once: whoever reads it sees the old or the new text.
    ///
    /// # Errors
    ///
    /// Fails when the name leads elsewhere, and when the file cannot be written; it is as it was then.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), FileError> {
        let path = self.path_to_write(name)?;
        replace(&path, text).map_err(|source| at(name, source))
    }

    /// Writes the file of a graph as [`Folder::write`] does, if it is what is wanted; what it was is kept beside it.
    ///
    /// # Errors
    ///
    /// Fails as [`Folder::write`] does, and when the file is not what is wanted.
    pub(crate) fn save(
        &self,
        name: &str,
        text: &str,
        wanted: &Written,
    ) -> Result<Stamp, SaveError> {
        let path = self.path_to_write(name)?;
        let _only_one = self.saving.lock();
        millstream_file::write(&path, text, wanted).map_err(|error| match error {
            WriteError::Io(source) => at(name, source).into(),
            _ => SaveError::Changed,
        })
    }

    /// The path of a file that may be written, in a directory that is there.
    fn path_to_write(&self, name: &str) -> Result<PathBuf, FileError> {
        let path = self.root.join(checked(name)?);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(self.inside(folder, name)?).map_err(|source| at(name, source))?;
        let folder = folder.canonicalize().map_err(|source| at(name, source))?;
        if !folder.starts_with(&self.root) || is_link(&path) {
            return Err(FileError::Name(name.to_owned()));
        }
        Ok(path)
    }

    /// The same folder, when what there is of it lies in this directory.
    fn inside<'a>(&self, folder: &'a Path, name: &str) -> Result<&'a Path, FileError> {
        let there = folder.ancestors().find(|path| path.is_dir());
        let real = there.map(Path::canonicalize).transpose();
        match real.map_err(|source| at(name, source))? {
            Some(real) if real.starts_with(&self.root) => Ok(folder),
            _ => Err(FileError::Name(name.to_owned())),
        }
    }
}

fn at(name: &str, source: io::Error) -> FileError {
    FileError::Io {
        name: name.to_owned(),
        source,
    }
}

/// The relative path of a graph's file.
fn checked(name: &str) -> Result<PathBuf, FileError> {
    let is_part = |part: &str| {
        let has_bad = part.contains(|c: char| c.is_control() || "\\:*?\"<>|".contains(c));
        !part.is_empty() && !part.starts_with('.') && !part.ends_with([' ', '.']) && !has_bad
    };
    if name.len() > 250 || !name.split('/').all(is_part) {
        return Err(FileError::Name(name.to_owned()));
    }
    Ok(PathBuf::from(Folder::file_of(name)))
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|found| found.file_type().is_symlink())
}

fn walk(directory: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{prefix}{name}/"), names)?;
        } else if let Some(name) = name.strip_suffix(EXTENSION) {
            names.push(format!("{prefix}{name}"));
        }
        if names.len() > FILES_MAX {
            return Err(io::Error::other("too many graph files"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir_all(outer.path().join("served/sub")).unwrap();
        fs::write(outer.path().join("outside.ron"), "out").unwrap();
        fs::write(outer.path().join("served/a.ron"), "in").unwrap();
        fs::write(outer.path().join("served/sub/b.ron"), "").unwrap();
        fs::write(outer.path().join("served/c.txt"), "").unwrap();
        let folder = Folder::open(&outer.path().join("served")).unwrap();
        (outer, folder)
    }

    #[test]
    fn graphs_are_named_by_their_path() {
        let (outer, folder) = folder();
        assert_eq!(folder.names().unwrap(), ["a", "sub/b"]);
        assert_eq!(folder.read("a").unwrap(), "in");
        let file = outer.path().join("served/sub/b.ron");
        assert_eq!(folder.name_of(&file).as_deref(), Some("sub/b"));
        assert_eq!(folder.name_of(&outer.path().join("outside.ron")), None);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let (_outer, folder) = folder();
        let long = "x".repeat(300);
        for name in [
            "../outside",
            "/etc/passwd",
            "sub/../../outside",
            "..",
            "",
            "a//b",
            ".hidden",
            "a\\b",
            "a\0",
            &long,
        ] {
            assert!(
                matches!(folder.read(name), Err(FileError::Name(_))),
                "{name}"
            );
            assert!(
                matches!(folder.write(name, ""), Err(FileError::Name(_))),
                "{name}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_outside_are_not_followed() {
        use std::os::unix::fs::symlink;
        let (outer, folder) = folder();
        symlink(
            outer.path().join("outside.ron"),
            outer.path().join("served/link.ron"),
        )
        .unwrap();
        symlink(outer.path(), outer.path().join("served/way")).unwrap();
        for name in ["link", "way/outside", "way/new/deep"] {
            assert!(
                matches!(folder.write(name, "changed"), Err(FileError::Name(_))),
                "{name}"
            );
            assert!(folder.read(name).is_err(), "{name}");
        }
        let kept = fs::read_to_string(outer.path().join("outside.ron")).unwrap();
        assert_eq!(kept, "out");
        assert!(!outer.path().join("new").is_dir());
    }

    #[test]
    fn written_graphs_are_there_in_new_folders_too() {
        let (_outer, folder) = folder();
        folder.write("new/one", "text").unwrap();
        assert_eq!(folder.read("new/one").unwrap(), "text");
        folder.write("a", "again").unwrap();
        assert_eq!(folder.read("a").unwrap(), "again");
        assert_eq!(folder.names().unwrap(), ["a", "new/one", "sub/b"]);
    }
}
