//! Each rule with a graph that breaks it, and the text that people see.

use std::fmt::Write as _;
use std::sync::Arc;

use insta::assert_snapshot;

use crate::check::{Code, Finding, check};
use crate::model::Graph;
use crate::names::ComponentRef;
use crate::resolve::{NoSubgraphs, Resolve, ResolveError, Resolved};
use crate::testing::{catalog, graph, sketch};

fn told(graph: &Graph) -> String {
    let findings = check(graph, &catalog(), &NoSubgraphs);
    findings
        .iter()
        .map(Finding::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

fn told_in(graph: &Graph, resolve: &dyn Resolve) -> String {
    let findings = check(graph, &catalog(), resolve);
    findings
        .iter()
        .map(Finding::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Subgraphs by path; the directory part is ignored, for the tests have but one.
fn files(texts: &'static [(&'static str, &'static str)]) -> impl Resolve {
    move |component: &ComponentRef, _from: &str| {
        let name = component.as_str().trim_start_matches("./");
        let found = texts.iter().find(|(file, _)| *file == name);
        let (file, text) = found.ok_or_else(|| ResolveError(format!("no file {name}")))?;
        Ok(Resolved {
            graph: Arc::new(graph(text)),
            file: Arc::from(*file),
        })
    }
}

#[test]
fn good_graph_has_no_findings() {
    let graph = sketch(
        &[
            "read file/ReadLines iips: { \"path\": \"a\" }",
            "wrap text/Wrap iips: { \"measure\": 40 }",
            "sink core/Drop",
        ],
        &["read.out -> wrap.in", "wrap.out -> sink.in"],
    );
    assert_snapshot!(told(&graph), @"");
}

#[test]
fn unknown_component_names_the_nearest() {
    let graph = sketch(&["a core/Cpy", "b acme/tools/Trim", "c zzz/Qqq"], &[]);
    assert_snapshot!(told(&graph), @r#"
    error[MS0101]: process `a`: there is no component `core/Cpy`
      help: did you mean `core/Copy`?
    error[MS0101]: process `b`: there is no component `acme/tools/Trim`
      help: install its package: millstream package install acme/tools
    warning[MS0125]: process `b`: the package `acme/tools` is not among `packages`
      help: add packages: { "acme/tools": "^1.0" } with the version you use
    error[MS0101]: process `c`: there is no component `zzz/Qqq`
      help: `millstream components` lists those there are
    "#);
}

#[test]
fn process_without_component_is_told() {
    let graph = graph(r#"Graph(processes: { "a": Process() })"#);
    assert_snapshot!(told(&graph), @r#"
    error[MS0102]: process `a` has no component
      help: give it one: component: "core/Repeat" passes everything through
    "#);
}

#[test]
fn unknown_process_is_told_at_both_ends_and_exports() {
    let graph = graph(
        r#"Graph(
            processes: { "read": Process(component: "core/Repeat") },
            connectors: [Connector(from: "reed.out", to: "x.in")],
            inports: { "in": "red.in" },
            outports: { "out": "y.out" },
        )"#,
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0103]: the connector `reed.out -> x.in` names the process `reed`, which does not exist
      help: did you mean `read`?
    error[MS0103]: the connector `reed.out -> x.in` names the process `x`, which does not exist
    error[MS0103]: the exported in-port `in` names the process `red`, which does not exist
      help: did you mean `read`?
    error[MS0103]: the exported out-port `out` names the process `y`, which does not exist
    error[MS0105]: nothing is connected to the required in-port `in` of process `read` (core/Repeat)
      help: connect it, or export it with inports
    "#);
}

#[test]
fn unknown_port_lists_those_there_are() {
    let graph = sketch(
        &[
            "read file/ReadLines iips: { \"pathx\": \"a\", \"path\": \"b\" }",
            "d core/Drop",
        ],
        &[
            "read.output -> d.in",
            "d.in -> read.out",
            "read.out -> d.foo[2]",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0104]: process `read` (file/ReadLines) has no in-port `pathx`
      help: did you mean `path`? its in-port is `path`
    error[MS0104]: process `read` (file/ReadLines) has no out-port `output`
      help: did you mean `out`? its out-port is `out`
    error[MS0104]: process `d` (core/Drop) has no out-port `in`
      help: `in` is an in-port
    error[MS0104]: process `read` (file/ReadLines) has no in-port `out`
      help: `out` is an out-port
    error[MS0104]: process `d` (core/Drop) has no in-port `foo`
      help: its in-port is `in`
    "#);
}

#[test]
fn missing_required_ports_are_told() {
    let graph = sketch(
        &["wrap text/Wrap", "cat core/Concat"],
        &["wrap.out -> cat.in[0]"],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0105]: nothing is connected to the required in-port `in` of process `wrap` (text/Wrap)
      help: connect it, or export it with inports
    error[MS0105]: process `wrap` (text/Wrap) needs a value for its setting `measure` (int)
      help: write iips: { "measure": … }, or connect the port
    error[MS0105]: the required out-port `out` of process `cat` (core/Concat) is not connected
      help: connect it; `core/Drop` discards what is not wanted
    "#);
}

#[test]
fn second_connector_from_an_out_port_is_told() {
    let graph = graph(
        r#"Graph(
            processes: {
                "a": Process(component: "core/Kick"),
                "b": Process(component: "core/Repeat"),
                "c": Process(component: "core/Drop"),
            },
            connectors: [
                Connector(from: "a.out", to: "b.in"),
                Connector(from: "a.out", to: "c.in"),
            ],
            outports: { "x": "a.out" },
        )"#,
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0106]: `a.out` leads to the connector `a.out -> b.in` and to the connector `a.out -> c.in`; an out-port has one connector
      help: core/Copy gives each a copy, core/Balance gives each packet to one of them
    error[MS0106]: `a.out` leads to the connector `a.out -> b.in` and to the export `x`; an out-port has one connector
      help: core/Copy gives each a copy, core/Balance gives each packet to one of them
    "#);
}

#[test]
fn value_and_connector_on_one_port_are_told() {
    let graph = sketch(
        &[
            "k core/Kick",
            "w core/Take iips: { \"count\": 1, \"in\": 2 }",
            "d core/Drop",
        ],
        &["k.out -> w.count", "w.out -> d.in"],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0107]: `w.count` has a value and also the connector `k.out -> w.count`
      help: remove one of the two
    "#);
}

#[test]
fn several_connectors_into_an_in_port_are_welcome() {
    let graph = sketch(
        &["a core/Kick", "b core/Kick", "d core/Drop"],
        &["a.out -> d.in", "b.out -> d.in"],
    );
    assert_snapshot!(told(&graph), @"");
}

#[test]
fn elements_belong_to_array_ports_only() {
    let graph = sketch(
        &["a core/Kick", "b core/Copy", "d core/Drop"],
        &["a.out[0] -> b.in", "b.out -> d.in"],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0108]: `a.out[0]` names an element, but `out` is no array port
      help: write `a.out`
    error[MS0109]: `b.out` is an array port and needs an element
      help: write `b.out[0]`
    "#);
}

#[test]
fn gap_between_elements_is_a_hint() {
    let graph = sketch(
        &["a core/Kick", "b core/Copy", "d core/Drop"],
        &["a.out -> b.in", "b.out[0] -> d.in", "b.out[4] -> d.in"],
    );
    assert_snapshot!(told(&graph), @"hint[MS0110]: `b.out[4]` is used, but not `b.out[1]` and 2 more");
}

#[test]
fn type_mismatch_names_the_component_between() {
    let graph = sketch(
        &[
            "a image/Load iips: { \"path\": \"x\" }",
            "b text/Lines",
            "c core/Unbatch",
            "d core/Drop",
            "j core/Join",
            "k core/Kick",
            "w text/Wrap iips: { \"measure\": 1 }",
        ],
        &[
            "a.out -> b.in",
            "b.out -> c.in",
            "c.out -> d.in",
            "k.out -> j.left",
            "j.out -> w.in",
            "w.out -> j.right",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0111]: `a.out` sends opaque, but `b.in` takes text | bytes
    error[MS0111]: `b.out` sends text, but `c.in` takes list
      help: put json/Read between them: b.out -> json/Read -> c.in
    error[MS0111]: `j.out` sends record, but `w.in` takes text
      help: put json/Write between them: j.out -> json/Write -> w.in
    error[MS0111]: `w.out` sends text, but `j.right` takes record
      help: put json/Read between them: w.out -> json/Read -> j.right
    warning[MS0114]: the cycle `j` -> `w` -> `j` cannot drain: each waits for the other to end
      help: let one of them end by itself (core/Take), or lead the packets to a second process instead of back
    "#);
}

#[test]
fn bad_values_are_told_in_words() {
    let graph = sketch(
        &[
            "a core/Take iips: { \"count\": -1 }",
            "b core/Take iips: { \"count\": \"3\" }",
            "c file/ReadLines iips: { \"path\": 3 }",
        ],
        &["c.out -> a.in", "a.out -> b.in", "b.out -> a.in"],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0112]: process `a`: `count` is -1, but must be at least 0
    error[MS0112]: process `b`: `count` is "3", but must be int
      help: without quotes: 3
    error[MS0112]: process `c`: `path` is 3, but must be text
      help: in quotes: "3"
    "#);
}

#[test]
fn cycle_without_entry_cannot_start() {
    let graph = sketch(
        &[
            "a core/Repeat",
            "b data/Filter iips: { \"where\": \"x\" }",
            "c core/Repeat",
            "d core/Drop",
        ],
        &[
            "a.out -> b.in",
            "b.out -> a.in",
            "b.rejected -> c.in",
            "c.out -> d.in",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0113]: the cycle `a` -> `b` -> `a` cannot start: nothing enters it, and each waits for the other
      help: send a first packet into it, for example from core/Kick
    warning[MS0116]: process `c` never gets a packet: all that feeds it waits for a cycle
    warning[MS0116]: process `d` never gets a packet: all that feeds it waits for a cycle
    "#);
}

#[test]
fn cycle_fed_from_outside_cannot_drain() {
    let graph = sketch(
        &["k core/Kick", "a core/Repeat", "b core/Repeat"],
        &["k.out -> a.in", "a.out -> b.in", "b.out -> a.in"],
    );
    assert_snapshot!(told(&graph), @r#"
    warning[MS0114]: the cycle `a` -> `b` -> `a` cannot drain: each waits for the other to end
      help: let one of them end by itself (core/Take), or lead the packets to a second process instead of back
    "#);
}

#[test]
fn cycle_that_ends_by_itself_is_fine() {
    let graph = sketch(
        &[
            "k core/Kick",
            "a core/Take iips: { \"count\": 3 }",
            "b core/Repeat",
        ],
        &["k.out -> a.in", "a.out -> b.in", "b.out -> a.in"],
    );
    assert_snapshot!(told(&graph), @"");
}

#[test]
fn server_and_its_handler_are_a_good_cycle() {
    let graph = sketch(
        &["s http/Serve", "a core/Repeat"],
        &["s.out -> a.in", "a.out -> s.in"],
    );
    assert_snapshot!(told(&graph), @"");
}

#[test]
fn diamond_before_a_reader_in_order_is_a_warning() {
    let graph = sketch(
        &[
            "k core/Kick",
            "copy core/Copy",
            "r core/Repeat",
            "cat core/Concat",
            "d core/Drop",
        ],
        &[
            "k.out -> copy.in",
            "copy.out[0] -> cat.in[0]",
            "copy.out[1] -> r.in capacity: 4",
            "r.out -> cat.in[1] capacity: 4",
            "cat.out -> d.in",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    warning[MS0115]: branches from `copy` meet again at `cat`: the one into `cat.in[1]` is read last and holds 8 packets (`copy.out[1] -> r.in` 4, `r.out -> cat.in[1]` 4), then `copy` blocks
      help: give the branch a capacity for all packets that wait while `cat` reads the other
    "#);
}

#[test]
fn small_diamond_before_another_reader_is_a_hint() {
    let graph = sketch(
        &[
            "k core/Kick",
            "copy core/Copy",
            "g core/Gate",
            "d core/Drop",
        ],
        &[
            "k.out -> copy.in",
            "copy.out[0] -> g.in",
            "copy.out[1] -> g.control capacity: 1",
            "g.out -> d.in",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    hint[MS0115]: branches from `copy` meet again at `g`: the one into `g.control` may have to wait and holds 1 packet (`copy.out[1] -> g.control` 1), then `copy` blocks
      help: give the branch a capacity for all packets that wait while `g` reads the other
    "#);
}

#[test]
fn large_diamond_and_dropping_branch_are_fine() {
    let graph = sketch(
        &[
            "k core/Kick",
            "copy core/Copy",
            "g core/Gate",
            "d core/Drop",
        ],
        &[
            "k.out -> copy.in",
            "copy.out[0] -> g.in",
            "copy.out[1] -> g.control",
            "g.out -> d.in",
        ],
    );
    assert_snapshot!(told(&graph), @"");
}

/// A fork with two branches; the second one, `branch`, leads to `cat.in[1]`, which is read last.
fn read_last(branch: &[&str], connectors: &[&str]) -> String {
    let mut processes = vec![
        "k core/Kick",
        "copy core/Copy",
        "cat core/Concat",
        "d core/Drop",
    ];
    processes.extend(branch);
    let mut all = vec![
        "k.out -> copy.in",
        "copy.out[0] -> cat.in[0]",
        "cat.out -> d.in",
    ];
    all.extend(connectors);
    told(&sketch(&processes, &all))
}

#[test]
fn branch_that_is_taken_in_whole_never_fills() {
    let sorted = read_last(
        &["s core/Sort", "r core/Repeat"],
        &[
            "copy.out[1] -> r.in",
            "r.out -> s.in capacity: 1",
            "s.out -> cat.in[1] capacity: 1",
        ],
    );
    assert_snapshot!(sorted, @"");
    let counted = read_last(
        &["n core/Count"],
        &["copy.out[1] -> n.in", "n.count -> cat.in[1] capacity: 1"],
    );
    assert_snapshot!(counted, @"");
    let through = read_last(
        &["n core/Count", "e core/Drop"],
        &[
            "copy.out[1] -> n.in",
            "n.count -> e.in",
            "n.out -> cat.in[1] capacity: 1",
        ],
    );
    assert!(through.contains("MS0115"), "the other port: {through}");
}

#[test]
fn branch_that_takes_no_more_than_it_has_room_for_never_fills() {
    let take = |process: &str| {
        read_last(
            &[process],
            &["copy.out[1] -> t.in", "t.out -> cat.in[1] capacity: 8"],
        )
    };
    assert_snapshot!(take("t core/Take iips: { \"count\": 8 }"), @"");
    let more = take("t core/Take iips: { \"count\": 9 }");
    assert!(more.contains("MS0115"), "{more}");
}

#[test]
fn branch_behind_one_that_is_silent_until_the_end_is_a_warning() {
    let graph = sketch(
        &[
            "k core/Kick",
            "n core/Count",
            "cat core/Concat",
            "d core/Drop",
        ],
        &[
            "k.out -> n.in",
            "n.count -> cat.in[0]",
            "n.out -> cat.in[1] capacity: 3",
            "cat.out -> d.in",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    warning[MS0115]: branches from `n` meet again at `cat`: the one into `cat.in[1]` is read last and holds 3 packets (`n.out -> cat.in[1]` 3), then `n` blocks
      help: give the branch a capacity for all packets that wait while `cat` reads the other
    "#);
}

#[test]
fn join_lets_its_left_branch_wait() {
    let graph = sketch(
        &[
            "k core/Kick",
            "copy core/Copy",
            "j core/Join",
            "d core/Drop",
        ],
        &[
            "k.out -> copy.in",
            "copy.out[0] -> j.left",
            "copy.out[1] -> j.right",
            "j.out -> d.in",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    hint[MS0115]: branches from `copy` meet again at `j`: the one into `j.left` is read last, beyond what `j` holds itself, and holds 64 packets (`copy.out[0] -> j.left` 64), then `copy` blocks
      help: give the branch a capacity for all packets that wait while `j` reads the other
    "#);
}

#[test]
fn opaque_value_stays_on_its_worker() {
    let graph = sketch(
        &[
            "a image/Load iips: { \"path\": \"x\" }, worker: \"w1\"",
            "b image/Scale",
            "d core/Drop",
        ],
        &["a.out -> b.in", "b.out -> d.in"],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0117]: `a.out -> b.in` carries opaque values from worker `w1` to the default worker; they cannot leave their worker
      help: give both processes the same worker, or convert to bytes or a record
    "#);
}

#[test]
fn brackets_nobody_made_are_a_hint() {
    let graph = sketch(
        &[
            "a file/ReadLines iips: { \"path\": \"x\" }",
            "u core/Ungroup",
            "g core/Group",
            "v core/Ungroup",
            "d core/Drop",
        ],
        &[
            "a.out -> u.in",
            "u.out -> g.in",
            "g.out -> v.in",
            "v.out -> d.in",
        ],
    );
    assert_snapshot!(told(&graph), @r#"
    hint[MS0119]: process `u` removes brackets, but nothing upstream makes any
      help: put core/Group upstream where the groups begin
    "#);
}

#[test]
fn dead_letters_need_somewhere_to_go() {
    let graph = sketch(
        &[
            "a core/Kick",
            "b core/Repeat on_error: dead_letter",
            "c core/Repeat on_error: dead_letter",
            "d core/Drop",
        ],
        &["a.out -> b.in", "b.out -> c.in", "c.error -> d.in"],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0120]: process `b` sends failed packets to `error`, which is not connected
      help: connect `b.error`, or write on_error: skip to lose and count them
    "#);
}

#[test]
fn replicas_are_refused() {
    let graph = sketch(
        &["a core/Kick replicas: 2", "d core/Drop"],
        &["a.out -> d.in"],
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0121]: process `a` asks for 2 copies; this version runs one
      help: put core/Balance in front of several processes
    "#);
}

#[test]
fn unknown_members_are_warned_of() {
    let graph =
        graph(r#"Graph(groups: [Group(name: "g", processes: ["x"])], layout: { "y": (1, 2) })"#);
    assert_snapshot!(told(&graph), @r#"
    warning[MS0123]: group `g` names the process `x`, which does not exist
    warning[MS0123]: the layout names the process `y`, which does not exist
    "#);
}

#[test]
fn package_without_version_is_warned_of() {
    let graph = graph(
        r#"Graph(
            packages: { "b/c": "^1" },
            processes: { "a": Process(component: "a/b/C"), "b": Process(component: "b/c/D") },
        )"#,
    );
    assert_snapshot!(told(&graph), @r#"
    error[MS0101]: process `a`: there is no component `a/b/C`
      help: install its package: millstream package install a/b
    warning[MS0125]: process `a`: the package `a/b` is not among `packages`
      help: add packages: { "a/b": "^1.0" } with the version you use
    error[MS0101]: process `b`: there is no component `b/c/D`
      help: install its package: millstream package install b/c
    "#);
}

#[test]
fn unsavable_value_is_told() {
    let mut graph = sketch(&["a core/Kick", "d core/Drop"], &["a.out -> d.in"]);
    let value = millstream_packet::Value::opaque(1_u8);
    graph.processes[0]
        .iips
        .insert("value".parse().unwrap(), value);
    assert_snapshot!(told(&graph), @"error[MS0124]: the value on `a.value`: an opaque value (u8) cannot be saved");
}

#[test]
fn subgraph_ports_count_like_those_of_a_component() {
    let files = files(&[(
        "sub.ron",
        r#"Graph(
            processes: { "w": Process(component: "text/Wrap") },
            inports: { "in": "w.in", "width": "w.measure" },
            outports: { "out": "w.out" },
        )"#,
    )]);
    let graph = sketch(
        &[
            "k core/Kick",
            "s ./sub.ron iips: { \"width\": -1 }",
            "u core/Unbatch",
            "n ./none.ron",
        ],
        &["k.out -> s.in", "s.out -> u.in", "u.out -> s.height"],
    );
    assert_snapshot!(told_in(&graph, &files), @r#"
    error[MS0122]: process `n`: the subgraph cannot be opened: no file none.ron
    error[MS0104]: process `s` (./sub.ron) has no in-port `height`
      help: its in-ports are `in`, `width`
    error[MS0111]: `s.out` sends text, but `u.in` takes list
      help: put json/Read between them: s.out -> json/Read -> u.in
    error[MS0112]: process `s`: `width` is -1, but must be at least 0
    warning[MS0114]: the cycle `s` -> `u` -> `s` cannot drain: each waits for the other to end
      help: let one of them end by itself (core/Take), or lead the packets to a second process instead of back
    "#);
}

#[test]
fn subgraph_that_contains_itself_is_told_with_its_chain() {
    let files = files(&[
        (
            "a.ron",
            r#"Graph(processes: { "b": Process(component: "./b.ron") })"#,
        ),
        (
            "b.ron",
            r#"Graph(processes: { "a": Process(component: "./a.ron") })"#,
        ),
    ]);
    let graph = sketch(&["s ./a.ron"], &[]);
    assert_snapshot!(told_in(&graph, &files), @"error[MS0118]: process `s`: a subgraph contains itself: a.ron -> b.ron -> a.ron");
}

#[test]
fn findings_lead_to_their_place_in_the_text() {
    let text = r#"Graph(
    processes: { "a": Process(component: "core/Cpy", iips: { "x": 1 }) },
    connectors: [Connector(from: "a.out", to: "b.in")],
)"#;
    let parsed = crate::file::read(text).unwrap();
    let findings = check(&parsed.graph, &catalog(), &NoSubgraphs);
    let places: Vec<_> = findings
        .iter()
        .map(|finding| {
            let span = finding.place.span(&parsed.spans).unwrap();
            let (line, column) = crate::file::line_column(text, span.start);
            format!(
                "{} {line}:{column} {}",
                finding.code,
                text.get(span).unwrap()
            )
        })
        .collect();
    assert_eq!(places, ["MS0101 2:42 \"core/Cpy\"", "MS0103 3:47 \"b.in\""]);
}

#[test]
fn findings_of_one_code_are_counted_beyond_a_hundred() {
    let mut text = String::from("Graph(processes: {");
    for at in 0..1000 {
        write!(text, "\"p{at}\": Process(component: \"core/Cpy\"),").unwrap();
    }
    text.push_str("})");
    let findings = check(&graph(&text), &catalog(), &NoSubgraphs);
    assert_eq!(findings.len(), 101);
    let last = findings.last().unwrap();
    assert_eq!(
        (last.code, last.message.as_str()),
        (Code::UnknownComponent, "900 more of these")
    );
}

#[test]
fn twenty_thousand_processes_are_checked() {
    let graph = crate::testing::ladder(10_000);
    let findings = check(&graph, &catalog(), &NoSubgraphs);
    assert!(findings.is_empty(), "{:?}", findings.first());
}
