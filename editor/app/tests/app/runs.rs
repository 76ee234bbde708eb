//! Runs: what the runtime is asked, what is seen of it, and what happens when it goes.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use millstream_app::HostEvent;
use millstream_protocol::extension::{
    Attached, Finding, Graph, GraphState, Graphs, Level, LogLine, Packet, PacketKind, Packets,
    Request, Response, Severity, Steered, Target,
};

use crate::support::{FLOW, Window, flow_counts, info};

fn running() -> Window {
    let mut window = Window::with_graph(FLOW);
    window.run("flow", flow_counts("flow"));
    window
}

/// What was asked since, apart from signs of life.
fn asked(window: &mut Window) -> Vec<Request> {
    let mut asked = Vec::new();
    while let Some((request, _)) = window.runtime.next_asked() {
        if !matches!(request, Request::List(_)) {
            asked.push(request);
        }
    }
    asked
}

#[test]
fn run_starts_a_runtime_gives_it_the_graph_and_follows_it() {
    let window = running();
    let asked = window.runtime.all_asked();
    let text = window.text();
    assert!(
        asked
            .iter()
            .any(|asked| matches!(asked, Request::Load(load) if load.text == Some(text.clone())))
    );
    assert!(
        asked
            .iter()
            .any(|asked| matches!(asked, Request::Restart(name) if name.graph == "flow"))
    );
    assert!(
        asked
            .iter()
            .any(|asked| matches!(asked, Request::Subscribe(wish) if wish.interval_ms >= 100))
    );
    assert!(window.has("Local runtime, running"));
    assert!(window.has("deployed"));
    assert!(window.has("1 blocked"));
}

#[test]
fn change_while_it_runs_is_marked_as_not_deployed() {
    let mut window = running();
    window.press(Key::Escape);
    window.add("core/Kick");
    assert!(window.has("changed since deployed"));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(window.has("deployed"));
}

#[test]
fn graph_with_errors_is_not_sent_and_the_problems_are_shown() {
    let mut window = Window::with_graph(&FLOW.replace("core/Drop", "core/Drip"));
    window.click("Text");
    window.press(Key::F5);
    window.settle();
    assert!(
        !window
            .runtime
            .all_asked()
            .iter()
            .any(|asked| matches!(asked, Request::Load(_)))
    );
    assert!(window.has_part("problem Process"));
}

#[test]
fn what_the_runtime_refuses_is_told() {
    let mut window = Window::with_graph(FLOW);
    window.press(Key::F5);
    window.settle();
    while let Some((request, answers)) = window.runtime.next_asked() {
        if let Request::Load(_) = request {
            let graph = Graph {
                info: info("flow", GraphState::Stopped),
                text: String::new(),
                findings: vec![Finding {
                    code: "MS0101".to_owned(),
                    severity: Severity::Error,
                    message: "there is no component here".to_owned(),
                    help: None,
                }],
            };
            window
                .runtime
                .tell(Response::Graph(Box::new(graph)), answers);
        }
    }
    window.settle();
    assert!(window.has_part("there is no component here"));
    assert!(
        !window
            .runtime
            .all_asked()
            .iter()
            .any(|asked| matches!(asked, Request::Restart(_)))
    );
}

#[test]
fn culprit_is_named_on_the_canvas_and_in_the_inspector() {
    let mut window = running();
    window.click_row("process slow, core/Throttle");
    assert!(window.has_part("Backpressure starts here: 12 % busy, 1 wire waits"));
}

#[test]
fn wire_is_held_stepped_and_released() {
    let mut window = running();
    window.click_part("wire numbers.out to slow.in");
    asked(&mut window);
    window.press(Key::F8);
    let target = Target::Connector("numbers.out->slow.in".to_owned());
    assert!(matches!(&asked(&mut window)[..], [Request::Hold(steer)] if steer.target == target));
    let steered = Steered {
        graph: "flow".to_owned(),
        target: target.clone(),
        held: true,
    };
    window.runtime.tell(Response::Steered(steered), None);
    window.settle();
    window.press(Key::F10);
    assert!(matches!(&asked(&mut window)[..], [Request::Step(step)] if step.target == target));
    window.press(Key::F8);
    assert!(matches!(&asked(&mut window)[..], [Request::Release(_)]));
}

#[test]
fn probe_shows_packets_and_puts_them_in_again() {
    let mut window = running();
    window.click_part("wire numbers.out to slow.in");
    asked(&mut window);
    window.harness.key_press(Key::P);
    window.settle();
    let (request, answers) = window.runtime.next_asked().unwrap();
    assert!(
        matches!(request, Request::Attach(attach) if attach.connector == "numbers.out->slow.in")
    );
    let attached = Attached {
        probe: 7,
        graph: "flow".to_owned(),
        connector: "numbers.out->slow.in".to_owned(),
    };
    window.runtime.tell(Response::Attached(attached), answers);
    window.settle();
    tell_packet(&mut window, 1);
    let row = "packet 1 on numbers.out->slow.in: {\"n\":1}";
    assert!(window.has(row));
    // The view stands still, packets go on.
    window.click("Pause the view, not the graph");
    tell_packet(&mut window, 2);
    assert!(!window.has_part("packet 2 on"));
    window.click("Go on showing packets");
    assert!(window.has_part("packet 2 on"));
    window.click(row);
    window.click("Inject packet again");
    let injected = asked(&mut window);
    assert!(
        matches!(&injected[..], [Request::Inject(inject)] if inject.port == "numbers.out->slow.in"),
        "{injected:?}"
    );
    window.click("End probe of numbers.out->slow.in");
    assert!(matches!(&asked(&mut window)[..], [Request::Detach(detach)] if detach.probe == 7));
}

fn tell_packet(window: &mut Window, seq: u64) {
    let packet = Packet {
        seq,
        at_ms: 10 * seq,
        kind: PacketKind::Data,
        value: Some(serde_json::json!({ "n": seq })),
        preview: None,
        depth: 0,
    };
    let packets = Packets {
        probe: 7,
        packets: vec![packet],
        skipped: 0,
        missed: 0,
    };
    window.runtime.tell(Response::Packets(packets), None);
    window.settle();
}

#[test]
fn log_lines_lead_to_their_process() {
    let mut window = running();
    let line = LogLine {
        level: Level::Error,
        time: "2026-11-21T10:00:00.000Z".to_owned(),
        process: Some("slow".to_owned()),
        message: "packet 7: not a number".to_owned(),
        missed: 0,
    };
    window.runtime.tell(Response::Log(line), None);
    window.settle();
    window.click("Logs");
    window.click("error slow: packet 7: not a number");
    assert!(
        window.has("core/Throttle"),
        "the inspector shows the process"
    );
}

#[test]
fn end_of_a_run_is_told_with_its_fault() {
    let mut window = running();
    let mut ended = info("flow", GraphState::Failed);
    ended.fault = Some("process `slow` failed: too slow".to_owned());
    window.runtime.tell(Response::State(ended), None);
    window.settle();
    assert!(window.has_part("Flow failed: process `slow` failed: too slow"));
    let banner = "The run failed: process slow failed: too slow";
    assert!(window.has(banner));
    window.click("Runs");
    assert!(window.has_part("run of flow, failed"));
    window.harness.run_steps(400);
    assert!(window.has(banner), "it stays until it is read");
    window
        .harness
        .get_by_role_and_label(Role::Button, "Dismiss")
        .click();
    window.settle();
    assert!(!window.has(banner));
}

#[test]
fn broken_link_shows_old_numbers_as_old_and_comes_back_by_itself() {
    let mut window = running();
    assert!(!window.has("numbers are old"));
    window.runtime.go_down();
    window.settle();
    assert!(window.has("numbers are old"));
    assert!(window.has_part("reconnecting"));
    window.runtime.come_up();
    window.harness.run_steps(400);
    assert!(window.has("Local runtime, running"));
    let again = window.runtime.all_asked().into_iter();
    let again = again.filter(|asked| matches!(asked, Request::Subscribe(_)));
    assert_eq!(again.count(), 2, "it follows the graph again");
    window
        .runtime
        .tell(Response::Snapshot(flow_counts("flow")), None);
    window.settle();
    assert!(!window.has("numbers are old"));
}

#[test]
fn runtime_that_dies_is_told_and_started_again() {
    let mut window = running();
    window.host.tell(HostEvent::RuntimeEnded {
        reason: "killed".to_owned(),
    });
    window.settle();
    assert!(window.has_part("The runtime has ended: killed"));
    assert!(window.has("No runtime"));
    window.press(Key::F5);
    window.settle();
    assert!(window.has_part("Local runtime"));
}

#[test]
fn other_runtime_is_attached_by_address_and_secret() {
    let mut window = Window::with_graph(FLOW);
    window.press_command("Attach to a runtime…");
    window.type_into("Address", "ws://mill:3569");
    window.type_into("Secret", "word");
    window.click("Attach");
    window.settle();
    assert!(window.has("mill:3569"));
    window.press(Key::F5);
    window.serve("flow");
    assert!(
        window
            .runtime
            .all_asked()
            .iter()
            .any(|asked| matches!(asked, Request::Restart(_)))
    );
}

#[test]
fn graph_of_the_runtime_is_opened() {
    let mut window = running();
    while window.runtime.next_asked().is_some() {}
    let graphs = Graphs {
        graphs: vec![info("other", GraphState::Running)],
    };
    window.runtime.tell(Response::Graphs(graphs), None);
    let other = info("other", GraphState::Running);
    window.runtime.tell(Response::State(other.clone()), None);
    window.settle();
    window.click("Runs");
    window.click("graph other, running");
    let mut asked = std::iter::from_fn(|| window.runtime.next_asked());
    let get = asked.find(|(asked, _)| matches!(asked, Request::Get(name) if name.graph == "other"));
    let (_, answers) = get.expect("its text is asked for");
    let graph = Graph {
        info: other,
        text: FLOW.replace("flow", "other"),
        findings: Vec::new(),
    };
    window
        .runtime
        .tell(Response::Graph(Box::new(graph)), answers);
    window.settle();
    assert!(window.text().contains("name: \"other\""));
}

#[test]
fn sample_runs_at_a_click() {
    let mut window = Window::new(crate::support::host());
    window.click("Run the sample");
    window.serve("sample");
    let asked = window.runtime.all_asked();
    assert!(
        asked
            .iter()
            .any(|asked| matches!(asked, Request::Restart(name) if name.graph == "sample"))
    );
}
