//! Texts that are kept between sessions: preferences, session, journals. One file each, named after its key.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use millstream_file::{Stamp, replace};

/// How the keys of journals begin.
const JOURNAL: &str = "journal:";

/// The texts.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The texts in a folder for the data of this application; it is made when something is kept.
    pub(crate) fn open(data: &Path) -> Self {
        Self {
            folder: data.join("kept"),
        }
    }

    /// The text of a key.
    ///
    /// # Errors
    ///
    /// Fails when there is one and it cannot be read.
    pub(crate) fn recall(&self, key: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.file(key)) {
            Ok(kept) => Ok(kept.split_once('\n').map(|(_key, text)| text.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a text, or forgets it.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be written.
    pub(crate) fn keep(&self, key: &str, text: Option<&str>) -> io::Result<()> {
        let file = self.file(key);
        let Some(text) = text else {
            return match fs::remove_file(file) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        fs::create_dir_all(&self.folder)?;
        replace(&file, &format!("{}\n{text}", one_line(key)))
    }

    /// What journals there are, without how their keys begin, in order.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be read.
    pub(crate) fn journals(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut journals = Vec::new();
        for entry in entries {
            // What is no text of ours is not our business.
            let Ok(kept) = fs::read_to_string(entry?.path()) else {
                continue;
            };
            let key = kept
                .lines()
                .next()
                .and_then(|key| key.strip_prefix(JOURNAL));
            journals.extend(key.map(str::to_owned));
        }
        journals.sort();
        Ok(journals)
    }

    /// Keys may be longer than names of files, and hold what these cannot.
    fn file(&self, key: &str) -> PathBuf {
        let name = Stamp::of(&one_line(key));
        self.folder.join(name.as_str())
    }
}

fn one_line(key: &str) -> String {
    key.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_texts_come_back_until_they_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        assert_eq!(store.recall("preferences").unwrap(), None);
        assert_eq!(store.journals().unwrap(), Vec::<String>::new());
        store.keep("preferences", Some("{\n}")).unwrap();
        store.keep("journal:/home/x/b.ron", Some("1")).unwrap();
        store.keep("journal:/home/x/a.ron", Some("2\n")).unwrap();
        assert_eq!(
            store.recall("preferences").unwrap().as_deref(),
            Some("{\n}")
        );
        assert_eq!(
            store.recall("journal:/home/x/a.ron").unwrap().as_deref(),
            Some("2\n")
        );
        assert_eq!(
            store.journals().unwrap(),
            ["/home/x/a.ron", "/home/x/b.ron"]
        );
        store.keep("journal:/home/x/a.ron", None).unwrap();
        store.keep("journal:/home/x/a.ron", None).unwrap();
        assert_eq!(store.journals().unwrap(), ["/home/x/b.ron"]);
        assert_eq!(store.recall("journal:/home/x/a.ron").unwrap(), None);
    }
}
