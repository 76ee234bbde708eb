//! Errors of the file system in words.

use std::io;
use std::path::Path;

use millstream_component::prelude::*;

/// A failure after which the process cannot go on: `reading words.txt: no such file`.
pub(crate) fn fatal(doing: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::fatal(format!("{doing} {}: {}", path.display(), why(path, error)))
}

/// Whether nobody reads any more what is written.
pub(crate) fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// The error without the system's number.
pub(crate) fn reason(error: &io::Error) -> String {
    let message = error.to_string();
    match message.split_once(" (os error ") {
        Some((reason, _)) => reason.to_owned(),
        None => message,
    }
}

/// What is wrong with a path, and what to do about it.
fn why(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => not_found(path),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => {
            format!(
                "it is a folder; `{}` stands for the files in it",
                path.join("*").display()
            )
        }
        _ => reason(error),
    }
}

fn not_found(path: &Path) -> String {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let what = match folder {
        Some(folder) if matches!(folder.try_exists(), Ok(false)) => {
            format!("there is no folder {}", folder.display())
        }
        _ => "no such file".to_owned(),
    };
    match std::env::current_dir() {
        Ok(current) if path.is_relative() => {
            format!("{what} (relative paths begin at {})", current.display())
        }
        _ => what,
    }
}
