//! The small languages inside arguments: durations, `process.port=VALUE`, `a.out->b.in=N`.

use std::str::FromStr;
use std::time::Duration;

use millstream_graph::file;
use millstream_graph::{Graph, PortKey};
use millstream_packet::{Kind, PortType, Value};

/// Longest time that can be given, so that it can be added to any clock.
const DURATION_MAX_DAYS: u64 = 36_500;

/// Reads `500ms`, `10s`, `1.5m`, `2h`, `1d`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let refused =
        || format!("`{text}` is no time: write a number and a unit, as 500ms, 10s, 2m or 1h");
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(refused)?;
    let (number, unit) = text.split_at(unit_at);
    let seconds_per_unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return Err(refused()),
    };
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let number: f64 = match number.trim_end().parse() {
        Ok(parsed) if number.trim_end().chars().all(is_number) => parsed,
        _ => return Err(refused()),
    };
    let longest = Duration::from_secs(DURATION_MAX_DAYS * 86400);
    match Duration::try_from_secs_f64(number * seconds_per_unit) {
        Ok(duration) if duration <= longest => Ok(duration),
        _ => Err(format!(
            "`{text}` is too long: at most {DURATION_MAX_DAYS}d"
        )),
    }
}

/// A time for people: `12 ms`, `3.2 s`, `4 min 10 s`.
pub(crate) fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 0.000_999_5 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 0.999_5 {
        format!("{:.0} ms", seconds * 1e3)
    } else if seconds < 60.0 {
        let text = format!("{seconds:.1}");
        format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
    } else {
        let seconds = duration.as_secs();
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// `process.port=VALUE`, or `inport=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IipArg {
    /// What the value is for.
    pub(crate) target: IipTarget,
    /// The value as it was written.
    pub(crate) value: String,
}

/// What a value on the command line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IipTarget {
    /// A port of a process, which may stand in a subgraph: `sub/process`.
    Port(String, PortKey),
    /// An in-port that the graph itself offers.
    Inport(PortKey),
}

impl FromStr for IipArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (target, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` has no `=`: write process.port=VALUE"))?;
        let key = |port: &str| port.trim().parse().map_err(|error| format!("{error}"));
        let target = match target.split_once('.') {
            Some((process, port)) => IipTarget::Port(process.trim().to_owned(), key(port)?),
            None => IipTarget::Inport(key(target)?),
        };
        Ok(Self {
            target,
            value: value.to_owned(),
        })
    }
}

/// `N`, `process.port=N` or `a.out->b.in=N`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CapacityArg {
    /// Which connectors.
    pub(crate) selector: Selector,
    /// How many packets they hold.
    pub(crate) capacity: u32,
}

/// Which connectors are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    /// All.
    All,
    /// Those that begin or end at this port.
    End(String),
    /// Those from the first port to the second.
    Between(String, String),
}

impl FromStr for CapacityArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (selector, number) = match text.rsplit_once('=') {
            Some((selector, number)) => (selector.parse()?, number),
            None => (Selector::All, text),
        };
        match number.trim().parse() {
            Ok(capacity) if capacity > 0 => Ok(Self { selector, capacity }),
            _ => Err(format!(
                "`{number}` is no capacity: write a number of packets, at least 1"
            )),
        }
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let end = |text: &str| match text.trim() {
            end if end.contains('.') => Ok(end.to_owned()),
            end => Err(format!("`{end}` names no port: write process.port")),
        };
        match text.split_once("->") {
            Some((from, to)) => Ok(Self::Between(end(from)?, end(to)?)),
            None => end(text).map(Self::End),
        }
    }
}

impl Selector {
    /// Whether a connector between these two ports is meant.
    pub(crate) fn selects(&self, from: &str, to: &str) -> bool {
        match self {
            Self::All => true,
            Self::End(end) => end == from || end == to,
            Self::Between(first, second) => first == from && second == to,
        }
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all connectors"),
            Self::End(end) => f.write_str(end),
            Self::Between(from, to) => write!(f, "{from} -> {to}"),
        }
    }
}

/// Connectors by name or pattern: `process`, `process.port` or `a.out->b.in`, with `*` and `?` for what may differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectorSelector {
    text: String,
    /// Where packets come from, and where they go; of a single pattern either will do.
    ends: (EndPattern, Option<EndPattern>),
}

/// One end of a connector, or all ends at a process.
#[derive(Debug, Clone, PartialEq, Eq)]
struct EndPattern {
    pattern: glob::Pattern,
    has_port: bool,
}

impl EndPattern {
    fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(
                "a connector has a name: write process, process.port or a.out->b.in".to_owned(),
            );
        }
        // Square brackets are elements of ports, not classes of letters.
        let pattern = glob::Pattern::new(&text.replace('[', "[[]"));
        Ok(Self {
            pattern: pattern.map_err(|error| format!("`{text}` is no pattern: {}", error.msg))?,
            has_port: text.contains('.'),
        })
    }

    fn matches(&self, end: &str) -> bool {
        let process = end.split_once('.').map_or(end, |(process, _)| process);
        self.pattern
            .matches(if self.has_port { end } else { process })
    }
}

impl FromStr for ConnectorSelector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends = match text.split_once("->") {
            Some((from, to)) => (EndPattern::new(from)?, Some(EndPattern::new(to)?)),
            None => (EndPattern::new(text)?, None),
        };
        let text = text.trim().to_owned();
        Ok(Self { text, ends })
    }
}

impl ConnectorSelector {
    /// Whether a connector between these two ports is meant.
    pub(crate) fn selects(&self, from: &str, to: &str) -> bool {
        match &self.ends {
            (first, Some(second)) => first.matches(from) && second.matches(to),
            (either, None) => either.matches(from) || either.matches(to),
        }
    }
}

impl std::fmt::Display for ConnectorSelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// The value that a text stands for on a port of this type.
///
/// The value is read as in a graph file; what is none, or does not suit a port that takes text, is text.
pub(crate) fn value_for(text: &str, port_type: &PortType) -> Value {
    match read_value(text) {
        Some(value) if port_type.accepts(&value) || !port_type.has(Kind::Text) => value,
        _ => Value::from(text),
    }
}

/// Reads a value with the reader of graph files, so that both read alike; none if the text is anything else or more.
fn read_value(text: &str) -> Option<Value> {
    let file = format!(
        "Graph(format: {}, meta: {{ \"value\": {text}\n }})",
        file::FORMAT
    );
    let mut graph = file::read(&file).ok()?.graph;
    let meta = std::mem::take(&mut graph.meta);
    let is_alone = meta.len() == 1 && graph == Graph::default();
    is_alone.then(|| meta.into_values().next()).flatten()
}

/// Up to three of the names that look like `name`, the likeliest first.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|known| {
            (
                strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase()),
                known,
            )
        })
        .filter(|&(score, _)| score >= 0.7)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(3).map(|(_, known)| known).collect()
}

/// `did you mean a, b or c?`, or what else there is, or nothing.
pub(crate) fn suggestion<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str> + Clone,
    kind: &str,
) -> Option<String> {
    let near = nearest(name, names.clone());
    if !near.is_empty() {
        return Some(format!("did you mean {}?", list_names(&near)));
    }
    let all: Vec<&str> = names.into_iter().take(9).collect();
    (1..=8)
        .contains(&all.len())
        .then(|| format!("{kind}: {}", all.join(", ")))
}

fn list_names(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("`{}` or `{last}`", rest.join("`, `")),
        _ => format!("`{}`", names.join("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(parse_duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("2 h"), Ok(Duration::from_hours(2)));
        for bad in [
            "", "10", "s", "-1s", "1x", "1e5s", "infs", "NaNs", "1s2", "999999d", "1..2s", "٣s",
        ] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_are_shown_in_their_unit() {
        let show = |ms| show_duration(Duration::from_millis(ms));
        assert_eq!(show(12), "12 ms");
        assert_eq!(show(2_000), "2 s");
        assert_eq!(show(2_345), "2.3 s");
        assert_eq!(show(250_000), "4 min 10 s");
        assert_eq!(show_duration(Duration::from_micros(40)), "40 µs");
    }

    #[test]
    fn values_are_read_as_in_a_file_or_taken_as_text() {
        let any = |text: &str| value_for(text, &PortType::ANY);
        assert_eq!(any("8"), Value::from(8_i64));
        assert_eq!(any("true"), Value::from(true));
        assert_eq!(any("\"8\""), Value::from("8"));
        assert_eq!(
            any("[1, 2]"),
            Value::list(vec![Value::from(1_i64), Value::from(2_i64)])
        );
        assert_eq!(any("words.txt"), Value::from("words.txt"));
        assert_eq!(any(""), Value::from(""));
        assert_eq!(
            any("99999999999999999999"),
            Value::from("99999999999999999999")
        );
    }

    #[test]
    fn text_port_takes_text_without_quotes() {
        let text = |text: &str| value_for(text, &PortType::TEXT);
        assert_eq!(text("8"), Value::from("8"));
        assert_eq!(text("true"), Value::from("true"));
        assert_eq!(text("\"a b\""), Value::from("a b"));
        assert_eq!(value_for("8", &PortType::FLOAT), Value::from(8_i64));
        assert_eq!(value_for("x", &PortType::INT), Value::from("x"));
    }

    #[test]
    fn value_cannot_bring_more_than_a_value() {
        for text in [
            "1, \"x\": 2",
            "1 }, name: \"x\", inports: {",
            "1 // note",
            "1 })//",
        ] {
            assert_eq!(value_for(text, &PortType::ANY), Value::from(text));
        }
    }

    #[test]
    fn iips_name_a_port_or_an_inport() {
        let iip: IipArg = "sub/read.path=a=b.txt".parse().unwrap();
        assert_eq!(iip.value, "a=b.txt");
        assert_eq!(
            iip.target,
            IipTarget::Port("sub/read".into(), "path".parse().unwrap())
        );
        let iip: IipArg = "path=x".parse().unwrap();
        assert_eq!(iip.target, IipTarget::Inport("path".parse().unwrap()));
        for bad in ["", "a.b", "a.=1", "=1", "a.b[x]=1"] {
            assert!(bad.parse::<IipArg>().is_err(), "{bad}");
        }
    }

    #[test]
    fn capacities_name_connectors() {
        let parse = |text: &str| text.parse::<CapacityArg>();
        assert_eq!(parse("8").unwrap().selector, Selector::All);
        let end = parse("a.out[0]=8").unwrap();
        assert!(end.selector.selects("a.out[0]", "b.in") && !end.selector.selects("a.out", "b.in"));
        let one = parse("a.out -> s/b.in=8").unwrap();
        assert!(one.selector.selects("a.out", "s/b.in") && !one.selector.selects("a.out", "c.in"));
        for bad in [
            "",
            "0",
            "-1",
            "a.out=",
            "a=8",
            "a.out->b=8",
            "a.out=4294967296",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn connectors_are_selected_by_process_port_and_pattern() {
        let selects = |text: &str, from: &str, to: &str| {
            text.parse::<ConnectorSelector>().unwrap().selects(from, to)
        };
        assert!(selects("read", "read.out", "cut.in") && selects("cut", "read.out", "cut.in"));
        assert!(!selects("rea", "read.out", "cut.in") && !selects("out", "read.out", "cut.in"));
        assert!(selects("copy.out[1]", "copy.out[1]", "b.in"));
        assert!(!selects("copy.out[1]", "copy.out1", "b.in"));
        assert!(selects("*.out[?] -> b", "a/b.out[1]", "b.in"));
        assert!(!selects("b->a", "a.out", "b.in") && selects("sub/*", "sub/a.out", "b.in"));
        for bad in ["", "->", "a->", " -> b"] {
            assert!(bad.parse::<ConnectorSelector>().is_err(), "{bad}");
        }
    }

    #[test]
    fn nearest_names_come_first() {
        let names = ["read", "ready", "write"];
        assert_eq!(nearest("raed", names), ["read", "ready"]);
        assert_eq!(
            suggestion("raed", names, "there are").unwrap(),
            "did you mean `read` or `ready`?"
        );
        assert_eq!(
            suggestion("zzz", names, "processes").unwrap(),
            "processes: read, ready, write"
        );
    }
}
