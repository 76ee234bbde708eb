//! The canvas of the editor: draws a document and tells what the user wants of it.
//!
//! The canvas is a widget on plain egui. It reads a document and what is known of a run, paints what is in sight, and
//! returns actions; it never changes the document (R10). Geometry is pure and knows neither egui's widgets nor the
//! document. Colours, distances and fonts stand in [`theme`] only.

pub mod camera;
pub mod geometry;
pub mod lod;
pub mod theme;
