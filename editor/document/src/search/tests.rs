//! What the palette finds, and in which order.

use millstream_graph::Side;

use super::{Dragged, Query, Taste, search};
use crate::testing::catalog;

fn found(query: &str) -> Vec<String> {
    found_for(query, None, &Taste::default())
}

fn found_for(query: &str, dragged: Option<(Side, &str)>, taste: &Taste) -> Vec<String> {
    let catalog = catalog();
    let dragged = dragged.map(|(side, port_type)| Dragged {
        side,
        port_type: port_type.parse().unwrap(),
    });
    let hits = search(&catalog, &Query::new(query), dragged.as_ref(), taste);
    hits.iter()
        .map(|hit| match &hit.port {
            Some(port) => format!("{} {port}", hit.spec.name),
            None => hit.spec.name.clone(),
        })
        .collect()
}

#[test]
fn letters_of_the_name_in_order_will_do() {
    assert_eq!(found("rdln"), ["file/ReadLines"]);
    assert_eq!(found("copy"), ["core/Copy"]);
    assert_eq!(found("regex")[0], "text/Regex");
    assert_eq!(found("what csl")[..], [] as [&str; 0]);
    assert_eq!(found("does output"), ["console/Output"]);
}

#[test]
fn filters_look_at_data_ports_and_never_at_settings() {
    assert_eq!(
        found("in:bytes out:text")[..2],
        ["text/Lines", "json/Write"]
    );
    // `path` of file/ReadLines takes text, but it is a setting.
    assert!(!found("in:text").contains(&"file/ReadLines".to_owned()));
    assert_eq!(
        found("out:record")[..2],
        ["data/Aggregate", "file/ReadLines"]
    );
    assert_eq!(
        found("pkg:text is:transform"),
        ["text/Lines", "text/Regex", "text/Trim"]
    );
    assert_eq!(found("is:source"), ["core/Kick", "file/ReadLines"]);
    assert_eq!(found("is:si"), ["console/Output", "core/Drop"]);
}

#[test]
fn filter_that_is_not_understood_is_told_with_its_place() {
    let query = Query::new("re in:txt is: out:text");
    assert_eq!(query.words, "re");
    assert_eq!(query.filters.len(), 1);
    let [problem] = &query.problems[..] else {
        panic!("{query:?}")
    };
    assert_eq!(problem.range, 3..9);
    assert!(
        problem.message.starts_with("`txt` is no port type"),
        "{}",
        problem.message
    );
    assert!(
        Query::new("is:odd").problems[0]
            .message
            .contains("kinds are source, sink")
    );
}

#[test]
fn dragged_wire_leaves_what_it_can_go_to_with_the_port() {
    let from_record = found_for("", Some((Side::Out, "record")), &Taste::default());
    assert_eq!(from_record[0], "data/Aggregate in");
    assert!(from_record.contains(&"core/Concat in[0]".to_owned()));
    assert!(
        !from_record
            .iter()
            .any(|hit| hit.starts_with("text/") || hit.starts_with("core/Kick"))
    );
    let to_text = found_for("", Some((Side::In, "text")), &Taste::default());
    assert!(to_text.contains(&"text/Regex rejected".to_owned()));
    assert!(!to_text.iter().any(|hit| hit.starts_with("console/")));
}

#[test]
fn pins_and_what_was_used_come_first() {
    let taste = Taste {
        pins: ["text/Trim".to_owned()].into(),
        recent: vec!["core/Drop".to_owned(), "core/Copy".to_owned()],
    };
    assert_eq!(
        found_for("", None, &taste)[..3],
        ["text/Trim", "core/Drop", "core/Copy"]
    );
    assert_eq!(
        found_for("is:recent", None, &taste),
        ["core/Drop", "core/Copy"]
    );
    assert_eq!(found_for("kick", None, &taste), ["core/Kick"]);
}

#[test]
fn processes_are_found_by_name_label_and_component() {
    let document = crate::testing::sketch(
        &[
            "read file/ReadLines",
            "print console/Output label: \"Écran\"",
            "spare core/Drop",
        ],
        &[],
    );
    let found = |words: &str| -> Vec<String> {
        let hits = super::search_processes(&document, words);
        hits.iter().map(|(name, _)| name.to_string()).collect()
    };
    assert_eq!(found("rd"), ["read"]);
    assert_eq!(found("écran"), ["print"]);
    assert_eq!(found("core/"), ["spare"]);
    assert_eq!(found(""), ["read", "print", "spare"]);
    assert_eq!(found("nobody"), [] as [&str; 0]);
}
