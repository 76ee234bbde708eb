//! The setting `path` of readers: a path, a glob, or a list of those.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};
use millstream_component::prelude::*;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::fault;
use super::source::Source;

/// As the shells do it: blanks in names are fine, names that begin with a dot are asked for by a dot.
pub(super) const GLOB: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// Paths and globs, in the order of reading.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a path or a list of paths")]
pub(super) enum Paths {
    One(String),
    Several(Vec<String>),
}

impl JsonSchema for Paths {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Paths".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
    }
}

impl Paths {
    /// Finds the files on a blocking thread.
    ///
    /// # Errors
    ///
    /// Fails when a file is missing or a folder, and when a glob matches no file.
    pub(super) async fn find(&self) -> Result<Vec<Source>, Failure> {
        let names = match self {
            Self::One(name) => vec![name.clone()],
            Self::Several(names) => names.clone(),
        };
        tokio::task::spawn_blocking(move || find_all(&names)).await?
    }
}

fn find_all(names: &[String]) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for name in names {
        let path = Path::new(name);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(fault::fatal(
                    "reading",
                    path,
                    &io::ErrorKind::IsADirectory.into(),
                ));
            }
            Ok(metadata) => sources.push(Source::new(path.to_owned(), metadata.is_file())),
            Err(_) if is_glob(name) => find_matches(name, &mut sources)?,
            Err(error) => return Err(fault::fatal("reading", path, &error)),
        }
    }
    Ok(sources)
}

fn find_matches(pattern: &str, sources: &mut Vec<Source>) -> Result<(), Failure> {
    let before = sources.len();
    for path in matches(pattern)? {
        let metadata =
            fs::metadata(&path).map_err(|error| fault::fatal("reading", &path, &error))?;
        if !metadata.is_dir() {
            sources.push(Source::new(path, metadata.is_file()));
        }
    }
    if sources.len() == before {
        return Err(Failure::fatal(format!("no file matches {pattern}")));
    }
    Ok(())
}

/// Paths that a glob matches, folders among them, in order of name.
///
/// # Errors
///
/// Fails when the pattern is wrong or a folder cannot be read.
pub(super) fn matches(pattern: &str) -> Result<Vec<PathBuf>, Failure> {
    let found = glob_with(pattern, GLOB).map_err(|error| {
        let at = error.pos + 1;
        Failure::fatal(format!(
            "the pattern {pattern}, character {at}: {}",
            error.msg
        ))
    })?;
    found
        .map(|path| path.map_err(|error| fault::fatal("listing", error.path(), error.error())))
        .collect()
}

/// Whether a name has characters that stand for others.
pub(super) fn is_glob(name: &str) -> bool {
    name.contains(['*', '?', '['])
}
