//! `millstream send`: puts packets into a running graph, through an exported in-port or onto any of its connectors.

use std::io::{self, BufRead as _};
use std::time::Duration;

use millstream_protocol::extension::{ErrorCode, Inject, Request, Response};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::remote;
use crate::args::{Format, SendArgs};
use crate::exit::{Exit, Fault};
use crate::output::Shell;
use crate::remote::{Remote, refusal};

/// Packets that are sent in one message.
const BATCH: usize = 256;
/// Time until a batch is tried again that had no room.
const AGAIN: Duration = Duration::from_millis(20);

/// Sends packets, and waits until all are in.
///
/// # Errors
///
/// Fails when the runtime cannot be reached or refuses, or standard input cannot be read.
pub(crate) fn send(args: &SendArgs, shell: &Shell) -> Result<Exit, Fault> {
    let packets = remote::block_on(async {
        let mut remote = Remote::connect(&args.remote).await?;
        let graph = remote.graph(args.remote.graph.as_deref()).await?;
        let mut sent = 0_u64;
        let mut values = values(args);
        loop {
            let batch: Vec<Json> = values.by_ref().take(BATCH).collect::<Result<_, _>>()?;
            if batch.is_empty() {
                return Ok(sent);
            }
            let inject = Inject {
                graph: graph.clone(),
                port: args.port.clone(),
                values: batch,
            };
            sent += put(&mut remote, inject).await?;
        }
    })?;
    match args.format.get() {
        Format::Json => {
            shell.json(&json!({ "schema": "millstream.send/1", "packets": packets }))?;
        }
        Format::Human => {
            let plural = if packets == 1 { "" } else { "s" };
            shell.notice(&format!("{packets} packet{plural} sent to {}", args.port));
        }
    }
    Ok(Exit::Ok)
}

/// Puts one batch in and waits until it is, or for a connector until it has room for it.
async fn put(remote: &mut Remote, inject: Inject) -> Result<u64, Fault> {
    loop {
        match remote.try_ask(Request::Inject(inject.clone())).await? {
            Ok(Response::Injected(injected)) => return Ok(u64::from(injected.packets)),
            Ok(other) => return Err(remote.strange(&other)),
            Err(error) if error.code == ErrorCode::Limit => sleep(AGAIN).await,
            Err(error) => return Err(refusal(error)),
        }
    }
}

/// Values from the command line, or from the lines of standard input.
fn values(args: &SendArgs) -> Box<dyn Iterator<Item = Result<Json, Fault>> + '_> {
    let is_input = args.values.is_empty() || args.values == ["-"];
    if !is_input {
        return Box::new(args.values.iter().map(|text| Ok(value(text, args.text))));
    }
    let lines = io::stdin().lock().lines();
    Box::new(lines.map(|line| match line {
        Ok(line) => Ok(value(&line, args.text)),
        Err(error) => Err(Fault::io("reading standard input", &error)),
    }))
}

/// JSON as its value; anything else is text.
fn value(text: &str, is_text: bool) -> Json {
    if is_text {
        return json!(text);
    }
    serde_json::from_str(text).unwrap_or_else(|_no_json| json!(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_text() {
        assert_eq!(value("12", false), json!(12));
        assert_eq!(value("12", true), json!("12"));
        assert_eq!(value("twelve", false), json!("twelve"));
        assert_eq!(value(r#"{"a": [1]}"#, false), json!({"a": [1]}));
    }
}
