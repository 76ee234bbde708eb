//! Every message as it stands on the wire, and back again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::extension as own;
use crate::fbp::{self, component, graph, network, runtime, trace};
use crate::{Reply, Request, Response};

/// One line each, after a look whether it reads back as what it was.
fn lines<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(messages: &[T]) -> String {
    let line = |message: &T| {
        let text = serde_json::to_string(message).unwrap();
        assert_eq!(
            &serde_json::from_str::<T>(&text).unwrap(),
            message,
            "{text}"
        );
        text
    };
    messages.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn requests(messages: Value) -> Vec<Request> {
    serde_json::from_value(messages).unwrap()
}

fn port(node: &str, port: &str) -> fbp::Port {
    fbp::Port {
        node: node.to_owned(),
        port: port.to_owned(),
        index: None,
    }
}

fn definition() -> fbp::PortDefinition {
    fbp::PortDefinition {
        id: "in".to_owned(),
        kind: "all".to_owned(),
        required: Some(true),
        addressable: Some(false),
        description: Some("Any packets.".to_owned()),
        ..fbp::PortDefinition::default()
    }
}

#[test]
fn fbp_runtime_and_component() {
    use Response::{Component, Runtime};
    let packet = runtime::Packet {
        port: "in".to_owned(),
        event: runtime::Event::Data,
        graph: "g".to_owned(),
        kind: None,
        schema: None,
        payload: Some(json!(null)),
    };
    let open = runtime::Packet {
        event: runtime::Event::BeginGroup,
        payload: None,
        ..packet.clone()
    };
    let source = component::Source {
        name: "sub".to_owned(),
        language: "ron".to_owned(),
        library: None,
        code: "Graph(format: 1)".to_owned(),
        tests: None,
    };
    let described = component::Component {
        name: "core/Repeat".to_owned(),
        description: Some("Passes on.".to_owned()),
        icon: None,
        subgraph: false,
        in_ports: vec![definition()],
        out_ports: vec![],
    };
    let identity = runtime::Runtime {
        id: Some("f18a4924-9d4f-414d-a37c-cd24b39bba10".to_owned()),
        label: None,
        version: fbp::VERSION.to_owned(),
        all_capabilities: Some(vec![fbp::Capability::Runtime, fbp::Capability::GetSource]),
        capabilities: vec![fbp::Capability::GraphReadOnly],
        graph: Some("main".to_owned()),
        kind: "millstream".to_owned(),
    };
    let ports = runtime::Ports {
        graph: "g".to_owned(),
        ins: vec![definition()],
        outs: vec![],
    };
    let error = || "no".to_owned();
    insta::assert_snapshot!(lines(&[
        Runtime(runtime::Response::Runtime(Box::new(identity))),
        Runtime(runtime::Response::Ports(ports)),
        Runtime(runtime::Response::Packet(packet.clone())),
        Runtime(runtime::Response::Packet(open)),
        Runtime(runtime::Response::PacketSent(packet)),
        Runtime(runtime::Response::Error(runtime::Error {
            message: error()
        })),
        Component(component::Response::Component(Box::new(described))),
        Component(component::Response::ComponentsReady(42)),
        Component(component::Response::Source(source)),
        Component(component::Response::Error(component::Error {
            message: error()
        })),
    ]));
}

#[test]
fn fbp_graph() {
    let messages = json!([
        ["clear", { "id": "g", "name": "G", "main": true }],
        ["clear", { "id": "g" }],
        ["addnode", { "id": "a", "component": "core/Repeat", "metadata": { "x": 1 }, "graph": "g" }],
        ["removenode", { "id": "a", "graph": "g" }],
        ["renamenode", { "from": "a", "to": "b", "graph": "g" }],
        ["changenode", { "id": "a", "metadata": { "label": null }, "graph": "g" }],
        ["addedge", { "src": { "node": "a", "port": "out", "index": 1 }, "tgt": { "node": "b", "port": "in" },
            "metadata": { "capacity": 8 }, "graph": "g" }],
        ["removeedge", { "src": { "node": "a", "port": "out" }, "tgt": { "node": "b", "port": "in" }, "graph": "g" }],
        ["changeedge", { "src": { "node": "a", "port": "out" }, "tgt": { "node": "b", "port": "in" },
            "metadata": {}, "graph": "g" }],
        ["addinitial", { "src": { "data": null }, "tgt": { "node": "b", "port": "in" }, "graph": "g" }],
        ["removeinitial", { "tgt": { "node": "b", "port": "in" }, "graph": "g" }],
        ["removeinitial", { "src": { "data": [1] }, "tgt": { "node": "b", "port": "in" }, "graph": "g" }],
        ["addinport", { "public": "p", "node": "a", "port": "in", "graph": "g" }],
        ["removeinport", { "public": "p", "graph": "g" }],
        ["renameinport", { "from": "p", "to": "q", "graph": "g" }],
        ["addoutport", { "public": "p", "node": "a", "port": "out", "graph": "g" }],
        ["removeoutport", { "public": "p", "graph": "g" }],
        ["renameoutport", { "from": "p", "to": "q", "graph": "g" }],
        ["addgroup", { "name": "n", "nodes": ["a"], "metadata": { "description": "d" }, "graph": "g" }],
        ["removegroup", { "name": "n", "graph": "g" }],
        ["renamegroup", { "from": "n", "to": "m", "graph": "g" }],
        ["changegroup", { "name": "n", "metadata": {}, "graph": "g" }],
        ["error", { "message": "Requested graph not found" }],
    ]);
    let messages: Vec<Response> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|message| {
            let full = json!({ "protocol": "graph", "command": message[0], "payload": message[1] });
            serde_json::from_value(full).unwrap()
        })
        .collect();
    for message in &messages {
        let Response::Graph(message) = message else {
            panic!("{message:?}")
        };
        let is_error = matches!(message, graph::Message::Error(_));
        assert_eq!(message.graph(), (!is_error).then_some("g"));
    }
    insta::assert_snapshot!(lines(&messages));
}

#[test]
fn fbp_network_and_trace() {
    use network::Response as Said;
    let status = network::Status {
        graph: "g".to_owned(),
        time: Some("2026-01-01T00:00:00Z".to_owned()),
        uptime: Some(1.5),
        running: true,
        started: true,
        debug: None,
    };
    let bare = network::Status {
        graph: "g".to_owned(),
        ..network::Status::default()
    };
    let initial = network::Packet {
        id: "DATA -> IN Hello()".to_owned(),
        src: None,
        tgt: port("Hello", "in"),
        graph: "g".to_owned(),
        subgraph: None,
        data: Some(json!("Hello, world!")),
        group: None,
    };
    let open = network::Packet {
        id: "Hello() OUT -> IN World()".to_owned(),
        src: Some(port("Hello", "out")),
        data: None,
        group: Some("lines".to_owned()),
        subgraph: Some(vec!["sub".to_owned()]),
        ..initial.clone()
    };
    let edges = network::Edges {
        edges: vec![network::EdgeEnds {
            src: Some(port("a", "out")),
            tgt: port("b", "in"),
        }],
        graph: "g".to_owned(),
    };
    let error = network::Error {
        message: "no".to_owned(),
        stack: None,
        graph: Some("g".to_owned()),
    };
    let failed = network::ProcessError {
        id: "a".to_owned(),
        error: "it broke".to_owned(),
        graph: "g".to_owned(),
    };
    let dump = trace::Dump {
        graph: "g".to_owned(),
        format: trace::DumpFormat::Flowtrace,
        flowtrace: Some("{}".to_owned()),
    };
    let graph = || trace::Graph {
        graph: "g".to_owned(),
    };
    insta::assert_snapshot!(lines(&[
        Response::Network(Said::Started(status.clone())),
        Response::Network(Said::Stopped(status)),
        Response::Network(Said::Status(bare)),
        Response::Network(Said::Output(network::Output {
            message: "saved".to_owned()
        })),
        Response::Network(Said::Error(error)),
        Response::Network(Said::ProcessError(failed)),
        Response::Network(Said::Data(initial)),
        Response::Network(Said::BeginGroup(open.clone())),
        Response::Network(Said::EndGroup(open)),
        Response::Network(Said::Edges(edges)),
        Response::Trace(trace::Message::Start(trace::Start {
            graph: "g".to_owned(),
            buffersize: Some(400)
        })),
        Response::Trace(trace::Message::Stop(graph())),
        Response::Trace(trace::Message::Clear(graph())),
        Response::Trace(trace::Message::Dump(dump)),
        Response::Trace(trace::Message::Error(trace::Error {
            message: "no".to_owned()
        })),
    ]));
}

#[test]
fn fbp_requests() {
    let requests = requests(json!([
        { "protocol": "runtime", "command": "getruntime", "payload": {} },
        { "protocol": "runtime", "command": "packet", "payload": { "port": "in", "event": "endgroup", "graph": "g" } },
        { "protocol": "component", "command": "list", "payload": {} },
        { "protocol": "component", "command": "getsource", "payload": { "name": "core/Repeat" } },
        { "protocol": "component", "command": "source", "payload": { "name": "S", "language": "rhai", "code": "packet" } },
        { "protocol": "network", "command": "start", "payload": { "graph": "g" } },
        { "protocol": "network", "command": "stop", "payload": { "graph": "g" } },
        { "protocol": "network", "command": "getstatus", "payload": { "graph": "g" } },
        { "protocol": "network", "command": "persist", "payload": {} },
        { "protocol": "network", "command": "debug", "payload": { "enable": true, "graph": "g" } },
        { "protocol": "network", "command": "edges", "payload": { "edges": [], "graph": "g" } },
    ]));
    insta::assert_snapshot!(lines(&requests));
}

#[test]
fn own_requests() {
    let own = |command: &str, payload: Value| json!({ "protocol": "millstream", "command": command, "payload": payload });
    let requests = requests(json!([
        own("hello", json!({ "versions": [1], "client": "top" })),
        own("list", json!({})),
        own("get", json!({ "graph": "g" })),
        own("load", json!({ "graph": "g", "text": "Graph(format: 1)" })),
        own("load", json!({ "graph": "g" })),
        own("save", json!({ "graph": "g" })),
        own("start", json!({ "graph": "g" })),
        own("stop", json!({ "graph": "g" })),
        own("restart", json!({ "graph": "g" })),
        own(
            "subscribe",
            json!({ "graph": "g", "connectors": ["a.out->b.in"], "interval_ms": 50 })
        ),
        own("unsubscribe", json!({ "graph": "g" })),
        own(
            "attach",
            json!({ "graph": "g", "connector": "b.in", "last": 100, "every": 10, "per_second": 20,
            "preview_bytes": 80 })
        ),
        own("detach", json!({ "probe": 1 })),
        own(
            "hold",
            json!({ "graph": "g", "target": { "connector": "b.in" } })
        ),
        own(
            "step",
            json!({ "graph": "g", "target": { "process": "b" }, "packets": 3 })
        ),
        own(
            "release",
            json!({ "graph": "g", "target": { "process": "b" } })
        ),
        own(
            "inject",
            json!({ "graph": "g", "port": "in", "values": [1, "two"] })
        ),
        own(
            "plan",
            json!({ "graph": "g", "text": "Graph(format: 1)", "restart": ["b"] })
        ),
        own(
            "edit",
            json!({ "graph": "g", "set": [{ "process": "b", "port": "rate", "value": 5 }] })
        ),
        own("why", json!({ "graph": "g" })),
        own(
            "logs",
            json!({ "enable": true, "level": "warn", "process": "b" })
        ),
    ]));
    insta::assert_snapshot!(lines(&requests));
}

#[test]
fn own_responses_about_graphs() {
    use own::Response as Said;
    let info = own::GraphInfo {
        graph: "g".to_owned(),
        file: Some("g.ron".to_owned()),
        changed: false,
        state: own::GraphState::Running,
        fault: None,
        elapsed_ms: Some(7),
    };
    let graph = own::Graph {
        info: info.clone(),
        text: "Graph(format: 1)".to_owned(),
        findings: vec![own::Finding {
            code: "MS0104".to_owned(),
            severity: own::Severity::Error,
            message: "process `a` has no out-port `oot`".to_owned(),
            help: Some("did you mean `out`?".to_owned()),
        }],
    };
    let saved = own::Saved {
        graph: "g".to_owned(),
        file: "g.ron".to_owned(),
    };
    let refused = own::Error {
        code: own::ErrorCode::NotFound,
        message: "there is no graph `h`".to_owned(),
        graph: Some("h".to_owned()),
    };
    let line = own::LogLine {
        level: own::Level::Warn,
        time: "2026-01-01T00:00:00Z".to_owned(),
        process: Some("a".to_owned()),
        message: "it is late".to_owned(),
        missed: 0,
    };
    let welcome = own::Welcome {
        version: own::VERSION,
        server: "millstream 0.1.0".to_owned(),
        rights: vec![own::Right::Inspect, own::Right::Control],
        limits: own::Limits {
            message_bytes: 1,
            subscriptions: 2,
            probes: 3,
            interval_ms: 4,
            probe_packets: 5,
        },
    };
    let messages = [
        Said::Welcome(welcome),
        Said::Graphs(own::Graphs {
            graphs: vec![info.clone()],
        }),
        Said::Graph(Box::new(graph)),
        Said::Saved(saved),
        Said::State(info),
        Said::Log(line),
        Said::Done(own::Nothing {}),
        Said::Error(refused),
    ];
    insta::assert_snapshot!(lines(&messages.map(Response::Millstream)));
}

#[test]
fn own_responses_about_counts() {
    use own::Response as Said;
    let counts = own::ConnectorCounts {
        sent: 10,
        received: 7,
        dropped: 1,
        depth: 2,
        high_water: 4,
        rate: 3.5,
        blocked_percent: 12.5,
        starved_percent: 0.0,
        held: false,
    };
    let process = own::ProcessCounts {
        state: own::ProcessState::Starved,
        received: 7,
        sent: 0,
        failures: 0,
        busy_percent: 1.0,
    };
    let snapshot = own::Snapshot {
        graph: "g".to_owned(),
        run: 1,
        elapsed_ms: 100,
        connectors: vec![own::ConnectorInfo {
            from: vec!["a.out".to_owned()],
            to: "b.in".to_owned(),
            capacity: 64,
            counts,
        }],
        processes: vec![own::ProcessInfo {
            name: "b".to_owned(),
            component: "core/Drop".to_owned(),
            counts: process,
        }],
    };
    let changes = own::Changes {
        graph: "g".to_owned(),
        run: 1,
        elapsed_ms: 150,
        missed: 0,
        connectors: vec![(0, counts)],
        processes: vec![(0, process)],
    };
    let messages = [Said::Snapshot(snapshot), Said::Changes(changes)];
    insta::assert_snapshot!(lines(&messages.map(Response::Millstream)));
}

fn edit_steps() -> Vec<own::EditStep> {
    vec![
        own::EditStep {
            action: own::Action::Set,
            subject: "b".to_owned(),
            detail: Some("rate".to_owned()),
            waiting: 0,
        },
        own::EditStep {
            action: own::Action::Connect,
            subject: "a.out->n.in".to_owned(),
            detail: None,
            waiting: 4,
        },
    ]
}

fn reasons() -> Vec<own::Reason> {
    let chain = || vec!["a.out->b.in".to_owned()];
    vec![
        own::Reason::SlowConsumer {
            process: "b".to_owned(),
            chain: chain(),
            depth: 64,
            capacity: 64,
        },
        own::Reason::Held {
            connector: "a.out->b.in".to_owned(),
            chain: chain(),
        },
        own::Reason::Cycle {
            waits: vec!["b waits for room on b.out".to_owned()],
        },
    ]
}

#[test]
fn own_responses_about_packets() {
    use own::Response as Said;
    let packets = own::Packets {
        probe: 1,
        packets: vec![own::Packet {
            seq: 5,
            at_ms: 12,
            kind: own::PacketKind::Data,
            value: Some(json!({ "user": "ada", "password": "(secret)" })),
            preview: None,
            depth: 1,
        }],
        skipped: 4,
        missed: 0,
    };
    let target = own::Target::Connector("a.out->b.in".to_owned());
    let steered = own::Steered {
        graph: "g".to_owned(),
        target,
        held: true,
    };
    let attached = own::Attached {
        probe: 1,
        graph: "g".to_owned(),
        connector: "a.out->b.in".to_owned(),
    };
    let injected = own::Injected {
        graph: "g".to_owned(),
        port: "in".to_owned(),
        packets: 2,
    };
    let plan = own::Plan {
        graph: "g".to_owned(),
        steps: Vec::new(),
        refused: Some("the network is ending".to_owned()),
    };
    let edited = own::Edited {
        graph: "g".to_owned(),
        steps: edit_steps(),
        waits_for: vec!["n".to_owned()],
    };
    let why = own::Why {
        graph: "g".to_owned(),
        reasons: reasons(),
    };
    let messages = [
        Said::Attached(attached),
        Said::Packets(packets),
        Said::Steered(steered),
        Said::Plan(plan),
        Said::Edited(edited),
        Said::Injected(injected),
        Said::Why(why),
    ];
    insta::assert_snapshot!(lines(&messages.map(Response::Millstream)));
}

#[test]
fn replies_name_their_request_only_when_it_has_a_name() {
    let response = Response::Component(component::Response::ComponentsReady(1));
    let mut reply = Reply::from(response);
    assert_eq!(
        reply.to_text().unwrap(),
        r#"{"protocol":"component","command":"componentsready","payload":1}"#
    );
    reply.response_to = Some(json!("7"));
    assert_eq!(
        reply.to_text().unwrap(),
        r#"{"protocol":"component","command":"componentsready","payload":1,"responseTo":"7"}"#
    );
}
