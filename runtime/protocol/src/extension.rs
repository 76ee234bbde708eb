//! Sub-protocol `millstream`: what the FBP Network Protocol has no message for.
//!
//! The first message is [`Request::Hello`]; anything else before it is refused, and a client that never says it is sent
//! nothing of this sub-protocol. Two rights are apart: *inspect* (counts, probes, reasons, logs) and *control* (edit, run,
//! hold, inject). Which of them a client has, [`Response::Welcome`] says.
//!
//! Inspection is bounded. A client that reads slowly loses samples, never the network its speed: changes of counts are
//! made when they can be sent, [`Changes::missed`] says how many were left out, and [`Packets::missed`] how many packets a
//! probe could not keep.

mod counts;
mod edit;
mod graphs;
mod hello;
mod logs;
mod probe;
mod steer;
mod why;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use counts::{
    Changes, ConnectorCounts, ConnectorInfo, ProcessCounts, ProcessInfo, ProcessState, Snapshot,
    Subscribe,
};
pub use edit::{Action, Edit, Edited, Plan, Setting, Step as EditStep};
pub use graphs::{Finding, Graph, GraphInfo, GraphState, Graphs, Load, Saved, Severity};
pub use hello::{Hello, Limits, Right, Welcome};
pub use logs::{Level, LogLine, Logs};
pub use probe::{Attach, Attached, Detach, Packet, PacketKind, Packets};
pub use steer::{Inject, Injected, Steer, Steered, Step, Target};
pub use why::{Reason, Why};

/// The version of this sub-protocol.
pub const VERSION: u32 = 1;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", content = "payload", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Request {
    /// The first message. Answered by [`Response::Welcome`].
    Hello(Hello),
    /// Asks for all graphs. Needs *inspect*. Answered by [`Response::Graphs`].
    List(Nothing),
    /// Asks for the text of a graph. Needs *inspect*. Answered by [`Response::Graph`].
    Get(GraphName),
    /// Gives the text of a graph, or has it read from its file again. Needs *control*. Answered by [`Response::Graph`].
    Load(Load),
    /// Writes a graph to its file. Needs *control*. Answered by [`Response::Saved`].
    Save(GraphName),
    /// Runs a graph that does not run. Needs *control*. Answered by [`Response::State`].
    Start(GraphName),
    /// Stops a network and works off what is in flight. Needs *control*. Answered by [`Response::State`] at its end.
    Stop(GraphName),
    /// Stops a network, if it runs, and runs its graph anew. Needs *control*. Answered by [`Response::State`].
    Restart(GraphName),
    /// Wants the counts of a network from now on; a second one for the same graph replaces the first. Needs *inspect*.
    /// Answered by [`Response::Snapshot`], and then by [`Response::Changes`] as long as something changes; again by a
    /// snapshot whenever the graph is started or edited.
    Subscribe(Subscribe),
    /// Wants the counts no more. Answered by [`Response::Done`].
    Unsubscribe(GraphName),
    /// Wants to see packets of a connector, at any moment of a run. Needs *inspect*. Answered by [`Response::Attached`], and
    /// then by [`Response::Packets`] as they pass.
    Attach(Attach),
    /// Wants to see them no more. Answered by [`Response::Done`].
    Detach(Detach),
    /// Holds a connector or process. Needs *control*. Answered by [`Response::Steered`].
    Hold(Steer),
    /// Lets packets through one that is held. Needs *control*. Answered by [`Response::Steered`].
    Step(Step),
    /// Ends a hold. Needs *control*. Answered by [`Response::Steered`].
    Release(Steer),
    /// Asks what an edit of a running graph would do. Needs *inspect*. Answered by [`Response::Plan`].
    Plan(Edit),
    /// Edits a running graph. Needs *control*. Answered by [`Response::Edited`] when it is done, or when it is seen to take
    /// long: see [`Edited::waits_for`]. Counts that are followed are told by a new [`Response::Snapshot`].
    Edit(Edit),
    /// Puts packets into an exported in-port of a running graph. Needs *control*. Answered by [`Response::Injected`] when
    /// all are in.
    Inject(Inject),
    /// Asks why packets do not move. Needs *inspect*. Answered by [`Response::Why`].
    Why(GraphName),
    /// Wants the log lines of networks from now on. Needs *inspect*. Answered by [`Response::Done`], and then by
    /// [`Response::Log`] as they come.
    Logs(Logs),
}

/// What a runtime says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", content = "payload", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Response {
    /// Answers [`Request::Hello`].
    Welcome(Welcome),
    /// Answers [`Request::List`].
    Graphs(Graphs),
    /// Answers [`Request::Get`] and [`Request::Load`].
    Graph(Box<Graph>),
    /// Answers [`Request::Save`].
    Saved(Saved),
    /// Answers [`Request::Start`], [`Request::Stop`] and [`Request::Restart`]; also to clients that follow the graph, when
    /// its network starts or ends.
    State(GraphInfo),
    /// All counts of a network; what later [`Response::Changes`] refer to.
    Snapshot(Snapshot),
    /// The counts that changed since the last message.
    Changes(Changes),
    /// Answers [`Request::Attach`].
    Attached(Attached),
    /// Packets that passed a probe.
    Packets(Packets),
    /// Answers [`Request::Hold`], [`Request::Step`] and [`Request::Release`].
    Steered(Steered),
    /// Answers [`Request::Plan`].
    Plan(Plan),
    /// Answers [`Request::Edit`].
    Edited(Edited),
    /// Answers [`Request::Inject`].
    Injected(Injected),
    /// Answers [`Request::Why`].
    Why(Why),
    /// A log line.
    Log(LogLine),
    /// Answers what has nothing to tell.
    Done(Nothing),
    /// Refuses a request.
    Error(Error),
}

/// Nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Nothing {}

/// Which graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GraphName {
    /// The graph.
    pub graph: String,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Error {
    /// The kind of reason, for programs.
    pub code: ErrorCode,
    /// The reason, for people.
    pub message: String,
    /// The graph concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<String>,
}

/// Kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The message cannot be read, or comes before `hello`.
    Refused,
    /// The client lacks the right.
    Forbidden,
    /// There is no graph, connector, process or probe of this name.
    NotFound,
    /// The graph does not run, runs already, or cannot be edited so while it runs.
    WrongState,
    /// The graph is wrong; the message has the findings.
    Invalid,
    /// A limit of [`Limits`] is reached.
    Limit,
    /// A file cannot be read or written.
    Io,
}
