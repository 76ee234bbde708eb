//! `core/Sort`: packets in order.

use std::cmp::Ordering;

use millstream_component::prelude::*;

use super::by::{By, key};

const NAME: &str = "core/Sort";

/// Settings of [`Sort`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SortSettings {
    /// The field or the list of fields to sort by; without it, packets are sorted by the whole value.
    #[serde(default)]
    #[schemars(with = "By")]
    by: Option<By>,
    /// Whether the greatest comes first.
    #[serde(default)]
    descending: bool,
    /// How many bytes of packets may be held at a time.
    #[serde(default = "quarter_gibibyte")]
    memory: u64,
}

fn quarter_gibibyte() -> u64 {
    256 * 1024 * 1024
}

/// Sorts data packets; emits them when all are there.
///
/// The order is that of values: null, bools, numbers by size, text by character, bytes, lists, records.
///
/// # Shape
///
/// The same data packets in another order; equal ones keep theirs (the sort is stable, also when `descending`).
/// Brackets pass in place: what stands between two brackets is sorted by itself, so each group is.
///
/// # Blocking
///
/// Emits nothing before the next bracket or the end of the stream has come.
///
/// # Memory
///
/// Holds the data packets since the last bracket. Fails when they come to more than `memory` bytes; nothing is moved
/// to disk.
///
/// # Errors
///
/// A packet that lacks a field of `by` is a failure of that packet. Going beyond `memory` ends the process.
#[component(name = "core/Sort", cost = heavy, examples = examples)]
pub async fn sort(
    config: Config<SortSettings>,
    cx: Context,
    /// Any packets; records when `by` is given.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets, sorted.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let mut held = Held::default();
    while let Some(packet) = input.recv_packet().await {
        if !packet.is_data() {
            held.emit(&config, &mut out).await?;
            out.send_packet(packet).await?;
            continue;
        }
        match key(config.by.as_ref(), NAME, &packet) {
            Ok(key) => held.add(key, packet, config.memory)?,
            Err(failure) => {
                let number = input.raw().taken();
                cx.reject(failure.at("in", number), packet)?;
            }
        }
    }
    held.emit(&config, &mut out).await
}

/// The packets since the last bracket, with their keys.
#[derive(Default)]
struct Held {
    packets: Vec<(Value, Packet)>,
    bytes: u64,
}

impl Held {
    fn add(&mut self, key: Value, packet: Packet, memory: u64) -> Result<(), Failure> {
        // What a key points to is part of its packet.
        let bytes = packet.size_bytes() + size_of::<Value>();
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.packets.push((key, packet));
        if self.bytes > memory {
            return Err(Failure::fatal(format!(
                "{NAME} holds more than `memory` = {memory} bytes after {} packets; \
                 raise `memory` or sort smaller groups",
                self.packets.len()
            )));
        }
        Ok(())
    }

    async fn emit(
        &mut self,
        settings: &SortSettings,
        out: &mut Out<Packet>,
    ) -> Result<(), Failure> {
        let order: fn(&Value, &Value) -> Ordering = if settings.descending {
            |a, b| b.cmp(a)
        } else {
            Value::cmp
        };
        self.packets.sort_by(|(a, _), (b, _)| order(a, b));
        self.bytes = 0;
        for (_, packet) in self.packets.drain(..) {
            out.send_packet(packet).await?;
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let person = |name: &str, age: i64| {
        Record::from_iter([("name", Value::from(name)), ("age", Value::from(age))])
    };
    let group = |label: &str, [first, second]: [i64; 2]| {
        [
            Packet::open(label),
            Packet::data(first),
            Packet::data(second),
            Packet::close(label),
        ]
    };
    let (ann, bob, cleo) = (person("Ann", 30), person("Bob", 41), person("Cleo", 30));
    vec![
        Example::new("By value")
            .input("in", ["pear", "apple", "fig"])
            .output("out", ["apple", "fig", "pear"]),
        Example::new("By a field; equal ones keep their order")
            .iip("by", "age")
            .iip("descending", true)
            .input("in", [ann.clone(), bob.clone(), cleo.clone()])
            .output("out", [bob, ann.clone(), cleo]),
        Example::new("Each group by itself")
            .input("in", [group("a", [3, 1]), group("b", [2, 0])].concat())
            .output("out", [group("a", [1, 3]), group("b", [0, 2])].concat()),
        Example::new("A field is missing")
            .iip("by", "size")
            .input("in", [ann])
            .failure("core/Sort `by`: the record has no field `size`"),
    ]
}

contract!(Sort);

#[cfg(test)]
mod tests {
    use millstream_component::ErrorPolicy;
    use millstream_component::testing::Bench;

    use super::*;

    fn pair(a: i64, b: &str) -> Packet {
        Packet::data(Record::from_iter([
            ("a", Value::from(a)),
            ("b", Value::from(b)),
        ]))
    }

    #[tokio::test]
    async fn several_fields_break_ties() {
        let by = Value::list(vec![Value::from("a"), Value::from("b")]);
        let outcome = Bench::of::<Sort>()
            .iip("by", by)
            .input("in", [pair(2, "x"), pair(1, "z"), pair(1, "y")])
            .run()
            .await;
        let expected = [pair(1, "y"), pair(1, "z"), pair(2, "x")];
        assert_eq!(outcome.outputs["out"], expected);
    }

    #[tokio::test]
    async fn too_much_for_memory_is_told() {
        let outcome = Bench::of::<Sort>()
            .iip("memory", 1000)
            .input("in", 0..100)
            .run()
            .await;
        let message = outcome.result.unwrap_err().to_string();
        let expected = "core/Sort holds more than `memory` = 1000 bytes after 18 packets";
        assert!(message.starts_with(expected), "{message}");
    }

    #[tokio::test]
    async fn groups_give_their_memory_back() {
        let groups = (0..100).flat_map(|label| {
            [
                Packet::open(label),
                Packet::data(2),
                Packet::data(1),
                Packet::close(label),
            ]
        });
        let outcome = Bench::of::<Sort>()
            .iip("memory", 200)
            .input("in", groups)
            .run()
            .await;
        assert!(outcome.result.is_ok());
        assert_eq!(outcome.outputs["out"].len(), 400);
    }

    #[tokio::test]
    async fn a_packet_without_the_field_can_be_skipped() {
        let outcome = Bench::of::<Sort>()
            .iip("by", "a")
            .on_error(ErrorPolicy::Skip)
            .input("in", [pair(2, "x"), Packet::data("stray"), pair(1, "y")])
            .run()
            .await;
        assert_eq!(outcome.outputs["out"], [pair(1, "y"), pair(2, "x")]);
    }

    #[tokio::test]
    async fn packets_without_the_field_go_to_the_error_port() {
        let outcome = Bench::of::<Sort>()
            .iip("by", "a")
            .with_errors()
            .input("in", [Packet::data("x"), pair(1, "y"), Packet::data("z")])
            .run()
            .await;
        assert_eq!(outcome.outputs["out"], [pair(1, "y")]);
        assert_eq!(outcome.outputs["error"].len(), 2);
    }

    #[tokio::test]
    async fn the_failure_names_kind_field_port_and_packet() {
        let outcome = Bench::of::<Sort>()
            .iip("by", "a")
            .input("in", [pair(2, "x"), Packet::data("stray")])
            .run()
            .await;
        assert_eq!(
            outcome.result.unwrap_err().to_string(),
            "core/Sort `by`: the packet is text, not a record with the field `a` (port `in`, packet 2)"
        );
    }
}
