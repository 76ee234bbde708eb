//! `millstream set`, `restart`, `apply`: changes of a graph that runs.

use std::path::Path;

use millstream_protocol::extension::{
    Action, Edit, EditStep, Edited, Plan, Request, Response, Setting,
};
use serde_json::{Value as Json, json};

use super::graphs::{Act, act};
use super::remote;
use crate::args::{ActArgs, ApplyArgs, Format, RestartArgs, SetArgs};
use crate::exit::{Exit, Fault, io_text};
use crate::output::{Shell, add};
use crate::remote::Remote;

/// Sets values of a process that runs.
///
/// # Errors
///
/// Fails when the runtime cannot be reached or refuses.
pub(crate) fn set(args: &SetArgs, shell: &Shell) -> Result<Exit, Fault> {
    let mut values = Vec::new();
    for text in &args.values {
        let Some((port, value)) = text.split_once('=') else {
            let fault = Fault::usage(format!("`{text}` says no value"));
            return Err(fault.help("write KEY=VALUE, or --unset KEY to take a value away"));
        };
        values.push((port, Some(value_of(value, args.text))));
    }
    values.extend(args.unset.iter().map(|port| (port.as_str(), None)));
    if values.is_empty() {
        return Err(Fault::usage("there is nothing to set").help("write KEY=VALUE"));
    }
    let set = values.into_iter().map(|(port, value)| Setting {
        process: args.process.clone(),
        port: port.to_owned(),
        value,
    });
    let set: Vec<Setting> = set.collect();
    let edited = remote::block_on(async {
        let mut remote = Remote::connect(&args.remote).await?;
        let graph = remote.graph(args.remote.graph.as_deref()).await?;
        edit(
            &mut remote,
            Edit {
                set,
                ..nothing(graph)
            },
        )
        .await
    })?;
    tell(&edited, args.format.get(), shell)
}

/// Starts a process or a graph anew.
///
/// # Errors
///
/// Fails when the runtime cannot be reached or refuses, and when a name means both.
pub(crate) fn restart(args: &RestartArgs, shell: &Shell) -> Result<Exit, Fault> {
    let Some(name) = &args.name else {
        return act(Act::Restart, &graph_args(args), shell);
    };
    let edited = remote::block_on(async {
        let mut remote = Remote::connect(&args.remote).await?;
        if !args.process && !means_process(&mut remote, args, name).await? {
            return Ok(None);
        }
        let graph = remote.graph(args.remote.graph.as_deref()).await?;
        let restart = vec![name.clone()];
        let edited = edit(
            &mut remote,
            Edit {
                restart,
                ..nothing(graph)
            },
        )
        .await?;
        Ok(Some(edited))
    })?;
    match edited {
        Some(edited) => tell(&edited, args.format.get(), shell),
        None => act(Act::Restart, &graph_args(args), shell),
    }
}

fn graph_args(args: &RestartArgs) -> ActArgs {
    ActArgs {
        name: args.name.clone(),
        remote: args.remote.clone(),
        format: args.format,
    }
}

/// Whether a name is that of a process and not that of a graph.
async fn means_process(remote: &mut Remote, args: &RestartArgs, name: &str) -> Result<bool, Fault> {
    let graphs = remote.graphs().await?;
    let is_graph = graphs.iter().any(|info| info.graph == name);
    let Ok(graph) = remote.graph(args.remote.graph.as_deref()).await else {
        // It is not clear in which graph; then a graph is meant, or the fault says so.
        return Ok(false);
    };
    let Ok(snapshot) = remote.look_at(&graph).await else {
        return Ok(false);
    };
    let is_process = snapshot
        .processes
        .iter()
        .any(|process| process.name == name);
    if is_graph && is_process {
        let text = format!("`{name}` is a graph, and a process of `{graph}`");
        let fault = Fault::usage(text);
        return Err(fault.help("--process restarts the process; `restart --graph NAME` the graph"));
    }
    Ok(is_process)
}

/// Makes a graph that runs what a file says, or tells what that would take.
///
/// # Errors
///
/// Fails when the file cannot be read, and when the runtime cannot be reached or refuses.
pub(crate) fn apply(args: &ApplyArgs, shell: &Shell) -> Result<Exit, Fault> {
    let text = read(&args.file)?;
    let format = args.format.get();
    if args.plan {
        let plan = remote::block_on(async {
            let (mut remote, graph) = graph_of(args).await?;
            let edit = Edit {
                text: Some(text),
                ..nothing(graph)
            };
            match remote.ask(Request::Plan(edit)).await? {
                Response::Plan(plan) => Ok(plan),
                other => Err(remote.strange(&other)),
            }
        })?;
        return tell_plan(&plan, format, shell);
    }
    let edited = remote::block_on(async {
        let (mut remote, graph) = graph_of(args).await?;
        let text = Some(text);
        edit(
            &mut remote,
            Edit {
                text,
                ..nothing(graph)
            },
        )
        .await
    })?;
    tell(&edited, format, shell)
}

/// The runtime and the graph there: the one that was named, the one that is called as the file, or the only one that runs.
async fn graph_of(args: &ApplyArgs) -> Result<(Remote, String), Fault> {
    let mut remote = Remote::connect(&args.remote).await?;
    let stem = args.file.file_stem().and_then(|stem| stem.to_str());
    let graphs = remote.graphs().await?;
    let same = stem.filter(|stem| graphs.iter().any(|info| info.graph == **stem));
    let named = args.remote.graph.as_deref().or(same);
    let graph = remote.graph(named).await?;
    Ok((remote, graph))
}

fn read(file: &Path) -> Result<String, Fault> {
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    text.map_err(|error| {
        let text = format!("cannot read {}: {}", file.display(), io_text(&error));
        Fault::new(Exit::Io, text)
    })
}

async fn edit(remote: &mut Remote, edit: Edit) -> Result<Edited, Fault> {
    match remote.ask(Request::Edit(edit)).await? {
        Response::Edited(edited) => Ok(edited),
        other => Err(remote.strange(&other)),
    }
}

const fn nothing(graph: String) -> Edit {
    Edit {
        graph,
        text: None,
        set: Vec::new(),
        restart: Vec::new(),
    }
}

/// JSON as its value; anything else is text.
fn value_of(text: &str, is_text: bool) -> Json {
    if is_text {
        return json!(text);
    }
    serde_json::from_str(text).unwrap_or_else(|_no_json| json!(text))
}

fn tell(edited: &Edited, format: Format, shell: &Shell) -> Result<Exit, Fault> {
    match format {
        Format::Json => {
            let mut document = json!({ "schema": "millstream.edit/1" });
            document["graph"] = json!(edited.graph);
            document["steps"] = json!(edited.steps);
            document["waits_for"] = json!(edited.waits_for);
            shell.json(&document)?;
        }
        Format::Human => shell.data(&lines(&edited.steps))?,
    }
    if !edited.waits_for.is_empty() {
        let names = edited.waits_for.join(", ");
        shell.notice(&format!(
            "under way: what is queued is kept until {names} ends"
        ));
    } else if edited.steps.is_empty() {
        shell.notice("nothing that runs changes");
    }
    Ok(Exit::Ok)
}

fn tell_plan(plan: &Plan, format: Format, shell: &Shell) -> Result<Exit, Fault> {
    match format {
        Format::Json => {
            let mut document = json!({ "schema": "millstream.edit/1" });
            document["graph"] = json!(plan.graph);
            document["steps"] = json!(plan.steps);
            document["refused"] = json!(plan.refused);
            shell.json(&document)?;
        }
        Format::Human => shell.data(&lines(&plan.steps))?,
    }
    match &plan.refused {
        Some(reason) => {
            shell.notice(&format!("cannot be done while it runs: {reason}"));
            Ok(Exit::Invalid)
        }
        None if plan.steps.is_empty() => {
            shell.notice("nothing that runs would change");
            Ok(Exit::Ok)
        }
        None => Ok(Exit::Ok),
    }
}

fn lines(steps: &[EditStep]) -> String {
    let mut text = String::new();
    for step in steps {
        let (sign, verb) = match step.action {
            Action::Set => ('~', "set"),
            Action::Restart => ('~', "restart"),
            Action::Replace => ('~', "replace"),
            Action::Add => ('+', "add"),
            Action::Connect => ('+', "connect"),
            Action::Remove => ('-', "remove"),
            Action::Disconnect => ('-', "disconnect"),
            _ => ('~', "change"),
        };
        add(&mut text, format_args!("{sign} {verb} {}", step.subject));
        if let Some(detail) = &step.detail {
            add(&mut text, format_args!(": {detail}"));
        }
        match step.waiting {
            0 => {}
            1 => text.push_str(" (1 packet waits)"),
            waiting => add(&mut text, format_args!(" ({waiting} packets wait)")),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_a_line_each() {
        let step = |action, subject: &str, detail: Option<&str>, waiting| EditStep {
            action,
            subject: subject.to_owned(),
            detail: detail.map(str::to_owned),
            waiting,
        };
        let steps = [
            step(Action::Set, "b", Some("rate"), 0),
            step(Action::Add, "n", Some("core/Repeat"), 0),
            step(Action::Disconnect, "a.out->b.in", None, 2),
        ];
        assert_eq!(
            lines(&steps),
            "~ set b: rate\n+ add n: core/Repeat\n- disconnect a.out->b.in (2 packets wait)\n"
        );
    }
}
