//! What a check returns.

use std::fmt;
use std::ops::Range;

use crate::check::codes::Code;
use crate::file::{Spans, span_inside};
use crate::names::{PortKey, PortName, ProcessName};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The graph does not run.
    Error,
    /// The graph runs, but most likely not as meant.
    Warning,
    /// Worth knowing.
    Hint,
}

/// One thing that is wrong or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Which rule found it.
    pub code: Code,
    /// What it is about.
    pub place: Place,
    /// What is wrong, naming process and port; lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The graph as a whole.
    Graph,
    /// A process.
    Process(ProcessName),
    /// The component that a process names.
    Component(ProcessName),
    /// A field of a process: `on_error`, `replicas`.
    Field(ProcessName, &'static str),
    /// A value on an in-port.
    Iip(ProcessName, PortKey),
    /// A part of a text in a value on an in-port.
    Text(Box<TextPlace>),
    /// A connector, by its position.
    Connector(usize),
    /// The end that writes, of a connector by its position.
    From(usize),
    /// The end that reads, of a connector by its position.
    To(usize),
    /// An exported in-port.
    Inport(PortName),
    /// An exported out-port.
    Outport(PortName),
    /// A group, by its position.
    Group(usize),
    /// A process's place on the canvas.
    Layout(ProcessName),
    /// An entry of the graph's meta data.
    Meta(String),
}

/// A part of a text in a value on an in-port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextPlace {
    /// The process.
    pub process: ProcessName,
    /// The in-port.
    pub port: PortKey,
    /// The way from the value to the text.
    pub path: Vec<TextStep>,
    /// The text.
    pub text: String,
    /// Where the part begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// One step from a value to what is inside of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextStep {
    /// To an element of a list.
    Element(usize),
    /// To a field of a record.
    Field(String),
}

impl TextPlace {
    /// The setting as messages name it: `set.total`, `cases[1]`.
    pub fn setting(&self) -> String {
        let mut name = self.port.to_string();
        for step in &self.path {
            name = match step {
                TextStep::Element(at) => format!("{name}[{at}]"),
                TextStep::Field(field) => format!("{name}.{field}"),
            };
        }
        name
    }
}

impl Place {
    /// Where the place stands in the text that the spans were read from, in bytes, down to the character where it is one.
    /// Nothing if what the place is about does not stand there.
    pub fn span_in(&self, spans: &Spans, text: &str) -> Option<Range<usize>> {
        let span = self.span(spans)?;
        match self {
            Self::Text(place) => span_inside(text, span, place),
            _ => Some(span),
        }
    }

    /// Where the place stands in the text that the spans were read from, in bytes.
    pub fn span(&self, spans: &Spans) -> Option<Range<usize>> {
        match self {
            Self::Graph => spans.graph(),
            Self::Process(name) => spans.process(name),
            Self::Component(name) => spans.component(name),
            Self::Field(name, field) => spans.field(name, field),
            Self::Iip(name, key) => spans.iip(name, key),
            Self::Text(place) => spans.iip(&place.process, &place.port),
            Self::Connector(at) => spans.connector(*at),
            Self::From(at) => spans.connector_from(*at),
            Self::To(at) => spans.connector_to(*at),
            Self::Inport(name) => spans.inport(name),
            Self::Outport(name) => spans.outport(name),
            Self::Group(at) => spans.group(*at),
            Self::Layout(name) => spans.layout(name),
            Self::Meta(key) => spans.meta(key),
        }
    }

    /// The process that the place belongs to.
    pub fn process(&self) -> Option<&ProcessName> {
        match self {
            Self::Process(name)
            | Self::Component(name)
            | Self::Field(name, _)
            | Self::Iip(name, _)
            | Self::Layout(name) => Some(name),
            Self::Text(place) => Some(&place.process),
            _ => None,
        }
    }

    /// The position of the connector that the place belongs to.
    pub const fn connector(&self) -> Option<usize> {
        match self {
            Self::Connector(at) | Self::From(at) | Self::To(at) => Some(*at),
            _ => None,
        }
    }
}

impl Severity {
    /// The word for people: `error`, `warning`, `hint`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Graph => f.write_str("graph"),
            Self::Process(name) => write!(f, "process {name}"),
            Self::Component(name) => write!(f, "component of {name}"),
            Self::Field(name, field) => write!(f, "{field} of {name}"),
            Self::Iip(name, key) => write!(f, "value on {name}.{key}"),
            Self::Text(place) => write!(f, "text in {}.{}", place.process, place.setting()),
            Self::Connector(at) => write!(f, "connector {at}"),
            Self::From(at) => write!(f, "writing end of connector {at}"),
            Self::To(at) => write!(f, "reading end of connector {at}"),
            Self::Inport(name) => write!(f, "inport {name}"),
            Self::Outport(name) => write!(f, "outport {name}"),
            Self::Group(at) => write!(f, "group {at}"),
            Self::Layout(name) => write!(f, "layout of {name}"),
            Self::Meta(key) => write!(f, "meta {key}"),
        }
    }
}

/// The finding as text without its place in a file: `error[MS0104]: …`, and a line of help.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
