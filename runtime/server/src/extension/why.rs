//! Why packets do not move: from each writer that waits for room downstream to whoever makes it wait; after a deadlock, who
//! waited for whom when it was found.

use std::collections::BTreeSet;

use millstream_engine::{Deadlock, Link, Network, Waiters};
use millstream_protocol::extension::{Reason, Response, Why};

use super::graphs::find;
use super::steer::not_running;
use crate::run::Run;
use crate::session::{Refusal, Session};

pub(super) fn why(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let run = find(session, graph)?.run();
    let reasons = match run.filter(|run| !run.has_ended() || run.deadlock().is_some()) {
        Some(run) => reasons(&run),
        None => return Err(not_running(graph)),
    };
    session.reply(Response::Why(Why {
        graph: graph.to_owned(),
        reasons,
    }));
    Ok(())
}

/// Where a walk downstream ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Culprit {
    /// A process whose outputs have room.
    Process(usize),
    /// A connector that is held.
    Held(usize),
    /// Processes that wait for each other.
    Cycle,
}

/// A network as a walk needs it, at one moment.
struct Scene<'a> {
    network: &'a Network,
    links: Vec<Link>,
    waiters: Vec<Waiters>,
    /// Processes that wait for each other in a circle.
    cycle: BTreeSet<usize>,
}

fn reasons(run: &Run) -> Vec<Reason> {
    if let Some(deadlock) = run.deadlock() {
        return vec![cycle(deadlock)];
    }
    let network = &run.network;
    let waits = network.waits();
    let links = network.links();
    let scene = Scene {
        network,
        waiters: (0..links.len()).map(|at| network.waiters(at)).collect(),
        links,
        cycle: waits.cycle.iter().map(|waiting| waiting.process).collect(),
    };
    // The longest way to each culprit tells the most.
    let mut found: Vec<(Culprit, Vec<usize>)> = Vec::new();
    for start in (0..scene.links.len()).filter(|&at| !scene.waiters[at].writers.is_empty()) {
        let (culprit, chain) = scene.walk(start);
        match found.iter_mut().find(|(known, _)| *known == culprit) {
            Some((_, longest)) if longest.len() < chain.len() => *longest = chain,
            Some(_) => {}
            None => found.push((culprit, chain)),
        }
    }
    let told = found.into_iter().map(|(culprit, chain)| {
        let names = |chain: &[usize]| {
            chain
                .iter()
                .map(|&at| run.connectors()[at].full())
                .collect()
        };
        let last = chain.last().copied().unwrap_or_default();
        match culprit {
            Culprit::Process(process) => {
                let counts = &network.connectors()[last].counts;
                Reason::SlowConsumer {
                    process: run.processes()[process].clone(),
                    chain: names(&chain),
                    depth: counts.depth,
                    capacity: counts.capacity,
                }
            }
            Culprit::Held(connector) => Reason::Held {
                connector: run.connectors()[connector].full(),
                chain: names(&chain),
            },
            Culprit::Cycle => cycle(&waits),
        }
    });
    told.collect()
}

fn cycle(deadlock: &Deadlock) -> Reason {
    Reason::Cycle {
        waits: deadlock.cycle.iter().map(ToString::to_string).collect(),
    }
}

impl Scene<'_> {
    /// Follows full connectors from one whose writer waits; gives who is to blame, and the connectors on the way.
    fn walk(&self, start: usize) -> (Culprit, Vec<usize>) {
        let (mut at, mut chain) = (start, vec![start]);
        loop {
            let process = self.links[at].to;
            if self.network.is_connector_held(at) {
                return (Culprit::Held(at), chain);
            }
            if self.cycle.contains(&process) {
                return (Culprit::Cycle, chain);
            }
            let blocked =
                (0..self.links.len()).find(|&next| self.waiters[next].writers.contains(&process));
            match blocked {
                Some(next) if chain.contains(&next) => return (Culprit::Cycle, chain),
                Some(next) => {
                    chain.push(next);
                    at = next;
                }
                None => return (Culprit::Process(process), chain),
            }
        }
    }
}
