//! From a JSON graph to a draft.

use std::ops::Range;

use indexmap::IndexMap;
use millstream_packet::{Value, View};

use crate::exchange::Notice;
use crate::exchange::draft::{Draft, DraftGroup, End, Export, Link, Rest, Source};
use crate::exchange::json::OWN;
use crate::exchange::json::node::{Fields, Node};
use crate::file::Problem;
use crate::model::{OnError, Position, WhenFull};

/// Reads a JSON graph.
pub(in crate::exchange) fn read(text: &str) -> Result<Draft, Problem> {
    let mut reading = Reading {
        draft: Draft::default(),
    };
    for (name, node) in Node::document(text)?.fields()? {
        reading.section(&name, node)?;
    }
    Ok(reading.draft)
}

struct Reading {
    draft: Draft,
}

impl Reading {
    fn section(&mut self, name: &str, node: Node<'_>) -> Result<(), Problem> {
        match name {
            "caseSensitive" => self.draft.keeps_case = node.flag()?,
            "properties" => self.properties(node)?,
            "processes" => {
                for (id, process) in node.fields()? {
                    self.process(&id, process)?;
                }
            }
            "connections" => {
                for connection in node.items()? {
                    self.connection(connection)?;
                }
            }
            "inports" => {
                let exports = self.exports(node)?;
                self.draft.inports.extend(exports);
            }
            "outports" => {
                let exports = self.exports(node)?;
                self.draft.outports.extend(exports);
            }
            "groups" => {
                for group in node.items()? {
                    self.group(group)?;
                }
            }
            name => self.left_out(&format!("the section `{name}`"), node.head()),
        }
        Ok(())
    }

    fn left_out(&mut self, what: &str, span: Range<usize>) {
        let notice = Notice::new(format!("{what} is left out: it has no meaning here"));
        self.draft.note(notice.at(span));
    }

    fn properties(&mut self, node: Node<'_>) -> Result<(), Problem> {
        for (key, value) in node.fields()? {
            match key.as_str() {
                "name" => self.draft.graph.name = value.text()?,
                "description" => self.draft.graph.description = value.text()?,
                OWN => self.own_properties(value)?,
                _ => {
                    let value = value.value()?;
                    self.draft.graph.meta.insert(key, value);
                }
            }
        }
        Ok(())
    }

    fn own_properties(&mut self, node: Node<'_>) -> Result<(), Problem> {
        for (key, value) in node.fields()? {
            let graph = &mut self.draft.graph;
            match key.as_str() {
                "per_group" => graph.per_group = value.flag()?,
                "packages" => {
                    for (name, requirement) in value.fields()? {
                        graph.packages.insert(name, requirement.text()?);
                    }
                }
                "meta" => graph.meta.extend(values(value)?),
                key => self.left_out(&format!("`{key}`"), value.head()),
            }
        }
        Ok(())
    }

    fn process(&mut self, id: &str, node: Node<'_>) -> Result<(), Problem> {
        self.draft.process(id, &node.head());
        for (key, value) in node.fields()? {
            match key.as_str() {
                "component" | "metadata" if value.is_null() => {}
                "component" => {
                    let component = value.text()?;
                    let found = self.draft.process(id, &node.head());
                    found.component = (!component.is_empty()).then_some(component);
                }
                "metadata" => self.process_metadata(id, value)?,
                key => self.left_out(&format!("`{key}` of `{id}`"), value.head()),
            }
        }
        Ok(())
    }

    fn process_metadata(&mut self, id: &str, node: Node<'_>) -> Result<(), Problem> {
        let span = node.head();
        let (mut x, mut y) = (None, None);
        for (key, value) in node.fields()? {
            if value.is_null() {
                continue;
            }
            match key.as_str() {
                OWN => self.own_process(id, value)?,
                "x" => x = value.value()?.as_number(),
                "y" => y = value.value()?.as_number(),
                "label" => {
                    let label = value.text()?;
                    let is_new = label != id;
                    let process = &mut self.draft.process(id, &span).process;
                    process.label = is_new.then_some(label);
                }
                _ => {
                    let value = value.value()?;
                    let process = &mut self.draft.process(id, &span).process;
                    process.meta.insert(key, value);
                }
            }
        }
        if let (Some(x), Some(y)) = (x, y) {
            self.draft.process(id, &span).at = Some(Position { x, y });
        }
        Ok(())
    }

    fn own_process(&mut self, id: &str, node: Node<'_>) -> Result<(), Problem> {
        for (key, value) in node.fields()? {
            let process = &mut self.draft.process(id, &node.head()).process;
            match key.as_str() {
                "label" => process.label = Some(value.text()?),
                "note" => process.note = Some(value.text()?),
                "worker" => process.worker = Some(value.text()?),
                "thread" => process.thread = Some(value.text()?),
                "on_error" => process.on_error = choice(&OnError::ALL, value)?,
                "replicas" => {
                    process.replicas =
                        whole(value)?.filter(|count| *count > 0).ok_or_else(|| {
                            Problem::new(value.head(), "expected a whole number from 1 on")
                        })?;
                }
                "meta" => process.meta.extend(values(value)?),
                key => self.left_out(&format!("`{key}` of `{id}`"), value.head()),
            }
        }
        Ok(())
    }

    fn connection(&mut self, node: Node<'_>) -> Result<(), Problem> {
        let (mut source, mut target) = (None, None);
        let mut rest = Rest::default();
        for (key, value) in node.fields()? {
            match key.as_str() {
                "src" | "metadata" if value.is_null() => {}
                "src" => source = Some(Source::Port(self.end(value)?)),
                "data" => {
                    let value = value.value()?;
                    source.get_or_insert(Source::Value(value));
                }
                "tgt" => target = Some(self.end(value)?),
                "metadata" => self.connection_metadata(value, &mut rest)?,
                "capacity" => rest.capacity = capacity(value)?,
                key => self.left_out(&format!("`{key}` of a connection"), value.head()),
            }
        }
        let missing = |what: &str| {
            let help = "a connection has `tgt`, and `src` or `data`";
            Problem::new(node.head(), format!("this connection has no {what}")).help(help)
        };
        let target = target.ok_or_else(|| missing("target (`tgt`)"))?;
        let source = source.ok_or_else(|| missing("source (`src`, or `data` for a value)"))?;
        if let Source::Value(_) = &source
            && (!rest.meta.is_empty() || rest.note.is_some())
        {
            self.left_out("what is said about a value", node.head());
        }
        self.draft.links.push(Link {
            source,
            target,
            rest,
            span: node.head(),
        });
        Ok(())
    }

    fn connection_metadata(&mut self, node: Node<'_>, rest: &mut Rest) -> Result<(), Problem> {
        for (key, value) in node.fields()? {
            match key.as_str() {
                _ if value.is_null() => {}
                "capacity" => rest.capacity = capacity(value)?,
                OWN => {
                    for (key, value) in value.fields()? {
                        match key.as_str() {
                            "when_full" => rest.when_full = choice(&WhenFull::ALL, value)?,
                            "note" => rest.note = Some(value.text()?),
                            "meta" => rest.meta.extend(values(value)?),
                            key => self.left_out(&format!("`{key}` of a connection"), value.head()),
                        }
                    }
                }
                _ => {
                    rest.meta.insert(key, value.value()?);
                }
            }
        }
        Ok(())
    }

    /// A port of a process: `{ "process": …, "port": …, "index": … }`.
    fn end(&mut self, node: Node<'_>) -> Result<End, Problem> {
        let (mut process, mut port, mut index) = (None, None, None);
        for (key, value) in node.fields()? {
            match key.as_str() {
                "process" => process = Some(value.text()?),
                "port" => port = Some(value.text()?),
                "index" => index = whole(value)?,
                // Places of the ports of the graph itself, and the like.
                key => self.left_out(&format!("`{key}` of a port"), value.head()),
            }
        }
        let missing = |what: &str| Problem::new(node.head(), format!("this end has no `{what}`"));
        Ok(End {
            process: process.ok_or_else(|| missing("process"))?,
            port: port.ok_or_else(|| missing("port"))?,
            index,
        })
    }

    fn exports(&mut self, node: Node<'_>) -> Result<Vec<Export>, Problem> {
        let fields: Fields<'_> = node.fields()?;
        let mut exports = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let end = self.end(value)?;
            let span = value.head();
            exports.push(Export { name, end, span });
        }
        Ok(exports)
    }

    fn group(&mut self, node: Node<'_>) -> Result<(), Problem> {
        let mut found = DraftGroup::default();
        for (key, value) in node.fields()? {
            match key.as_str() {
                "name" => found.group.name = value.text()?,
                "nodes" => {
                    for member in value.items()? {
                        found.members.push(member.text()?);
                    }
                }
                "metadata" if value.is_null() => {}
                "metadata" => {
                    for (key, value) in value.fields()? {
                        match key.as_str() {
                            _ if value.is_null() => {}
                            "description" => found.group.note = Some(value.text()?),
                            OWN => found.group.meta.extend(values(value)?),
                            _ => {
                                found.group.meta.insert(key, value.value()?);
                            }
                        }
                    }
                }
                key => self.left_out(&format!("`{key}` of a group"), value.head()),
            }
        }
        self.draft.groups.push(found);
        Ok(())
    }
}

fn values(node: Node<'_>) -> Result<IndexMap<String, Value>, Problem> {
    let fields = node.fields()?.into_iter();
    fields
        .map(|(key, value)| Ok((key, value.value()?)))
        .collect()
}

/// A whole number; some tools write it as text, or null for none.
fn whole(node: Node<'_>) -> Result<Option<u32>, Problem> {
    let value = node.value()?;
    let number = match value.view() {
        View::Null => return Ok(None),
        View::Int(number) => u32::try_from(number).ok(),
        View::Text(text) => text.parse().ok(),
        _ => None,
    };
    let wrong = || Problem::new(node.head(), "expected a whole number from 0 to 4294967295");
    number.map(Some).ok_or_else(wrong)
}

fn capacity(node: Node<'_>) -> Result<u32, Problem> {
    let wrong = || Problem::new(node.head(), "expected a whole number from 1 to 4294967295");
    match node.value()?.as_int().map(u32::try_from) {
        Some(Ok(capacity @ 1..)) => Ok(capacity),
        _ => Err(wrong()),
    }
}

fn choice<T: Copy>(all: &[(&'static str, T)], node: Node<'_>) -> Result<T, Problem> {
    let word = node.text()?;
    let found = all.iter().find(|(name, _)| *name == word);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        Problem::new(node.head(), format!("`{word}` is no choice"))
            .help(format!("one of {}", names.join(", ")))
    })
}
