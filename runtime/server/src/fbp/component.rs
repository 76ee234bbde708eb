//! Sub-protocol `component`: which components there are, and the source of those that are graphs or scripts.
//!
//! A served graph with exported ports is a component, called by how a graph file refers to it: `./name.ron`. By that name
//! its source is the graph file; by the graph's own name it is a JSON graph, which is what clients ask for that want to draw
//! it. A graph that holds nothing but a script has the script as its source.

use std::sync::Arc;

use millstream_graph::exchange::{
    Case, ComponentMap, ImportFormat, ImportOptions, import, write_json,
};
use millstream_graph::{
    ComponentRef, Graph, PortKey, PortName, PortRef, Process, ProcessName, file,
};
use millstream_packet::Value;
use millstream_protocol::Response;
use millstream_protocol::fbp::component::{self as wire, Request, Source};

use super::runtime::spec_of;
use crate::convert::component_of;
use crate::folder::Folder;
use crate::resolve::name_of;
use crate::server::ScriptHost;
use crate::session::{Refusal, Session};
use crate::state::parse;

/// Does what a request says.
pub(super) fn handle(session: &mut Session, request: Request) -> Result<(), Refusal> {
    match request {
        Request::List(_) => {
            list(session);
            Ok(())
        }
        Request::GetSource(about) => get_source(session, &about.name),
        Request::Source(source) => set_source(session, &source),
    }
}

fn list(session: &mut Session) {
    let state = Arc::clone(&session.state);
    let mut components: Vec<wire::Component> = state
        .catalog
        .iter()
        .map(|spec| component_of(spec, false))
        .collect();
    for served in state.all() {
        let has_ports = {
            let inner = served.lock();
            !(inner.graph.inports.is_empty() && inner.graph.outports.is_empty())
        };
        if has_ports {
            let spec = spec_of(&state, &served, &reference(&served.id));
            components.push(component_of(&spec, true));
        }
    }
    let count = components.len();
    for component in components {
        let response = wire::Response::Component(Box::new(component));
        session.tell(Response::Component(response));
    }
    let ready = wire::Response::ComponentsReady(count);
    session.answer(Response::Component(ready));
}

/// How a graph file refers to a graph.
fn reference(id: &str) -> String {
    format!("./{}", Folder::file_of(id))
}

fn get_source(session: &mut Session, name: &str) -> Result<(), Refusal> {
    let as_component = name_of(name, "");
    let is_component = as_component.is_some();
    let id = as_component.unwrap_or_else(|| name.to_owned());
    let Some(served) = session.state.find(&id) else {
        let known = session.state.catalog.get(name).is_some();
        return Err(Refusal::from(if known {
            format!("`{name}` comes with Millstream; its source is not shown here")
        } else {
            format!("there is no component `{name}`")
        }));
    };
    let graph = served.lock().graph.clone();
    let host = session.state.options.script.as_ref();
    let (language, code) = match host.and_then(|host| script_of(&graph, host)) {
        Some((language, script)) => (language, script),
        None if is_component => ("ron".to_owned(), file::write(&graph)),
        None => ("json".to_owned(), write_json(&graph).text),
    };
    let source = Source {
        name: name.to_owned(),
        language,
        library: None,
        code,
        tests: None,
    };
    session.answer(Response::Component(wire::Response::Source(source)));
    Ok(())
}

/// Makes a graph of a source: a new one, or in place of the one that there is.
fn set_source(session: &mut Session, source: &Source) -> Result<(), Refusal> {
    let state = Arc::clone(&session.state);
    let id = name_of(&source.name, "").unwrap_or_else(|| match &source.library {
        Some(library) if !library.is_empty() => format!("{library}/{}", source.name),
        _ => source.name.clone(),
    });
    if state.catalog.get(&id).is_some() {
        return Err(Refusal::from(format!(
            "`{id}` comes with Millstream and cannot be replaced"
        )));
    }
    let mut graph = graph_of(session, source, &id)?;
    if graph.name.is_empty() {
        graph.name.clone_from(&source.name);
    }
    let served = state
        .find_or_add(&id, Graph::default, false)
        .map_err(|error| Refusal::from(error.to_string()))?;
    {
        let mut inner = served.lock();
        inner.graph = graph;
        inner.changed = true;
    }
    let spec = spec_of(&state, &served, &reference(&id));
    let component = wire::Response::Component(Box::new(component_of(&spec, true)));
    let response = Response::Component(component);
    served.tell(Some(&response), None, Some(session.id()));
    session.answer(response);
    Ok(())
}

fn graph_of(session: &Session, source: &Source, id: &str) -> Result<Graph, Refusal> {
    let refused = |error: String| Refusal::from(error);
    let host = session.state.options.script.as_ref();
    match source.language.as_str() {
        "ron" => {
            parse(&Folder::file_of(id), &source.code).map_err(|error| refused(error.to_string()))
        }
        "json" => imported(session, ImportFormat::Json, &source.code),
        "fbp" => imported(session, ImportFormat::Fbp, &source.code),
        language => match host.filter(|host| host.language == language) {
            Some(host) => script_graph(host, &source.code).map_err(refused),
            None => Err(refused(format!(
                "`{language}` is not spoken here: ron, json and fbp are graphs{}",
                host.map_or_else(String::new, |host| format!(
                    ", {} is a script",
                    host.language
                ))
            ))),
        },
    }
}

fn imported(session: &Session, format: ImportFormat, text: &str) -> Result<Graph, Refusal> {
    let catalog = &session.state.catalog;
    let options = ImportOptions {
        components: &ComponentMap::default(),
        spec_of: &|component: &ComponentRef| catalog.get_shared(component.as_str()),
        case: Case::AsTheFileSays,
    };
    match import(format, text, &options) {
        Ok(imported) => Ok(imported.graph),
        Err(error) => Err(Refusal::from(format!(
            "{}:{}: {}",
            error.line, error.column, error.message
        ))),
    }
}

/// The name of the process that runs the script of a graph that is one.
const SCRIPT: &str = "script";

/// A graph that is nothing but a script.
fn script_graph(host: &ScriptHost, script: &str) -> Result<Graph, String> {
    let port = |text: &str| PortName::new(text).map_err(|error| error.to_string());
    let name = ProcessName::new(SCRIPT).map_err(|error| error.to_string())?;
    let component: ComponentRef = host.component.parse().map_err(|error| format!("{error}"))?;
    let mut process = Process::new(component);
    let setting = PortKey::of(port(&host.setting)?);
    process.iips.insert(setting, Value::from(script));
    let end = |port| PortRef::new(name.clone(), PortKey::of(port));
    let (input, output) = (port(&host.input)?, port(&host.output)?);
    let mut graph = Graph::default();
    graph.inports.insert(input.clone(), end(input));
    graph.outports.insert(output.clone(), end(output));
    graph.processes.insert(name, process);
    Ok(graph)
}

/// The script of a graph that is nothing but one, with its language.
fn script_of(graph: &Graph, host: &ScriptHost) -> Option<(String, String)> {
    let (_, process) = graph
        .processes
        .first()
        .filter(|_| graph.processes.len() == 1)?;
    let is_script = process.component.as_ref()?.as_str() == host.component;
    let mut values = process.iips.iter().filter(|_| is_script);
    let (_, script) = values.find(|(key, _)| key.port == *host.setting)?;
    let is_alone = process.iips.len() == 1 && graph.connectors.is_empty();
    let script = script.as_text().filter(|_| is_alone)?;
    Some((host.language.clone(), script.to_owned()))
}
