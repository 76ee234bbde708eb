//! What contenders print, so far that it can be compared: rows of values, whatever their order and their notation.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Floats that were added up in another order differ by less than this part.
const TOLERANCE: f64 = 1e-6;

/// Rows in an order that does not depend on how they were printed.
pub(super) type Rows = Vec<Vec<Cell>>;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
}

/// Reads JSON lines, or cells between tabs.
pub(super) fn read(path: &Path) -> Result<Rows> {
    let text = fs::read_to_string(path)?;
    let mut rows = text.lines().map(row).collect::<Result<Rows>>()?;
    rows.sort_by_cached_key(|row| row.iter().map(Cell::sort_key).collect::<Vec<_>>());
    Ok(rows)
}

/// Fails at the first row that differs.
pub(super) fn compare(expected: &Rows, found: &Rows) -> Result<()> {
    ensure!(
        expected.len() == found.len(),
        "{} rows instead of {}",
        found.len(),
        expected.len()
    );
    for (expected, found) in expected.iter().zip(found) {
        let is_same = expected.len() == found.len()
            && expected
                .iter()
                .zip(found)
                .all(|(one, other)| one.is_about(other));
        ensure!(is_same, "{found:?} instead of {expected:?}");
    }
    Ok(())
}

fn row(line: &str) -> Result<Vec<Cell>> {
    if !line.starts_with('{') {
        return Ok(line.split('\t').map(Cell::of).collect());
    }
    let record: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
    let record = record.as_object().context("no record")?;
    Ok(record
        .values()
        .map(|value| match value {
            Value::String(text) => Cell::of(text),
            other => Cell::of(&other.to_string()),
        })
        .collect())
}

impl Cell {
    fn of(text: &str) -> Self {
        text.parse()
            .map_or_else(|_no_number| Self::Text(text.to_owned()), Self::Number)
    }

    /// Whole numbers and text: what is the same for all.
    fn sort_key(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) if number.fract() == 0.0 => format!("{number:020}"),
            Self::Number(_) => String::new(),
        }
    }

    fn is_about(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => {
                (one - other).abs() <= TOLERANCE * one.abs().max(other.abs())
            }
            (one, other) => one == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_of_one_result_are_the_same() {
        let json = vec![row(r#"{"region":"north","sum":1234.5}"#).unwrap()];
        let tabs = vec![row("north\t1234.5000001").unwrap()];
        compare(&json, &tabs).unwrap();
        assert!(compare(&json, &vec![row("north\t1235").unwrap()]).is_err());
        assert!(compare(&json, &vec![row("south\t1234.5").unwrap()]).is_err());
    }
}
