//! `millstream fmt`: writes graph files in their one canonical form.

use std::path::Path;

use millstream_graph::file;
use serde_json::json;

use crate::args::{FmtArgs, Format};
use crate::exit::{Exit, Fault, io_text};
use crate::files::{graph_files, replace};
use crate::load::Loader;
use crate::output::{Shell, add};

/// Formats files.
///
/// # Errors
///
/// Fails when the paths make no sense, or standard input is no graph.
pub(crate) fn fmt(args: &FmtArgs, shell: &Shell) -> Result<Exit, Fault> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return fmt_input(args, shell);
    }
    let files = graph_files(&args.paths)?;
    let mut exit = Exit::Ok;
    let mut changed = Vec::new();
    for file in &files {
        match fmt_file(file, args.check) {
            Ok(false) => {}
            Ok(true) => changed.push(file.display().to_string()),
            Err(fault) => {
                shell.message(&fault.message);
                exit = exit.worse(fault.exit);
            }
        }
    }
    if args.check && !changed.is_empty() {
        exit = exit.worse(Exit::Invalid);
    }
    match shell.format {
        Format::Json => shell.json(&json!({
            "schema": "millstream.fmt/1",
            "files": files.len(),
            "changed": changed,
            "written": !args.check,
        }))?,
        Format::Human => {
            let mut text = String::new();
            for name in &changed {
                add(&mut text, format_args!("{name}\n"));
            }
            shell.data(&text)?;
        }
    }
    tell(args, changed.len(), files.len(), shell);
    Ok(exit)
}

fn tell(args: &FmtArgs, changed: usize, files: usize, shell: &Shell) {
    let plural = if files == 1 { "" } else { "s" };
    if args.check && changed > 0 {
        shell.notice(&format!(
            "{changed} of {files} file{plural} would change: run `millstream fmt`"
        ));
    } else if args.check {
        shell.notice(&format!("{files} file{plural} in good form"));
    }
}

fn fmt_input(args: &FmtArgs, shell: &Shell) -> Result<Exit, Fault> {
    if args.paths.len() > 1 {
        return Err(Fault::usage("standard input (`-`) stands alone"));
    }
    let loader = Loader::open(Path::new("-"))?;
    let source = loader.root();
    let text = file::write(&source.graph);
    if !args.check {
        shell.data(&text)?;
        return Ok(Exit::Ok);
    }
    Ok(if text == source.text {
        Exit::Ok
    } else {
        Exit::Invalid
    })
}

/// Formats a file; whether it changes.
fn fmt_file(path: &Path, is_check: bool) -> Result<bool, Fault> {
    let loader = Loader::open(path)?;
    let source = loader.root();
    let text = file::write(&source.graph);
    if text == source.text {
        return Ok(false);
    }
    if !is_check {
        replace(path, &text).map_err(|error| {
            Fault::new(
                Exit::Io,
                format!("cannot write {}: {}", path.display(), io_text(&error)),
            )
        })?;
    }
    Ok(true)
}
