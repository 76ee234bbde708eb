//! Lines, however the packets are cut.

use super::cut::BLOCK_BYTES;
use super::*;
use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};

async fn run(bench: Bench) -> Outcome {
    bench.capacity(4).run().await
}

/// Any way of cutting bytes into packets gives the same lines, also inside characters and line endings.
#[tokio::test]
async fn cuts_make_no_difference() {
    let text = "h\u{e9}llo\r\n\nw\u{f6}rld, a line that is longer than 22 bytes\n\u{20ac}\r\nend\r";
    let whole: Vec<Packet> = text
        .strip_suffix('\r')
        .unwrap()
        .lines()
        .map(Packet::data)
        .collect();
    for size in 1..text.len() {
        let cut = text.as_bytes().chunks(size).map(Value::from);
        let bench = Bench::of::<Lines>().input("in", cut);
        let mut found = run(bench).await.outputs.remove("out").unwrap();
        assert_eq!(found.pop(), Some(Packet::data("end\r")), "size {size}");
        assert_eq!(found, whole[..whole.len() - 1], "size {size}");
    }
}

#[tokio::test]
async fn bad_lines_are_given_up_one_by_one() {
    let bench = Bench::of::<Lines>().on_error(ErrorPolicy::Skip).input(
        "in",
        [&b"a\xFF\nb\nc\xC3"[..], b"\nd\ne\xE2\x82"].map(Value::from),
    );
    let outcome = run(bench).await;
    outcome.result.unwrap();
    assert_eq!(outcome.outputs["out"], ["b", "d"].map(Packet::data));

    let bench = Bench::of::<Lines>()
        .with_errors()
        .input("in", [Value::from(&b"ab\nc\xFF\r\nd"[..])]);
    let outcome = run(bench).await;
    assert_eq!(outcome.outputs["out"], ["ab", "d"].map(Packet::data));
    let letter = outcome.outputs["error"][0].value().unwrap().as_record();
    let line = letter.and_then(|record| record.get("packet"));
    assert_eq!(line, Some(&Value::from(&b"c\xFF"[..])));
}

#[tokio::test]
async fn blocks_of_long_and_short_lines_are_whole() {
    let long = "long ".repeat(BLOCK_BYTES / 2);
    let lines = ["short", "", &long, "\u{e4}"].repeat(20);
    let bench = Bench::of::<Lines>().input("in", [Value::from(lines.join("\n").into_bytes())]);
    let found = run(bench).await.outputs.remove("out").unwrap();
    let expected: Vec<Packet> = lines.into_iter().map(Packet::data).collect();
    assert!(found == expected);
}

#[tokio::test]
async fn a_line_in_one_packet_is_not_copied() {
    let long = Text::from("x".repeat(1 << 20));
    let bench = Bench::of::<Lines>().input("in", [long.clone()]);
    let outcome = run(bench).await;
    let line = outcome.outputs["out"][0].value().unwrap();
    assert_eq!(line.as_text().unwrap().as_ptr(), long.as_ptr());
}

#[tokio::test]
async fn numbers_are_refused() {
    let outcome = run(Bench::of::<Lines>().input("in", [1_i64])).await;
    let failure = outcome.result.unwrap_err().to_string();
    assert!(failure.contains("the port takes text | bytes"), "{failure}");
}
