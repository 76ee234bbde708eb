//! From a case to a part of a graph with packets for its ports.

use std::fmt::Write as _;
use std::time::Duration;

use millstream_component::Registry;
use millstream_connector::PipeKind;
use millstream_engine::{Plan, PlanOptions};
use millstream_graph::file::cases::{Case, Packets, Subject};
use millstream_graph::{Cut, Flat, FlatEnd, Severity, flatten};
use millstream_packet::Packet;

use crate::catalog::catalog_for;
use crate::exit::{Exit, Fault};
use crate::findings::Checking;
use crate::load::Loader;
use crate::overrides::{Changes, Known, change_flat, change_graph};
use crate::ports::{Side, find_port, position};
use crate::recording::read::Rows;
use crate::select::{IipArg, parse_duration};
use crate::trial::find::TestFile;
use crate::trial::{Hall, Job};

/// The process of a component that is tested on its own.
const LONE: &str = "it";

/// A case that can be run.
pub(super) struct Staged<'a> {
    /// What runs.
    pub(super) part: Flat,
    /// All components.
    pub(super) registry: &'a Registry,
    /// How.
    pub(super) options: PlanOptions,
    /// Packets for the in-ports of the part, in their order.
    pub(super) inputs: Vec<Vec<Packet>>,
    /// How long it may take.
    pub(super) limit: Duration,
    /// The process that is to fail.
    pub(super) fails: Option<String>,
}

impl Staged<'_> {
    /// What the engine runs.
    pub(super) fn plan(&self) -> Result<Plan, Fault> {
        let plan = Plan::new(&self.part, self.registry, self.options.clone());
        plan.map_err(|error| Fault::new(Exit::Invalid, error.to_string()))
    }
}

/// Makes a case ready.
///
/// # Errors
///
/// Fails when the graph or a recording cannot be read, the graph is wrong, or a port does not exist.
pub(super) fn stage<'a>(job: &Job<'_>, hall: Hall<'a>) -> Result<Staged<'a>, Fault> {
    let Job { file, case, .. } = *job;
    let loader = open(file, case, hall.registry)?;
    let whole = flat(file, case, &loader, hall.registry)?;
    let cut = cut(file, case, &whole, hall.registry)?;
    let fails = case
        .fails
        .as_ref()
        .map(|fails| process_name(file, fails.process.as_deref()));
    let options = PlanOptions {
        threads: 1,
        pipe: PipeKind::Best,
        seed: u64::from(case.seed),
        doors: true,
    };
    Ok(Staged {
        part: whole.part(&cut),
        registry: hall.registry,
        options,
        inputs: packets(file, case)?,
        limit: limit(file, case, hall.limit)?,
        fails: fails.transpose()?,
    })
}

fn limit(file: &TestFile, case: &Case, usual: Duration) -> Result<Duration, Fault> {
    let Some((text, span)) = &case.timeout else {
        return Ok(usual);
    };
    parse_duration(text).map_err(|why| at(file, span, Fault::new(Exit::Invalid, why)))
}

/// The graph that is tested, or one round the component.
fn open(file: &TestFile, case: &Case, registry: &Registry) -> Result<Loader, Fault> {
    match &file.suite.subject {
        Subject::Graph(name) => Loader::open(&file.beside(name))
            .map_err(|fault| at(file, &file.suite.subject_span, fault)),
        Subject::Component(name) if registry.get(name).is_none() => {
            let text = format!("there is no component `{name}`");
            let fault = Fault::new(Exit::Invalid, text).help("`millstream components` lists them");
            Err(at(file, &file.suite.subject_span, fault))
        }
        Subject::Component(name) => Loader::of_text(name, around(name, case, registry)),
    }
}

/// A graph round a component that offers the ports of a case and what the component must have connected.
fn around(component: &str, case: &Case, registry: &Registry) -> String {
    let mut text = format!(
        "Graph(format: 1, name: {component:?}, processes: {{ \"{LONE}\": Process(component: {component:?}) }}, inports: {{"
    );
    let offer = |text: &mut String, at: usize, port: &str| {
        // Writing to a string cannot fail.
        let _infallible = write!(text, " \"p{at}\": {:?},", format!("{LONE}.{port}"));
    };
    for (at, port) in case.inputs.keys().enumerate() {
        offer(&mut text, at, port);
    }
    text.push_str(" }, outports: {");
    let spec = registry
        .get(component)
        .map(millstream_component::Definition::spec);
    let required = spec.iter().flat_map(|spec| &spec.out_ports);
    let required = required.filter(|port| port.required).map(|port| {
        if port.array {
            format!("{}[0]", port.name)
        } else {
            port.name.clone()
        }
    });
    let mut ports: Vec<String> = case.outputs.keys().cloned().chain(required).collect();
    ports.sort();
    ports.dedup();
    for (at, port) in ports.iter().enumerate() {
        offer(&mut text, at, port);
    }
    text.push_str(" })");
    text
}

/// The whole graph, checked, with the values of the case.
fn flat(file: &TestFile, case: &Case, loader: &Loader, registry: &Registry) -> Result<Flat, Fault> {
    let (sources, _) = loader.all();
    let catalog = &catalog_for(registry, &sources);
    let known = Known { catalog, loader };
    let iips = iips(file, case)?;
    let changes = Changes {
        iips: &iips,
        capacity: &[],
    };
    let here = |fault| at(file, &case.span, fault);
    let graph = change_graph(changes, known).map_err(here)?;
    let messages = Checking { loader, registry }.with(&graph, catalog, |_| true);
    let is_error = |message: &crate::message::Message| message.severity == Severity::Error;
    let errors = messages.iter().filter(|message| is_error(message)).count();
    if let Some(mut first) = messages.into_iter().find(is_error) {
        if errors > 1 {
            first.notes.push(format!("and {} more errors", errors - 1));
        }
        let exit = Exit::Invalid;
        let message = Box::new(first);
        return Err(Fault { exit, message });
    }
    let mut flat = flatten(&graph, loader)
        .map_err(|error| here(Fault::new(Exit::Invalid, error.to_string())))?;
    change_flat(&mut flat, changes, known).map_err(here)?;
    Ok(flat)
}

fn iips(file: &TestFile, case: &Case) -> Result<Vec<IipArg>, Fault> {
    let parse = |(port, value): (&String, &String)| {
        let text = format!("{}={value}", port_name(file, port));
        let iip = text.parse::<IipArg>();
        iip.map_err(|why| at(file, &case.span, Fault::new(Exit::Invalid, why)))
    };
    case.iips.iter().map(parse).collect()
}

/// Where the graph is cut for a case.
fn cut(file: &TestFile, case: &Case, whole: &Flat, registry: &Registry) -> Result<Cut, Fault> {
    let find = |side, port: &str, span| -> Result<FlatEnd, Fault> {
        let found = find_port(whole, registry, side, &port_name(file, port));
        found.map_err(|fault| at(file, span, fault))
    };
    let inputs = case
        .inputs
        .iter()
        .map(|(port, input)| find(Side::In, port, &input.span));
    let outputs = case
        .outputs
        .iter()
        .map(|(port, output)| find(Side::Out, port, &output.span));
    let wanted = case.fails.iter().map(|fails| {
        let name = process_name(file, fails.process.as_deref())?;
        position(whole, &name).map_err(|fault| at(file, &fails.span, fault))
    });
    Ok(Cut {
        inputs: inputs.collect::<Result<_, _>>()?,
        outputs: outputs.collect::<Result<_, _>>()?,
        wanted: wanted.collect::<Result<_, _>>()?,
    })
}

/// Ports of a component have no process before them in a case.
fn port_name(file: &TestFile, port: &str) -> String {
    match &file.suite.subject {
        Subject::Graph(_) => port.to_owned(),
        Subject::Component(_) => format!("{LONE}.{port}"),
    }
}

fn process_name(file: &TestFile, name: Option<&str>) -> Result<String, Fault> {
    match (&file.suite.subject, name) {
        (Subject::Component(_), None) => Ok(LONE.to_owned()),
        (_, Some(name)) => Ok(name.to_owned()),
        (Subject::Graph(_), None) => {
            let text = "the expected failure names no process";
            Err(Fault::new(Exit::Invalid, text)
                .help("write Failure(process: \"name\", message: \"…\")"))
        }
    }
}

fn packets(file: &TestFile, case: &Case) -> Result<Vec<Vec<Packet>>, Fault> {
    let read = |input: &millstream_graph::file::cases::Input| match &input.packets {
        Packets::Given(packets) => Ok(packets.clone()),
        Packets::Recorded {
            file: recording,
            connector,
        } => {
            let read = recorded(file, recording, connector.as_deref());
            read.map_err(|fault| at(file, &input.span, fault))
        }
    };
    case.inputs.values().map(read).collect()
}

fn recorded(file: &TestFile, name: &str, connector: Option<&str>) -> Result<Vec<Packet>, Fault> {
    let mut rows = Rows::open(&file.beside(name))?;
    let selector = connector
        .map(str::parse)
        .transpose()
        .map_err(Fault::usage)?;
    let connector = rows.connector(selector.as_ref())?;
    let mut packets = Vec::new();
    while let Some(timed) = rows.next(&connector)? {
        packets.push(timed.packet);
    }
    Ok(packets)
}

/// The same fault, told with its place in the file with the cases, if it has none.
fn at(file: &TestFile, span: &std::ops::Range<usize>, mut fault: Fault) -> Fault {
    if fault.message.excerpts.is_empty() {
        fault.message.point_at(&file.source, span.clone(), None);
    }
    fault
}
