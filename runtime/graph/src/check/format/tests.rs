//! Texts with a form of their own: which are checked, and where their mistakes are shown.

use serde_json::json;

use crate::catalog::Catalog;
use crate::check::{Finding, check};
use crate::file;
use crate::format::{FormatProblem, FormatText, Formats, Given};
use crate::resolve::NoSubgraphs;
use crate::spec::{ComponentSpec, SettingSpec};
use crate::testing::spec;

/// A form in which every `!` is a mistake, unless another setting says that it is none.
fn quiet(text: &FormatText<'_>) -> Vec<FormatProblem> {
    match text.setting("loud") {
        Given::Later => return Vec::new(),
        Given::Value(value) if value.as_bool() == Some(true) => return Vec::new(),
        Given::Value(_) | Given::Nothing => {}
    }
    let places = text.text.match_indices('!').map(|(at, _)| at);
    let problem = |at| FormatProblem {
        range: at..at + 1,
        message: "not so loud".to_owned(),
        help: Some("write a full stop".to_owned()),
    };
    places.map(problem).collect()
}

/// A form that wants to know what comes in.
fn curious(text: &FormatText<'_>) -> Vec<FormatProblem> {
    vec![FormatProblem {
        range: 0..text.text.len(),
        message: text.sent_to("in").to_string(),
        help: None,
    }]
}

#[test]
fn what_comes_in_is_known_as_far_as_ports_say_it() {
    let mut formats = Formats::default();
    formats.insert("curious", curious);
    let mut say = spec("test/Say", &["say= any", "in any"], &[]);
    let schema = json!({ "format": "curious" });
    say.in_ports[0].setting = Some(SettingSpec {
        hot: false,
        default: None,
        schema,
    });
    let text = spec("test/Text", &[], &["out text"]);
    let record = spec("test/Record", &[], &["out record"]);
    let catalog = Catalog::new([say, text, record]).with_formats(formats);
    let told = |connectors: &str, more: &str| {
        let graph = format!(
            r#"Graph(processes: {{ "a": Process(component: "test/Say", iips: {{ "say": "!" }}),
                "t": Process(component: "test/Text"), "r": Process(component: "test/Record") }},
                connectors: [{connectors}], {more})"#
        );
        let graph = file::read(&graph).unwrap().graph;
        let found = check(&graph, &catalog, &NoSubgraphs);
        let found = found
            .iter()
            .find(|finding| finding.code == crate::Code::BadText);
        found.unwrap().message.clone()
    };
    let text = r#"Connector(from: "t.out", to: "a.in"),"#;
    let record = r#"Connector(from: "r.out", to: "a.in"),"#;
    let unknown = r#"Connector(from: "q.out", to: "a.in"),"#;
    assert_eq!(told("", ""), "process `a`: `say`: any");
    assert_eq!(told(text, ""), "process `a`: `say`: text");
    assert_eq!(
        told(&format!("{text}{record}"), ""),
        "process `a`: `say`: text | record"
    );
    assert_eq!(
        told(&format!("{text}{unknown}"), ""),
        "process `a`: `say`: any"
    );
    assert_eq!(
        told(text, r#"inports: { "more": "a.in" }"#),
        "process `a`: `say`: any"
    );
}

/// A component with a setting of this schema.
fn component(schema: serde_json::Value) -> ComponentSpec {
    let mut spec = spec("test/Say", &["say= any", "loud= any"], &[]);
    spec.in_ports[0].setting = Some(SettingSpec {
        hot: false,
        default: None,
        schema,
    });
    spec
}

/// The findings with what they point at.
fn findings(schema: serde_json::Value, settings: &str) -> Vec<(Finding, String)> {
    let mut formats = Formats::default();
    formats.insert("quiet", quiet);
    let catalog = Catalog::new([component(schema)]).with_formats(formats);
    let text =
        format!(r#"Graph(processes: {{ "a": Process(component: "test/Say", iips: {settings}) }})"#);
    let parsed = file::read(&text).unwrap();
    let found = check(&parsed.graph, &catalog, &NoSubgraphs);
    let marked = |finding: &Finding| {
        let span = finding.place.span_in(&parsed.spans, &text).unwrap();
        text.get(span).unwrap().to_owned()
    };
    found
        .into_iter()
        .map(|finding| (finding.clone(), marked(&finding)))
        .collect()
}

fn text() -> serde_json::Value {
    json!({ "type": "string", "format": "quiet" })
}

#[test]
fn a_mistake_in_a_text_is_shown_at_its_character() {
    let found = findings(text(), r#"{ "say": "so\tmuch! so" }"#);
    let [(finding, marked)] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        finding.to_string(),
        "error[MS0126]: process `a`: `say`: not so loud\n  help: write a full stop"
    );
    assert_eq!(marked, "!");
    assert_eq!(finding.place.process().unwrap().as_str(), "a");
    assert_eq!(finding.place.to_string(), "text in a.say");
}

#[test]
fn texts_are_found_wherever_the_schema_has_them() {
    let list = json!({ "type": "array", "items": text() });
    let record =
        json!({ "type": "object", "properties": { "x": text() }, "additionalProperties": list });
    let either = json!({ "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/list" }], "$defs": { "list": list } });
    let cases = [
        (
            list,
            r#"{ "say": ["a", "b!", "c!!"] }"#,
            vec!["say[1]", "say[2]", "say[2]"],
        ),
        (
            record,
            r#"{ "say": { "x": "!", "y": ["!"] } }"#,
            vec!["say.x", "say.y[0]"],
        ),
        (either, r#"{ "say": ["!"] }"#, vec!["say[0]"]),
        (
            json!({ "type": "string", "format": "unknown" }),
            r#"{ "say": "!" }"#,
            vec![],
        ),
    ];
    for (schema, settings, expected) in cases {
        let found = findings(schema, settings);
        let names: Vec<&str> = found
            .iter()
            .map(|(finding, _)| finding.message.split('`').nth(3).unwrap())
            .collect();
        assert_eq!(names, expected, "{settings}");
        assert!(found.iter().all(|(_, marked)| marked == "!"), "{settings}");
    }
}

#[test]
fn values_of_the_wrong_kind_are_not_looked_into() {
    let found = findings(text(), r#"{ "say": ["!"] }"#);
    let codes: Vec<_> = found
        .iter()
        .map(|(finding, _)| finding.code.name())
        .collect();
    assert_eq!(codes, ["MS0112"]);
}

#[test]
fn other_settings_are_known() {
    assert_eq!(findings(text(), r#"{ "say": "!", "loud": true }"#).len(), 0);
    assert_eq!(
        findings(text(), r#"{ "say": "!", "loud": false }"#).len(),
        1
    );
    let exported = r#"Graph(
        processes: { "a": Process(component: "test/Say", iips: { "say": "!" }) },
        inports: { "loud": "a.loud" },
    )"#;
    let mut formats = Formats::default();
    formats.insert("quiet", quiet);
    let catalog = Catalog::new([component(text())]).with_formats(formats);
    let parsed = file::read(exported).unwrap();
    assert_eq!(check(&parsed.graph, &catalog, &NoSubgraphs), []);
}
