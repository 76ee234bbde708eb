//! Compares two graphs entry by entry.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::comment::Comment;
use crate::diff::{Aspect, Change, Difference, Subject};
use crate::model::{Connector, Graph, Group, Position, Process};
use crate::names::{PortName, PortRef};

pub(super) struct Comparing<'a> {
    pub(super) old: &'a Graph,
    pub(super) new: &'a Graph,
    pub(super) found: &'a mut Vec<Difference>,
}

impl Comparing<'_> {
    pub(super) fn all(&mut self) {
        self.head();
        self.processes();
        self.connectors();
        let (old, new) = (self.old, self.new);
        self.exports(&old.inports, &new.inports, Subject::Inport);
        self.exports(&old.outports, &new.outports, Subject::Outport);
        self.groups();
        self.comments();
        self.order();
        self.layout();
    }

    fn add(&mut self, aspect: Aspect, subject: &Subject, change: Change) {
        self.found.push(Difference {
            aspect,
            subject: subject.clone(),
            change,
        });
    }

    /// Notes a field that differs, as people read it.
    fn field(
        &mut self,
        aspect: Aspect,
        subject: &Subject,
        field: &str,
        (old, new): (Option<String>, Option<String>),
    ) {
        if old != new {
            let field = field.to_owned();
            self.add(aspect, subject, Change::Changed { field, old, new });
        }
    }

    fn head(&mut self) {
        let (old, new) = (self.old, self.new);
        let graph = Subject::Graph;
        let texts = [
            ("name", &old.name, &new.name),
            ("description", &old.description, &new.description),
        ];
        for (field, old, new) in texts {
            let text = |text: &String| (!text.is_empty()).then(|| format!("{text:?}"));
            self.field(Aspect::Words, &graph, field, (text(old), text(new)));
        }
        let flag = |flag: bool| Some(flag.to_string());
        let per_group = (flag(old.per_group), flag(new.per_group));
        self.field(Aspect::Logic, &graph, "per_group", per_group);
        for name in both(old.packages.keys(), new.packages.keys()) {
            let versions = (
                old.packages.get(name).cloned(),
                new.packages.get(name).cloned(),
            );
            let subject = Subject::Package(name.clone());
            match versions {
                (None, Some(version)) => self.add(Aspect::Logic, &subject, Change::Added(version)),
                (Some(version), None) => {
                    self.add(Aspect::Logic, &subject, Change::Removed(version));
                }
                versions => self.field(Aspect::Logic, &subject, "version", versions),
            }
        }
        self.values(Aspect::Words, &graph, "meta", (&old.meta, &new.meta));
    }

    fn values<K: std::hash::Hash + Eq + ToString>(
        &mut self,
        aspect: Aspect,
        subject: &Subject,
        field: &str,
        (old, new): (&IndexMap<K, Value>, &IndexMap<K, Value>),
    ) {
        for key in both(old.keys(), new.keys()) {
            let (was, is) = (old.get(key), new.get(key));
            if was != is {
                let show = |value: Option<&Value>| value.map(|value| format!("{value:?}"));
                let field = format!("{field}.{}", key.to_string());
                let change = Change::Changed {
                    field,
                    old: show(was),
                    new: show(is),
                };
                self.add(aspect, subject, change);
            }
        }
    }

    fn processes(&mut self) {
        let (old, new) = (self.old, self.new);
        for name in both(old.processes.keys(), new.processes.keys()) {
            let subject = Subject::Process(name.clone());
            match (old.processes.get(name), new.processes.get(name)) {
                (Some(was), Some(is)) => self.process(&subject, was, is),
                (Some(was), None) => {
                    let what = component(was).unwrap_or_default();
                    self.add(Aspect::Logic, &subject, Change::Removed(what));
                }
                (None, is) => {
                    let what = is.and_then(component).unwrap_or_default();
                    self.add(Aspect::Logic, &subject, Change::Added(what));
                }
            }
        }
    }

    fn process(&mut self, subject: &Subject, old: &Process, new: &Process) {
        let logic = Aspect::Logic;
        self.field(
            logic,
            subject,
            "component",
            (component(old), component(new)),
        );
        self.values(logic, subject, "iips", (&old.iips, &new.iips));
        let places = (old.worker.clone(), new.worker.clone());
        self.field(logic, subject, "worker", places);
        let threads = (old.thread.clone(), new.thread.clone());
        self.field(logic, subject, "thread", threads);
        let word = |process: &Process| Some(process.on_error.name().to_owned());
        self.field(logic, subject, "on_error", (word(old), word(new)));
        let count = |process: &Process| Some(process.replicas.to_string());
        self.field(logic, subject, "replicas", (count(old), count(new)));
        let quoted = |text: &Option<String>| text.as_ref().map(|text| format!("{text:?}"));
        let labels = (quoted(&old.label), quoted(&new.label));
        self.field(Aspect::Words, subject, "label", labels);
        let notes = (quoted(&old.note), quoted(&new.note));
        self.field(Aspect::Words, subject, "note", notes);
        self.values(Aspect::Words, subject, "meta", (&old.meta, &new.meta));
    }

    /// Connectors with the same ends are compared one by one, in their order.
    fn connectors(&mut self) {
        let (was, is) = (by_ends(self.old), by_ends(self.new));
        for ends in both(was.keys(), is.keys()) {
            let subject = Subject::Connector(ends.0.clone(), ends.1.clone());
            let none = Vec::new();
            let (was, is) = (
                was.get(ends).unwrap_or(&none),
                is.get(ends).unwrap_or(&none),
            );
            for at in 0..was.len().max(is.len()) {
                match (was.get(at), is.get(at)) {
                    (Some(was), Some(is)) => self.connector(&subject, was, is),
                    (Some(_), None) => {
                        self.add(Aspect::Logic, &subject, Change::Removed(String::new()));
                    }
                    _ => self.add(Aspect::Logic, &subject, Change::Added(String::new())),
                }
            }
        }
    }

    fn connector(&mut self, subject: &Subject, old: &Connector, new: &Connector) {
        let capacity = |connector: &Connector| Some(connector.capacity.to_string());
        self.field(
            Aspect::Logic,
            subject,
            "capacity",
            (capacity(old), capacity(new)),
        );
        let word = |connector: &Connector| Some(connector.when_full.name().to_owned());
        self.field(Aspect::Logic, subject, "when_full", (word(old), word(new)));
        let note = |connector: &Connector| connector.note.as_ref().map(|note| format!("{note:?}"));
        self.field(Aspect::Words, subject, "note", (note(old), note(new)));
        self.values(Aspect::Words, subject, "meta", (&old.meta, &new.meta));
    }

    fn exports(
        &mut self,
        old: &IndexMap<PortName, PortRef>,
        new: &IndexMap<PortName, PortRef>,
        subject: fn(PortName) -> Subject,
    ) {
        for name in both(old.keys(), new.keys()) {
            let subject = subject(name.clone());
            match (old.get(name), new.get(name)) {
                (None, Some(end)) => {
                    self.add(Aspect::Logic, &subject, Change::Added(end.to_string()));
                }
                (Some(end), None) => {
                    self.add(Aspect::Logic, &subject, Change::Removed(end.to_string()));
                }
                (was, is) => {
                    let ends = (was.map(ToString::to_string), is.map(ToString::to_string));
                    self.field(Aspect::Logic, &subject, "port", ends);
                }
            }
        }
    }

    /// Groups with the same name are compared one by one, in their order.
    fn groups(&mut self) {
        let (was, is) = (by_name(self.old), by_name(self.new));
        for name in both(was.keys(), is.keys()) {
            let subject = Subject::Group((*name).clone());
            let none = Vec::new();
            let (was, is) = (
                was.get(name).unwrap_or(&none),
                is.get(name).unwrap_or(&none),
            );
            for at in 0..was.len().max(is.len()) {
                match (was.get(at), is.get(at)) {
                    (Some(was), Some(is)) => self.group(&subject, was, is),
                    (Some(was), None) => {
                        self.add(Aspect::Words, &subject, Change::Removed(members(was)));
                    }
                    (None, is) => {
                        let what = is.map(|is| members(is)).unwrap_or_default();
                        self.add(Aspect::Words, &subject, Change::Added(what));
                    }
                }
            }
        }
    }

    fn group(&mut self, subject: &Subject, old: &Group, new: &Group) {
        let processes = (Some(members(old)), Some(members(new)));
        self.field(Aspect::Words, subject, "processes", processes);
        let note = |group: &Group| group.note.as_ref().map(|note| format!("{note:?}"));
        self.field(Aspect::Words, subject, "note", (note(old), note(new)));
        self.values(Aspect::Words, subject, "meta", (&old.meta, &new.meta));
    }

    fn comments(&mut self) {
        let (old, new) = (comments(self.old), comments(self.new));
        if old != new {
            let change = Change::Changed {
                field: "comments".to_owned(),
                old: None,
                new: None,
            };
            self.add(Aspect::Words, &Subject::Graph, change);
        }
    }

    /// The order of what both graphs have.
    fn order(&mut self) {
        let (old, new) = (self.old, self.new);
        let processes = same_order(old.processes.keys(), new.processes.keys());
        let ends = |graph: &Graph| graph.connectors.iter().map(ends).collect::<Vec<_>>();
        let connectors = same_order(ends(old).iter(), ends(new).iter());
        for (field, is_same) in [
            ("order of processes", processes),
            ("order of connectors", connectors),
        ] {
            if !is_same {
                let change = Change::Changed {
                    field: field.to_owned(),
                    old: None,
                    new: None,
                };
                self.add(Aspect::Words, &Subject::Graph, change);
            }
        }
    }

    /// Places; those of processes that came or went say nothing new.
    fn layout(&mut self) {
        let (old, new) = (self.old, self.new);
        for name in both(old.layout.keys(), new.layout.keys()) {
            let exists = |graph: &Graph| graph.processes.contains_key(name);
            if exists(old) != exists(new) {
                continue;
            }
            let show = |at: &Position| format!("({}, {})", at.x, at.y);
            let places = (
                old.layout.get(name).map(show),
                new.layout.get(name).map(show),
            );
            let subject = Subject::Process(name.clone());
            self.field(Aspect::Layout, &subject, "place", places);
        }
    }
}

/// The keys of both, those of the old first.
fn both<'a, K: std::hash::Hash + Eq>(
    old: impl Iterator<Item = &'a K>,
    new: impl Iterator<Item = &'a K>,
) -> indexmap::IndexSet<&'a K> {
    old.chain(new).collect()
}

fn component(process: &Process) -> Option<String> {
    process.component.as_ref().map(ToString::to_string)
}

fn ends(connector: &Connector) -> (PortRef, PortRef) {
    (connector.from.clone(), connector.to.clone())
}

fn by_ends(graph: &Graph) -> IndexMap<(PortRef, PortRef), Vec<&Connector>> {
    let mut found: IndexMap<(PortRef, PortRef), Vec<&Connector>> = IndexMap::new();
    for connector in &graph.connectors {
        found.entry(ends(connector)).or_default().push(connector);
    }
    found
}

fn by_name(graph: &Graph) -> IndexMap<&String, Vec<&Group>> {
    let mut found: IndexMap<&String, Vec<&Group>> = IndexMap::new();
    for group in &graph.groups {
        found.entry(&group.name).or_default().push(group);
    }
    found
}

fn members(group: &Group) -> String {
    let names: Vec<&str> = group
        .processes
        .iter()
        .map(crate::ProcessName::as_str)
        .collect();
    names.join(", ")
}

/// Every comment of a graph, in the order of the file.
fn comments(graph: &Graph) -> Vec<&str> {
    let own = &graph.comments;
    let sections = own.before.iter().chain(&own.after);
    let sections: BTreeMap<_, _> = sections
        .map(|(section, list)| (section.name(), list))
        .collect();
    let entries: BTreeMap<_, _> = own
        .entries
        .iter()
        .map(|((_, key), list)| (key, list))
        .collect();
    let mut lists: Vec<&Vec<Comment>> = vec![&own.head];
    lists.extend(sections.into_values());
    lists.extend(graph.processes.values().map(|found| &found.comments));
    lists.extend(graph.connectors.iter().map(|found| &found.comments));
    lists.extend(graph.groups.iter().map(|found| &found.comments));
    lists.extend(entries.into_values());
    lists.extend([&own.end, &own.tail]);
    lists.into_iter().flatten().map(Comment::source).collect()
}

/// Whether what both have stands in the same order.
fn same_order<'a, K: std::hash::Hash + Eq + 'a>(
    old: impl Iterator<Item = &'a K> + Clone,
    new: impl Iterator<Item = &'a K> + Clone,
) -> bool {
    let before: indexmap::IndexSet<&K> = old.collect();
    let after: indexmap::IndexSet<&K> = new.collect();
    let kept = before.iter().filter(|key| after.contains(**key));
    kept.eq(after.iter().filter(|key| before.contains(**key)))
}
