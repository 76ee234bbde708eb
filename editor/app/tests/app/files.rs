//! Opening and saving, what other programs do to files meanwhile, and what is left after a crash.

use egui::{Key, Modifiers};
use millstream_app::{FileName, HostEvent, HostRequest, StoreKey};

use crate::support::{FLOW, Window, host};

/// A window with [`FLOW`] and an unsaved change.
fn changed() -> Window {
    let mut window = Window::with_graph(FLOW);
    window.press(Key::Escape);
    window.add("core/Kick");
    window
}

#[test]
fn file_that_is_chosen_opens_in_a_tab_once() {
    let mut window = Window::new(host().with_file("/work/flow.ron", FLOW));
    for _ in 0..2 {
        window.host.will_pick(Some("/work/flow.ron"));
        window.press_with(Modifiers::COMMAND, Key::O);
    }
    assert!(window.text().contains("core/Throttle"));
    let reads = window.host.asked().into_iter();
    let reads =
        reads.filter(|asked| matches!(asked, HostRequest::Read(file) if file.last() == "flow.ron"));
    assert_eq!(reads.count(), 1);
}

#[test]
fn unsaved_changes_are_marked_and_saved() {
    let mut window = changed();
    assert!(window.has("unsaved"));
    assert_eq!(window.host.title(), "* flow - Millstream");
    window.press_with(Modifiers::COMMAND, Key::S);
    assert!(window.has("saved"));
    assert!(
        window
            .host
            .file("/work/flow.ron")
            .unwrap()
            .contains("core/Kick")
    );
}

#[test]
fn full_disk_keeps_the_old_file_and_the_changes() {
    let mut window = changed();
    window.host.fill_disk();
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.host.file("/work/flow.ron").as_deref(), Some(FLOW));
    assert!(window.has("unsaved"));
    assert!(window.has_part("no space left on device"));
}

#[test]
fn text_that_is_no_graph_is_shown_and_never_overwritten() {
    let broken = FLOW.replace("format: 1", "format: 99");
    let mut window = Window::with_graph(&broken);
    assert!(window.has("This file is no graph that can be shown"));
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.host.file("/work/flow.ron"), Some(broken));
    let wrote = window
        .host
        .asked()
        .into_iter()
        .any(|asked| matches!(asked, HostRequest::Write { .. }));
    assert!(!wrote);
}

#[test]
fn file_of_another_program_is_read_again_while_nothing_is_unsaved() {
    let mut window = Window::with_graph(FLOW);
    window
        .host
        .change_file("/work/flow.ron", &FLOW.replace("core/Drop", "core/Count"));
    window.settle();
    assert!(window.text().contains("core/Count"));
    assert!(window.has("saved"));
}

#[test]
fn file_of_another_program_is_asked_about_while_something_is_unsaved() {
    let theirs = FLOW.replace("core/Drop", "core/Count");
    let mut window = changed();
    window.host.change_file("/work/flow.ron", &theirs);
    window.settle();
    let mine = window.text();
    window.click("Keep mine");
    assert_eq!(window.text(), mine);
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.host.file("/work/flow.ron"), Some(mine));

    let mut window = changed();
    window.host.change_file("/work/flow.ron", &theirs);
    window.settle();
    window.click("Take disk");
    assert!(window.text().contains("core/Count") && window.has("saved"));
    // What was here is a step away.
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(window.text().contains("core/Kick"));
}

#[test]
fn file_that_changed_unseen_is_not_overwritten() {
    let mut window = changed();
    let host = window.host.clone();
    // As on a host that hears of changes late.
    host.tell(HostEvent::Menu("save".to_owned()));
    host.change_file("/work/flow.ron", "Graph(format: 1)");
    window.settle();
    assert_eq!(
        host.file("/work/flow.ron").as_deref(),
        Some("Graph(format: 1)")
    );
    assert!(window.has("Keep mine"));
}

#[test]
fn closing_with_unsaved_changes_asks() {
    let mut window = changed();
    window.host.tell(HostEvent::CloseRequested);
    window.settle();
    assert!(!window.host.is_closed());
    window.click("Cancel");
    assert!(!window.host.is_closed() && window.has("unsaved"));
    window.host.tell(HostEvent::CloseRequested);
    window.settle();
    window.click("Save");
    window.settle();
    assert!(window.host.is_closed());
    assert!(
        window
            .host
            .file("/work/flow.ron")
            .unwrap()
            .contains("core/Kick")
    );
}

#[test]
fn journal_of_a_crash_is_restored() {
    let mut window = changed();
    window.harness.run_steps(80);
    let key = StoreKey::Journal("/work/flow.ron".to_owned());
    let journal = window.host.kept(&key).expect("unsaved changes are kept");
    let made = window.text();
    drop(window);

    let host = host()
        .with_file("/work/flow.ron", FLOW)
        .with_kept(key, &journal);
    let mut window = Window::new(host);
    window.click("Restore");
    assert_eq!(window.text(), made);
    assert!(window.has("unsaved"));
    assert_eq!(window.host.file("/work/flow.ron").as_deref(), Some(FLOW));
}

#[test]
fn journal_goes_when_the_changes_are_saved() {
    let mut window = changed();
    window.harness.run_steps(80);
    window.press_with(Modifiers::COMMAND, Key::S);
    let key = StoreKey::Journal("/work/flow.ron".to_owned());
    assert_eq!(window.host.kept(&key), None);
}

#[test]
fn session_goes_on_where_it_ended() {
    let mut window = Window::with_graph(FLOW);
    window.settle();
    let session = window.host.kept(&StoreKey::Session).unwrap();
    let host = host()
        .with_file("/work/flow.ron", FLOW)
        .with_kept(StoreKey::Session, &session);
    let window = Window::new(host);
    assert!(window.text().contains("core/Throttle"));
}

#[test]
fn subgraph_is_read_opened_and_left_again() {
    let outer = r#"Graph(format: 1, processes: { "use": Process(component: "./sub.ron") }, connectors: [])"#;
    let inner = r#"Graph(format: 1, name: "sub", processes: { "end": Process(component: "core/Drop") },
        connectors: [], inports: { "in": "end.in" })"#;
    let host = host()
        .with_file("/work/outer.ron", outer)
        .with_file("/work/sub.ron", inner);
    let mut window = Window::new(host);
    window.open("/work/outer.ron");
    window.click("Outline");
    window.click("ports of use");
    assert!(window.has("in-port use.in"), "the subgraph is known");
    window.click_row("process use, ./sub.ron");
    window.press_command("Open subgraph");
    assert!(window.text().contains("name: \"sub\""));
    assert!(window.has("outer / use"));
    window.press_with(Modifiers::ALT, Key::ArrowUp);
    assert!(window.text().contains("./sub.ron"));
}

#[test]
fn file_opened_from_outside_is_shown() {
    let mut window = Window::new(host().with_file("/work/flow.ron", FLOW));
    window
        .host
        .tell(HostEvent::OpenFile(FileName::new("/work/flow.ron")));
    window.settle();
    assert!(window.text().contains("core/Throttle"));
    window
        .host
        .tell(HostEvent::OpenFile(FileName::new("/work/gone.ron")));
    window.settle();
    assert!(window.has_part("/work/gone.ron is not there"));
}
