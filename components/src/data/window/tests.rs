//! Late packets, brackets, memory, the clock, and a second opinion on which packet is where.

use millstream_component::ErrorPolicy;
use millstream_component::testing::Bench;

use super::*;

/// The time of day when the bench starts: 2024-01-01T00:00:00Z.
const BEGIN: i64 = 1_704_067_200_000;

fn bench(size_ms: i64) -> Bench {
    Bench::of::<Window>()
        .iip("time", "it")
        .iip("size_ms", size_ms)
}

/// The groups by their start.
fn groups(packets: &[Packet]) -> Vec<(i64, Vec<i64>)> {
    let mut groups = Vec::new();
    for packet in packets {
        match packet.view() {
            PacketView::Open(Some(label)) => {
                let start = label
                    .as_record()
                    .unwrap()
                    .get("start")
                    .unwrap()
                    .as_int()
                    .unwrap();
                groups.push((start, Vec::new()));
            }
            PacketView::Data(value) => groups.last_mut().unwrap().1.push(value.as_int().unwrap()),
            _ => {}
        }
    }
    groups
}

#[tokio::test]
async fn every_packet_is_in_its_windows_or_late() {
    let times: Vec<i64> = (0..300).map(|n| n * 3 + (n * 7919) % 41 - 20).collect();
    for (size, slide, lateness) in [(10, 10, 0), (10, 3, 0), (30, 10, 15), (7, 7, 40)] {
        let outcome = bench(size)
            .iip("slide_ms", slide)
            .iip("lateness_ms", lateness)
            .input("in", times.clone())
            .capacity(2)
            .run()
            .await;
        assert!(outcome.result.is_ok(), "{:?}", outcome.result);
        let (mut expected, mut late) = (BTreeMap::<i64, Vec<i64>>::new(), Vec::new());
        let mut watermark = i64::MIN;
        for &time in &times {
            let starts: Vec<i64> = (-100..1000)
                .filter(|start| start % slide == 0 && (*start..start + size).contains(&time))
                .filter(|start| start + size > watermark)
                .collect();
            if starts.is_empty() {
                late.push(Packet::data(time));
                continue;
            }
            for start in starts {
                expected.entry(start).or_default().push(time);
            }
            watermark = watermark.max(time - lateness);
        }
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(
            groups(&outcome.outputs["out"]),
            expected,
            "{size} {slide} {lateness}"
        );
        assert_eq!(outcome.outputs["late"], late, "{size} {slide} {lateness}");
    }
}

#[tokio::test]
async fn brackets_divide_the_stream_and_begin_time_anew() {
    let packets = [
        Packet::open("a"),
        Packet::data(50),
        Packet::close("a"),
        Packet::open("b"),
        Packet::data(3),
        Packet::close("b"),
    ];
    let outcome = bench(10).input("in", packets).run().await;
    assert!(outcome.result.is_ok());
    let shown: Vec<String> = outcome.outputs["out"]
        .iter()
        .map(|packet| format!("{packet:?}"))
        .collect();
    let window = |from: i64, to: i64| format!("Some({{\"start\": {from}, \"end\": {to}}})");
    let expected = [
        "OPEN Some(\"a\")".to_owned(),
        format!("OPEN {}", window(50, 60)),
        "50".to_owned(),
        format!("CLOSE {}", window(50, 60)),
        "CLOSE Some(\"a\")".to_owned(),
        "OPEN Some(\"b\")".to_owned(),
        format!("OPEN {}", window(0, 10)),
        "3".to_owned(),
        format!("CLOSE {}", window(0, 10)),
        "CLOSE Some(\"b\")".to_owned(),
    ];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn packets_without_a_time_can_be_skipped() {
    let packets = [
        Packet::data(1),
        Packet::data("soon"),
        Packet::data(2.5),
        Packet::data(2),
    ];
    let outcome = bench(10)
        .on_error(ErrorPolicy::Skip)
        .input("in", packets.clone())
        .run()
        .await;
    assert_eq!(groups(&outcome.outputs["out"]), [(0, vec![1, 2])]);
    let outcome = bench(10).input("in", packets).run().await;
    let message = outcome.result.unwrap_err().to_string();
    assert!(
        message.starts_with("data/Window `time`: \"soon\" is no point in time"),
        "{message}"
    );
    assert!(message.ends_with("(port `in`, packet 2)"), "{message}");
}

#[tokio::test]
async fn extreme_times_are_survived() {
    let times = [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX];
    let outcome = bench(10).iip("slide_ms", 3).input("in", times).run().await;
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
}

#[tokio::test]
async fn too_much_for_memory_is_told() {
    let outcome = bench(1000)
        .iip("memory", 500)
        .input("in", 0..100)
        .run()
        .await;
    let message = outcome.result.unwrap_err().to_string();
    assert!(
        message.starts_with("data/Window holds more than `memory` = 500 bytes in 1 windows"),
        "{message}"
    );
    let outcome = bench(2).iip("memory", 500).input("in", 0..1000).run().await;
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
}

#[tokio::test]
async fn windows_that_leave_gaps_or_overlap_too_much_are_refused() {
    for (size, slide, message) in [(10, 11, "would be lost"), (1_000_000, 1, "1000000 windows")] {
        let outcome = bench(size)
            .iip("slide_ms", slide)
            .input("in", [1])
            .run()
            .await;
        assert!(
            outcome.result.unwrap_err().to_string().contains(message),
            "{size} {slide}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_closes_windows_while_nothing_comes() {
    let bench = Bench::of::<Window>()
        .iip("size_ms", 1000)
        .input("in", [1, 2, 3]);
    // The third comes when the first window has been closed for long, and the stream ends much later.
    let outcome = bench.at_millis("in", [100, 999, 3500, 60_000]).run().await;
    assert!(outcome.result.is_ok());
    assert_eq!(
        groups(&outcome.outputs["out"]),
        [(BEGIN, vec![1, 2]), (BEGIN + 3000, vec![3])]
    );
}

#[tokio::test(start_paused = true)]
async fn windows_of_the_clock_overlap_too() {
    let bench = Bench::of::<Window>()
        .iip("size_ms", 1000)
        .iip("slide_ms", 500)
        .input("in", [1, 2]);
    let outcome = bench.at_millis("in", [600, 1200]).run().await;
    let expected = [
        (BEGIN, vec![1]),
        (BEGIN + 500, vec![1, 2]),
        (BEGIN + 1000, vec![2]),
    ];
    assert_eq!(groups(&outcome.outputs["out"]), expected);
}
