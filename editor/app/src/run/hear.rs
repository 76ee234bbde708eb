//! What the runtime says, and what becomes of it.

use millstream_protocol::extension::{
    Error, ErrorCode, GraphInfo, GraphState, Request, Response, Severity,
};

use super::{Asked, Finished, LOGS_MAX, Line, RUNS_MAX, RunEvent, Runs, name};

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
            (Asked::Get(graph), Response::Graph(found)) => {
                self.events.push(RunEvent::Text(graph, found.text));
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
            Response::Snapshot(ref snapshot) => {
                let graph = snapshot.graph.clone();
                self.fold(&graph, &response);
            }
            Response::Changes(ref changes) => {
                let graph = changes.graph.clone();
                self.fold(&graph, &response);
            }
            Response::Why(why) => {
                let run = self.graphs.entry(why.graph.clone()).or_default();
                run.why = Some(why);
            }
            Response::Steered(ref steered) => {
                self.fold(&steered.graph.clone(), &response);
                let steered = steered.clone();
                let key = (steered.graph, steered.target);
                if steered.held {
                    self.held.insert(key);
                } else {
                    self.held.remove(&key);
                }
            }
            Response::Packets(packets) => self.packets.take(packets),
            Response::Log(ref line) => {
                let line = line.clone();
                let now_ms = self.now_ms();
                let running = self.graphs.values_mut().filter(|run| run.is_followed);
                running.for_each(|run| run.live.take(&response, now_ms));
                self.logs.push_back(Line { line, at: self.now });
                if self.logs.len() > LOGS_MAX {
                    self.logs.pop_front();
                }
            }
            Response::Error(error) => self.events.push(RunEvent::Refused(error.message)),
            _ => {}
        }
    }

    /// Folds what was said into what is known of a run.
    fn fold(&mut self, graph: &str, response: &Response) {
        let now_ms = self.now_ms();
        let run = self.graphs.entry(graph.to_owned()).or_default();
        run.live.take(response, now_ms);
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
        let elapsed_ms = run.live.has_run().then(|| run.live.elapsed_ms());
        run.info = Some(info.clone());
        self.fold(&graph, &Response::State(info.clone()));
        let now_ms = self.now_ms();
        let Some(run) = self.graphs.get_mut(&graph) else {
            return;
        };
        let packets = run.live.totals(now_ms).packets;
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
