//! Panels: what they show of a graph, and what they do to it.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::support::{FLOW, Window};

#[test]
fn components_are_found_by_type_and_added() {
    let mut window = Window::with_graph(FLOW);
    window.type_into("Search components", "in:text out:record");
    assert!(window.has("component json/Read"));
    assert!(!window.has("component core/Kick"));
    window.type_into("Search components", "json/Read");
    window.press(Key::Enter);
    assert!(window.text().contains("json/Read"));
}

#[test]
fn outline_shows_and_selects_everything() {
    let mut window = Window::with_graph(FLOW);
    window.click("Outline");
    window.click_row("process slow, core/Throttle");
    window.click("ports of slow");
    assert!(window.has("in-port slow.in") && window.has("out-port slow.out"));
    window.type_into("Search outline", "end");
    assert!(!window.has("ports of slow"));
}

#[test]
fn settings_are_a_form_with_checks() {
    let mut window = Window::with_graph(FLOW);
    window.click_row("process numbers, core/Sequence");
    window.type_into("count", "12");
    assert!(window.text().contains("\"count\": 12"), "{}", window.text());
    window.type_into("count", "12x");
    assert!(window.has("a whole number is needed"));
    assert!(window.text().contains("\"count\": 12"));
    // Typing is one step.
    window.press(Key::Escape);
    window.press_command("Undo");
    assert!(
        window.text().contains("\"count\": 100"),
        "{}",
        window.text()
    );
    window.click("Back to the default of count");
    assert!(!window.text().contains("\"count\""));
}

#[test]
fn expressions_are_completed_and_their_mistakes_told() {
    let text = FLOW.replace(
        r#""core/Throttle", iips: { "packets": 1, "per_ms": 100 }"#,
        r#""data/Filter", iips: { "where": "a > 1" }"#,
    );
    let mut window = Window::with_graph(&text);
    window.click_row("process slow, data/Filter");
    window.type_into("where", "upp");
    assert!(window.has("complete upper"));
    window.click("complete upper");
    assert!(
        window.text().contains("\"where\": \"upper\""),
        "{}",
        window.text()
    );
    window.type_into("where", "upper(name");
    window.click_part("Problems (");
    assert!(
        window.has_part("problem Process slow"),
        "the mistake is told"
    );
}

#[test]
fn wire_has_capacity_and_says_what_it_does_when_full() {
    let mut window = Window::with_graph(FLOW);
    window.click_part("wire numbers.out to slow.in");
    assert!(window.has("Capacity"));
    window
        .harness
        .get_by_role_and_label(Role::ComboBox, "When full")
        .click();
    window.settle();
    window.click("the oldest packet goes");
    assert!(
        window.text().contains("when_full: drop_oldest"),
        "{}",
        window.text()
    );
    window.click("Delete wire");
    assert_eq!(window.text().matches("Connector(").count(), 1);
}

#[test]
fn problems_lead_to_their_place_and_are_mended() {
    let mut window = Window::with_graph(&FLOW.replace("core/Drop", "core/Drip"));
    assert!(window.has("1 error"), "the status bar counts");
    window.click_part("problem Process");
    assert!(window.has("core/Drip"), "the inspector shows the process");
    window.click("Use core/Drop");
    assert!(window.text().contains("core/Drop"));
    assert!(window.has("No problems"));
    // By key, too.
    window.press_with(Modifiers::COMMAND, Key::Z);
    window.press_with(Modifiers::COMMAND, Key::Period);
    assert!(window.text().contains("core/Drop"));
}

#[test]
fn text_and_canvas_are_two_views_of_one_graph() {
    let mut window = Window::with_graph(FLOW);
    window.click("Text");
    let field = window.harness.get_by_label("Graph as text");
    assert_eq!(field.value().as_deref(), Some(window.text().as_str()));
    let other = window.text().replace(
        "\"end\": Process(component: \"core/Drop\")",
        "\"end\": Process(component: \"core/Count\")",
    );
    window.replace_text("Graph as text", &other);
    assert!(
        window.has_part("process end, core/Count"),
        "the canvas follows"
    );
    window.replace_text("Graph as text", "Graph(format: 1, processes: {");
    assert!(window.has("The graph stays as it is until the text is one."));
    assert!(window.text().contains("core/Count"));
    window.click("Back to the graph");
    let field = window.harness.get_by_label("Graph as text");
    assert_eq!(field.value().as_deref(), Some(window.text().as_str()));
}

#[test]
fn history_goes_back_and_forth() {
    let mut window = Window::with_graph(FLOW);
    let before = window.text();
    window.press(Key::Escape);
    window.add("core/Kick");
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND, Key::L);
    let after = window.text();
    window.click("History");
    window.click("step 0: As opened");
    assert_eq!(window.text(), before);
    window.click_part("step 2: ");
    assert_eq!(window.text(), after);
}

#[test]
fn sides_are_hidden_and_shown() {
    let mut window = Window::with_graph(FLOW);
    window.press_with(Modifiers::COMMAND, Key::B);
    assert!(!window.has("Search components"));
    window.press_with(Modifiers::COMMAND, Key::J);
    assert!(!window.has("History"));
    window.press_with(Modifiers::COMMAND, Key::B);
    assert!(window.has("Search components"));
}

#[test]
fn graph_has_name_and_description() {
    let mut window = Window::with_graph(FLOW);
    window.type_into("Description", "What it does.");
    assert!(window.text().contains("description: \"What it does.\""));
}
