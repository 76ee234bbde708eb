//! `millstream why`: says why packets of a running graph do not move.

use millstream_protocol::extension::{GraphName, Reason, Request, Response, Why};
use serde_json::json;

use super::remote;
use crate::args::{Format, WhyArgs};
use crate::exit::{Exit, Fault};
use crate::output::{Shell, add};
use crate::remote::Remote;

/// Names the culprits of back-pressure, or the circle of a deadlock.
///
/// # Errors
///
/// Fails when the runtime cannot be reached or refuses.
pub(crate) fn why(args: &WhyArgs, shell: &Shell) -> Result<Exit, Fault> {
    let why = remote::block_on(async {
        let mut remote = Remote::connect(&args.remote).await?;
        let graph = remote.graph(args.remote.graph.as_deref()).await?;
        match remote.ask(Request::Why(GraphName { graph })).await? {
            Response::Why(why) => Ok(why),
            other => Err(remote.strange(&other)),
        }
    })?;
    match args.format.get() {
        Format::Json => shell.json(&json!({ "schema": "millstream.why/1", "why": why }))?,
        Format::Human => shell.data(&text(&why))?,
    }
    Ok(Exit::Ok)
}

/// The reasons for people.
pub(crate) fn text(why: &Why) -> String {
    if why.reasons.is_empty() {
        return format!("{}: nothing waits for room\n", why.graph);
    }
    why.reasons.iter().map(reason).collect()
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::SlowConsumer {
            process,
            chain,
            depth,
            capacity,
        } => {
            let waits = if chain.len() == 1 {
                "connector waits"
            } else {
                "connectors wait"
            };
            let mut text = format!(
                "back-pressure starts at `{process}`: {} full {waits} for it ({depth} of {capacity} packets)\n",
                chain.len()
            );
            add_chain(&mut text, chain);
            text
        }
        Reason::Held { connector, chain } => {
            let mut text =
                format!("`{connector}` is held; `millstream release {connector}` lets it go on\n");
            add_chain(&mut text, chain);
            text
        }
        Reason::Cycle { waits } => {
            let mut text = "deadlock: processes wait for each other in a circle\n".to_owned();
            add_chain(&mut text, waits);
            text
        }
        other => format!("{other:?}\n"),
    }
}

fn add_chain(text: &mut String, lines: &[String]) {
    for line in lines {
        add(text, format_args!("  {line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_culprit_and_chain() {
        let why = Why {
            graph: "mill".to_owned(),
            reasons: vec![
                Reason::SlowConsumer {
                    process: "sum".to_owned(),
                    chain: vec![
                        "read.out->parse.in".to_owned(),
                        "parse.out->sum.in".to_owned(),
                    ],
                    depth: 64,
                    capacity: 64,
                },
                Reason::Held {
                    connector: "a.out->b.in".to_owned(),
                    chain: Vec::new(),
                },
            ],
        };
        assert_eq!(
            text(&why),
            "back-pressure starts at `sum`: 2 full connectors wait for it (64 of 64 packets)\n  \
             read.out->parse.in\n  parse.out->sum.in\n\
             `a.out->b.in` is held; `millstream release a.out->b.in` lets it go on\n"
        );
        let calm = Why {
            graph: "mill".to_owned(),
            reasons: Vec::new(),
        };
        assert_eq!(text(&calm), "mill: nothing waits for room\n");
    }
}
