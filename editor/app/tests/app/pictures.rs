//! Pictures of the whole window, for the eye: they are compared pixel by pixel.

use egui::{Key, Modifiers};
use millstream_app::StoreKey;
use millstream_protocol::extension::{Reason, Response, Why};

use crate::support::{FLOW, Window, flow_counts, host};

#[test]
fn window_looks_as_it_did() {
    let mut window = Window::new(host());
    window.harness.snapshot("welcome");
    window.click("example Back-pressure");
    window.harness.snapshot("editing");
}

#[test]
fn run_looks_as_it_did() {
    let mut window = Window::with_graph(FLOW);
    window.run("flow", flow_counts("flow"));
    let why = Why {
        graph: "flow".to_owned(),
        reasons: vec![Reason::SlowConsumer {
            process: "slow".to_owned(),
            chain: vec!["numbers.out->slow.in".to_owned()],
            depth: 100,
            capacity: 100,
        }],
    };
    window.runtime.tell(Response::Why(why), None);
    window.settle();
    window.click_part("process slow");
    window.harness.snapshot("live");
}

#[test]
fn window_looks_as_it_did_in_light() {
    let preferences = r#"{ "theme": "light" }"#;
    let host = host()
        .with_kept(StoreKey::Preferences, preferences)
        .with_file("/work/flow.ron", &FLOW.replace("core/Drop", "core/Drip"));
    let mut window = Window::new(host);
    window.open("/work/flow.ron");
    window.click_part("process end");
    window.harness.snapshot("problems_light");
    window.click("Text");
    window.harness.snapshot("text_light");
}

#[test]
fn palette_and_sheets_look_as_they_did() {
    let mut window = Window::with_graph(FLOW);
    window.press_with(Modifiers::COMMAND, Key::K);
    window.type_text("se");
    window.harness.snapshot("palette");
    window.press(Key::Escape);
    window.press(Key::F1);
    window.harness.snapshot("shortcuts");
}
