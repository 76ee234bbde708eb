//! Writes graph files: one canonical text for one graph.
//!
//! Sections and fields have a fixed order, maps keep theirs, defaults are left out. Processes, connectors, groups and
//! places take a line each, or several when they do not fit; the layout stands last, so that moving a process changes
//! one line and nothing else.

use std::fmt::Write as _;

use millstream_packet::{Packet, PacketView, Value, View};

use crate::comment::{Comment, Comments, Section};
use crate::file::FORMAT;
use crate::file::value::VALUE_DEPTH_MAX;
use crate::model::{
    Connector, DEFAULT_CAPACITY, Graph, Group, OnError, Position, Process, WhenFull,
};

mod layout;

use layout::{Block, Piece};

/// Writes a graph file.
///
/// What no file can hold ([`crate::file::check_savable`]) is written as `None`; the check reports it, and edits refuse
/// it.
pub fn write(graph: &Graph) -> String {
    let mut writer = Writer {
        out: String::new(),
        comments: &graph.comments,
    };
    writer.lines(&graph.comments.head, 0);
    writer.out.push_str("Graph(\n");
    writer.sections(graph);
    writer.lines(&graph.comments.end, 4);
    writer.out.push_str(")\n");
    writer.lines(&graph.comments.tail, 0);
    writer.out
}

/// The canonical text of a single value, on one line; opaque values, which no file holds, are `None`.
pub fn write_value(value: &Value) -> String {
    let mut out = String::new();
    layout::flat(&mut out, &value_piece(value, 0));
    out
}

/// The text of a list of packets, to stand behind `prefix` in a line with this indent.
pub(super) fn list_text(prefix: &str, packets: &[Packet], indent: usize) -> String {
    let items = packets
        .iter()
        .map(|packet| (String::new(), packet_piece(packet)));
    let list = Piece::Block(Block::new("[".to_owned(), items.collect(), ']', false));
    let mut out = String::new();
    layout::print(&mut out, prefix, &list, indent);
    let line = out.trim_start_matches(' ').trim_end_matches(",\n");
    line.strip_prefix(prefix).unwrap_or(line).to_owned()
}

/// The text of a packet in one piece.
pub(super) fn packet_text(packet: &Packet) -> String {
    let mut out = String::new();
    layout::flat(&mut out, &packet_piece(packet));
    out
}

fn packet_piece(packet: &Packet) -> Piece {
    let bracket = |name: &str, label: Option<&Value>| match label {
        None => Piece::Text(name.to_owned()),
        Some(label) => {
            let items = vec![(String::new(), value_piece(label, 0))];
            Piece::Block(Block::new(format!("{name}("), items, ')', false))
        }
    };
    match packet.view() {
        PacketView::Data(value) => value_piece(value, 0),
        PacketView::Open(label) => bracket("Open", label),
        PacketView::Close(label) => bracket("Close", label),
    }
}

struct Writer<'g> {
    out: String,
    comments: &'g Comments,
}

/// Whether a section's entries take a line each, always.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Always,
    WhenNeeded,
}

impl<'g> Writer<'g> {
    fn sections(&mut self, graph: &'g Graph) {
        self.plain(Section::Format, true, || Piece::Text(FORMAT.to_string()));
        self.plain(Section::Name, !graph.name.is_empty(), || text(&graph.name));
        self.plain(Section::Description, !graph.description.is_empty(), || {
            text(&graph.description)
        });
        let packages = graph.packages.iter().map(|(name, version)| {
            (
                self.comments.of_entry(Section::Packages, name),
                entry(name, text(version)),
            )
        });
        self.entries(Section::Packages, Lines::WhenNeeded, ('{', '}'), packages);
        self.plain(Section::PerGroup, graph.per_group, || {
            Piece::Text(graph.per_group.to_string())
        });
        let processes = graph.processes.iter().map(|(name, process)| {
            (
                process.comments.as_slice(),
                entry(name.as_str(), process_piece(process)),
            )
        });
        self.entries(Section::Processes, Lines::Always, ('{', '}'), processes);
        let connectors = graph.connectors.iter().map(|connector| {
            (
                connector.comments.as_slice(),
                (String::new(), connector_piece(connector)),
            )
        });
        self.entries(Section::Connectors, Lines::Always, ('[', ']'), connectors);
        self.exports(Section::Inports, &graph.inports);
        self.exports(Section::Outports, &graph.outports);
        let groups = graph.groups.iter().map(|group| {
            (
                group.comments.as_slice(),
                (String::new(), group_piece(group)),
            )
        });
        self.entries(Section::Groups, Lines::Always, ('[', ']'), groups);
        let meta = graph.meta.iter().map(|(key, value)| {
            (
                self.comments.of_entry(Section::Meta, key),
                entry(key, value_piece(value, 0)),
            )
        });
        self.entries(Section::Meta, Lines::WhenNeeded, ('{', '}'), meta);
        let layout = graph.layout.iter().map(|(name, place)| {
            let comments = self.comments.of_entry(Section::Layout, name.as_str());
            (comments, entry(name.as_str(), place_piece(place)))
        });
        self.entries(Section::Layout, Lines::Always, ('{', '}'), layout);
    }

    fn exports(
        &mut self,
        section: Section,
        ports: &indexmap::IndexMap<crate::names::PortName, crate::names::PortRef>,
    ) {
        let comments = self.comments;
        let entries = ports.iter().map(|(name, target)| {
            let comments = comments.of_entry(section, name.as_str());
            (comments, entry(name.as_str(), text(&target.to_string())))
        });
        self.entries(section, Lines::WhenNeeded, ('{', '}'), entries);
    }

    /// A section that is one value; left out when it is the default and nobody commented on it.
    fn plain(&mut self, section: Section, given: bool, piece: impl FnOnce() -> Piece) {
        if given || self.comments.has(section) {
            self.before(section);
            self.after(section, 4);
            self.line(&format!("{}: ", section.name()), &piece(), 4);
        }
    }

    /// A section of entries; left out when it is empty and nobody commented on it.
    fn entries<'e>(
        &mut self,
        section: Section,
        lines: Lines,
        (open, close): (char, char),
        entries: impl Iterator<Item = (&'e [Comment], (String, Piece))>,
    ) {
        let mut entries = entries.peekable();
        let is_empty = entries.peek().is_none();
        if is_empty && !self.comments.has(section) {
            return;
        }
        self.before(section);
        let name = section.name();
        let ends_commented = self.comments.after.contains_key(&section);
        if lines == Lines::WhenNeeded || is_empty {
            let all: Vec<_> = entries.collect();
            if !ends_commented && all.iter().all(|(comments, _)| comments.is_empty()) {
                let items = all.into_iter().map(|(_, item)| item).collect();
                let block = Block::new(open.to_string(), items, close, open == '{');
                return self.line(&format!("{name}: "), &Piece::Block(block), 4);
            }
            self.lines_of(section, (open, close), all.into_iter());
        } else {
            self.lines_of(section, (open, close), entries);
        }
    }

    /// Entries one by one: a graph of a million processes is never laid out as a whole.
    fn lines_of<'e>(
        &mut self,
        section: Section,
        (open, close): (char, char),
        entries: impl Iterator<Item = (&'e [Comment], (String, Piece))>,
    ) {
        push_line(&mut self.out, 4, &format!("{}: {open}", section.name()));
        for (comments, (prefix, piece)) in entries {
            self.lines(comments, 8);
            self.line(&prefix, &piece, 8);
        }
        self.after(section, 8);
        push_line(&mut self.out, 4, &format!("{close},"));
    }

    fn before(&mut self, section: Section) {
        if let Some(comments) = self.comments.before.get(&section) {
            self.lines(comments, 4);
        }
    }

    fn after(&mut self, section: Section, indent: usize) {
        if let Some(comments) = self.comments.after.get(&section) {
            self.lines(comments, indent);
        }
    }

    fn lines(&mut self, comments: &[Comment], indent: usize) {
        for comment in comments {
            push_line(&mut self.out, indent, comment.source());
        }
    }

    fn line(&mut self, prefix: &str, piece: &Piece, indent: usize) {
        layout::print(&mut self.out, prefix, piece, indent);
    }
}

fn push_line(out: &mut String, indent: usize, text: &str) {
    layout::push_indent(out, indent);
    out.push_str(text);
    out.push('\n');
}

fn entry(key: &str, piece: Piece) -> (String, Piece) {
    (format!("{}: ", quoted(key)), piece)
}

fn text(text: &str) -> Piece {
    Piece::Text(quoted(text))
}

/// Fields of a struct, gathered in order.
struct Fields(Vec<(String, Piece)>);

impl Fields {
    fn add(&mut self, name: &str, piece: Piece) {
        self.0.push((format!("{name}: "), piece));
    }

    fn text(&mut self, name: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.add(name, text(value));
        }
    }

    fn meta(&mut self, meta: &indexmap::IndexMap<String, Value>) {
        if !meta.is_empty() {
            let entries = meta
                .iter()
                .map(|(key, value)| entry(key, value_piece(value, 0)));
            self.add("meta", map(entries.collect()));
        }
    }

    fn finish(self, name: &str) -> Piece {
        Piece::Block(Block::new(format!("{name}("), self.0, ')', false))
    }
}

fn map(entries: Vec<(String, Piece)>) -> Piece {
    Piece::Block(Block::new("{".to_owned(), entries, '}', true))
}

fn process_piece(process: &Process) -> Piece {
    let mut fields = Fields(Vec::new());
    if let Some(component) = &process.component {
        fields.add("component", text(component.as_str()));
    }
    if !process.iips.is_empty() {
        let iips = process.iips.iter();
        let entries = iips.map(|(key, value)| entry(&key.to_string(), value_piece(value, 0)));
        fields.add("iips", map(entries.collect()));
    }
    fields.text("note", process.note.as_ref());
    fields.text("label", process.label.as_ref());
    fields.text("worker", process.worker.as_ref());
    fields.text("thread", process.thread.as_ref());
    if process.on_error != OnError::default() {
        fields.add("on_error", Piece::Text(process.on_error.name().to_owned()));
    }
    if process.replicas != 1 {
        fields.add("replicas", Piece::Text(process.replicas.to_string()));
    }
    fields.meta(&process.meta);
    fields.finish("Process")
}

fn connector_piece(connector: &Connector) -> Piece {
    let mut fields = Fields(Vec::new());
    fields.add("from", text(&connector.from.to_string()));
    fields.add("to", text(&connector.to.to_string()));
    if connector.capacity != DEFAULT_CAPACITY {
        fields.add("capacity", Piece::Text(connector.capacity.to_string()));
    }
    if connector.when_full != WhenFull::default() {
        fields.add(
            "when_full",
            Piece::Text(connector.when_full.name().to_owned()),
        );
    }
    fields.text("note", connector.note.as_ref());
    fields.meta(&connector.meta);
    fields.finish("Connector")
}

fn group_piece(group: &Group) -> Piece {
    let mut fields = Fields(Vec::new());
    fields.add("name", text(&group.name));
    let members = group
        .processes
        .iter()
        .map(|name| (String::new(), text(name.as_str())));
    let members = Block::new("[".to_owned(), members.collect(), ']', false);
    fields.add("processes", Piece::Block(members));
    fields.text("note", group.note.as_ref());
    fields.meta(&group.meta);
    fields.finish("Group")
}

fn place_piece(place: &Position) -> Piece {
    Piece::Text(format!(
        "({}, {})",
        coordinate(place.x),
        coordinate(place.y)
    ))
}

/// Whole numbers without a dot, for that is how people place things.
fn coordinate(number: f64) -> String {
    match number {
        number if !number.is_finite() => "0".to_owned(),
        0.0 => "0".to_owned(),
        number if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        number => format!("{number:?}"),
    }
}

fn value_piece(value: &Value, depth: usize) -> Piece {
    let inner = depth + 1;
    match value.view() {
        View::Null | View::Opaque(_) => Piece::Text("None".to_owned()),
        View::Bool(value) => Piece::Text(value.to_string()),
        View::Int(value) => Piece::Text(value.to_string()),
        View::Float(value) => Piece::Text(float(value)),
        View::Text(value) => text(value),
        View::Bytes(value) => Piece::Text(format!("b\"{}\"", value.escape_ascii())),
        View::List(_) | View::Record(_) if depth > VALUE_DEPTH_MAX => {
            Piece::Text("None".to_owned())
        }
        View::List(list) => {
            let items = list
                .iter()
                .map(|value| (String::new(), value_piece(value, inner)));
            Piece::Block(Block::new("[".to_owned(), items.collect(), ']', false))
        }
        View::Record(record) => {
            let fields = record.iter();
            let entries =
                fields.map(|(name, value)| entry(name.as_str(), value_piece(value, inner)));
            map(entries.collect())
        }
    }
}

/// The shortest text that reads back as the same number.
fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    format!("{value:?}")
}

/// Text in quotes: raw where that saves escapes and for what people write in lines, escaped where there are other control
/// characters.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        return format!("\"{text}\"");
    }
    let control = text.contains(char::is_control);
    if !control && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    if !control || in_lines(text) {
        let hashes = "#".repeat(hashes_needed(text));
        return format!("r{hashes}\"{text}\"{hashes}");
    }
    let mut out = String::with_capacity(text.len() + 8);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _infallible = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether people would write this over several lines: a script, a query, a letter; not `"a\nb"`.
fn in_lines(text: &str) -> bool {
    const LONG: usize = 30;
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !c.is_control();
    text.len() > LONG && text.trim().contains('\n') && text.chars().all(is_plain)
}

/// One more hash than follow any quote in the text.
fn hashes_needed(text: &str) -> usize {
    let after_quotes = text.split('"').skip(1);
    after_quotes
        .map(|rest| rest.len() - rest.trim_start_matches('#').len() + 1)
        .max()
        .unwrap_or(1)
}
