//! Geometry of the canvas: pure, in graph coordinates, tested without a window.
//!
//! Nothing here knows a widget, a theme's colours or the document.

pub mod curve;
pub mod index;
pub mod polyline;
pub mod route;
pub mod snap;
