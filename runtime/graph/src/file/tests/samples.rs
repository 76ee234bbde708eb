//! Files of format 1 open for ever: the samples under `tests/files/v1`.

use crate::file::{read, write};

const SAMPLES: [(&str, &str); 3] = [
    (
        "complete.ron",
        include_str!("../../../../../tests/files/v1/complete.ron"),
    ),
    (
        "by-hand.ron",
        include_str!("../../../../../tests/files/v1/by-hand.ron"),
    ),
    (
        "smallest.ron",
        include_str!("../../../../../tests/files/v1/smallest.ron"),
    ),
];

#[test]
fn samples_of_format_1_open() {
    for (name, text) in SAMPLES {
        let parsed = read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let written = write(&parsed.graph);
        let again =
            read(&written).unwrap_or_else(|error| panic!("{name} rewritten: {error}\n{written}"));
        assert_eq!(again.graph, parsed.graph, "{name}");
        assert_eq!(write(&again.graph), written, "{name}");
    }
}

#[test]
fn complete_sample_has_every_field() {
    let graph = read(SAMPLES[0].1).unwrap().graph;
    let all = &graph.processes["all"];
    assert!(all.component.is_some() && !all.iips.is_empty() && !all.meta.is_empty());
    assert!(
        all.note.is_some() && all.label.is_some() && all.worker.is_some() && all.thread.is_some()
    );
    assert_eq!((all.on_error, all.replicas), (crate::OnError::Retry, 1));
    assert!(graph.per_group && !graph.packages.is_empty() && !graph.meta.is_empty());
    let connector = &graph.connectors[0];
    assert_eq!(
        (connector.capacity, connector.when_full),
        (8, crate::WhenFull::DropOldest)
    );
    assert!(
        connector.note.is_some() && !connector.meta.is_empty() && !connector.comments.is_empty()
    );
    assert_eq!(write(&graph), SAMPLES[0].1, "this sample is canonical");
}

#[test]
fn sample_by_hand_is_written_canonically() {
    insta::assert_snapshot!(write(&read(SAMPLES[1].1).unwrap().graph), @r##"
    /* A file as people write it:
       fields in any order, commas where they like, comments anywhere. */
    Graph(
        format: 1,
        name: "by-hand",
        processes: {
            // a raw string
            "read": Process(
                component: "file/ReadLines",
                iips: {
                    "path": r#"C:\logs\access.log"#,
                    "encoding": "l",
                    "limit": 16,
                    "fields": { "status": "int", "url": "text" },
                    "pair": [1, 2.5],
                    "nothing": None,
                },
                on_error: dead_letter,
            ),
            "show": Process(component: "console/Output", note: "plain ✓ text"),
        },
        connectors: [
            // one after the other
            Connector(from: "read.out", to: "show.in", capacity: 1024),
            Connector(from: "read.error", to: "show.in", when_full: drop_newest),
        ],
        layout: {
            "read": (40, 80),
            "show": (260, 80),
        },
    )
    "##);
}
