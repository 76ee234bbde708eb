//! Pictures of graphs: SVG that one would put into documentation.
//!
//! A process is a card with its name, its component, its in-ports on the left and its out-ports on the right; values
//! stand as tags at their ports, groups are tinted areas, wires take the colour of what they carry. A picture uses the
//! places that the graph has, stretched where cards need the room, or lays the graph out by itself
//! ([`layout`](crate::layout)). It is one file without scripts, fonts or links; with [`Theme::Auto`] it follows the
//! reader's choice of dark or light.
//!
//! Text is measured with the widths of a wide, common font, so that it fits its card in whatever font it is shown.

mod area;
mod card;
mod draw;
mod measure;
mod route;
mod scene;
mod svg;
mod theme;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::model::Graph;
use crate::names::ComponentRef;
use crate::spec::ComponentSpec;

pub(crate) use card::short_value;
pub use scene::item_of;

/// Which colours a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// Those that the reader prefers, dark or light.
    #[default]
    Auto,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// Where processes stand in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Places {
    /// Where the graph says; processes without a place come beside the others.
    #[default]
    FromGraph,
    /// Laid out anew.
    Anew,
}

/// Draws a graph as SVG; `spec_of` finds what is known of components, for types and the order of ports.
///
/// # Shape
///
/// The same graph gives the same text. Only ports that the graph uses are shown.
pub fn svg(
    graph: &Graph,
    spec_of: &dyn Fn(&ComponentRef) -> Option<Arc<ComponentSpec>>,
    theme: Theme,
    places: Places,
) -> String {
    let scene = scene::Scene::new(graph, spec_of, places);
    draw::draw(&scene, theme)
}

/// Lays a graph out anew and sets the place of every process, with room for what a picture shows.
pub fn arrange(graph: &mut Graph, spec_of: &dyn Fn(&ComponentRef) -> Option<Arc<ComponentSpec>>) {
    let scene = scene::Scene::new(graph, spec_of, Places::Anew);
    graph.layout = scene.places();
}
