//! The canvas of the editor: draws a document and tells what the user wants of it.
//!
//! The canvas is a widget on plain egui. It reads a document and what is known of a run, paints what is in sight, and
//! returns requests; it never changes the document (R10). Geometry is pure: it knows neither egui's widgets nor the
//! document. Colours, distances and fonts stand in [`theme`] only.
//!
//! | to | look at |
//! |---|---|
//! | show a document | [`Canvas::ui`], [`Show`] |
//! | do what the user wants | [`Request`] |
//! | bind keys | [`Command`], [`Canvas::command`], [`Canvas::takes_keys`] |
//! | show a run | [`LiveLook`], [`Run`], [`WireLook`], [`ProcessLook`], [`Overlay`] |
//! | choose colours | [`Theme`], [`ThemeKind`] |
//! | keep a bookmark | [`Canvas::view`], [`Canvas::go_to`] |
//! | tell a document how large processes are | [`size_of`] |

mod access;
mod camera;
mod canvas;
mod command;
mod connect;
mod detail;
mod geometry;
mod gesture;
mod hit;
mod look;
mod measure;
mod paint;
mod request;
mod run;
mod scene;
#[cfg(test)]
mod testing;
pub mod theme;
mod typing;
mod verdict;

pub use camera::{Camera, Motion, View};
pub use canvas::{Canvas, Show};
pub use command::Command;
pub use look::{Failure, LiveLook, Overlay, ProcessLook, ProcessState, WireLook, WireState};
pub use measure::size_of;
pub use millstream_document::Side;
pub use request::{Place, Purpose, Request};
pub use run::{Marks, Run};
pub use theme::{Theme, ThemeKind};
