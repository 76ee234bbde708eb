//! From a graph to a `.fbp` text: processes first, then values, then connectors, a line each.

use millstream_packet::{Value, View};

use crate::comment::Comment;
use crate::exchange::build::ORIGINAL;
use crate::exchange::loss::{Losses, comments, connector_details};
use crate::exchange::{Exported, has_capitals};
use crate::model::{Connector, DEFAULT_CAPACITY, Graph, OnError, Position, Process};
use crate::names::{PortKey, PortRef, ProcessName};

/// A dialect of `.fbp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// That of `NoFlo` and its relatives; no capacities, no dots in the names of components.
    #[default]
    Flowbased,
    /// That of J. Paul Morrison; values are text.
    Morrison,
}

/// Writes a graph as `.fbp`.
pub fn write_fbp(graph: &Graph, dialect: Dialect) -> Exported {
    let mut writer = Writer {
        graph,
        dialect,
        keeps_case: has_capitals(graph),
        shift: shift(graph, dialect),
        lines: Vec::new(),
        losses: Losses::default(),
        renamed: Vec::new(),
    };
    writer.head();
    writer.exports();
    writer.processes();
    writer.values();
    writer.connectors();
    writer.notes();
    writer.finish()
}

struct Writer<'a> {
    graph: &'a Graph,
    dialect: Dialect,
    /// Whether a port has capitals: then they mean something.
    keeps_case: bool,
    /// Added to every place, because the flowbased dialect knows no minus.
    shift: (f64, f64),
    lines: Vec<String>,
    losses: Losses,
    /// Ports that cannot be written as they are.
    renamed: Vec<String>,
}

impl Writer<'_> {
    fn head(&mut self) {
        let graph = self.graph;
        self.comments(&graph.comments.head);
        if !graph.comments.head.is_empty() {
            self.lines.push(String::new());
        }
        let mut lost = Vec::new();
        let mut lines = Vec::new();
        let mut annotate = |key: &str, value: &str| {
            // The reader takes the first word as the key and trims the rest.
            if value.trim() == value && !value.is_empty() && !value.contains(is_line_end) {
                lines.push(format!("# @{key} {value}"));
            } else if !value.is_empty() || !matches!(key, "name" | "description") {
                lost.push(format!("`{key}`"));
            }
        };
        annotate("name", &graph.name);
        annotate("description", &graph.description);
        if graph.per_group {
            annotate("per_group", "true");
        }
        if self.keeps_case {
            annotate("case", "keep");
        }
        for (name, requirement) in &graph.packages {
            if name.contains(char::is_whitespace) || requirement.is_empty() {
                annotate(&format!("package {name}"), "");
            } else {
                annotate("package", &format!("{name} {requirement}"));
            }
        }
        for (key, value) in &graph.meta {
            match value.as_text() {
                Some(text) if is_free_key(key) => annotate(key, text),
                _ => annotate(key, ""),
            }
        }
        self.lines.extend(lines);
        self.losses.left_out("what stands in the head", &lost);
    }

    fn comments(&mut self, comments: &[Comment]) {
        for comment in comments {
            for line in comment.text().split(is_line_end) {
                // What begins with `@` would be an annotation.
                let mark = if line.trim_start().starts_with(['@', '\\']) {
                    "\\"
                } else {
                    ""
                };
                self.lines
                    .push(format!("# {mark}{line}").trim_end().to_owned());
            }
        }
    }

    fn exports(&mut self) {
        let graph = self.graph;
        let mut lost = Vec::new();
        for (keyword, exports) in [("INPORT", &graph.inports), ("OUTPORT", &graph.outports)] {
            for (name, end) in exports {
                let is_element = end.index.is_some() && self.dialect == Dialect::Flowbased;
                if is_element || !graph.processes.contains_key(&end.process) {
                    lost.push(format!("`{name}`"));
                    continue;
                }
                let (port, name) = (self.port(&end.key()), self.port(&PortKey::of(name.clone())));
                let process = self.name(end.process.as_str());
                self.lines
                    .push(format!("{keyword}={process}.{port}:{name}"));
            }
        }
        self.losses.left_out("the exported port", &lost);
    }

    fn processes(&mut self) {
        self.gap();
        let mut lost = Vec::new();
        for (name, process) in &self.graph.processes {
            self.comments(&process.comments);
            let component = self.component(name, process);
            let meta = self.metadata(name, process, &mut lost);
            let meta = if meta.is_empty() {
                String::new()
            } else {
                format!(":{}", meta.join(","))
            };
            let line = format!("{}({component}{meta})", self.name(name.as_str()));
            self.push(line);
        }
        self.losses.left_out("a part of the description", &lost);
    }

    /// The name of the component: what another tool called it, if it came from one.
    fn component(&mut self, name: &ProcessName, process: &Process) -> String {
        let original = process.meta.get(ORIGINAL).and_then(Value::as_text);
        let ours = process
            .component
            .as_ref()
            .map(|component| component.as_str());
        let Some(wanted) = original.or(ours) else {
            self.losses.note(format!(
                "the process `{name}` has no component: other tools refuse that"
            ));
            return String::new();
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
        match self.dialect {
            Dialect::Morrison => escape(wanted, |c| {
                !matches!(c, '(' | ')' | ':' | '\\' | '\n' | '\r')
            }),
            Dialect::Flowbased if wanted.chars().all(is_plain) => wanted.to_owned(),
            Dialect::Flowbased => {
                let short = wanted.trim_start_matches(['.', '/']);
                let short = short.strip_suffix(".ron").unwrap_or(short);
                let legal = short.replace(|c: char| !is_plain(c), "_");
                self.losses.note(format!(
                    "the component `{wanted}` of `{name}` is called `{legal}`: names have no other characters there"
                ));
                legal
            }
        }
    }

    /// What stands behind the component; `lost` gets what cannot.
    fn metadata(
        &mut self,
        name: &ProcessName,
        process: &Process,
        lost: &mut Vec<String>,
    ) -> Vec<String> {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        if let Some(at) = self.graph.layout.get(name) {
            pairs.push(("x", self.coordinate(at.x + self.shift.0)));
            pairs.push(("y", self.coordinate(at.y + self.shift.1)));
        }
        let texts = [
            ("label", &process.label),
            ("note", &process.note),
            ("worker", &process.worker),
            ("thread", &process.thread),
        ];
        pairs.extend(
            texts
                .into_iter()
                .filter_map(|(key, text)| Some((key, text.clone()?))),
        );
        if process.on_error != OnError::default() {
            pairs.push(("on_error", process.on_error.name().to_owned()));
        }
        if process.replicas != 1 {
            pairs.push(("replicas", process.replicas.to_string()));
        }
        for (key, value) in process.meta.iter().filter(|(key, _)| *key != ORIGINAL) {
            match value.as_text() {
                Some(text) if is_free_key(key) => pairs.push((key, text.to_owned())),
                _ => lost.push(format!("`{name}` (`{key}`)")),
            }
        }
        let mut written = Vec::new();
        for (key, value) in pairs {
            match self.meta_value(&value) {
                Some(value) => written.push(format!("{}={value}", self.meta_key(key))),
                None => lost.push(format!("`{name}` (`{key}`)")),
            }
        }
        written
    }

    fn meta_key(&self, key: &str) -> String {
        match self.dialect {
            Dialect::Flowbased => key.to_owned(),
            Dialect::Morrison => escape(key, |c| c.is_ascii_alphanumeric()),
        }
    }

    fn meta_value(&self, value: &str) -> Option<String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_');
        // The reader trims a value, and an empty one is none.
        let is_kept = !value.is_empty() && value.trim() == value && !value.contains(is_line_end);
        match self.dialect {
            Dialect::Flowbased => {
                let is_written = is_kept && value.chars().all(is_plain);
                is_written.then(|| value.to_owned())
            }
            Dialect::Morrison => is_kept.then(|| escape(value, |c| c.is_ascii_alphanumeric())),
        }
    }

    fn coordinate(&self, number: f64) -> String {
        match self.dialect {
            Dialect::Flowbased => format!("{:.0}", number.max(0.0)),
            Dialect::Morrison => number.to_string(),
        }
    }

    fn values(&mut self) {
        self.gap();
        let mut changed = Vec::new();
        for (name, process) in &self.graph.processes {
            for (key, value) in &process.iips {
                let (written, is_same) = self.value(value);
                if !is_same {
                    changed.push(format!("`{name}.{key}`"));
                }
                let (port, name) = (self.port(key), self.name(name.as_str()));
                self.push(format!("{written} -> {port} {name}"));
            }
        }
        let what = match self.dialect {
            Dialect::Flowbased => "exactness (JSON has no such value)",
            Dialect::Morrison => "the type (every value is text there)",
        };
        self.losses.left_out(what, &changed);
    }

    /// A value, and whether it reads back as the same one.
    fn value(&self, value: &Value) -> (String, bool) {
        let json = value.to_json().ok();
        match (self.dialect, value.view()) {
            // A backslash at the end would hide the quote.
            (Dialect::Flowbased, View::Text(text)) if !text.ends_with('\\') => {
                (format!("'{}'", text.replace('\'', "\\'")), true)
            }
            (Dialect::Flowbased, view) => {
                let is_same = json.is_some();
                let json = json.unwrap_or_else(|| "null".to_owned());
                // Without a tab the grammar takes these words for processes; with it they can only be JSON.
                let is_word = matches!(view, View::Null | View::Bool(_)) || !is_same;
                (if is_word { format!("\t{json}") } else { json }, is_same)
            }
            (Dialect::Morrison, View::Text(text)) => {
                let is_same = !text.ends_with('\\') && !text.contains(is_line_end);
                let text = text.trim_end_matches('\\').replace(is_line_end, " ");
                (format!("'{}'", text.replace('\'', "\\'")), is_same)
            }
            (Dialect::Morrison, _) => {
                let text = json.unwrap_or_else(|| "null".to_owned());
                (format!("'{}'", text.replace('\'', "\\'")), false)
            }
        }
    }

    fn connectors(&mut self) {
        self.gap();
        for connector in &self.graph.connectors {
            let is_known = |end: &PortRef| self.graph.processes.contains_key(&end.process);
            if !is_known(&connector.from) || !is_known(&connector.to) {
                let message = format!("left out: `{connector}`, which leads to no process");
                self.losses.note(message);
                continue;
            }
            self.comments(&connector.comments);
            let capacity = self.capacity(connector);
            let (from, to) = (
                self.port(&connector.from.key()),
                self.port(&connector.to.key()),
            );
            let line = format!(
                "{} {from} -> {capacity}{to} {}",
                self.name(connector.from.process.as_str()),
                self.name(connector.to.process.as_str())
            );
            self.push(line);
        }
        self.comments(&self.graph.comments.end);
    }

    fn capacity(&self, connector: &Connector) -> String {
        if self.dialect == Dialect::Morrison && connector.capacity != DEFAULT_CAPACITY {
            format!("({}) ", connector.capacity)
        } else {
            String::new()
        }
    }

    /// A port as it is written: in capitals, unless capitals mean something.
    fn port(&mut self, key: &PortKey) -> String {
        let written = key.port.as_str().replace('-', "_");
        if written != key.port.as_str() && !self.renamed.contains(&key.port.to_string()) {
            self.renamed.push(key.port.to_string());
        }
        let written = if self.keeps_case {
            written
        } else {
            written.to_uppercase()
        };
        let index = key.index.map(|index| format!("[{index}]"));
        written + &index.unwrap_or_default()
    }

    fn name(&self, name: &str) -> String {
        match self.dialect {
            Dialect::Flowbased => name.to_owned(),
            Dialect::Morrison => name.replace('-', "\\-"),
        }
    }

    /// An empty line, unless there is one or nothing stands above.
    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// A clause; Morrison's dialect ends it with a comma.
    fn push(&mut self, line: String) {
        let comma = match self.dialect {
            Dialect::Flowbased => "",
            Dialect::Morrison => ",",
        };
        self.lines.push(line + comma);
    }

    /// What this format has no place for.
    fn notes(&mut self) {
        let graph = self.graph;
        let renamed = std::mem::take(&mut self.renamed);
        if !renamed.is_empty() {
            self.losses.note(format!(
                "ports have no hyphens there: `{}` is written with `_`",
                renamed.join("`, `")
            ));
        }
        connector_details(graph, &mut self.losses, self.dialect == Dialect::Morrison);
        let groups: Vec<String> = graph
            .groups
            .iter()
            .map(|group| format!("`{}`", group.name))
            .collect();
        self.losses.left_out("the members", &groups);
        let stray = |name: &&ProcessName| !graph.processes.contains_key(*name);
        let stray: Vec<String> = graph
            .layout
            .keys()
            .filter(stray)
            .map(ToString::to_string)
            .collect();
        self.losses.left_out("the place", &stray);
        if self.shift != (0.0, 0.0) {
            let (x, y) = self.shift;
            self.losses.note(format!(
                "all places are moved by ({x}, {y}), for no number may be negative there"
            ));
        }
        let is_cut = |at: &Position| at.x.fract() != 0.0 || at.y.fract() != 0.0;
        if self.dialect == Dialect::Flowbased && graph.layout.values().any(is_cut) {
            self.losses.note("places are rounded to whole numbers");
        }
        let carried = graph.comments.head.len() + graph.comments.end.len();
        let of_processes: usize = graph
            .processes
            .values()
            .map(|found| found.comments.len())
            .sum();
        let of_connectors: usize = graph
            .connectors
            .iter()
            .map(|found| found.comments.len())
            .sum();
        comments(
            graph,
            &mut self.losses,
            carried + of_processes + of_connectors,
        );
    }

    fn finish(mut self) -> Exported {
        // The empty line below the comments of the file is what makes them so.
        let head = self.graph.comments.head.len();
        while self.lines.len() > head + 1 && self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        let is_clause = |line: &&mut String| line.ends_with(',') && !line.starts_with('#');
        if self.dialect == Dialect::Morrison
            && let Some(last) = self.lines.iter_mut().rev().find(is_clause)
        {
            last.pop();
            last.push(';');
        }
        let mut text = self.lines.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        Exported {
            text,
            notices: self.losses.finish(),
        }
    }
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Whether a key is a word that has no meaning of its own.
fn is_free_key(key: &str) -> bool {
    const TAKEN: [&str; 13] = [
        "x",
        "y",
        "label",
        "note",
        "worker",
        "thread",
        "on_error",
        "replicas",
        "name",
        "description",
        "per_group",
        "case",
        "package",
    ];
    let is_word = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_word && !key.is_empty() && !TAKEN.contains(&key)
}

/// A backslash before every character that is not plain.
fn escape(text: &str, is_plain: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if !is_plain(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// How far places must move for none to be negative.
fn shift(graph: &Graph, dialect: Dialect) -> (f64, f64) {
    if dialect == Dialect::Morrison {
        return (0.0, 0.0);
    }
    let least = |numbers: &mut dyn Iterator<Item = f64>| 0.0 - numbers.fold(0.0, f64::min).floor();
    (
        least(&mut graph.layout.values().map(|at| at.x)),
        least(&mut graph.layout.values().map(|at| at.y)),
    )
}
