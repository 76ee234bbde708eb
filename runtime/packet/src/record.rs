//! Records: named values in order, which share their field names.
//!
//! A million rows of one table have one [`Shape`] between them; a row is its values and a pointer to the shape.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::text::Text;
use crate::value::Value;

/// Shapes with more fields than this find a name by a sorted index.
const SCAN_MAX: usize = 12;

/// The field names of records, shared by all records that have them.
#[derive(Clone)]
pub struct Shape(Arc<Names>);

struct Names {
    /// In the order of the values; no name twice.
    names: Vec<Text>,
    /// Positions in order of name, only for shapes too wide to scan.
    sorted: Vec<u32>,
}

/// An ordered map of text to value.
#[derive(Clone)]
pub struct Record {
    shape: Shape,
    /// As many as the shape has names.
    values: Vec<Value>,
}

/// Shapes seen lately, so that a reader of rows makes each shape once.
#[derive(Debug, Default)]
pub struct Shapes {
    recent: Vec<Shape>,
    /// Whether a float came by that may have been written as an int beyond 64 bits.
    pub(crate) saw_huge_float: bool,
}

impl Shape {
    /// Makes a shape; of equal names the first one stays.
    pub fn new(names: impl IntoIterator<Item = Text>) -> Self {
        let mut unique: Vec<Text> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for name in names {
            if seen.insert(name.clone()) {
                unique.push(name);
            }
        }
        Self(Arc::new(Names {
            sorted: sorted_positions(&unique),
            names: unique,
        }))
    }

    /// The names in order.
    pub fn names(&self) -> &[Text] {
        &self.0.names
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.0.names.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.names.is_empty()
    }

    /// Position of a field.
    #[inline]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        if self.0.sorted.is_empty() {
            return self.0.names.iter().position(|known| known.as_str() == name);
        }
        let found = self
            .0
            .sorted
            .binary_search_by(|&at| self.0.names[at as usize].as_str().cmp(name))
            .ok()?;
        Some(self.0.sorted[found] as usize)
    }

    /// Whether both are the very same shape in memory; false says nothing about their names.
    #[inline]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn sorted_positions(names: &[Text]) -> Vec<u32> {
    if names.len() <= SCAN_MAX {
        return Vec::new();
    }
    let mut positions: Vec<u32> = (0..).take(names.len()).collect();
    positions.sort_by(|&a, &b| names[a as usize].as_str().cmp(names[b as usize].as_str()));
    positions
}

impl Shapes {
    /// How many shapes are remembered.
    const RECENT_MAX: usize = 32;

    /// The shape with these names, made once.
    ///
    /// # Errors
    ///
    /// Fails with the name that stands there twice.
    pub fn intern(&mut self, names: &[Text]) -> Result<Shape, Text> {
        if let Some(at) = self.recent.iter().position(|shape| shape.names() == names) {
            self.recent.swap(0, at);
            return Ok(self.recent[0].clone());
        }
        let shape = Shape::new(names.iter().cloned());
        if shape.len() != names.len() {
            return Err(first_repeat(names));
        }
        self.recent.truncate(Self::RECENT_MAX - 1);
        self.recent.insert(0, shape.clone());
        Ok(shape)
    }
}

fn first_repeat(names: &[Text]) -> Text {
    let mut seen = std::collections::HashSet::new();
    names
        .iter()
        .find(|name| !seen.insert(name.as_str()))
        .cloned()
        .unwrap_or_else(|| Text::from(""))
}

impl Record {
    /// A record without fields.
    pub fn empty() -> Self {
        Self {
            shape: Shape::new([]),
            values: Vec::new(),
        }
    }

    /// A record of a shape; missing values are null, surplus ones are cut.
    #[inline]
    pub fn new(shape: Shape, mut values: Vec<Value>) -> Self {
        if values.len() != shape.len() {
            values.resize(shape.len(), Value::NULL);
        }
        Self { shape, values }
    }

    /// The field names, shared.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The values in order of the shape.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The values, to be changed in place.
    pub fn values_mut(&mut self) -> &mut [Value] {
        &mut self.values
    }

    /// Takes the values out, in order of the shape.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a field.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(self.shape.index_of(name)?)
    }

    /// Sets a field; a new one goes to the end.
    pub fn set(&mut self, name: impl Into<Text>, value: impl Into<Value>) {
        let name = name.into();
        if let Some(at) = self.shape.index_of(&name) {
            self.values[at] = value.into();
            return;
        }
        self.shape = Shape::new(self.shape.names().iter().cloned().chain([name]));
        self.values.push(value.into());
    }

    /// Fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Value)> {
        self.shape.names().iter().zip(&self.values)
    }
}

/// Collects fields in order; of equal names the last value stays, at the place of the first.
impl<N: Into<Text>, V: Into<Value>> FromIterator<(N, V)> for Record {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let (names, values): (Vec<Text>, Vec<Value>) = fields
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .unzip();
        let shape = Shape::new(names.iter().cloned());
        if shape.len() == names.len() {
            return Self { shape, values };
        }
        let mut record = Self::new(shape, Vec::new());
        for (name, value) in names.into_iter().zip(values) {
            record.set(name, value);
        }
        record
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Record {}

impl PartialOrd for Record {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Record {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.shape.is_same(&other.shape) {
            return self.values.cmp(&other.values);
        }
        self.iter().cmp(other.iter())
    }
}

impl Hash for Record {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for (name, value) in self.iter() {
            name.hash(state);
            value.hash(state);
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
