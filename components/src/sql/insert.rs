//! `sql/Insert`: fills a table.

mod table;

use millstream_component::prelude::*;

use self::table::Table;
use super::link::{Link, Options};

/// Settings of [`Insert`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InsertSettings {
    /// The database, as for `sql/Query`.
    database: String,
    /// The table, such as `orders` or `shop.orders`.
    table: String,
    /// `append` adds each record as a row; `upsert` replaces the row with the same key if there is one.
    #[serde(default)]
    mode: Mode,
    /// The column or the list of columns that tell rows apart, for `upsert`. The table must have a unique index on them.
    #[serde(default)]
    #[schemars(with = "Columns")]
    key: Option<Columns>,
    /// Most rows of one transaction.
    #[serde(default = "thousand")]
    #[schemars(range(min = 1))]
    batch: usize,
    /// Statements to run once at the start, such as `CREATE TABLE IF NOT EXISTS …`.
    #[serde(default)]
    setup: String,
    /// How long to wait for a locked SQLite database, or for a statement of PostgreSQL, in milliseconds.
    #[serde(default = "half_minute")]
    timeout_ms: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Mode {
    #[default]
    Append,
    Upsert,
}

/// A column or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(untagged, expecting = "expected a column or a list of columns")]
enum Columns {
    One(String),
    Several(#[schemars(length(min = 1))] Vec<String>),
}

impl Columns {
    fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

fn thousand() -> usize {
    1000
}

fn half_minute() -> u64 {
    30_000
}

/// Adds records to a table, or brings it up to date with them.
///
/// # Shape
///
/// Each field of a record goes into the column of its name; columns that the record lacks get their default. Lists and
/// records are written as JSON text. Rows are written in transactions of up to `batch` rows: those that have come while
/// the one before was written, so that a slow stream is safe at once and a fast one is fast. `out` gets the number of rows
/// of each transaction when it is committed. Brackets leave no trace.
///
/// # Blocking
///
/// Waits for the database after each transaction.
///
/// # Memory
///
/// Up to `batch` records.
///
/// # Errors
///
/// A database that is missing or refuses fails at the start. A record that the database refuses (a conflict, a value of
/// the wrong type) is a failure of that packet. When failures end the process, nothing of the transaction is written; else
/// all of it but the bad records. A table or a column that is not there, a lost connection, a full disk and a lock that
/// another program holds too long end the process.
#[component(name = "sql/Insert", errors, examples = examples)]
#[derive(Debug)]
pub(crate) struct Insert {
    #[config]
    config: Config<InsertSettings>,
    #[context]
    cx: Context,
    /// Records, a row each.
    #[input(name = "in")]
    input: In<Record>,
    /// The number of rows of each transaction, when they are safe.
    #[output(optional)]
    out: Out<i64>,
}

/// A record with the number of its packet.
type Numbered = (u64, Record);

impl Process for Insert {
    async fn run(mut self) -> Result<(), Failure> {
        let config = &self.config;
        let options = Options::new(&config.database, &config.setup, config.timeout_ms)?;
        let mut table = Table::new(&config.table, config.mode, config.key.as_ref())?;
        let mut link = Link::open(options).await?;
        while let Some(batch) = self.next_batch().await? {
            let written = self.write(&mut link, &mut table, batch).await?;
            if written > 0 {
                // Nobody need be interested in it.
                let _closed = self.out.send(i64::try_from(written)?).await;
            }
        }
        Ok(())
    }
}

impl Insert {
    /// Waits for a record and takes those that are there with it.
    async fn next_batch(&mut self) -> Result<Option<Vec<Numbered>>, Failure> {
        let Some(first) = self.input.recv().await? else {
            return Ok(None);
        };
        let mut batch = vec![(self.input.raw().taken(), first)];
        while batch.len() < self.config.batch
            && let Some(packet) = self.input.raw().try_recv()
        {
            if packet.is_data()
                && let Some(record) = self.input.take(packet)?
            {
                batch.push((self.input.raw().taken(), record));
            }
        }
        Ok(Some(batch))
    }

    /// Writes records in one transaction; gives how many were good.
    async fn write(
        &mut self,
        link: &mut Link,
        table: &mut Table,
        batch: Vec<Numbered>,
    ) -> Result<usize, Failure> {
        link.run("BEGIN").await?;
        let outcome = self.fill(link, table, &batch).await;
        match outcome {
            Ok(written) => {
                link.run("COMMIT").await?;
                Ok(written)
            }
            Err(failure) => {
                // What went wrong first is what matters.
                if let Err(second) = link.run("ROLLBACK").await {
                    tracing::debug!(error = %second, "rollback");
                }
                Err(failure)
            }
        }
    }

    async fn fill(
        &mut self,
        link: &mut Link,
        table: &mut Table,
        batch: &[Numbered],
    ) -> Result<usize, Failure> {
        if self.try_all(link, table, batch).await? {
            return Ok(batch.len());
        }
        link.run("ROLLBACK").await?;
        link.run("BEGIN").await?;
        let mut written = batch.len();
        for run in runs(batch) {
            let statement = table.statement(&run[0].1, link.dialect())?.clone();
            let failed = link.fill(&statement, table::rows(run), true).await?;
            written -= failed.len();
            for (at, failure) in failed {
                let Some((number, record)) = run.get(at) else {
                    continue;
                };
                let packet = Packet::data(record.clone());
                self.cx.reject(failure.at("in", *number), packet)?;
            }
        }
        Ok(written)
    }

    /// Writes all records as fast as it goes; false if one of them is bad.
    async fn try_all(
        &mut self,
        link: &mut Link,
        table: &mut Table,
        batch: &[Numbered],
    ) -> Result<bool, Failure> {
        for run in runs(batch) {
            let statement = table.statement(&run[0].1, link.dialect())?.clone();
            match link.fill(&statement, table::rows(run), false).await {
                Ok(failed) if failed.is_empty() => {}
                Ok(_) => return Ok(false),
                // A statement that the database does not understand at all: a table or a column that is not there.
                Err(failure) => {
                    return Err(failure.context(format!("table `{}`", self.config.table)));
                }
            }
        }
        Ok(true)
    }
}

/// Records in a row with the same fields.
fn runs(batch: &[Numbered]) -> impl Iterator<Item = &[Numbered]> {
    batch.chunk_by(|(_, a), (_, b)| {
        a.shape().is_same(b.shape()) || a.shape().names() == b.shape().names()
    })
}

fn examples() -> Vec<Example> {
    let row =
        |id: i64, name: &str| Record::from_iter([("id", Value::from(id)), ("name", name.into())]);
    let setup = "CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT NOT NULL)";
    let letter = Record::from_iter([
        (
            "error",
            Value::from("UNIQUE constraint failed: pet.id (port `in`, packet 2)"),
        ),
        ("packet", row(1, "Nemo").into()),
    ]);
    vec![
        Example::new("Each transaction tells its rows")
            .iip("database", "sqlite::memory:")
            .iip("setup", setup)
            .iip("table", "pet")
            .iip("batch", 1)
            .input("in", [row(1, "Rex"), row(2, "Nemo")])
            .output("out", [1_i64, 1]),
        Example::new("A record that is there already goes to a connected `error` port")
            .iip("database", "sqlite::memory:")
            .iip("setup", setup)
            .iip("table", "pet")
            .iip("batch", 1)
            .input("in", [row(1, "Rex"), row(1, "Nemo"), row(2, "Tweety")])
            .output("out", [1_i64, 1])
            .output("error", [letter]),
        Example::new("With a key, it is brought up to date")
            .iip("database", "sqlite::memory:")
            .iip("setup", setup)
            .iip("table", "pet")
            .iip("mode", "upsert")
            .iip("key", "id")
            .iip("batch", 1)
            .input("in", [row(1, "Rex"), row(1, "Nemo")])
            .output("out", [1_i64, 1]),
        Example::new("A table that is not there")
            .iip("database", "sqlite::memory:")
            .iip("table", "pet")
            .input("in", [row(1, "Rex")])
            .failure("table `pet`: no such table: pet"),
    ]
}

contract!(Insert);

#[cfg(test)]
mod tests;
