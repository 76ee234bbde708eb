//! A file that is opened when it is first read.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// A file to read. Opening may block (a named pipe waits for its writer), so it is left to whoever reads.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    is_regular: bool,
    file: Option<File>,
}

impl Source {
    /// A file of this path; `is_regular` says that it is neither a pipe nor a device.
    pub(super) fn new(path: PathBuf, is_regular: bool) -> Self {
        Self {
            path,
            is_regular,
            file: None,
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Whether reading takes no longer than the disk needs.
    pub(super) fn is_regular(&self) -> bool {
        self.is_regular
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::open(&self.path)?),
        };
        file.read(buffer)
    }
}
