//! `millstream diff`: what two graphs differ in.

use millstream_graph::diff::{Aspect, Change, Difference, diff as differences};
use serde_json::{Map, Value as Json, json};

use crate::args::{DiffArgs, Format};
use crate::exit::{Exit, Fault};
use crate::load::Loader;
use crate::output::{Look, Shell, add, safe};
use crate::render::paint;

const GREEN: &str = "32";
const RED: &str = "31";
const YELLOW: &str = "33";
const BOLD: &str = "1";

/// Compares two graph files.
///
/// # Errors
///
/// Fails when one of them cannot be read.
pub(crate) fn diff(args: &DiffArgs, shell: &Shell) -> Result<Exit, Fault> {
    let (old, new) = (Loader::open(&args.old)?, Loader::open(&args.new)?);
    let mut found = differences(&old.root().graph, &new.root().graph);
    if args.logic {
        found.retain(|found| found.aspect == Aspect::Logic);
    }
    match shell.format {
        Format::Json => shell.json(&document(&found))?,
        Format::Human => shell.data(&page(&found, shell.out))?,
    }
    if found.is_empty() {
        shell.notice("no differences");
        return Ok(Exit::Ok);
    }
    Ok(Exit::Different)
}

/// The differences for people, an aspect after the other.
fn page(found: &[Difference], look: Look) -> String {
    let mut text = String::new();
    for aspect in Aspect::ALL {
        let mut lines = found
            .iter()
            .filter(|found| found.aspect == aspect)
            .peekable();
        if lines.peek().is_none() {
            continue;
        }
        add(
            &mut text,
            format_args!("{}\n", paint(aspect.name(), BOLD, look)),
        );
        for found in lines {
            add(&mut text, format_args!("  {}\n", line(found, look)));
        }
    }
    text
}

fn line(found: &Difference, look: Look) -> String {
    let subject = &found.subject;
    let what = |what: &str| {
        if what.is_empty() {
            String::new()
        } else {
            format!(" ({what})")
        }
    };
    let (line, color) = match &found.change {
        Change::Added(is) => (format!("+ {subject}{}", what(is)), GREEN),
        Change::Removed(was) => (format!("- {subject}{}", what(was)), RED),
        Change::Renamed(before) => (format!("~ {subject}: was called {before}"), YELLOW),
        Change::Changed { field, old, new } => {
            let values = match (old, new) {
                (Some(old), Some(new)) => format!(" {old} -> {new}"),
                (Some(old), None) => format!(" {old} -> nothing"),
                (None, Some(new)) => format!(" nothing -> {new}"),
                (None, None) => " changed".to_owned(),
            };
            (format!("~ {subject}: {field}{values}"), YELLOW)
        }
    };
    paint(&safe(&line).replace('\n', " "), color, look)
}

fn document(found: &[Difference]) -> Json {
    let mut document = Map::new();
    document.insert("schema".to_owned(), "millstream.diff/1".into());
    document.insert("equal".to_owned(), found.is_empty().into());
    for aspect in Aspect::ALL {
        let of_aspect = found.iter().filter(|found| found.aspect == aspect);
        let list: Vec<Json> = of_aspect.map(entry).collect();
        document.insert(aspect.name().to_owned(), list.into());
    }
    document.into()
}

fn entry(found: &Difference) -> Json {
    let (kind, name) = (found.subject.kind(), found.subject.name());
    let change = |change: &str, field: Option<&str>, old: Option<&str>, new: Option<&str>| json!({ "change": change, "kind": kind, "name": name, "field": field, "old": old, "new": new });
    match &found.change {
        Change::Added(what) => change("added", None, None, Some(what)),
        Change::Removed(what) => change("removed", None, Some(what), None),
        Change::Renamed(before) => change(
            "renamed",
            Some("name"),
            Some(before.as_str()),
            name.as_deref(),
        ),
        Change::Changed { field, old, new } => {
            change("changed", Some(field), old.as_deref(), new.as_deref())
        }
    }
}
