//! Reads the entries that have fields: processes, connectors, groups.

use crate::comment::Comment;
use crate::file::error::Problem;
use crate::file::fields::Reader;
use crate::file::scan::Scanned;
use crate::file::spans::{ConnectorSpans, ProcessSpans};
use crate::file::tree::Node;
use crate::model::{Connector, Group, OnError, Process, WhenFull};
use crate::names::{PortKey, PortRef};

const PROCESS: [&str; 9] = [
    "component",
    "iips",
    "note",
    "label",
    "worker",
    "thread",
    "on_error",
    "replicas",
    "meta",
];
const CONNECTOR: [&str; 6] = ["from", "to", "capacity", "when_full", "note", "meta"];
const GROUP: [&str; 4] = ["name", "processes", "note", "meta"];

impl Reader<'_> {
    pub(super) fn process(
        &mut self,
        key: &Node,
        node: &Node,
        comments: Vec<Comment>,
    ) -> Scanned<(Process, ProcessSpans)> {
        let mut process = Process {
            comments,
            ..Process::default()
        };
        let mut spans = ProcessSpans {
            name: key.span.clone(),
            entry: key.span.start..node.span.end,
            ..ProcessSpans::default()
        };
        for known in self.fields(node, "Process", &PROCESS)? {
            let value = &known.field.value;
            spans.fields.push((known.name, value.span.clone()));
            match known.name {
                "component" => {
                    process.component = match self.optional(value) {
                        Some(value) => Some(self.parsed(value)?),
                        None => None,
                    }
                }
                "iips" => {
                    let iips = &mut spans.iips;
                    process.iips =
                        self.inner_map(value, "the port", |reader, key: &PortKey, node| {
                            iips.push((key.clone(), node.span.clone()));
                            reader.value(node)
                        })?;
                }
                "note" => process.note = self.optional_text(value)?,
                "label" => process.label = self.optional_text(value)?,
                "worker" => process.worker = self.optional_text(value)?,
                "thread" => process.thread = self.optional_text(value)?,
                "on_error" => process.on_error = self.choice(value, &OnError::ALL)?,
                "replicas" => process.replicas = self.whole(value, 1)?,
                _ => process.meta = self.meta(value)?,
            }
        }
        Ok((process, spans))
    }

    pub(super) fn connector(
        &mut self,
        node: &Node,
        comments: Vec<Comment>,
    ) -> Scanned<(Connector, ConnectorSpans)> {
        let (mut from, mut to): (Option<PortRef>, Option<PortRef>) = (None, None);
        let mut spans = ConnectorSpans {
            entry: node.span.clone(),
            ..ConnectorSpans::default()
        };
        let fields = self.fields(node, "Connector", &CONNECTOR)?;
        for known in &fields {
            let value = &known.field.value;
            match known.name {
                "from" => {
                    from = Some(self.parsed(value)?);
                    spans.from = value.span.clone();
                }
                "to" => {
                    to = Some(self.parsed(value)?);
                    spans.to = value.span.clone();
                }
                _ => {}
            }
        }
        let (Some(from), Some(to)) = (from, to) else {
            return Err(
                Problem::new(node.span.clone(), "a connector needs `from` and `to`")
                    .help("write Connector(from: \"process.port\", to: \"process.port\")"),
            );
        };
        let mut connector = Connector {
            comments,
            ..Connector::new(from, to)
        };
        for known in fields {
            let value = &known.field.value;
            match known.name {
                "capacity" => {
                    connector.capacity = self.whole(value, 1)?;
                    spans.capacity = Some(value.span.clone());
                }
                "when_full" => connector.when_full = self.choice(value, &WhenFull::ALL)?,
                "note" => connector.note = self.optional_text(value)?,
                "meta" => connector.meta = self.meta(value)?,
                _ => {}
            }
        }
        Ok((connector, spans))
    }

    pub(super) fn group(&mut self, node: &Node, comments: Vec<Comment>) -> Scanned<Group> {
        let mut group = Group {
            comments,
            ..Group::default()
        };
        for known in self.fields(node, "Group", &GROUP)? {
            let value = &known.field.value;
            match known.name {
                "name" => group.name = self.text(value)?,
                "processes" => {
                    for name in self.list(value)? {
                        group.processes.push(self.parsed(name)?);
                    }
                }
                "note" => group.note = self.optional_text(value)?,
                _ => group.meta = self.meta(value)?,
            }
        }
        Ok(group)
    }
}
