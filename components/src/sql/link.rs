//! A connection to a database, whichever it is.

use std::time::Duration;

use millstream_component::prelude::*;

use super::database::Database;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::statement::{Dialect, Statement};

/// Rows that are fetched at a time.
pub(super) const ROWS_AT_ONCE: usize = 256;

/// What a connection needs to know.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) database: Database,
    /// SQL to run before anything else; may be several statements.
    pub(super) setup: String,
    pub(super) timeout: Duration,
}

/// An open connection.
#[derive(Debug)]
pub(super) enum Link {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

impl Options {
    /// Reads settings.
    ///
    /// # Errors
    ///
    /// Fails when the URL names no database.
    pub(super) fn new(database: &str, setup: &str, timeout_ms: u64) -> Result<Self, Failure> {
        Ok(Self {
            database: Database::parse(database)?,
            setup: setup.to_owned(),
            timeout: Duration::from_millis(timeout_ms),
        })
    }
}

impl Link {
    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// Fails when the database is missing or refuses, and when the setup fails.
    pub(super) async fn open(options: Options) -> Result<Self, Failure> {
        Ok(match options.database.clone() {
            Database::Sqlite(file) => Self::Sqlite(Box::new(Sqlite::open(file, options).await?)),
            Database::Postgres(config) => {
                Self::Postgres(Box::new(Postgres::open(&config, options).await?))
            }
        })
    }

    /// The words of this database.
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Makes sure that the database understands a statement, and notes it as the one to be asked.
    ///
    /// # Errors
    ///
    /// Fails with what the database does not understand.
    pub(super) async fn prepare(&mut self, statement: Statement) -> Result<(), Failure> {
        match self {
            Self::Sqlite(link) => link.prepare(statement).await,
            Self::Postgres(link) => link.prepare(statement).await,
        }
    }

    /// Asks with the parameters of a packet; [`Link::next`] gives the rows.
    ///
    /// # Errors
    ///
    /// Fails when the packet lacks a parameter.
    pub(super) async fn ask(&mut self, packet: &Value) -> Result<(), Failure> {
        match self {
            Self::Sqlite(link) => link.ask(packet),
            Self::Postgres(link) => link.ask(packet).await,
        }
    }

    /// Some rows more; `None` at the end.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>, Failure> {
        match self {
            Self::Sqlite(link) => link.next().await,
            Self::Postgres(link) => link.next().await,
        }
    }

    /// Runs the statement once for each list of parameters, inside the transaction that is open; gives the rows that
    /// failed, by position. With `one_by_one`, a row that fails leaves the others as they are; without, the first failure
    /// ends the attempt.
    ///
    /// # Errors
    ///
    /// Fails when the connection does.
    pub(super) async fn fill(
        &mut self,
        statement: &Statement,
        rows: Vec<Vec<Value>>,
        one_by_one: bool,
    ) -> Result<Vec<(usize, Failure)>, Failure> {
        match self {
            Self::Sqlite(link) => link.fill(statement, rows, one_by_one).await,
            Self::Postgres(link) => link.fill(statement, rows, one_by_one).await,
        }
    }

    /// Runs a statement without parameters: `BEGIN`, `COMMIT`, `ROLLBACK`.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub(super) async fn run(&mut self, statement: &'static str) -> Result<(), Failure> {
        match self {
            Self::Sqlite(link) => link.run(statement).await,
            Self::Postgres(link) => link.run(statement).await,
        }
    }
}

/// The fields of rows with these columns; a name that comes again gets a number.
pub(super) fn shape_of<'a>(columns: impl Iterator<Item = &'a str>) -> Shape {
    let mut names: Vec<Text> = Vec::new();
    for column in columns {
        let again = (2..).map(|number| Text::from(format!("{column}_{number}")));
        let mut all = std::iter::once(Text::from(column)).chain(again);
        names.extend(all.find(|name| !names.contains(name)));
    }
    Shape::new(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_stay_apart() {
        let shape = shape_of(["id", "name", "id", "id"].into_iter());
        assert_eq!(
            shape.names(),
            ["id", "name", "id_2", "id_3"].map(Text::from)
        );
    }
}
