//! `millstream logs`: shows what the processes of a runtime log.

use millstream_protocol::extension::{Level, LogLine, Logs, Request, Response};
use serde_json::{Value as Json, json};

use super::remote::{self, Stop};
use crate::args::{Format, LogsArgs};
use crate::exit::{Exit, Fault};
use crate::output::{Shell, safe};
use crate::remote::Remote;

/// Shows log lines until the runtime goes or a signal comes.
///
/// # Errors
///
/// Fails when the runtime cannot be reached or refuses.
pub(crate) fn logs(args: &LogsArgs, shell: &Shell) -> Result<Exit, Fault> {
    remote::block_on(follow(args, shell))
}

async fn follow(args: &LogsArgs, shell: &Shell) -> Result<Exit, Fault> {
    let mut stop = Stop::listen()?;
    let mut remote = Remote::connect(&args.remote).await?;
    let logs = Logs {
        enable: true,
        level: Some(args.level.into()),
        process: args.process.clone(),
    };
    remote.ask(Request::Logs(logs)).await?;
    shell.notice(&format!("following the log of {}", remote.url()));
    let (mut shown, mut missed) = (0, 0);
    let exit = loop {
        let response = tokio::select! {
            response = remote.event() => response?,
            signal = stop.signal() => break signal,
        };
        match response {
            None => break Exit::Ok,
            Some(Response::Log(line)) => {
                show(&line, args, shell)?;
                (shown, missed) = (shown + 1, line.missed);
                if args.count.is_some_and(|count| shown >= count) {
                    break Exit::Ok;
                }
            }
            Some(_) => {}
        }
    };
    if missed > 0 {
        shell.notice(&format!(
            "{missed} lines came faster than they could be shown"
        ));
    }
    Ok(exit)
}

fn show(line: &LogLine, args: &LogsArgs, shell: &Shell) -> Result<(), Fault> {
    match args.format.get() {
        Format::Json => {
            let mut document = json!({ "schema": "millstream.logs/1" });
            if let (Json::Object(document), Ok(Json::Object(line))) =
                (&mut document, serde_json::to_value(line))
            {
                document.extend(line);
            }
            shell.data(&format!("{document}\n"))
        }
        Format::Human => {
            let process = line.process.as_deref().unwrap_or("-");
            let text = format!(
                "{}  {:5}  {process}  {}",
                line.time,
                name(line.level),
                line.message
            );
            shell.data(&format!("{}\n", safe(&text)))
        }
    }
}

const fn name(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warn => "WARN",
        Level::Info => "INFO",
        Level::Debug => "DEBUG",
    }
}
