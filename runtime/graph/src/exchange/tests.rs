//! Graphs of other tools: what comes in, what goes out, what is said about the rest.

mod drawing;
mod mistakes;
mod round_trip;
mod samples;

use std::fmt::Write as _;

use crate::exchange::{ComponentMap, ImportFormat, ImportOptions, Imported, Notice, import};
use crate::file::{line_column, write};
use crate::testing::catalog;

/// Imports a text that must be readable.
fn imported(format: ImportFormat, text: &str, map: &str) -> Imported {
    let components = ComponentMap::read(map).unwrap();
    let catalog = catalog();
    let options = ImportOptions {
        components: &components,
        spec_of: &|component| catalog.get_shared(component.as_str()),
        case: crate::exchange::Case::AsTheFileSays,
    };
    match import(format, text, &options) {
        Ok(imported) => imported,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// The graph, and below it what was said.
fn shown(text: &str, imported: &Imported) -> String {
    let mut shown = write(&imported.graph);
    for Notice {
        message,
        span,
        help,
    } in &imported.notices
    {
        let place = span.as_ref().map(|span| line_column(text, span.start));
        let place = place.map_or(String::new(), |(line, column)| format!("{line}:{column} "));
        writeln!(shown, "- {place}{message}").unwrap();
        if let Some(help) = help {
            writeln!(shown, "  help: {help}").unwrap();
        }
    }
    shown
}
