//! A graph made from nothing by keyboard alone, run with counts rising, saved, and read back.

use egui::{Key, Modifiers};
use millstream_protocol::extension::{Changes, ConnectorCounts, ProcessState, Response, Snapshot};

use crate::support::{Window, connector, host, process};

fn counts(received: u64) -> ConnectorCounts {
    ConnectorCounts {
        sent: received,
        received,
        high_water: 3,
        ..ConnectorCounts::default()
    }
}

#[test]
fn graph_is_made_by_keyboard_run_and_saved() {
    let mut window = Window::new(host());
    window.press_with(Modifiers::COMMAND, Key::N);
    window.add("core/Sequence");
    // With a process selected the next one comes behind it, wired.
    window.add("core/Repeat");
    window.press(Key::Escape);
    window.add("core/Drop");
    assert_eq!(
        window.text().matches("Connector(").count(),
        1,
        "{}",
        window.text()
    );

    // The third is connected by letters: the first out-port that is free, the first in-port.
    window.press(Key::Escape);
    window.press(Key::C);
    window.type_text("a");
    for letter in ["/", "d", "r", "o", "p"] {
        window.type_text(letter);
    }
    window.press(Key::Enter);
    let text = window.text();
    assert!(
        text.contains(r#"Connector(from: "repeat.out", to: "drop.in")"#),
        "{text}"
    );

    // A value, typed into the form.
    window.press_command("sequence");
    window.type_into("count", "7");
    assert!(window.text().contains(r#""count": 7"#), "{}", window.text());

    // The run: counts rise on the wire that was drawn.
    let snapshot = Snapshot {
        graph: "untitled-1".to_owned(),
        run: 1,
        elapsed_ms: 100,
        connectors: vec![
            connector("sequence.out", "repeat.in", 64, counts(0)),
            connector("repeat.out", "drop.in", 64, counts(0)),
        ],
        processes: vec![
            process("sequence", "core/Sequence", ProcessState::Running),
            process("repeat", "core/Repeat", ProcessState::Running),
            process("drop", "core/Drop", ProcessState::Running),
        ],
    };
    window.run("untitled-1", snapshot);
    for received in [1000, 2500] {
        let changes = Changes {
            graph: "untitled-1".to_owned(),
            run: 1,
            elapsed_ms: 100 + received / 10,
            missed: 0,
            connectors: vec![(0, counts(received)), (1, counts(received))],
            processes: Vec::new(),
        };
        window.harness.run_steps(10);
        window.runtime.tell(Response::Changes(changes), None);
        window.settle();
    }
    assert!(window.has_part("wire sequence.out to repeat.in, flowing"));

    // Saved, and the file holds what is shown.
    window.host.will_pick(Some("/work/made.ron"));
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.host.file("/work/made.ron"), Some(window.text()));
    assert!(window.has("saved"));
    assert_eq!(window.host.title(), "made - Millstream");
}

#[test]
fn every_step_of_a_journey_is_undone_and_done_again() {
    let mut window = Window::new(host());
    window.press_with(Modifiers::COMMAND, Key::N);
    let empty = window.text();
    window.add("core/Sequence");
    window.add("core/Drop");
    window.press_with(Modifiers::COMMAND, Key::L);
    let made = window.text();
    for _ in 0..3 {
        window.press_with(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(window.text(), empty);
    for _ in 0..3 {
        window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    }
    assert_eq!(window.text(), made);
}
