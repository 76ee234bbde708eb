//! The rule about texts with a form of their own: whoever knows the form says what is wrong, and where in the text.

use millstream_packet::{PortType, Value};
use serde_json::Value as Json;

use crate::check::codes::Code;
use crate::check::finding::{Place, TextPlace, TextStep};
use crate::check::report::Report;
use crate::check::schema;
use crate::check::site::{PortLookup, PortUse, Site, User};
use crate::edit::Side;
use crate::format::{Around, FormatProblem, FormatText, Formats};
use crate::names::{PortKey, PortName, ProcessName};

/// How deep schemas are followed; a `$ref` to itself would have no end.
const DEPTH_MAX: usize = 64;

pub(super) fn check(site: &Site<'_>, report: &mut Report) {
    let formats = site.catalog.formats();
    if formats.is_empty() {
        return;
    }
    for (at, (name, process)) in site.graph.processes.iter().enumerate() {
        let around = Surroundings { site, process: at };
        for (key, value) in &process.iips {
            let PortLookup::Known(port) = site.port(at, Side::In, &key.port) else {
                continue;
            };
            let Some(setting) = &port.setting else {
                continue;
            };
            // What is of the wrong kind has been told already.
            if schema::validate(&setting.schema, value, "").is_some() {
                continue;
            }
            let mut walk = Walk {
                formats,
                root: &setting.schema,
                path: Vec::new(),
                each: &mut |check, text, path| {
                    let problems = check(&FormatText::new(text, &process.iips, &around));
                    for problem in problems {
                        tell(report, name, key, path, text, problem);
                    }
                },
            };
            walk.visit(&setting.schema, value, 0);
        }
    }
}

/// The graph as one process sees it.
struct Surroundings<'s> {
    site: &'s Site<'s>,
    process: usize,
}

impl Surroundings<'_> {
    /// The connectors into an in-port; nothing for a user that is none.
    fn users(&self, port: &str) -> Vec<Option<usize>> {
        let Ok(port) = port.parse::<PortName>() else {
            return Vec::new();
        };
        let port = PortUse {
            process: self.process,
            side: Side::In,
            port: &port,
            index: None,
        };
        let users = self.site.uses.get(&port).into_iter().flatten();
        let connector = |user: &User<'_>| match user {
            User::Connector(at) => Some(*at),
            User::Iip | User::Export(_) => None,
        };
        users.map(connector).collect()
    }

    /// What comes through a connector.
    fn sent_by(&self, at: usize) -> Option<PortType> {
        let connector = self.site.graph.connectors.get(at)?;
        let (from, _) = *self.site.ends.get(at)?;
        let port = self.site.port_at(from, Side::Out, &connector.from)?;
        Some(port.port_type.clone())
    }
}

impl Around for Surroundings<'_> {
    fn is_used(&self, port: &str) -> bool {
        !self.users(port).is_empty()
    }

    fn sent_to(&self, port: &str) -> PortType {
        let users = self.users(port).into_iter();
        let known: Option<Vec<PortType>> =
            users.map(|connector| self.sent_by(connector?)).collect();
        let all = known.into_iter().flatten().reduce(|all, one| all.or(&one));
        all.unwrap_or(PortType::ANY)
    }
}

fn tell(
    report: &mut Report,
    process: &ProcessName,
    port: &PortKey,
    path: &[TextStep],
    text: &str,
    problem: FormatProblem,
) {
    let place = TextPlace {
        process: process.clone(),
        port: port.clone(),
        path: path.to_vec(),
        text: text.to_owned(),
        start: problem.range.start,
        end: problem.range.end,
    };
    let setting = place.setting();
    report.add(Code::BadText, Place::Text(Box::new(place)), || {
        let message = format!("process `{process}`: `{setting}`: {}", problem.message);
        (message, problem.help)
    });
}

/// What is done with a text that has a known form.
type Each<'w> = dyn FnMut(crate::format::FormatCheck, &str, &[TextStep]) + 'w;

/// Walks through a value along its schema.
struct Walk<'w> {
    formats: &'w Formats,
    root: &'w Json,
    path: Vec<TextStep>,
    each: &'w mut Each<'w>,
}

impl Walk<'_> {
    fn visit(&mut self, schema: &Json, value: &Value, depth: usize) {
        if depth >= DEPTH_MAX {
            return;
        }
        let word = |key: &str| schema.get(key).and_then(Json::as_str);
        if let Some(text) = value.as_text()
            && let Some(check) = word("format").and_then(|format| self.formats.get(format))
        {
            (self.each)(check, text, &self.path);
        }
        if let Some(target) = word("$ref")
            && let Some(target) = self.root.pointer(target.trim_start_matches('#'))
        {
            self.visit(target, value, depth + 1);
        }
        self.elements(schema, value, depth);
        self.fields(schema, value, depth);
        for key in ["allOf", "anyOf", "oneOf"] {
            let alternatives = schema.get(key).and_then(Json::as_array);
            let suits = |one: &&Json| schema::validate_part(self.root, one, value).is_none();
            let meant: Vec<&Json> = alternatives.into_iter().flatten().filter(suits).collect();
            for one in meant {
                self.visit(one, value, depth + 1);
            }
        }
    }

    fn elements(&mut self, schema: &Json, value: &Value, depth: usize) {
        let (Some(items), Some(list)) = (schema.get("items"), value.as_list()) else {
            return;
        };
        for (at, value) in list.iter().enumerate() {
            self.path.push(TextStep::Element(at));
            self.visit(items, value, depth + 1);
            self.path.pop();
        }
    }

    fn fields(&mut self, schema: &Json, value: &Value, depth: usize) {
        let Some(record) = value.as_record() else {
            return;
        };
        for (name, value) in record.iter() {
            let known = schema
                .get("properties")
                .and_then(|known| known.get(name.as_str()));
            let Some(of_field) = known.or_else(|| schema.get("additionalProperties")) else {
                continue;
            };
            self.path.push(TextStep::Field(name.as_str().to_owned()));
            self.visit(of_field, value, depth + 1);
            self.path.pop();
        }
    }
}

#[cfg(test)]
mod tests;
