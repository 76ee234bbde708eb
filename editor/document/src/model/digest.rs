//! What a graph holds as three numbers, kept up to date by what each edit touches.
//!
//! Each entry has a hash, and a digest is the sum of those of its aspect, so that an edit costs as much as the entries
//! it names. A sum does not know the order of entries; who must know it compares texts where the sums are equal.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use millstream_graph::{
    CommentPlace, Connector, Edit, Graph, Group, Process, ProcessName, Section, Side,
};

/// The content of a graph, by who notices it (the aspects of [`millstream_graph::diff`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Digest {
    /// What a run notices.
    pub(crate) logic: u64,
    /// What only readers notice.
    pub(crate) words: u64,
    /// Where things stand.
    pub(crate) layout: u64,
}

impl Digest {
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            logic: self.logic.wrapping_add(other.logic),
            words: self.words.wrapping_add(other.words),
            layout: self.layout.wrapping_add(other.layout),
        }
    }

    pub(crate) const fn less(self, other: Self) -> Self {
        Self {
            logic: self.logic.wrapping_sub(other.logic),
            words: self.words.wrapping_sub(other.words),
            layout: self.layout.wrapping_sub(other.layout),
        }
    }

    const fn of_logic(logic: u64) -> Self {
        Self {
            logic,
            words: 0,
            layout: 0,
        }
    }

    const fn of_words(words: u64) -> Self {
        Self {
            logic: 0,
            words,
            layout: 0,
        }
    }

    /// The digest of a whole graph.
    pub(crate) fn of_graph(graph: &Graph) -> Self {
        let mut sum = Self::of_head(graph);
        for name in graph.packages.keys() {
            sum = sum.plus(Self::of_package(graph, name));
        }
        for (name, process) in &graph.processes {
            sum = sum.plus(Self::of_process(name, process));
        }
        for connector in &graph.connectors {
            sum = sum.plus(Self::of_connector(connector));
        }
        for name in graph.inports.keys() {
            sum = sum.plus(Self::of_export(graph, Side::In, name));
        }
        for name in graph.outports.keys() {
            sum = sum.plus(Self::of_export(graph, Side::Out, name));
        }
        for group in &graph.groups {
            sum = sum.plus(Self::of_group(group));
        }
        for key in graph.meta.keys() {
            sum = sum.plus(Self::of_meta(graph, key));
        }
        for name in graph.layout.keys() {
            sum = sum.plus(Self::of_place(graph, name));
        }
        sum.plus(Self::of_comments(graph))
    }

    /// The digest of what an edit is about, as it is in the graph now.
    pub(crate) fn of_slot(graph: &Graph, edit: &Edit) -> Self {
        match edit {
            Edit::SetName(_) | Edit::SetDescription(_) | Edit::SetPerGroup(_) => {
                Self::of_head(graph)
            }
            Edit::SetPackage { name, .. } => Self::of_package(graph, name),
            Edit::AddProcess { name, .. }
            | Edit::RemoveProcessOnly(name)
            | Edit::ChangeProcess { name, .. }
            | Edit::RenameProcessOnly { from: name, .. } => graph
                .processes
                .get(name)
                .map_or_else(Self::default, |process| Self::of_process(name, process)),
            Edit::RemoveConnector { at } | Edit::ChangeConnector { at, .. } => graph
                .connectors
                .get(*at)
                .map_or_else(Self::default, Self::of_connector),
            Edit::SetExport { side, name, .. }
            | Edit::RenameExport {
                side, from: name, ..
            } => Self::of_export(graph, *side, name),
            Edit::RemoveGroup { at } | Edit::ChangeGroup { at, .. } => graph
                .groups
                .get(*at)
                .map_or_else(Self::default, Self::of_group),
            Edit::SetPosition { process, .. } => Self::of_place(graph, process),
            Edit::SetMeta { key, .. } => Self::of_meta(graph, key),
            Edit::SetComments { place, .. } => match place {
                CommentPlace::Entry(section, key) => Self::of_entry(graph, *section, key),
                _ => Self::of_comments(graph),
            },
            // The inverse of an edit that took comments along; the first is the edit itself.
            Edit::Batch(edits) => edits
                .first()
                .map_or_else(Self::default, |edit| Self::of_slot(graph, edit)),
            Edit::Replace(_) => Self::of_graph(graph),
            Edit::AddConnector { .. }
            | Edit::AddGroup { .. }
            | Edit::RemoveProcess(_)
            | Edit::RenameProcess { .. } => Self::default(),
        }
    }

    fn of_head(graph: &Graph) -> Self {
        Self::of_logic(hash("per_group", &graph.per_group)).plus(Self::of_words(hash(
            "head",
            &(&graph.name, &graph.description),
        )))
    }

    fn of_package(graph: &Graph, name: &str) -> Self {
        let requirement = graph.packages.get(name);
        let own = requirement.map_or(0, |found| hash("package", &(name, found)));
        Self::of_logic(own).plus(Self::of_entry(graph, Section::Packages, name))
    }

    fn of_process(name: &ProcessName, process: &Process) -> Self {
        let mut logic = hash(
            "process",
            &(
                name,
                &process.component,
                &process.worker,
                &process.thread,
                process.on_error,
                process.replicas,
            ),
        );
        for (key, value) in &process.iips {
            logic = logic.wrapping_add(hash("iip", &(name, key, value)));
        }
        let meta: Vec<_> = process.meta.iter().collect();
        let words = (name, &process.label, &process.note, meta, &process.comments);
        Self::of_logic(logic).plus(Self::of_words(hash("process", &words)))
    }

    fn of_connector(wire: &Connector) -> Self {
        let logic = (&wire.from, &wire.to, wire.capacity, wire.when_full);
        let meta: Vec<_> = wire.meta.iter().collect();
        let words = (&wire.from, &wire.to, &wire.note, meta, &wire.comments);
        Self::of_logic(hash("connector", &logic)).plus(Self::of_words(hash("connector", &words)))
    }

    fn of_export(graph: &Graph, side: Side, name: &millstream_graph::PortName) -> Self {
        let (exports, section) = match side {
            Side::In => (&graph.inports, Section::Inports),
            Side::Out => (&graph.outports, Section::Outports),
        };
        let target = exports.get(name);
        let own = target.map_or(0, |target| hash("export", &(side, name, target)));
        Self::of_logic(own).plus(Self::of_entry(graph, section, name.as_str()))
    }

    fn of_group(group: &Group) -> Self {
        let meta: Vec<_> = group.meta.iter().collect();
        let all = (
            &group.name,
            &group.processes,
            &group.note,
            meta,
            &group.comments,
        );
        Self::of_words(hash("group", &all))
    }

    fn of_meta(graph: &Graph, key: &str) -> Self {
        let own = graph.meta.get(key);
        let own = own.map_or(0, |value| hash("meta", &(key, value)));
        Self::of_words(own).plus(Self::of_entry(graph, Section::Meta, key))
    }

    fn of_place(graph: &Graph, name: &ProcessName) -> Self {
        let place = graph.layout.get(name);
        let layout = place.map_or(0, |place| {
            // Zero has two signs, which a file tells apart no more than a reader does.
            hash(
                "place",
                &(name, (place.x + 0.0).to_bits(), (place.y + 0.0).to_bits()),
            )
        });
        Self {
            logic: 0,
            words: 0,
            layout,
        }
        .plus(Self::of_entry(graph, Section::Layout, name.as_str()))
    }

    /// Comments of an entry that is a plain value.
    fn of_entry(graph: &Graph, section: Section, key: &str) -> Self {
        if graph.comments.entries.is_empty() {
            return Self::default();
        }
        let comments = graph.comments.entries.get(&(section, key.to_owned()));
        Self::of_words(comments.map_or(0, |found| hash("entry", &(section, key, found))))
    }

    /// Comments that belong to no entry.
    fn of_comments(graph: &Graph) -> Self {
        let all = &graph.comments;
        let mut sum = hash("comments", &(&all.head, &all.end, &all.tail));
        for (section, comments) in &all.before {
            sum = sum.wrapping_add(hash("before", &(section, comments)));
        }
        for (section, comments) in &all.after {
            sum = sum.wrapping_add(hash("after", &(section, comments)));
        }
        Self::of_words(sum)
    }
}

/// The hash of an entry; `kind` keeps entries of different kinds apart.
fn hash(kind: &str, entry: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    entry.hash(&mut hasher);
    hasher.finish()
}
