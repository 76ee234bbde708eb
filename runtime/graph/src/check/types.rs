//! Rules about types: what flows through connectors, and values on ports.

use millstream_packet::{Fit, Value};

use crate::check::codes::Code;
use crate::check::convert::conversion;
use crate::check::finding::Place;
use crate::check::report::Report;
use crate::check::schema;
use crate::check::site::{PortLookup, Site};
use crate::edit::Side;
use crate::spec::PortSpec;

pub(super) fn check(site: &Site<'_>, report: &mut Report) {
    connectors(site, report);
    values(site, report);
}

fn connectors(site: &Site<'_>, report: &mut Report) {
    for (at, connector, from, to) in site.connectors() {
        let (Some(writer), Some(reader)) = (
            site.port_at(Some(from), Side::Out, &connector.from),
            site.port_at(Some(to), Side::In, &connector.to),
        ) else {
            continue;
        };
        let (sent, taken) = (&writer.port_type, &reader.port_type);
        if sent.fits(taken) == Fit::Never {
            report.add(Code::TypeMismatch, Place::Connector(at), || {
                let (from, to) = (&connector.from, &connector.to);
                let message = format!("`{from}` sends {sent}, but `{to}` takes {taken}");
                let help = conversion(sent, taken).map(|found| {
                    format!(
                        "put {} between them: {from} -> {} -> {to}",
                        found.component, found.component
                    )
                });
                (message, help)
            });
        }
        let workers = (&site.process(from).worker, &site.process(to).worker);
        if (sent.is_opaque() || taken.is_opaque()) && workers.0 != workers.1 {
            report.add(Code::OpaqueCrossesWorkers, Place::Connector(at), || {
                let opaque = if sent.is_opaque() { sent } else { taken };
                let name = |worker: &Option<String>| match worker {
                    Some(worker) => format!("worker `{worker}`"),
                    None => "the default worker".to_owned(),
                };
                let message = format!(
                    "`{connector}` carries {opaque} values from {} to {}; they cannot leave their worker",
                    name(workers.0),
                    name(workers.1)
                );
                (message, Some("give both processes the same worker, or convert to bytes or a record".to_owned()))
            });
        }
    }
}

fn values(site: &Site<'_>, report: &mut Report) {
    for (at, (name, process)) in site.graph.processes.iter().enumerate() {
        for (key, value) in &process.iips {
            let PortLookup::Known(port) = site.port(at, Side::In, &key.port) else {
                continue;
            };
            if let Some(problem) = value_problem(port, &key.to_string(), value) {
                report.add(
                    Code::BadValue,
                    Place::Iip(name.clone(), key.clone()),
                    || (format!("process `{name}`: {problem}"), help(port, value)),
                );
            }
        }
    }
}

/// What is wrong with a value on an in-port, judged by the port's type and schema; `name` is what the message calls it.
pub fn value_problem(port: &PortSpec, name: &str, value: &Value) -> Option<String> {
    if !port.port_type.accepts(value) {
        return Some(format!(
            "`{name}` is {}, but must be {}",
            schema::show(value),
            port.port_type
        ));
    }
    let setting = port.setting.as_ref()?;
    schema::validate(&setting.schema, value, name)
}

/// Text in place of a number, and the reverse, are the usual mistakes.
fn help(port: &PortSpec, value: &Value) -> Option<String> {
    use millstream_packet::Kind;
    if port.port_type.accepts(value) {
        return None;
    }
    if let Some(text) = value.as_text() {
        let number = text.parse::<f64>().is_ok()
            && (port.port_type.has(Kind::Int) || port.port_type.has(Kind::Float));
        let flag = matches!(text, "true" | "false") && port.port_type.has(Kind::Bool);
        return (number || flag).then(|| format!("without quotes: {text}"));
    }
    if port.port_type.has(Kind::Text) {
        return match value.kind() {
            Kind::Int | Kind::Float | Kind::Bool => Some(format!("in quotes: \"{value:?}\"")),
            _ => None,
        };
    }
    None
}
