//! `core/Dedupe`: lets nothing through twice.

use std::collections::{HashSet, VecDeque};

use millstream_component::prelude::*;

use super::by::{By, key};

const NAME: &str = "core/Dedupe";

/// Settings of [`Dedupe`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DedupeSettings {
    /// The field or the list of fields that make packets equal; without it, the whole value does.
    #[serde(default)]
    #[schemars(with = "By")]
    by: Option<By>,
    /// How many keys are remembered.
    #[serde(default = "hundred_thousand")]
    #[schemars(range(min = 1))]
    window: usize,
}

fn hundred_thousand() -> usize {
    100_000
}

/// Drops data packets whose key was seen lately.
///
/// The key is the value of the field `by` (or the list of the values of several), without `by` the whole value.
///
/// # Shape
///
/// The first packet with a key goes to `out`, repeats go to `duplicates` if it is connected. Order is kept. Brackets
/// pass to `out` in place and make no difference: keys are remembered across groups.
///
/// # Memory
///
/// Remembers the last `window` different keys. When a new one comes, the key that came first is forgotten, however
/// often it was repeated since. Keys share memory with the packets that they came from.
///
/// # Errors
///
/// A packet that lacks a field of `by` is a failure of that packet.
#[component(name = "core/Dedupe", operator, examples = examples)]
#[derive(Debug)]
pub struct Dedupe {
    #[config]
    settings: Config<DedupeSettings>,
    /// Any packets; records when `by` is given.
    #[input(name = "in")]
    input: In<Packet>,
    /// Packets with new keys.
    #[output]
    out: Out<Packet>,
    /// The repeats.
    #[output(optional)]
    duplicates: Out<Packet>,
    #[state]
    known: HashSet<Value>,
    /// The known keys, the oldest first.
    #[state]
    order: VecDeque<Value>,
}

impl Operator for Dedupe {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        let key = key(self.settings.by.as_ref(), NAME, &packet)?;
        if !self.known.insert(key.clone()) {
            self.duplicates.emit_packet(packet);
            return Ok(());
        }
        self.order.push_back(key);
        if self.order.len() > self.settings.window
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.out.emit_packet(packet);
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let order = |id: i64, state: &str| {
        Record::from_iter([("id", Value::from(id)), ("state", Value::from(state))])
    };
    vec![
        Example::new("Repeats go another way")
            .input("in", ["a", "b", "a", "c", "b"])
            .output("out", ["a", "b", "c"])
            .output("duplicates", ["a", "b"]),
        Example::new("The first of each id")
            .iip("by", "id")
            .input("in", [order(1, "new"), order(2, "new"), order(1, "paid")])
            .output("out", [order(1, "new"), order(2, "new")]),
        Example::new("A short memory")
            .iip("window", 2)
            .input("in", [1, 2, 1, 3, 1])
            .output("out", [1, 2, 3, 1])
            .output("duplicates", [1]),
    ]
}

contract!(Dedupe);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn groups_share_their_memory() {
        let outcome = Bench::of::<Dedupe>()
            .input(
                "in",
                [
                    Packet::open("a"),
                    Packet::data(1),
                    Packet::close("a"),
                    Packet::open("b"),
                    Packet::data(1),
                    Packet::close("b"),
                ],
            )
            .run()
            .await;
        assert_eq!(outcome.outputs["out"].len(), 5);
        assert_eq!(outcome.outputs["duplicates"], [Packet::data(1)]);
    }
}
