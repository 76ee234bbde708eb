//! Texts with a form of their own, such as expressions: a setting's schema names the form, and who knows it checks it.
//!
//! The model cannot read an expression, for it stands below those who can. So the catalog carries functions by the names
//! that schemas use (`"format": "…"`, a keyword of JSON Schema), and the check calls them.

use std::collections::BTreeMap;
use std::ops::Range;

use indexmap::IndexMap;
use millstream_packet::{PortType, Value};

use crate::names::PortKey;

/// Finds what is wrong with a text of some form.
pub type FormatCheck = fn(&FormatText<'_>) -> Vec<FormatProblem>;

/// The checks of forms, by the names that schemas use.
#[derive(Debug, Clone, Default)]
pub struct Formats(BTreeMap<String, FormatCheck>);

/// One thing that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatProblem {
    /// Where in the text, in bytes.
    pub range: Range<usize>,
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A text with what stands around it.
pub struct FormatText<'a> {
    /// The text.
    pub text: &'a str,
    settings: &'a IndexMap<PortKey, Value>,
    around: &'a dyn Around,
}

/// What the graph around a process says.
pub(crate) trait Around {
    /// Whether a port has a connector or an export.
    fn is_used(&self, port: &str) -> bool;

    /// What is sent into an in-port, as far as that is known.
    fn sent_to(&self, port: &str) -> PortType;
}

/// What is known of another setting of the same process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given<'a> {
    /// It has this value.
    Value(&'a Value),
    /// It comes by a connector, or from the graph outside.
    Later,
    /// It is left out.
    Nothing,
}

impl<'a> FormatText<'a> {
    /// A text among the values of a process.
    pub(crate) const fn new(
        text: &'a str,
        settings: &'a IndexMap<PortKey, Value>,
        around: &'a dyn Around,
    ) -> Self {
        Self {
            text,
            settings,
            around,
        }
    }

    /// What is sent into an in-port of the same process, as far as that is known.
    pub fn sent_to(&self, port: &str) -> PortType {
        self.around.sent_to(port)
    }

    /// What is known of another setting of the same process.
    pub fn setting(&self, name: &str) -> Given<'a> {
        let value = self
            .settings
            .iter()
            .find(|(key, _)| key.port.as_str() == name);
        match value {
            Some((_, value)) => Given::Value(value),
            None if self.around.is_used(name) => Given::Later,
            None => Given::Nothing,
        }
    }
}

impl std::fmt::Debug for FormatText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormatText")
            .field("text", &self.text)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Formats {
    /// Adds the check of a form; of equal names the last one stays.
    pub fn insert(&mut self, name: impl Into<String>, check: FormatCheck) {
        self.0.insert(name.into(), check);
    }

    /// The check of this form, if somebody knows it.
    pub fn get(&self, name: &str) -> Option<FormatCheck> {
        self.0.get(name).copied()
    }

    /// Whether no form is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Equal when they know the same forms: functions have no equality.
impl PartialEq for Formats {
    fn eq(&self, other: &Self) -> bool {
        self.0.keys().eq(other.0.keys())
    }
}
