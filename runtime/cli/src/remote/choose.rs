//! What names on the command line mean in a running graph: exact names win, then patterns; what means nothing is answered
//! with the nearest names.

use glob::Pattern;
use millstream_protocol::extension::{ConnectorInfo, GraphInfo, GraphState, Snapshot, Target};

use crate::exit::Fault;

/// Names that are offered in place of one that is not known.
const NEAREST: usize = 3;

/// The graph of this name, or the only one that runs.
pub(super) fn graph(graphs: &[GraphInfo], name: Option<&str>) -> Result<String, Fault> {
    if let Some(name) = name {
        let names: Vec<&str> = graphs.iter().map(|info| info.graph.as_str()).collect();
        let found = names.iter().find(|known| **known == name);
        return found
            .map(|found| (*found).to_owned())
            .ok_or_else(|| unknown("graph", name, &names));
    }
    let is_running =
        |info: &&GraphInfo| matches!(info.state, GraphState::Running | GraphState::Draining);
    let running: Vec<&GraphInfo> = graphs.iter().filter(is_running).collect();
    let mut meant = if running.is_empty() {
        graphs.iter().collect()
    } else {
        running
    };
    match (meant.pop(), meant.is_empty()) {
        (Some(only), true) => Ok(only.graph.clone()),
        (None, _) => Err(Fault::usage("the runtime holds no graph")),
        (Some(last), false) => {
            let mut names: Vec<&str> = meant.iter().map(|info| info.graph.as_str()).collect();
            names.push(&last.graph);
            let text = format!("which graph? There are {}", names.join(", "));
            Err(Fault::usage(text).help("say which one with --graph NAME"))
        }
    }
}

/// A connector as people read it.
pub(crate) fn connector_name(info: &ConnectorInfo) -> String {
    format!("{}->{}", info.from.join(", "), info.to)
}

/// Whether a selector names this connector: `a.out->b.in`, one of its ends, or the process at one of them.
fn is_named(info: &ConnectorInfo, selector: &str) -> bool {
    let process = |end: &str| {
        end.rsplit_once('.')
            .map_or(end, |(process, _)| process)
            .to_owned()
    };
    let ends = || info.from.iter().chain([&info.to]);
    let between = info
        .from
        .iter()
        .any(|from| format!("{from}->{}", info.to) == selector);
    between
        || connector_name(info) == selector
        || ends().any(|end| end == selector || process(end) == selector)
}

/// Positions of the connectors that the selectors mean; all without selectors.
///
/// # Errors
///
/// Fails when a selector means nothing.
pub(crate) fn connectors(snapshot: &Snapshot, selectors: &[String]) -> Result<Vec<usize>, Fault> {
    let all = snapshot.connectors.iter().enumerate();
    if selectors.is_empty() {
        return Ok(all.map(|(at, _)| at).collect());
    }
    let mut chosen = Vec::new();
    for selector in selectors {
        let selector = selector.replace(' ', "");
        let exact = all.clone().filter(|(_, info)| is_named(info, &selector));
        let mut found: Vec<usize> = exact.map(|(at, _)| at).collect();
        if found.is_empty() {
            let pattern = Pattern::new(&selector)
                .map_err(|error| Fault::usage(format!("the pattern `{selector}`: {error}")))?;
            let fits = |info: &ConnectorInfo| {
                let ends = info.from.iter().chain([&info.to]);
                let mut names = info.from.iter().map(|from| format!("{from}->{}", info.to));
                names.any(|name| pattern.matches(&name))
                    || ends.into_iter().any(|end| pattern.matches(end))
            };
            found = all
                .clone()
                .filter(|(_, info)| fits(info))
                .map(|(at, _)| at)
                .collect();
        }
        if found.is_empty() {
            let names: Vec<String> = snapshot.connectors.iter().map(connector_name).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(unknown("connector", &selector, &names));
        }
        chosen.extend(found);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// The process or connector of this name.
///
/// # Errors
///
/// Fails when there is none, or several.
pub(crate) fn target(snapshot: &Snapshot, name: &str) -> Result<Target, Fault> {
    let name = name.replace(' ', "");
    if snapshot
        .processes
        .iter()
        .any(|process| process.name == name)
    {
        return Ok(Target::Process(name));
    }
    let named = |info: &&ConnectorInfo| is_named(info, &name);
    let found: Vec<&ConnectorInfo> = snapshot.connectors.iter().filter(named).collect();
    match found.as_slice() {
        // Its one reading end names a connector whatever the number of its writers.
        [only] => Ok(Target::Connector(only.to.clone())),
        [] => {
            let connectors: Vec<String> = snapshot.connectors.iter().map(connector_name).collect();
            let processes = snapshot
                .processes
                .iter()
                .map(|process| process.name.as_str());
            let names: Vec<&str> = processes
                .chain(connectors.iter().map(String::as_str))
                .collect();
            Err(unknown("process or connector", &name, &names))
        }
        several => {
            let names: Vec<String> = several.iter().map(|info| connector_name(info)).collect();
            let text = format!("`{name}` may be {}", names.join(" or "));
            Err(Fault::usage(text).help("write the connector out, as a.out->b.in"))
        }
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Fault {
    let fault = Fault::usage(format!("there is no {what} `{name}`"));
    let mut nearest: Vec<&str> = known.to_vec();
    nearest.sort_by_cached_key(|known| strsim::damerau_levenshtein(known, name));
    nearest.truncate(NEAREST);
    match nearest.as_slice() {
        [] => fault,
        nearest => fault.help(format!("the nearest: {}", nearest.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use millstream_protocol::extension::{
        ConnectorCounts, ProcessCounts, ProcessInfo, ProcessState,
    };

    use super::*;

    fn snapshot() -> Snapshot {
        let connector = |from: &[&str], to: &str| ConnectorInfo {
            from: from.iter().map(|&from| from.to_owned()).collect(),
            to: to.to_owned(),
            capacity: 64,
            counts: ConnectorCounts::default(),
        };
        let process = |name: &str| ProcessInfo {
            name: name.to_owned(),
            component: "core/Repeat".to_owned(),
            counts: ProcessCounts {
                state: ProcessState::Running,
                received: 0,
                sent: 0,
                failures: 0,
                busy_percent: 0.0,
            },
        };
        Snapshot {
            graph: "mill".to_owned(),
            run: 1,
            elapsed_ms: 0,
            connectors: vec![
                connector(&["read.out", "more.out"], "parse.in"),
                connector(&["parse.out"], "sub/sum.in"),
                connector(&["sub/sum.out"], "show.in"),
            ],
            processes: ["read", "more", "parse", "sub/sum", "show"]
                .map(process)
                .into(),
        }
    }

    #[test]
    fn connectors_are_named_by_both_ends_by_one_and_by_patterns() {
        let found = |selector: &str| connectors(&snapshot(), &[selector.to_owned()]).unwrap();
        assert_eq!(found("read.out->parse.in"), [0]);
        assert_eq!(found("more.out -> parse.in"), [0]);
        assert_eq!(found("parse.in"), [0]);
        assert_eq!(found("parse"), [0, 1]);
        assert_eq!(found("sub/*"), [1, 2]);
        assert_eq!(found("*.in"), [0, 1, 2]);
        assert_eq!(connectors(&snapshot(), &[]).unwrap().len(), 3);
        let fault = connectors(&snapshot(), &["prase.in".to_owned()]).unwrap_err();
        assert!(fault.message.help.unwrap().contains("parse.in"));
    }

    #[test]
    fn process_comes_before_its_connectors() {
        let found = |name: &str| target(&snapshot(), name);
        assert_eq!(found("parse").unwrap(), Target::Process("parse".to_owned()));
        assert_eq!(
            found("parse.in").unwrap(),
            Target::Connector("parse.in".to_owned())
        );
        assert_eq!(
            found("parse.out->sub/sum.in").unwrap(),
            Target::Connector("sub/sum.in".to_owned())
        );
        assert!(found("nobody").is_err());
    }
}
