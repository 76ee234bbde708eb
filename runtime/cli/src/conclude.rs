//! What is said about a run at its end, and the exit code that follows from it.

use std::ops::Range;
use std::sync::Arc;

use millstream_component::FailureKind;
use millstream_engine::{Deadlock, Ending, Outcome, ProcessReport, Report, Wait, Waiting};
use millstream_graph::{Flat, OnError, Severity};

use crate::args::RunArgs;
use crate::exit::Exit;
use crate::load::Loader;
use crate::message::Message;
use crate::output::Shell;
use crate::select::show_duration;
use crate::signals::Signal;
use crate::source::Source;

/// Lines of one kind in a message; who has more gets a count.
const LINES_MAX: usize = 8;

/// A run that is over, with the files that it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conclusion<'a> {
    /// How it went.
    pub(crate) report: &'a Report,
    /// What ran; its processes stand in the order of the report.
    pub(crate) flat: &'a Flat,
    /// Where it is written.
    pub(crate) loader: &'a Loader,
}

impl Conclusion<'_> {
    /// How the command exits; `signal` is the first that came.
    pub(crate) fn exit(&self, signal: Option<Signal>) -> Exit {
        match &self.report.outcome {
            Outcome::Failed { .. } => Exit::Failed,
            Outcome::Deadlocked(_) => Exit::Deadlock,
            Outcome::TimedOut => Exit::TimeLimit,
            Outcome::Finished => Exit::Ok,
            Outcome::Stopped | Outcome::Cancelled => signal.map_or(Exit::Ok, Signal::exit),
        }
    }
}

/// Says how the run went, if there is something to say.
pub(crate) fn conclude(conclusion: &Conclusion<'_>, args: &RunArgs, shell: &Shell) {
    tell_given_up(conclusion, shell);
    let elapsed = show_duration(conclusion.report.elapsed);
    match &conclusion.report.outcome {
        Outcome::Finished => {
            if shell.verbosity > 0 {
                let packets = were(conclusion.report.packets(), "packet");
                shell.notice(&format!("finished in {elapsed}: {packets} handed over"));
            }
        }
        Outcome::Stopped => {
            let left = conclusion.left_over();
            let all = || "all packets were worked off".to_owned();
            let fate = left.into_iter().next().unwrap_or_else(all);
            shell.notice(&format!("stopped after {elapsed}: {fate}"));
        }
        Outcome::Cancelled => shell.message(&conclusion.cancelled()),
        Outcome::TimedOut => shell.message(&conclusion.timed_out(args)),
        Outcome::Failed {
            process,
            consequences,
        } => {
            if let Some(message) = conclusion.failed(*process, *consequences) {
                shell.message(&message);
            }
        }
        Outcome::Deadlocked(deadlock) => shell.message(&conclusion.deadlocked(deadlock)),
    }
}

/// Packets that `on_error` let go are lost data, and said whatever else happened.
fn tell_given_up(conclusion: &Conclusion<'_>, shell: &Shell) {
    let processes = conclusion.report.processes.iter().enumerate();
    for (at, process) in processes.filter(|(_, process)| process.failed_packets > 0) {
        let mut connectors = conclusion.flat.connectors.iter();
        let are_sent = connectors
            .any(|connector| connector.from.process == at && connector.from.port == "error");
        let fate = if are_sent {
            "sent to `error`"
        } else {
            "dropped"
        };
        let text = format!(
            "process `{}` ({}) failed on {}: {fate}",
            process.name,
            process.component,
            count(process.failed_packets, "packet")
        );
        let mut message = Message::new(Severity::Warning, "failed_packets", text);
        message.process = Some(process.name.clone());
        if shell.verbosity >= 0 {
            shell.message(&message);
        }
    }
}

impl Conclusion<'_> {
    fn failed(&self, at: usize, consequences: usize) -> Option<Message> {
        let process = self.report.processes.get(at)?;
        let fault = process.ending.fault().unwrap_or_default();
        let verb = if matches!(process.ending, Ending::Panicked(_)) {
            ""
        } else {
            "failed: "
        };
        let text = format!(
            "process `{}` ({}) {verb}{fault}",
            process.name, process.component
        );
        let mut message = Message::new(Severity::Error, Exit::Failed.word(), text);
        message.process = Some(process.name.clone());
        if let Ending::Failed(failure) = &process.ending {
            message.port = failure.port().map(str::to_owned);
            message.packet = failure.packet_number();
        }
        if let Some((source, span)) = self.place_of(at) {
            message.point_at(&source, span, None);
        }
        if consequences > 0 {
            let others = count(consequences as u64, "other process");
            message
                .notes
                .push(format!("{others} failed in consequence"));
        }
        message.notes.extend(self.left_over());
        message.help = Some(self.help_for(at, process));
        Some(message)
    }

    fn help_for(&self, at: usize, process: &ProcessReport) -> String {
        let on_error = self.flat.processes.get(at).map(|process| process.on_error);
        let describe = format!(
            "`millstream components {}` describes the component",
            process.component
        );
        match &process.ending {
            Ending::Panicked(_) => {
                "this is a mistake in the component, not in the graph; RUST_BACKTRACE=1 shows where"
                    .to_owned()
            }
            Ending::Failed(failure)
                if failure.kind() == FailureKind::Packet
                    && failure.packet_number().is_some()
                    && on_error == Some(OnError::Fail) =>
            {
                "to go on with the next packet, give the process `on_error: skip` or `on_error: dead_letter`"
                    .to_owned()
            }
            _ => describe,
        }
    }

    /// The component of a process in its file.
    fn place_of(&self, at: usize) -> Option<(Arc<Source>, Range<usize>)> {
        let origin = &self.flat.processes.get(at)?.origin;
        let source = self.loader.source(&origin.file)?;
        let span = source.spans.component(&origin.process)?;
        Some((source, span))
    }

    fn deadlocked(&self, deadlock: &Deadlock) -> Message {
        let is_circle = !deadlock.cycle.is_empty();
        let text = if is_circle {
            format!(
                "deadlock: {} wait for each other",
                count(deadlock.cycle.len() as u64, "process")
            )
        } else {
            "deadlock: no process can go on".to_owned()
        };
        let mut message = Message::new(Severity::Error, Exit::Deadlock.word(), text);
        let shown = if is_circle {
            &deadlock.cycle
        } else {
            &deadlock.others
        };
        message.process = shown.first().map(|waiting| waiting.name.clone());
        message.port = shown
            .first()
            .and_then(|waiting| Some(waiting.blockage.as_ref()?.port.clone()));
        for waiting in shown.iter().take(LINES_MAX) {
            message.notes.push(waiting.to_string());
            if let Some((source, span)) = self.connector_of(waiting) {
                message.point_at(&source, span, label_of(waiting));
            }
        }
        let more = shown.len().saturating_sub(LINES_MAX);
        if more > 0 {
            message
                .notes
                .push(format!("and {} more", count(more as u64, "process")));
        }
        if is_circle && !deadlock.others.is_empty() {
            let others = count(deadlock.others.len() as u64, "other process");
            message.notes.push(format!("{others} wait behind them"));
        }
        message.help = Some(help_out(&deadlock.cycle));
        message
    }

    /// The connector that a process waits on, in its file.
    fn connector_of(&self, waiting: &Waiting) -> Option<(Arc<Source>, Range<usize>)> {
        let blockage = waiting.blockage.as_ref()?;
        let own = format!("{}.{}", waiting.name, blockage.port);
        let connector = self.flat.connectors.iter().find(|connector| {
            let (from, to) = (
                self.flat.end_name(&connector.from),
                self.flat.end_name(&connector.to),
            );
            match blockage.wait {
                Wait::Send => from == own && to == blockage.peer,
                Wait::Receive => to == own && from == blockage.peer,
            }
        })?;
        let source = self.loader.source(&connector.file)?;
        let span = source.spans.connector(connector.at)?;
        Some((source, span))
    }

    fn cancelled(&self) -> Message {
        let text = format!(
            "ended after {}, before all was worked off",
            show_duration(self.report.elapsed)
        );
        let mut message = Message::new(Severity::Warning, "cancelled", text);
        message.notes.extend(self.left_over());
        message
    }

    fn timed_out(&self, args: &RunArgs) -> Message {
        let limit = show_duration(args.timeout.unwrap_or_default());
        let text = format!("the time limit of {limit} was reached");
        let mut message = Message::new(Severity::Error, Exit::TimeLimit.word(), text);
        message.notes.extend(self.left_over());
        message
    }

    /// Where packets were left, the most first.
    fn left_over(&self) -> Vec<String> {
        let left = self.report.left_over();
        if left == 0 {
            return Vec::new();
        }
        let mut full: Vec<_> = self
            .report
            .connectors
            .iter()
            .filter(|connector| connector.counts.depth > 0)
            .collect();
        full.sort_by_key(|connector| std::cmp::Reverse(connector.counts.depth));
        let places = full.iter().take(3).map(|connector| {
            format!(
                "{} in {} -> {}",
                connector.counts.depth,
                connector.from.join(", "),
                connector.to
            )
        });
        let mut places: Vec<String> = places.collect();
        if full.len() > places.len() {
            places.push("…".to_owned());
        }
        vec![format!(
            "{} left undelivered: {}",
            were(left, "packet"),
            places.join("; ")
        )]
    }
}

fn label_of(waiting: &Waiting) -> Option<String> {
    let blockage = waiting.blockage.as_ref()?;
    Some(match blockage.wait {
        Wait::Send => format!("`{}` waits to send", waiting.name),
        Wait::Receive => format!("`{}` waits to receive", waiting.name),
    })
}

/// What could help: more room where the tightest connector of the circle is full, or another order of reading.
fn help_out(cycle: &[Waiting]) -> String {
    let full = cycle
        .iter()
        .filter_map(|waiting| Some((waiting, waiting.blockage.as_ref()?)))
        .filter(|(_, blockage)| blockage.wait == Wait::Send)
        .min_by_key(|(_, blockage)| blockage.capacity);
    match full {
        Some((waiting, blockage)) => {
            let more = blockage.capacity.saturating_mul(4).max(64);
            format!(
                "give the connector more room: --capacity '{}.{}->{}={more}', or read the ports in another order",
                waiting.name, blockage.port, blockage.peer
            )
        }
        None if cycle.is_empty() => {
            "the processes wait for something that is not in the graph and cannot come".to_owned()
        }
        None => {
            "each process of the circle waits for a packet of another: one of them must begin, \
                 for instance with core/Kick through a core/Concat"
                .to_owned()
        }
    }
}

fn count(number: u64, word: &str) -> String {
    let plural = match (number, word.ends_with("ss")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{number} {word}{plural}")
}

fn were(number: u64, word: &str) -> String {
    let verb = if number == 1 { "was" } else { "were" };
    format!("{} {verb}", count(number, word))
}
