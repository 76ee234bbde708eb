//! Reads a graph file, section by section in the order of the text.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;
use std::str::FromStr;

use indexmap::IndexMap;
use millstream_packet::Shapes;

use crate::comment::{Comment, Section};
use crate::file::FORMAT;
use crate::file::comments::CommentQueue;
use crate::file::error::{Problem, ReadError};
use crate::file::fields::{Known, Reader};
use crate::file::scan::Scanned;
use crate::file::spans::Spans;
use crate::file::tree::{Node, Shape, parse};
use crate::model::{Graph, Position};
use crate::names::{PortName, PortRef, ProcessName};

type PortSpans = HashMap<PortName, Range<usize>>;

/// A graph and where its entries stand in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The graph.
    pub graph: Graph,
    /// Where its entries stand.
    pub spans: Spans,
}

/// Reads a graph file.
///
/// # Errors
///
/// Fails at the first thing that is no RON, no field of a graph, of the wrong type, or there twice; the error has the
/// place. Whether the graph makes sense is a question for [`crate::check`].
pub fn read(text: &str) -> Result<Parsed, ReadError> {
    read_graph(text).map_err(|problem| problem.in_text(text))
}

fn read_graph(text: &str) -> Scanned<Parsed> {
    let document = parse(text)?;
    let root = &document.root;
    let mut reading = Reading {
        reader: Reader {
            text,
            comments: CommentQueue::new(text, document.comments),
            shapes: Shapes::default(),
        },
        graph: Graph::default(),
        spans: Spans::default(),
    };
    reading.check_format(root)?;
    let names: Vec<&'static str> = Section::ALL.iter().map(|section| section.name()).collect();
    let fields = reading.reader.fields(root, "Graph", &names)?;
    reading.head(root, &fields);
    let starts: Vec<usize> = fields.iter().map(|known| known.field.name.start).collect();
    for (at, known) in fields.iter().enumerate() {
        let next = starts.get(at + 1).copied().unwrap_or(root.span.end);
        reading.section(known, next)?;
    }
    let comments = &mut reading.graph.comments;
    reading
        .reader
        .comments
        .take_before(root.span.end, &mut comments.end);
    reading
        .reader
        .comments
        .take_before(text.len(), &mut comments.tail);
    Ok(Parsed {
        graph: reading.graph,
        spans: reading.spans,
    })
}

struct Reading<'t> {
    reader: Reader<'t>,
    graph: Graph,
    spans: Spans,
}

impl Reading<'_> {
    /// Looks at the format first: a newer file may have anything else in it.
    fn check_format(&mut self, root: &Node) -> Scanned<()> {
        let Shape::Struct { fields, .. } = &root.shape else {
            return Ok(());
        };
        let mut fields = fields.iter();
        let Some(field) = fields.find(|field| self.reader.source(&field.name) == "format") else {
            return Ok(());
        };
        let format = self.reader.whole(&field.value, 1)?;
        if format <= FORMAT {
            return Ok(());
        }
        let message = format!(
            "this file has format {format}, and this Millstream reads up to format {FORMAT}"
        );
        let problem = Problem::new(field.value.span.clone(), message);
        Err(problem.help("open it with a newer Millstream"))
    }

    /// Comments above the graph, and behind its opening bracket.
    fn head(&mut self, root: &Node, fields: &[Known<'_>]) {
        let head = &mut self.graph.comments.head;
        let queue = &mut self.reader.comments;
        let open = open_of(root);
        queue.take_before(open, head);
        let first = fields
            .first()
            .map_or(root.span.end, |known| known.field.name.start);
        queue.take_line(open, first, head);
        let name = self.reader.source(&root.span).find('(').unwrap_or(0).max(1);
        self.spans.graph = root.span.start..root.span.start + name;
    }

    fn section(&mut self, known: &Known<'_>, next: usize) -> Scanned<()> {
        let node = &known.field.value;
        let Some(section) = Section::ALL
            .into_iter()
            .find(|section| section.name() == known.name)
        else {
            return Ok(());
        };
        let mut before = Vec::new();
        self.reader.comments.take_before(open_of(node), &mut before);
        self.reader
            .comments
            .take_line(open_of(node), first_inside(node), &mut before);
        if is_plain(section) {
            self.reader.comments.take_before(node.span.end, &mut before);
            self.reader
                .comments
                .take_line(node.span.end, next, &mut before);
        }
        keep(&mut self.graph.comments.before, section, before);
        self.content(section, node)?;
        let mut after = Vec::new();
        self.reader.comments.take_before(node.span.end, &mut after);
        self.reader
            .comments
            .take_line(node.span.end, next, &mut after);
        keep(&mut self.graph.comments.after, section, after);
        Ok(())
    }

    fn content(&mut self, section: Section, node: &Node) -> Scanned<()> {
        let reader = &mut self.reader;
        match section {
            Section::Format => {}
            Section::Name => self.graph.name = reader.optional_text(node)?.unwrap_or_default(),
            Section::Description => {
                self.graph.description = reader.optional_text(node)?.unwrap_or_default();
            }
            Section::PerGroup => self.graph.per_group = reader.flag(node)?,
            Section::Packages => {
                self.graph.packages = self.plain_map(
                    section,
                    node,
                    "the package",
                    |reader, _: &String, _, node| reader.text(node),
                )?;
            }
            Section::Processes => self.processes(node)?,
            Section::Connectors => self.connectors(node)?,
            Section::Inports => {
                let (ports, spans) = self.exports(section, node)?;
                (self.graph.inports, self.spans.inports) = (ports, spans);
            }
            Section::Outports => {
                let (ports, spans) = self.exports(section, node)?;
                (self.graph.outports, self.spans.outports) = (ports, spans);
            }
            Section::Groups => self.groups(node)?,
            Section::Meta => {
                let mut spans = HashMap::new();
                self.graph.meta = self.plain_map(
                    section,
                    node,
                    "the key",
                    |reader, key: &String, span, node| {
                        spans.insert(key.clone(), span);
                        reader.value(node)
                    },
                )?;
                self.spans.meta = spans;
            }
            Section::Layout => self.layout(node)?,
        }
        Ok(())
    }

    fn processes(&mut self, node: &Node) -> Scanned<()> {
        let entries = self.reader.map(node)?;
        self.graph.processes.reserve(entries.len());
        for (at, (key, value)) in entries.iter().enumerate() {
            let next = entries
                .get(at + 1)
                .map_or(node.span.end, |(key, _)| key.span.start);
            let comments = self.comments_of(key.span.start..value.span.end, next);
            let name: ProcessName = self.reader.parsed(key)?;
            let first = self.graph.processes.get_index_of(&name);
            self.reader.new_key("the process", key, first, entries)?;
            let (process, spans) = self.reader.process(key, value, comments)?;
            self.graph.processes.insert(name.clone(), process);
            self.spans.processes.insert(name, spans);
        }
        Ok(())
    }

    fn connectors(&mut self, node: &Node) -> Scanned<()> {
        let items = self.reader.list(node)?;
        for (at, item) in items.iter().enumerate() {
            let next = items
                .get(at + 1)
                .map_or(node.span.end, |item| item.span.start);
            let comments = self.comments_of(item.span.clone(), next);
            let (connector, spans) = self.reader.connector(item, comments)?;
            self.graph.connectors.push(connector);
            self.spans.connectors.push(spans);
        }
        Ok(())
    }

    fn groups(&mut self, node: &Node) -> Scanned<()> {
        let items = self.reader.list(node)?;
        for (at, item) in items.iter().enumerate() {
            let next = items
                .get(at + 1)
                .map_or(node.span.end, |item| item.span.start);
            let comments = self.comments_of(item.span.clone(), next);
            self.graph.groups.push(self.reader.group(item, comments)?);
            self.spans.groups.push(item.span.clone());
        }
        Ok(())
    }

    fn exports(
        &mut self,
        section: Section,
        node: &Node,
    ) -> Scanned<(IndexMap<PortName, PortRef>, PortSpans)> {
        let mut spans = HashMap::new();
        let ports = self.plain_map(
            section,
            node,
            "the port",
            |reader, name: &PortName, span, node| {
                spans.insert(name.clone(), span);
                reader.parsed(node)
            },
        )?;
        Ok((ports, spans))
    }

    fn layout(&mut self, node: &Node) -> Scanned<()> {
        let mut spans = HashMap::new();
        self.graph.layout = self.plain_map(
            Section::Layout,
            node,
            "the place of",
            |reader, name: &ProcessName, span, node| {
                spans.insert(name.clone(), span);
                let wanted = "a place `(x, y)`";
                let (Shape::Tuple { items, .. } | Shape::List { items, .. }) = &node.shape else {
                    return Err(reader.wrong(node, wanted));
                };
                let [x, y] = items.as_slice() else {
                    let found = format!("expected {wanted}, found {} numbers", items.len());
                    return Err(Problem::new(node.span.clone(), found));
                };
                Ok(Position {
                    x: reader.number(x)?,
                    y: reader.number(y)?,
                })
            },
        )?;
        self.spans.layout = spans;
        Ok(())
    }

    /// Reads a map whose entries are plain values; their comments go into the graph's.
    fn plain_map<K: FromStr<Err: ToString> + Hash + Eq + Clone + ToString, V>(
        &mut self,
        section: Section,
        node: &Node,
        kind: &str,
        mut read: impl FnMut(&mut Reader<'_>, &K, Range<usize>, &Node) -> Scanned<V>,
    ) -> Scanned<IndexMap<K, V>> {
        let entries = self.reader.map(node)?;
        let mut map = IndexMap::with_capacity(entries.len());
        for (at, (key_node, value)) in entries.iter().enumerate() {
            let next = entries
                .get(at + 1)
                .map_or(node.span.end, |(key, _)| key.span.start);
            let span = key_node.span.start..value.span.end;
            let comments = self.comments_of(span.clone(), next);
            let key: K = self.reader.parsed(key_node)?;
            self.reader
                .new_key(kind, key_node, map.get_index_of(&key), entries)?;
            if !comments.is_empty() {
                self.graph
                    .comments
                    .set_entry(section, &key.to_string(), comments);
            }
            let value = read(&mut self.reader, &key, span, value)?;
            map.insert(key, value);
        }
        Ok(map)
    }

    /// Comments before an entry, inside it, and behind it on its last line.
    fn comments_of(&mut self, span: Range<usize>, next: usize) -> Vec<Comment> {
        let mut comments = Vec::new();
        self.reader.comments.take_before(span.end, &mut comments);
        self.reader
            .comments
            .take_line(span.end, next, &mut comments);
        comments
    }
}

fn keep(places: &mut IndexMap<Section, Vec<Comment>>, section: Section, comments: Vec<Comment>) {
    if !comments.is_empty() {
        places.insert(section, comments);
    }
}

/// Sections that are one value.
const fn is_plain(section: Section) -> bool {
    matches!(
        section,
        Section::Format | Section::Name | Section::Description | Section::PerGroup
    )
}

/// Just behind the opening bracket; the beginning of what has none.
const fn open_of(node: &Node) -> usize {
    match &node.shape {
        Shape::List { open, .. }
        | Shape::Map { open, .. }
        | Shape::Struct { open, .. }
        | Shape::Tuple { open, .. } => *open,
        _ => node.span.start,
    }
}

/// Where the first entry of a map or list begins; its end when it has none.
fn first_inside(node: &Node) -> usize {
    let first = match &node.shape {
        Shape::List { items, .. } => items.first().map(|item| item.span.start),
        Shape::Map { entries, .. } => entries.first().map(|(key, _)| key.span.start),
        _ => Some(node.span.start),
    };
    first.unwrap_or(node.span.end)
}
