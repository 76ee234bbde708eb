//! From a change as the wire has it to edits of the model, and to what is answered.

use millstream_graph::{
    ComponentRef, Connector, Edit, Graph, Group, PortKey, PortName, PortRef, Process,
    ProcessChange, ProcessName, Side,
};
use millstream_protocol::fbp::graph::{
    AddNode, ChangeGroup, ChangeNode, Data, Edge, Export, Group as WireGroup, Initial, Message,
    RemoveEdge, RemoveExport, RemoveGroup, RemoveInitial, RemoveNode, Rename,
};

use super::metadata;
use crate::convert::{end_of, json_of, port_of, value_of};

/// What a change does, and what is told when it is done: the last message is the answer.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) edits: Vec<Edit>,
    pub(super) told: Vec<Message>,
    /// Whether exported ports change.
    pub(super) moves_ports: bool,
}

type Changed = Result<Change, String>;

impl Change {
    fn new(edits: Vec<Edit>, answer: Message) -> Self {
        Self {
            edits,
            told: vec![answer],
            moves_ports: false,
        }
    }

    fn of_ports(edit: Edit, answer: Message) -> Self {
        Self {
            moves_ports: true,
            ..Self::new(vec![edit], answer)
        }
    }
}

/// Finds out what a change does to a graph.
///
/// # Errors
///
/// Fails when it names what is not there, or what has no name here.
pub(super) fn translate(graph: &Graph, message: Message) -> Changed {
    match message {
        Message::AddNode(node) => add_node(node),
        Message::RemoveNode(node) => remove_node(graph, node),
        Message::RenameNode(rename) => rename_node(rename),
        Message::ChangeNode(node) => change_node(graph, node),
        Message::AddEdge(edge) => add_edge(graph, edge),
        Message::RemoveEdge(edge) => remove_edge(graph, edge),
        Message::ChangeEdge(edge) => change_edge(graph, edge),
        Message::AddInitial(initial) => add_initial(graph, initial),
        Message::RemoveInitial(initial) => remove_initial(graph, initial),
        Message::AddInport(export) => add_export(graph, Side::In, export),
        Message::AddOutport(export) => add_export(graph, Side::Out, export),
        Message::RemoveInport(export) => remove_export(Side::In, export),
        Message::RemoveOutport(export) => remove_export(Side::Out, export),
        Message::RenameInport(rename) => rename_export(Side::In, rename),
        Message::RenameOutport(rename) => rename_export(Side::Out, rename),
        Message::AddGroup(group) => add_group(group),
        Message::RemoveGroup(group) => remove_group(graph, group),
        Message::RenameGroup(rename) => rename_group(graph, rename),
        Message::ChangeGroup(group) => change_group(graph, group),
        Message::Clear(_) | Message::Error(_) => Err("this is no change of a graph".to_owned()),
    }
}

fn process_name(text: &str) -> Result<ProcessName, String> {
    ProcessName::new(text).map_err(|error| error.to_string())
}

fn port_name(text: &str) -> Result<PortName, String> {
    PortName::new(text).map_err(|error| error.to_string())
}

fn known<'g>(graph: &'g Graph, name: &ProcessName) -> Result<&'g Process, String> {
    let process = graph.processes.get(name);
    process.ok_or_else(|| format!("there is no process `{name}`"))
}

fn add_node(mut node: AddNode) -> Changed {
    let name = process_name(&node.id)?;
    let component: ComponentRef = node.component.parse().map_err(|error| format!("{error}"))?;
    let process = Process::new(component);
    let metadata = node.metadata.get_or_insert_default().clone();
    let mut edits = vec![Edit::AddProcess {
        name: name.clone(),
        process: Box::new(process.clone()),
        at: None,
    }];
    edits.extend(metadata::to_node(&name, &process, None, metadata)?);
    Ok(Change::new(edits, Message::AddNode(node)))
}

/// Tells of all that hung on the node before the node itself.
fn remove_node(graph: &Graph, node: RemoveNode) -> Changed {
    let name = process_name(&node.id)?;
    let process = known(graph, &name)?;
    let is_on = |end: &PortRef| end.process == name;
    let edges = graph.connectors.iter();
    let edges = edges.filter(|connector| is_on(&connector.from) || is_on(&connector.to));
    let mut told: Vec<Message> = edges
        .map(|connector| {
            Message::RemoveEdge(RemoveEdge {
                src: port_of(&connector.from),
                tgt: port_of(&connector.to),
                graph: node.graph.clone(),
            })
        })
        .collect();
    told.extend(process.iips.iter().map(|(key, value)| {
        Message::RemoveInitial(RemoveInitial {
            src: Some(Data {
                data: json_of(value),
            }),
            tgt: port_of(&PortRef::new(name.clone(), key.clone())),
            graph: node.graph.clone(),
        })
    }));
    let export = |public: &PortName| RemoveExport {
        public: public.to_string(),
        graph: node.graph.clone(),
    };
    let ins = graph.inports.iter().filter(|(_, end)| is_on(end));
    told.extend(ins.map(|(public, _)| Message::RemoveInport(export(public))));
    let outs = graph.outports.iter().filter(|(_, end)| is_on(end));
    told.extend(outs.map(|(public, _)| Message::RemoveOutport(export(public))));
    let moves_ports = graph
        .inports
        .values()
        .chain(graph.outports.values())
        .any(is_on);
    told.push(Message::RemoveNode(node));
    Ok(Change {
        edits: vec![Edit::RemoveProcess(name)],
        told,
        moves_ports,
    })
}

fn rename_node(rename: Rename) -> Changed {
    let edit = Edit::RenameProcess {
        from: process_name(&rename.from)?,
        to: process_name(&rename.to)?,
    };
    Ok(Change::new(vec![edit], Message::RenameNode(rename)))
}

fn change_node(graph: &Graph, mut node: ChangeNode) -> Changed {
    let name = process_name(&node.id)?;
    let process = known(graph, &name)?;
    let merged = metadata::merge(metadata::of_node(graph, &name), node.metadata.as_ref());
    let edits = metadata::to_node(&name, process, graph.layout.get(&name), merged.clone())?;
    node.metadata = Some(merged);
    Ok(Change::new(edits, Message::ChangeNode(node)))
}

fn add_edge(graph: &Graph, mut edge: Edge) -> Changed {
    let (from, to) = (end_of(&edge.src)?, end_of(&edge.tgt)?);
    known(graph, &from.process)?;
    known(graph, &to.process)?;
    if position(graph, &from, &to).is_ok() {
        return Err(format!("there is already an edge {from} -> {to}"));
    }
    let mut connector = Connector::new(from, to);
    let metadata = edge.metadata.get_or_insert_default();
    // As clients of noflo-ui send it: null is as if it were not there.
    metadata.retain(|_, value| !value.is_null());
    let changes = metadata::to_edge(&connector, metadata.clone())?;
    let at = graph.connectors.len();
    let mut edits = vec![Edit::AddConnector {
        connector: Box::new(connector.clone()),
        at: None,
    }];
    connector.comments.clear();
    edits.extend(
        changes
            .into_iter()
            .map(|change| Edit::ChangeConnector { at, change }),
    );
    Ok(Change::new(edits, Message::AddEdge(edge)))
}

fn position(graph: &Graph, from: &PortRef, to: &PortRef) -> Result<usize, String> {
    let mut connectors = graph.connectors.iter();
    let at = connectors.position(|connector| connector.from == *from && connector.to == *to);
    at.ok_or_else(|| format!("there is no edge {from} -> {to}"))
}

fn remove_edge(graph: &Graph, edge: RemoveEdge) -> Changed {
    let at = position(graph, &end_of(&edge.src)?, &end_of(&edge.tgt)?)?;
    let edit = Edit::RemoveConnector { at };
    Ok(Change::new(vec![edit], Message::RemoveEdge(edge)))
}

fn change_edge(graph: &Graph, mut edge: Edge) -> Changed {
    let at = position(graph, &end_of(&edge.src)?, &end_of(&edge.tgt)?)?;
    let connector = &graph.connectors[at];
    let merged = metadata::merge(metadata::of_edge(connector), edge.metadata.as_ref());
    let changes = metadata::to_edge(connector, merged.clone())?;
    let edits = changes
        .into_iter()
        .map(|change| Edit::ChangeConnector { at, change })
        .collect();
    edge.metadata = Some(merged);
    Ok(Change::new(edits, Message::ChangeEdge(edge)))
}

fn set_value(to: PortRef, value: Option<millstream_packet::Value>) -> Edit {
    let port = to.key();
    Edit::ChangeProcess {
        name: to.process,
        change: ProcessChange::Iip {
            port,
            value,
            at: None,
        },
    }
}

fn add_initial(graph: &Graph, mut initial: Initial) -> Changed {
    let to = end_of(&initial.tgt)?;
    known(graph, &to.process)?;
    let edit = set_value(to, Some(value_of(&initial.src.data)?));
    initial.metadata.get_or_insert_default();
    Ok(Change::new(vec![edit], Message::AddInitial(initial)))
}

fn remove_initial(graph: &Graph, mut initial: RemoveInitial) -> Changed {
    let to = end_of(&initial.tgt)?;
    let key: PortKey = to.key();
    let Some(value) = known(graph, &to.process)?.iips.get(&key) else {
        return Err(format!("there is no value on {to}"));
    };
    initial.src = Some(Data {
        data: json_of(value),
    });
    let edit = set_value(to, None);
    Ok(Change::new(vec![edit], Message::RemoveInitial(initial)))
}

fn add_export(graph: &Graph, side: Side, mut export: Export) -> Changed {
    let process = process_name(&export.node)?;
    known(graph, &process)?;
    let key = PortKey::of(port_name(&export.port)?);
    let edit = Edit::SetExport {
        side,
        name: port_name(&export.public)?,
        target: Some(PortRef::new(process, key)),
        at: None,
    };
    export.metadata = None;
    let answer = match side {
        Side::In => Message::AddInport(export),
        Side::Out => Message::AddOutport(export),
    };
    Ok(Change::of_ports(edit, answer))
}

fn remove_export(side: Side, export: RemoveExport) -> Changed {
    let edit = Edit::SetExport {
        side,
        name: port_name(&export.public)?,
        target: None,
        at: None,
    };
    let answer = match side {
        Side::In => Message::RemoveInport(export),
        Side::Out => Message::RemoveOutport(export),
    };
    Ok(Change::of_ports(edit, answer))
}

fn rename_export(side: Side, rename: Rename) -> Changed {
    let edit = Edit::RenameExport {
        side,
        from: port_name(&rename.from)?,
        to: port_name(&rename.to)?,
    };
    let answer = match side {
        Side::In => Message::RenameInport(rename),
        Side::Out => Message::RenameOutport(rename),
    };
    Ok(Change::of_ports(edit, answer))
}

fn add_group(mut wire: WireGroup) -> Changed {
    let processes = wire.nodes.iter().map(|node| process_name(node));
    let mut group = Group {
        name: wire.name.clone(),
        processes: processes.collect::<Result<_, _>>()?,
        ..Group::default()
    };
    metadata::to_group(&mut group, wire.metadata.get_or_insert_default().clone())?;
    let edit = Edit::AddGroup {
        group: Box::new(group),
        at: None,
    };
    Ok(Change::new(vec![edit], Message::AddGroup(wire)))
}

fn group_at(graph: &Graph, name: &str) -> Result<usize, String> {
    let at = graph.groups.iter().position(|group| group.name == name);
    at.ok_or_else(|| format!("there is no group `{name}`"))
}

fn remove_group(graph: &Graph, group: RemoveGroup) -> Changed {
    let at = group_at(graph, &group.name)?;
    let edit = Edit::RemoveGroup { at };
    Ok(Change::new(vec![edit], Message::RemoveGroup(group)))
}

fn rename_group(graph: &Graph, rename: Rename) -> Changed {
    let at = group_at(graph, &rename.from)?;
    let mut group = graph.groups[at].clone();
    group.name.clone_from(&rename.to);
    let edit = Edit::ChangeGroup {
        at,
        group: Box::new(group),
    };
    Ok(Change::new(vec![edit], Message::RenameGroup(rename)))
}

fn change_group(graph: &Graph, mut change: ChangeGroup) -> Changed {
    let at = group_at(graph, &change.name)?;
    let mut group = graph.groups[at].clone();
    let merged = metadata::merge(metadata::of_group(&group), change.metadata.as_ref());
    metadata::to_group(&mut group, merged.clone())?;
    change.metadata = Some(merged);
    let edit = Edit::ChangeGroup {
        at,
        group: Box::new(group),
    };
    Ok(Change::new(vec![edit], Message::ChangeGroup(change)))
}
