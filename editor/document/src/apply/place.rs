//! Where things stand: moving, putting in line, laying out, finding free room.

use std::collections::HashMap;

use millstream_graph::layout::{Item, Port, Size, Spacing, Wire, arrange};
use millstream_graph::{PortKey, Position, ProcessName, Side};

use crate::action::{Alignment, Axis};
use crate::apply::process::GAP;
use crate::apply::{Change, Done, count_of};
use crate::document::Document;
use crate::geometry::Rect;
use crate::meta::is_pinned;
use crate::refusal::Refused;
use crate::selection::PortAt;
use crate::target::GroupId;

/// Something of a box along an axis: where it begins, how long it is.
type Extent = fn(&Rect) -> f64;

/// How far a process without a neighbour is from another at least.
const ROW_GAP: f64 = 24.0;

impl Change<'_> {
    pub(super) fn move_to(
        &mut self,
        processes: &[(ProcessName, Position)],
        notes: &[(GroupId, Position)],
    ) -> Done {
        let names: Vec<ProcessName> = processes.iter().map(|(name, _)| name.clone()).collect();
        self.must_exist(&names)?;
        for (name, at) in processes {
            self.place(name, *at)?;
        }
        for (id, at) in notes {
            self.place_note(*id, *at)?;
        }
        Ok(match names.len() {
            0 => "Move a note".to_owned(),
            _ => format!("Move {}", count_of(&names, "process", "processes")),
        })
    }

    pub(super) fn move_selection(&mut self, by: Position) -> Done {
        let document = &self.document;
        let moved = |at: Position| Position {
            x: at.x + by.x,
            y: at.y + by.y,
        };
        let names = document.selection.processes.iter();
        let processes: Vec<_> = names
            .map(|name| (name.clone(), moved(document.position(name))))
            .collect();
        let notes: Vec<_> = document
            .notes()
            .filter(|note| document.selection.groups.contains(&note.id))
            .map(|note| (note.id, moved(note.at)))
            .collect();
        if processes.is_empty() && notes.is_empty() {
            return Err(Refused::because("nothing is selected that could move"));
        }
        self.move_to(&processes, &notes)
    }

    pub(super) fn align(&mut self, processes: &[ProcessName], alignment: Alignment) -> Done {
        let rects = self.rects_of(processes, 2)?;
        let all = around(&rects);
        for (name, rect) in processes.iter().zip(&rects) {
            let (size, mut at) = (rect.size(), rect.min);
            match alignment {
                Alignment::Left => at.x = all.min.x,
                Alignment::Centre => at.x = all.center().x - size.width / 2.0,
                Alignment::Right => at.x = all.max.x - size.width,
                Alignment::Top => at.y = all.min.y,
                Alignment::Middle => at.y = all.center().y - size.height / 2.0,
                Alignment::Bottom => at.y = all.max.y - size.height,
            }
            self.place(name, at)?;
        }
        Ok(format!(
            "Align {}",
            count_of(processes, "process", "processes")
        ))
    }

    pub(super) fn distribute(&mut self, processes: &[ProcessName], axis: Axis) -> Done {
        let rects = self.rects_of(processes, 3)?;
        let (start, length): (Extent, Extent) = match axis {
            Axis::Horizontal => (|rect| rect.min.x, |rect| rect.size().width),
            Axis::Vertical => (|rect| rect.min.y, |rect| rect.size().height),
        };
        let mut order: Vec<usize> = (0..rects.len()).collect();
        order.sort_by(|&a, &b| start(&rects[a]).total_cmp(&start(&rects[b])));
        let all = around(&rects);
        let taken: f64 = rects.iter().map(length).sum();
        let gap = (length(&all) - taken) / (rects.len() - 1) as f64;
        let mut next = start(&all);
        for at in order {
            let mut place = rects[at].min;
            match axis {
                Axis::Horizontal => place.x = next,
                Axis::Vertical => place.y = next,
            }
            next += length(&rects[at]) + gap;
            self.place(&processes[at], place)?;
        }
        Ok(format!(
            "Distribute {}",
            count_of(processes, "process", "processes")
        ))
    }

    fn rects_of(&self, processes: &[ProcessName], least: usize) -> Result<Vec<Rect>, Refused> {
        self.must_exist(processes)?;
        if processes.len() < least {
            return Err(Refused::because(format!(
                "select at least {least} processes"
            )));
        }
        Ok(processes
            .iter()
            .map(|name| self.document.rect(name))
            .collect())
    }

    pub(super) fn arrange(&mut self, processes: &[ProcessName]) -> Done {
        self.must_exist(processes)?;
        let is_whole = processes.is_empty();
        let names: Vec<ProcessName> = if is_whole {
            self.graph().processes.keys().cloned().collect()
        } else {
            processes.to_vec()
        };
        if names.is_empty() {
            return Err(Refused::because("there is nothing to arrange"));
        }
        let table = Table::new(self.document, &names);
        let drawing = arrange(&table.items, &table.wires, &Spacing::default());
        let is_held = table.items.iter().any(|item| item.at.is_some());
        let offset = if is_whole || is_held {
            Position::default()
        } else {
            self.offset(&names, &drawing.positions)
        };
        for (name, at) in names.iter().zip(&drawing.positions) {
            let at = Position {
                x: (at.x + offset.x).round(),
                y: (at.y + offset.y).round(),
            };
            let is_free = self
                .document
                .process(name)
                .is_some_and(|found| !is_pinned(found));
            if is_free || !self.graph().layout.contains_key(name) {
                self.place(name, at)?;
            }
        }
        if is_whole {
            return Ok("Arrange all".to_owned());
        }
        Ok(format!(
            "Arrange {}",
            count_of(&names, "process", "processes")
        ))
    }

    /// How far an arrangement goes, so that its upper left corner is where that of the processes was.
    fn offset(&self, names: &[ProcessName], places: &[Position]) -> Position {
        let old = names.iter().map(|name| self.document.position(name));
        let (old, new) = (corner(old), corner(places.iter().copied()));
        Position {
            x: old.x - new.x,
            y: old.y - new.y,
        }
    }

    // ---- free room ----

    /// The place between two processes for a third.
    pub(crate) fn middle(&self, a: &ProcessName, b: &ProcessName) -> Position {
        let (a, b) = (self.document.rect(a), self.document.rect(b));
        let both = Position {
            x: f64::midpoint(a.max.x, b.min.x),
            y: f64::midpoint(a.center().y, b.center().y),
        };
        Position {
            x: (both.x - 80.0).round(),
            y: (both.y - 30.0).round(),
        }
    }

    /// Beside a port, on the side where its wires go, where there is room.
    pub(crate) fn place_beside(&self, port: &PortAt, name: &ProcessName) -> Position {
        let known = self.document.rect(&port.end.process);
        let size = self.document.size(name);
        let x = match port.side {
            Side::Out => known.max.x + GAP,
            Side::In => known.min.x - GAP - size.width,
        };
        self.free_place(Position { x, y: known.min.y }, size, name)
    }

    /// Below all others.
    pub(crate) fn place_alone(&self, name: &ProcessName) -> Position {
        let places = self
            .graph()
            .layout
            .iter()
            .filter(|(known, _)| *known != name);
        let (mut x, mut lowest) = (f64::INFINITY, None::<(&ProcessName, f64)>);
        for (known, at) in places {
            x = x.min(at.x);
            if lowest.is_none_or(|(_, y)| at.y > y) {
                lowest = Some((known, at.y));
            }
        }
        lowest.map_or_else(Position::default, |(known, _)| Position {
            x,
            y: self.document.rect(known).max.y + ROW_GAP,
        })
    }

    /// The first free place from here on downwards.
    fn free_place(&self, from: Position, size: Size, name: &ProcessName) -> Position {
        /// No box is farther from its corner than this, so that few sizes need be asked for.
        const REACH: f64 = 2_000.0;
        let column: Vec<Rect> = self
            .graph()
            .layout
            .iter()
            .filter(|(known, at)| {
                *known != name && (at.x - from.x).abs() < REACH && at.y > from.y - REACH
            })
            .map(|(known, _)| self.document.rect(known))
            .filter(|rect| rect.min.x < from.x + size.width && rect.max.x > from.x)
            .collect();
        let mut at = from;
        loop {
            let own = Rect::at(at, size);
            match column.iter().find(|rect| rect.touches(&own)) {
                Some(rect) => at.y = rect.max.y + ROW_GAP,
                None => return at,
            }
        }
    }
}

/// What the layout wants to know.
struct Table {
    items: Vec<Item>,
    wires: Vec<Wire>,
}

impl Table {
    fn new(document: &Document, names: &[ProcessName]) -> Self {
        let place: HashMap<&ProcessName, usize> = names
            .iter()
            .enumerate()
            .map(|(at, name)| (name, at))
            .collect();
        let mut items: Vec<Item> = names.iter().map(|name| item(document, name)).collect();
        for (number, (_, group)) in document.groups().enumerate() {
            for member in &group.processes {
                if let Some(&at) = place.get(member) {
                    items[at].group.get_or_insert(number);
                }
            }
        }
        let end = |side: Side, end: &millstream_graph::PortRef| {
            let &item = place.get(&end.process)?;
            let y = port_y(document, &end.process, side, &end.key());
            Some(Port { item, y })
        };
        let mut wires = Vec::new();
        for name in names {
            for &id in document.wires_of(name) {
                let Some(wire) = document.wire(id).filter(|wire| wire.from.process == *name) else {
                    continue;
                };
                if let (Some(from), Some(to)) =
                    (end(Side::Out, &wire.from), end(Side::In, &wire.to))
                {
                    wires.push(Wire {
                        from,
                        to,
                        lead: 0.0,
                    });
                }
            }
        }
        Self { items, wires }
    }
}

fn item(document: &Document, name: &ProcessName) -> Item {
    let is_held = document.process(name).is_some_and(is_pinned);
    let at = document.graph().layout.get(name).copied();
    Item {
        size: document.size(name),
        at: at.filter(|_| is_held),
        ..Item::default()
    }
}

/// How far down a port is: ports share the height of their process.
fn port_y(document: &Document, process: &ProcessName, side: Side, key: &PortKey) -> f64 {
    let height = document.size(process).height;
    let ports = document
        .ports(process)
        .map_or(&[][..], |ports| ports.side(side));
    let shown = ports
        .iter()
        .filter(|port| !port.is_setting || port.wires > 0);
    let at = shown.clone().position(|port| port.key == *key).unwrap_or(0);
    height * (at as f64 + 1.0) / (shown.count() as f64 + 1.0)
}

fn corner(places: impl Iterator<Item = Position>) -> Position {
    places
        .reduce(|a, b| Position {
            x: a.x.min(b.x),
            y: a.y.min(b.y),
        })
        .unwrap_or_default()
}

fn around(rects: &[Rect]) -> Rect {
    rects
        .iter()
        .copied()
        .reduce(|a, b| a.union(&b))
        .unwrap_or_default()
}
