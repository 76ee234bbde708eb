//! What the hand is doing: from the press of a button to its release.
//!
//! Gestures are values. The widget tells them where the pointer is; they tell what is to be shown meanwhile and, at the
//! end, what is wanted of the document. Esc drops a gesture, and nothing is left of it, because nothing was done yet.

mod end;
mod start;
mod step;

use std::collections::HashSet;

use egui::{Pos2, Rect, Vec2};
use millstream_document::{Document, PortAt, Shift, WireId};

pub(crate) use end::{set_bends, sliced};
pub(crate) use start::with_bend;
pub(crate) use step::moved;

use crate::geometry::snap::Snapped;
use crate::scene::Scene;
use crate::verdict::Refusal;

/// What a gesture needs to know of the world.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) document: &'a Document,
    pub(crate) scene: &'a Scene,
    pub(crate) zoom: f32,
}

/// The pointer, and the keys that are held.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key that is held or not"
)]
pub(crate) struct Pointer {
    /// Where it is, in the graph.
    pub(crate) pos: Pos2,
    /// Takes more into the selection; moves the wires of a port.
    pub(crate) has_shift: bool,
    /// Takes in or out of the selection.
    pub(crate) has_command: bool,
    /// Slices; does a thing in spite of a reason against it.
    pub(crate) has_alt: bool,
    /// Slices, for window managers that keep Alt to themselves.
    pub(crate) has_knife: bool,
}

/// What the hand is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Gesture {
    /// Nothing.
    #[default]
    Rest,
    /// Moves the paper.
    Pan,
    /// Moves the view by the minimap.
    Minimap,
    /// Draws a rectangle to select by.
    Box(BoxGesture),
    /// Moves processes and notes.
    Move(Box<MoveGesture>),
    /// Draws a wire from a port.
    Pull(Box<PullGesture>),
    /// Moves the ends of wires to another port.
    Carry(Box<CarryGesture>),
    /// Cuts wires.
    Slice {
        /// Where the knife came down.
        from: Pos2,
        /// Where it is.
        to: Pos2,
    },
    /// Moves a bend of a wire.
    Bend(BendGesture),
    /// Goes from process to process, which are to be connected by the ports that suit.
    Lazy {
        /// Position of the first card.
        from: usize,
        /// Where the pointer is.
        to: Pos2,
        /// Position of the card below the pointer.
        over: Option<usize>,
    },
}

/// A rectangle to select by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BoxGesture {
    pub(crate) from: Pos2,
    pub(crate) to: Pos2,
    pub(crate) keeps: bool,
}

/// Processes and notes on their way.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct MoveGesture {
    pub(crate) from: Pos2,
    /// Positions of cards.
    pub(crate) cards: HashSet<usize>,
    /// Positions of notes.
    pub(crate) papers: HashSet<usize>,
    /// Around all that moves, where it was.
    pub(crate) bounds: Option<Rect>,
    /// How far, snapped.
    pub(crate) by: Vec2,
    pub(crate) snapped: Snapped,
    /// The wire that the process would go into.
    pub(crate) over_wire: Option<usize>,
    pub(crate) shift: Shift,
}

/// A wire on its way from a port.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PullGesture {
    pub(crate) port: PortAt,
    pub(crate) from: Pos2,
    pub(crate) to: Pos2,
    pub(crate) over: Over,
}

/// Ends of wires on their way from a port.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CarryGesture {
    pub(crate) port: PortAt,
    pub(crate) wires: Vec<WireId>,
    pub(crate) to: Pos2,
    /// The port below, if it is on the same side of its process.
    pub(crate) over: Option<PortAt>,
}

/// What is below the end of a wire that is drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Over {
    /// The open.
    #[default]
    Nothing,
    /// Something that is no port.
    Thing,
    /// A port that fits.
    Fits(PortAt),
    /// A port that does not, and why. It stays so while the pointer is on the chip that says it.
    Refuses(PortAt, Refusal),
}

/// A bend on its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BendGesture {
    pub(crate) wire: usize,
    /// All bends, as they would be.
    pub(crate) bends: Vec<Pos2>,
    /// Which of them moves.
    pub(crate) at: usize,
}

impl Gesture {
    /// Whether there is nothing that Esc could drop.
    pub(crate) const fn is_rest(&self) -> bool {
        matches!(self, Self::Rest)
    }

    /// The cards that are on their way, and how far.
    pub(crate) fn moving(&self) -> Option<(&HashSet<usize>, Vec2)> {
        match self {
            Self::Move(found) => Some((&found.cards, found.by)),
            _ => None,
        }
    }

    /// The port that a wire is drawn from.
    pub(crate) fn pulled(&self) -> Option<&PortAt> {
        match self {
            Self::Pull(found) => Some(&found.port),
            _ => None,
        }
    }
}

impl BoxGesture {
    pub(crate) fn rect(&self) -> Rect {
        Rect::from_two_pos(self.from, self.to)
    }

    /// Rightwards: what is enclosed; leftwards: what is touched.
    pub(crate) fn is_enclosing(&self) -> bool {
        self.to.x >= self.from.x
    }
}
