//! The scene: cards, wires and groups of a graph, and where all of them are.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::layout::{self, Drawing, Item, Port, Spacing, Wire};
use crate::model::{Connector, DEFAULT_CAPACITY, Graph, Position, WhenFull};
use crate::names::{ComponentRef, PortKey, PortRef, ProcessName};
use crate::picture::Places;
use crate::picture::area::{self, Area, LABEL};
use crate::picture::card::{Card, Kind, PortRow, TEXT_SIZE, Used};
use crate::picture::measure::{Face, width};
use crate::picture::theme::Hue;
use crate::spec::ComponentSpec;

/// Everything that is drawn. Cards of processes come first, in their order, then those of in-ports and out-ports.
pub(super) struct Scene<'a> {
    pub(super) graph: &'a Graph,
    pub(super) cards: Vec<Card>,
    pub(super) lines: Vec<Line>,
    pub(super) areas: Vec<Area>,
    /// What connectors are said to be for, by number.
    pub(super) notes: Vec<String>,
    pub(super) drawing: Drawing,
}

/// A wire, apart from its way.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) wire: Wire,
    pub(super) hue: Hue,
    /// Beside its beginning: the capacity, and the number of its note.
    pub(super) label: Option<String>,
    pub(super) tooltip: String,
    pub(super) is_lossy: bool,
}

/// The box of a process as a picture shows it, for whoever wants to lay out a part of a graph.
pub fn item_of(
    graph: &Graph,
    name: &ProcessName,
    spec_of: &dyn Fn(&ComponentRef) -> Option<Arc<ComponentSpec>>,
) -> Option<Item> {
    let at = graph.processes.get_index_of(name)?;
    let used = used_ports(graph).swap_remove(at);
    let process = graph.processes.get(name)?;
    let spec = process.component.as_ref().and_then(spec_of);
    let card = Card::new(name, process, &used, spec.as_deref());
    Some(Item {
        size: card.size,
        margin: card.margin(),
        group: None,
        at: graph.layout.get(name).copied(),
    })
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        graph: &'a Graph,
        spec_of: &dyn Fn(&ComponentRef) -> Option<Arc<ComponentSpec>>,
        places: Places,
    ) -> Self {
        let used = used_ports(graph);
        let mut cards: Vec<Card> = graph
            .processes
            .iter()
            .zip(&used)
            .map(|((name, process), used)| {
                let spec = process.component.as_ref().and_then(spec_of);
                Card::new(name, process, used, spec.as_deref())
            })
            .collect();
        let mut notes = Vec::new();
        let mut lines: Vec<Line> = graph
            .connectors
            .iter()
            .filter_map(|connector| Line::of_connector(graph, &cards, connector, &mut notes))
            .collect();
        add_exports(graph, &mut cards, &mut lines);
        let items = items(graph, &cards, places);
        let wires: Vec<Wire> = lines.iter().map(|line| line.wire).collect();
        let drawing = layout::spread(&items, &wires, &Spacing::default());
        let areas = area::areas(graph, &items, &drawing);
        Self {
            graph,
            cards,
            lines,
            areas,
            notes,
            drawing,
        }
    }

    /// The places of the processes.
    pub(super) fn places(&self) -> IndexMap<ProcessName, Position> {
        let round = |at: &Position| Position {
            x: at.x.round(),
            y: at.y.round(),
        };
        let names = self.graph.processes.keys().cloned();
        names
            .zip(self.drawing.positions.iter().map(round))
            .collect()
    }
}

/// The ports of each process that connectors, values and exports use.
fn used_ports(graph: &Graph) -> Vec<Used<'_>> {
    let mut used: Vec<Used<'_>> = graph.processes.iter().map(|_| Used::default()).collect();
    let at = |end: &PortRef| graph.processes.get_index_of(&end.process);
    let outs = graph.connectors.iter().map(|connector| &connector.from);
    for end in outs.chain(graph.outports.values()) {
        if let Some(at) = at(end) {
            used[at].outs.entry(end.key()).or_default();
        }
    }
    let ins = graph.connectors.iter().map(|connector| &connector.to);
    for end in ins.chain(graph.inports.values()) {
        if let Some(at) = at(end) {
            used[at].ins.entry(end.key()).or_default();
        }
    }
    for (used, process) in used.iter_mut().zip(graph.processes.values()) {
        for (key, value) in &process.iips {
            used.ins.insert(key.clone(), Some(value));
        }
    }
    used
}

impl Line {
    fn of_connector(
        graph: &Graph,
        cards: &[Card],
        connector: &Connector,
        notes: &mut Vec<String>,
    ) -> Option<Self> {
        let (from, hue) = port(graph, cards, &connector.from, |card| &card.outs)?;
        let (to, reader) = port(graph, cards, &connector.to, |card| &card.ins)?;
        let mut label = Vec::new();
        if connector.capacity != DEFAULT_CAPACITY {
            label.push(format!("≤ {}", connector.capacity));
        }
        match connector.when_full {
            WhenFull::Block => {}
            WhenFull::DropOldest => label.push("drops oldest".to_owned()),
            WhenFull::DropNewest => label.push("drops newest".to_owned()),
        }
        let mut tooltip = format!("{connector}, capacity {}", connector.capacity);
        if let Some(note) = &connector.note {
            notes.push(format!("{connector}: {note}"));
            label.push(format!("[{}]", notes.len()));
            tooltip = format!("{tooltip}\n{note}");
        }
        let label = (!label.is_empty()).then(|| label.join(" "));
        Some(Self {
            wire: Wire {
                from,
                to,
                lead: label
                    .as_deref()
                    .map_or(0.0, |label| label_width(label) + 22.0),
            },
            hue: if hue == Hue::Any { reader } else { hue },
            label,
            tooltip,
            is_lossy: connector.when_full != WhenFull::Block,
        })
    }
}

/// The width of the label of a wire, with its border.
pub(super) fn label_width(label: &str) -> f64 {
    width(label, TEXT_SIZE - 1.0, Face::Plain) + 10.0
}

/// Where a port of a card is, and what it carries.
fn port(
    graph: &Graph,
    cards: &[Card],
    end: &PortRef,
    side: impl Fn(&Card) -> &Vec<PortRow>,
) -> Option<(Port, Hue)> {
    let item = graph.processes.get_index_of(&end.process)?;
    let (row, found) = find_row(side(&cards[item]), &end.key())?;
    let y = cards[item].port_y(row);
    Some((Port { item, y }, found.hue))
}

fn find_row<'r>(rows: &'r [PortRow], key: &PortKey) -> Option<(usize, &'r PortRow)> {
    rows.iter().enumerate().find(|(_, row)| row.key == *key)
}

/// A pill for each port of the graph itself, with a wire to or from the process it belongs to.
fn add_exports(graph: &Graph, cards: &mut Vec<Card>, lines: &mut Vec<Line>) {
    for (name, end) in &graph.inports {
        if let Some((to, hue)) = port(graph, cards, end, |card| &card.ins) {
            let from = add_pill(cards, Card::pill(Kind::Inport, name, hue));
            lines.push(export_line(from, to, hue, format!("{name} -> {end}")));
        }
    }
    for (name, end) in &graph.outports {
        if let Some((from, hue)) = port(graph, cards, end, |card| &card.outs) {
            let to = add_pill(cards, Card::pill(Kind::Outport, name, hue));
            lines.push(export_line(from, to, hue, format!("{end} -> {name}")));
        }
    }
}

fn add_pill(cards: &mut Vec<Card>, card: Card) -> Port {
    let y = card.port_y(0);
    cards.push(card);
    Port {
        item: cards.len() - 1,
        y,
    }
}

fn export_line(from: Port, to: Port, hue: Hue, tooltip: String) -> Line {
    Line {
        wire: Wire {
            from,
            to,
            lead: 0.0,
        },
        hue,
        label: None,
        tooltip,
        is_lossy: false,
    }
}

/// The boxes to be laid out. Members of groups get room for the border and the name of the group.
fn items(graph: &Graph, cards: &[Card], places: Places) -> Vec<Item> {
    let mut items: Vec<Item> = cards
        .iter()
        .map(|card| Item {
            size: card.size,
            margin: card.margin(),
            ..Item::default()
        })
        .collect();
    if places == Places::FromGraph {
        for (name, at) in &graph.layout {
            if let Some(item) = graph.processes.get_index_of(name) {
                items[item].at = Some(*at);
            }
        }
    }
    for (number, group) in graph.groups.iter().enumerate() {
        for name in &group.processes {
            if let Some(item) = graph.processes.get_index_of(name)
                && items[item].group.is_none()
            {
                items[item].group = Some(number);
                items[item].margin.top = LABEL + area::PAD;
                items[item].margin.bottom = area::PAD;
                items[item].margin.left += area::PAD;
                items[item].margin.right += area::PAD;
            }
        }
    }
    items
}
