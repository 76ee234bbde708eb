//! A file that takes its name when it is whole.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a new file at once.
///
/// # Errors
///
/// Fails when there is such a file already, or the directory cannot be written.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    let directory = directory_of(path);
    let mut file = temporary(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    sync_directory(directory)
}

/// Replaces a file at once: whoever reads it sees the old or the new text, also after a crash. Permissions stay.
///
/// # Errors
///
/// Fails when the directory cannot be written; the file is as it was then.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut replacement = Replacement::hidden(path)?;
    replacement.write_all(text.as_bytes())?;
    replacement.commit()
}

/// A file that is being written and takes its name when it is whole. Dropped before, it leaves nothing behind.
#[derive(Debug)]
pub enum Replacement {
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
    pub fn begin(path: &Path) -> io::Result<Self> {
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
    pub fn commit(self) -> io::Result<()> {
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
    fn new_file_takes_no_name_that_is_taken() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.ron");
        create(&path, "one").unwrap();
        let error = create(&path, "two").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
