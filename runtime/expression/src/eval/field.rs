//! A field's name that remembers where it was found last.

use millstream_packet::{Record, Shape, Text, Value};

use crate::nearest::did_you_mean;

/// The name of a field, with its place in the records that came last.
///
/// Records of one table share their field names, so the place is the same for a million rows and the name is looked at
/// once.
///
/// ```
/// # use millstream_expression::Field;
/// # use millstream_packet::{Record, Value};
/// let record = Record::from_iter([("a", 1_i64), ("b", 2)]);
/// let mut field = Field::new("b");
/// assert_eq!(field.get(&record), Some(&Value::from(2)));
/// ```
#[derive(Debug, Clone)]
pub struct Field {
    name: Text,
    /// Kept alive here, so that a new shape in the same memory is not taken for it.
    shape: Option<Shape>,
    /// Where the shape has the name; beyond its end if it does not have it.
    at: usize,
}

impl Field {
    /// A field of this name.
    pub fn new(name: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            shape: None,
            at: usize::MAX,
        }
    }

    /// The field's name.
    pub const fn name(&self) -> &Text {
        &self.name
    }

    /// The value of the field, if the record has it.
    #[inline]
    pub fn get<'r>(&mut self, record: &'r Record) -> Option<&'r Value> {
        match &self.shape {
            Some(shape) if shape.is_same(record.shape()) => {}
            _ => self.look_up(record.shape()),
        }
        record.values().get(self.at)
    }

    /// Where records of this shape have the field.
    pub fn position(&mut self, shape: &Shape) -> Option<usize> {
        if !self
            .shape
            .as_ref()
            .is_some_and(|known| known.is_same(shape))
        {
            self.look_up(shape);
        }
        (self.at < shape.len()).then_some(self.at)
    }

    #[cold]
    #[inline(never)]
    fn look_up(&mut self, shape: &Shape) {
        // Tables that differ in their last columns have the first ones in the same place.
        let is_there = shape
            .names()
            .get(self.at)
            .is_some_and(|name| *name == self.name);
        if !is_there {
            self.at = shape.index_of(&self.name).unwrap_or(usize::MAX);
        }
        self.shape = Some(shape.clone());
    }

    /// What to say about a record that lacks the field, and what may have been meant.
    pub fn missing_in(&self, record: &Record) -> (String, Option<String>) {
        missing(&self.name, record)
    }
}

/// Field names that a message lists.
const NAMED_MAX: usize = 12;

/// What to say about a record that lacks a field, and what may have been meant.
pub(crate) fn missing(name: &str, record: &Record) -> (String, Option<String>) {
    let names = record.shape().names();
    let message = format!("there is no field `{name}`");
    if let Some(help) = did_you_mean(name, names.iter().map(Text::as_str)) {
        return (message, Some(help));
    }
    let mut shown: Vec<String> = names
        .iter()
        .take(NAMED_MAX)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > NAMED_MAX {
        shown.push("…".to_owned());
    }
    let help = if shown.is_empty() {
        "the record has no fields".to_owned()
    } else {
        format!("the record has {}", shown.join(", "))
    };
    (message, Some(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(names: &[&str]) -> Record {
        names
            .iter()
            .enumerate()
            .map(|(at, name)| (*name, at as f64))
            .collect()
    }

    #[test]
    fn a_field_is_found_in_records_of_changing_shapes() {
        let (ab, reversed, a) = (record(&["a", "b"]), record(&["b", "a"]), record(&["a"]));
        let mut field = Field::new("b");
        for _ in 0..2 {
            assert_eq!(field.get(&ab), Some(&Value::from(1.0)));
            assert_eq!(field.get(&reversed), Some(&Value::from(0.0)));
            assert_eq!(field.get(&a), None);
            assert_eq!(field.position(a.shape()), None);
            assert_eq!(field.position(ab.shape()), Some(1));
        }
    }

    #[test]
    fn a_missing_field_is_answered_with_the_nearest_or_with_all() {
        let near = missing("pirce", &record(&["id", "price"])); // typos:ignore
        assert_eq!(near.1.as_deref(), Some("did you mean `price`?"));
        let far = missing("zzz", &record(&["id", "price"]));
        assert_eq!(far.1.as_deref(), Some("the record has `id`, `price`"));
        let none = missing("a", &record(&[]));
        assert_eq!(none.1.as_deref(), Some("the record has no fields"));
    }
}
