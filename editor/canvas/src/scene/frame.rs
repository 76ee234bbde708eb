//! Frames round groups, and notes.

use egui::{Pos2, Rect, Vec2};
use millstream_document::{GroupId, Note};
use millstream_graph::Group;

use crate::scene::card::{Card, narrow};
use crate::theme::metric::{GROUP_HEAD, GROUP_PAD};

/// The frame of a group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    /// Which group.
    pub(crate) id: GroupId,
    /// Its name.
    pub(crate) name: String,
    /// Its remark.
    pub(crate) note: Option<String>,
    /// Its members, by the positions of their cards.
    pub(crate) members: Vec<usize>,
    /// Its position among the groups, which chooses the tint.
    pub(crate) tint: usize,
    /// Round the members, name above.
    pub(crate) rect: Rect,
}

/// A note on the canvas.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paper {
    /// Which note.
    pub(crate) id: GroupId,
    /// What it says.
    pub(crate) text: String,
    /// Where it is.
    pub(crate) rect: Rect,
}

impl Frame {
    /// The frame of a group; none if it has no member on the canvas.
    pub(crate) fn new(
        id: GroupId,
        group: &Group,
        tint: usize,
        cards: &[Card],
        members: Vec<usize>,
    ) -> Option<Self> {
        let mut frame = Self {
            id,
            name: group.name.clone(),
            note: group.note.clone(),
            members,
            tint,
            rect: Rect::NOTHING,
        };
        frame.enclose(cards);
        frame.rect.is_finite().then_some(frame)
    }

    /// Finds the rectangle anew, after members have moved.
    pub(crate) fn enclose(&mut self, cards: &[Card]) {
        let members = self.members.iter().filter_map(|&at| cards.get(at));
        let inner = members.fold(Rect::NOTHING, |all, card| all.union(card.outer()));
        self.rect = Rect::from_min_max(
            inner.min - Vec2::new(GROUP_PAD, GROUP_PAD + GROUP_HEAD),
            inner.max + Vec2::splat(GROUP_PAD),
        );
    }

    /// The line with the name, by which one takes the group.
    pub(crate) fn head(&self) -> Rect {
        Rect::from_min_size(
            self.rect.min,
            Vec2::new(self.rect.width(), GROUP_HEAD + 8.0),
        )
    }
}

impl Paper {
    pub(crate) fn new(note: &Note<'_>) -> Self {
        let corner = Pos2::new(narrow(note.at.x), narrow(note.at.y));
        let size = Vec2::new(narrow(note.size.width), narrow(note.size.height));
        Self {
            id: note.id,
            text: note.text.to_owned(),
            rect: Rect::from_min_size(corner, size.max(Vec2::splat(24.0))),
        }
    }
}
