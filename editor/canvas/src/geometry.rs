//! Geometry of the canvas: pure, in graph coordinates, tested without a window.
//!
//! Nothing here knows a widget, a theme's colours or the document.

pub(crate) mod curve;
pub(crate) mod index;
pub(crate) mod polyline;
pub(crate) mod route;
pub(crate) mod snap;
