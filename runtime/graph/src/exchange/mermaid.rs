//! Mermaid: pictures that many places draw from text inside Markdown.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::exchange::loss::Losses;
use crate::exchange::{Exported, picture};
use crate::model::{Connector, Graph, Process};
use crate::names::ProcessName;

/// Writes a graph as a Mermaid flowchart, from left to right.
///
/// # Shape
///
/// Processes are boxes and get short names of their own, for many names have a meaning in Mermaid; ports stand on the
/// arrows.
pub fn write_mermaid(graph: &Graph) -> Exported {
    let mut writer = Writer {
        graph,
        ids: graph
            .processes
            .keys()
            .zip((0..).map(|at| format!("p{at}")))
            .collect(),
        text: "flowchart LR\n".to_owned(),
        losses: Losses::default(),
    };
    writer.processes();
    writer.values();
    for connector in &graph.connectors {
        writer.connect(connector);
    }
    writer.exports();
    Exported {
        text: writer.text,
        notices: writer.losses.finish(),
    }
}

struct Writer<'a> {
    graph: &'a Graph,
    ids: HashMap<&'a ProcessName, String>,
    text: String,
    losses: Losses,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, content: &str) {
        // Writing to a string cannot fail.
        let _infallible = writeln!(self.text, "{}{content}", "  ".repeat(depth));
    }

    fn processes(&mut self) {
        let clusters = picture::clusters(self.graph, &mut self.losses);
        for (at, (group, members)) in clusters.groups.iter().enumerate() {
            let title = match &group.note {
                Some(note) => format!("{}: {note}", group.name),
                None => group.name.clone(),
            };
            self.line(1, &format!("subgraph g{at} [{}]", quoted(&title)));
            for name in members {
                self.process(2, name);
            }
            self.line(1, "end");
        }
        for name in &clusters.alone {
            self.process(1, name);
        }
    }

    fn process(&mut self, depth: usize, name: &ProcessName) {
        let (Some(process), Some(id)) = (self.graph.processes.get(name), self.ids.get(name)) else {
            return;
        };
        let label = box_label(name, process);
        let shape = match &process.component {
            Some(component) if component.is_file() => format!("{id}[[{label}]]"),
            _ => format!("{id}[{label}]"),
        };
        self.line(depth, &shape);
    }

    fn values(&mut self) {
        let found: Vec<(String, String, String)> = picture::values(self.graph)
            .filter_map(|(name, key, value)| {
                Some((self.ids.get(name)?.clone(), key.to_string(), value))
            })
            .collect();
        for (at, (process, key, value)) in found.into_iter().enumerate() {
            let arrow = format!(
                "v{at}>{}] -. {} .-> {process}",
                quoted(&value),
                quoted(&key)
            );
            self.line(1, &arrow);
        }
    }

    fn connect(&mut self, connector: &Connector) {
        let ids = (
            self.ids.get(&connector.from.process),
            self.ids.get(&connector.to.process),
        );
        let (Some(from), Some(to)) = ids else {
            let message = format!("left out: `{connector}`, which leads to no process");
            self.losses.note(message);
            return;
        };
        let mut label = format!("{} → {}", connector.from.key(), connector.to.key());
        if let Some(more) = picture::wire_label(connector) {
            label = format!("{label}, {more}");
        }
        let arrow = format!("{from} -- {} --> {to}", quoted(&label));
        self.line(1, &arrow);
    }

    fn exports(&mut self) {
        for (at, (name, end)) in self.graph.inports.iter().enumerate() {
            if let Some(id) = self.ids.get(&end.process).cloned() {
                let (name, key) = (quoted(name.as_str()), quoted(&end.key().to_string()));
                self.line(1, &format!("in{at}([{name}]) -- {key} --> {id}"));
            }
        }
        for (at, (name, end)) in self.graph.outports.iter().enumerate() {
            if let Some(id) = self.ids.get(&end.process).cloned() {
                let (name, key) = (quoted(name.as_str()), quoted(&end.key().to_string()));
                self.line(1, &format!("{id} -- {key} --> out{at}([{name}])"));
            }
        }
    }
}

fn box_label(name: &ProcessName, process: &Process) -> String {
    let title = process.label.as_deref().unwrap_or(name.as_str());
    let component = process.component.as_ref();
    let component = component.map_or("no component", |component| component.as_str());
    let mut label = format!("<b>{}</b><br/>{}", escaped(title), escaped(component));
    if let Some(note) = &process.note {
        label = format!("{label}<br/><i>{}</i>", escaped(note));
    }
    format!("\"{label}\"")
}

/// Text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Characters with a meaning in Mermaid or in HTML, by their numbers.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push_str("<br/>"),
            c if c.is_alphanumeric() || " .,:/_-+=()[]≤→…".contains(c) => escaped.push(c),
            c if c.is_control() => {}
            c => {
                let _infallible = write!(escaped, "#{};", u32::from(c));
            }
        }
    }
    escaped
}
