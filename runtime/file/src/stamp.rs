//! Reading with a stamp, and writing only what is still as it was read.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::replace::replace;

/// What a file was at one moment. Two files with the same text have the same stamp, whenever they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stamp(String);

impl Stamp {
    /// The stamp of a text.
    pub fn of(text: &str) -> Self {
        let hash = Sha256::digest(text.as_bytes());
        let digits = hash.iter().take(16).map(|byte| format!("{byte:02x}"));
        Self(digits.collect())
    }

    /// A stamp that was told to somebody, as they say it back.
    pub fn told(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// How it is told: letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a file was not written. It is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Somebody else changed or removed it, or there is one where none was.
    #[error("the file was changed by another program")]
    Changed,
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What is wanted of a file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is replaced, whatever it is.
    Anyway,
    /// It is replaced if it is still this.
    IfStill(Stamp),
    /// It is written if there is none.
    IfNew,
}

/// Reads a text, and its stamp.
///
/// # Errors
///
/// Fails when there is no such file, or it is no text.
pub fn read(path: &Path) -> io::Result<(String, Stamp)> {
    let text = fs::read_to_string(path)?;
    let stamp = Stamp::of(&text);
    Ok((text, stamp))
}

/// Writes a text at once, with the file that it replaces kept beside it as `.bak`; gives its stamp.
///
/// # Errors
///
/// Fails when the file is not what is wanted, or cannot be written; it is as it was then.
pub fn write(path: &Path, text: &str, wanted: &Written) -> Result<Stamp, WriteError> {
    let found = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let is_wanted = match wanted {
        Written::Anyway => true,
        Written::IfNew => found.is_none(),
        Written::IfStill(stamp) => {
            let text = found.as_deref().map(String::from_utf8_lossy);
            text.is_some_and(|text| Stamp::of(&text) == *stamp)
        }
    };
    if !is_wanted {
        return Err(WriteError::Changed);
    }
    if found.is_some() && fs::metadata(path)?.permissions().readonly() {
        return Err(io::Error::from(ErrorKind::PermissionDenied).into());
    }
    if let Some(old) = found.filter(|old| old != text.as_bytes()) {
        keep(path, &old)?;
    }
    replace(path, text)?;
    Ok(Stamp::of(text))
}

/// Keeps what a file was. Also in a temporary file first: a full disk must not cost the copy of last time.
fn keep(path: &Path, old: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".bak");
    let kept = PathBuf::from(name);
    let text = String::from_utf8_lossy(old);
    replace(&kept, &text)?;
    // What only some may read stays so.
    fs::set_permissions(&kept, fs::metadata(path)?.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_file_is_written_and_what_it_was_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.ron");
        let stamp = write(&path, "one", &Written::IfNew).unwrap();
        assert_eq!(read(&path).unwrap(), ("one".to_owned(), stamp.clone()));
        let next = write(&path, "two", &Written::IfStill(stamp)).unwrap();
        assert_eq!(read(&path).unwrap(), ("two".to_owned(), next));
        let kept = fs::read_to_string(directory.path().join("a.ron.bak")).unwrap();
        assert_eq!(kept, "one");
    }

    #[test]
    fn change_of_somebody_else_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.ron");
        let stamp = write(&path, "one", &Written::Anyway).unwrap();
        fs::write(&path, "theirs").unwrap();
        for wanted in [Written::IfStill(stamp.clone()), Written::IfNew] {
            let refused = write(&path, "two", &wanted);
            assert!(matches!(refused, Err(WriteError::Changed)), "{wanted:?}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        fs::remove_file(&path).unwrap();
        let refused = write(&path, "two", &Written::IfStill(stamp));
        assert!(matches!(refused, Err(WriteError::Changed)));
        assert!(!path.try_exists().unwrap());
    }

    #[test]
    fn same_text_written_anew_is_no_change() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.ron");
        let stamp = write(&path, "one", &Written::Anyway).unwrap();
        fs::write(&path, "one").unwrap();
        assert!(write(&path, "one", &Written::IfStill(stamp)).is_ok());
        let count = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(count, 1, "nothing is kept of what is the same");
    }

    #[cfg(unix)]
    #[test]
    fn file_that_may_not_be_written_stays_and_keeps_its_copy() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.ron");
        write(&path, "one", &Written::Anyway).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        let refused = write(&path, "two", &Written::Anyway);
        assert!(matches!(refused, Err(WriteError::Io(_))), "{refused:?}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    }
}
