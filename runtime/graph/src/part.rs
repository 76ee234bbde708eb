//! A part of a flat graph, with its own ways in and out: what a replay and a test run.
//!
//! Packets that are put into a port stand in for what came there, so the connectors into that port are cut; packets that
//! are looked at where they leave a port go nowhere else, so the connector from there is cut as well. What no longer
//! matters is left out: a test of the middle of a graph reads no file at its beginning and prints nothing at its end.
//! Nothing here runs a graph.

use indexmap::IndexMap;

use crate::flatten::{Flat, FlatConnector, FlatEnd, FlatGroup};
use crate::names::PortName;

/// Where a graph is cut.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cut {
    /// In-ports that get packets from outside.
    pub inputs: Vec<FlatEnd>,
    /// Out-ports whose packets are taken outside.
    pub outputs: Vec<FlatEnd>,
    /// Positions of further processes that are wanted for their own sake.
    pub wanted: Vec<usize>,
}

impl Flat {
    /// The part of the graph that a cut leaves: the in-port `in0`, `in1`, … for each input, the out-port `out0`, `out1`, …
    /// for each output, in their order.
    ///
    /// What is kept is whatever the outputs and the wanted processes depend on; without any, what the inputs can reach and
    /// all that this depends on. A value in the graph gives way to an input of its port. Names of processes stay.
    pub fn part(&self, cut: &Cut) -> Self {
        let is_left = |connector: &&FlatConnector| {
            !cut.inputs.contains(&connector.to) && !cut.outputs.contains(&connector.from)
        };
        let left: Vec<&FlatConnector> = self.connectors.iter().filter(is_left).collect();
        let kept = self.kept(cut, &left);
        let mut places = vec![None; self.processes.len()];
        for (new, &old) in kept.iter().enumerate() {
            if let Some(place) = places.get_mut(old) {
                *place = Some(new);
            }
        }
        let place = |old: usize| places.get(old).copied().flatten();
        let mut part = Self {
            name: self.name.clone(),
            file: std::sync::Arc::clone(&self.file),
            processes: kept
                .iter()
                .filter_map(|&at| self.processes.get(at).cloned())
                .collect(),
            connectors: left
                .into_iter()
                .filter_map(|found| moved_connector(found, place))
                .collect(),
            inports: doors("in", &cut.inputs, place),
            outports: doors("out", &cut.outputs, place),
            groups: self
                .groups
                .iter()
                .map(|group| moved_group(group, place))
                .collect(),
        };
        part.let_inputs_in();
        part
    }

    /// Positions of the processes to keep, in their order.
    fn kept(&self, cut: &Cut, left: &[&FlatConnector]) -> Vec<usize> {
        let inputs = cut.inputs.iter().map(|end| end.process);
        let mut kept = vec![false; self.processes.len()];
        inputs.for_each(|at| mark(&mut kept, at));
        if cut.outputs.is_empty() && cut.wanted.is_empty() {
            spread(&mut kept, left, |found| {
                (found.from.process, found.to.process)
            });
        }
        let outputs = cut.outputs.iter().map(|end| end.process);
        outputs
            .chain(cut.wanted.iter().copied())
            .for_each(|at| mark(&mut kept, at));
        spread(&mut kept, left, |found| {
            (found.to.process, found.from.process)
        });
        let positions = kept.iter().enumerate();
        positions
            .filter(|(_, is_kept)| **is_kept)
            .map(|(at, _)| at)
            .collect()
    }

    /// A port with a value has no room for packets from outside.
    fn let_inputs_in(&mut self) {
        for end in self.inports.values() {
            if let Some(process) = self.processes.get_mut(end.process) {
                process
                    .iips
                    .retain(|key, _| key.port != end.port || key.index != end.index);
            }
        }
    }
}

fn mark(kept: &mut [bool], at: usize) {
    if let Some(is_kept) = kept.get_mut(at) {
        *is_kept = true;
    }
}

/// Marks what can be reached from what is marked; `step` says from where to where a connector leads.
fn spread(
    kept: &mut [bool],
    left: &[&FlatConnector],
    step: impl Fn(&FlatConnector) -> (usize, usize),
) {
    let mut next = vec![Vec::new(); kept.len()];
    for connector in left {
        let (from, to) = step(connector);
        if let Some(next) = next.get_mut(from) {
            next.push(to);
        }
    }
    let positions = kept.iter().enumerate();
    let mut open: Vec<usize> = positions
        .filter(|(_, is_kept)| **is_kept)
        .map(|(at, _)| at)
        .collect();
    while let Some(at) = open.pop() {
        for &to in next.get(at).into_iter().flatten() {
            if kept.get(to) == Some(&false) {
                mark(kept, to);
                open.push(to);
            }
        }
    }
}

fn moved_end(end: &FlatEnd, place: impl Fn(usize) -> Option<usize>) -> Option<FlatEnd> {
    Some(FlatEnd {
        process: place(end.process)?,
        ..end.clone()
    })
}

fn moved_connector(
    connector: &FlatConnector,
    place: impl Fn(usize) -> Option<usize>,
) -> Option<FlatConnector> {
    Some(FlatConnector {
        from: moved_end(&connector.from, &place)?,
        to: moved_end(&connector.to, &place)?,
        ..connector.clone()
    })
}

fn moved_group(group: &FlatGroup, place: impl Fn(usize) -> Option<usize>) -> FlatGroup {
    FlatGroup {
        path: group.path.clone(),
        processes: group.processes.iter().filter_map(|&at| place(at)).collect(),
    }
}

fn doors(
    kind: &str,
    ends: &[FlatEnd],
    place: impl Fn(usize) -> Option<usize>,
) -> IndexMap<PortName, FlatEnd> {
    let named = ends.iter().enumerate().filter_map(|(at, end)| {
        let name = PortName::new(&format!("{kind}{at}")).ok()?;
        Some((name, moved_end(end, &place)?))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flatten::flatten;
    use crate::resolve::NoSubgraphs;
    use crate::testing::graph;

    /// `read -> cut -> [count, wrap] -> join -> show`, with a second source into `join`.
    fn flat() -> Flat {
        let text = r#"Graph(format: 1, processes: {
            "read": Process(component: "a/A"),
            "cut": Process(component: "a/A", iips: { "by": " " }),
            "count": Process(component: "a/A"),
            "wrap": Process(component: "a/A"),
            "other": Process(component: "a/A"),
            "join": Process(component: "a/A"),
            "show": Process(component: "a/A"),
        }, connectors: [
            Connector(from: "read.out", to: "cut.in"),
            Connector(from: "cut.out[0]", to: "count.in"),
            Connector(from: "cut.out[1]", to: "wrap.in"),
            Connector(from: "wrap.out", to: "join.in[0]"),
            Connector(from: "count.out", to: "join.in[1]"),
            Connector(from: "other.out", to: "join.in[2]"),
            Connector(from: "join.out", to: "show.in"),
        ], groups: [Group(name: "ends", processes: ["read", "show", "cut"])])"#;
        flatten(&graph(text), &NoSubgraphs).unwrap()
    }

    fn end(flat: &Flat, text: &str) -> FlatEnd {
        let (path, port) = text.split_once('.').unwrap();
        let key: crate::names::PortKey = port.parse().unwrap();
        let process = flat
            .processes
            .iter()
            .position(|process| process.path == path);
        FlatEnd {
            process: process.unwrap(),
            port: key.port,
            index: key.index,
        }
    }

    fn part(inputs: &[&str], outputs: &[&str], wanted: &[&str]) -> Flat {
        let flat = flat();
        let ends = |texts: &[&str]| texts.iter().map(|text| end(&flat, text)).collect();
        flat.part(&Cut {
            inputs: ends(inputs),
            outputs: ends(outputs),
            wanted: wanted
                .iter()
                .map(|name| end(&flat, &format!("{name}.x")).process)
                .collect(),
        })
    }

    fn names(flat: &Flat) -> Vec<&str> {
        flat.processes
            .iter()
            .map(|process| process.path.as_str())
            .collect()
    }

    #[test]
    fn part_between_two_ports_is_what_lies_on_the_way() {
        let part = part(&["cut.in"], &["wrap.out"], &[]);
        assert_eq!(names(&part), ["cut", "wrap"]);
        let connectors: Vec<_> = part
            .connectors
            .iter()
            .map(|found| part.connector_name(found))
            .collect();
        assert_eq!(connectors, ["cut.out[1] -> wrap.in"]);
        assert_eq!(part.end_name(&part.inports["in0"]), "cut.in");
        assert_eq!(part.end_name(&part.outports["out0"]), "wrap.out");
        assert_eq!(part.groups[0].processes, [0]);
    }

    #[test]
    fn what_an_output_depends_on_is_kept_though_no_input_reaches_it() {
        assert_eq!(
            names(&part(&["wrap.in"], &["join.out"], &[])),
            ["read", "cut", "count", "wrap", "other", "join"]
        );
        assert_eq!(names(&part(&[], &["other.out"], &[])), ["other"]);
    }

    #[test]
    fn input_alone_runs_all_that_it_reaches_and_its_company() {
        assert_eq!(
            names(&part(&["cut.in"], &[], &[])),
            ["cut", "count", "wrap", "other", "join", "show"]
        );
        assert_eq!(names(&part(&["show.in"], &[], &[])), ["show"]);
    }

    #[test]
    fn wanted_process_is_an_end_of_its_own() {
        assert_eq!(names(&part(&["cut.in"], &[], &["count"])), ["cut", "count"]);
    }

    #[test]
    fn input_takes_the_place_of_a_value() {
        let part = part(&["cut.in", "cut.by"], &["wrap.out"], &[]);
        assert!(part.processes[0].iips.is_empty());
        assert_eq!(part.end_name(&part.inports["in1"]), "cut.by");
    }
}
