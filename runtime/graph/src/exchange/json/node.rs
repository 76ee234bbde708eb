//! JSON with places: a value is a piece of the text until somebody asks what it is.

use std::fmt;
use std::ops::Range;

use millstream_packet::Value;
use serde::de::{Deserializer as _, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::file::Problem;

/// A value and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'t> {
    source: &'t str,
    start: usize,
}

/// The fields of an object in their order.
pub(super) type Fields<'t> = Vec<(String, Node<'t>)>;

impl<'t> Node<'t> {
    /// The whole text.
    pub(super) fn document(text: &'t str) -> Result<Self, Problem> {
        let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
        let source = text.get(start..).unwrap_or_default();
        let node = Self { source, start };
        let raw: &RawValue = serde_json::from_str(source).map_err(|error| node.problem(&error))?;
        Ok(node.child(raw))
    }

    /// The beginning of the value, for pointing at something that may be long.
    pub(super) fn head(&self) -> Range<usize> {
        let line = self.source.lines().next().unwrap_or_default();
        self.start..self.start + line.len()
    }

    /// A raw value inside this one; raw values are pieces of the text that was read.
    fn child(&self, raw: &'t RawValue) -> Self {
        let offset = raw.get().as_ptr().addr() - self.source.as_ptr().addr();
        Self {
            source: raw.get(),
            start: self.start + offset,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.source == "null"
    }

    pub(super) fn fields(&self) -> Result<Fields<'t>, Problem> {
        let mut reader = serde_json::Deserializer::from_str(self.source);
        let fields = reader.deserialize_map(FieldVisitor);
        let fields = fields.map_err(|error| self.wrong(&error, "an object { … }"))?;
        Ok(fields
            .into_iter()
            .map(|(name, raw)| (name, self.child(raw)))
            .collect())
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, Problem> {
        let mut reader = serde_json::Deserializer::from_str(self.source);
        let items = reader.deserialize_seq(ItemVisitor);
        let items = items.map_err(|error| self.wrong(&error, "a list [ … ]"))?;
        Ok(items.into_iter().map(|raw| self.child(raw)).collect())
    }

    pub(super) fn text(&self) -> Result<String, Problem> {
        serde_json::from_str(self.source).map_err(|error| self.wrong(&error, "text"))
    }

    pub(super) fn flag(&self) -> Result<bool, Problem> {
        serde_json::from_str(self.source).map_err(|error| self.wrong(&error, "true or false"))
    }

    pub(super) fn value(&self) -> Result<Value, Problem> {
        Value::from_json(self.source.as_bytes()).map_err(|error| {
            let text = error.to_string();
            let message = text.split(" at line").next().unwrap_or_default();
            let at = self.start + offset(self.source, error.line(), error.column());
            Problem::new(at..at, message)
        })
    }

    /// A problem of another kind of value than wanted; broken JSON keeps its own place.
    fn wrong(&self, error: &serde_json::Error, wanted: &str) -> Problem {
        if error.is_data() && error.column() <= 1 {
            return Problem::new(self.head(), format!("expected {wanted}"));
        }
        if error.is_data() && !error.to_string().contains("twice") {
            return Problem::new(self.head(), format!("expected {wanted}"));
        }
        self.problem(error)
    }

    fn problem(&self, error: &serde_json::Error) -> Problem {
        let text = error.to_string();
        let message = text.split(" at line").next().unwrap_or_default();
        let message = message.replace("EOF while parsing", "the text ends inside");
        let at = self.start + offset(self.source, error.line(), error.column());
        Problem::new(at..at + 1, message)
    }
}

/// The byte that a line and a column (in bytes) mean.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    text.floor_char_boundary((start + column.saturating_sub(1)).min(text.len()))
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut fields: Self::Value = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some(name) = access.next_key::<String>()? {
            if !seen.insert(name.clone()) {
                let message = format!("the field `{name}` stands there twice");
                return Err(A::Error::custom(message));
            }
            fields.push((name, access.next_value()?));
        }
        Ok(fields)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_where_they_stand() {
        let text = "{ \"a\": [1, {\"b\": \"ü\"}],\n \"c\": true }";
        let fields = Node::document(text).unwrap().fields().unwrap();
        let items = fields[0].1.items().unwrap();
        let b = items[1].fields().unwrap()[0].1;
        assert_eq!(text.get(b.head()), Some("\"ü\""));
        assert_eq!(b.text().unwrap(), "ü");
        assert!(fields[1].1.flag().unwrap());
        assert_eq!(text.get(fields[1].1.head()), Some("true"));
    }

    #[test]
    fn mistakes_are_found_at_their_place() {
        let place = |text: &str| {
            let problem = Node::document(text)
                .and_then(|node| node.fields())
                .unwrap_err();
            let error = problem.in_text(text);
            (error.line, error.column, error.message)
        };
        assert_eq!(place("{\n  \"a\" 1 }").0, 2);
        assert_eq!(place("[]"), (1, 1, "expected an object { … }".to_owned()));
        assert!(
            place("{\"a\": 1, \"a\": 2}")
                .2
                .contains("`a` stands there twice")
        );
        assert_eq!(place("{\"a\": 1").2, "the text ends inside an object");
    }
}
