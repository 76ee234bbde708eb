//! `data/Aggregate`: many packets become one record for each key.

use indexmap::IndexMap;
use millstream_component::Emitted;
use millstream_component::prelude::*;
use millstream_expression::{Summary, Totals};

use super::key::{ByKey, Found, Key};
use crate::expression::AggregationText;

mod by;

use by::{GroupBy, GroupKey};

const NAME: &str = "data/Aggregate";

/// Records that are emitted between two looks at the surroundings.
const BATCH: usize = 32;

/// Bytes that a key takes beside its values: its place in the index.
const KEY_BYTES: usize = 40;

/// Settings of [`Aggregate`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AggregateSettings {
    /// What makes the key: a field, a list of fields, or fields with the expressions that compute them,
    /// `{ "day": "date(time)" }`; without it, all packets come to one record.
    #[serde(default)]
    #[schemars(with = "Option<GroupBy>")]
    by: GroupBy,
    /// Fields to compute, each with its expression: `{ "revenue": "sum(price * quantity)" }`.
    #[schemars(length(min = 1))]
    compute: IndexMap<String, AggregationText>,
    /// How many bytes keys and what is collected for them may take.
    #[serde(default = "quarter_gibibyte")]
    memory: u64,
}

fn quarter_gibibyte() -> u64 {
    256 * 1024 * 1024
}

/// Computes one record for each key from all packets that have it.
///
/// The expressions of `compute` are those of data/Aggregate in the description of expressions: `count()`, `sum(x)`,
/// `min(x)`, `max(x)`, `mean(x)`, `first(x)`, `last(x)`, `p50(x)`, `p90(x)`, `p95(x)`, `p99(x)`, `percentile(x, 75)`,
/// `stddev(x)`, `distinct(x)`, `collect(x)` and more, where `x` is an expression of one packet, and what is made of their
/// results: `round(sum(price) / count(), 2)`.
///
/// # Shape
///
/// At the end one record for each key: the fields of `by`, then the computed ones in the order of the setting. Keys come in
/// the order of their first appearance; an int and a float are different keys. Without `by` there is one record, also of no
/// packets at all.
///
/// Inside of brackets each group is computed by itself, of the packets directly inside of it; its records come before its
/// closing bracket. What stands outside of groups is computed by itself too, and comes to nothing if there is nothing but
/// groups.
///
/// Sums of ints are exact ints, sums with floats are compensated (Neumaier): their error does not grow with the number of
/// packets. Percentiles are exact.
///
/// # Blocking
///
/// Emits nothing before a group or the stream ends.
///
/// # Memory
///
/// Holds the keys with their results so far; `collect`, `unique`, `distinct` and percentiles hold values as well. Fails when
/// this comes to more than `memory` bytes; nothing is moved to disk.
///
/// # Errors
///
/// A packet that is no record, lacks a field of `by`, or for which an expression has no result is a failure of that packet;
/// nothing of it is counted then. Going beyond `memory`, and a sum of ints that does not fit 64 bits, end the process. A
/// mistake in an expression fails at the start, with the character.
#[component(name = "data/Aggregate", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Aggregate {
    #[config]
    settings: Config<AggregateSettings>,
    /// Records; any values when `by` is left out.
    #[input(name = "in")]
    input: In<Value>,
    /// A record for each key.
    #[output(at_end)]
    out: Out<Record>,
    #[state]
    key: GroupKey,
    #[state]
    summary: Option<Box<Summary>>,
    /// What stands outside of groups, and the open groups inside of each other.
    #[state]
    levels: Vec<Level>,
    /// A level that was used before, for the next group.
    #[state]
    spare: Option<Level>,
    /// The level whose records are on their way out, and the bracket behind them.
    #[state]
    leaving: Option<Leaving>,
    /// What all levels hold.
    #[state]
    bytes: u64,
    /// Whether there were groups.
    #[state]
    has_groups: bool,
}

/// The keys of one group.
#[derive(Debug, Default)]
struct Level {
    /// The number of the key in the totals is its place here.
    keys: ByKey<()>,
    totals: Totals,
    /// What it holds.
    bytes: u64,
}

/// A level whose records are on their way out.
#[derive(Debug)]
struct Leaving {
    level: Level,
    next: usize,
    /// What goes out behind them.
    bracket: Option<Packet>,
}

impl Aggregate {
    fn prepare(&mut self) -> Result<(), Failure> {
        let by = self.settings.by.names();
        let compute = &self.settings.compute;
        if let Some(name) = by.iter().find(|name| compute.contains_key(name.as_str())) {
            let message = format!("{NAME}: the field `{name}` stands in `by` and in `compute`");
            return Err(Failure::fatal(message));
        }
        let columns = compute
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let summary = Summary::compile(&by, columns)
            .map_err(|error| Failure::fatal(format!("`compute`: {error}")))?;
        self.key = self.settings.by.compile(NAME)?;
        self.levels.push(Level {
            totals: summary.totals(),
            ..Level::default()
        });
        self.summary = Some(Box::new(summary));
        Ok(())
    }

    /// Begins a group.
    fn open(&mut self) {
        self.has_groups = true;
        let level = self.spare.take().unwrap_or_else(|| Level {
            totals: self
                .summary
                .as_ref()
                .map(|summary| summary.totals())
                .unwrap_or_default(),
            ..Level::default()
        });
        self.levels.push(level);
    }

    /// Lets the records of the innermost level go out, and a bracket behind them.
    fn close(&mut self, bracket: Option<Packet>) {
        let Some(mut level) = self.levels.pop() else {
            return;
        };
        let is_outside = bracket.is_none();
        let counts_nothing =
            self.settings.by.names().is_empty() && !(is_outside && self.has_groups);
        if level.keys.is_empty()
            && counts_nothing
            && let Some(summary) = &self.summary
        {
            level.totals.start(summary);
            level.keys.insert(Found::NONE.to_key(), ());
        }
        self.leaving = Some(Leaving {
            level,
            next: 0,
            bracket,
        });
    }
}

impl Level {
    /// Adds a packet to the totals of its key; how many bytes more are held then.
    #[inline]
    fn add(
        &mut self,
        found: Found<'_>,
        summary: &mut Summary,
        value: &Value,
    ) -> Result<usize, Failure> {
        let Some(group) = self.keys.get_index_of(&found) else {
            return self.add_new(found, summary, value);
        };
        summary
            .add(&mut self.totals, group, value)
            .map_err(|fault| failure(&fault))
    }

    #[inline(never)]
    fn add_new(
        &mut self,
        found: Found<'_>,
        summary: &mut Summary,
        value: &Value,
    ) -> Result<usize, Failure> {
        let group = self.totals.start(summary);
        match summary.add(&mut self.totals, group, value) {
            Ok(bytes) => {
                let key = found.to_key();
                let of_key = key.size_bytes() + KEY_BYTES + self.totals.group_bytes();
                self.keys.insert(key, ());
                Ok(of_key + bytes)
            }
            Err(fault) => {
                self.totals.take_back();
                Err(failure(&fault))
            }
        }
    }

    /// Forgets everything, but keeps the memory for the next group.
    fn clear(&mut self) {
        self.keys.clear();
        self.totals.clear();
        self.bytes = 0;
    }
}

#[cold]
fn failure(fault: &millstream_expression::ColumnFault) -> Failure {
    Failure::packet(format!("{NAME} `compute`: {fault}"))
}

/// Names the key, for there is no packet to name.
#[cold]
fn no_result(fault: &millstream_expression::ColumnFault, key: &Key) -> Failure {
    let values: Vec<String> = key
        .values()
        .iter()
        .map(|value| {
            value
                .to_json()
                .unwrap_or_else(|_unwritable| format!("{value:?}"))
        })
        .collect();
    let of_key = match values.as_slice() {
        [] => String::new(),
        values => format!(" for the key {}", values.join(", ")),
    };
    Failure::fatal(format!("{NAME} `compute`{of_key}: {fault}"))
}

impl Operator for Aggregate {
    const DRAINS: bool = true;

    #[inline(always)]
    fn process(&mut self, value: Value) -> Result<(), Failure> {
        let (Some(level), Some(summary)) = (self.levels.last_mut(), &mut self.summary) else {
            return Ok(());
        };
        let bytes = self
            .key
            .find(&value, |found| level.add(found, summary, &value))? as u64;
        level.bytes += bytes;
        self.bytes += bytes;
        if self.bytes > self.settings.memory {
            return Err(self.beyond_memory());
        }
        Ok(())
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        if bracket.is_open() {
            self.out.emit_packet(bracket);
            self.open();
        } else if self.levels.len() > 1 {
            self.close(Some(bracket));
        } else {
            // A group that was not opened here: whoever sent this is to blame.
            self.out.emit_packet(bracket);
        }
        Ok(())
    }

    fn more(&mut self) -> Result<bool, Failure> {
        let (Some(leaving), Some(summary)) = (&mut self.leaving, &mut self.summary) else {
            return Ok(false);
        };
        for _ in 0..BATCH {
            let Some((key, ())) = leaving.level.keys.get_index(leaving.next) else {
                return Ok(self.left());
            };
            let record = summary
                .finish(&mut leaving.level.totals, leaving.next, key.values())
                .map_err(|fault| no_result(&fault, key))?;
            leaving.next += 1;
            match self.out.emit(record) {
                Emitted::Taken => {}
                Emitted::Waiting => return Ok(true),
                Emitted::Closed => return Ok(false),
            }
        }
        Ok(true)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        // Groups that the stream left open have no end, and so no result.
        self.levels.truncate(1);
        self.close(None);
        Ok(())
    }
}

impl Aggregate {
    /// All records of a level have gone out. There is nothing more to say then.
    fn left(&mut self) -> bool {
        if let Some(Leaving {
            mut level, bracket, ..
        }) = self.leaving.take()
        {
            self.bytes -= level.bytes.min(self.bytes);
            level.clear();
            self.spare = Some(level);
            if let Some(bracket) = bracket {
                self.out.emit_packet(bracket);
            }
        }
        false
    }

    #[cold]
    fn beyond_memory(&self) -> Failure {
        let keys: usize = self.levels.iter().map(|level| level.keys.len()).sum();
        Failure::fatal(format!(
            "{NAME} holds more than `memory` = {} bytes for {keys} keys; raise `memory`, or compute smaller groups",
            self.settings.memory
        ))
    }
}

fn examples() -> Vec<Example> {
    let order = |region: &str, price: f64, quantity: i64| {
        Record::from_iter([
            ("region", Value::from(region)),
            ("price", price.into()),
            ("quantity", quantity.into()),
        ])
    };
    let compute = |columns: &[(&str, &str)]| columns.iter().copied().collect::<Record>();
    let orders = || {
        [
            order("north", 2.5, 4),
            order("south", 1.0, 7),
            order("north", 0.5, 2),
        ]
    };
    vec![
        Example::new("Orders and revenue of each region")
            .iip("by", "region")
            .iip(
                "compute",
                compute(&[("orders", "count()"), ("revenue", "sum(price * quantity)")]),
            )
            .input("in", orders())
            .output(
                "out",
                [("north", 2, 11.0), ("south", 1, 7.0)].map(|(region, orders, revenue)| {
                    Record::from_iter([
                        ("region", Value::from(region)),
                        ("orders", Value::from(orders)),
                        ("revenue", revenue.into()),
                    ])
                }),
            ),
        Example::new("A key that is computed")
            .iip("by", compute(&[("word", "lower(it)")]))
            .iip("compute", compute(&[("times", "count()")]))
            .input("in", ["Mill", "wheel", "mill"])
            .output(
                "out",
                [("mill", 2), ("wheel", 1)].map(|(word, times)| {
                    Record::from_iter([("word", Value::from(word)), ("times", times.into())])
                }),
            ),
        Example::new("One record of everything")
            .iip(
                "compute",
                compute(&[
                    ("mean", "round(mean(price) ?? 0, 2)"),
                    ("most", "max(quantity)"),
                ]),
            )
            .input("in", orders())
            .output(
                "out",
                [Record::from_iter([
                    ("mean", Value::from(1.33)),
                    ("most", 7.into()),
                ])],
            ),
        of_groups(),
        Example::new("A field of single packets among aggregates")
            .iip("by", "region")
            .iip("compute", compute(&[("x", "price / count()")]))
            .failure(
                "`compute`: `x`: `price` is no field of `by`, and many packets come to one record",
            ),
    ]
}

fn of_groups() -> Example {
    let compute: Record = [("sum", "sum(it)")].into_iter().collect();
    Example::new("Each group by itself")
        .iip("compute", compute)
        .input(
            "in",
            [
                Packet::open("a"),
                Packet::data(1),
                Packet::data(2),
                Packet::close("a"),
                Packet::open("b"),
                Packet::close("b"),
            ],
        )
        .output(
            "out",
            [
                Packet::open("a"),
                Packet::data(Record::from_iter([("sum", 3)])),
                Packet::close("a"),
                Packet::open("b"),
                Packet::data(Record::from_iter([("sum", 0)])),
                Packet::close("b"),
            ],
        )
}

contract!(Aggregate);

#[cfg(test)]
mod tests;
