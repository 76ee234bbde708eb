//! PostgreSQL: a connection that the process itself keeps moving.

mod value;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use millstream_component::prelude::*;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, RowStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use self::value::{Bound, value_of};
use super::link::{Options, ROWS_AT_ONCE, shape_of};
use super::statement::Statement;
use crate::tls;

/// A connection. Dropping it closes it, and the server gives up what it was doing.
pub(super) struct Postgres {
    client: Client,
    wire: Wire,
    statement: Option<Prepared>,
    rows: Option<Pin<Box<RowStream>>>,
}

#[derive(Debug)]
struct Prepared {
    statement: Statement,
    handle: tokio_postgres::Statement,
    shape: Shape,
}

/// Moves bytes between the client and the server, as long as it is polled.
struct Wire(Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>);

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres")
            .field("statement", &self.statement)
            .finish_non_exhaustive()
    }
}

impl Wire {
    /// Waits for something that the server must answer.
    async fn wait<F: Future>(&mut self, future: F) -> Result<F::Output, Failure> {
        let mut future = pin!(future);
        poll_fn(|task| {
            if let Poll::Ready(output) = future.as_mut().poll(task) {
                return Poll::Ready(Ok(output));
            }
            match self.0.as_mut().poll(task) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(ended) => {
                    // What it has still brought may be the answer.
                    if let Poll::Ready(output) = future.as_mut().poll(task) {
                        return Poll::Ready(Ok(output));
                    }
                    let why = ended.err().map_or_else(
                        || "the server has closed the connection".to_owned(),
                        |error| describe(&error).message().to_owned(),
                    );
                    Poll::Ready(Err(Failure::fatal(format!(
                        "the connection was lost: {why}"
                    ))))
                }
            }
        })
        .await
    }
}

impl Postgres {
    /// Connects to a server.
    ///
    /// # Errors
    ///
    /// Fails when the server cannot be reached or refuses, and when the setup fails.
    pub(super) async fn open(config: &Config, options: Options) -> Result<Self, Failure> {
        let mut config = config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.timeout);
        }
        let tls = MakeRustlsConnect::new(tls::config()?);
        let (client, connection) = config.connect(tls).await.map_err(|error| {
            let why = describe(&error);
            Failure::fatal(format!("connecting to the database: {}", why.message()))
        })?;
        let mut link = Self {
            client,
            wire: Wire(Box::pin(connection)),
            statement: None,
            rows: None,
        };
        let patience = format!("SET statement_timeout = {}", options.timeout.as_millis());
        link.execute(&patience).await?;
        let done = link.execute(&options.setup).await;
        done.map_err(|failure| failure.context("`setup`"))?;
        Ok(link)
    }

    /// As [`super::link::Link::prepare`].
    pub(super) async fn prepare(&mut self, statement: Statement) -> Result<(), Failure> {
        let handle = self.wire.wait(self.client.prepare(&statement.text)).await?;
        let handle = handle.map_err(|error| describe(&error).into_fatal())?;
        let shape = shape_of(handle.columns().iter().map(|column| column.name()));
        self.statement = Some(Prepared {
            statement,
            handle,
            shape,
        });
        Ok(())
    }

    /// As [`super::link::Link::ask`].
    pub(super) async fn ask(&mut self, packet: &Value) -> Result<(), Failure> {
        let Some(Prepared {
            statement, handle, ..
        }) = &self.statement
        else {
            return Err(Failure::fatal("no statement is prepared"));
        };
        let values = statement.values(packet, handle.params().len())?;
        let bound = values.iter().map(Bound);
        let asked = self.wire.wait(self.client.query_raw(handle, bound)).await?;
        self.rows = Some(Box::pin(asked.map_err(|error| describe(&error))?));
        Ok(())
    }

    /// As [`super::link::Link::next`].
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>, Failure> {
        let (Some(rows), Some(Prepared { shape, .. })) = (&mut self.rows, &self.statement) else {
            return Ok(None);
        };
        let found = self.wire.wait(fetch(rows)).await?;
        let found = found.map_err(|error| describe(&error));
        // A stream that has ended must not be asked again.
        if found
            .as_ref()
            .map_or(true, |found| found.len() < ROWS_AT_ONCE)
        {
            self.rows = None;
        }
        let found = found?;
        if found.is_empty() {
            return Ok(None);
        }
        let record = |row: &tokio_postgres::Row| {
            let values = (0..row.len()).map(|at| value_of(row, at));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            Ok(Record::new(shape.clone(), values))
        };
        found
            .iter()
            .map(record)
            .collect::<Result<_, Failure>>()
            .map(Some)
    }

    /// As [`super::link::Link::fill`].
    pub(super) async fn fill(
        &mut self,
        statement: &Statement,
        rows: Vec<Vec<Value>>,
        one_by_one: bool,
    ) -> Result<Vec<(usize, Failure)>, Failure> {
        let is_prepared = self
            .statement
            .as_ref()
            .is_some_and(|known| known.statement == *statement);
        if !is_prepared {
            self.prepare(statement.clone()).await?;
        }
        if one_by_one {
            return self.fill_one_by_one(&rows).await;
        }
        let Some(Prepared { handle, .. }) = &self.statement else {
            return Ok(Vec::new());
        };
        // All are sent before the first is answered.
        let mut sent: FuturesOrdered<_> = rows
            .iter()
            .map(|row| execute_row(&self.client, handle, row))
            .collect();
        let outcome = self.wire.wait(async {
            let mut at = 0;
            let mut first = None;
            while let Some(done) = sent.next().await {
                if let Err(error) = done {
                    first.get_or_insert((at, error));
                }
                at += 1;
            }
            first
        });
        let first = outcome.await?;
        Ok(first
            .map(|(at, error)| (at, describe(&error)))
            .into_iter()
            .collect())
    }

    /// A row that fails would end the transaction; back to the savepoint before it, it goes on.
    async fn fill_one_by_one(
        &mut self,
        rows: &[Vec<Value>],
    ) -> Result<Vec<(usize, Failure)>, Failure> {
        let mut failed = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            self.execute("SAVEPOINT row").await?;
            let Some(Prepared { handle, .. }) = &self.statement else {
                break;
            };
            let done = self
                .wire
                .wait(execute_row(&self.client, handle, row))
                .await?;
            match done {
                Ok(()) => self.execute("RELEASE SAVEPOINT row").await?,
                Err(error) => {
                    failed.push((at, describe(&error)));
                    self.execute("ROLLBACK TO SAVEPOINT row").await?;
                }
            }
        }
        Ok(failed)
    }

    /// As [`super::link::Link::run`].
    pub(super) async fn run(&mut self, statement: &'static str) -> Result<(), Failure> {
        self.execute(statement).await
    }

    async fn execute(&mut self, statements: &str) -> Result<(), Failure> {
        let done = self
            .wire
            .wait(self.client.batch_execute(statements))
            .await?;
        done.map_err(|error| describe(&error).into_fatal())
    }
}

/// Some rows; fewer than asked for at the end.
async fn fetch(
    rows: &mut Pin<Box<RowStream>>,
) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    let mut found = Vec::new();
    while found.len() < ROWS_AT_ONCE
        && let Some(row) = rows.next().await
    {
        found.push(row?);
    }
    Ok(found)
}

async fn execute_row(
    client: &Client,
    handle: &tokio_postgres::Statement,
    row: &[Value],
) -> Result<(), tokio_postgres::Error> {
    let bound: Vec<Bound<'_>> = row.iter().map(Bound).collect();
    let parameters: Vec<&(dyn ToSql + Sync)> = bound
        .iter()
        .map(|value| -> &(dyn ToSql + Sync) { value })
        .collect();
    client.execute(handle, &parameters).await.map(drop)
}

/// What went wrong, in the words of the server where it has some.
fn describe(error: &tokio_postgres::Error) -> Failure {
    if error.is_closed() {
        return Failure::fatal("the connection was lost");
    }
    let Some(told) = error.as_db_error() else {
        return Failure::from(Told(error.to_string(), cause(error)));
    };
    let mut what = told.message().to_owned();
    if let Some(detail) = told.detail() {
        what = format!("{what}: {detail}");
    }
    if *told.code() == SqlState::QUERY_CANCELED {
        what.push_str("; `timeout_ms` says how long it may take");
    }
    Failure::packet(what)
}

fn cause(error: &tokio_postgres::Error) -> Option<String> {
    std::error::Error::source(error).map(ToString::to_string)
}

/// An error with its cause, as text.
#[derive(Debug, thiserror::Error)]
#[error("{0}{cause}", cause = .1.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default())]
struct Told(String, Option<String>);
