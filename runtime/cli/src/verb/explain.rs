//! `millstream explain`: the long text of a finding's code.

use millstream_graph::Code;
use serde_json::{Value as Json, json};

use crate::args::{ExplainArgs, Format};
use crate::exit::{Exit, Fault};
use crate::output::Shell;
use crate::render::paint;
use crate::select::suggestion;

/// Explains a code, or lists all.
///
/// # Errors
///
/// Fails when there is no such code.
pub(crate) fn explain(args: &ExplainArgs, shell: &Shell) -> Result<Exit, Fault> {
    match &args.code {
        None => list(shell)?,
        Some(text) => {
            let code: Code = text.parse().map_err(|error| {
                let names = Code::ALL.iter().map(|code| code.name());
                let fault = Fault::usage(format!("{error}"));
                match suggestion(text, names, "codes") {
                    Some(help) => fault.help(help),
                    None => fault.help("`millstream explain` lists the codes"),
                }
            })?;
            one(code, shell)?;
        }
    }
    Ok(Exit::Ok)
}

fn list(shell: &Shell) -> Result<(), Fault> {
    match shell.format {
        Format::Json => shell.json(&json!({
            "schema": "millstream.explain/1",
            "codes": Code::ALL.iter().copied().map(head).collect::<Vec<_>>(),
        })),
        Format::Human => {
            let line = |code: &Code| {
                let name = paint(code.name(), "1", shell.out);
                format!("{name}  {:<7}  {}\n", code.severity(), code.title())
            };
            shell.data(&Code::ALL.iter().map(line).collect::<String>())
        }
    }
}

fn one(code: Code, shell: &Shell) -> Result<(), Fault> {
    match shell.format {
        Format::Json => {
            let mut document = head(code);
            if let Some(document) = document.as_object_mut() {
                document.insert("schema".to_owned(), "millstream.explain/1".into());
                document.insert("explanation".to_owned(), code.explanation().into());
            }
            shell.json(&document)
        }
        Format::Human => {
            let head = format!("{} ({}): {}", code.name(), code.severity(), code.title());
            shell.data(&format!(
                "{}\n\n{}\n",
                paint(&head, "1", shell.out),
                code.explanation().trim()
            ))
        }
    }
}

fn head(code: Code) -> Json {
    json!({ "code": code.name(), "severity": code.severity().name(), "title": code.title() })
}
