//! The statement that writes a record into a table.

use millstream_component::prelude::*;

use super::{Columns, Mode, Numbered};
use crate::sql::statement::{Dialect, Statement};

/// A table, and the statement for the records that came last.
#[derive(Debug)]
pub(super) struct Table {
    /// Quoted.
    name: String,
    /// The columns that tell rows apart, for records that replace others.
    key: Option<Vec<String>>,
    last: Option<(Shape, Statement)>,
}

impl Table {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// Fails when the table has no name, and when rows are to be replaced and cannot be told apart.
    pub(super) fn new(name: &str, mode: Mode, key: Option<&Columns>) -> Result<Self, Failure> {
        if name.split('.').any(str::is_empty) {
            return Err(Failure::fatal(format!(
                "`table`: `{name}` is no name of a table"
            )));
        }
        let key = match (mode, key) {
            (Mode::Append, _) => None,
            (Mode::Upsert, Some(key)) => Some(key.names().to_vec()),
            (Mode::Upsert, None) => {
                return Err(Failure::fatal(
                    "`mode` is `upsert`, but `key` does not say which columns tell rows apart",
                ));
            }
        };
        let parts: Vec<String> = name.split('.').map(quoted).collect();
        Ok(Self {
            name: parts.join("."),
            key,
            last: None,
        })
    }

    /// The statement for records with the fields of this one.
    ///
    /// # Errors
    ///
    /// Fails when it has none, or lacks one of the key.
    pub(super) fn statement(
        &mut self,
        record: &Record,
        dialect: Dialect,
    ) -> Result<&Statement, Failure> {
        let shape = record.shape();
        let is_known = self
            .last
            .as_ref()
            .is_some_and(|(known, _)| known.is_same(shape));
        if !is_known {
            let statement = self.make(shape, dialect)?;
            self.last = Some((shape.clone(), statement));
        }
        match &self.last {
            Some((_, statement)) => Ok(statement),
            None => Err(Failure::fatal("there is no statement")),
        }
    }

    fn make(&self, shape: &Shape, dialect: Dialect) -> Result<Statement, Failure> {
        if shape.is_empty() {
            return Err(Failure::fatal("a record without fields is no row"));
        }
        let columns: Vec<String> = shape.names().iter().map(|name| quoted(name)).collect();
        let marks: Vec<String> = (1..=shape.len())
            .map(|number| dialect.mark(number))
            .collect();
        let mut text = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.name,
            columns.join(", "),
            marks.join(", ")
        );
        if let Some(key) = &self.key {
            text.push_str(&on_conflict(key, shape)?);
        }
        Ok(Statement::plain(text))
    }
}

fn on_conflict(key: &[String], shape: &Shape) -> Result<String, Failure> {
    if let Some(missing) = key.iter().find(|name| shape.index_of(name).is_none()) {
        return Err(Failure::fatal(format!(
            "a record has no field `{missing}`, which is in `key`"
        )));
    }
    let is_key = |name: &&Text| key.iter().any(|part| part == name.as_str());
    let changes: Vec<String> = shape
        .names()
        .iter()
        .filter(|name| !is_key(name))
        .map(|name| format!("{0} = excluded.{0}", quoted(name)))
        .collect();
    let key: Vec<String> = key.iter().map(|name| quoted(name)).collect();
    let action = if changes.is_empty() {
        "NOTHING".to_owned()
    } else {
        format!("UPDATE SET {}", changes.join(", "))
    };
    Ok(format!(" ON CONFLICT ({}) DO {action}", key.join(", ")))
}

/// The parameters of each record.
pub(super) fn rows(records: &[Numbered]) -> Vec<Vec<Value>> {
    let values = |(_, record): &Numbered| record.values().to_vec();
    records.iter().map(values).collect()
}

/// A name as it is, whatever it is.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(mode: Mode, key: Option<&str>, fields: &[&str]) -> Result<String, String> {
        let key = key.map(|key| Columns::One(key.to_owned()));
        let record: Record = fields.iter().map(|name| (*name, Value::NULL)).collect();
        Table::new("shop.order \"x\"", mode, key.as_ref())
            .and_then(|mut table| {
                let statement = table.statement(&record, Dialect::Postgres)?;
                Ok(statement.text.clone())
            })
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn names_are_quoted_whatever_they_are() {
        let text = statement(Mode::Append, None, &["a", "b:c", "d\"); DROP"]).unwrap();
        let expected = "INSERT INTO \"shop\".\"order \"\"x\"\"\" (\"a\", \"b:c\", \"d\"\"); DROP\") VALUES ($1, $2, $3)";
        assert_eq!(text, expected);
    }

    #[test]
    fn rows_with_the_same_key_are_brought_up_to_date() {
        let text = statement(Mode::Upsert, Some("id"), &["id", "a", "b"]).unwrap();
        let expected =
            " ON CONFLICT (\"id\") DO UPDATE SET \"a\" = excluded.\"a\", \"b\" = excluded.\"b\"";
        assert!(text.ends_with(expected), "{text}");
        let text = statement(Mode::Upsert, Some("id"), &["id"]).unwrap();
        assert!(text.ends_with(" ON CONFLICT (\"id\") DO NOTHING"), "{text}");
    }

    #[test]
    fn what_makes_no_row_is_told() {
        let cases = [
            (statement(Mode::Upsert, None, &["a"]), "`key` does not say"),
            (
                statement(Mode::Upsert, Some("id"), &["a"]),
                "has no field `id`",
            ),
            (statement(Mode::Append, None, &[]), "without fields"),
        ];
        for (found, message) in cases {
            assert!(found.unwrap_err().contains(message));
        }
    }
}
