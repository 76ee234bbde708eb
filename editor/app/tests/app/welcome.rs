//! The first screen: what one sees with nothing open.

use crate::support::{Window, host};

#[test]
fn first_screen_offers_something_to_run_to_open_and_to_begin_with() {
    let window = Window::new(host());
    for label in ["Run the sample", "example Hello", "example Deadlock"] {
        assert!(window.has(label), "{label}");
    }
}

#[test]
fn example_opens_as_a_graph_of_its_own() {
    let mut window = Window::new(host());
    window.click("example Hello");
    assert!(window.text().contains("name: \"hello\""));
    assert!(window.has("hello"), "the tab");
    assert!(!window.has("Run the sample"));
}
