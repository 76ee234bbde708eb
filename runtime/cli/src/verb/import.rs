//! `millstream import`: reads a graph of another tool and writes it as a graph file.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use millstream_graph::exchange::{
    self, Case, ComponentMap, ImportFormat, ImportOptions, Imported, Notice,
};
use millstream_graph::file::{self, ReadError, Spans};
use millstream_graph::{Graph, Severity};

use crate::args::{ImportArgs, ImportKind};
use crate::catalog::registry;
use crate::exit::{Exit, Fault, io_text};
use crate::message::Message;
use crate::output::Shell;
use crate::source::Source;
use crate::target;

/// Imports a file.
///
/// # Errors
///
/// Fails when the file cannot be read or is not in its format, or the graph cannot be written.
pub(crate) fn import(args: &ImportArgs, shell: &Shell) -> Result<Exit, Fault> {
    let (name, text) = read(&args.file)?;
    let Some(format) = format(args, &name, &text) else {
        return Err(
            Fault::usage(format!("{name} is in no format that is known"))
                .help("say which: --format fbp, json or drw"),
        );
    };
    let components = match &args.map {
        Some(path) => map(path)?,
        None => ComponentMap::default(),
    };
    let registry = registry()?;
    let options = ImportOptions {
        components: &components,
        spec_of: &|component| Some(Arc::new(registry.get(component.as_str())?.spec())),
        case: if args.keep_case {
            Case::Keep
        } else {
            Case::AsTheFileSays
        },
    };
    let source = Source::new("".into(), name, text, Graph::default(), Spans::default());
    let source = Arc::new(source);
    let imported = exchange::import(format, &source.text, &options)
        .map_err(|error| refused(&error, &source, format))?;
    finish(args, imported, &source, shell)
}

/// Writes the graph and tells what did not come over.
fn finish(
    args: &ImportArgs,
    imported: Imported,
    source: &Arc<Source>,
    shell: &Shell,
) -> Result<Exit, Fault> {
    let Imported { mut graph, notices } = imported;
    if graph.name.is_empty() && args.file.as_os_str() != "-" {
        let stem = args.file.file_stem().unwrap_or_default();
        graph.name = stem.to_string_lossy().into_owned();
    }
    let warnings = notices.iter().map(|notice| warning(notice, source));
    target::tell(&warnings.collect::<Vec<_>>(), shell);
    target::check(&args.target, notices.len())?;
    target::write(&args.target, &file::write(&graph), shell)?;
    if let Some(path) = target::file(&args.target) {
        shell.notice(&format!(
            "{} processes and {} connectors; find what is missing: millstream check {}",
            graph.processes.len(),
            graph.connectors.len(),
            path.display()
        ));
    }
    Ok(Exit::Ok)
}

fn format(args: &ImportArgs, name: &str, text: &str) -> Option<ImportFormat> {
    match args.format {
        Some(ImportKind::Fbp) => Some(ImportFormat::Fbp),
        Some(ImportKind::Json) => Some(ImportFormat::Json),
        Some(ImportKind::Drw) => Some(ImportFormat::Drw),
        None => ImportFormat::guess(name, text),
    }
}

/// The name and text of a file; `-` is standard input.
fn read(path: &Path) -> Result<(String, String), Fault> {
    let is_input = path.as_os_str() == "-";
    let name = if is_input {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    };
    let mut bytes = Vec::new();
    let read = if is_input {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|found| bytes = found)
    };
    let cannot = |why: &str| Fault::new(Exit::Io, format!("cannot read {name}: {why}"));
    read.map_err(|error| cannot(&io_text(&error)))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        cannot(&format!("it is no UTF-8 text, at byte {at}"))
    })?;
    Ok((name, text))
}

fn map(path: &Path) -> Result<ComponentMap, Fault> {
    let (name, text) = read(path)?;
    ComponentMap::read(&text).map_err(|error| {
        Fault::new(
            Exit::Invalid,
            format!("{name} is no map of components: {error}"),
        )
    })
}

/// The file is not in its format; where it goes wrong.
fn refused(error: &ReadError, source: &Arc<Source>, format: ImportFormat) -> Fault {
    let mut message = Message::new(Severity::Error, "syntax", &error.message);
    message.point_at(source, error.span.clone(), None);
    message.help.clone_from(&error.help);
    let names = ImportFormat::ALL.iter();
    if let Some((name, _)) = names.copied().find(|(_, known)| *known == format) {
        message.notes.push(format!("read as {name}"));
    }
    Fault {
        exit: Exit::Invalid,
        message: Box::new(message),
    }
}

fn warning(notice: &Notice, source: &Arc<Source>) -> Message {
    let mut message = Message::new(Severity::Warning, "import", &notice.message);
    if let Some(span) = &notice.span {
        message.point_at(source, span.clone(), None);
    }
    message.help.clone_from(&notice.help);
    message
}
