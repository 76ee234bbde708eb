//! `millstream hold`, `step`, `release`: steers connectors and processes of a running graph.

use millstream_protocol::extension::{Request, Response, Steer, Steered, Step, Target};
use serde_json::json;

use super::remote;
use crate::args::{Format, SteerArgs, StepArgs};
use crate::exit::{Exit, Fault};
use crate::output::Shell;
use crate::remote::{Remote, target};

/// Holds connectors or processes.
///
/// # Errors
///
/// Fails when the runtime cannot be reached or refuses, or there is no such thing.
pub(crate) fn hold(args: &SteerArgs, shell: &Shell) -> Result<Exit, Fault> {
    steer(args, shell, |graph, target| {
        Request::Hold(Steer { graph, target })
    })
}

/// Lets packets through what is held.
///
/// # Errors
///
/// As [`hold`].
pub(crate) fn step(args: &StepArgs, shell: &Shell) -> Result<Exit, Fault> {
    let packets = Some(args.packets);
    steer(&args.steer, shell, |graph, target| {
        Request::Step(Step {
            graph,
            target,
            packets,
        })
    })
}

/// Ends holds.
///
/// # Errors
///
/// As [`hold`].
pub(crate) fn release(args: &SteerArgs, shell: &Shell) -> Result<Exit, Fault> {
    steer(args, shell, |graph, target| {
        Request::Release(Steer { graph, target })
    })
}

fn steer(
    args: &SteerArgs,
    shell: &Shell,
    request: impl Fn(String, Target) -> Request,
) -> Result<Exit, Fault> {
    let steered = remote::block_on(async {
        let mut remote = Remote::connect(&args.remote).await?;
        let graph = remote.graph(args.remote.graph.as_deref()).await?;
        let snapshot = remote.look_at(&graph).await?;
        // All names are looked up before anything is done.
        let targets: Result<Vec<Target>, Fault> = args
            .targets
            .iter()
            .map(|name| target(&snapshot, name))
            .collect();
        let mut done = Vec::new();
        for target in targets? {
            match remote.ask(request(graph.clone(), target)).await? {
                Response::Steered(steered) => done.push(steered),
                other => return Err(remote.strange(&other)),
            }
        }
        Ok(done)
    })?;
    match args.format.get() {
        Format::Json => {
            shell.json(&json!({ "schema": "millstream.steer/1", "steered": steered }))?;
        }
        Format::Human => shell.data(&steered.iter().map(line).collect::<String>())?,
    }
    Ok(Exit::Ok)
}

fn line(steered: &Steered) -> String {
    let (Target::Connector(name) | Target::Process(name)) = &steered.target;
    let state = if steered.held { "held" } else { "released" };
    format!("{name}: {state}\n")
}
