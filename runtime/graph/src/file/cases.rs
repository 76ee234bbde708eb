//! Files with test cases: packets for some ports of a graph or a component, and what is to come out.
//!
//! ```ron
//! Tests(
//!     format: 1,
//!     graph: "../telegram.ron",
//!     cases: {
//!         "lines of the input do not matter": Case(
//!             iips: { "wrap.measure": 12 },
//!             inputs: { "cut.in": ["one two", "three"] },
//!             outputs: { "wrap.out": ["one two", "three"] },
//!         ),
//!     },
//! )
//! ```
//!
//! A packet is written as its value; brackets are `Open`, `Open("label")`, `Close`, `Close("label")`. Where expectations
//! stand in the text is kept, so that one can be rewritten and everything around it stays.

use std::ops::Range;

use indexmap::IndexMap;
use millstream_packet::{Packet, PacketView, Shapes, Value};

use crate::file::comments::CommentQueue;
use crate::file::error::{Problem, ReadError};
use crate::file::fields::{Known, Reader};
use crate::file::scan::Scanned;
use crate::file::tree::{Node, Shape, parse};
use crate::file::write;

/// The newest format of these files that this version reads.
pub const FORMAT: u32 = 1;

/// A file with test cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// What is tested.
    pub subject: Subject,
    /// Where that stands.
    pub subject_span: Range<usize>,
    /// The cases by name, in the order of the file.
    pub cases: IndexMap<String, Case>,
}

/// What the cases of a file test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A graph file, relative to the file with the cases. Ports are `process.port`, or those that the graph offers.
    Graph(String),
    /// A component. Ports are its own.
    Component(String),
}

/// One test case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Case {
    /// Where its name stands.
    pub span: Range<usize>,
    /// Values in place of those of the graph, each as RON text, by port.
    pub iips: IndexMap<String, String>,
    /// What comes in, by port.
    pub inputs: IndexMap<String, Input>,
    /// What is to come out, by port.
    pub outputs: IndexMap<String, Expected>,
    /// The failure that the run is to end with.
    pub fails: Option<ExpectedFailure>,
    /// How long it may take, as `10s`.
    pub timeout: Option<(String, Range<usize>)>,
    /// For random choices of components.
    pub seed: u32,
}

/// Packets that come in at a port.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Where the port stands.
    pub span: Range<usize>,
    /// The packets.
    pub packets: Packets,
}

/// Where the packets of an input are.
#[derive(Debug, Clone, PartialEq)]
pub enum Packets {
    /// In the case.
    Given(Vec<Packet>),
    /// In a recording.
    Recorded {
        /// Its file, relative to the file with the cases.
        file: String,
        /// The recorded connector, if there are several.
        connector: Option<String>,
    },
}

/// Packets that are to come out of a port.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Where the port stands.
    pub span: Range<usize>,
    /// Where the list stands.
    pub list: Range<usize>,
    /// How they are compared.
    pub matching: Matching,
    /// The packets.
    pub packets: Vec<Packet>,
}

/// How what came is compared with what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// The same packets in the same order.
    Exact,
    /// The same packets in any order.
    Unordered,
    /// At least these packets, in any order.
    Contains,
}

impl Matching {
    /// All, with their names in files; the first needs none.
    pub const ALL: [(&'static str, Self); 3] = [
        ("Exact", Self::Exact),
        ("Unordered", Self::Unordered),
        ("Contains", Self::Contains),
    ];
}

/// A failure that a run is to end with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedFailure {
    /// Where it stands.
    pub span: Range<usize>,
    /// The process that fails; not needed when a component is tested.
    pub process: Option<String>,
    /// What its message has in it.
    pub message: String,
}

/// Whether a text looks like a file with test cases: what its first word is.
pub fn is_suite(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{FEFF}').trim_start();
    while let Some(comment) = rest.strip_prefix("//") {
        rest = comment
            .split_once('\n')
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    rest.strip_prefix("Tests")
        .is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// Reads a file with test cases.
///
/// # Errors
///
/// Fails at the first thing that is no RON, no field, of the wrong type, or there twice; the error has the place. Whether
/// ports exist is a question for whoever runs the cases.
pub fn read(text: &str) -> Result<Suite, ReadError> {
    read_suite(text).map_err(|problem| problem.in_text(text))
}

/// The text of a list of packets in canonical form, to stand behind `prefix` in a line with this indent.
pub fn list_text(prefix: &str, packets: &[Packet], indent: usize) -> String {
    write::list_text(prefix, packets, indent)
}

/// The text of a packet, as it stands in a case.
pub fn packet_text(packet: &Packet) -> String {
    write::packet_text(packet)
}

/// Whether a case can hold the packet; one with a Rust value it cannot.
pub fn can_hold(packet: &Packet) -> bool {
    let (PacketView::Data(value) | PacketView::Open(Some(value)) | PacketView::Close(Some(value))) =
        packet.view()
    else {
        return true;
    };
    super::check_savable(value).is_ok()
}

fn read_suite(text: &str) -> Scanned<Suite> {
    let document = parse(text)?;
    let mut reader = Reader {
        text,
        comments: CommentQueue::new(text, Vec::new()),
        shapes: Shapes::default(),
    };
    let root = &document.root;
    let fields = reader.fields(
        root,
        "Tests",
        &["format", "graph", "component", "note", "cases", "meta"],
    )?;
    let mut subject = None;
    let mut cases = IndexMap::new();
    for Known { name, field } in &fields {
        let node = &field.value;
        match *name {
            "format" => check_format(&mut reader, node)?,
            "graph" | "component" => {
                if subject.is_some() {
                    let message = "a file tests a graph or a component, not both";
                    return Err(Problem::new(field.name.clone(), message));
                }
                let text = reader.text(node)?;
                let kind = if *name == "graph" {
                    Subject::Graph
                } else {
                    Subject::Component
                };
                subject = Some((kind(text), node.span.clone()));
            }
            "note" => drop(reader.optional_text(node)?),
            "cases" => cases = read_cases(&mut reader, node)?,
            _ => drop(reader.meta(node)?),
        }
    }
    let Some((subject, subject_span)) = subject else {
        let message = "this says neither which graph nor which component is tested";
        let start = root.span.start;
        return Err(Problem::new(start..start + 1, message).help("write graph: \"../graph.ron\""));
    };
    Ok(Suite {
        subject,
        subject_span,
        cases,
    })
}

fn check_format(reader: &mut Reader<'_>, node: &Node) -> Scanned<()> {
    let format = reader.whole(node, 1)?;
    if format <= FORMAT {
        return Ok(());
    }
    let message =
        format!("this file has format {format}, and this Millstream reads up to format {FORMAT}");
    Err(Problem::new(node.span.clone(), message).help("open it with a newer Millstream"))
}

fn read_cases(reader: &mut Reader<'_>, node: &Node) -> Scanned<IndexMap<String, Case>> {
    let entries = reader.map(node)?;
    let mut cases = IndexMap::with_capacity(entries.len());
    for (key, value) in entries {
        let name: String = reader.text(key)?;
        reader.new_key("the case", key, cases.get_index_of(&name), entries)?;
        cases.insert(name, read_case(reader, key, value)?);
    }
    Ok(cases)
}

fn read_case(reader: &mut Reader<'_>, key: &Node, node: &Node) -> Scanned<Case> {
    let known = [
        "iips", "inputs", "outputs", "fails", "timeout", "seed", "note", "meta",
    ];
    let fields = reader.fields(node, "Case", &known)?;
    let mut case = Case {
        span: key.span.clone(),
        ..Case::default()
    };
    for Known { name, field } in &fields {
        let node = &field.value;
        match *name {
            "iips" => {
                case.iips = reader.inner_map(node, "the port", |reader, _: &String, node| {
                    // Read here for the sake of mistakes; whoever knows the port's type makes the value.
                    reader.value(node)?;
                    Ok(reader.source(&node.span).to_owned())
                })?;
            }
            "inputs" => case.inputs = ports(reader, node, read_input)?,
            "outputs" => case.outputs = ports(reader, node, read_expected)?,
            "fails" => {
                case.fails = match reader.optional(node) {
                    Some(node) => Some(read_failure(reader, node)?),
                    None => None,
                }
            }
            "timeout" => {
                let text = reader.optional_text(node)?;
                case.timeout = text.map(|text| (text, node.span.clone()));
            }
            "seed" => case.seed = reader.whole(node, 0)?,
            "note" => drop(reader.optional_text(node)?),
            _ => drop(reader.meta(node)?),
        }
    }
    if case.outputs.is_empty() && case.fails.is_none() {
        let problem = Problem::new(key.span.clone(), "this case expects nothing");
        return Err(problem
            .help("write outputs: { \"process.port\": […] }; `--update` fills an empty list"));
    }
    Ok(case)
}

/// Reads what is said of ports, by port.
fn ports<V>(
    reader: &mut Reader<'_>,
    node: &Node,
    read: impl Fn(&mut Reader<'_>, &Node, &Node) -> Scanned<V>,
) -> Scanned<IndexMap<String, V>> {
    let entries = reader.map(node)?;
    let mut ports = IndexMap::with_capacity(entries.len());
    for (key, value) in entries {
        let name = reader.text(key)?;
        reader.new_key("the port", key, ports.get_index_of(&name), entries)?;
        ports.insert(name, read(reader, key, value)?);
    }
    Ok(ports)
}

fn read_input(reader: &mut Reader<'_>, key: &Node, node: &Node) -> Scanned<Input> {
    let packets = match &node.shape {
        Shape::Struct { name: Some(_), .. } => read_recorded(reader, node)?,
        Shape::List { items, .. } => Packets::Given(read_packets(reader, items)?),
        _ => return Err(reader.wrong(node, "a list of packets, or Recorded(file: …)")),
    };
    Ok(Input {
        span: key.span.clone(),
        packets,
    })
}

fn read_recorded(reader: &mut Reader<'_>, node: &Node) -> Scanned<Packets> {
    let fields = reader.fields(node, "Recorded", &["file", "connector"])?;
    let (mut file, mut connector) = (None, None);
    for Known { name, field } in &fields {
        match *name {
            "file" => file = Some(reader.text(&field.value)?),
            _ => connector = reader.optional_text(&field.value)?,
        }
    }
    let missing = || Problem::new(node.span.clone(), "this names no file");
    Ok(Packets::Recorded {
        file: file.ok_or_else(missing)?,
        connector,
    })
}

fn read_expected(reader: &mut Reader<'_>, key: &Node, node: &Node) -> Scanned<Expected> {
    let wanted = "a list of packets, Unordered([…]) or Contains([…])";
    let (matching, list) = match &node.shape {
        Shape::Tuple {
            name: Some(name),
            items,
            ..
        } => {
            let word = reader.source(name);
            let known = Matching::ALL.iter().find(|(name, _)| *name == word);
            match (known, items.as_slice()) {
                (Some((_, matching)), [list]) => (*matching, list),
                _ => return Err(reader.wrong(node, wanted)),
            }
        }
        _ => (Matching::Exact, node),
    };
    let Shape::List { items, .. } = &list.shape else {
        return Err(reader.wrong(list, wanted));
    };
    Ok(Expected {
        span: key.span.clone(),
        list: list.span.clone(),
        matching,
        packets: read_packets(reader, items)?,
    })
}

fn read_failure(reader: &mut Reader<'_>, node: &Node) -> Scanned<ExpectedFailure> {
    let fields = reader.fields(node, "Failure", &["process", "message"])?;
    let mut failure = ExpectedFailure {
        span: node.span.clone(),
        process: None,
        message: String::new(),
    };
    for Known { name, field } in &fields {
        match *name {
            "process" => failure.process = reader.optional_text(&field.value)?,
            _ => failure.message = reader.text(&field.value)?,
        }
    }
    Ok(failure)
}

fn read_packets(reader: &mut Reader<'_>, items: &[Node]) -> Scanned<Vec<Packet>> {
    items.iter().map(|node| read_packet(reader, node)).collect()
}

fn read_packet(reader: &mut Reader<'_>, node: &Node) -> Scanned<Packet> {
    let (name, label) = match &node.shape {
        Shape::Word => (reader.source(&node.span), None),
        Shape::Tuple {
            name: Some(name),
            items,
            ..
        } => match items.as_slice() {
            [] => (reader.source(name), None),
            [label] => (reader.source(name), Some(label)),
            _ => return reader.value(node).map(Packet::data),
        },
        _ => return reader.value(node).map(Packet::data),
    };
    let bracket = match name {
        "Open" => Packet::open,
        "Close" => Packet::close,
        _ => return reader.value(node).map(Packet::data),
    };
    let label = label.map(|label| reader.value(label)).transpose()?;
    Ok(bracket(label.unwrap_or(Value::NULL)))
}

#[cfg(test)]
mod tests;
