//! What is told to people and machines: one structure for findings, failures and refusals.
//!
//! The structure holds facts; [`render`](crate::render) decides how they look.

use std::ops::Range;
use std::sync::Arc;

use millstream_graph::{Finding, Place, Severity, TextPlace};

use crate::source::Source;

/// One thing to tell.
#[derive(Debug)]
pub(crate) struct Message {
    /// How bad it is.
    pub(crate) severity: Severity,
    /// The finding's code, or the word of an [`Exit`](crate::exit::Exit).
    pub(crate) code: &'static str,
    /// What happened; lower case, no full stop.
    pub(crate) text: String,
    /// The process concerned.
    pub(crate) process: Option<String>,
    /// Its port.
    pub(crate) port: Option<String>,
    /// The packet on that port, counted from 1.
    pub(crate) packet: Option<u64>,
    /// The lines of graph files in question, the most important file first.
    pub(crate) excerpts: Vec<Excerpt>,
    /// More facts, one line each.
    pub(crate) notes: Vec<String>,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

/// Why a value has no place in the file.
const GIVEN: &str = "the value was given with --iip";

/// Places in one graph file.
#[derive(Debug)]
pub(crate) struct Excerpt {
    /// The file.
    pub(crate) source: Arc<Source>,
    /// Byte ranges with what to write below them, the most important first.
    pub(crate) labels: Vec<(Range<usize>, Option<String>)>,
}

impl Message {
    /// A message without a place.
    pub(crate) fn new(severity: Severity, code: &'static str, text: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            text: text.into(),
            process: None,
            port: None,
            packet: None,
            excerpts: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A finding in a file.
    pub(crate) fn from_finding(finding: &Finding, source: &Arc<Source>) -> Self {
        let mut message = Self::new(finding.severity, finding.code.name(), &finding.message);
        message.process = process_of(&finding.place, source);
        message.port = port_of(&finding.place, source);
        message.help.clone_from(&finding.help);
        match (
            finding.place.span_in(&source.spans, &source.text),
            &finding.place,
        ) {
            (Some(span), _) => message.point_at(source, span, None),
            (None, place) => {
                // A value from the command line stands nowhere, so its process is shown.
                let span = place
                    .process()
                    .and_then(|process| source.spans.process(process));
                if let Some(span) = span {
                    message.point_at(source, span, None);
                }
                match place {
                    Place::Iip(..) => message.notes.push(GIVEN.to_owned()),
                    Place::Text(place) => {
                        message.excerpts.clear();
                        message.point_at(&given(place), place.start..place.end, None);
                        message.notes.push(GIVEN.to_owned());
                    }
                    _ => {}
                }
            }
        }
        message
    }

    /// Points at a place as well, in the excerpt of its file.
    pub(crate) fn point_at(
        &mut self,
        source: &Arc<Source>,
        span: Range<usize>,
        label: Option<String>,
    ) {
        let known = self
            .excerpts
            .iter_mut()
            .find(|excerpt| Arc::ptr_eq(&excerpt.source, source));
        match known {
            Some(excerpt) => excerpt.labels.push((span, label)),
            None => self.excerpts.push(Excerpt {
                source: Arc::clone(source),
                labels: vec![(span, label)],
            }),
        }
    }
}

/// A text that stands in no file, as excerpts show it.
fn given(place: &TextPlace) -> Arc<Source> {
    Source::lone(
        format!("{}.{}", place.process, place.setting()),
        &place.text,
    )
}

fn process_of(place: &Place, source: &Source) -> Option<String> {
    let connector = |at: &usize| source.graph.connectors.get(*at);
    let process = match place {
        Place::From(at) => connector(at).map(|found| &found.from.process),
        Place::To(at) => connector(at).map(|found| &found.to.process),
        place => place.process(),
    };
    process.map(ToString::to_string)
}

fn port_of(place: &Place, source: &Source) -> Option<String> {
    match place {
        Place::Iip(_, key) => Some(key.to_string()),
        Place::Text(place) => Some(place.port.to_string()),
        Place::From(at) => source
            .graph
            .connectors
            .get(*at)
            .map(|found| found.from.key().to_string()),
        Place::To(at) => source
            .graph
            .connectors
            .get(*at)
            .map(|found| found.to.key().to_string()),
        Place::Inport(name) | Place::Outport(name) => Some(name.to_string()),
        _ => None,
    }
}
