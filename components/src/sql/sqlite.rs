//! SQLite: a connection that blocks, on blocking threads.

mod job;

use std::fmt;

use millstream_component::prelude::*;
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use self::job::{Rows, describe, fill, select};
use super::database::{Mode, SqliteFile};
use super::link::Options;
use super::statement::Statement;
use crate::file::fault;

/// A connection. Dropping it stops what it is doing.
pub(super) struct Sqlite {
    desk: Desk,
    statement: Option<Statement>,
    /// Stops a query that nobody waits for any more.
    interrupt: InterruptHandle,
}

/// Where the connection is.
#[derive(Debug)]
enum Desk {
    Idle(Connection),
    /// A thread fetches rows with it.
    Asked(Receiver<Rows>, JoinHandle<Connection>),
    /// A thread panicked with it, or was not waited for.
    Lost,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite")
            .field("desk", &self.desk)
            .field("statement", &self.statement)
            .finish_non_exhaustive()
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.interrupt.interrupt();
    }
}

impl Sqlite {
    /// Opens a database.
    ///
    /// # Errors
    ///
    /// Fails when the file is missing, is no database or is locked, and when the setup fails.
    pub(super) async fn open(file: SqliteFile, options: Options) -> Result<Self, Failure> {
        let connection = spawn_blocking(move || open(&file, &options)).await??;
        Ok(Self {
            interrupt: connection.get_interrupt_handle(),
            desk: Desk::Idle(connection),
            statement: None,
        })
    }

    /// As [`super::link::Link::prepare`].
    pub(super) async fn prepare(&mut self, statement: Statement) -> Result<(), Failure> {
        let text = statement.text.clone();
        self.work(move |connection| {
            let prepared = connection.prepare_cached(&text).map(drop);
            prepared.map_err(|error| describe(&error).into_fatal())
        })
        .await??;
        self.statement = Some(statement);
        Ok(())
    }

    /// As [`super::link::Link::ask`].
    pub(super) fn ask(&mut self, packet: &Value) -> Result<(), Failure> {
        let Some(statement) = self.statement.clone() else {
            return Err(Failure::fatal("no statement is prepared"));
        };
        let connection = self.take()?;
        // One batch waits while the next one is fetched.
        let (sender, rows) = channel(1);
        let packet = packet.clone();
        let job = spawn_blocking(move || {
            select(&connection, &statement, &packet, &sender);
            connection
        });
        self.desk = Desk::Asked(rows, job);
        Ok(())
    }

    /// As [`super::link::Link::next`].
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>, Failure> {
        let Desk::Asked(rows, _) = &mut self.desk else {
            return Ok(None);
        };
        if let Some(rows) = rows.recv().await {
            return match rows {
                Ok(rows) => Ok(Some(rows)),
                Err(failure) => {
                    self.settle().await?;
                    Err(failure)
                }
            };
        }
        self.settle().await?;
        Ok(None)
    }

    /// As [`super::link::Link::fill`].
    pub(super) async fn fill(
        &mut self,
        statement: &Statement,
        rows: Vec<Vec<Value>>,
        one_by_one: bool,
    ) -> Result<Vec<(usize, Failure)>, Failure> {
        let text = statement.text.clone();
        self.work(move |connection| fill(connection, &text, &rows, one_by_one))
            .await?
    }

    /// As [`super::link::Link::run`].
    pub(super) async fn run(&mut self, statement: &'static str) -> Result<(), Failure> {
        // A transaction that will write takes its lock at once: one that finds out later may not be able to wait for it.
        let statement = match statement {
            "BEGIN" => "BEGIN IMMEDIATE",
            other => other,
        };
        self.work(move |connection| {
            let done = connection.execute_batch(statement);
            done.map_err(|error| describe(&error).into_fatal())
        })
        .await?
    }

    /// Waits until the thread that fetches rows gives the connection back.
    async fn settle(&mut self) -> Result<(), Failure> {
        if let Desk::Asked(rows, job) = &mut self.desk {
            rows.close();
            let connection = job.await;
            self.desk = Desk::Lost;
            self.desk = Desk::Idle(connection.map_err(|error| Failure::from(error).into_fatal())?);
        }
        Ok(())
    }

    /// Does something with the connection on a blocking thread.
    async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let connection = self.take()?;
        let done = spawn_blocking(move || {
            let result = work(&connection);
            (connection, result)
        });
        let (connection, result) = done
            .await
            .map_err(|error| Failure::from(error).into_fatal())?;
        self.desk = Desk::Idle(connection);
        Ok(result)
    }

    fn take(&mut self) -> Result<Connection, Failure> {
        match std::mem::replace(&mut self.desk, Desk::Lost) {
            Desk::Idle(connection) => Ok(connection),
            Desk::Asked(..) | Desk::Lost => Err(Failure::fatal("the connection was lost")),
        }
    }
}

fn open(file: &SqliteFile, options: &Options) -> Result<Connection, Failure> {
    let path = &file.path;
    if !file.is_in_memory() && file.mode != Mode::Create {
        std::fs::metadata(path).map_err(|error| {
            let failure = fault::fatal("opening the database", path, &error);
            match error.kind() {
                std::io::ErrorKind::NotFound => Failure::fatal(format!(
                    "{}; `?mode=rwc` at the end of the URL makes one",
                    failure.message()
                )),
                _ => failure,
            }
        })?;
    }
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | match file.mode {
            Mode::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Mode::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Mode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        };
    let connection = Connection::open_with_flags(path, flags);
    let opening = |error: &rusqlite::Error| {
        let doing = format!("opening the database {}", path.display());
        describe(error).into_fatal().context(doing)
    };
    let connection = connection.map_err(|error| opening(&error))?;
    connection
        .busy_timeout(options.timeout)
        .map_err(|error| opening(&error))?;
    // Only a look inside tells whether the file is a database.
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()))
        .map_err(|error| opening(&error))?;
    connection
        .execute_batch(&options.setup)
        .map_err(|error| describe(&error).into_fatal().context("`setup`"))?;
    Ok(connection)
}
