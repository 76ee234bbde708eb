//! Groups inside of groups, memory, failures, many keys.

use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};

use super::*;

fn columns(columns: &[(&str, &str)]) -> Record {
    columns.iter().copied().collect()
}

fn counted() -> Bench {
    Bench::of::<Aggregate>().iip("compute", columns(&[("n", "count()")]))
}

fn pair(key: i64, x: impl Into<Value>) -> Packet {
    Packet::data(Record::from_iter([
        ("key", Value::from(key)),
        ("x", x.into()),
    ]))
}

fn out(outcome: &Outcome) -> Vec<String> {
    let shown = |packet: &Packet| match packet.view() {
        PacketView::Data(value) => value.to_json().unwrap(),
        other => format!("{other:?}"),
    };
    outcome.outputs["out"].iter().map(shown).collect()
}

#[tokio::test]
async fn groups_inside_of_groups_count_what_is_directly_inside() {
    for capacity in [1, 64] {
        let packets = [
            Packet::data(0),
            Packet::open(Value::NULL),
            Packet::data(1),
            Packet::open(Value::NULL),
            Packet::data(2),
            Packet::close(Value::NULL),
            Packet::data(3),
            Packet::close(Value::NULL),
        ];
        let outcome = counted()
            .input("in", packets)
            .capacity(capacity)
            .run()
            .await;
        assert!(outcome.result.is_ok());
        assert_eq!(
            out(&outcome),
            [
                "Open(None)",
                "Open(None)",
                r#"{"n":1}"#,
                "Close(None)",
                r#"{"n":2}"#,
                "Close(None)",
                r#"{"n":1}"#
            ]
        );
    }
}

#[tokio::test]
async fn nothing_comes_to_one_record_unless_there_were_groups() {
    let none: [Packet; 0] = [];
    assert_eq!(
        out(&counted().input("in", none.clone()).run().await),
        [r#"{"n":0}"#]
    );
    let by_key = counted().iip("by", "key").input("in", none);
    assert_eq!(out(&by_key.run().await), [] as [&str; 0]);
    let groups = [Packet::open(1), Packet::close(1)];
    let by_key = counted().iip("by", "key").input("in", groups);
    assert_eq!(
        out(&by_key.run().await),
        ["Open(Some(1))", "Close(Some(1))"]
    );
}

#[tokio::test]
async fn keys_come_in_the_order_of_their_first_appearance() {
    let keys: Vec<i64> = (0..5000).map(|n| n * 7919 % 1009).collect();
    let packets: Vec<Packet> = keys.iter().map(|key| pair(*key, 1)).collect();
    for capacity in [1, 64] {
        let bench = counted()
            .iip("by", "key")
            .input("in", packets.clone())
            .capacity(capacity);
        let outcome = bench.run().await;
        let order: Vec<i64> = outcome.outputs["out"]
            .iter()
            .map(|packet| {
                packet
                    .value()
                    .unwrap()
                    .as_record()
                    .unwrap()
                    .get("key")
                    .unwrap()
                    .as_int()
                    .unwrap()
            })
            .collect();
        let mut expected = keys.clone();
        expected.dedup();
        let mut seen = std::collections::HashSet::new();
        expected.retain(|key| seen.insert(*key));
        assert_eq!(order, expected);
    }
}

#[tokio::test]
async fn several_fields_make_a_key_of_kinds_and_values() {
    let record = |a: Value, b: &str| Packet::data(Record::from_iter([("a", a), ("b", b.into())]));
    let by = Value::list(vec!["b".into(), "a".into()]);
    let packets = [
        record(1.into(), "x"),
        record(1.0.into(), "x"),
        record(1.into(), "x"),
        record(Value::NULL, "x"),
    ];
    let outcome = counted().iip("by", by).input("in", packets).run().await;
    assert_eq!(
        out(&outcome),
        [
            r#"{"b":"x","a":1,"n":2}"#,
            r#"{"b":"x","a":1.0,"n":1}"#,
            r#"{"b":"x","a":null,"n":1}"#
        ]
    );
}

#[tokio::test]
async fn a_packet_that_fails_counts_nowhere() {
    let compute = columns(&[("n", "count()"), ("sum", "sum(x)")]);
    let bench = Bench::of::<Aggregate>()
        .iip("by", "key")
        .iip("compute", compute);
    let packets = [
        pair(1, 1),
        pair(2, "no number"),
        pair(1, "no number"),
        pair(1, 2),
        Packet::data("stray"),
    ];
    let outcome = bench
        .on_error(ErrorPolicy::Skip)
        .input("in", packets)
        .run()
        .await;
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    assert_eq!(out(&outcome), [r#"{"key":1,"n":2,"sum":3}"#]);
}

#[tokio::test]
async fn failures_name_column_port_and_packet() {
    let compute = columns(&[("n", "count()"), ("sum", "sum(x)")]);
    let bench = Bench::of::<Aggregate>()
        .iip("by", "key")
        .iip("compute", compute);
    let outcome = bench.input("in", [pair(1, 1), pair(1, "one")]).run().await;
    assert_eq!(
        outcome.result.unwrap_err().to_string(),
        "data/Aggregate `compute`: `sum`: `sum` takes a number, but this is text, in `x` at character 5 (port `in`, packet 2)"
    );
}

#[tokio::test]
async fn a_sum_that_does_not_fit_ends_the_process() {
    let compute = columns(&[("sum", "sum(x)")]);
    let bench = Bench::of::<Aggregate>()
        .iip("compute", compute)
        .on_error(ErrorPolicy::Skip);
    let outcome = bench
        .input("in", [pair(1, i64::MAX), pair(1, 1)])
        .run()
        .await;
    let message = outcome.result.unwrap_err().to_string();
    assert!(
        message.contains("the sum 9223372036854775808 does not fit a 64-bit int"),
        "{message}"
    );
}

#[tokio::test]
async fn a_result_that_is_none_names_its_key() {
    let compute = columns(&[("mean", "round(mean(x), 1)")]);
    let bench = Bench::of::<Aggregate>()
        .iip("by", "key")
        .iip("compute", compute);
    let outcome = bench
        .input("in", [pair(1, 1), pair(2, Value::NULL)])
        .run()
        .await;
    let message = outcome.result.unwrap_err().to_string();
    let expected =
        "data/Aggregate `compute` for the key 2: `mean`: `round` takes a number, but this is null";
    assert!(message.starts_with(expected), "{message}");
}

#[tokio::test]
async fn too_many_keys_for_memory_are_told() {
    let bench = counted().iip("by", "key").iip("memory", 2000);
    let outcome = bench
        .input("in", (0..1000).map(|key| pair(key, 1)))
        .run()
        .await;
    let message = outcome.result.unwrap_err().to_string();
    assert!(
        message.starts_with("data/Aggregate holds more than `memory` = 2000 bytes for"),
        "{message}"
    );
}

#[tokio::test]
async fn what_is_collected_counts_as_memory() {
    let compute = columns(&[("all", "collect(x)")]);
    let bench = Bench::of::<Aggregate>()
        .iip("compute", compute)
        .iip("memory", 2000);
    let outcome = bench.input("in", (0..1000).map(|x| pair(1, x))).run().await;
    assert!(
        outcome
            .result
            .unwrap_err()
            .to_string()
            .contains("for 1 keys")
    );
}

#[tokio::test]
async fn groups_give_their_memory_back() {
    let groups = (0..100).flat_map(|group| {
        let mut packets = vec![Packet::open(group)];
        packets.extend((0..10).map(|key| pair(group * 10 + key, 1)));
        packets.push(Packet::close(group));
        packets
    });
    let outcome = counted()
        .iip("by", "key")
        .iip("memory", 3000)
        .input("in", groups)
        .run()
        .await;
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    assert_eq!(outcome.outputs["out"].len(), 1200);
}

#[tokio::test]
async fn one_name_cannot_be_both_key_and_column() {
    let bench = counted().iip("by", "n").input("in", [pair(1, 1)]);
    let message = bench.run().await.result.unwrap_err().to_string();
    assert_eq!(
        message,
        "data/Aggregate: the field `n` stands in `by` and in `compute`"
    );
}
