//! Values: what the `ron` crate reads from a piece of text, and what can be written at all.

use std::collections::HashSet;

use millstream_packet::{Shapes, Value, ValueSeed, View};

use crate::file::error::{Problem, ReadError, offset_of};
use crate::file::scan::{Scanned, Scanner};
use crate::file::tree::{Field, Node, Shape, value_at};

/// How deep a value may nest to be saved; the file around it takes the rest of the reader's limit.
pub(super) const VALUE_DEPTH_MAX: usize = 100;

/// A value that no graph file can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsavable {
    /// It holds a Rust value.
    #[error("an opaque value ({0}) cannot be saved")]
    Opaque(String),
    /// It nests deeper than a file may.
    #[error("a value that nests more than {VALUE_DEPTH_MAX} levels deep cannot be saved")]
    TooDeep,
}

/// Checks that a value can be written to a graph file and read back.
///
/// # Errors
///
/// Fails for opaque values, and for values that nest more than 100 levels deep.
pub fn check_savable(value: &Value) -> Result<(), Unsavable> {
    check_depth(value, 0)
}

fn check_depth(value: &Value, depth: usize) -> Result<(), Unsavable> {
    if depth > VALUE_DEPTH_MAX {
        return Err(Unsavable::TooDeep);
    }
    match value.view() {
        View::Opaque(opaque) => Err(Unsavable::Opaque(opaque.type_name().to_owned())),
        View::List(list) => list
            .iter()
            .try_for_each(|value| check_depth(value, depth + 1)),
        View::Record(record) => record
            .values()
            .iter()
            .try_for_each(|value| check_depth(value, depth + 1)),
        _ => Ok(()),
    }
}

/// Reads a single value as it stands in a graph file: `12`, `"text"`, `["a", "b"]`.
///
/// # Errors
///
/// Fails when the text is no value, with the place in the text.
pub fn read_value_text(text: &str) -> Result<Value, ReadError> {
    let mut scanner = Scanner::new(text);
    let value = value_at(&mut scanner).and_then(|node| {
        scanner.skip_blank()?;
        if scanner.peek().is_some() {
            let rest = scanner.at..text.trim_end().len();
            return Err(Problem::new(rest, "there is more than one value"));
        }
        read_value(text, &node, &mut Shapes::default())
    });
    value.map_err(|problem| problem.in_text(text))
}

/// Reads the value of a node.
pub(super) fn read_value(text: &str, node: &Node, shapes: &mut Shapes) -> Scanned<Value> {
    let source = text.get(node.span.clone()).unwrap_or_default();
    if let Some(plain) = plain_text(node, source) {
        return Ok(Value::from(plain));
    }
    check_node(text, node, 0)?;
    // Depth is checked above; `ron` counts some levels more than once.
    let options = ron::Options::default()
        .with_recursion_limit(4 * VALUE_DEPTH_MAX)
        .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options
        .from_str_seed(source, ValueSeed(shapes))
        .map_err(|error| {
            let start = offset_of(source, error.span.start.line, error.span.start.col);
            let end = offset_of(source, error.span.end.line, error.span.end.col).max(start);
            let place = node.span.start + start..node.span.start + end;
            Problem::new(place, lower(&error.code.to_string()))
        })
}

/// The content of a string without escapes, which is what most strings are.
pub(super) fn plain_text<'t>(node: &Node, source: &'t str) -> Option<&'t str> {
    let Shape::Text = node.shape else {
        return None;
    };
    let content = source.strip_prefix('"')?.strip_suffix('"')?;
    (!content.contains('\\')).then_some(content)
}

/// Messages of other crates in our form: lower case, no full stop.
fn lower(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "this cannot be read".to_owned(),
    }
}

/// Refuses what `ron` would take for something else than its writer meant.
fn check_node(text: &str, node: &Node, depth: usize) -> Scanned<()> {
    let source = text.get(node.span.clone()).unwrap_or_default();
    if depth > VALUE_DEPTH_MAX {
        let message = format!("this value nests too deep: the limit is {VALUE_DEPTH_MAX} levels");
        return Err(Problem::new(node.span.clone(), message));
    }
    match &node.shape {
        Shape::Text | Shape::Char | Shape::Bytes => Ok(()),
        Shape::Word => check_word(node, source),
        Shape::Number => check_number(node, source),
        Shape::List { items, .. } => check_all(text, items, depth),
        Shape::Tuple { name, items, .. } => {
            check_name(text, name.as_ref(), node)?;
            check_all(text, items, depth)
        }
        Shape::Struct { name, fields, .. } => {
            check_name(text, name.as_ref(), node)?;
            fields
                .iter()
                .try_for_each(|Field { value, .. }| check_node(text, value, depth + 1))
        }
        Shape::Map { entries, .. } => check_entries(text, entries, depth),
    }
}

fn check_entries(text: &str, entries: &[(Node, Node)], depth: usize) -> Scanned<()> {
    let mut seen = HashSet::with_capacity(entries.len());
    for (key, value) in entries {
        if !matches!(key.shape, Shape::Text) {
            return Err(
                Problem::new(key.span.clone(), "a field's name must be text")
                    .help("put it in quotes"),
            );
        }
        let name = text.get(key.span.clone()).unwrap_or_default();
        // Names that are equal only after their escapes are resolved are found by the value itself.
        if !seen.insert(name) {
            return Err(Problem::new(
                key.span.clone(),
                format!("the field {name} stands there twice"),
            ));
        }
        check_node(text, value, depth + 1)?;
    }
    Ok(())
}

fn check_all(text: &str, items: &[Node], depth: usize) -> Scanned<()> {
    items
        .iter()
        .try_for_each(|item| check_node(text, item, depth + 1))
}

fn check_word(node: &Node, source: &str) -> Scanned<()> {
    const KNOWN: [&str; 9] = [
        "true", "false", "None", "inf", "inff32", "inff64", "NaN", "NaNf32", "NaNf64",
    ];
    if KNOWN.contains(&source) {
        return Ok(());
    }
    let problem = Problem::new(node.span.clone(), format!("`{source}` is no value"));
    Err(match source {
        "null" | "nil" | "none" => problem.help("nothing is written `None`"),
        _ => problem.help(format!("text stands in quotes: \"{source}\"")),
    })
}

/// `ron` reads a whole number beyond 64 bits as a float, which would change it in silence, and knows ranges.
fn check_number(node: &Node, source: &str) -> Scanned<()> {
    if source.contains("..") {
        return Err(Problem::new(
            node.span.clone(),
            format!("`{source}` is no number"),
        ));
    }
    let plain: String = source.chars().filter(|&c| c != '_').collect();
    let digits = plain.trim_start_matches(['+', '-']);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !whole || plain.parse::<i64>().is_ok() {
        return Ok(());
    }
    let message = format!("the number {source} does not fit a 64-bit int");
    Err(Problem::new(node.span.clone(), message).help("quote it to keep it as text"))
}

fn check_name(text: &str, name: Option<&std::ops::Range<usize>>, node: &Node) -> Scanned<()> {
    let name = name.and_then(|name| text.get(name.clone()));
    match name {
        None | Some("Some") => Ok(()),
        Some(name) => Err(
            Problem::new(node.span.clone(), format!("`{name}(…)` is no value"))
                .help("write a record as { \"field\": value } and a list as [value]"),
        ),
    }
}
