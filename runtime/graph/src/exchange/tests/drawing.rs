//! Pictures that other programs draw.

use insta::assert_snapshot;

use crate::exchange::{write_dot, write_mermaid};
use crate::testing::graph;

const GRAPH: &str = r#"Graph(
    name: "a \"graph\"",
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "a|b<c>.txt" }),
        "copy": Process(component: "./parts/copy.ron", label: "Kopie {x}", note: "two\nlines"),
        "end": Process(),
        "x-1": Process(component: "core/Drop"),
    },
    connectors: [
        Connector(from: "read.out", to: "copy.in", capacity: 8, note: "say \"ah\""),
        Connector(from: "copy.out[0]", to: "end.in-x", when_full: drop_oldest),
        Connector(from: "copy.out[1]", to: "x-1.in"),
        Connector(from: "copy.out[2]", to: "nobody.in"),
    ],
    inports: { "path": "read.path" },
    outports: { "rest": "end.out" },
    groups: [
        Group(name: "first <1>", processes: ["read", "copy"], note: "why"),
        Group(name: "second", processes: ["copy", "end"]),
    ],
)"#;

#[test]
fn dot() {
    let exported = write_dot(&graph(GRAPH));
    assert_snapshot!(exported.text, @r##"
    digraph "a \"graph\"" {
      rankdir=LR;
      fontname="sans-serif";
      fontsize=11;
      node [shape=record, fontname="sans-serif", fontsize=11];
      edge [fontname="sans-serif", fontsize=10];
      subgraph cluster_0 {
        label="first <1>: why"; style="rounded,filled"; fillcolor="#eef3fb"; color="#9fb4d4";
        "read" [label="{{<i_path> path}|read\nfile/ReadLines|{<o_out> out}}"];
        "copy" [label="{{<i_in> in}|Kopie \{x\}\n./parts/copy.ron\ntwo\nlines|{<o_out_0> out[0]|<o_out_1> out[1]|<o_out_2> out[2]}}"];
      }
      subgraph cluster_1 {
        label="second"; style="rounded,filled"; fillcolor="#eef3fb"; color="#9fb4d4";
        "end" [label="{{<i_in__x> in-x}|end|{<o_out> out}}", style=dashed];
      }
      "x-1" [label="{{<i_in> in}|x-1\ncore/Drop}"];
      "value_0" [label="\"a|b<c>.txt\"", shape=note, fontname="monospace", fontsize=10];
      "value_0" -> "read":i_path:w [style=dotted];
      "read":o_out:e -> "copy":i_in:w [label="≤ 8, say \"ah\""];
      "copy":o_out_0:e -> "end":i_in__x:w [label="drops oldest"];
      "copy":o_out_1:e -> "x-1":i_in:w;
      "in path" [label="path", shape=cds];
      "in path" -> "read":i_path:w;
      "out rest" [label="rest", shape=cds];
      "end":o_out:e -> "out rest";
    }
    "##);
    let said: Vec<String> = exported
        .notices
        .into_iter()
        .map(|notice| notice.message)
        .collect();
    assert_eq!(
        said,
        [
            "left out: a second membership of `copy` in `second`",
            "left out: `copy.out[2] -> nobody.in`, which leads to no process",
        ]
    );
}

#[test]
fn mermaid() {
    assert_snapshot!(write_mermaid(&graph(GRAPH)).text, @r##"
    flowchart LR
      subgraph g0 ["first #60;1#62;: why"]
        p0["<b>read</b><br/>file/ReadLines"]
        p1[["<b>Kopie #123;x#125;</b><br/>./parts/copy.ron<br/><i>two<br/>lines</i>"]]
      end
      subgraph g1 ["second"]
        p2["<b>end</b><br/>no component"]
      end
      p3["<b>x-1</b><br/>core/Drop"]
      v0>"#34;a#124;b#60;c#62;.txt#34;"] -. "path" .-> p0
      p0 -- "out → in, ≤ 8, say #34;ah#34;" --> p1
      p1 -- "out[0] → in-x, drops oldest" --> p2
      p1 -- "out[1] → in" --> p3
      in0(["path"]) -- "path" --> p0
      p2 -- "out" --> out0(["rest"])
    "##);
}
