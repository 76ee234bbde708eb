//! Texts that are no graph, and what is said about them.

use insta::assert_snapshot;

use crate::file::read;

fn refused(text: &str) -> String {
    match read(text) {
        Ok(_) => format!("read: {text}"),
        Err(error) => {
            let at = text.get(error.span.clone()).unwrap_or("?");
            let help = error
                .help
                .map(|help| format!("\n  help: {help}"))
                .unwrap_or_default();
            format!(
                "{}:{} {at:?}: {}{help}",
                error.line, error.column, error.message
            )
        }
    }
}

fn all(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| refused(text))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn malformed_ron_is_refused_at_its_place() {
    let texts = [
        "",
        "   // only a comment",
        "Graph(",
        "Graph(\n  name: \"x",
        "Graph(name: \"x\" format: 1)",
        "Graph(name \"x\")",
        "Graph(name: \"x\")\n extra",
        "Graph(/* never closed",
        "Graph(name: r#\"x\")",
        "Graph(name: \"\\q\")",
        "Graph(meta: { \"a\": 1..5 })",
        "Graph(meta: { \"a\": @ })",
        "#![wrong]\nGraph()",
        "Graf()",
        "[]",
    ];
    assert_snapshot!(all(&texts), @r##"
    1:1 "": the file ends where a value is expected
    1:21 "": the file ends where a value is expected
    1:6 "(": this bracket is never closed
      help: the file ends where `)` is missing
    2:9 "\"": this quote is never closed: `"` is missing
    1:17 "f": expected `,` or `)`, found `f`
    1:12 "\"": expected `,` or `)`, found `"`
    2:2 "e": the graph ends before this
    1:7 "/*": this comment is never closed
      help: close it with `*/`
    1:13 "r#\"": this quote is never closed: `"` is missing
      help: this raw string ends with `"#`
    1:14 "\\q": unknown escape character
    1:20 "1..5": `1..5` is no number
    1:20 "@": expected a value, found `@`
    1:1 "#![wrong]": this is no attribute of RON
      help: graph files need none; the usual one is `#![enable(implicit_some)]`
    1:1 "Graf": expected `Graph`, found `Graf`
    1:1 "[]": expected Graph(…), found a list
    "##);
}

#[test]
fn unknown_fields_are_refused_with_the_nearest() {
    let texts = [
        "Graph(\n  process: {},\n)",
        "Graph(zzz: 1)",
        "Graph(processes: { \"a\": Process(components: \"core/Copy\") })",
        "Graph(connectors: [Connector(from: \"a.b\", to: \"c.d\", size: 3)])",
        "Graph(groups: [Group(title: \"x\")])",
    ];
    assert_snapshot!(all(&texts), @r#"
    2:3 "process": `Graph` has no field `process`
      help: did you mean `processes`? what is free goes into `meta`
    1:7 "zzz": `Graph` has no field `zzz`
      help: its fields are format, name, description, packages, per_group, processes, connectors, inports, outports, groups, meta, layout; what is free goes into `meta`
    1:33 "components": `Process` has no field `components`
      help: did you mean `component`? what is free goes into `meta`
    1:54 "size": `Connector` has no field `size`
      help: its fields are from, to, capacity, when_full, note, meta; what is free goes into `meta`
    1:22 "title": `Group` has no field `title`
      help: its fields are name, processes, note, meta; what is free goes into `meta`
    "#);
}

#[test]
fn wrong_types_are_refused() {
    let texts = [
        "Graph(name: 3)",
        "Graph(name: x)",
        "Graph(per_group: 1)",
        "Graph(processes: [])",
        "Graph(processes: { \"a\": \"core/Copy\" })",
        "Graph(processes: { \"a\": Proc() })",
        "Graph(processes: { a: Process() })",
        "Graph(connectors: {})",
        "Graph(connectors: [Connector(from: \"a.b\")])",
        "Graph(connectors: [Connector(from: \"a.b\", to: \"a.c\", capacity: 0)])",
        "Graph(connectors: [Connector(from: \"a.b\", to: \"a.c\", capacity: -1)])",
        "Graph(connectors: [Connector(from: \"a.b\", to: \"a.c\", capacity: 5000000000)])",
        "Graph(connectors: [Connector(from: \"a.b\", to: \"a.c\", capacity: \"8\")])",
        "Graph(connectors: [Connector(from: \"a.b\", to: \"a.c\", when_full: drop)])",
        "Graph(processes: { \"a\": Process(on_error: failed) })",
        "Graph(processes: { \"a\": Process(replicas: 0) })",
        "Graph(layout: { \"a\": (1, 2, 3) })",
        "Graph(layout: { \"a\": (1, inf) })",
        "Graph(layout: { \"a\": 1 })",
    ];
    assert_snapshot!(all(&texts), @r#"
    1:13 "3": expected text, found a number
    1:13 "x": expected text, found `x`
      help: text stands in quotes: "x"
    1:18 "1": expected true or false, found a number
    1:18 "[]": expected a map, found a list
    1:25 "\"core/Copy\"": expected Process(…), found text
    1:25 "Proc": expected `Process`, found `Proc`
    1:20 "a": expected text, found `a`
      help: text stands in quotes: "a"
    1:19 "{}": expected a list, found a map
    1:20 "Connector(from: \"a.b\")": a connector needs `from` and `to`
      help: write Connector(from: "process.port", to: "process.port")
    1:64 "0": expected a whole number from 1 to 4294967295, found 0
    1:64 "-1": expected a whole number from 1 to 4294967295, found -1
    1:64 "5000000000": expected a whole number from 1 to 4294967295, found 5000000000
    1:64 "\"8\"": expected a whole number from 1 to 4294967295, found text
    1:65 "drop": `drop` is none of block, drop_oldest, drop_newest
      help: did you mean `drop_oldest`?
    1:43 "failed": `failed` is none of fail, retry, dead_letter, skip
      help: did you mean `fail`?
    1:43 "0": expected a whole number from 1 to 4294967295, found 0
    1:22 "(1, 2, 3)": expected a place `(x, y)`, found 3 numbers
    1:26 "inf": expected a finite number, found `inf`
    1:22 "1": expected a place `(x, y)`, found a number
    "#);
}

#[test]
fn bad_names_are_refused() {
    let texts = [
        "Graph(processes: { \"größe\": Process() })",
        "Graph(processes: { \"a.b\": Process() })",
        "Graph(processes: { \"a\": Process(component: \"Copy\") })",
        "Graph(processes: { \"a\": Process(iips: { \"x[\": 1 }) })",
        "Graph(connectors: [Connector(from: \"a\", to: \"b.in\")])",
        "Graph(connectors: [Connector(from: \"a.out[x]\", to: \"b.in\")])",
        "Graph(inports: { \"in\": \"a\" })",
    ];
    assert_snapshot!(all(&texts), @r#"
    1:20 "\"größe\"": `größe` is no process name, because of the character `ö`: use the letters a-z and A-Z, digits, `_` and `-`, and begin with a letter or `_`
    1:20 "\"a.b\"": `a.b` is no process name, because of the dot: use the letters a-z and A-Z, digits, `_` and `-`, and begin with a letter or `_`
    1:44 "\"Copy\"": `Copy` is no component: write `family/Name`, `namespace/package/Name`, or `./file.ron` for a subgraph
    1:41 "\"x[\"": `x[` has a bad index: write `port[0]`, with a whole number from 0 to 4294967295
    1:36 "\"a\"": `a` names no port: write `process.port`, or `process.port[0]` for an element of an array port
    1:36 "\"a.out[x]\"": `out[x]` has a bad index: write `port[0]`, with a whole number from 0 to 4294967295
    1:24 "\"a\"": `a` names no port: write `process.port`, or `process.port[0]` for an element of an array port
    "#);
}

#[test]
fn repetitions_are_refused_with_the_first() {
    let texts = [
        "Graph(name: \"a\",\n name: \"b\")",
        "Graph(processes: { \"a\": Process(),\n \"b\": Process(),\n \"a\": Process() })",
        "Graph(processes: { \"a\": Process(iips: { \"in\": 1, \"in\": 2 }) })",
        "Graph(processes: { \"a\": Process(note: \"x\", note: \"y\") })",
        "Graph(inports: { \"in\": \"a.in\", \"in\": \"b.in\" })",
        "Graph(meta: { \"k\": 1, \"k\": 2 })",
        "Graph(meta: { \"r\": { \"k\": 1, \"k\": 2 } })",
        "Graph(layout: { \"a\": (1, 2), \"a\": (1, 2) })",
    ];
    assert_snapshot!(all(&texts), @r#"
    2:2 "name": the field `name` stands there twice
      help: the first one is in line 1, column 7
    3:2 "\"a\"": the process "a" stands there twice
      help: the first one is in line 1, column 20
    1:50 "\"in\"": the port "in" stands there twice
      help: the first one is in line 1, column 41
    1:44 "note": the field `note` stands there twice
      help: the first one is in line 1, column 33
    1:32 "\"in\"": the port "in" stands there twice
      help: the first one is in line 1, column 18
    1:23 "\"k\"": the key "k" stands there twice
      help: the first one is in line 1, column 15
    1:30 "\"k\"": the field "k" stands there twice
    1:30 "\"a\"": the place of "a" stands there twice
      help: the first one is in line 1, column 17
    "#);
}

#[test]
fn newer_format_is_refused_before_all_else() {
    let texts = [
        "Graph(\n    format: 2,\n    whatever: 3,\n)",
        "Graph(name: 7, format: 99)",
        "Graph(format: 0)",
        "Graph(format: \"1\")",
    ];
    assert_snapshot!(all(&texts), @r#"
    2:13 "2": this file has format 2, and this Millstream reads up to format 1
      help: open it with a newer Millstream
    1:24 "99": this file has format 99, and this Millstream reads up to format 1
      help: open it with a newer Millstream
    1:15 "0": expected a whole number from 1 to 4294967295, found 0
    1:15 "\"1\"": expected a whole number from 1 to 4294967295, found text
    "#);
}

#[test]
fn values_that_would_change_in_silence_are_refused() {
    let texts = [
        "Graph(meta: { \"a\": 9223372036854775808 })",
        "Graph(meta: { \"a\": -99999999999999999999 })",
        "Graph(meta: { \"a\": 0xFFFFFFFFFFFFFFFFFF })",
        "Graph(meta: { \"a\": 18446744073709551615 })",
        "Graph(meta: { \"a\": access })",
        "Graph(meta: { \"a\": null })",
        "Graph(meta: { \"a\": Point(x: 1) })",
        "Graph(meta: { \"a\": { 1: 2 } })",
        "Graph(meta: { \"a\":\n [1, \"\\u{D800}\"] })",
        "Graph(meta: { \"a\": 1.2.3 })",
        "Graph(meta: { \"a\": -- })",
    ];
    assert_snapshot!(all(&texts), @r#"
    1:20 "9223372036854775808": the number 9223372036854775808 does not fit a 64-bit int
      help: quote it to keep it as text
    1:20 "-99999999999999999999": the number -99999999999999999999 does not fit a 64-bit int
      help: quote it to keep it as text
    1:20 "0xFFFFFFFFFFFFFFFFFF": integer is out of bounds
    1:20 "18446744073709551615": the number 18446744073709551615 does not fit a 64-bit int
      help: quote it to keep it as text
    1:20 "access": `access` is no value
      help: text stands in quotes: "access"
    1:20 "null": `null` is no value
      help: nothing is written `None`
    1:20 "Point(x: 1)": `Point(…)` is no value
      help: write a record as { "field": value } and a list as [value]
    1:22 "1": a field's name must be text
      help: put it in quotes
    2:14 "}": not a valid Unicode-escaped character
    1:20 "": expected float
    1:21 "-": expected `,` or `}`, found `-`
    "#);
}

#[test]
fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
    for (open, close) in [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("(", ")"),
        ("Some(", ")"),
        ("(a:", ")"),
    ] {
        let text = format!(
            "Graph(meta: {{ \"a\": {}{} }})",
            open.repeat(1_000_000),
            close.repeat(1_000_000)
        );
        let error = read(&text).unwrap_err();
        assert!(
            error.message.contains("nests too deep"),
            "{}",
            error.message
        );
    }
    let text = format!("Graph({}", "/*".repeat(1_000_000));
    assert!(read(&text).is_err());
}

#[test]
fn values_nest_up_to_the_limit() {
    for depth in [99, 100] {
        let text = format!(
            "Graph(processes: {{ \"a\": Process(meta: {{ \"a\": {}{} }}) }})",
            "[".repeat(depth),
            "]".repeat(depth)
        );
        let parsed = read(&text).unwrap();
        let written = crate::file::write(&parsed.graph);
        assert_eq!(read(&written).unwrap().graph, parsed.graph);
    }
}
