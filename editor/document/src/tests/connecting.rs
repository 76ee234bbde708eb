//! Wires: what is refused with which reason and offer, and what is offered comes out right.

use crate::action::{Action, Add, ConnectMode, Deletion, Insertion, Shift, Wiring};
use crate::document::Document;
use crate::refusal::Refused;
use crate::selection::PortAt;
use crate::target::Target;
use crate::testing::{component, end, name, names, sketch, wire, wires};
use millstream_graph::Severity;

fn connect(
    document: &mut Document,
    from: &str,
    to: &str,
    mode: ConnectMode,
) -> Result<(), Refused> {
    let (from, to) = (end(from), end(to));
    document.apply(Action::Connect { from, to, mode }).map(drop)
}

fn refusal(document: &mut Document, from: &str, to: &str) -> Refused {
    connect(document, from, to, ConnectMode::Checked).unwrap_err()
}

fn mill() -> Document {
    sketch(
        &[
            "read file/ReadLines",
            "parse text/Regex iips: {\"pattern\": \"x\"}",
            "show console/Output",
            "old acme/x/Gone",
        ],
        &["read.out -> parse.in capacity: 7"],
    )
}

#[test]
fn refusals_say_why_and_offer_a_way() {
    let mut document = mill();
    let mismatch = refusal(&mut document, "parse.out", "show.in");
    assert_eq!(
        mismatch.reason,
        "`parse.out` sends record, but `show.in` takes text: no implicit conversion"
    );
    assert_eq!(mismatch.offer.unwrap().label, "Insert json/Write");
    let taken = refusal(&mut document, "read.out", "show.in");
    assert_eq!(
        taken.reason,
        "`read.out` is connected to `parse.in`, and an out-port has one connector"
    );
    assert_eq!(taken.offer.unwrap().label, "Send to both through core/Copy");
    let valued = refusal(&mut document, "parse.rejected", "parse.pattern");
    assert_eq!(valued.offer.unwrap().label, "Take the value off");
    let cases = [
        (
            "read.out",
            "parse.in",
            "`read.out` is connected to `parse.in` already",
        ),
        (
            "read.oot",
            "show.in",
            "process `read` (file/ReadLines) has no out-port `oot`",
        ),
        ("read.error", "nobody.in", "there is no process `nobody`"),
    ];
    for (from, to, reason) in cases {
        assert_eq!(refusal(&mut document, from, to).reason, reason);
    }
    assert_eq!(document.steps().count(), 0);
    assert_eq!(wires(&document), ["read.out -> parse.in"]);
}

#[test]
fn offered_adapter_stands_between() {
    let mut document = mill();
    let offer = refusal(&mut document, "parse.out", "show.in")
        .offer
        .unwrap();
    let applied = document.apply(offer.action).unwrap();
    assert_eq!(
        applied.step.unwrap(),
        "Connect parse.out -> show.in through json/Write"
    );
    assert_eq!(
        wires(&document),
        [
            "read.out -> parse.in",
            "parse.out -> write.in",
            "write.out -> show.in"
        ]
    );
    document.apply(Action::Undo).unwrap();
    assert_eq!(document.graph(), mill().graph());
}

#[test]
fn offered_copy_serves_both() {
    let mut document = mill();
    let offer = refusal(&mut document, "read.out", "show.in").offer.unwrap();
    document.apply(offer.action).unwrap();
    assert_eq!(
        wires(&document),
        [
            "read.out -> copy.in",
            "copy.out[0] -> parse.in",
            "copy.out[1] -> show.in"
        ]
    );
}

#[test]
fn wire_made_anyway_keeps_its_finding() {
    let mut document = mill();
    connect(&mut document, "parse.out", "show.in", ConnectMode::Anyway).unwrap();
    let made = wire(&document, "parse.out -> show.in");
    let worst = |document: &Document| document.problems().worst(&Target::Wire(made));
    assert_eq!(worst(&document), Some(Severity::Error));
    document.apply(Action::Undo).unwrap();
    assert_eq!(worst(&document), None);
}

#[test]
fn ghosts_can_be_wired() {
    let mut document = mill();
    connect(
        &mut document,
        "old.anything",
        "show.in",
        ConnectMode::Checked,
    )
    .unwrap();
    assert!(!document.ports(&name("old")).unwrap().is_known);
    assert_eq!(document.ports(&name("old")).unwrap().outs[0].wires, 1);
}

#[test]
fn array_port_without_element_takes_the_next_one() {
    let mut document = sketch(
        &[
            "a core/Kick",
            "b core/Kick",
            "c core/Kick",
            "all core/Concat",
        ],
        &["a.out -> all.in[0]", "c.out -> all.in[2]"],
    );
    connect(&mut document, "b.out", "all.in", ConnectMode::Checked).unwrap();
    assert_eq!(wires(&document)[2], "b.out -> all.in[1]");
    let ports = document.ports(&name("all")).unwrap();
    let keys: Vec<String> = ports.ins.iter().map(|port| port.key.to_string()).collect();
    assert_eq!(keys, ["in[0]", "in[1]", "in[2]", "in[3]"]);
    assert!(ports.ins[3].is_spare);
}

#[test]
fn processes_are_connected_by_the_ports_that_suit() {
    let mut document = mill();
    let (from, to) = (name("read"), name("show"));
    // `out` is taken, `error` sends records.
    let refused = document
        .apply(Action::ConnectProcesses { from, to })
        .unwrap_err();
    assert_eq!(
        refused.reason,
        "no free out-port of `read` suits an in-port of `show`"
    );
    let (from, to) = (name("parse"), name("show"));
    document
        .apply(Action::ConnectProcesses { from, to })
        .unwrap();
    assert_eq!(wires(&document)[1], "parse.rejected -> show.in");
}

#[test]
fn ends_move_and_the_connector_stays_the_same() {
    let mut document = mill();
    let id = wire(&document, "read.out -> parse.in");
    let to = PortAt::reading(end("show.in"));
    let (wires_moved, mode) = (vec![id], ConnectMode::Checked);
    document
        .apply(Action::MoveEnds {
            wires: wires_moved,
            to,
            mode,
        })
        .unwrap();
    let moved = document.wire(id).unwrap();
    assert_eq!(
        (moved.to_string(), moved.capacity),
        ("read.out -> show.in".to_owned(), 7)
    );
    document.apply(Action::Undo).unwrap();
    assert_eq!(
        document.wire(id).unwrap().to_string(),
        "read.out -> parse.in"
    );
}

#[test]
fn inserted_process_makes_room() {
    let mut document = mill();
    let id = wire(&document, "read.out -> parse.in");
    let wiring = Wiring::OnWire(id);
    let component = Some(component("text/Trim"));
    let applied = document
        .apply(Action::Add(Add {
            component,
            at: None,
            wiring,
        }))
        .unwrap();
    assert_eq!(
        applied.step.unwrap(),
        "Insert text/Trim on read.out -> parse.in"
    );
    assert_eq!(
        wires(&document),
        ["read.out -> trim.in", "trim.out -> parse.in"]
    );
    assert_eq!(document.wire(id).unwrap().capacity, 7);
    let (new, after) = (document.rect(&name("trim")), document.rect(&name("parse")));
    assert!(new.max.x < after.min.x, "{new:?} {after:?}");
    assert!(!new.touches(&document.rect(&name("read"))));
    assert!(
        (new.min.y - after.min.y).abs() < 1e-9,
        "it stands in the row"
    );
    assert_eq!(applied.made[0], Target::Process(name("trim")));
}

#[test]
fn what_does_not_suit_a_wire_is_not_inserted() {
    let mut document = mill();
    let insertion = Insertion {
        process: name("show"),
        wire: wire(&document, "read.out -> parse.in"),
        at: None,
        shift: Shift::Stay,
    };
    let refused = document.apply(Action::InsertOnWire(insertion)).unwrap_err();
    assert_eq!(
        refused.reason,
        "`show` has no free ports for it: it would have to take text from `read.out` and send text to `parse.in`"
    );
}

#[test]
fn healing_closes_the_gap_of_a_whole_chain() {
    let mut document = sketch(
        &[
            "a core/Kick",
            "b core/Repeat",
            "c core/Repeat",
            "d core/Drop",
        ],
        &[
            "a.out -> b.in capacity: 3",
            "b.out -> c.in",
            "c.out -> d.in",
        ],
    );
    let targets = names(&["b", "c"])
        .into_iter()
        .map(Target::Process)
        .collect();
    let deletion = Deletion::Heal;
    let applied = document
        .apply(Action::Delete { targets, deletion })
        .unwrap();
    assert_eq!(applied.step.unwrap(), "Delete 2 processes and heal");
    assert_eq!(wires(&document), ["a.out -> d.in"]);
    assert_eq!(document.graph().connectors[0].capacity, 3);
}
