//! Our components for those of other tools.

use indexmap::IndexMap;
use millstream_packet::{Record, Shapes, Value, ValueSeed};

use crate::exchange::fbp::last_part;
use crate::names::{ComponentRef, NameError, PortName};

/// Says which of our components stands for one of another tool, and how its ports are called here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComponentMap {
    entries: IndexMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    component: ComponentRef,
    /// By the name in small letters.
    ports: IndexMap<String, PortName>,
}

/// A text that is no component map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// The text is no RON, or its entries are not named.
    #[error("{message} (line {line}, column {column})")]
    Syntax {
        /// What is wrong.
        message: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// An entry names no component of ours.
    #[error("the entry `{entry}`: {source}")]
    Name {
        /// The component of the other tool.
        entry: String,
        /// Why the name is none.
        source: NameError,
    },
    /// An entry has another shape than it should.
    #[error(
        "the entry `{entry}`: {problem}; write \"family/Name\", or {{ \"component\": \"family/Name\", \"ports\": \
         {{ \"THEIRS\": \"ours\" }} }}"
    )]
    Entry {
        /// The component of the other tool.
        entry: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl ComponentMap {
    /// Reads a map from RON (or JSON): `{ "ReadFile": "file/ReadLines" }`.
    ///
    /// An entry that renames ports is a record: `{ "component": "file/Write", "ports": { "DEST": "path" } }`.
    ///
    /// # Errors
    ///
    /// Fails when the text is no map, or an entry names no component.
    pub fn read(text: &str) -> Result<Self, MapError> {
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let value = options
            .from_str_seed(text, ValueSeed(&mut Shapes::default()))
            .map_err(|error| MapError::Syntax {
                message: lower_first(&error.code.to_string()),
                line: error.span.start.line,
                column: error.span.start.col,
            })?;
        let Some(record) = value.as_record() else {
            return Err(MapError::Syntax {
                message: "expected a map { \"Theirs\": \"family/Ours\" }".to_owned(),
                line: 1,
                column: 1,
            });
        };
        let entries = record.iter().map(|(name, value)| {
            let entry = Entry::read(name.as_str(), value)?;
            Ok((name.as_str().to_owned(), entry))
        });
        Ok(Self {
            entries: entries.collect::<Result<_, MapError>>()?,
        })
    }

    /// Our component for one of another tool: by its whole name, or by the last part of it.
    pub(super) fn component(&self, theirs: &str) -> Option<&ComponentRef> {
        self.entry(theirs).map(|entry| &entry.component)
    }

    /// Our name for a port of such a component.
    pub(super) fn port(&self, theirs: &str, port: &str) -> Option<&PortName> {
        self.entry(theirs)?.ports.get(&port.to_lowercase())
    }

    fn entry(&self, theirs: &str) -> Option<&Entry> {
        let whole = self.entries.get(theirs);
        whole.or_else(|| self.entries.get(last_part(theirs)))
    }
}

impl Entry {
    fn read(name: &str, value: &Value) -> Result<Self, MapError> {
        let wrong = |problem: &str| MapError::Entry {
            entry: name.to_owned(),
            problem: problem.to_owned(),
        };
        if let Some(text) = value.as_text() {
            return Ok(Self {
                component: component(name, text)?,
                ports: IndexMap::new(),
            });
        }
        let record = value
            .as_record()
            .ok_or_else(|| wrong("it is neither text nor a record"))?;
        if let Some((field, _)) = record
            .iter()
            .find(|(field, _)| !matches!(field.as_str(), "component" | "ports"))
        {
            return Err(wrong(&format!("it has no field `{field}`")));
        }
        let text = record.get("component").and_then(Value::as_text);
        let text = text.ok_or_else(|| wrong("it names no component"))?;
        let empty = Record::empty();
        let ports = match record.get("ports") {
            None => &empty,
            Some(ports) => ports
                .as_record()
                .ok_or_else(|| wrong("`ports` is no record"))?,
        };
        let ports = ports.iter().map(|(theirs, ours)| {
            let ours = ours.as_text().ok_or_else(|| wrong("a port is no text"))?;
            let ours = PortName::new(ours).map_err(|source| MapError::Name {
                entry: name.to_owned(),
                source,
            })?;
            Ok((theirs.as_str().to_lowercase(), ours))
        });
        Ok(Self {
            component: component(name, text)?,
            ports: ports.collect::<Result<_, MapError>>()?,
        })
    }
}

/// Messages of other crates in our form.
fn lower_first(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    let first = chars.next().into_iter().flat_map(char::to_lowercase);
    first.chain(chars).collect()
}

fn component(entry: &str, text: &str) -> Result<ComponentRef, MapError> {
    text.parse().map_err(|source| MapError::Name {
        entry: entry.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_components_by_whole_name_or_last_part() {
        let map = ComponentMap::read(
            r#"{
                // What reads files.
                "ReadFile": { "component": "file/ReadLines", "ports": { "SOURCE": "path" } },
                "a.b.Copy": "core/Copy",
            }"#,
        )
        .unwrap();
        let component = |theirs: &str| map.component(theirs).map(ComponentRef::as_str);
        assert_eq!(component("com.x.ReadFile"), Some("file/ReadLines"));
        assert_eq!(component("a.b.Copy"), Some("core/Copy"));
        assert_eq!(component("Copy"), None);
        assert_eq!(map.port("x/ReadFile", "source").unwrap().as_str(), "path");
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| ComponentMap::read(text).unwrap_err().to_string();
        assert!(error("{ \"A\": \"Copy\" }").contains("the entry `A`"));
        assert!(error("{ \"A\": 3 }").contains("neither text nor a record"));
        assert!(error("{ \"A\": { \"to\": \"x/Y\" } }").contains("no field `to`"));
        assert!(error("{\n \"A\" }").contains("line 2"));
        assert!(error("[]").contains("expected a map"));
    }
}
