//! The files that were opened lately, for the menu.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use millstream_file::replace;

/// How many are remembered.
const LENGTH: usize = 10;

/// The files, the last one first.
#[derive(Debug)]
pub(crate) struct Recent {
    file: PathBuf,
    files: Mutex<Vec<String>>,
}

impl Recent {
    /// What was remembered in a folder for the data of this application.
    pub(crate) fn open(data: &Path) -> Self {
        let file = data.join("recent.json");
        // A list that cannot be read is no reason to refuse the window.
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let files = serde_json::from_str(&text).unwrap_or_default();
        Self {
            file,
            files: Mutex::new(files),
        }
    }

    /// The files, the last one first.
    pub(crate) fn files(&self) -> Vec<String> {
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers a file; whether that changes the list.
    pub(crate) fn add(&self, path: &str) -> bool {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.first().is_some_and(|first| first == path) {
            return false;
        }
        files.retain(|known| known != path);
        files.insert(0, path.to_owned());
        files.truncate(LENGTH);
        self.write(&files);
        true
    }

    /// Forgets all files.
    pub(crate) fn clear(&self) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.clear();
        self.write(&files);
    }

    fn write(&self, files: &[String]) {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let written = serde_json::to_string(files)
            .map_err(std::io::Error::from)
            .and_then(|text| {
                std::fs::create_dir_all(folder).and_then(|()| replace(&self.file, &text))
            });
        if let Err(error) = written {
            crate::tell(&format!("recent files are forgotten: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_file_comes_first_and_old_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        let recent = Recent::open(folder.path());
        for number in 0..12 {
            assert!(recent.add(&format!("/{number}.ron")));
        }
        assert!(recent.add("/5.ron"));
        assert!(!recent.add("/5.ron"));
        let files = Recent::open(folder.path()).files();
        assert_eq!(files.len(), LENGTH);
        assert_eq!(files[..3], ["/5.ron", "/11.ron", "/10.ron"]);
        recent.clear();
        assert!(Recent::open(folder.path()).files().is_empty());
    }
}
