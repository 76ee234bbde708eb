//! What the text formats cannot say, told once for each kind and not once for each process.

use crate::exchange::Notice;
use crate::model::{Connector, DEFAULT_CAPACITY, Graph, WhenFull};

/// Gathers what was left out.
#[derive(Debug, Default)]
pub(super) struct Losses {
    notices: Vec<Notice>,
}

impl Losses {
    pub(super) fn note(&mut self, message: impl Into<String>) {
        self.notices.push(Notice::new(message));
    }

    /// Notes that these things are left out, if there are any: `capacity of a.out -> b.in, c.out -> d.in`.
    pub(super) fn left_out(&mut self, what: &str, of: &[String]) {
        const NAMED_MAX: usize = 3;
        if of.is_empty() {
            return;
        }
        let mut names: Vec<&str> = of.iter().take(NAMED_MAX).map(String::as_str).collect();
        let more = format!("{} more", of.len().saturating_sub(NAMED_MAX));
        if of.len() > NAMED_MAX {
            names.push(&more);
        }
        self.note(format!("left out: {what} of {}", names.join(", ")));
    }

    pub(super) fn finish(self) -> Vec<Notice> {
        self.notices
    }
}

/// The connectors for which something holds, as people read them.
pub(super) fn connectors_with(graph: &Graph, has: impl Fn(&Connector) -> bool) -> Vec<String> {
    let found = graph.connectors.iter().filter(|connector| has(connector));
    found.map(ToString::to_string).collect()
}

/// Notes the comments that a format without comments leaves out; `carries` is their number that it does carry.
pub(super) fn comments(graph: &Graph, losses: &mut Losses, carried: usize) {
    let lists = graph
        .comments
        .before
        .values()
        .chain(graph.comments.after.values());
    let lists = lists.chain(graph.comments.entries.values());
    let sections: usize = lists.map(Vec::len).sum();
    let ends = graph.comments.head.len() + graph.comments.end.len() + graph.comments.tail.len();
    let of_processes: usize = graph
        .processes
        .values()
        .map(|found| found.comments.len())
        .sum();
    let of_connectors: usize = graph
        .connectors
        .iter()
        .map(|found| found.comments.len())
        .sum();
    let of_groups: usize = graph.groups.iter().map(|found| found.comments.len()).sum();
    let lost = (sections + ends + of_processes + of_connectors + of_groups).saturating_sub(carried);
    if lost > 0 {
        let plural = if lost == 1 { "" } else { "s" };
        losses.note(format!("left out: {lost} comment{plural}"));
    }
}

/// What connectors say beyond their ends, as far as a format has no place for it.
pub(super) fn connector_details(graph: &Graph, losses: &mut Losses, has_capacity: bool) {
    if !has_capacity {
        let with = |connector: &Connector| connector.capacity != DEFAULT_CAPACITY;
        losses.left_out("the capacity", &connectors_with(graph, with));
    }
    let drops = |connector: &Connector| connector.when_full != WhenFull::Block;
    losses.left_out("what to do when full", &connectors_with(graph, drops));
    let noted = |connector: &Connector| connector.note.is_some();
    losses.left_out("the note", &connectors_with(graph, noted));
    let with_meta = |connector: &Connector| !connector.meta.is_empty();
    losses.left_out("the meta data", &connectors_with(graph, with_meta));
}
