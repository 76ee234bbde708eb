//! `in`: elements of lists, parts of texts, fields of records.

use millstream_packet::{Value, View};

use super::compare::equal;

/// Why `in` has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The right side holds nothing.
    NoContainer,
    /// Texts and records are asked for text.
    NotText,
    /// No element is of the kind of what is asked for.
    OtherKinds,
}

/// Whether `container` has `part`.
pub(crate) fn contains(part: View<'_>, container: View<'_>) -> Result<bool, NoAnswer> {
    match (container, part) {
        (View::List(list), _) => in_list(part, list),
        (View::Text(text), View::Text(part)) => Ok(text.contains(part)),
        (View::Record(record), View::Text(name)) => Ok(record.get(name).is_some()),
        (View::Text(_) | View::Record(_), _) => Err(NoAnswer::NotText),
        _ => Err(NoAnswer::NoContainer),
    }
}

fn in_list(part: View<'_>, list: &[Value]) -> Result<bool, NoAnswer> {
    let mut comparable = list.is_empty();
    for element in list {
        match equal(part, element.view()) {
            Some(true) => return Ok(true),
            Some(false) => comparable = true,
            None => {}
        }
    }
    if comparable {
        Ok(false)
    } else {
        Err(NoAnswer::OtherKinds)
    }
}
