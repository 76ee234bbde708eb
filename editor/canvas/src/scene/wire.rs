//! A connector as the canvas shows it: its two ends, its way, what it carries.

use egui::{Pos2, Rect, Vec2};
use millstream_document::{Document, Side, Target, WireId};
use millstream_graph::{Connector, PortRef, Severity, WhenFull};

use crate::geometry::curve::Curve;
use crate::geometry::polyline::Polyline;
use crate::scene::card::{Card, narrow};
use crate::theme::Hue;

/// How long the stub of a wire is whose process is gone.
const STUB: f32 = 64.0;

/// One end of a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct End {
    /// The card, by its position; none if there is no such process.
    pub(crate) card: Option<usize>,
    /// The port on the card; none if the card has no such port.
    pub(crate) slot: Option<usize>,
}

/// A connector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wire {
    /// Which connector.
    pub(crate) id: WireId,
    /// `a.out -> b.in`, as people read it.
    pub(crate) name: String,
    /// The port that writes.
    pub(crate) writer: PortRef,
    /// The port that reads.
    pub(crate) reader: PortRef,
    /// Where the writer is.
    pub(crate) from: End,
    /// Where the reader is.
    pub(crate) to: End,
    /// What it carries.
    pub(crate) hue: Hue,
    /// Packets that it holds.
    pub(crate) capacity: u32,
    /// Whether it drops packets when it is full.
    pub(crate) is_lossy: bool,
    /// Its remark.
    pub(crate) note: Option<String>,
    /// What is wrong with it; such a wire is drawn broken.
    pub(crate) broken: Option<String>,
    /// Where somebody bent it.
    pub(crate) bends: Vec<Pos2>,
    pub(crate) way: Way,
}

/// The way of a wire, found when it is first seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Way {
    pub(crate) curve: Curve,
    pub(crate) bounds: Rect,
    /// Whether it is known to cross no card, or to have no other way.
    pub(crate) is_routed: bool,
    /// The curve in straight steps, and how fine they are.
    pub(crate) line: Option<(f32, Polyline)>,
}

impl Way {
    pub(crate) fn new(curve: Curve, is_routed: bool) -> Self {
        Self {
            bounds: curve.bounds(),
            curve,
            is_routed,
            line: None,
        }
    }

    /// The curve in steps as fine as asked; kept until they are asked otherwise.
    pub(crate) fn refine(&mut self, tolerance: f32) {
        let is_known = self
            .line
            .as_ref()
            .is_some_and(|(known, _)| (known - tolerance).abs() < f32::EPSILON);
        if !is_known {
            self.line = Some((tolerance, self.curve.flatten(tolerance)));
        }
    }

    pub(crate) fn line(&self) -> Option<&Polyline> {
        self.line.as_ref().map(|(_, line)| line)
    }
}

impl Wire {
    /// The wire of a connector, with the plain way; `find` knows where a port is.
    pub(crate) fn new(
        document: &Document,
        id: WireId,
        connector: &Connector,
        cards: &[Card],
        find: &dyn Fn(Side, &PortRef) -> End,
    ) -> Self {
        let (from, to) = (
            find(Side::Out, &connector.from),
            find(Side::In, &connector.to),
        );
        let slot = |end: End, side: Side| cards.get(end.card?)?.side(side).get(end.slot?);
        let sent = slot(from, Side::Out).map_or(Hue::Any, |slot| slot.hue);
        let taken = slot(to, Side::In).map_or(Hue::Any, |slot| slot.hue);
        let bends = document.bends(id).into_iter();
        let mut wire = Self {
            id,
            name: connector.to_string(),
            writer: connector.from.clone(),
            reader: connector.to.clone(),
            from,
            to,
            hue: if sent == Hue::Any { taken } else { sent },
            capacity: connector.capacity,
            is_lossy: connector.when_full != WhenFull::Block,
            note: connector.note.clone(),
            broken: broken(document, id, connector, from, to),
            bends: bends
                .map(|bend| Pos2::new(narrow(bend.x), narrow(bend.y)))
                .collect(),
            way: Way::new(Curve::default(), false),
        };
        let (start, end) = wire.ends(cards);
        wire.way = wire.plain_way(start, end);
        wire
    }

    /// Where it begins and ends. An end without a process hangs in the air beside the other one.
    pub(crate) fn ends(&self, cards: &[Card]) -> (Pos2, Pos2) {
        let place = |end: End, side: Side| {
            let card = cards.get(end.card?)?;
            Some(match end.slot {
                Some(slot) => card.port_pos(side, slot),
                None => card.port_pos(side, usize::MAX) + side_of(card, side),
            })
        };
        let (from, to) = (place(self.from, Side::Out), place(self.to, Side::In));
        match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, from + Vec2::new(STUB, 0.0)),
            (None, Some(to)) => (to - Vec2::new(STUB, 0.0), to),
            (None, None) => (Pos2::ZERO, Pos2::ZERO),
        }
    }

    /// Whether both ends have a process.
    pub(crate) const fn is_whole(&self) -> bool {
        self.from.card.is_some() && self.to.card.is_some()
    }

    /// The way without a look at other cards. One that somebody bent, or a stub, has no other.
    pub(crate) fn plain_way(&self, from: Pos2, to: Pos2) -> Way {
        if self.bends.is_empty() {
            Way::new(Curve::direct(from, to), !self.is_whole())
        } else {
            Way::new(Curve::through(from, &self.bends, to), true)
        }
    }

    /// The line that is drawn, once the wire has been seen.
    pub(crate) fn line(&self) -> Option<&Polyline> {
        self.way.line()
    }

    /// A rectangle that holds the whole of it.
    pub(crate) const fn bounds(&self) -> Rect {
        self.way.bounds
    }
}

/// From the left edge to the edge of a side.
fn side_of(card: &Card, side: Side) -> Vec2 {
    match side {
        Side::In => Vec2::ZERO,
        Side::Out => Vec2::new(card.size.x, 0.0),
    }
}

fn broken(
    document: &Document,
    id: WireId,
    connector: &Connector,
    from: End,
    to: End,
) -> Option<String> {
    let target = Target::Wire(id);
    let mut problems = document.problems().of(&target);
    if let Some(problem) = problems.find(|problem| problem.finding.severity == Severity::Error) {
        return Some(problem.finding.message.clone());
    }
    let missing = |end: End, port: &PortRef| {
        if end.card.is_none() {
            Some(format!("there is no process `{}`", port.process))
        } else if end.slot.is_none() {
            Some(format!(
                "process `{}` has no port `{}`",
                port.process,
                port.key()
            ))
        } else {
            None
        }
    };
    missing(from, &connector.from).or_else(|| missing(to, &connector.to))
}
