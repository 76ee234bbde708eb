//! What unit tests share: the components that there are, and documents of a text.

use std::rc::Rc;

use millstream_component::Registry;
use millstream_document::Document;
use millstream_graph::Catalog;

use crate::workspace::Shelf;

/// The components that there are.
pub(crate) fn catalog() -> Catalog {
    let mut registry = Registry::default();
    millstream_components::register(&mut registry).unwrap();
    Catalog::new(registry.specs()).with_formats(crate::format::formats())
}

/// A document of a text.
#[track_caller]
pub(crate) fn document(text: &str) -> Document {
    let shelf = Rc::new(Shelf::default());
    shelf.set_catalog(catalog());
    Document::open(text, shelf.library(None)).unwrap()
}
