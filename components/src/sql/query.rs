//! `sql/Query`: asks a database.

use millstream_component::prelude::*;

use super::link::{Link, Options};
use super::statement::Statement;
use crate::file::ahead::while_read;

/// Settings of [`Query`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuerySettings {
    /// The database: `sqlite:shop.db` (`?mode=ro` reads only, `?mode=rwc` makes the file), `sqlite::memory:`, or
    /// `postgres://user:password@host/name`.
    database: String,
    /// One statement. `:name` takes the field of a record; the database's own numbers (`?1`, `$1`) take the elements of a
    /// list.
    query: String,
    /// Statements to run once at the start, such as `CREATE TABLE IF NOT EXISTS …`.
    #[serde(default)]
    setup: String,
    /// How long to wait for a locked SQLite database, or for a statement of PostgreSQL, in milliseconds.
    #[serde(default = "half_minute")]
    timeout_ms: u64,
}

fn half_minute() -> u64 {
    30_000
}

/// Asks a database with the parameters of each packet, and emits the rows.
///
/// # Shape
///
/// For each packet a group in brackets with a record for each row; a statement that gives no rows makes an empty group. The
/// group and its records belong to the conversation of the packet. Brackets of the input stay round them. When nothing is
/// connected to `in`, the query is asked once, and the rows come without brackets.
///
/// The parameters are the fields of a record for `:name`, the elements of a list or one other value for numbers; a query
/// without parameters takes any packet. Lists and records as parameters are JSON text. Columns of one name become `id`,
/// `id_2`, and so on. PostgreSQL's dates, times and UUIDs are text, times with a zone in UTC; `numeric` is an int if it has
/// no fraction, else the nearest float.
///
/// # Blocking
///
/// Waits for the database, one packet at a time. Rows are fetched 256 at a time, as fast as they are taken.
///
/// # Errors
///
/// A database that is missing or refuses, and a query that it does not understand, fail at the start. A packet that lacks
/// a parameter, and one with which the database fails (a value of the wrong type, a conflict, a lock that another program
/// holds too long), is a failure of that packet; rows that came before it have been sent. A lost connection ends the
/// process.
#[component(name = "sql/Query", errors, examples = examples)]
#[derive(Debug)]
pub(crate) struct Query {
    #[config]
    config: Config<QuerySettings>,
    #[context]
    cx: Context,
    /// The parameters.
    #[input(name = "in", optional)]
    input: In<Packet>,
    /// A record per row; the rows of one packet in brackets.
    #[output]
    out: Out<Packet>,
}

impl Process for Query {
    async fn run(mut self) -> Result<(), Failure> {
        let config = &self.config;
        let options = Options::new(&config.database, &config.setup, config.timeout_ms)?;
        let mut link = Link::open(options).await?;
        let statement = Statement::parse(&self.config.query, link.dialect());
        let prepared = link.prepare(statement).await;
        prepared.map_err(|failure| failure.context("`query`"))?;
        if !self.input.is_connected() {
            let first = self.input.recv_packet().await;
            let value = first.and_then(|packet| packet.into_value().ok());
            let once = Packet::data(value.unwrap_or_default());
            return self.answer(&mut link, &once, Brackets::None).await;
        }
        while let Some(packet) = self.input.recv_packet().await {
            if !packet.is_data() {
                self.out.send_packet(packet).await?;
                continue;
            }
            if let Err(failure) = self.answer(&mut link, &packet, Brackets::Round).await {
                let failure = failure.at("in", self.input.raw().taken());
                self.cx.reject(failure, packet)?;
            }
        }
        Ok(())
    }
}

/// Whether the rows of a packet stand in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brackets {
    None,
    Round,
}

impl Query {
    /// Emits the rows that the database has for a packet.
    async fn answer(
        &mut self,
        link: &mut Link,
        packet: &Packet,
        brackets: Brackets,
    ) -> Result<(), Failure> {
        link.ask(packet.value().unwrap_or(&Value::NULL)).await?;
        // Most faults come with the first rows; a group is opened when they are there.
        let mut rows = while_read(&mut self.out, link.next()).await??;
        let derived = |bracket: Packet| {
            let headers = packet.headers().map(|headers| Box::new(headers.derive()));
            bracket.with_boxed_headers(headers)
        };
        if brackets == Brackets::Round {
            let open = derived(Packet::open(Value::NULL));
            self.out.send_packet(open).await?;
        }
        let mut outcome = Ok(());
        while let Some(records) = rows.take() {
            for record in records {
                let row = derived(Packet::data(record));
                self.out.send_packet(row).await?;
            }
            match while_read(&mut self.out, link.next()).await? {
                Ok(more) => rows = more,
                Err(failure) => outcome = Err(failure),
            }
        }
        if brackets == Brackets::Round {
            let close = derived(Packet::close(Value::NULL));
            self.out.send_packet(close).await?;
        }
        outcome
    }
}

/// A database in memory with three pets.
const PETS: &str = "CREATE TABLE pet (name TEXT, legs INT);
    INSERT INTO pet VALUES ('Rex', 4), ('Tweety', 2), ('Nemo', 0)";

fn examples() -> Vec<Example> {
    let pet = |name: &str, legs: i64| {
        Record::from_iter([("name", Value::from(name)), ("legs", legs.into())])
    };
    let group = |records: Vec<Record>| {
        let mut packets = vec![Packet::open(Value::NULL)];
        packets.extend(records.into_iter().map(Packet::data));
        packets.push(Packet::close(Value::NULL));
        packets
    };
    let least = |legs: i64| Record::from_iter([("least", legs)]);
    vec![
        Example::new("The rows of each packet in brackets")
            .iip("database", "sqlite::memory:")
            .iip("setup", PETS)
            .iip(
                "query",
                "SELECT name, legs FROM pet WHERE legs >= :least ORDER BY legs",
            )
            .input("in", [least(2), least(5)])
            .output(
                "out",
                [group(vec![pet("Tweety", 2), pet("Rex", 4)]), group(vec![])].concat(),
            ),
        Example::new("Asked once, without brackets")
            .iip("database", "sqlite::memory:")
            .iip("setup", PETS)
            .iip("query", "SELECT count(*) AS pets FROM pet")
            .output("out", [Record::from_iter([("pets", 3_i64)])]),
        Example::new("A parameter is missing")
            .iip("database", "sqlite::memory:")
            .iip("query", "SELECT :least")
            .input("in", [Record::from_iter([("most", 1_i64)])])
            .failure("the record has no field `least` for `:least` (port `in`, packet 1)"),
        Example::new("A query that the database does not understand")
            .iip("database", "sqlite::memory:")
            .iip("query", "SELECT name FORM pet")
            .failure("`query`: near \"pet\": syntax error"),
        Example::new("A database that is not there")
            .iip("database", "sqlite:examples/missing.db")
            .iip("query", "SELECT 1")
            .failure("opening the database examples/missing.db: no such file"),
    ]
}

contract!(Query);

#[cfg(test)]
mod tests;
