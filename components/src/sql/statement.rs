//! Statements with parameters, in the words of both databases.

use millstream_component::prelude::*;

/// How a database marks parameters by number: `?1` or `$1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// A statement whose `:name` have become numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) text: String,
    /// The fields that the numbers stand for, from 1; none if the statement has its own numbers.
    names: Vec<String>,
}

impl Dialect {
    /// How the parameter of this number is marked.
    pub(super) fn mark(self, number: usize) -> String {
        match self {
            Self::Sqlite => format!("?{number}"),
            Self::Postgres => format!("${number}"),
        }
    }
}

impl Statement {
    /// A statement with numbers of its own.
    pub(super) fn plain(text: String) -> Self {
        Self {
            text,
            names: Vec::new(),
        }
    }

    /// Reads a statement. Quoted text, names and comments stay as they are.
    pub(super) fn parse(text: &str, dialect: Dialect) -> Self {
        let mut statement = Self {
            text: String::with_capacity(text.len()),
            names: Vec::new(),
        };
        let mut left = text;
        while let Some(first) = left.chars().next() {
            let length = match parameter(left) {
                Some(name) => {
                    let number = statement.number(name);
                    statement.text.push_str(&dialect.mark(number));
                    left = left.get(1 + name.len()..).unwrap_or_default();
                    continue;
                }
                None => quoted_length(left).unwrap_or(first.len_utf8()),
            };
            let (same, rest) = left.split_at_checked(length).unwrap_or((left, ""));
            statement.text.push_str(same);
            left = rest;
        }
        statement
    }

    /// The number of a name; the same name has the same one everywhere.
    fn number(&mut self, name: &str) -> usize {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) + 1
    }

    /// The values of the parameters, of which the database has counted so many.
    ///
    /// # Errors
    ///
    /// Fails when the packet does not have them.
    pub(super) fn values(&self, packet: &Value, count: usize) -> Result<Vec<Value>, Failure> {
        if count == 0 {
            return Ok(Vec::new());
        }
        if self.names.is_empty() {
            return numbered(packet, count);
        }
        let Some(record) = packet.as_record() else {
            let (kind, name) = (packet.kind(), &self.names[0]);
            return Err(Failure::packet(format!(
                "the packet is {kind}, not a record with the field `{name}` for `:{name}`"
            )));
        };
        let value = |name: &String| {
            record.get(name).cloned().ok_or_else(|| {
                Failure::packet(format!("the record has no field `{name}` for `:{name}`"))
            })
        };
        self.names.iter().map(value).collect()
    }
}

fn numbered(packet: &Value, count: usize) -> Result<Vec<Value>, Failure> {
    let values = match packet.as_list() {
        Some(list) => list.to_vec(),
        None => vec![packet.clone()],
    };
    if packet.as_record().is_some() || values.len() != count {
        let found = match packet.as_list() {
            Some(list) => format!("a list of {}", list.len()),
            None => packet.kind().to_string(),
        };
        return Err(Failure::packet(format!(
            "the statement takes {count} values by number, but the packet is {found}"
        )));
    }
    Ok(values)
}

/// The name of the parameter that stands here, if one does.
fn parameter(text: &str) -> Option<&str> {
    let after = text.strip_prefix(':')?;
    let length = after
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(after.len());
    let name = after.get(..length)?;
    name.chars()
        .next()
        .is_some_and(|first| !first.is_ascii_digit())
        .then_some(name)
}

/// Length of what stands here and holds no parameters: quoted text or names, comments, casts, names with their letters.
fn quoted_length(text: &str) -> Option<usize> {
    let until = |start: &str, end: &str| {
        let inner = text.strip_prefix(start)?;
        let length = inner.find(end).map_or(inner.len(), |at| at + end.len());
        Some(start.len() + length)
    };
    until("'", "'")
        .or_else(|| until("\"", "\""))
        .or_else(|| until("`", "`"))
        .or_else(|| until("--", "\n"))
        .or_else(|| until("/*", "*/"))
        .or_else(|| text.starts_with("::").then_some(2))
        .or_else(|| dollar_quoted(text))
}

/// PostgreSQL's `$tag$ … $tag$`.
fn dollar_quoted(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('$')?;
    let tag_length = inner.find('$')?;
    let tag = inner.get(..tag_length)?;
    let is_tag = tag
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_')
        && !tag.starts_with(|first: char| first.is_ascii_digit());
    if !is_tag {
        return None;
    }
    let mark = format!("${tag}$");
    let body = text.get(mark.len()..)?;
    let length = body.find(&mark).map_or(body.len(), |at| at + mark.len());
    Some(mark.len() + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_numbers() {
        let text = "SELECT :a, x FROM t WHERE b = :b_2 AND a < :a";
        let statement = Statement::parse(text, Dialect::Sqlite);
        assert_eq!(
            statement.text,
            "SELECT ?1, x FROM t WHERE b = ?2 AND a < ?1"
        );
        assert_eq!(statement.names, ["a", "b_2"]);
        let statement = Statement::parse(text, Dialect::Postgres);
        assert_eq!(
            statement.text,
            "SELECT $1, x FROM t WHERE b = $2 AND a < $1"
        );
    }

    #[test]
    fn what_is_no_parameter_stays() {
        for text in [
            "SELECT 'it''s :a', \":b\", `:c` -- :d\n/* :e */ FROM t",
            "SELECT x::int, $1, $x$ :a $x$, $$ :b $$, '12:30', a[1:2], : ",
            "SELECT ?1, ?, 'open :a",
            "SELECT '\u{e4}:x' || \"\u{20ac}",
        ] {
            let statement = Statement::parse(text, Dialect::Postgres);
            assert_eq!(statement.text, text);
            assert!(statement.names.is_empty(), "{text}");
        }
    }

    #[test]
    fn values_come_from_the_packet() {
        let named = Statement::parse("SELECT :b, :a", Dialect::Sqlite);
        let record = Value::from(Record::from_iter([("a", 1_i64), ("b", 2)]));
        assert_eq!(
            named.values(&record, 2).unwrap(),
            [2_i64, 1].map(Value::from)
        );
        let numbered = Statement::parse("SELECT ?, ?", Dialect::Sqlite);
        let list = Value::list(vec![1_i64.into(), 2_i64.into()]);
        assert_eq!(
            numbered.values(&list, 2).unwrap(),
            [1_i64, 2].map(Value::from)
        );
        assert_eq!(
            numbered.values(&7_i64.into(), 1).unwrap(),
            [Value::from(7_i64)]
        );
        assert!(numbered.values(&record, 0).unwrap().is_empty());
    }

    #[test]
    fn what_the_packet_lacks_is_told() {
        let named = Statement::parse("SELECT :a", Dialect::Sqlite);
        let numbered = Statement::parse("SELECT ?", Dialect::Sqlite);
        let other = Value::from(Record::from_iter([("b", 1_i64)]));
        let cases = [
            (
                &named,
                other.clone(),
                "the record has no field `a` for `:a`",
            ),
            (
                &named,
                1_i64.into(),
                "the packet is int, not a record with the field `a`",
            ),
            (
                &numbered,
                other,
                "takes 1 values by number, but the packet is record",
            ),
            (
                &numbered,
                Value::list(vec![]),
                "but the packet is a list of 0",
            ),
        ];
        for (statement, packet, message) in cases {
            let failure = statement.values(&packet, 1).unwrap_err().to_string();
            assert!(failure.contains(message), "{failure}");
        }
    }
}
