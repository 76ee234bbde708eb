//! The setting `database`: which database, by URL.

use std::path::PathBuf;

use millstream_component::prelude::*;

/// A database.
#[derive(Debug, Clone)]
pub(super) enum Database {
    Sqlite(SqliteFile),
    Postgres(Box<tokio_postgres::Config>),
}

/// A database in a file, or in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SqliteFile {
    pub(super) path: PathBuf,
    pub(super) mode: Mode,
}

/// What may be done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
    /// It is made if it is not there.
    Create,
}

impl SqliteFile {
    /// Whether it lives in memory and ends with the process.
    pub(super) fn is_in_memory(&self) -> bool {
        self.path.as_os_str() == ":memory:"
    }
}

impl Database {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// Fails when it names no database.
    pub(super) fn parse(url: &str) -> Result<Self, Failure> {
        let bad = |what: &str| Failure::fatal(format!("`database`: {what}"));
        if let Some(rest) = url.strip_prefix("sqlite:") {
            return sqlite(rest.strip_prefix("//").unwrap_or(rest)).map_err(|what| bad(&what));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // The URL may hold a password, so it is not shown.
            let config: tokio_postgres::Config = url
                .parse()
                .map_err(|error| bad(&format!("the URL is wrong: {error}")))?;
            return Ok(Self::Postgres(Box::new(config)));
        }
        Err(bad(
            "the URL begins neither with `sqlite:` nor with `postgres:`",
        ))
    }
}

fn sqlite(rest: &str) -> Result<Database, String> {
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    if path.is_empty() {
        return Err("there is no path after `sqlite:`".to_owned());
    }
    let mode = match options {
        "" | "mode=rw" => Mode::Write,
        "mode=ro" => Mode::Read,
        "mode=rwc" => Mode::Create,
        other => {
            return Err(format!(
                "`?{other}` is none of `?mode=ro`, `?mode=rw` and `?mode=rwc`"
            ));
        }
    };
    Ok(Database::Sqlite(SqliteFile {
        path: path.into(),
        mode,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(url: &str) -> SqliteFile {
        match Database::parse(url).unwrap() {
            Database::Sqlite(file) => file,
            Database::Postgres(_) => panic!("{url}"),
        }
    }

    #[test]
    fn urls_name_databases() {
        let cases = [
            ("sqlite:a/b.db", "a/b.db", Mode::Write),
            ("sqlite:///tmp/b.db?mode=ro", "/tmp/b.db", Mode::Read),
            ("sqlite:b.db?mode=rwc", "b.db", Mode::Create),
            ("sqlite::memory:", ":memory:", Mode::Write),
        ];
        for (url, path, mode) in cases {
            let path = PathBuf::from(path);
            assert_eq!(file(url), SqliteFile { path, mode }, "{url}");
        }
        assert!(file("sqlite::memory:").is_in_memory());
        let url = "postgres://ann:secret@db.example:5433/shop?sslmode=require";
        assert!(matches!(Database::parse(url), Ok(Database::Postgres(_))));
    }

    #[test]
    fn what_is_no_database_is_told_without_secrets() {
        let cases = [
            (
                "mysql://x",
                "begins neither with `sqlite:` nor with `postgres:`",
            ),
            ("sqlite:", "there is no path"),
            ("sqlite:a.db?cache=shared", "`?cache=shared` is none of"),
            ("postgres://ann:secret@host:port/db", "the URL is wrong"),
        ];
        for (url, message) in cases {
            let failure = Database::parse(url).unwrap_err().to_string();
            assert!(failure.contains(message), "{failure}");
            assert!(!failure.contains("secret"), "{failure}");
        }
    }
}
