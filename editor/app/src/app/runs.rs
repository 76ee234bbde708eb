//! Running what is drawn: a runtime of our own or another one, and the graph on it.

use millstream_document::{Document, live};
use millstream_graph::Severity;
use millstream_protocol::extension::{GraphState, Target};

use super::{Bottom, EditorApp};
use crate::desk::Purpose;
use crate::dialog::Dialog;
use crate::dialog::ask::Ask;
use crate::host::{HostRequest, RuntimeAddress};
use crate::run::{LiveView, RunEvent, wire_name};
use crate::workspace::{Page, Tab, TabId};

/// The runtime that the host started for us.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Local {
    /// Whether it runs, as far as we know.
    is_up: bool,
    /// The tab to run as soon as the link is there.
    waiting: Option<TabId>,
}

/// Where a tab stands in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seat {
    /// The graph at the runtime.
    pub(super) graph: String,
    /// What stands before names of processes inside it.
    pub(super) prefix: String,
    /// The tab of the graph that runs.
    pub(super) root: Option<TabId>,
}

impl EditorApp {
    /// Where the shown tab stands in a run: a subgraph is seen as the part of the graph that it was opened from.
    pub(super) fn seat(&self) -> Seat {
        let Some(tab) = self.workspace.active() else {
            return Seat::default();
        };
        let trail = self.workspace.trail(tab.id);
        let Some((root, _)) = trail.first() else {
            return Seat::default();
        };
        let inside = trail.iter().filter_map(|(_, process)| *process);
        let mut prefix = String::new();
        for process in inside {
            prefix.push_str(process.as_str());
            prefix.push('/');
        }
        Seat {
            graph: self.graph_name(root),
            prefix,
            root: Some(root.id),
        }
    }

    /// What the runtime calls a graph: its file within the served folder, or what people call it.
    fn graph_name(&self, tab: &Tab) -> String {
        let folder = self
            .runs
            .link
            .address()
            .and_then(|address| address.folder.as_deref());
        let inside = tab.file.as_ref().zip(folder).and_then(|(file, folder)| {
            let rest = file.as_str().strip_prefix(folder)?;
            rest.trim_start_matches('/').strip_suffix(".ron")
        });
        inside.unwrap_or_else(|| tab.title()).to_owned()
    }

    /// What is known of the run of a document.
    pub(super) fn live<'a>(
        &'a self,
        document: &'a Document,
        seat: &'a Seat,
    ) -> Option<LiveView<'a>> {
        let run = self.runs.graph(&seat.graph)?;
        let tab = self.workspace.active()?;
        run.live.has_run().then_some(LiveView {
            document,
            view: &tab.live,
            live: &run.live,
            now_ms: self.runs.now_ms(),
            why: run.why.as_ref(),
        })
    }

    /// Finds the wires of the shown document in its run.
    pub(super) fn follow_run(&mut self) {
        let seat = self.seat();
        self.runs.follow(&seat.graph);
        let Some(run) = self.runs.graph(&seat.graph) else {
            return;
        };
        let Some(tab) = self.workspace.active_mut() else {
            return;
        };
        if tab.live_path != seat.prefix {
            tab.live = match seat.prefix.strip_suffix('/') {
                Some(process) => live::LiveView::inside(process),
                None => live::LiveView::new(),
            };
            tab.live_path = seat.prefix;
        }
        if let Page::Graph(document) = &tab.page {
            tab.live.follow(document, &run.live);
        }
    }

    /// Runs the graph that is shown, on the runtime that is there or on one of our own.
    pub(super) fn run(&mut self) {
        let Some(root) = self.seat().root else {
            return;
        };
        if self.runs.link.is_open() {
            return self.deploy(root);
        }
        let is_remote = self.runs.link.address().is_some() && !self.local.is_up;
        if is_remote {
            let text = "the runtime is not reached; the graph runs as soon as it is";
            self.notices.tell(Severity::Warning, text);
            self.local.waiting = Some(root);
            return self.runs.link.retry(self.moment.now);
        }
        let beside = self.workspace.tab(root).and_then(|tab| tab.file.clone());
        let start = HostRequest::StartRuntime { beside };
        self.desk.ask(start, Purpose::Runtime(Some(root)));
    }

    pub(super) fn runtime_started(&mut self, tab: Option<TabId>, address: RuntimeAddress) {
        self.local = Local {
            is_up: true,
            waiting: tab,
        };
        self.runs.attach(address);
    }

    pub(super) fn runtime_failed(&mut self, reason: &str) {
        self.local = Local::default();
        self.notices.tell(
            Severity::Error,
            format!("the runtime cannot be started: {reason}"),
        );
    }

    pub(super) fn runtime_ended(&mut self, reason: &str) {
        self.local = Local::default();
        self.runs.detach();
        let text = format!("the runtime has ended: {reason}. Run starts it again");
        self.notices.tell(Severity::Error, text);
        self.forget_deployed();
    }

    fn forget_deployed(&mut self) {
        for tab in self.workspace.tabs_mut() {
            if let Some(document) = tab.document_mut() {
                document.forget_deployed();
            }
        }
    }

    /// Gives the runtime the graph of a tab as it is drawn, and runs it.
    fn deploy(&mut self, id: TabId) {
        let Some(tab) = self.workspace.tab_mut(id) else {
            return;
        };
        let Some(document) = tab.document_mut() else {
            return;
        };
        document.check();
        let errors = document.problems().count(Severity::Error);
        if errors > 0 {
            let word = if errors == 1 {
                "problem keeps"
            } else {
                "problems keep"
            };
            self.notices.tell(
                Severity::Error,
                format!("{errors} {word} the graph from running"),
            );
            return self.show_bottom(Bottom::Problems);
        }
        let (text, state) = (document.text(), document.state());
        self.moment.deploying = Some((id, state));
        let Some(tab) = self.workspace.tab(id) else {
            return;
        };
        let graph = self.graph_name(tab);
        self.runs.run(&graph, text);
    }

    pub(super) fn stop(&mut self) {
        let seat = self.seat();
        self.runs.stop(&seat.graph);
    }

    pub(super) fn run_event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Connected => {
                if let Some(tab) = self.local.waiting.take() {
                    self.deploy(tab);
                }
            }
            RunEvent::Lost => {
                let text = "the runtime is not heard any more; numbers are old until it is";
                self.notices.tell(Severity::Warning, text);
            }
            RunEvent::Started(_) => {
                self.moment.read_fault = None;
                self.deployed();
            }
            RunEvent::Ended(graph, state, fault) => self.ended(&graph, state, fault),
            RunEvent::Rejected(graph, findings) => {
                let first = findings.first().cloned().unwrap_or_default();
                let text = format!("{graph} cannot run: {first}");
                self.notices.tell(Severity::Error, text);
            }
            RunEvent::Text(graph, text) => self.graph_opened(&graph, &text),
            RunEvent::Refused(text) => self.notices.tell(Severity::Error, text),
        }
    }

    fn deployed(&mut self) {
        let Some((id, state)) = self.moment.deploying.take() else {
            return;
        };
        let document = self.workspace.tab_mut(id).and_then(Tab::document_mut);
        if let Some(document) = document.filter(|document| document.state() == state) {
            document.mark_deployed();
        }
    }

    fn ended(&mut self, graph: &str, state: GraphState, fault: Option<String>) {
        let (severity, word) = match state {
            GraphState::Failed => (Severity::Error, "failed"),
            GraphState::Finished => (Severity::Hint, "finished"),
            _ => (Severity::Hint, "stopped"),
        };
        let text = match fault {
            Some(fault) => format!("{graph} {word}: {fault}"),
            None => format!("{graph} {word}"),
        };
        self.notices.tell(severity, text);
    }

    /// Shows a graph of the runtime: its tab, or what the runtime says it is.
    pub(super) fn open_graph(&mut self, graph: &str) {
        let tab = self
            .workspace
            .tabs()
            .iter()
            .find(|tab| self.graph_name(tab) == graph);
        match tab.map(|tab| tab.id) {
            Some(tab) => self.show_tab(tab),
            None => self.runs.get(graph),
        }
    }

    fn graph_opened(&mut self, graph: &str, text: &str) {
        let page = Page::of_text(text, None, &self.shelf);
        let tab = self.workspace.add(page, None);
        tab.rename(graph);
        if let Some(document) = tab.document_mut() {
            document.mark_deployed();
        }
    }

    /// How the last run of the shown graph failed, until it is read or run again.
    pub(super) fn fault<'a>(&'a self, seat: &Seat) -> Option<&'a str> {
        let info = self.runs.graph(&seat.graph)?.info.as_ref()?;
        let fault = info
            .fault
            .as_deref()
            .filter(|_| info.state == GraphState::Failed)?;
        (self.moment.read_fault.as_deref() != Some(fault)).then_some(fault)
    }

    pub(super) fn dismiss_fault(&mut self) {
        let seat = self.seat();
        self.moment.read_fault = self.fault(&seat).map(str::to_owned);
    }

    /// What is selected, as the runtime names it.
    pub(super) fn selected_targets(&self, seat: &Seat) -> Vec<Target> {
        let Some(document) = self.workspace.document() else {
            return Vec::new();
        };
        let selection = document.selection();
        let wires = selection.wires().filter_map(|id| document.wire(id));
        let wires = wires.map(|wire| Target::Connector(wire_name(&seat.prefix, wire)));
        let processes = selection.processes();
        let processes = processes.map(|name| Target::Process(format!("{}{name}", seat.prefix)));
        wires.chain(processes).collect()
    }

    /// Holds what is selected; or lets it go, if all of it is held.
    pub(super) fn hold_selected(&mut self) {
        let seat = self.seat();
        let targets = self.selected_targets(&seat);
        let is_held = targets.iter().all(|target| self.is_held(&seat, target));
        for target in targets {
            self.runs.hold(&seat.graph, target, is_held);
        }
    }

    pub(super) fn step_selected(&mut self) {
        let seat = self.seat();
        for target in self.selected_targets(&seat) {
            if self.is_held(&seat, &target) {
                self.runs.step(&seat.graph, target);
            }
        }
    }

    /// Whether something is held.
    pub(super) fn is_held(&self, seat: &Seat, target: &Target) -> bool {
        self.runs.is_held(&seat.graph, target)
    }

    pub(super) fn probe_selected(&mut self) {
        let seat = self.seat();
        let Some(document) = self.workspace.document() else {
            return;
        };
        let wires = document
            .selection()
            .wires()
            .filter_map(|id| document.wire(id));
        let names: Vec<String> = wires.map(|wire| wire_name(&seat.prefix, wire)).collect();
        for name in &names {
            self.runs.toggle_probe(&seat.graph, name);
        }
        self.show_bottom(Bottom::Packets);
    }

    /// Asks for a packet for the selected port or wire.
    pub(super) fn inject_selected(&mut self) {
        let seat = self.seat();
        let port = self.workspace.document().and_then(|document| {
            let selection = document.selection();
            if let Some(port) = selection.port() {
                return Some(format!("{}{}", seat.prefix, port.end));
            }
            let wire = document.wire(selection.wires().next()?)?;
            Some(wire_name(&seat.prefix, wire))
        });
        if let Some(port) = port {
            self.dialog = Some(Dialog::Ask(Ask::Inject {
                graph: seat.graph,
                port,
                text: String::new(),
                fault: None,
            }));
        }
    }
}
