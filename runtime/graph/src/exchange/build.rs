//! From what an import has found to a graph: legal names, our components, and ports that are used as ours may be.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::exchange::draft::{Draft, DraftGroup, DraftProcess, End, Export, Link, Source};
use crate::exchange::fbp::last_part;
use crate::exchange::repair;
use crate::exchange::{Case, ImportOptions, Imported, Notice};
use crate::model::{Graph, Group, Process};
use crate::names::{ComponentRef, PortKey, PortName, PortRef, ProcessName, Taken};

/// Where a process keeps the name of a component that is no name of ours.
pub(super) const ORIGINAL: &str = "imported_component";

/// Makes a graph of a draft.
pub(super) fn build(mut draft: Draft, options: &ImportOptions<'_>) -> Imported {
    let keeps_case = options.case == Case::Keep || draft.keeps_case;
    let links = std::mem::take(&mut draft.links);
    let processes = std::mem::take(&mut draft.processes);
    let mut builder = Builder {
        options,
        keeps_case,
        graph: std::mem::take(&mut draft.graph),
        notices: std::mem::take(&mut draft.notices),
        taken: Taken::default(),
        names: HashMap::new(),
        theirs: HashMap::new(),
        components: BTreeMap::new(),
        families: Taken::default(),
        ports: BTreeSet::new(),
    };
    builder.processes(processes);
    builder.links(links);
    builder.exports(draft.inports, draft.outports);
    builder.groups(draft.groups);
    builder.values();
    Imported {
        graph: builder.graph,
        notices: builder.notices,
    }
}

struct Builder<'a> {
    options: &'a ImportOptions<'a>,
    keeps_case: bool,
    graph: Graph,
    notices: Vec<Notice>,
    /// Names of processes in use.
    taken: Taken,
    /// Our names for the processes of the other tool.
    names: HashMap<String, ProcessName>,
    /// What the other tool calls their components.
    theirs: HashMap<String, String>,
    /// Our names for components that are none of ours, so that each is told of once.
    components: BTreeMap<String, ComponentRef>,
    families: Taken,
    /// Ports that were told of.
    ports: BTreeSet<String>,
}

impl Builder<'_> {
    fn processes(&mut self, processes: IndexMap<String, DraftProcess>) {
        let called = |id: &String, found: &DraftProcess| found.called.clone().unwrap_or(id.clone());
        // Names that are legal come first: no other one takes them.
        for is_legal in [true, false] {
            for (id, found) in &processes {
                let wanted = called(id, found);
                let name = match ProcessName::new(&wanted) {
                    Ok(name) if is_legal => name,
                    Err(_illegal) if !is_legal => ProcessName::legible(&wanted),
                    _ => continue,
                };
                self.names.insert(id.clone(), self.taken.take(name));
            }
        }
        for (id, found) in processes {
            let wanted = called(&id, &found);
            if let Some(name) = self.names.get(&id).cloned() {
                self.process(id, name, &wanted, found);
            }
        }
    }

    fn process(&mut self, id: String, name: ProcessName, wanted: &str, found: DraftProcess) {
        let mut process = found.process;
        if name != *wanted {
            let one_line = wanted.split_whitespace().collect::<Vec<_>>().join(" ");
            let why = if ProcessName::new(wanted).is_ok() {
                "is the name of another process"
            } else {
                "is no name of a process"
            };
            let message = format!("`{one_line}` {why}: it becomes `{name}`");
            self.notices
                .push(Notice::new(message).at(found.span.clone()));
            process.label.get_or_insert(one_line);
        }
        if let Some(theirs) = &found.component {
            let ours = self.component(theirs, &mut process, &found.span);
            process.component = Some(ours);
            self.theirs.insert(id, theirs.clone());
        } else {
            let notice = Notice::new(format!("the process `{name}` has no component"));
            self.notices.push(notice.at(found.span));
        }
        if let Some(at) = found.at {
            self.graph.layout.insert(name.clone(), at);
        }
        self.graph.processes.insert(name, process);
    }

    /// Our component for one of the other tool; the process remembers what it was.
    fn component(
        &mut self,
        theirs: &str,
        process: &mut Process,
        span: &Range<usize>,
    ) -> ComponentRef {
        if let Some(ours) = self.options.components.component(theirs) {
            return ours.clone();
        }
        if let Ok(ours) = theirs.parse::<ComponentRef>() {
            return ours;
        }
        process
            .meta
            .insert(ORIGINAL.to_owned(), Value::from(theirs));
        if let Some(known) = self.components.get(theirs) {
            return known.clone();
        }
        let short = self.families.take(ProcessName::legible(last_part(theirs)));
        let ours = ComponentRef::imported(&short);
        let notice = Notice::new(format!(
            "`{theirs}` is no component of ours: it is called `{ours}`"
        ))
        .at(span.clone())
        .help("name one of ours in the graph, or give the import a map of components");
        self.notices.push(notice);
        self.components.insert(theirs.to_owned(), ours.clone());
        ours
    }

    fn links(&mut self, links: Vec<Link>) {
        let mut values: IndexMap<PortRef, Vec<repair::Initial>> = IndexMap::new();
        for link in links {
            let Some(to) = self.end(&link.target, &link.span) else {
                continue;
            };
            match link.source {
                Source::Value(value) => {
                    let initial = repair::Initial {
                        value,
                        span: link.span,
                    };
                    values.entry(to).or_default().push(initial);
                }
                Source::Port(from) => {
                    if let Some(from) = self.end(&from, &link.span) {
                        self.graph.connectors.push(link.rest.between(from, to));
                    }
                }
            }
        }
        let (graph, notices) = (&mut self.graph, &mut self.notices);
        repair::share_out_ports(graph, notices, &mut self.taken);
        repair::give_values(graph, values, notices, &mut self.taken);
    }

    /// Our name for a port; nothing when there is no such process.
    fn end(&mut self, end: &End, span: &Range<usize>) -> Option<PortRef> {
        let Some(process) = self.names.get(&end.process).cloned() else {
            let message = format!(
                "`{}` is no process of this graph: what leads there is left out",
                end.process
            );
            self.notices.push(Notice::new(message).at(span.clone()));
            return None;
        };
        let port = self.port(&end.process, &end.port, span);
        let index = end.index;
        Some(PortRef::new(process, PortKey { port, index }))
    }

    fn port(&mut self, process: &str, theirs: &str, span: &Range<usize>) -> PortName {
        if let Some(component) = self.theirs.get(process)
            && let Some(ours) = self.options.components.port(component, theirs)
        {
            return ours.clone();
        }
        let port = self.with_case(theirs);
        PortName::new(&port).unwrap_or_else(|_illegal| {
            let legal = PortName::legible(&port);
            if self.ports.insert(port) {
                let message = format!("`{theirs}` is no name of a port: it becomes `{legal}`");
                self.notices.push(Notice::new(message).at(span.clone()));
            }
            legal
        })
    }

    fn with_case(&self, port: &str) -> String {
        if self.keeps_case {
            port.to_owned()
        } else {
            port.to_lowercase()
        }
    }

    fn exports(&mut self, inports: Vec<Export>, outports: Vec<Export>) {
        for (exports, is_in) in [(inports, true), (outports, false)] {
            let mut taken = Taken::default();
            for export in exports {
                let Some(end) = self.end(&export.end, &export.span) else {
                    continue;
                };
                let wanted = self.with_case(&export.name);
                let name = taken.take(PortName::legible(&wanted));
                if name != wanted.as_str() {
                    let message =
                        format!("the graph's port `{}` becomes `{name}`", export.name.trim());
                    self.notices.push(Notice::new(message).at(export.span));
                }
                let ports = if is_in {
                    &mut self.graph.inports
                } else {
                    &mut self.graph.outports
                };
                ports.insert(name, end);
            }
        }
    }

    fn groups(&mut self, groups: Vec<DraftGroup>) {
        for found in groups {
            let mut processes = Vec::with_capacity(found.members.len());
            for id in &found.members {
                if let Some(name) = self.names.get(id) {
                    processes.push(name.clone());
                } else {
                    let group = &found.group.name;
                    let message = format!("`{id}` in the group `{group}` is no process: left out");
                    self.notices.push(Notice::new(message));
                }
            }
            self.graph.groups.push(Group {
                processes,
                ..found.group
            });
        }
    }

    /// Text becomes what a port takes: other tools know no other values.
    fn values(&mut self) {
        for (name, process) in &mut self.graph.processes {
            let Some(spec) = process.component.as_ref().and_then(self.options.spec_of) else {
                continue;
            };
            for (key, value) in &mut process.iips {
                let port = spec.in_port(key.port.as_str());
                let Some(port) = port.filter(|port| !port.port_type.accepts(value)) else {
                    continue;
                };
                let read = value
                    .as_text()
                    .map(|text| Value::from_json(text.as_bytes()));
                if let Some(Ok(read)) = read
                    && port.port_type.accepts(&read)
                {
                    let message = format!(
                        "the text {value:?} on `{name}.{key}` becomes {read:?}, for the port takes {}",
                        port.port_type
                    );
                    self.notices.push(Notice::new(message));
                    *value = read;
                }
            }
        }
    }
}
