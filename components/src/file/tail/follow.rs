//! Reads what is added to a file, and sees when another one takes its name.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use millstream_component::prelude::*;
use same_file::Handle;

use super::From;
use crate::file::fault;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// A file that is followed by its name. All functions block the thread.
#[derive(Debug)]
pub(super) struct Follower {
    path: PathBuf,
    /// Where to begin in the next file that is opened.
    from: From,
    open: Option<Open>,
}

/// The file that had the name when it was last looked at.
#[derive(Debug)]
struct Open {
    file: File,
    identity: Handle,
    /// Bytes read or skipped.
    position: u64,
}

/// What a look found.
#[derive(Debug)]
pub(super) enum Found {
    /// Bytes that were added.
    Bytes(Vec<u8>),
    /// The file has ended for good: another one has its name, or it begins anew.
    End,
    /// Nothing new.
    Nothing,
}

impl Follower {
    /// Looks at no file yet.
    pub(super) fn new(path: PathBuf, from: From) -> Self {
        Self {
            path,
            from,
            open: None,
        }
    }

    /// Looks once.
    ///
    /// # Errors
    ///
    /// Fails when the file is a folder or must not be read.
    pub(super) fn look(&mut self) -> Result<Found, Failure> {
        self.try_look()
            .map_err(|error| fault::fatal("reading", &self.path, &error))
    }

    fn try_look(&mut self) -> io::Result<Found> {
        let Some(open) = &mut self.open else {
            self.open = self.open_file()?;
            return match self.open {
                Some(_) => self.try_look(),
                None => Ok(Found::Nothing),
            };
        };
        let bytes = open.read()?;
        if !bytes.is_empty() {
            return Ok(Found::Bytes(bytes));
        }
        if open.file.metadata()?.len() < open.position {
            open.position = open.file.seek(SeekFrom::Start(0))?;
            return Ok(Found::End);
        }
        let now = match Handle::from_path(&self.path) {
            Ok(now) => now,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        if now == open.identity {
            return Ok(Found::Nothing);
        }
        // Between the last read and now, the writer may have added the last lines before it moved on.
        let bytes = open.read()?;
        if !bytes.is_empty() {
            return Ok(Found::Bytes(bytes));
        }
        self.open = None;
        Ok(Found::End)
    }

    /// Opens the file; `None` if there is none.
    fn open_file(&mut self) -> io::Result<Option<Open>> {
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // What comes into being later is new from its start.
                self.from = From::Start;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let identity = Handle::from_file(file.try_clone()?)?;
        let position = match std::mem::replace(&mut self.from, From::Start) {
            From::Start => 0,
            From::End => file.seek(SeekFrom::End(0))?,
        };
        Ok(Some(Open {
            file,
            identity,
            position,
        }))
    }
}

impl Open {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = (&mut self.file)
            .take(CHUNK_BYTES as u64)
            .read_to_end(&mut bytes)?;
        self.position += read as u64;
        Ok(bytes)
    }
}
