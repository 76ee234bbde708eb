//! `millstream check`: finds what is wrong with graphs, without running them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use millstream_component::Registry;
use millstream_graph::Severity;
use serde_json::json;

use crate::args::{CheckArgs, Format};
use crate::catalog::registry;
use crate::exit::{Exit, Fault};
use crate::files::graph_files;
use crate::findings::{Checking, Tally};
use crate::load::Loader;
use crate::message::Message;
use crate::output::{Shell, add};
use crate::render::{facts, human};

/// Findings shown to people; who has more begins with these.
const SHOWN_MAX: usize = 100;

/// Checks files.
///
/// # Errors
///
/// Fails when the paths make no sense.
pub(crate) fn check(args: &CheckArgs, shell: &Shell) -> Result<Exit, Fault> {
    let registry = registry()?;
    let files = graph_files(&args.paths)?;
    let mut messages = Vec::new();
    let mut seen: HashSet<Arc<str>> = HashSet::new();
    let mut exit = Exit::Ok;
    for file in &files {
        let (found, ended) = check_file(file, &registry, &mut seen);
        messages.extend(found);
        exit = exit.worse(ended);
    }
    let tally = Tally::of(&messages);
    if tally.errors > 0 || (args.deny_warnings && tally.warnings > 0) {
        exit = exit.worse(Exit::Invalid);
    }
    show(&messages, files.len(), tally, shell)?;
    Ok(exit)
}

/// What is wrong with a file and with those of its subgraphs that have not been looked at.
fn check_file(
    file: &Path,
    registry: &Registry,
    seen: &mut HashSet<Arc<str>>,
) -> (Vec<Message>, Exit) {
    match Loader::open(file) {
        Ok(loader) => {
            let checking = Checking {
                loader: &loader,
                registry,
            };
            (
                checking.all(|source| seen.insert(Arc::clone(&source.id))),
                Exit::Ok,
            )
        }
        Err(fault) => {
            // A graph that uses the file may have told of it already.
            let source = fault
                .message
                .excerpts
                .first()
                .map(|excerpt| Arc::clone(&excerpt.source.id));
            let is_new = source.is_none_or(|id| seen.insert(id));
            (
                is_new.then_some(*fault.message).into_iter().collect(),
                fault.exit,
            )
        }
    }
}

fn show(messages: &[Message], files: usize, tally: Tally, shell: &Shell) -> Result<(), Fault> {
    match shell.format {
        Format::Json => shell.json(&json!({
            "schema": "millstream.check/1",
            "files": files,
            "errors": tally.errors,
            "warnings": tally.warnings,
            "hints": tally.hints,
            "findings": messages.iter().map(finding).collect::<Vec<_>>(),
        })),
        Format::Human => {
            let is_shown =
                |message: &&Message| shell.verbosity >= 0 || message.severity == Severity::Error;
            let shown: Vec<&Message> = messages.iter().filter(is_shown).collect();
            let mut text: String = shown
                .iter()
                .take(SHOWN_MAX)
                .map(|message| human(message, shell.out))
                .collect();
            if let Some(more @ 1..) = shown.len().checked_sub(SHOWN_MAX) {
                add(
                    &mut text,
                    format_args!("… and {more} more; --format json has them all\n\n"),
                );
            }
            if shell.verbosity >= 0 {
                let plural = if files == 1 { "" } else { "s" };
                add(
                    &mut text,
                    format_args!("checked {files} file{plural}: {}\n", tally.show()),
                );
            }
            shell.data(&text)
        }
    }
}

/// A finding with its severity, which a lone message has outside.
fn finding(message: &Message) -> serde_json::Value {
    let mut finding = serde_json::Map::new();
    finding.insert("severity".to_owned(), message.severity.name().into());
    if let serde_json::Value::Object(facts) = facts(message) {
        finding.extend(facts);
    }
    finding.into()
}
