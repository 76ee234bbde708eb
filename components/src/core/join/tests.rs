//! What people rely on when `core/Join` puts their tables together.

use millstream_component::ErrorPolicy;
use millstream_component::testing::Bench;
use proptest::prelude::*;

use super::*;

fn row(fields: &[(&str, Value)]) -> Packet {
    let fields = fields.iter().map(|(name, value)| (*name, value.clone()));
    Packet::data(fields.collect::<Record>())
}

fn bench(kind: &str) -> Bench {
    Bench::of::<Join>().iip("by", "k").iip("kind", kind)
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
fn fields_of_both_sides_stay_apart() {
    let left = row(&[("k", 1.into()), ("v", "l".into()), ("right_v", "x".into())]);
    let right = row(&[("v", "r".into()), ("k", 1.into())]);
    let found = run(bench("inner").input("left", [left]).input("right", [right]));
    let expected = row(&[
        ("k", 1.into()),
        ("v", "l".into()),
        ("right_v", "x".into()),
        ("right_right_v", "r".into()),
    ]);
    assert_eq!(found, [expected]);
}

#[test]
fn null_equals_nothing() {
    let rows = || [row(&[("k", Value::NULL)])];
    assert!(run(bench("inner").input("left", rows()).input("right", rows())).is_empty());
    let found = run(bench("full").input("left", rows()).input("right", rows()));
    assert_eq!(
        found,
        [row(&[("k", Value::NULL)]), row(&[("k", Value::NULL)])]
    );
}

#[test]
fn brackets_of_left_stay_in_place() {
    let left = [
        Packet::open("g"),
        row(&[("k", 1.into())]),
        Packet::close("g"),
    ];
    let right = [
        Packet::open("h"),
        row(&[("k", 1.into()), ("v", 2.into())]),
        Packet::close("h"),
    ];
    let found = run(bench("inner").input("left", left).input("right", right));
    let expected = [
        Packet::open("g"),
        row(&[("k", 1.into()), ("v", 2.into())]),
        Packet::close("g"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn too_much_for_memory_is_told() {
    let rows = (0..1000).map(|k| row(&[("k", k.into())]));
    let outcome = bench("inner")
        .iip("memory", 10_000)
        .input("left", [row(&[("k", 1.into())])])
        .input("right", rows)
        .run()
        .await;
    let failure = outcome.result.unwrap_err().to_string();
    let expected = "core/Join holds more than `memory` = 10000 bytes after ";
    assert!(failure.starts_with(expected), "{failure}");
}

/// Left fills its part of the memory before `right` comes to its end; the rest waits in the connector.
#[tokio::test]
async fn left_is_not_held_without_bound() {
    let lefts: Vec<Packet> = (0..5000).map(|k| row(&[("k", k.into())])).collect();
    let outcome = bench("inner")
        .iip("memory", 100_000)
        .input("left", lefts.clone())
        .input("right", (0..200).map(|k| row(&[("k", k.into())])))
        .run()
        .await;
    outcome.result.unwrap();
    assert_eq!(outcome.outputs["out"], lefts[..200]);
    assert_eq!(outcome.outputs["unmatched"], lefts[200..]);
}

#[tokio::test]
async fn packets_without_the_key_can_be_skipped() {
    let rows = || {
        [
            Packet::data(1),
            row(&[("k", 1.into())]),
            row(&[("x", 1.into())]),
        ]
    };
    let outcome = bench("inner")
        .on_error(ErrorPolicy::Skip)
        .input("left", rows())
        .input("right", rows())
        .run()
        .await;
    outcome.result.unwrap();
    assert_eq!(outcome.outputs["out"], [row(&[("k", 1.into())])]);
}

#[tokio::test]
async fn several_fields_make_one_key() {
    let by = Value::list(vec!["a".into(), "b".into()]);
    let pair = |a: i64, b: i64, v: i64| row(&[("a", a.into()), ("b", b.into()), ("v", v.into())]);
    let outcome = Bench::of::<Join>()
        .iip("by", by)
        .input("left", [pair(1, 2, 3), pair(1, 3, 4)])
        .input("right", [pair(1, 3, 5)])
        .run()
        .await;
    let expected = row(&[
        ("a", 1.into()),
        ("b", 3.into()),
        ("v", 4.into()),
        ("right_v", 5.into()),
    ]);
    assert_eq!(outcome.outputs["out"], [expected]);
}

proptest! {
    /// Every kind gives what the nested loop of the textbook gives.
    #[test]
    fn joins_are_those_of_the_textbook(
        lefts in prop::collection::vec(0_i64..6, 0..12),
        rights in prop::collection::vec(0_i64..6, 0..12),
        kind in 0_usize..4,
    ) {
        let left_row = |(at, &k): (usize, &i64)| [("k", Value::from(k)), ("l", Value::from(i64::try_from(at).unwrap()))];
        let right_row = |(at, &k): (usize, &i64)| [("k", Value::from(k)), ("r", Value::from(i64::try_from(at).unwrap()))];
        let mut expected = Vec::new();
        for (at, k) in lefts.iter().enumerate() {
            let partners: Vec<usize> = (0..rights.len()).filter(|&other| rights[other] == *k).collect();
            let [k, l] = left_row((at, k));
            for &other in &partners {
                let [_, r] = right_row((other, &0));
                expected.push(row(&[k.clone(), l.clone(), r]));
            }
            if partners.is_empty() && (kind == 1 || kind == 3) {
                let alone = if rights.is_empty() { row(&[k, l]) } else { row(&[k, l, ("r", Value::NULL)]) };
                expected.push(alone);
            }
        }
        for (at, k) in rights.iter().enumerate().filter(|(_, k)| kind >= 2 && !lefts.contains(k)) {
            let [k, r] = right_row((at, k));
            expected.push(if lefts.is_empty() { row(&[k, r]) } else { row(&[k, ("l", Value::NULL), r]) });
        }
        let bench = bench(["inner", "left", "right", "full"][kind])
            .input("left", lefts.iter().enumerate().map(|pair| row(&left_row(pair))))
            .input("right", rights.iter().enumerate().map(|pair| row(&right_row(pair))));
        prop_assert_eq!(run(bench), expected);
    }
}
