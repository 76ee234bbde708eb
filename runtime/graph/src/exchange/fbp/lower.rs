//! From statements to a draft of a graph.

use std::collections::HashSet;
use std::ops::Range;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::comment::Comment;
use crate::exchange::Notice;
use crate::exchange::draft::{Draft, End, Export, Link, Rest, Source};
use crate::exchange::fbp::last_part;
use crate::exchange::fbp::place::{Placed, known_processes, place, places};
use crate::exchange::fbp::syntax::{Clause, Component, Element, Statement, Word};
use crate::file::Problem;
use crate::model::{DEFAULT_CAPACITY, OnError, Position};

/// Makes a draft of what a text says.
pub(super) fn lower(statements: Vec<Statement>) -> Result<Draft, Problem> {
    let mut lowering = Lowering {
        known: known_processes(&statements),
        draft: Draft::default(),
        in_port: "IN".to_owned(),
        out_port: "OUT".to_owned(),
        waiting: Vec::new(),
        last: None,
        anonymous: IndexMap::new(),
    };
    for statement in statements {
        lowering.statement(statement)?;
    }
    let Lowering {
        mut draft, waiting, ..
    } = lowering;
    draft.graph.comments.end.extend(waiting);
    subnet_ports(&mut draft);
    Ok(draft)
}

struct Lowering {
    known: HashSet<String>,
    draft: Draft,
    /// Ports that are meant where none is written.
    in_port: String,
    out_port: String,
    /// Comments that belong to what comes next.
    waiting: Vec<Comment>,
    /// What a comment on the same line belongs to.
    last: Option<Owner>,
    /// Processes without a name, by component.
    anonymous: IndexMap<String, usize>,
}

/// Who has a comment.
#[derive(Debug, Clone)]
enum Owner {
    Link(usize),
    Process(String),
}

impl Lowering {
    fn statement(&mut self, statement: Statement) -> Result<(), Problem> {
        match statement {
            Statement::Title(name) => self.draft.graph.name = name,
            Statement::Blank => self.blank(),
            Statement::Comment { text, is_behind } => self.comment(&text, is_behind),
            Statement::Annotation { key, value } => self.annotation(&key, &value),
            Statement::Export {
                is_in,
                process,
                port,
                index,
                name,
                span,
            } => {
                let end = End {
                    process,
                    port,
                    index,
                };
                let exports = if is_in {
                    &mut self.draft.inports
                } else {
                    &mut self.draft.outports
                };
                exports.push(Export { name, end, span });
            }
            Statement::DefaultPort { is_in, port } => {
                if is_in {
                    self.in_port = port;
                } else {
                    self.out_port = port;
                }
            }
            Statement::Clause(clause) => self.clause(clause)?,
        }
        Ok(())
    }

    /// Comments above a blank line at the top of the file belong to the file.
    fn blank(&mut self) {
        if self.last.is_none() && self.draft.processes.is_empty() {
            self.draft.graph.comments.head.append(&mut self.waiting);
        }
    }

    fn comment(&mut self, text: &str, is_behind: bool) {
        let comments = Comment::from_text(if text.is_empty() { " " } else { text });
        match self.last.clone().filter(|_| is_behind) {
            Some(owner) => self.give(&owner, comments),
            None => self.waiting.extend(comments),
        }
    }

    fn give(&mut self, owner: &Owner, comments: Vec<Comment>) {
        match owner {
            Owner::Link(at) => self.draft.links[*at].rest.comments.extend(comments),
            Owner::Process(name) => {
                if let Some(found) = self.draft.processes.get_mut(name) {
                    found.process.comments.extend(comments);
                }
            }
        }
    }

    fn annotation(&mut self, key: &str, value: &str) {
        let graph = &mut self.draft.graph;
        match key {
            "name" => value.clone_into(&mut graph.name),
            "description" => value.clone_into(&mut graph.description),
            "per_group" if value == "true" => graph.per_group = true,
            "case" if value == "keep" => self.draft.keeps_case = true,
            "package" => {
                let (name, requirement) = value.split_once(' ').unwrap_or((value, "*"));
                let requirement = requirement.trim().to_owned();
                graph.packages.insert(name.to_owned(), requirement);
            }
            key => {
                graph.meta.insert(key.to_owned(), Value::from(value));
            }
        }
    }

    fn clause(&mut self, clause: Clause) -> Result<(), Problem> {
        let first_link = self.draft.links.len();
        let mut first_process = None;
        let mut source: Option<(Source, Range<usize>)> = None;
        let mut capacities = clause.rest.iter().map(|(arrow, _)| arrow.capacity);
        for (at, element) in places(&clause) {
            let (words, span) = match element {
                Element::Words(words, span) => (words, span),
                Element::Value(value, span) => {
                    source = Some((Source::Value(value.clone()), span.clone()));
                    continue;
                }
            };
            let placed = place(words, at, &self.known)?;
            let process = self.declare(placed.process);
            first_process.get_or_insert_with(|| process.clone());
            if let Some((source, start)) = source.take() {
                let target = end(&process, placed.in_port, &self.in_port);
                let capacity = capacities.next().flatten();
                self.link(source, target, capacity, start.start..span.end);
            } else {
                self.note_idle_port(&placed);
            }
            if at.has_arrow_behind {
                let from = end(&process, placed.out_port, &self.out_port);
                source = Some((Source::Port(from), span.clone()));
            }
        }
        self.attach_comments(first_link, first_process);
        Ok(())
    }

    /// Comments above a clause belong to its first connector, those behind it to its last; a clause without connectors
    /// is about its first process.
    fn attach_comments(&mut self, first_link: usize, first_process: Option<String>) {
        let links = self.draft.links.iter().enumerate().skip(first_link);
        let mut connectors = links
            .filter(|(_, link)| matches!(link.source, Source::Port(_)))
            .map(|(at, _)| Owner::Link(at));
        let first = connectors.next();
        let last = connectors.next_back().or_else(|| first.clone());
        let process = first_process.map(Owner::Process);
        if let Some(owner) = first.or_else(|| process.clone()) {
            let waiting = std::mem::take(&mut self.waiting);
            self.give(&owner, waiting);
        }
        self.last = last.or(process);
    }

    fn link(&mut self, source: Source, target: End, capacity: Option<u32>, span: Range<usize>) {
        if let (Source::Value(_), Some(capacity)) = (&source, capacity) {
            let message = format!("the capacity {capacity} of a value has no meaning here");
            self.draft.note(Notice::new(message).at(span.clone()));
        }
        self.draft.links.push(Link {
            source,
            target,
            rest: Rest {
                capacity: capacity.unwrap_or(DEFAULT_CAPACITY),
                ..Rest::default()
            },
            span,
        });
    }

    /// An in-port at the beginning of a clause, to which nothing leads.
    fn note_idle_port(&mut self, placed: &Placed<'_>) {
        if let Some(port) = placed.in_port {
            let message = format!("nothing leads to the port `{}`: it is left out", port.text);
            self.draft.note(Notice::new(message).at(port.span.clone()));
        }
    }

    /// Takes a process with what is said of it; its name.
    fn declare(&mut self, word: &Word) -> String {
        let name = match (&word.component, word.text.is_empty()) {
            (Some(component), true) => self.anonymous_name(&component.name),
            _ => word.text.clone(),
        };
        let found = self.draft.process(&name, &word.span);
        let Some(component) = &word.component else {
            return name;
        };
        let mut notice = None;
        if !component.name.is_empty() {
            let known = found.component.replace(component.name.clone());
            if let Some(known) = known.filter(|known| *known != component.name) {
                let message = format!(
                    "`{name}` is `{known}` first and `{}` here: the last one counts",
                    component.name
                );
                notice = Some(Notice::new(message).at(word.span.clone()));
            }
        }
        self.draft.notices.extend(notice);
        self.metadata(&name, component, &word.span);
        name
    }

    /// `(Component)` alone makes a new process each time.
    fn anonymous_name(&mut self, component: &str) -> String {
        let short: String = last_part(component)
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        let number = self.anonymous.entry(short.clone()).or_default();
        *number += 1;
        format!("_{short}_{number}")
    }

    fn metadata(&mut self, name: &str, component: &Component, span: &Range<usize>) {
        let (mut x, mut y) = (None, None);
        let mut notices = Vec::new();
        let found = self.draft.process(name, span);
        for (key, value) in &component.meta {
            let key = key.as_deref().unwrap_or("routes");
            let number = || {
                value
                    .parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite())
            };
            let process = &mut found.process;
            let is_known = match key {
                "x" => number().map(|number| x = Some(number)).is_some(),
                "y" => number().map(|number| y = Some(number)).is_some(),
                "label" => process.label.replace(value.clone()).is_none(),
                "note" => process.note.replace(value.clone()).is_none(),
                "worker" => process.worker.replace(value.clone()).is_none(),
                "thread" => process.thread.replace(value.clone()).is_none(),
                "on_error" => OnError::ALL
                    .iter()
                    .find(|(word, _)| word == value)
                    .map(|(_, choice)| process.on_error = *choice)
                    .is_some(),
                "replicas" => value
                    .parse::<u32>()
                    .ok()
                    .filter(|count| *count > 0)
                    .map(|count| process.replicas = count)
                    .is_some(),
                _ => false,
            };
            if !is_known {
                let value = Value::from(value.as_str());
                found.process.meta.insert(key.to_owned(), value);
            }
        }
        match (x, y) {
            (Some(x), Some(y)) => found.at = Some(Position { x, y }),
            (None, None) => {}
            _ => {
                let message = format!("the place of `{name}` is not whole: it is left out");
                notices.push(Notice::new(message).at(span.clone()));
            }
        }
        self.draft.notices.extend(notices);
    }
}

fn end(process: &str, port: Option<&Word>, default: &str) -> End {
    End {
        process: process.to_owned(),
        port: port.map_or_else(|| default.to_owned(), |port| port.text.clone()),
        index: port.and_then(|port| port.index),
    }
}

/// Morrison's dialect writes the ports of a subnet as processes: `SubIn`, `SubOut` and their kin, each with a value on
/// its port `NAME`.
fn subnet_ports(draft: &mut Draft) {
    let kind = |component: &str| match last_part(component) {
        "SubIn" => Some((true, false)),
        "SubInSS" => Some((true, true)),
        "SubOut" => Some((false, false)),
        "SubOutSS" => Some((false, true)),
        _ => None,
    };
    let found = draft.processes.iter().filter_map(|(id, found)| {
        let (is_in, is_sensitive) = kind(found.component.as_deref()?)?;
        Some((id.clone(), is_in, is_sensitive))
    });
    for (id, is_in, is_sensitive) in found.collect::<Vec<_>>() {
        let Some((name, end)) = subnet_port(draft, &id, is_in) else {
            continue;
        };
        draft.links.retain(|link| {
            let leaves = matches!(&link.source, Source::Port(from) if from.process == id);
            !leaves && link.target.process != id
        });
        let span = draft.processes.shift_remove(&id).map(|found| found.span);
        let exports = if is_in {
            &mut draft.inports
        } else {
            &mut draft.outports
        };
        let span = span.unwrap_or_default();
        exports.push(Export { name, end, span });
        draft.graph.per_group |= is_sensitive;
    }
}

/// The name of such a port and what it stands for; nothing unless it is one port that it stands for.
fn subnet_port(draft: &Draft, id: &str, is_in: bool) -> Option<(String, End)> {
    let mut names = draft.links.iter().filter_map(|link| match &link.source {
        Source::Value(value)
            if link.target.process == id && link.target.port.eq_ignore_ascii_case("name") =>
        {
            value.as_text()
        }
        _ => None,
    });
    let name = names.next()?.to_owned();
    let ends = draft.links.iter().filter_map(|link| match &link.source {
        Source::Port(from) if is_in && from.process == id => Some(&link.target),
        Source::Port(from) if !is_in && link.target.process == id => Some(from),
        _ => None,
    });
    match ends.collect::<Vec<_>>()[..] {
        [end] => Some((name, end.clone())),
        _ => None,
    }
}
