//! `core/Join`: records of two streams put together by their keys.

mod merge;
mod table;

use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use millstream_component::prelude::*;

use self::merge::Merger;
use self::table::{JoinBy, Table};

const NAME: &str = "core/Join";

/// Settings of [`Join`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JoinSettings {
    /// The field or the list of fields that must be equal; or a record whose names are fields of `left` and whose values
    /// are fields of `right`.
    by: JoinBy,
    /// Which records without a partner go to `out` as well: none (`inner`), those of `left`, of `right`, or of both
    /// (`full`).
    #[serde(default)]
    kind: JoinKind,
    /// How many bytes of records may be held at a time.
    #[serde(default = "quarter_gibibyte")]
    memory: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum JoinKind {
    #[default]
    Inner,
    Left,
    Right,
    Full,
}

fn quarter_gibibyte() -> u64 {
    256 * 1024 * 1024
}

/// Joins the records of `left` with those of `right` that have the same key.
///
/// # Shape
///
/// For each record of `left`, in order, one record for each of `right` with the same key, in the order of `right`: the
/// fields of `left`, then those of `right` that are not part of the key. A field of `right` that `left` has too is
/// called `right_…`.
///
/// A record of `left` without a partner goes to `unmatched` as it is; with `kind` as `left` or `full` it goes to `out`,
/// with null for the fields of `right`. With `kind` as `right` or `full`, records of `right` without a partner come at
/// the end, with null for the fields of `left` other than the key. Which fields the other side has is learned from its
/// first record. Null equals nothing, not even null; an int and a float are never equal.
///
/// Brackets of `left` pass in place; those of `right` are left out.
///
/// # Blocking
///
/// Emits nothing before `right` has ended. Until then, records of `left` are taken and held, up to a quarter of `memory`;
/// what comes after them waits in the connector.
///
/// # Memory
///
/// Holds all records of `right`, and fails when they come to more than `memory` bytes together with those of `left` that
/// wait; nothing is moved to disk. Let the smaller stream be `right`.
///
/// # Errors
///
/// A packet that is no record or lacks a field of the key is a failure of that packet. Going beyond `memory` ends the
/// process.
#[component(name = "core/Join", cost = heavy, examples = examples)]
#[derive(Debug)]
pub struct Join {
    #[config]
    config: Config<JoinSettings>,
    #[context]
    cx: Context,
    /// Records.
    #[input]
    left: In<Packet>,
    /// Records to find partners among.
    #[input]
    right: In<Packet>,
    /// The records put together.
    #[output]
    out: Out<Packet>,
    /// Records of `left` without a partner, as they came.
    #[output(optional)]
    unmatched: Out<Packet>,
    #[state]
    table: Table,
    #[state]
    merger: Merger,
}

/// A packet of one of the two streams, or its end.
enum Event {
    Left(Option<Packet>),
    Right(Option<Packet>),
}

/// A packet of `left` with its key, which is null for a bracket.
type Keyed = (Value, Packet);

impl Process for Join {
    async fn run(mut self) -> Result<(), Failure> {
        for (key, packet) in self.read_right().await? {
            self.join(&key, packet).await?;
        }
        while let Some(packet) = self.left.recv_packet().await {
            if let Some((key, packet)) = self.keyed(packet)? {
                self.join(&key, packet).await?;
            }
        }
        self.emit_right().await
    }
}

impl Join {
    /// Takes in all of `right`; gives what came at `left` meanwhile.
    async fn read_right(&mut self) -> Result<VecDeque<Keyed>, Failure> {
        let (mut waiting, mut waiting_bytes, mut left_open) = (VecDeque::new(), 0_u64, true);
        loop {
            let takes_left = left_open && waiting_bytes < self.config.memory / 4;
            match self.next(takes_left).await {
                Event::Right(None) => return Ok(waiting),
                Event::Right(Some(packet)) => self.hold(packet)?,
                Event::Left(None) => left_open = false,
                Event::Left(Some(packet)) => {
                    if let Some(keyed) = self.keyed(packet)? {
                        waiting_bytes += keyed.1.size_bytes() as u64;
                        waiting.push_back(keyed);
                    }
                }
            }
            if self.table.bytes() + waiting_bytes > self.config.memory {
                return Err(Failure::fatal(format!(
                    "{NAME} holds more than `memory` = {} bytes after {} records of `right`; raise `memory` or let the \
                     smaller stream be `right`",
                    self.config.memory,
                    self.table.len()
                )));
            }
        }
    }

    /// The key of a packet of `left`, unless it was given up.
    fn keyed(&mut self, packet: Packet) -> Result<Option<Keyed>, Failure> {
        if !packet.is_data() {
            return Ok(Some((Value::NULL, packet)));
        }
        match self.config.by.left_key(&packet) {
            Ok(key) => Ok(Some((key, packet))),
            Err(failure) => {
                let failure = failure.at("left", self.left.raw().taken());
                self.cx.reject(failure, packet).map(|()| None)
            }
        }
    }

    /// Waits for what comes first; of two that are there, `right` does.
    async fn next(&mut self, takes_left: bool) -> Event {
        let mut right = pin!(self.right.recv_packet());
        let mut left = pin!(self.left.recv_packet());
        poll_fn(|cx| {
            if let Poll::Ready(packet) = right.as_mut().poll(cx) {
                return Poll::Ready(Event::Right(packet));
            }
            if takes_left {
                return left.as_mut().poll(cx).map(Event::Left);
            }
            Poll::Pending
        })
        .await
    }

    /// Holds a record of `right`.
    fn hold(&mut self, packet: Packet) -> Result<(), Failure> {
        if !packet.is_data() {
            return Ok(());
        }
        match self.config.by.right_key(&packet) {
            Ok(key) => self.table.add(key, packet),
            Err(failure) => {
                let number = self.right.raw().taken();
                self.cx.reject(failure.at("right", number), packet)?;
            }
        }
        Ok(())
    }

    /// Emits what a packet of `left` makes.
    async fn join(&mut self, key: &Value, packet: Packet) -> Result<(), Failure> {
        let Some(left) = packet.value().and_then(Value::as_record) else {
            self.out.send_packet(packet).await?;
            return Ok(());
        };
        self.merger.note_left(left.shape());
        let by = &self.config.by;
        let like_left = |record: Record| {
            let headers = packet.headers().cloned().map(Box::new);
            Packet::data(record).with_boxed_headers(headers)
        };
        let partners = self.table.partners(key);
        if !partners.is_empty() {
            for right in partners.iter().filter_map(|&at| self.table.record(at)) {
                let record = self.merger.merge(left, right, by);
                self.out.send_packet(like_left(record)).await?;
            }
            self.table.mark(key);
        } else if matches!(self.config.kind, JoinKind::Left | JoinKind::Full) {
            let shape = self.table.shape();
            let record = self.merger.left_alone(left, shape.as_ref(), by);
            self.out.send_packet(like_left(record)).await?;
        } else {
            // Nobody need be interested in them.
            let _closed = self.unmatched.send_packet(packet).await;
        }
        Ok(())
    }

    /// Emits the records of `right` that found no partner.
    async fn emit_right(&mut self) -> Result<(), Failure> {
        if !matches!(self.config.kind, JoinKind::Right | JoinKind::Full) {
            return Ok(());
        }
        for at in 0..self.table.len() {
            if self.table.is_marked(at) {
                continue;
            }
            if let Some(right) = self.table.record(at) {
                let record = self.merger.right_alone(right, &self.config.by);
                self.out.send_packet(Packet::data(record)).await?;
            }
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let order = |id: i64, customer: i64| Record::from_iter([("id", id), ("customer", customer)]);
    let customer = |id: i64, name: &str| {
        Record::from_iter([("customer", Value::from(id)), ("name", name.into())])
    };
    let joined = |id: i64, customer: i64, name: Value| {
        Record::from_iter([
            ("id", Value::from(id)),
            ("customer", customer.into()),
            ("name", name),
        ])
    };
    let by_id = Record::from_iter([("customer", "id")]);
    let renamed =
        |id: i64, name: &str| Record::from_iter([("id", Value::from(id)), ("name", name.into())]);
    vec![
        Example::new("Orders with the names of their customers")
            .iip("by", "customer")
            .input("left", [order(1, 7), order(2, 9), order(3, 7)])
            .input("right", [customer(7, "Ada"), customer(8, "Bob")])
            .output(
                "out",
                [joined(1, 7, "Ada".into()), joined(3, 7, "Ada".into())],
            )
            .output("unmatched", [order(2, 9)]),
        Example::new("All orders and all customers")
            .iip("by", "customer")
            .iip("kind", "full")
            .input("left", [order(1, 7), order(2, 9)])
            .input("right", [customer(7, "Ada"), customer(8, "Bob")])
            .output(
                "out",
                [
                    joined(1, 7, "Ada".into()),
                    joined(2, 9, Value::NULL),
                    Record::from_iter([
                        ("id", Value::NULL),
                        ("customer", 8_i64.into()),
                        ("name", "Bob".into()),
                    ]),
                ],
            ),
        Example::new("The key has another name at `right`")
            .iip("by", by_id)
            .input("left", [order(1, 7)])
            .input("right", [renamed(7, "Ada")])
            .output("out", [joined(1, 7, "Ada".into())]),
        Example::new("A record without the key")
            .iip("by", "customer")
            .input("left", [order(1, 7)])
            .input("right", [renamed(7, "Ada")])
            .failure("core/Join `by`: the record has no field `customer` (port `right`, packet 1)"),
    ]
}

contract!(Join);

#[cfg(test)]
mod tests;
