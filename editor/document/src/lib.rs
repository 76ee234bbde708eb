//! A graph that is being edited: the graph itself, what is selected, what was done to it, what is wrong with it.
//!
//! Canvas and panels read a [`Document`] and ask for an [`Action`]; the document alone applies it, as one step that
//! can be undone, or refuses with a reason for people and, where there is one, an offer (R10). Nothing here draws, does
//! I/O, reads a clock or starts a thread (R1): text, sizes and times come from the caller.
//!
//! | to | look at |
//! |---|---|
//! | change something | [`Action`], [`Document::apply`], [`Refused`] |
//! | draw the graph | [`Document::graph`], [`Document::ports`], [`Document::wires`], [`Document::problems`] |
//! | name a thing | [`Target`], [`WireId`], [`GroupId`] |
//! | know what is selected | [`Selection`], [`Document::focus`] |
//! | mend what is wrong | [`Document::fixes`], [`Offer`] |
//! | find a component | [`mod@search`] |
//! | show the text | [`TextView`] |
//! | show a run | [`live`] |

mod action;
mod apply;
mod clipboard;
mod document;
mod fit;
mod fix;
mod geometry;
mod history;
mod ids;
mod judge;
pub mod live;
mod mark;
mod meta;
mod model;
mod name;
mod note;
mod path;
mod ports;
mod problem;
mod refusal;
mod replace;
pub mod search;
mod selection;
mod settle;
mod target;
mod text;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use action::{
    Action, Add, Alignment, Axis, Bookmark, ConnectMode, Deletion, GestureId, GroupChange,
    GroupRuns, Insertion, Keep, NoteChange, Pin, ProcessField, Select, SelectBox, Shift, Spread,
    Wiring,
};
pub use apply::Path;
pub use document::{Document, Library, Measure, StateId};
pub use geometry::{Direction, Rect};
pub use meta::{bookmark, colour, is_pinned};
pub use millstream_graph::layout::Size;
pub use millstream_graph::{Position, Side};
pub use note::Note;
pub use ports::{Port, PortOrigin, Ports};
pub use problem::{Problem, Problems};
pub use refusal::{Applied, NewFile, Notice, Offer, Refused};
pub use replace::{PortMapping, Replacement};
pub use selection::{PortAt, Selection};
pub use target::{Export, GroupId, Target, WireId};
pub use text::TextView;
