//! What gestures want of the document when the hand lets go.

use egui::{Pos2, Rect};
use millstream_document::{
    Action, ConnectMode, Insertion, Keep, Select, SelectBox, Spread, Target, WireId,
};

use crate::gesture::{
    BendGesture, BoxGesture, CarryGesture, Gesture, MoveGesture, Over, Pointer, PullGesture, World,
};
use crate::request::{Place, Purpose, Request, position};
use crate::scene::Scene;
use crate::verdict::{connect, ends};

impl Gesture {
    /// The hand lets go. `chip` is where an offer is shown, in the graph: who lets go on it takes it.
    pub(crate) fn end(
        self,
        world: World<'_>,
        pointer: Pointer,
        chip: Option<Rect>,
        on_screen: Pos2,
    ) -> Vec<Request> {
        match self {
            Self::Rest | Self::Pan | Self::Minimap => Vec::new(),
            Self::Box(found) => vec![select_box(world.scene, &found)],
            Self::Move(found) => found.end(world),
            Self::Pull(found) => found.end(pointer, chip, on_screen),
            Self::Carry(found) => found.end(pointer),
            Self::Slice { from, to } => slice(world.scene, from, to),
            Self::Bend(found) => found.end(world),
            Self::Lazy { from, over, .. } => over
                .map(|over| {
                    let name = |at: usize| world.scene.cards[at].name.clone();
                    Request::Act(Action::ConnectProcesses {
                        from: name(from),
                        to: name(over),
                    })
                })
                .into_iter()
                .collect(),
        }
    }

    /// Takes the offer that is shown, by Enter.
    pub(crate) fn accept(&self) -> Option<Request> {
        let Self::Pull(found) = self else {
            return None;
        };
        let Over::Refuses(_, refusal) = &found.over else {
            return None;
        };
        let (_, action) = refusal.offer.as_ref()?;
        Some(Request::Act(action.clone()))
    }
}

fn select_box(scene: &Scene, found: &BoxGesture) -> Request {
    let area = found.rect();
    let is_inside = |at: &usize| {
        let wire = &scene.wires[*at];
        let Some(line) = wire.line() else {
            return false;
        };
        if found.is_enclosing() {
            area.contains_rect(wire.bounds())
                || line.points().iter().all(|point| area.contains(*point))
        } else {
            line.touches(area)
        }
    };
    let wires = scene.wires_in(area).into_iter().filter(is_inside);
    let wires: Vec<WireId> = wires.map(|at| scene.wires[at].id).collect();
    Request::Act(Action::Select(Select::Box(SelectBox {
        area: millstream_document::Rect {
            min: position(area.min),
            max: position(area.max),
        },
        spread: if found.is_enclosing() {
            Spread::Enclosed
        } else {
            Spread::Touched
        },
        wires,
        keep: if found.keeps {
            Keep::Extend
        } else {
            Keep::Replace
        },
    })))
}

/// The wires that a knife has crossed.
pub(crate) fn sliced(scene: &Scene, from: Pos2, to: Pos2) -> Vec<usize> {
    let area = Rect::from_two_pos(from, to).expand(0.5);
    let mut found = scene.wires_in(area);
    found.retain(|&at| {
        let line = scene.wires[at].line();
        line.is_some_and(|line| line.crosses(from, to))
    });
    found
}

fn slice(scene: &Scene, from: Pos2, to: Pos2) -> Vec<Request> {
    let wires = sliced(scene, from, to).into_iter();
    let targets: Vec<Target> = wires.map(|at| Target::Wire(scene.wires[at].id)).collect();
    if targets.is_empty() {
        return Vec::new();
    }
    vec![Request::Act(Action::Delete {
        targets,
        deletion: millstream_document::Deletion::Cut,
    })]
}

impl MoveGesture {
    fn end(self, world: World<'_>) -> Vec<Request> {
        if self.by.length() < 0.5 {
            return Vec::new();
        }
        let scene = world.scene;
        let mut cards: Vec<usize> = self.cards.iter().copied().collect();
        cards.sort_unstable();
        if let (Some(wire), [card]) = (self.over_wire, &cards[..]) {
            let card = &scene.cards[*card];
            return vec![Request::Act(Action::InsertOnWire(Insertion {
                process: card.name.clone(),
                wire: scene.wires[wire].id,
                at: Some(position(card.pos + self.by)),
                shift: self.shift,
            }))];
        }
        let mut papers: Vec<usize> = self.papers.iter().copied().collect();
        papers.sort_unstable();
        let processes = cards.into_iter().map(|at| {
            let card = &scene.cards[at];
            (card.name.clone(), position(card.pos + self.by))
        });
        let notes = papers.into_iter().map(|at| {
            let paper = &scene.papers[at];
            (paper.id, position(paper.rect.min + self.by))
        });
        vec![Request::Act(Action::Move {
            processes: processes.collect(),
            notes: notes.collect(),
        })]
    }
}

impl PullGesture {
    fn end(self, pointer: Pointer, chip: Option<Rect>, on_screen: Pos2) -> Vec<Request> {
        let request = match self.over {
            Over::Nothing => Request::Add(Place {
                at: position(pointer.pos),
                on_screen,
                purpose: Purpose::From(self.port),
            }),
            Over::Thing => return Vec::new(),
            Over::Fits(port) => {
                let Some((from, to)) = ends(&self.port, &port) else {
                    return Vec::new();
                };
                Request::Act(connect(from, to, ConnectMode::Checked))
            }
            Over::Refuses(port, refusal) => {
                let is_on_chip = chip.is_some_and(|chip| chip.contains(pointer.pos));
                match (refusal.offer, ends(&self.port, &port)) {
                    (Some((_, action)), _) if is_on_chip => Request::Act(action),
                    (_, Some((from, to))) if pointer.has_alt => {
                        Request::Act(connect(from, to, ConnectMode::Anyway))
                    }
                    // An invalid drop never opens the palette.
                    _ => Request::Refused(refusal.reason),
                }
            }
        };
        vec![request]
    }
}

impl CarryGesture {
    fn end(self, pointer: Pointer) -> Vec<Request> {
        let Some(port) = self.over else {
            return Vec::new();
        };
        let mode = if pointer.has_alt {
            ConnectMode::Anyway
        } else {
            ConnectMode::Checked
        };
        vec![Request::Act(Action::MoveEnds {
            wires: self.wires,
            to: port,
            mode,
        })]
    }
}

impl BendGesture {
    fn end(self, world: World<'_>) -> Vec<Request> {
        vec![set_bends(world, self.wire, &self.bends)]
    }
}

/// Bends a wire.
pub(crate) fn set_bends(world: World<'_>, wire: usize, bends: &[Pos2]) -> Request {
    Request::Act(Action::SetBends {
        wire: world.scene.wires[wire].id,
        bends: bends.iter().copied().map(position).collect(),
    })
}
