//! Reads typed things off the tree: fields with their names checked, text, numbers, choices.

use std::hash::Hash;
use std::ops::Range;
use std::str::FromStr;

use indexmap::IndexMap;
use millstream_packet::{Shapes, Value};

use crate::catalog::nearest;
use crate::file::comments::CommentQueue;
use crate::file::error::{Problem, line_column};
use crate::file::scan::Scanned;
use crate::file::tree::{Field, Node, Shape};
use crate::file::value::{plain_text, read_value};

/// What the parts of the reader share.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) comments: CommentQueue<'t>,
    pub(super) shapes: Shapes,
}

/// A field whose name is known.
pub(super) struct Known<'n> {
    pub(super) name: &'static str,
    pub(super) field: &'n Field,
}

impl<'t> Reader<'t> {
    pub(super) fn source(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// The fields of a struct in the order of the text: all known, none twice.
    pub(super) fn fields<'n>(
        &self,
        node: &'n Node,
        kind: &'static str,
        known: &[&'static str],
    ) -> Scanned<Vec<Known<'n>>> {
        let (name, fields): (_, &[Field]) = match &node.shape {
            Shape::Struct { name, fields, .. } => (name, fields),
            Shape::Tuple { name, items, .. } if items.is_empty() => (name, &[]),
            _ => return Err(self.wrong(node, &format!("{kind}(…)"))),
        };
        if let Some(name) = name.as_ref().filter(|name| self.source(name) != kind) {
            let found = self.source(name);
            return Err(Problem::new(
                name.clone(),
                format!("expected `{kind}`, found `{found}`"),
            ));
        }
        let mut found: Vec<Known<'n>> = Vec::with_capacity(fields.len());
        for field in fields {
            let name = self.known_name(&field.name, kind, known)?;
            if let Some(first) = found.iter().find(|other| other.name == name) {
                return Err(self.twice(
                    &field.name,
                    &format!("the field `{name}`"),
                    &first.field.name,
                ));
            }
            found.push(Known { name, field });
        }
        Ok(found)
    }

    fn known_name(
        &self,
        span: &Range<usize>,
        kind: &str,
        known: &[&'static str],
    ) -> Scanned<&'static str> {
        let written = self.source(span);
        if let Some(name) = known.iter().find(|name| **name == written) {
            return Ok(name);
        }
        let message = format!("`{kind}` has no field `{written}`");
        let help = match nearest(written, known.iter().copied(), 1).first() {
            Some(name) => format!("did you mean `{name}`? what is free goes into `meta`"),
            None => format!(
                "its fields are {}; what is free goes into `meta`",
                known.join(", ")
            ),
        };
        Err(Problem::new(span.clone(), message).help(help))
    }

    /// The problem of something that stands there a second time.
    pub(super) fn twice(&self, span: &Range<usize>, what: &str, first: &Range<usize>) -> Problem {
        let (line, column) = line_column(self.text, first.start);
        Problem::new(span.clone(), format!("{what} stands there twice"))
            .help(format!("the first one is in line {line}, column {column}"))
    }

    pub(super) fn wrong(&self, node: &Node, wanted: &str) -> Problem {
        let found = match &node.shape {
            Shape::Text => "text",
            Shape::Char => "a character",
            Shape::Bytes => "bytes",
            Shape::Number => "a number",
            Shape::Word => {
                let word = self.source(&node.span);
                let problem = Problem::new(
                    node.span.clone(),
                    format!("expected {wanted}, found `{word}`"),
                );
                return if wanted == "text" {
                    problem.help(format!("text stands in quotes: \"{word}\""))
                } else {
                    problem
                };
            }
            Shape::List { .. } => "a list",
            Shape::Map { .. } => "a map",
            Shape::Struct { .. } => "a struct",
            Shape::Tuple { .. } => "a tuple",
        };
        Problem::new(
            node.span.clone(),
            format!("expected {wanted}, found {found}"),
        )
    }

    /// Reads a value by way of the `ron` crate.
    pub(super) fn value(&mut self, node: &Node) -> Scanned<Value> {
        read_value(self.text, node, &mut self.shapes)
    }

    pub(super) fn text(&mut self, node: &Node) -> Scanned<String> {
        let Shape::Text = node.shape else {
            return Err(self.wrong(node, "text"));
        };
        let source = self.source(&node.span);
        if let Some(plain) = plain_text(node, source) {
            return Ok(plain.to_owned());
        }
        let value = self.value(node)?;
        Ok(value.as_text().unwrap_or_default().to_owned())
    }

    /// Text, or nothing for `None`.
    pub(super) fn optional_text(&mut self, node: &Node) -> Scanned<Option<String>> {
        match self.optional(node) {
            None => Ok(None),
            Some(node) => self.text(node).map(Some),
        }
    }

    /// What stands in `Some(…)`, or without it; nothing for `None`.
    pub(super) fn optional<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        match &node.shape {
            Shape::Word if self.source(&node.span) == "None" => None,
            Shape::Tuple {
                name: Some(name),
                items,
                ..
            } if self.source(name) == "Some" => match items.as_slice() {
                [inner] => Some(inner),
                _ => Some(node),
            },
            _ => Some(node),
        }
    }

    /// Text that is a name of some kind.
    pub(super) fn parsed<T: FromStr<Err: ToString>>(&mut self, node: &Node) -> Scanned<T> {
        let text = self.text(node)?;
        text.parse()
            .map_err(|error: T::Err| Problem::new(node.span.clone(), error.to_string()))
    }

    pub(super) fn flag(&self, node: &Node) -> Scanned<bool> {
        let node = self.optional(node).unwrap_or(node);
        match self.source(&node.span) {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.wrong(node, "true or false")),
        }
    }

    /// A whole number from `least` on.
    pub(super) fn whole(&mut self, node: &Node, least: u32) -> Scanned<u32> {
        let wanted = format!("a whole number from {least} to {}", u32::MAX);
        let node = self.optional(node).unwrap_or(node);
        let Shape::Number = node.shape else {
            return Err(self.wrong(node, &wanted));
        };
        let found = self.value(node)?.as_int();
        let fits = found
            .and_then(|int| u32::try_from(int).ok())
            .filter(|&number| number >= least);
        fits.ok_or_else(|| {
            let written = self.source(&node.span);
            Problem::new(
                node.span.clone(),
                format!("expected {wanted}, found {written}"),
            )
        })
    }

    pub(super) fn number(&mut self, node: &Node) -> Scanned<f64> {
        let node = self.optional(node).unwrap_or(node);
        let number = match node.shape {
            Shape::Number => self.value(node)?.as_number(),
            _ => None,
        };
        let finite = number.filter(|number| number.is_finite());
        finite.ok_or_else(|| self.wrong(node, "a finite number"))
    }

    /// One of several words, bare or in quotes.
    pub(super) fn choice<T: Copy>(&mut self, node: &Node, all: &[(&'static str, T)]) -> Scanned<T> {
        let node = self.optional(node).unwrap_or(node);
        let word = match node.shape {
            Shape::Word => self.source(&node.span).to_owned(),
            _ => self.text(node)?,
        };
        if let Some((_, choice)) = all.iter().find(|(name, _)| *name == word) {
            return Ok(*choice);
        }
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let problem = Problem::new(
            node.span.clone(),
            format!("`{word}` is none of {}", names.join(", ")),
        );
        Err(match nearest(&word, names, 1).first() {
            Some(name) => problem.help(format!("did you mean `{name}`?")),
            None => problem,
        })
    }

    /// The items of a list.
    pub(super) fn list<'n>(&self, node: &'n Node) -> Scanned<&'n [Node]> {
        match &node.shape {
            Shape::List { items, .. } => Ok(items),
            _ => Err(self.wrong(node, "a list")),
        }
    }

    /// The entries of a map.
    pub(super) fn map<'n>(&self, node: &'n Node) -> Scanned<&'n [(Node, Node)]> {
        match &node.shape {
            Shape::Map { entries, .. } => Ok(entries),
            _ => Err(self.wrong(node, "a map")),
        }
    }

    /// Reads a map that has no comments of its own, such as `iips`.
    pub(super) fn inner_map<K: FromStr<Err: ToString> + Hash + Eq + Clone, V>(
        &mut self,
        node: &Node,
        kind: &str,
        mut read: impl FnMut(&mut Self, &K, &Node) -> Scanned<V>,
    ) -> Scanned<IndexMap<K, V>> {
        let entries = self.map(node)?;
        let mut map = IndexMap::with_capacity(entries.len());
        for (key_node, value) in entries {
            let key: K = self.parsed(key_node)?;
            self.new_key(kind, key_node, map.get_index_of(&key), entries)?;
            let value = read(self, &key, value)?;
            map.insert(key, value);
        }
        Ok(map)
    }

    /// Refuses a key that an earlier entry of the map has already.
    pub(super) fn new_key(
        &self,
        kind: &str,
        key: &Node,
        first: Option<usize>,
        entries: &[(Node, Node)],
    ) -> Scanned<()> {
        let Some((first, _)) = first.and_then(|first| entries.get(first)) else {
            return Ok(());
        };
        let what = format!("{kind} {}", self.source(&key.span));
        Err(self.twice(&key.span, &what, &first.span))
    }

    pub(super) fn meta(&mut self, node: &Node) -> Scanned<IndexMap<String, Value>> {
        self.inner_map(node, "the key", |reader, _key: &String, node| {
            reader.value(node)
        })
    }
}
