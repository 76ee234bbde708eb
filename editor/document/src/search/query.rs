//! What is typed into the palette: words, and filters with a colon.

use std::ops::Range;

use millstream_graph::{ComponentSpec, Cost, Side};
use millstream_packet::{Fit, PortType};

use crate::search::{Taste, data_ports, fit_score};

/// A query that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The words that are no filters.
    pub words: String,
    /// The filters.
    pub filters: Vec<Filter>,
    /// Filters that were not understood; they are left out.
    pub problems: Vec<QueryProblem>,
}

/// One filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Some in-port for data takes this.
    In(PortType),
    /// Some out-port sends this.
    Out(PortType),
    /// The family or package begins with this.
    Package(String),
    /// It is of this kind.
    Is(Kind),
}

/// Kinds of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It takes no data.
    Source,
    /// It sends nothing.
    Sink,
    /// It takes data and sends some.
    Transform,
    /// It computes much for each packet.
    Heavy,
    /// It may block its thread.
    Blocking,
    /// It is a graph.
    Subgraph,
    /// The user pinned it.
    Pinned,
    /// The user used it lately.
    Recent,
}

/// A filter that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryProblem {
    /// Where in the query, in bytes.
    pub range: Range<usize>,
    /// What is wrong; lower case, no full stop.
    pub message: String,
}

impl Kind {
    /// All kinds with their names.
    pub const ALL: [(&'static str, Self); 8] = [
        ("source", Self::Source),
        ("sink", Self::Sink),
        ("transform", Self::Transform),
        ("heavy", Self::Heavy),
        ("blocking", Self::Blocking),
        ("subgraph", Self::Subgraph),
        ("pinned", Self::Pinned),
        ("recent", Self::Recent),
    ];

    fn has(self, spec: &ComponentSpec, taste: &Taste) -> bool {
        let takes = || data_ports(spec, Side::In).next().is_some();
        let sends = || data_ports(spec, Side::Out).next().is_some();
        match self {
            Self::Source => !takes() && sends(),
            Self::Sink => takes() && !sends(),
            Self::Transform => takes() && sends(),
            Self::Heavy => spec.cost == Cost::Heavy,
            Self::Blocking => spec.cost == Cost::Blocking,
            Self::Subgraph => spec.name.starts_with(['.', '/']),
            Self::Pinned => taste.pins.contains(&spec.name),
            Self::Recent => taste.recent.contains(&spec.name),
        }
    }
}

impl Query {
    /// Reads what was typed. Nothing is refused: what is no filter is a word, and what is a bad filter is told.
    pub fn new(text: &str) -> Self {
        let mut query = Self::default();
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            // Words are pieces of the text, so their place is where they begin in memory.
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            match filter(word) {
                None => words.push(word),
                Some(Ok(Some(filter))) => query.filters.push(filter),
                Some(Ok(None)) => {}
                Some(Err(message)) => query.problems.push(QueryProblem {
                    range: start..start + word.len(),
                    message,
                }),
            }
        }
        query.words = words.join(" ");
        query
    }

    /// How well a component passes the filters; nothing if it does not.
    pub(super) fn fitness(&self, spec: &ComponentSpec, taste: &Taste) -> Option<i64> {
        let mut fitness = 0;
        for filter in &self.filters {
            fitness += filter.fitness(spec, taste)?;
        }
        Some(fitness)
    }
}

/// A filter, if the word is one; without a value it is only about to become one.
fn filter(word: &str) -> Option<Result<Option<Filter>, String>> {
    let (name, value) = word.split_once(':')?;
    if !matches!(name, "in" | "out" | "pkg" | "is") {
        return None;
    }
    if value.is_empty() {
        return Some(Ok(None));
    }
    let port_type = || value.parse::<PortType>().map_err(|error| error.to_string());
    let filter = match name {
        "in" => port_type().map(Filter::In),
        "out" => port_type().map(Filter::Out),
        "pkg" => Ok(Filter::Package(value.to_lowercase())),
        _ => kind(value).map(Filter::Is),
    };
    Some(filter.map(Some))
}

/// The kind of this name; its beginning will do.
fn kind(value: &str) -> Result<Kind, String> {
    let found = Kind::ALL.iter().find(|(name, _)| name.starts_with(value));
    found.map(|(_, kind)| *kind).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|(name, _)| *name).collect();
        format!("`{value}` is no kind; kinds are {}", names.join(", "))
    })
}

impl Filter {
    fn fitness(&self, spec: &ComponentSpec, taste: &Taste) -> Option<i64> {
        let best = |side: Side, fit: &dyn Fn(&PortType) -> Fit| {
            let ports = data_ports(spec, side).map(|port| &port.port_type);
            ports
                .filter(|port| fit(port) != Fit::Never)
                .map(|port| fit_score(fit(port), port))
                .max()
        };
        match self {
            Self::In(wanted) => best(Side::In, &|port| wanted.fits(port)),
            Self::Out(wanted) => best(Side::Out, &|port| port.fits(wanted)),
            Self::Package(wanted) => {
                let package = spec
                    .name
                    .rsplit_once('/')
                    .map_or("", |(package, _)| package);
                package
                    .to_lowercase()
                    .starts_with(wanted.as_str())
                    .then_some(0)
            }
            Self::Is(kind) => kind.has(spec, taste).then_some(0),
        }
    }
}
