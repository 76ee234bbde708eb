//! Which files arguments mean, and how a file is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use millstream_file::{Replacement, replace};

use millstream_file::create;
use millstream_graph::file::cases;

use crate::exit::{Exit, Fault, io_text};

/// The graph files that paths stand for, in order of name: of a directory all `*.ron` files, however deep.
///
/// Hidden directories are left out, and so are `target`, where build tools put what they make, and files with test cases.
///
/// # Errors
///
/// Fails when a directory cannot be read.
pub(crate) fn graph_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
    if paths.is_empty() {
        return graph_files(&[PathBuf::from(".")]);
    }
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            files.extend(ron_files(path)?.into_iter().filter(|file| !has_cases(file)));
            if files.len() == before {
                return Err(
                    Fault::usage(format!("no graph files (*.ron) in {}", path.display()))
                        .help("name files, or write a first graph with `millstream new`"),
                );
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// All `*.ron` files in a directory, however deep, in order of name.
///
/// # Errors
///
/// Fails when a directory cannot be read.
pub(crate) fn ron_files(directory: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    walk(directory, &mut |file| files.push(file))
        .map_err(|(path, error)| Fault::io(&format!("cannot read {}", path.display()), &error))?;
    Ok(files)
}

/// Whether a file has test cases in it and no graph. Of what cannot be read somebody else will say so.
pub(crate) fn has_cases(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| cases::is_suite(&text))
}

/// Calls `found` with each `*.ron` file in a directory, in order of name.
fn walk(directory: &Path, found: &mut dyn FnMut(PathBuf)) -> Result<(), (PathBuf, io::Error)> {
    let at = |error| (directory.to_owned(), error);
    let mut entries = fs::read_dir(directory)
        .and_then(|entries| entries.collect::<io::Result<Vec<_>>>())
        .map_err(at)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let is_hidden = name.to_string_lossy().starts_with('.') || name == "target";
        // Links to directories are not followed: they may lead round in a circle.
        let kind = entry.file_type().map_err(at)?;
        let path = strip_dot(entry.path());
        if kind.is_dir() && !is_hidden {
            walk(&path, found)?;
        } else if !kind.is_dir() && path.extension().is_some_and(|extension| extension == "ron") {
            found(path);
        }
    }
    Ok(())
}

fn strip_dot(path: PathBuf) -> PathBuf {
    path.strip_prefix("./").map(Path::to_owned).unwrap_or(path)
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced.
    Replace,
}

impl Existing {
    /// What `--force` says.
    pub(crate) const fn forced(is_forced: bool) -> Self {
        if is_forced { Self::Replace } else { Self::Keep }
    }
}

/// Writes a result to a file at once: nobody ever sees half of it.
///
/// # Errors
///
/// Fails when there is such a file and it is to stay, when it is none that can be replaced, or cannot be written.
pub(crate) fn write_result(path: &Path, text: &str, existing: Existing) -> Result<(), Fault> {
    let shown = path.display();
    let failed = |error: &io::Error| {
        let message = format!("cannot write {shown}: {}", io_text(error));
        Fault::new(Exit::Io, message)
    };
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            return Err(Fault::usage(format!("{shown} is a directory")));
        }
        Ok(found) if !found.is_file() => {
            return Err(Fault::usage(format!("{shown} is no regular file"))
                .help("`-` writes to standard output"));
        }
        _ => {}
    }
    let written = match existing {
        Existing::Replace => replace(path, text),
        Existing::Keep => create(path, text),
    };
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Fault::usage(format!("{shown} is there already")).help("--force replaces it")
        }
        _ => failed(&error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn existing_file_stays_unless_it_may_be_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.svg");
        write_result(&path, "one", Existing::Keep).unwrap();
        let refused = write_result(&path, "two", Existing::Keep).unwrap_err();
        assert_eq!(refused.exit, Exit::Usage);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        write_result(&path, "two", Existing::Replace).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let refused = write_result(directory.path(), "x", Existing::Replace).unwrap_err();
        assert_eq!(refused.exit, Exit::Usage);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn directories_stand_for_their_graph_files() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["b.ron", "a.ron", "c.txt", ".hidden/x.ron", "sub/d.ron"] {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = graph_files(&[directory.path().to_owned()]).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["a.ron", "b.ron", "d.ron"]);
    }
}
