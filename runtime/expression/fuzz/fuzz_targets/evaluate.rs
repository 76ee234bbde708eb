//! No text makes the compiler panic, hang or point outside of the text; what compiles is evaluated, and what it costs is
//! bounded.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use millstream_expression::{Condition, Expression, Mistakes, Summary};
use millstream_packet::Value;

static PACKETS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let packets = [
        "null",
        r#"[1, "x", null]"#,
        r#"{"a": 1, "b": [1, "x", 2.5], "c": {"a": null, "b": {"c": "2024-05-01T10:00:00Z"}}, "x": "tt", "y": 2.5}"#,
    ];
    packets
        .iter()
        .map(|packet| Value::from_json(packet.as_bytes()).expect("these are JSON"))
        .collect()
});

fuzz_target!(|source: &str| {
    match Expression::compile(source) {
        Ok(mut expression) => {
            for packet in &*PACKETS {
                // Twice: the second time finds what the first one kept.
                let once = expression.eval(packet);
                assert_eq!(expression.eval(packet), once, "{source}");
                if let Err(fault) = once {
                    assert!(source.get(fault.range()).is_some(), "{source}: {fault}");
                }
            }
        }
        Err(mistakes) => check(source, &mistakes),
    }
    drop(Condition::compile(source));
    if let Ok(mut summary) = Summary::compile(&[], [("x", source)]) {
        let mut totals = summary.totals();
        let group = totals.start(&summary);
        for packet in &*PACKETS {
            drop(summary.add(&mut totals, group, packet));
        }
        drop(summary.finish(&mut totals, group, &[]));
    }
});

fn check(source: &str, mistakes: &Mistakes) {
    assert!(mistakes.iter().len() > 0, "{source}");
    for mistake in mistakes.iter() {
        assert!(
            source.get(mistake.range()).is_some(),
            "{source}: {mistake:?}"
        );
    }
    drop(mistakes.to_string());
}
