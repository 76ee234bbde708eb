//! What the runtime says, and what becomes of it.

use millstream_protocol::extension::{
    Error, ErrorCode, GraphInfo, GraphState, Request, Response, Severity,
};

use super::{Asked, Counts, Finished, LOGS_MAX, Line, RUNS_MAX, RunEvent, Runs, name};

impl Runs {
    /// Takes an answer.
    pub(super) fn take(&mut self, purpose: Asked, response: Response) {
        match (purpose, response) {
            (Asked::LoadToRun(graph), Response::Graph(loaded)) => {
                let is_error = |severity| severity == Severity::Error;
                let errors = loaded
                    .findings
                    .iter()
                    .filter(|found| is_error(found.severity));
                let errors: Vec<String> = errors.map(|found| found.message.clone()).collect();
                self.know(loaded.info);
                if errors.is_empty() {
                    let start = Request::Restart(name(&graph));
                    self.ask(&start, Asked::Start(graph));
                } else {
                    self.events.push(RunEvent::Rejected(graph, errors));
                }
            }
            (Asked::Start(graph), Response::State(info)) => {
                self.graphs.entry(graph.clone()).or_default().why = None;
                self.know(info);
                self.events.push(RunEvent::Started(graph.clone()));
                if let Some(run) = self.graphs.get_mut(&graph) {
                    run.is_followed = true;
                }
                self.subscribe(&graph);
            }
            (Asked::List, Response::Graphs(graphs)) => {
                for info in graphs.graphs {
                    self.know(info);
                }
            }
            (Asked::Attach(graph, connector), Response::Attached(attached)) => {
                self.packets.attached(&graph, &connector, &attached);
            }
            (_, response) => self.hear(response),
        }
    }

    /// Takes what was told without a question.
    pub(super) fn hear(&mut self, response: Response) {
        match response {
            Response::State(info) => self.know(info),
            Response::Snapshot(snapshot) => {
                let run = self.graphs.entry(snapshot.graph.clone()).or_default();
                run.is_lost = false;
                run.counts = Some(Counts::new(snapshot, self.now));
            }
            Response::Changes(changes) => {
                let run = self.graphs.get_mut(&changes.graph);
                if let Some(counts) = run.and_then(|run| run.counts.as_mut()) {
                    counts.change(&changes, self.now);
                }
            }
            Response::Why(why) => {
                let run = self.graphs.entry(why.graph.clone()).or_default();
                run.why = Some(why);
            }
            Response::Steered(steered) => {
                let key = (steered.graph, steered.target);
                if steered.held {
                    self.held.insert(key);
                } else {
                    self.held.remove(&key);
                }
            }
            Response::Packets(packets) => self.packets.take(packets),
            Response::Log(line) => {
                self.logs.push_back(Line { line, at: self.now });
                if self.logs.len() > LOGS_MAX {
                    self.logs.pop_front();
                }
            }
            Response::Error(error) => self.events.push(RunEvent::Refused(error.message)),
            _ => {}
        }
    }

    /// Takes a refusal.
    pub(super) fn refused(&mut self, purpose: Asked, error: Error) {
        match purpose {
            Asked::LoadToRun(graph) | Asked::Start(graph) if error.code == ErrorCode::Invalid => {
                let lines = error.message.lines().map(str::to_owned).collect();
                self.events.push(RunEvent::Rejected(graph, lines));
            }
            Asked::Counts(graph) => {
                // A network that has ended meanwhile is nothing to tell.
                if error.code != ErrorCode::NotFound && error.code != ErrorCode::WrongState {
                    let text = format!("no counts of {graph}: {}", error.message);
                    self.events.push(RunEvent::Refused(text));
                }
            }
            Asked::Attach(graph, connector) => {
                self.packets
                    .not_attached(&graph, &connector, &error.message);
            }
            Asked::Why(_) => {}
            _ => self.events.push(RunEvent::Refused(error.message)),
        }
    }

    /// Learns how a graph is doing, and tells of its end.
    fn know(&mut self, info: GraphInfo) {
        let graph = info.graph.clone();
        let run = self.graphs.entry(graph.clone()).or_default();
        let was_running = run.is_running();
        let elapsed_ms = run.counts.as_ref().map(|counts| counts.snapshot.elapsed_ms);
        let packets = run.counts.as_ref().map_or(0, Counts::packets);
        run.info = Some(info.clone());
        if !was_running || run.is_running() {
            return;
        }
        if info.state == GraphState::Finished {
            run.why = None;
        }
        self.history.push_front(Finished {
            graph: graph.clone(),
            state: info.state,
            fault: info.fault.clone(),
            elapsed_ms,
            packets,
        });
        self.history.truncate(RUNS_MAX);
        self.events
            .push(RunEvent::Ended(graph, info.state, info.fault));
    }
}
