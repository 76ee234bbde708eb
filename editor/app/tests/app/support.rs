//! A window without a screen, with a host and a runtime that do what a test says.

use std::sync::OnceLock;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millstream_app::{EditorApp, FakeHost, FakeRuntime, FileName, RuntimeAddress};
use millstream_component::Registry;
use millstream_graph::Catalog;
use millstream_protocol::extension::{
    ConnectorCounts, ConnectorInfo, Graph, GraphInfo, GraphState, Graphs, ProcessCounts,
    ProcessInfo, ProcessState, Request, Response, Snapshot,
};

/// Whether something can be typed into.
const fn is_field(role: Role) -> bool {
    matches!(
        role,
        Role::TextInput | Role::MultilineTextInput | Role::PasswordInput
    )
}

/// The components that there are; made once, because that takes longer than most tests.
fn catalog() -> Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(make_catalog).clone()
}

fn make_catalog() -> Catalog {
    let mut registry = Registry::default();
    millstream_components::register(&mut registry).unwrap();
    Catalog::new(registry.specs())
}

/// A host with a runtime that can be started.
pub(crate) fn host() -> FakeHost {
    FakeHost::new(catalog()).with_runtime(RuntimeAddress {
        url: "ws://127.0.0.1:1".to_owned(),
        secret: None,
        folder: Some("/work".to_owned()),
    })
}

/// Draws the editor as a window does: to the edge, while the harness leaves a margin.
fn in_window(ui: &mut egui::Ui, app: &mut EditorApp) {
    let all = ui.ctx().content_rect();
    ui.set_clip_rect(all);
    ui.scope_builder(egui::UiBuilder::new().max_rect(all), |ui| app.ui(ui));
}

/// A window with the editor in it.
pub(crate) struct Window {
    pub(crate) harness: Harness<'static, EditorApp>,
    pub(crate) host: FakeHost,
    pub(crate) runtime: FakeRuntime,
}

impl Window {
    pub(crate) fn new(host: FakeHost) -> Self {
        let runtime = FakeRuntime::default();
        let app = EditorApp::new(Box::new(host.clone()), Box::new(runtime.clone()));
        let harness = Harness::builder()
            .with_size([1280.0, 760.0])
            .with_max_steps(30)
            .with_step_dt(1.0 / 60.0)
            .build_ui_state(in_window, app);
        let mut window = Self {
            harness,
            host,
            runtime,
        };
        window.settle();
        window
    }

    /// A window that shows this graph, which is in `/work/flow.ron`.
    pub(crate) fn with_graph(text: &str) -> Self {
        let host = host().with_file("/work/flow.ron", text);
        let mut window = Self::new(host);
        window.open("/work/flow.ron");
        window
    }

    /// Frames until answers of the host have come and gone.
    pub(crate) fn settle(&mut self) {
        self.harness.run_steps(4);
    }

    pub(crate) fn open(&mut self, file: &str) {
        self.harness.state_mut().open(FileName::new(file));
        self.settle();
    }

    pub(crate) fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub(crate) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Types text, as on a keyboard.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.settle();
    }

    #[track_caller]
    pub(crate) fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    #[track_caller]
    pub(crate) fn click_part(&mut self, part: &str) {
        self.harness.get_by_label_contains(part).click();
        self.settle();
    }

    /// Clicks the row of the outline or the card of a process, whatever it says of its state.
    #[track_caller]
    pub(crate) fn click_row(&mut self, label: &str) {
        let found = self.harness.query_all_by_label_contains(label).next();
        found.expect("the process is shown").click();
        self.settle();
    }

    /// Does a command by the palette.
    pub(crate) fn press_command(&mut self, title: &str) {
        self.press_with(Modifiers::COMMAND, Key::K);
        self.type_text(title);
        self.press(Key::Enter);
    }

    /// Types a text into a field, in the place of what was there.
    #[track_caller]
    pub(crate) fn type_into(&mut self, label: &str, text: &str) {
        self.replace_text(label, text);
    }

    /// Replaces all of a field.
    #[track_caller]
    pub(crate) fn replace_text(&mut self, label: &str, text: &str) {
        {
            let mut fields = self.harness.query_all_by_label(label);
            let field = fields.find(|field| is_field(field.accesskit_node().role()));
            field.expect("there is such a field").focus();
        }
        self.settle();
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.settle();
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.settle();
    }

    pub(crate) fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    pub(crate) fn has_part(&self, part: &str) -> bool {
        self.harness
            .query_all_by_label_contains(part)
            .next()
            .is_some()
    }

    /// The graph that is shown, as its file would hold it.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        self.harness.state().text().expect("a graph is shown")
    }

    /// Adds a component by keyboard: the palette, its name, Enter.
    pub(crate) fn add(&mut self, name: &str) {
        self.press(Key::A);
        self.type_text(name);
        self.press(Key::Enter);
    }

    /// Answers everything that the runtime was asked, as one would that holds and runs the graph.
    pub(crate) fn serve(&mut self, graph: &str) {
        while let Some((request, answers)) = self.runtime.next_asked() {
            let response = match request {
                Request::List(_) => Response::Graphs(Graphs { graphs: Vec::new() }),
                Request::Load(load) => Response::Graph(Box::new(Graph {
                    info: info(graph, GraphState::Stopped),
                    text: load.text.unwrap_or_default(),
                    findings: Vec::new(),
                })),
                Request::Restart(_) => Response::State(info(graph, GraphState::Running)),
                _ => continue,
            };
            self.runtime.tell(response, answers);
            self.settle();
        }
    }

    /// Runs the graph that is shown, with these counts.
    pub(crate) fn run(&mut self, graph: &str, snapshot: Snapshot) {
        self.press(Key::F5);
        self.serve(graph);
        self.serve(graph);
        self.runtime.tell(Response::Snapshot(snapshot), None);
        self.settle();
    }
}

pub(crate) fn info(graph: &str, state: GraphState) -> GraphInfo {
    GraphInfo {
        graph: graph.to_owned(),
        file: None,
        changed: false,
        state,
        fault: None,
        elapsed_ms: None,
    }
}

/// A connector with these counts.
pub(crate) fn connector(
    from: &str,
    to: &str,
    capacity: u32,
    counts: ConnectorCounts,
) -> ConnectorInfo {
    ConnectorInfo {
        from: vec![from.to_owned()],
        to: to.to_owned(),
        capacity,
        counts,
    }
}

/// A process in this state.
pub(crate) fn process(name: &str, component: &str, state: ProcessState) -> ProcessInfo {
    ProcessInfo {
        name: name.to_owned(),
        component: component.to_owned(),
        counts: ProcessCounts {
            state,
            received: 1200,
            sent: 1200,
            failures: 0,
            busy_percent: 12.0,
        },
    }
}

/// Numbers to the end: a source, a slow process, a sink.
pub(crate) const FLOW: &str = r#"Graph(
    format: 1,
    name: "flow",
    processes: {
        "numbers": Process(component: "core/Sequence", iips: { "start": 1, "count": 100 }),
        "slow": Process(component: "core/Throttle", iips: { "packets": 1, "per_ms": 100 }),
        "end": Process(component: "core/Drop"),
    },
    connectors: [
        Connector(from: "numbers.out", to: "slow.in", capacity: 100),
        Connector(from: "slow.out", to: "end.in", capacity: 100),
    ],
    layout: {
        "numbers": (40, 80),
        "slow": (320, 80),
        "end": (600, 80),
    },
)
"#;

/// Counts of [`FLOW`] while it runs, with the first wire full.
pub(crate) fn flow_counts(graph: &str) -> Snapshot {
    let full = ConnectorCounts {
        sent: 4_100_100,
        received: 4_100_000,
        depth: 100,
        high_water: 100,
        rate: 1234.0,
        blocked_percent: 93.0,
        ..ConnectorCounts::default()
    };
    let easy = ConnectorCounts {
        sent: 4_100_000,
        received: 4_100_000,
        high_water: 2,
        rate: 1234.0,
        starved_percent: 90.0,
        ..ConnectorCounts::default()
    };
    Snapshot {
        graph: graph.to_owned(),
        run: 1,
        elapsed_ms: 4200,
        connectors: vec![
            connector("numbers.out", "slow.in", 100, full),
            connector("slow.out", "end.in", 100, easy),
        ],
        processes: vec![
            process("numbers", "core/Sequence", ProcessState::Blocked),
            process("slow", "core/Throttle", ProcessState::Running),
            process("end", "core/Drop", ProcessState::Starved),
        ],
    }
}
