//! What the editor keeps in `meta`: bends of connectors, colours, pins, bookmarks, notes.
//!
//! Keys are part of the file format as others see it: `bends`, `colour`, `pinned` on processes, connectors and groups,
//! `place` and `size` on notes, `outer` on groups of subgraphs, `bookmarks` on the graph. A value of another form is somebody else's and stays.

use millstream_graph::layout::Size;
use millstream_graph::{Connector, Graph, Position, Process};
use millstream_packet::{Record, Text, Value};

use crate::action::Bookmark;

/// The points at which a connector bends: a list of `[x, y]`.
pub(crate) const BENDS: &str = "bends";
/// A colour by the canvas's name.
pub(crate) const COLOUR: &str = "colour";
/// Whether auto-layout leaves a process where it is.
pub(crate) const PINNED: &str = "pinned";
/// The upper left corner of a note: `[x, y]`.
pub(crate) const PLACE: &str = "place";
/// Width and height of a note: `[width, height]`.
pub(crate) const SIZE: &str = "size";
/// On a group of a subgraph: the part of a group outside that the processes belonged to before they were collapsed.
pub(crate) const OUTER: &str = "outer";
/// Views by number: `{ "1": [x, y, zoom] }`.
pub(crate) const BOOKMARKS: &str = "bookmarks";

pub(crate) fn bends(wire: &Connector) -> Vec<Position> {
    let list = wire.meta.get(BENDS).and_then(Value::as_list);
    list.unwrap_or_default()
        .iter()
        .filter_map(position)
        .collect()
}

pub(crate) fn bends_value(bends: &[Position]) -> Value {
    Value::list(bends.iter().copied().map(position_value).collect())
}

/// The colour of a process by the canvas's name.
pub fn colour(process: &Process) -> Option<&str> {
    process.meta.get(COLOUR)?.as_text()
}

/// Whether auto-layout leaves the process where it is.
pub fn is_pinned(process: &Process) -> bool {
    process.meta.get(PINNED).and_then(Value::as_bool) == Some(true)
}

/// A bookmark of the canvas.
pub fn bookmark(graph: &Graph, number: u8) -> Option<Bookmark> {
    let all = graph.meta.get(BOOKMARKS)?.as_record()?;
    let [x, y, zoom] = numbers(all.get(&number.to_string())?)?;
    Some(Bookmark {
        centre: Position { x, y },
        zoom,
    })
}

/// The bookmarks with one set or cleared; nothing if none is left.
pub(crate) fn with_bookmark(
    graph: &Graph,
    number: u8,
    bookmark: Option<Bookmark>,
) -> Option<Value> {
    let old = graph.meta.get(BOOKMARKS).and_then(Value::as_record);
    let name = number.to_string();
    let mut all: Record = old
        .into_iter()
        .flat_map(Record::iter)
        .filter(|(known, _)| bookmark.is_some() || known.as_str() != name)
        .map(|(known, value)| (known.clone(), value.clone()))
        .collect();
    if let Some(view) = bookmark {
        let value = [view.centre.x, view.centre.y, view.zoom].map(Value::from);
        all.set(Text::from(name.as_str()), Value::list(value.to_vec()));
    }
    (!all.is_empty()).then(|| Value::from(all))
}

pub(crate) fn position(value: &Value) -> Option<Position> {
    let [x, y] = numbers(value)?;
    Some(Position { x, y })
}

pub(crate) fn position_value(at: Position) -> Value {
    Value::list(vec![Value::from(at.x), Value::from(at.y)])
}

pub(crate) fn size(value: &Value) -> Option<Size> {
    let [width, height] = numbers(value)?;
    Some(Size { width, height })
}

pub(crate) fn size_value(size: Size) -> Value {
    Value::list(vec![Value::from(size.width), Value::from(size.height)])
}

fn numbers<const N: usize>(value: &Value) -> Option<[f64; N]> {
    let list: [Value; N] = value.as_list()?.to_vec().try_into().ok()?;
    let found = list.each_ref().map(Value::as_number);
    let mut numbers = [0.0; N];
    for (number, found) in numbers.iter_mut().zip(found) {
        *number = found.filter(|found| found.is_finite())?;
    }
    Some(numbers)
}
