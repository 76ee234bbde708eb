//! A file to write that appears under its name when it is whole.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use millstream_component::prelude::*;
use tempfile::NamedTempFile;

use super::fault;

/// A file to write. All functions block the thread.
#[derive(Debug)]
pub(super) struct Target {
    /// As the user wrote it; for messages.
    path: PathBuf,
    writer: Writer,
}

#[derive(Debug)]
enum Writer {
    /// A temporary file beside the target; dropping it removes it.
    Hidden(NamedTempFile, PathBuf),
    /// The file itself, to append to.
    Appending(File),
    /// A pipe or a device: written as it comes.
    Device(File),
}

impl Target {
    /// Opens a file to write anew or to append to.
    ///
    /// # Errors
    ///
    /// Fails when the file is a folder or must not be written, and when its folder is missing.
    pub(super) fn open(path: PathBuf, append: bool) -> Result<Self, Failure> {
        match open(&path, append) {
            Ok(writer) => Ok(Self { path, writer }),
            Err(error) => Err(fault::fatal("writing", &path, &error)),
        }
    }

    /// Whether others can see what is written at once.
    pub(super) fn is_visible(&self) -> bool {
        !matches!(self.writer, Writer::Hidden(..))
    }

    /// Makes sure that everything is on the disk, then gives the file its name.
    ///
    /// # Errors
    ///
    /// Fails when the disk does; a file of that name is then as it was.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let outcome = match self.writer {
            Writer::Hidden(file, name) => rename(file, &name),
            Writer::Appending(file) => file.sync_all(),
            Writer::Device(_) => Ok(()),
        };
        outcome.map_err(|error| fault::fatal("writing", &self.path, &error))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Hidden(file, _) => file.write(bytes),
            Writer::Appending(file) | Writer::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(path: &Path, append: bool) -> io::Result<Writer> {
    let existing = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(metadata) = &existing {
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !metadata.is_file() {
            return OpenOptions::new()
                .write(true)
                .open(path)
                .map(Writer::Device);
        }
        if metadata.permissions().readonly() {
            return Err(io::Error::other("the file is read-only"));
        }
    }
    if append {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        return Ok(Writer::Appending(file));
    }
    // Renaming over a link would replace the link.
    let name = match &existing {
        Some(_) => fs::canonicalize(path)?,
        None => path.to_owned(),
    };
    let permissions = existing.map(|metadata| metadata.permissions());
    let file = hidden_beside(&name, permissions)?;
    Ok(Writer::Hidden(file, name))
}

/// Makes a temporary file in the folder of the target, with the target's permissions.
fn hidden_beside(name: &Path, permissions: Option<Permissions>) -> io::Result<NamedTempFile> {
    let stem = name.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{stem}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    make_public(&mut builder);
    let file = builder.tempfile_in(folder_of(name))?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    Ok(file)
}

/// Temporary files are private; this one is to be as public as the user's mask makes new files.
#[cfg(unix)]
fn make_public(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn make_public(_builder: &mut tempfile::Builder<'_, '_>) {}

fn rename(file: NamedTempFile, name: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(name).map_err(|error| error.error)?;
    // The new name should be on the disk too. Where folders cannot be opened, the system sees to it in its own time.
    if let Ok(folder) = File::open(folder_of(name)) {
        folder.sync_all().ok();
    }
    Ok(())
}

fn folder_of(name: &Path) -> &Path {
    name.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
