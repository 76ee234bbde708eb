//! The text of a document beside its canvas: two views of one graph.
//!
//! The text follows the document as long as nobody types. What is typed becomes the document as soon as it is a graph,
//! and stays as it was typed until the document changes otherwise; what is no graph stays as text, with the error.

use std::ops::Range;

use millstream_graph::file::{self, ReadError, Spans};
use millstream_graph::{PortRef, Side};

use crate::action::Action;
use crate::document::{Document, StateId};
use crate::target::{Export, Target};

/// The text of a document, and where its entries stand.
#[derive(Debug, Clone, Default)]
pub struct TextView {
    text: String,
    spans: Spans,
    /// The state that the text says; nothing while it says something else.
    state: Option<StateId>,
    error: Option<ReadError>,
}

impl TextView {
    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why the text is no graph, if it is none.
    pub const fn error(&self) -> Option<&ReadError> {
        self.error.as_ref()
    }

    /// Whether the text is something that the document is not.
    pub const fn is_draft(&self) -> bool {
        self.error.is_some()
    }

    /// Takes the text of the document, if it says something else by now; a draft stays.
    ///
    /// # Shape
    ///
    /// Costs nothing as long as the document stays the same, and as much as writing and reading the file otherwise: call
    /// it only while the text is to be seen.
    pub fn follow(&mut self, document: &Document) {
        if self.is_draft() || self.state == Some(document.state()) {
            return;
        }
        self.restore(document);
    }

    /// Gives up what was typed and takes the text of the document.
    pub fn restore(&mut self, document: &Document) {
        self.text = document.text();
        self.error = None;
        self.state = Some(document.state());
        // What was just written can be read.
        self.spans = file::read(&self.text)
            .map(|parsed| parsed.spans)
            .unwrap_or_default();
    }

    /// Takes what was typed; gives the action that makes the document say the same, if it is a graph. When the action is
    /// applied, [`TextView::accepted`] keeps the text as it was typed.
    pub fn edit(&mut self, text: String) -> Option<Action> {
        self.state = None;
        self.text = text;
        match file::read(&self.text) {
            Ok(parsed) => {
                self.spans = parsed.spans;
                self.error = None;
                Some(Action::ReplaceText(self.text.clone()))
            }
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    /// Notes that the document says what was typed.
    pub const fn accepted(&mut self, document: &Document) {
        self.state = Some(document.state());
    }

    /// Where a thing stands in the text, in bytes.
    pub fn range(&self, document: &Document, target: &Target) -> Option<Range<usize>> {
        let spans = &self.spans;
        match target {
            Target::Graph => spans.graph(),
            Target::Process(name) => spans.process_entry(name),
            Target::Wire(id) => spans.connector(document.wire_position(*id)?),
            Target::Value(end) => spans.iip(&end.process, &end.key()),
            Target::Port(port) => {
                let value = spans.iip(&port.end.process, &port.end.key());
                value.filter(|_| port.side == Side::In).or_else(|| {
                    let wire = document.wires_at(port.side, &port.end).next();
                    let wire = wire.and_then(|(id, _)| document.wire_position(id));
                    match (wire, port.side) {
                        (Some(at), Side::In) => spans.connector_to(at),
                        (Some(at), Side::Out) => spans.connector_from(at),
                        (None, _) => spans.process(&port.end.process),
                    }
                })
            }
            Target::Export(export) => match export.side {
                Side::In => spans.inport(&export.name),
                Side::Out => spans.outport(&export.name),
            },
            Target::Group(id) => spans.group(document.model.group_place(*id)?),
        }
    }

    /// The thing that stands at an offset of the text; the value rather than the process that it belongs to.
    pub fn target_at(&self, document: &Document, offset: usize) -> Option<Target> {
        let is_here =
            |range: Option<Range<usize>>| range.is_some_and(|range| range.contains(&offset));
        let graph = document.graph();
        for (name, process) in &graph.processes {
            if is_here(self.spans.process_entry(name)) {
                let mut keys = process.iips.keys();
                let value = keys.find(|key| is_here(self.spans.iip(name, key)));
                let of_value = |key: &millstream_graph::PortKey| {
                    Target::Value(PortRef::new(name.clone(), key.clone()))
                };
                return Some(value.map_or_else(|| Target::Process(name.clone()), of_value));
            }
        }
        for (at, (id, _)) in document.wires().enumerate() {
            if is_here(self.spans.connector(at)) {
                return Some(Target::Wire(id));
            }
        }
        let mut groups = document.model.group_ids().enumerate();
        if let Some((_, id)) = groups.find(|(at, _)| is_here(self.spans.group(*at))) {
            return Some(Target::Group(id));
        }
        let mut places = graph.layout.keys();
        if let Some(name) = places.find(|name| is_here(self.spans.layout(name))) {
            return Some(Target::Process(name.clone())).filter(|target| document.has(target));
        }
        self.export_at(document, &is_here)
    }

    fn export_at(
        &self,
        document: &Document,
        is_here: &dyn Fn(Option<Range<usize>>) -> bool,
    ) -> Option<Target> {
        for side in [Side::In, Side::Out] {
            let mut names = document.model.exported(side).keys();
            let found = names.find(|name| match side {
                Side::In => is_here(self.spans.inport(name)),
                Side::Out => is_here(self.spans.outport(name)),
            });
            if let Some(name) = found {
                let name = name.clone();
                return Some(Target::Export(Export { side, name }));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{name, sketch, wire};

    fn mill() -> (Document, TextView) {
        let document = sketch(
            &["a core/Kick iips: {\"value\": \"grain\"}", "b core/Drop"],
            &["a.out -> b.in"],
        );
        let mut view = TextView::default();
        view.follow(&document);
        (document, view)
    }

    #[test]
    fn things_and_places_in_the_text_find_each_other() {
        let (document, view) = mill();
        let shown = |target: &Target| {
            view.text()
                .get(view.range(&document, target).unwrap())
                .unwrap()
        };
        let wire = Target::Wire(wire(&document, "a.out -> b.in"));
        assert_eq!(shown(&wire), r#"Connector(from: "a.out", to: "b.in")"#);
        let value = Target::Value("a.value".parse().unwrap());
        assert_eq!(shown(&value), "\"grain\"");
        let at = |text: &str| view.target_at(&document, view.text().find(text).unwrap());
        assert_eq!(at("Connector("), Some(wire));
        assert_eq!(at("grain"), Some(value));
        assert_eq!(at("core/Kick"), Some(Target::Process(name("a"))));
        assert_eq!(at("(260, 0)"), Some(Target::Process(name("b"))));
        assert_eq!(at("format"), None);
    }

    #[test]
    fn typed_text_stays_as_typed_and_drafts_are_kept_with_their_error() {
        let (mut document, mut view) = mill();
        let typed = view
            .text()
            .replace("core/Drop", "core/Repeat")
            .replace("    ", " ");
        let action = view.edit(typed.clone()).unwrap();
        document.apply(action).unwrap();
        view.accepted(&document);
        view.follow(&document);
        assert_eq!(view.text(), typed);
        assert_eq!(view.edit(format!("{typed} oops")), None);
        assert!(view.error().is_some());
        document.apply(Action::Undo).unwrap();
        view.follow(&document);
        assert!(view.text().ends_with("oops"));
        view.restore(&document);
        assert_eq!(view.text(), document.text());
    }
}
