//! Processes that have only got another name.

use std::collections::HashMap;

use crate::edit::Edit;
use crate::file::write;
use crate::model::{Graph, Process};
use crate::names::ProcessName;

/// Old and new names of processes that are otherwise the same.
///
/// Two processes are the same when they say the same and are wired in the same way to the same components, and when no
/// other process could be meant.
pub(super) fn renamed(old: &Graph, new: &Graph) -> Vec<(ProcessName, ProcessName)> {
    let gone = |name: &&ProcessName| !new.processes.contains_key(*name);
    let come = |name: &&ProcessName| !old.processes.contains_key(*name);
    let before = signatures(old, old.processes.keys().filter(gone));
    let after = signatures(new, new.processes.keys().filter(come));
    let mut renamed = Vec::new();
    for name in old.processes.keys().filter(gone) {
        let signature = signature(old, name);
        let both = (before.get(&signature), after.get(&signature));
        if let (Some(&[_]), Some(&[now])) = (both.0.map(Vec::as_slice), both.1.map(Vec::as_slice)) {
            renamed.push((name.clone(), now.clone()));
        }
    }
    renamed
}

/// The old graph with the new names.
pub(super) fn with_names(graph: &Graph, renamed: &[(ProcessName, ProcessName)]) -> Graph {
    let mut graph = graph.clone();
    for (from, to) in renamed {
        let (from, to) = (from.clone(), to.clone());
        // The new name is new, so nothing can fail; if it did, the process would count as removed and added.
        let _undo = graph.apply(Edit::RenameProcess { from, to });
    }
    graph
}

fn signatures<'a>(
    graph: &Graph,
    names: impl Iterator<Item = &'a ProcessName>,
) -> HashMap<String, Vec<&'a ProcessName>> {
    let mut signatures: HashMap<String, Vec<&ProcessName>> = HashMap::new();
    for name in names {
        signatures
            .entry(signature(graph, name))
            .or_default()
            .push(name);
    }
    signatures
}

/// What a process is and how it is wired, without its name.
fn signature(graph: &Graph, name: &ProcessName) -> String {
    let component = |process: &ProcessName| {
        let found = graph.processes.get(process);
        let component = found.and_then(|found| found.component.as_ref());
        component.map_or_else(String::new, ToString::to_string)
    };
    let mut wires: Vec<String> = Vec::new();
    for connector in &graph.connectors {
        if connector.from.process == *name {
            let other = (component(&connector.to.process), connector.to.key());
            wires.push(format!(
                "{} > {} {}",
                connector.from.key(),
                other.0,
                other.1
            ));
        }
        if connector.to.process == *name {
            let other = (component(&connector.from.process), connector.from.key());
            wires.push(format!("{} < {} {}", connector.to.key(), other.0, other.1));
        }
    }
    wires.sort();
    let mut alone = Graph::default();
    let process = graph.processes.get(name).cloned().unwrap_or_default();
    let process = Process {
        comments: Vec::new(),
        ..process
    };
    alone.processes.insert(ProcessName::legible("x"), process);
    format!("{}{}", write(&alone), wires.join("\n"))
}
