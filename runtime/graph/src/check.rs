//! Looks a graph over and says what is wrong with it.
//!
//! A check never fails, it returns findings (R9): the editor shows broken graphs all day. A finding has a code that
//! `millstream explain` knows more about, a place that leads to a line of the file, a message, and help where there is
//! something to do. Findings stand in the order of the rules, and within a rule in the order of the file; of one code at
//! most a hundred are told and the rest counted. Time is linear in the size of the graph, but for a logarithm.

mod codes;
mod component;
mod convert;
mod diamond;
mod finding;
mod flow;
mod format;
mod port;
mod report;
mod schema;
mod site;
mod specs;
mod types;

pub use codes::{Code, UnknownCode};
pub use convert::{Conversion, conversion};
pub use finding::{Finding, Place, Severity, TextPlace, TextStep};
pub use specs::spec_of;
pub use types::value_problem;

use crate::catalog::Catalog;
use crate::model::Graph;
use crate::resolve::Resolve;

/// Finds what is wrong with a graph.
///
/// Subgraphs are opened as far as their ports matter; what is wrong inside them is found by checking them.
pub fn check(graph: &Graph, catalog: &Catalog, resolve: &dyn Resolve) -> Vec<Finding> {
    let site = site::Site::new(graph, catalog, resolve);
    let mut report = report::Report::default();
    component::check(&site, &mut report);
    port::check(&site, &mut report);
    types::check(&site, &mut report);
    format::check(&site, &mut report);
    flow::check(&site, &mut report);
    diamond::check(&site, &mut report);
    report.finish()
}

#[cfg(test)]
mod tests;
