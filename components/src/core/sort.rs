//! `core/Sort`: packets in order.

mod spill;

use millstream_component::prelude::*;
use tokio::task::spawn_blocking;

use self::spill::Spill;
use super::by::{By, key};
use crate::file::ahead::{Ahead, while_read};

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
    /// How many bytes of packets may be held at a time; more go to disk.
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
/// Holds the data packets since the last bracket. When they come to more than `memory` bytes, they are sorted and written
/// to a temporary file, and all files are merged in the end; so the disk holds what the memory does not.
///
/// # Errors
///
/// A packet that lacks a field of `by` is a failure of that packet. A full disk, and an opaque value that would have to be
/// written, end the process.
#[component(name = "core/Sort", cost = heavy, examples = examples)]
pub async fn sort(
    config: Config<SortSettings>,
    cx: Context,
    /// Any packets; records when `by` is given.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets, sorted.
    #[port(at_end)]
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let mut held = Held::new(&config);
    while let Some(packet) = input.recv_packet().await {
        if !packet.is_data() {
            held.emit(&mut out).await?;
            out.send_packet(packet).await?;
            continue;
        }
        match key_of(&held.order, &packet) {
            Ok(key) => held.add(key, packet).await?,
            Err(failure) => {
                let number = input.raw().taken();
                cx.reject(failure.at("in", number), packet)?;
            }
        }
    }
    held.emit(&mut out).await
}

/// What packets are sorted by.
#[derive(Debug, Clone)]
struct Order {
    by: Option<By>,
    descending: bool,
}

fn key_of(order: &Order, packet: &Packet) -> Result<Value, Failure> {
    key(order.by.as_ref(), NAME, packet)
}

/// The packets since the last bracket, with their keys.
struct Held {
    order: Order,
    memory: u64,
    packets: Vec<(Value, Packet)>,
    bytes: u64,
    /// Those that did not fit into memory.
    spill: Option<Spill>,
}

impl Held {
    fn new(settings: &SortSettings) -> Self {
        Self {
            order: Order {
                by: settings.by.clone(),
                descending: settings.descending,
            },
            memory: settings.memory,
            packets: Vec::new(),
            bytes: 0,
            spill: None,
        }
    }

    async fn add(&mut self, key: Value, packet: Packet) -> Result<(), Failure> {
        // What a key points to is part of its packet.
        let bytes = packet.size_bytes() + size_of::<Value>();
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.packets.push((key, packet));
        if self.bytes <= self.memory {
            return Ok(());
        }
        let sorted = self.sorted();
        let order = &self.order;
        let mut spill = self
            .spill
            .take()
            .unwrap_or_else(|| Spill::new(order.clone()));
        let written = spawn_blocking(move || spill.add(sorted).map(|()| spill));
        self.spill = Some(written.await??);
        Ok(())
    }

    /// Takes the packets in memory in order.
    fn sorted(&mut self) -> Vec<(Value, Packet)> {
        self.bytes = 0;
        let mut packets = std::mem::take(&mut self.packets);
        if self.order.descending {
            packets.sort_by(|(a, _), (b, _)| b.cmp(a));
        } else {
            packets.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        packets
    }

    async fn emit(&mut self, out: &mut Out<Packet>) -> Result<(), Failure> {
        let newest = self.sorted();
        let Some(spill) = self.spill.take() else {
            for (_, packet) in newest {
                out.send_packet(packet).await?;
            }
            return Ok(());
        };
        let merge = spawn_blocking(move || spill.merge(newest)).await??;
        let mut merged = Ahead::on_pool(merge);
        while let Some(packets) = while_read(out, merged.next()).await?? {
            for packet in packets? {
                out.send_packet(packet).await?;
            }
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
    use proptest::prelude::*;

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

    fn run(bench: Bench) -> Vec<Packet> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut outcome = runtime.block_on(bench.run());
        outcome.result.unwrap();
        outcome.outputs.remove("out").unwrap()
    }

    #[test]
    fn what_does_not_fit_into_memory_is_sorted_on_disk() {
        // More runs than are open at a time.
        let numbers = (0..20_000_i64).map(|number| number * 7919 % 20_000);
        let bench = Bench::of::<Sort>().iip("memory", 10_000);
        let found = run(bench.capacity(200).input("in", numbers));
        let expected: Vec<Packet> = (0..20_000).map(Packet::data).collect();
        assert!(found == expected);
    }

    #[test]
    fn packets_come_back_from_disk_as_they_were() {
        let headers = millstream_packet::Headers {
            id: Some("x".into()),
            event_time_nanos: Some(-1),
            pairs: vec![("a".into(), "b".into())],
            ..Default::default()
        };
        let record = Record::from_iter([
            ("z", Value::from(&b"\xFF"[..])),
            ("a", f64::NAN.into()),
            (
                "l",
                Value::list(vec![Value::NULL, true.into(), i64::MIN.into()]),
            ),
        ]);
        let packets = [
            Packet::data("text").with_headers(headers),
            Packet::data(record),
        ];
        let bench = Bench::of::<Sort>().iip("memory", 0);
        assert_eq!(run(bench.input("in", packets.clone())), packets);
    }

    #[tokio::test]
    async fn what_cannot_leave_the_process_is_told() {
        let opaque = Value::opaque(std::time::Duration::ZERO);
        let bench = Bench::of::<Sort>().iip("memory", 0);
        let outcome = bench.input("in", [opaque]).run().await;
        let told = outcome.result.unwrap_err().to_string();
        assert!(told.contains("sorting on disk: an opaque value"), "{told}");
    }

    proptest! {
        #[test]
        fn disk_and_memory_sort_alike(
            keys in prop::collection::vec(0_i64..8, 0..60),
            memory in 0_i64..2000,
            descending in any::<bool>(),
        ) {
            let packets: Vec<Packet> = (0..).zip(&keys).map(|(at, &key)| pair(key, &format!("{at}"))).collect();
            let bench = |memory: i64| {
                Bench::of::<Sort>()
                    .iip("by", "a")
                    .iip("descending", descending)
                    .iip("memory", memory)
                    .input("in", packets.clone())
            };
            prop_assert_eq!(run(bench(memory)), run(bench(1 << 20)));
        }
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
