//! What is wrong with the graph, by the thing it is about.

use std::collections::HashMap;
use std::sync::Arc;

use millstream_graph::{Finding, Severity};

use crate::target::Target;

/// One finding of the check, with the thing it is about as the document names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The finding. Positions of connectors and groups in its place are those of the moment of the check.
    pub finding: Finding,
    /// What it is about.
    pub target: Target,
}

/// The findings that are known.
///
/// What an action did to a process or connector is judged at once; rules about the whole graph (cycles, diamonds,
/// what is reached) wait for [`Document::check`](crate::Document::check).
#[derive(Debug, Clone, Default)]
pub struct Problems {
    pub(crate) all: Vec<Arc<Problem>>,
    pub(crate) by_target: HashMap<Target, Vec<Arc<Problem>>>,
    pub(crate) is_whole: bool,
}

impl Problems {
    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.all.iter().map(Arc::as_ref)
    }

    /// Those about one thing. What is about a port or a value is found with its process too.
    pub fn of(&self, target: &Target) -> impl Iterator<Item = &Problem> {
        let found = self.by_target.get(target);
        found.into_iter().flatten().map(Arc::as_ref)
    }

    /// The worst there is about one thing.
    pub fn worst(&self, target: &Target) -> Option<Severity> {
        self.of(target)
            .map(|problem| problem.finding.severity)
            .min()
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.iter()
            .filter(|problem| problem.finding.severity == severity)
            .count()
    }

    /// Whether the rules about the whole graph have seen it as it is now.
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }
}
