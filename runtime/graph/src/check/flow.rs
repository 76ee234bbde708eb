//! Rules about what can flow: cycles, processes that nothing reaches, brackets that nobody made.
//!
//! A process *starts by itself* when none of its data in-ports (those that are no settings) is required; it is *fed*
//! when a data in-port has a value or is exported. Packets spread from these along the connectors. What they do not
//! reach stands in or behind a cycle that cannot start. Processes of unknown components, and those that lack a
//! connector, count as starting: what is wrong with them is told already.

use std::collections::{HashMap, VecDeque};

use crate::check::codes::Code;
use crate::check::finding::Place;
use crate::check::report::Report;
use crate::check::site::{Site, User};
use crate::edit::Side;
use crate::names::ComponentRef;
use crate::spec::{ComponentSpec, PortSpec};

/// Components that end before their input does.
const ENDS_BY_ITSELF: [&str; 1] = ["core/Take"];

/// Standard components that put brackets into a stream that had none.
const MAKES_BRACKETS: [&str; 5] = [
    "core/Group",
    "core/Collate",
    "data/Window",
    "file/Read",
    "sql/Query",
];

/// Families whose other components make no brackets.
const PLAIN_FAMILIES: [&str; 12] = [
    "core", "data", "text", "json", "csv", "file", "console", "process", "time", "http", "sql",
    "script",
];

pub(super) fn check(site: &Site<'_>, report: &mut Report) {
    let reached = site.topology.reachable_from(starts(site));
    let cycles = site.topology.cycles();
    let mut stuck = vec![false; reached.len()];
    for cycle in &cycles {
        if cycle.iter().any(|&member| reached[member]) {
            drains(site, cycle, report);
            continue;
        }
        // A cycle behind another one that cannot start is a consequence of it.
        let is_first = cycle.iter().all(|&member| {
            let mut feeders = site.topology.predecessors(member).iter();
            feeders.all(|feeder| cycle.binary_search(feeder).is_ok())
        });
        if is_first {
            for &member in cycle {
                stuck[member] = true;
            }
            cannot_start(site, cycle, report);
        }
    }
    for (at, name) in site.graph.processes.keys().enumerate() {
        if !reached[at] && !stuck[at] {
            report.add(Code::Unreachable, Place::Process(name.clone()), || {
                let message = format!(
                    "process `{name}` never gets a packet: all that feeds it waits for a cycle"
                );
                (message, None)
            });
        }
    }
    brackets(site, report);
}

fn data_ports(spec: &ComponentSpec) -> impl Iterator<Item = &PortSpec> {
    spec.in_ports.iter().filter(|port| port.setting.is_none())
}

fn starts(site: &Site<'_>) -> Vec<usize> {
    let count = site.graph.processes.len();
    let (mut fed, mut connected) = (vec![false; count], vec![false; count]);
    for (port, users) in site.uses.iter().filter(|(port, _)| port.side == Side::In) {
        let is_data = site
            .spec(port.process)
            .is_some_and(|spec| data_ports(spec).any(|known| *port.port == *known.name));
        fed[port.process] |=
            is_data && users.iter().any(|user| !matches!(user, User::Connector(_)));
        connected[port.process] |= is_data;
    }
    (0..count)
        .filter(|&at| {
            let by_itself = site
                .spec(at)
                .is_none_or(|spec| !data_ports(spec).any(|port| port.required));
            by_itself || fed[at] || !connected[at]
        })
        .collect()
}

fn cannot_start(site: &Site<'_>, cycle: &[usize], report: &mut Report) {
    let Some(&first) = cycle.first() else { return };
    report.add(
        Code::CycleCannotStart,
        Place::Process(site.name(first).clone()),
        || {
            let message = format!(
                "the cycle {} cannot start: nothing enters it, and each waits for the other",
                walk(site, cycle)
            );
            (
                message,
                Some("send a first packet into it, for example from core/Kick".to_owned()),
            )
        },
    );
}

/// Whether a cycle that is fed can end.
fn drains(site: &Site<'_>, cycle: &[usize], report: &mut Report) {
    let waits = cycle.iter().all(|&member| {
        let component = site.component_name(member);
        site.spec(member)
            .is_some_and(|spec| data_ports(spec).any(|port| port.required))
            && component.is_some_and(|name| !ENDS_BY_ITSELF.contains(&name))
    });
    let Some(&first) = cycle.first().filter(|_| waits) else {
        return;
    };
    report.add(Code::CycleCannotDrain, Place::Process(site.name(first).clone()), || {
        let message = format!("the cycle {} cannot drain: each waits for the other to end", walk(site, cycle));
        let help = "let one of them end by itself (core/Take), or lead the packets to a second process instead of back";
        (message, Some(help.to_owned()))
    });
}

/// A shortest way round a cycle, from its first member.
fn walk(site: &Site<'_>, cycle: &[usize]) -> String {
    const SHOWN_MAX: usize = 8;
    let Some(&first) = cycle.first() else {
        return String::new();
    };
    let mut came_from: HashMap<usize, usize> = HashMap::new();
    let mut waiting = VecDeque::from([first]);
    while let Some(at) = waiting.pop_front() {
        for &next in site.topology.successors(at) {
            if cycle.binary_search(&next).is_ok() && !came_from.contains_key(&next) {
                came_from.insert(next, at);
                waiting.push_back(next);
            }
        }
        if came_from.contains_key(&first) {
            break;
        }
    }
    let mut way = vec![first];
    let mut at = first;
    while let Some(&before) = came_from.get(&at) {
        way.push(before);
        at = before;
        if at == first {
            break;
        }
    }
    way.reverse();
    let mut names: Vec<String> = way
        .iter()
        .map(|&at| format!("`{}`", site.name(at)))
        .collect();
    if names.len() > SHOWN_MAX {
        let rest = names.len() - SHOWN_MAX;
        names.splice(
            SHOWN_MAX - 1..names.len() - 1,
            [format!("({} more)", rest + 1)],
        );
    }
    names.join(" -> ")
}

/// Brackets are removed only where they may be.
fn brackets(site: &Site<'_>, report: &mut Report) {
    let count = site.graph.processes.len();
    let exported = site.uses.iter().filter(|(port, users)| {
        port.side == Side::In && users.iter().any(|user| matches!(user, User::Export(_)))
    });
    let makers = (0..count).filter(|&at| may_make_brackets(site, at));
    let bracketed = site
        .topology
        .reachable_from(makers.chain(exported.map(|(port, _)| port.process)));
    for (at, (name, process)) in site.graph.processes.iter().enumerate() {
        let ungroups = process
            .component
            .as_ref()
            .is_some_and(|it| it.as_str() == "core/Ungroup");
        if ungroups && !bracketed[at] && !site.topology.predecessors(at).is_empty() {
            report.add(Code::NoBrackets, Place::Process(name.clone()), || {
                let message =
                    format!("process `{name}` removes brackets, but nothing upstream makes any");
                (
                    message,
                    Some("put core/Group upstream where the groups begin".to_owned()),
                )
            });
        }
    }
}

fn may_make_brackets(site: &Site<'_>, at: usize) -> bool {
    match &site.process(at).component {
        Some(component @ ComponentRef::Builtin(_)) => {
            let family = component.as_str().split('/').next().unwrap_or_default();
            MAKES_BRACKETS.contains(&component.as_str()) || !PLAIN_FAMILIES.contains(&family)
        }
        _ => true,
    }
}
