//! Which files arguments mean, and how a file is written.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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

/// Writes a new file at once.
///
/// # Errors
///
/// Fails when there is such a file already, or the directory cannot be written.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let directory = directory_of(path);
    let mut file = temporary(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    sync_directory(directory)
}

fn directory_of(path: &Path) -> &Path {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// A file beside the target, with the permissions that the user's mask gives.
fn temporary(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".millstream-");
    #[cfg(unix)]
    let new = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(new);
    builder.tempfile_in(directory)
}

/// Replaces a file at once: whoever reads it sees the old or the new text, also after a crash. Permissions stay.
///
/// # Errors
///
/// Fails when the directory cannot be written; the file is as it was then.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut replacement = Replacement::hidden(path)?;
    replacement.write_all(text.as_bytes())?;
    replacement.commit()
}

/// A file that is being written and takes its name when it is whole. Dropped before, it leaves nothing behind.
#[derive(Debug)]
pub(crate) enum Replacement {
    /// A temporary file beside the target.
    Hidden(tempfile::NamedTempFile, PathBuf),
    /// A pipe or a device, written as it comes.
    Device(File),
}

impl Replacement {
    /// Begins to write a file, or opens a pipe or a device.
    ///
    /// # Errors
    ///
    /// Fails when it is a directory or read-only, and when the directory around it cannot be written.
    pub(crate) fn begin(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
            Ok(found) if !found.is_file() => {
                File::options().write(true).open(path).map(Self::Device)
            }
            _ => Self::hidden(path),
        }
    }

    fn hidden(path: &Path) -> io::Result<Self> {
        // A link stays a link: what it points to is replaced.
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(error),
        };
        let permissions = match fs::metadata(&target) {
            Ok(metadata) if metadata.permissions().readonly() => {
                return Err(io::Error::from(io::ErrorKind::PermissionDenied));
            }
            Ok(metadata) => Some(metadata.permissions()),
            Err(_) => None,
        };
        let file = temporary(directory_of(&target))?;
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions)?;
        }
        Ok(Self::Hidden(file, target))
    }

    /// Makes sure that everything is on the disk, then gives the file its name.
    ///
    /// # Errors
    ///
    /// Fails when the disk does; a file of that name is then as it was.
    pub(crate) fn commit(self) -> io::Result<()> {
        match self {
            Self::Device(_) => Ok(()),
            Self::Hidden(file, target) => {
                file.as_file().sync_all()?;
                file.persist(&target).map_err(|error| error.error)?;
                sync_directory(directory_of(&target))
            }
        }
    }
}

impl io::Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Hidden(file, _) => file.write(bytes),
            Self::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_file_keeps_permissions_and_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.ron");
        replace(&path, "one").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            replace(&path, "two").unwrap();
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o640
            );
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

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
