//! `data/Lookup`: enriches records from a table that may change.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use millstream_component::prelude::*;

use super::key::{By, ByKey, Key, KeyFields};

const NAME: &str = "data/Lookup";

/// Settings of [`Lookup`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LookupSettings {
    /// The field or the list of fields by which packets find their row.
    by: By,
    /// The field that gets the row as a record; without it, the fields of the row go to the end of the record.
    #[serde(default)]
    into: Option<String>,
    /// Whether the whole table is read before the first packet is taken.
    #[serde(default)]
    preload: bool,
    /// How many bytes the table may take.
    #[serde(default = "quarter_gibibyte")]
    memory: u64,
}

fn quarter_gibibyte() -> u64 {
    256 * 1024 * 1024
}

/// Enriches records from the last row with the same key that was seen on `table`.
///
/// # Shape
///
/// A record that has a row goes to `out` with the row's fields, but for those of `by` and those that it has itself; with
/// `into`, with the row as a record in that field. One that has none goes unchanged to `missing` if that is connected; else
/// it is dropped. Order is kept. Brackets pass to `out` in place.
///
/// On `table`, a packet is a row, a record with the fields of `by`, or a list of rows. A later row takes the place of an
/// earlier one with the same key. Brackets there make no difference.
///
/// # Blocking
///
/// What is there on `table` is read before the next packet of `in` is taken, so a packet finds all rows that came before it;
/// with `preload`, those that ever come. `in` waits for the end of `table` then.
///
/// # Memory
///
/// Holds the last row of each key. Fails when they come to more than `memory` bytes; nothing is moved to disk.
///
/// # Errors
///
/// A packet or a row that is no record or lacks a field of `by` is a failure of that packet. Going beyond `memory` ends the
/// process.
#[component(name = "data/Lookup", prepare, examples = examples)]
#[derive(Debug)]
pub struct Lookup {
    #[config]
    settings: Config<LookupSettings>,
    #[context]
    context: Context,
    /// Records.
    #[input(name = "in")]
    input: In<Packet>,
    /// Rows: records, or lists of records.
    #[input]
    table: In<Packet>,
    /// The records with what was found.
    #[output]
    out: Out<Packet>,
    /// The records for which nothing was found.
    #[output(optional)]
    missing: Out<Packet>,
    #[state]
    key: KeyFields,
    /// The same for rows: their fields stand elsewhere.
    #[state]
    row_key: KeyFields,
    #[state]
    rows: ByKey<Record>,
    #[state]
    bytes: u64,
    #[state]
    plan: Option<Plan>,
}

/// How records of one shape become records of another with rows of a third.
#[derive(Debug)]
struct Plan {
    from: Shape,
    row: Shape,
    to: Shape,
    /// Which of the row's values are taken over.
    taken: Vec<usize>,
}

/// What comes next.
enum Event {
    Row(Packet),
    TableEnded,
    Packet(Packet),
    End,
}

impl Lookup {
    fn prepare(&mut self) -> Result<(), Failure> {
        let by = self.settings.by.names();
        if by.is_empty() {
            return Err(Failure::fatal(format!("{NAME}: `by` names no field")));
        }
        self.key = KeyFields::new(NAME, &by);
        self.row_key = KeyFields::new(NAME, &by);
        Ok(())
    }
}

impl Process for Lookup {
    async fn run(mut self) -> Result<(), Failure> {
        let mut is_table_open = true;
        while self.settings.preload && is_table_open {
            match self.table.recv_packet().await {
                Some(row) => self.learn(row)?,
                None => is_table_open = false,
            }
        }
        loop {
            match self.next(is_table_open).await {
                Event::Row(row) => self.learn(row)?,
                Event::TableEnded => is_table_open = false,
                Event::Packet(packet) => self.enrich(packet).await?,
                Event::End => return Ok(()),
            }
        }
    }
}

impl Lookup {
    /// Waits for what comes first; of two that are there, the row does.
    async fn next(&mut self, is_table_open: bool) -> Event {
        if !is_table_open {
            return self
                .input
                .recv_packet()
                .await
                .map_or(Event::End, Event::Packet);
        }
        let mut row = pin!(self.table.recv_packet());
        let mut packet = pin!(self.input.recv_packet());
        poll_fn(|cx| match row.as_mut().poll(cx) {
            Poll::Ready(row) => Poll::Ready(row.map_or(Event::TableEnded, Event::Row)),
            Poll::Pending => packet
                .as_mut()
                .poll(cx)
                .map(|packet| packet.map_or(Event::End, Event::Packet)),
        })
        .await
    }

    /// Notes what a packet of the table says.
    fn learn(&mut self, packet: Packet) -> Result<(), Failure> {
        let Some(value) = packet.value() else {
            return Ok(());
        };
        let learned = match value.as_list() {
            Some(rows) => rows.iter().try_for_each(|row| self.learn_row(row)),
            None => self.learn_row(&value.clone()),
        };
        match learned {
            Ok(()) => Ok(()),
            Err(failure) => {
                let number = self.table.raw().taken();
                self.context.reject(failure.at("table", number), packet)
            }
        }
    }

    fn learn_row(&mut self, row: &Value) -> Result<(), Failure> {
        let key: Key = self.row_key.find(row, |found| Ok(found.to_key()))?;
        let Some(record) = row.as_record() else {
            return Ok(());
        };
        let of_key = key.size_bytes();
        self.bytes += (of_key + row.size_bytes()) as u64;
        if let Some(before) = self.rows.insert(key, record.clone()) {
            let bytes = of_key + Value::from(before).size_bytes();
            self.bytes = self.bytes.saturating_sub(bytes as u64);
        }
        if self.bytes > self.settings.memory {
            return Err(Failure::fatal(format!(
                "{NAME} holds more than `memory` = {} bytes for {} rows; raise `memory`",
                self.settings.memory,
                self.rows.len()
            )));
        }
        Ok(())
    }

    async fn enrich(&mut self, packet: Packet) -> Result<(), Failure> {
        if !packet.is_data() {
            self.out.send_packet(packet).await?;
            return Ok(());
        }
        let value = packet.value().cloned().unwrap_or_default();
        let rows = &self.rows;
        match self.key.find(&value, |found| Ok(rows.get_index_of(&found))) {
            Ok(Some(row)) => {
                let (_, headers) = packet
                    .into_parts()
                    .unwrap_or_else(|_bracket| (Value::NULL, None));
                let enriched = self.with_row(value, row);
                let packet = Packet::data(enriched).with_boxed_headers(headers);
                self.out.send_packet(packet).await?;
            }
            Ok(None) => self.missing.send_packet(packet).await?,
            Err(failure) => {
                let number = self.input.raw().taken();
                self.context.reject(failure.at("in", number), packet)?;
            }
        }
        Ok(())
    }

    /// The record with what its row says.
    fn with_row(&mut self, value: Value, row: usize) -> Value {
        let (Some((_, row)), Ok(mut record)) = (self.rows.get_index(row), value.into_record())
        else {
            return Value::NULL;
        };
        if let Some(field) = &self.settings.into {
            record.set(field.as_str(), row.clone());
            return record.into();
        }
        let is_known = self
            .plan
            .as_ref()
            .is_some_and(|plan| plan.from.is_same(record.shape()) && plan.row.is_same(row.shape()));
        let plan = match &mut self.plan {
            Some(plan) if is_known => plan,
            plan => plan.insert(Plan::new(record.shape(), row.shape())),
        };
        let mut values = record.into_values();
        let found = plan.taken.iter().filter_map(|at| row.values().get(*at));
        values.extend(found.cloned());
        Record::new(plan.to.clone(), values).into()
    }
}

impl Plan {
    fn new(from: &Shape, row: &Shape) -> Self {
        let is_new = |name: &Text| from.index_of(name).is_none();
        let names = row.names();
        let taken: Vec<usize> = (0..names.len())
            .filter(|at| names.get(*at).is_some_and(is_new))
            .collect();
        let new = taken.iter().filter_map(|at| names.get(*at));
        let to = Shape::new(from.names().iter().chain(new).cloned());
        Self {
            from: from.clone(),
            row: row.clone(),
            to,
            taken,
        }
    }
}

fn examples() -> Vec<Example> {
    let order = |id: i64, product: &str| {
        Record::from_iter([("id", Value::from(id)), ("product", product.into())])
    };
    let row = |product: &str, price: f64| {
        Record::from_iter([("product", Value::from(product)), ("price", price.into())])
    };
    let with = |record: Record, name: &str, value: Value| {
        let mut record = record;
        record.set(name, value);
        record
    };
    let table = || Value::list(vec![row("mill", 99.5).into(), row("sack", 2.0).into()]);
    vec![
        Example::new("Prices of a list")
            .iip("by", "product")
            .iip("table", table())
            .input(
                "in",
                [order(1, "sack"), order(2, "wheel"), order(3, "mill")],
            )
            .output(
                "out",
                [
                    with(order(1, "sack"), "price", 2.0.into()),
                    with(order(3, "mill"), "price", 99.5.into()),
                ],
            )
            .output("missing", [order(2, "wheel")]),
        Example::new("The row as a record of its own")
            .iip("by", "product")
            .iip("into", "row")
            .iip("table", table())
            .input("in", [order(1, "sack")])
            .output(
                "out",
                [with(order(1, "sack"), "row", row("sack", 2.0).into())],
            ),
        Example::new("A table that comes by a connector, read to its end first")
            .iip("by", "product")
            .iip("preload", true)
            .input(
                "table",
                [row("sack", 2.0), row("mill", 99.5), row("sack", 2.5)],
            )
            .input("in", [order(1, "sack")])
            .output("out", [with(order(1, "sack"), "price", 2.5.into())]),
    ]
}

contract!(Lookup);

#[cfg(test)]
mod tests {
    use millstream_component::ErrorPolicy;
    use millstream_component::testing::Bench;

    use super::*;

    fn row(key: i64, x: &str) -> Record {
        Record::from_iter([("key", Value::from(key)), ("x", x.into())])
    }

    #[tokio::test]
    async fn later_rows_take_the_place_of_earlier_ones() {
        let key = |key: i64| Record::from_iter([("key", key)]);
        let bench = Bench::of::<Lookup>().iip("by", "key").capacity(64);
        let outcome = bench
            .input("table", [row(1, "old"), row(2, "b"), row(1, "new")])
            .input("in", [key(1), key(2)])
            .run()
            .await;
        assert_eq!(
            outcome.outputs["out"],
            [Packet::data(row(1, "new")), Packet::data(row(2, "b"))]
        );
    }

    #[tokio::test]
    async fn a_record_keeps_the_fields_that_it_has_itself() {
        let bench = Bench::of::<Lookup>()
            .iip("by", "key")
            .iip("table", row(1, "row's"));
        let outcome = bench.input("in", [row(1, "own")]).run().await;
        assert_eq!(outcome.outputs["out"], [Packet::data(row(1, "own"))]);
    }

    #[tokio::test]
    async fn rows_that_are_none_are_failures_of_the_table() {
        let bench = Bench::of::<Lookup>()
            .iip("by", "key")
            .input("table", [Packet::data(5)]);
        let outcome = bench.input("in", [row(1, "x")]).run().await;
        assert_eq!(
            outcome.result.unwrap_err().to_string(),
            "data/Lookup `by`: the packet is int, not a record with the field `key` (port `table`, packet 1)"
        );
    }

    #[tokio::test]
    async fn packets_that_do_not_suit_can_be_skipped() {
        let bench = Bench::of::<Lookup>()
            .iip("by", "key")
            .iip("table", row(1, "x"));
        let packets = [
            Packet::open("g"),
            Packet::data("stray"),
            Packet::data(row(1, "y")),
            Packet::close("g"),
        ];
        let outcome = bench
            .on_error(ErrorPolicy::Skip)
            .input("in", packets)
            .run()
            .await;
        assert!(outcome.result.is_ok());
        assert_eq!(outcome.outputs["out"].len(), 3);
    }

    #[tokio::test]
    async fn a_table_beyond_memory_is_told() {
        let bench = Bench::of::<Lookup>()
            .iip("by", "key")
            .iip("memory", 1000)
            .iip("preload", true);
        let rows = (0..100).map(|key| row(key, "x"));
        let outcome = bench
            .input("table", rows)
            .input("in", [row(1, "y")])
            .run()
            .await;
        let message = outcome.result.unwrap_err().to_string();
        assert!(
            message.starts_with("data/Lookup holds more than `memory` = 1000 bytes"),
            "{message}"
        );
    }

    #[tokio::test]
    async fn the_same_row_again_takes_no_more_memory() {
        let bench = Bench::of::<Lookup>()
            .iip("by", "key")
            .iip("memory", 1000)
            .iip("preload", true);
        let rows = (0..1000).map(|_| row(1, "x"));
        let outcome = bench
            .input("table", rows)
            .input("in", [row(1, "y")])
            .run()
            .await;
        assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    }
}
