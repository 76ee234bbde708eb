//! Checks a graph with all its subgraphs and collects what is wrong.

use std::sync::Arc;

use millstream_component::Registry;
use millstream_graph::{Graph, Severity, check};

use crate::catalog::catalog_for;
use crate::load::{Loader, Unreadable};
use crate::message::Message;
use crate::source::Source;

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Errors.
    pub(crate) errors: usize,
    /// Warnings.
    pub(crate) warnings: usize,
    /// Hints.
    pub(crate) hints: usize,
}

impl Tally {
    /// Counts messages.
    pub(crate) fn of(messages: &[Message]) -> Self {
        let count = |severity| {
            messages
                .iter()
                .filter(|message| message.severity == severity)
                .count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            hints: count(Severity::Hint),
        }
    }

    /// `2 errors, 1 warning`; `no findings` if there are none.
    pub(crate) fn show(self) -> String {
        let part = |number: usize, word: &str| {
            let plural = if number == 1 { "" } else { "s" };
            (number > 0).then(|| format!("{number} {word}{plural}"))
        };
        let parts = [
            part(self.errors, "error"),
            part(self.warnings, "warning"),
            part(self.hints, "hint"),
        ];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        if text.is_empty() {
            "no findings".to_owned()
        } else {
            text
        }
    }
}

/// What a check needs of the files around a graph.
pub(crate) struct Checking<'a> {
    /// The file and its subgraphs.
    pub(crate) loader: &'a Loader,
    /// All components.
    pub(crate) registry: &'a Registry,
}

impl Checking<'_> {
    /// What is wrong with the graph that was opened, as it is in its file.
    pub(crate) fn all(&self, is_new: impl FnMut(&Source) -> bool) -> Vec<Message> {
        let (sources, _) = self.loader.all();
        let catalog = catalog_for(self.registry, &sources);
        self.with(&self.loader.root().graph, &catalog, is_new)
    }

    /// What is wrong with `graph`, which stands for the file that was opened, and with its subgraphs as far as they
    /// are new.
    pub(crate) fn with(
        &self,
        graph: &Arc<Graph>,
        catalog: &millstream_graph::Catalog,
        mut is_new: impl FnMut(&Source) -> bool,
    ) -> Vec<Message> {
        let (sources, broken) = self.loader.all();
        let mut messages: Vec<Message> = Vec::new();
        for (at, source) in sources
            .iter()
            .enumerate()
            .filter(|(_, source)| is_new(source))
        {
            let graph = if at == 0 { graph } else { &source.graph };
            let findings = check(graph, catalog, &self.loader.seen_from(source));
            messages.extend(
                findings
                    .iter()
                    .map(|finding| Message::from_finding(finding, source)),
            );
        }
        // A file that is no graph is an error of the process that names it; its own place helps as well.
        for unreadable in &broken {
            if let Unreadable::Syntax(source, _) = &**unreadable
                && is_new(source)
            {
                messages.push(Message::from(&**unreadable));
            }
        }
        messages
    }
}
