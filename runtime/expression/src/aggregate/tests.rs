//! The table holds what it says, and packets count whole or not at all.

use millstream_packet::{Record, Text, Value};

use super::AGGREGATES;
use crate::Summary;

/// What packets come to, as JSON.
fn summarize(source: &str, packets: &str) -> Result<String, String> {
    let mut summary = Summary::compile(&[], [("x", source)]).map_err(|error| error.to_string())?;
    let mut totals = summary.totals();
    let group = totals.start(&summary);
    for packet in Value::from_json(packets.as_bytes())
        .unwrap()
        .as_list()
        .unwrap()
    {
        summary
            .add(&mut totals, group, packet)
            .map_err(|fault| fault.to_string())?;
    }
    let record = summary
        .finish(&mut totals, group, &[])
        .map_err(|fault| fault.to_string())?;
    Ok(record.get("x").unwrap().to_json().unwrap())
}

#[test]
fn examples_come_to_what_they_say() {
    for aggregate in AGGREGATES {
        let [source, packets, result] = aggregate.example;
        assert_eq!(
            summarize(source, packets).as_deref(),
            Ok(result),
            "{source}"
        );
    }
}

#[test]
fn no_packets_come_to_what_the_page_says() {
    let cases = [
        ("count()", "0"),
        ("sum(x)", "0"),
        ("collect(x)", "[]"),
        ("unique(x)", "[]"),
        ("any(x)", "false"),
        ("all(x)", "true"),
        ("mean(x)", "null"),
        ("min(x)", "null"),
        ("last(x)", "null"),
        ("p50(x)", "null"),
        ("stddev(x)", "null"),
    ];
    for (source, result) in cases {
        assert_eq!(summarize(source, "[]").as_deref(), Ok(result), "{source}");
        assert!(summarize(source, r#"[{"x": null}]"#).is_ok(), "{source}");
    }
}

#[test]
fn aggregates_stand_inside_of_ordinary_expressions() {
    let packets = r#"[{"x": 1, "y": [1, 2]}, {"x": 4, "y": [3]}]"#;
    let cases = [
        ("round(sum(x) / count(), 1)", "2.5"),
        ("max(x) - min(x)", "3"),
        ("min(sum(x), count())", "2"),
        ("sum(sum(y))", "6"),
        ("sum(count(y, e => e > 1))", "2"),
        ("if count() > 1 then 'many' else 'one'", "\"many\""),
        ("{n: count(), all: collect(x)}", r#"{"n":2,"all":[1,4]}"#),
        ("coalesce(first(x), 0)", "1"),
    ];
    for (source, result) in cases {
        assert_eq!(
            summarize(source, packets).as_deref(),
            Ok(result),
            "{source}"
        );
    }
}

#[test]
fn a_packet_counts_whole_or_not_at_all() {
    let columns = [("count", "count()"), ("sum", "sum(x)"), ("max", "max(x)")];
    let mut summary = Summary::compile(&[], columns).unwrap();
    let mut totals = summary.totals();
    let group = totals.start(&summary);
    let packet = |x: Value| Value::from(Record::from_iter([("x", x)]));
    summary.add(&mut totals, group, &packet(1.into())).unwrap();
    let fault = summary
        .add(&mut totals, group, &packet("a".into()))
        .unwrap_err();
    assert_eq!(
        fault.to_string(),
        "`sum`: `sum` takes a number, but this is text, in `x` at character 5"
    );
    summary.add(&mut totals, group, &packet(2.into())).unwrap();
    let record = summary.finish(&mut totals, group, &[]).unwrap();
    assert_eq!(
        Value::from(record).to_json().unwrap(),
        r#"{"count":2,"sum":3,"max":2}"#
    );
}

#[test]
fn values_without_order_are_refused_by_the_packet_that_brings_them() {
    let fault = summarize("max(x)", r#"[{"x": 1}, {"x": "a"}]"#).unwrap_err();
    assert!(
        fault.contains("this is text, which has no order with an int"),
        "{fault}"
    );
}

#[test]
fn a_sum_that_does_not_fit_is_told_at_the_end() {
    let packets = format!(r#"[{{"x": {}}}, {{"x": 1}}]"#, i64::MAX);
    let fault = summarize("sum(x)", &packets).unwrap_err();
    assert!(
        fault.contains("the sum 9223372036854775808 does not fit a 64-bit int"),
        "{fault}"
    );
    let packets = format!(r#"[{{"x": {}}}, {{"x": 1}}, {{"x": -1}}]"#, i64::MAX);
    assert_eq!(summarize("sum(x)", &packets).unwrap(), i64::MAX.to_string());
}

#[test]
fn names_outside_of_aggregates_are_those_of_the_key() {
    let by = [Text::from("region")];
    let mut summary = Summary::compile(&by, [("label", "region + ': ' + text(count())")]).unwrap();
    let mut totals = summary.totals();
    let group = totals.start(&summary);
    summary.add(&mut totals, group, &Value::NULL).unwrap();
    let record = summary
        .finish(&mut totals, group, &["north".into()])
        .unwrap();
    assert_eq!(record.get("label"), Some(&Value::from("north: 1")));
    let mistakes = Summary::compile(&by, [("x", "price + count()")])
        .unwrap_err()
        .to_string();
    assert!(
        mistakes.contains("`price` is no field of `by`"),
        "{mistakes}"
    );
}

#[test]
fn long_texts_that_are_kept_do_not_keep_their_blocks() {
    let block = Text::from("x".repeat(1000));
    let part = block.slice(0..30).unwrap();
    let kept = super::accumulator::detached(part.clone().into());
    let place = |text: &str| text.as_ptr();
    assert_ne!(place(kept.as_text().unwrap()), place(&part));
}
