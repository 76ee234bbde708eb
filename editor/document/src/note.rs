//! Notes on the canvas: groups without members.
//!
//! A note stands in the section `groups` of the file, one entry each, so that other tools show its text, a diff names it
//! and two people's notes do not collide. Its place and size are in the group's `meta`.

use millstream_graph::layout::Size;
use millstream_graph::{Group, Position};
use millstream_packet::Value;

use crate::geometry::Rect;
use crate::meta;
use crate::target::GroupId;

/// How large a note is that says nothing of it.
const SIZE_DEFAULT: Size = Size {
    width: 200.0,
    height: 80.0,
};

/// A note on the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note<'d> {
    /// Which note.
    pub id: GroupId,
    /// What it says.
    pub text: &'d str,
    /// Its upper left corner.
    pub at: Position,
    /// How large it is.
    pub size: Size,
    /// Its colour by the canvas's name.
    pub colour: Option<&'d str>,
}

impl<'d> Note<'d> {
    pub(crate) fn of(id: GroupId, group: &'d Group) -> Self {
        let entry = |key: &str| group.meta.get(key);
        Self {
            id,
            text: group.note.as_deref().unwrap_or(&group.name),
            at: entry(meta::PLACE)
                .and_then(meta::position)
                .unwrap_or_default(),
            size: entry(meta::SIZE)
                .and_then(meta::size)
                .unwrap_or(SIZE_DEFAULT),
            colour: entry(meta::COLOUR).and_then(Value::as_text),
        }
    }

    /// Its box.
    pub fn rect(&self) -> Rect {
        Rect::at(self.at, self.size)
    }
}

pub(crate) const fn is_note(group: &Group) -> bool {
    group.processes.is_empty()
}
