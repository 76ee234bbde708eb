//! Files with cases: what is read with its place, what is refused, and what is written back.

use super::*;

const TEXT: &str = r#"// Why.
Tests(
    format: 1,
    graph: "../telegram.ron",
    cases: {
        "first": Case(
            iips: { "wrap.measure": 12, "cut.by": r"\s" },
            inputs: {
                "cut.in": ["a b", Open("x"), { "n": [1, 2.5, None] }, Close("x"), Open, Close],
                "other.in": Recorded(file: "day.jsonl", connector: "a.out->b.in"),
            },
            outputs: {
                "wrap.out": [1, 2],
                "count.count": Unordered([true]),
                "log.out": Contains([]),
            },
            timeout: "5s",
            seed: 7,
        ),
        "second": Case(fails: Failure(process: "cut", message: "no")),
    },
)
"#;

#[test]
fn cases_are_read_with_their_places() {
    let suite = read(TEXT).unwrap();
    assert_eq!(suite.subject, Subject::Graph("../telegram.ron".to_owned()));
    let first = &suite.cases["first"];
    assert_eq!(first.iips["cut.by"], r#"r"\s""#);
    let record = Value::from_json(br#"{"n":[1,2.5,null]}"#).unwrap();
    let packets = vec![
        Packet::data("a b"),
        Packet::open("x"),
        Packet::data(record),
        Packet::close("x"),
        Packet::open(Value::NULL),
        Packet::close(Value::NULL),
    ];
    assert_eq!(first.inputs["cut.in"].packets, Packets::Given(packets));
    let recorded = Packets::Recorded {
        file: "day.jsonl".to_owned(),
        connector: Some("a.out->b.in".to_owned()),
    };
    assert_eq!(first.inputs["other.in"].packets, recorded);
    let count = &first.outputs["count.count"];
    assert_eq!(count.matching, Matching::Unordered);
    assert_eq!(TEXT.get(count.list.clone()), Some("[true]"));
    let wrap = &first.outputs["wrap.out"];
    assert_eq!(TEXT.get(wrap.list.clone()), Some("[1, 2]"));
    assert_eq!(
        (first.seed, first.timeout.as_ref().unwrap().0.as_str()),
        (7, "5s")
    );
    let fails = suite.cases["second"].fails.as_ref().unwrap();
    assert_eq!(
        (fails.process.as_deref(), fails.message.as_str()),
        (Some("cut"), "no")
    );
}

#[test]
fn packets_are_written_as_they_are_read() {
    let suite = read(TEXT).unwrap();
    let Packets::Given(packets) = &suite.cases["first"].inputs["cut.in"].packets else {
        panic!("given");
    };
    let list = list_text("\"x\": ", packets, 12);
    assert_eq!(
        list,
        r#"["a b", Open("x"), { "n": [1, 2.5, None] }, Close("x"), Open, Close]"#
    );
    let many: Vec<Packet> = (0..80_i64).map(Packet::data).collect();
    let list = list_text("\"x\": ", &many, 4);
    assert!(
        list.starts_with("[\n        0,\n") && list.ends_with("\n    ]"),
        "{list}"
    );
    let text =
        format!("Tests(graph: \"g\", cases: {{ \"a\": Case(outputs: {{ \"x\": {list} }}) }})");
    assert_eq!(read(&text).unwrap().cases["a"].outputs["x"].packets, many);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let case = |inside: &str| format!("Tests(graph: \"g\", cases: {{ \"a\": Case({inside}) }})");
    for (text, wanted) in [
        ("Graph()".to_owned(), "expected `Tests`"),
        ("Tests(cases: {})".to_owned(), "neither which graph nor"),
        (
            "Tests(format: 2, graph: \"g\")".to_owned(),
            "reads up to format 1",
        ),
        (
            "Tests(graph: \"g\", component: \"c\")".to_owned(),
            "not both",
        ),
        (case(""), "this case expects nothing"),
        (case("ouputs: {}"), "`Case` has no field `ouputs`"), // typos:ignore
        (case("outputs: { \"x\": 1 }"), "expected a list of packets"),
        (
            case("outputs: { \"x\": Sorted([]) }"),
            "expected a list of packets",
        ),
        (
            case("outputs: { \"x\": [], \"x\": [] }"),
            "the port \"x\" stands there twice",
        ),
        (case("outputs: { \"x\": [Opne] }"), "`Opne` is no value"), // typos:ignore
        (
            case("inputs: { \"x\": Recorded(connector: \"c\") }"),
            "this names no file",
        ),
        (case("fails: \"no\""), "expected Failure(…)"),
        (case("seed: -1"), "expected a whole number"),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.message.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn files_with_cases_are_told_by_their_first_word() {
    assert!(is_suite(TEXT) && is_suite("\u{FEFF}Tests (") && is_suite("// a\n\n// b\nTests("));
    for other in ["", "Graph(", "// Tests(\nGraph(", "TestsX(", "Tests"] {
        assert!(!is_suite(other), "{other}");
    }
}
