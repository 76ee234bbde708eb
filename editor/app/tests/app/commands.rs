//! Commands: each has a name, keys and an entry in the palette, and says why it cannot be done.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use millstream_app::{Command, HostEvent, Keymap, StoreKey};

use crate::support::{FLOW, Window, host};

#[test]
fn every_command_is_on_the_sheet_of_keys() {
    let mut window = Window::with_graph(FLOW);
    window.press(Key::F1);
    for command in Command::all() {
        let row = format!("{} {}", command.title(), keys(command));
        assert!(window.has(&row), "{row} is not on the sheet");
    }
}

fn keys(command: Command) -> String {
    let keymap = Keymap::default();
    let keys: Vec<String> = keymap
        .chords(command)
        .map(|chord| chord.to_string())
        .collect();
    keys.join("  ")
}

#[test]
fn no_command_breaks_a_window_that_shows_nothing_or_something() {
    for mut window in [Window::new(host()), Window::with_graph(FLOW)] {
        for command in Command::all() {
            window.host.tell(HostEvent::Menu(command.id().to_owned()));
            window.settle();
            window.press(Key::Escape);
        }
    }
}

#[test]
fn command_that_cannot_be_done_says_why() {
    let mut window = Window::with_graph(FLOW);
    window.press(Key::P);
    assert!(window.has_part("Probe wire: no wire is selected"));
    window.press_with(Modifiers::SHIFT, Key::F5);
    assert!(window.has_part("Stop: the graph does not run"));
}

#[test]
fn palette_finds_commands_processes_and_components() {
    let mut window = Window::with_graph(FLOW);
    window.press_with(Modifiers::COMMAND, Key::K);
    window.type_text("slow");
    assert!(window.has("go to slow"));
    window.press(Key::Enter);
    assert!(
        window.has("core/Throttle"),
        "it is selected, and the inspector shows it"
    );
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    window.type_text("jsonread");
    assert!(window.has("add json/Read"));
    window.press(Key::Escape);
    assert!(!window.has("add json/Read"));
}

#[test]
fn commands_of_edits_do_what_they_say() {
    let mut window = Window::with_graph(FLOW);
    let original = window.text();
    type Case = (Key, Modifiers, fn(&str) -> bool);
    let cases: &[Case] = &[
        (Key::Delete, Modifiers::NONE, |text| {
            !text.contains("\"slow\"")
        }),
        (Key::Delete, Modifiers::COMMAND, |text| {
            text.contains("from: \"numbers.out\", to: \"end.in\"")
        }),
        (Key::D, Modifiers::COMMAND, |text| {
            text.matches("core/Throttle").count() == 2
        }),
        (Key::G, Modifiers::COMMAND, |text| {
            text.contains("groups: [")
        }),
        (Key::ArrowRight, Modifiers::COMMAND, |text| {
            !text.contains("\"slow\": (320, 80)")
        }),
        (Key::N, Modifiers::NONE, |text| text.contains("note:")),
    ];
    for (key, modifiers, holds) in cases {
        window.click_row("process slow, core/Throttle");
        window.press_with(*modifiers, *key);
        assert!(holds(&window.text()), "{key:?}: {}", window.text());
        window.press_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(window.text(), original, "{key:?}");
    }
}

#[test]
fn copy_and_paste_go_by_text() {
    let mut window = Window::with_graph(FLOW);
    window.click_row("process slow, core/Throttle");
    window.harness.event(egui::Event::Copy);
    window.settle();
    let text = "Graph(format: 1, processes: { \"slow\": Process(component: \"core/Count\") }, connectors: [])";
    window.harness.event(egui::Event::Paste(text.to_owned()));
    window.settle();
    assert!(window.text().contains("core/Count"));
    window.host.set_clipboard(text);
    window.press_command("Paste");
    assert_eq!(window.text().matches("core/Count").count(), 2);
}

#[test]
fn keys_can_be_changed_and_are_kept() {
    let mut window = Window::with_graph(FLOW);
    window.press(Key::F1);
    window.type_text("");
    window.click(&format!("New graph {}", keys(Command::New)));
    window.press_with(Modifiers::ALT, Key::N);
    window.click("Done");
    window.press_with(Modifiers::ALT, Key::N);
    assert!(
        !window.text().contains("core/Throttle"),
        "a new graph is shown"
    );
    let kept = window.host.kept(&StoreKey::Preferences).unwrap();
    assert!(kept.contains("Alt+N"), "{kept}");
}

#[test]
fn preferences_hold_at_once_and_are_kept() {
    let mut window = Window::with_graph(FLOW);
    window.press_with(Modifiers::COMMAND, Key::Comma);
    window.click("High contrast");
    window.click("Nothing moves by itself");
    window.click("Done");
    let kept = window.host.kept(&StoreKey::Preferences).unwrap();
    assert!(
        kept.contains("high_contrast") && kept.contains("\"reduced_motion\":true"),
        "{kept}"
    );
}

#[test]
fn letters_typed_into_a_field_are_no_commands() {
    let mut window = Window::with_graph(FLOW);
    let before = window.text();
    window.harness.get_by_label("Search components").click();
    window.settle();
    for key in [Key::A, Key::N, Key::P, Key::Delete] {
        window.press(key);
    }
    assert_eq!(window.text(), before);
    assert!(!window.has("Search components to add"));
}

#[test]
fn process_gets_another_component_and_keeps_its_wires() {
    let mut window = Window::with_graph(FLOW);
    window.click_row("process slow, core/Throttle");
    window.press(Key::R);
    window.type_text("core/Repeat");
    window.press(Key::Enter);
    let text = window.text();
    assert!(
        text.contains("\"slow\": Process(component: \"core/Repeat\""),
        "{text}"
    );
    assert_eq!(text.matches("Connector(").count(), 2);
}

#[test]
fn rename_goes_to_the_field_of_the_name() {
    let mut window = Window::with_graph(FLOW);
    window.click_row("process slow, core/Throttle");
    window.press(Key::F2);
    window.press_with(Modifiers::COMMAND, Key::A);
    window.type_text("brake");
    window.press(Key::Enter);
    assert!(
        window.text().contains("\"brake\": Process("),
        "{}",
        window.text()
    );
    assert!(window.text().contains("\"brake.in\""));
}
