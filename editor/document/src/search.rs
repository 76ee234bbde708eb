//! Search of the catalog, as the palette asks: words, typed filters, the port that a wire was dragged from.
//!
//! `in:TYPE` finds components with an in-port that takes the type, `out:TYPE` those with an out-port that sends it, `pkg:`
//! those of a family or package, `is:` those of a kind. A port is one for data: a mere setting never counts.

mod query;
mod rank;

use std::collections::BTreeSet;

use millstream_graph::{
    Catalog, ComponentRef, ComponentSpec, PortKey, PortName, PortSpec, ProcessName, Side,
};
use millstream_packet::{Fit, PortType};

use crate::document::Document;
use crate::selection::PortAt;

pub use query::{Filter, Kind, Query, QueryProblem};

/// What the user likes: it comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taste {
    /// Names of components that are pinned.
    pub pins: BTreeSet<String>,
    /// Names of components that were used, the last one first.
    pub recent: Vec<String>,
}

/// The port that a wire was dragged from: only what can be connected with it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dragged {
    /// On which side of its process it is.
    pub side: Side,
    /// What it sends or takes.
    pub port_type: PortType,
}

/// A component that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<'c> {
    /// The component.
    pub spec: &'c ComponentSpec,
    /// Which characters of its name were matched, for bold print.
    pub matched: Vec<u32>,
    /// The port that a dragged wire would go to.
    pub port: Option<PortKey>,
    /// Whether it is pinned.
    pub is_pinned: bool,
    /// Whether it was used lately.
    pub is_recent: bool,
}

impl Document {
    /// The port as the search wants to know it, for a wire that was dragged from there.
    pub fn dragged(&self, port: &PortAt) -> Dragged {
        let known = self.port(port.side, &port.end);
        Dragged {
            side: port.side,
            port_type: known.map_or(PortType::ANY, |known| known.port_type.clone()),
        }
    }
}

/// Finds components, the best first.
pub fn search<'c>(
    catalog: &'c Catalog,
    query: &Query,
    dragged: Option<&Dragged>,
    taste: &Taste,
) -> Vec<Hit<'c>> {
    let mut ranker = rank::Ranker::new(&query.words);
    let mut found: Vec<(i64, Hit<'c>)> = Vec::new();
    for spec in catalog.iter() {
        let Some(fitness) = query.fitness(spec, taste) else {
            continue;
        };
        let port = match dragged {
            None => None,
            Some(dragged) => match best_port(spec, dragged) {
                None => continue,
                found => found,
            },
        };
        let Some((score, matched)) = ranker.rank(spec) else {
            continue;
        };
        let is_pinned = taste.pins.contains(&spec.name);
        let used = taste.recent.iter().position(|name| *name == spec.name);
        let port_score = port.as_ref().map_or(0, |(score, _)| *score);
        let total = score + fitness + port_score + liking(is_pinned, used);
        found.push((
            total,
            Hit {
                spec,
                matched,
                port: port.map(|(_, key)| key),
                is_pinned,
                is_recent: used.is_some(),
            },
        ));
    }
    // Equals stay in order of name.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, hit)| hit).collect()
}

/// Finds processes by name, label or component, the best first, with the letters of the name that were matched.
pub fn search_processes<'d>(
    document: &'d Document,
    words: &str,
) -> Vec<(&'d ProcessName, Vec<u32>)> {
    let mut ranker = rank::Ranker::new(words);
    let mut found: Vec<(i64, &ProcessName, Vec<u32>)> = Vec::new();
    for (name, process) in &document.graph().processes {
        let label = process.label.as_deref().unwrap_or_default();
        let component = process.component.as_ref().map_or("", ComponentRef::as_str);
        if let Some((score, matched)) = ranker.rank_text(name.as_str(), &[label, component]) {
            found.push((score, name, matched));
        }
    }
    found.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    found
        .into_iter()
        .map(|(_, name, matched)| (name, matched))
        .collect()
}

/// Pins outweigh everything but a clearly better name; of what was used, the last comes first.
fn liking(is_pinned: bool, used: Option<usize>) -> i64 {
    let pinned = if is_pinned { 60 } else { 0 };
    let recent = used.map_or(0, |used| {
        i64::try_from(40_usize.saturating_sub(used)).unwrap_or(0)
    });
    pinned + recent
}

/// The port of a component that a dragged wire goes to best.
fn best_port(spec: &ComponentSpec, dragged: &Dragged) -> Option<(i64, PortKey)> {
    let mut best: Option<(i64, &PortSpec)> = None;
    for port in data_ports(spec, opposite(dragged.side)) {
        let fit = match dragged.side {
            Side::Out => dragged.port_type.fits(&port.port_type),
            Side::In => port.port_type.fits(&dragged.port_type),
        };
        let score = fit_score(fit, &port.port_type) + if port.required { 2 } else { 0 };
        if fit != Fit::Never && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, port));
        }
    }
    let (score, port) = best?;
    let key = PortKey {
        port: PortName::new(&port.name).ok()?,
        index: port.array.then_some(0),
    };
    Some((score, key))
}

/// Ports that packets go through, as opposed to settings.
fn data_ports(spec: &ComponentSpec, side: Side) -> impl Iterator<Item = &PortSpec> {
    let ports = match side {
        Side::In => &spec.in_ports,
        Side::Out => &spec.out_ports,
    };
    ports.iter().filter(|port| port.setting.is_none())
}

/// What takes just this is nearer than what takes anything.
fn fit_score(fit: Fit, port_type: &PortType) -> i64 {
    match fit {
        Fit::Always if port_type.is_any() => 6,
        Fit::Always => 12,
        Fit::Maybe if port_type.is_any() => 2,
        Fit::Maybe => 4,
        Fit::Never => 0,
    }
}

const fn opposite(side: Side) -> Side {
    match side {
        Side::In => Side::Out,
        Side::Out => Side::In,
    }
}

#[cfg(test)]
mod tests;
