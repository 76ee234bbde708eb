//! The setting `by` of data/Aggregate: fields of the packet, or fields that are computed.

use std::borrow::Cow;

use indexmap::IndexMap;
use millstream_component::prelude::*;
use millstream_expression::Expression;

use crate::data::key::{By, Found, KeyFields};
use crate::expression::ExpressionText;

/// A field, a list of fields, or expressions by the names of the fields that they make.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(
    untagged,
    expecting = "expected a field name, a list of field names, or expressions by name"
)]
pub(super) enum GroupBy {
    /// Fields of the packet.
    Fields(By),
    /// Computed fields.
    Computed(IndexMap<String, ExpressionText>),
}

impl Default for GroupBy {
    fn default() -> Self {
        Self::Fields(By::default())
    }
}

impl GroupBy {
    /// The names of the fields.
    pub(super) fn names(&self) -> Vec<Text> {
        match self {
            Self::Fields(by) => by.names(),
            Self::Computed(computed) => computed.keys().map(|name| name.as_str().into()).collect(),
        }
    }

    /// Failures name the component.
    ///
    /// # Errors
    ///
    /// Fails when an expression has a mistake.
    pub(super) fn compile(&self, component: &'static str) -> Result<GroupKey, Failure> {
        match self {
            Self::Fields(by) => Ok(GroupKey::Fields(KeyFields::new(component, &by.names()))),
            Self::Computed(computed) => computed
                .iter()
                .map(|(name, text)| Part::compile(component, name, text))
                .collect::<Result<_, _>>()
                .map(GroupKey::Computed),
        }
    }
}

/// Finds the key of a packet.
#[derive(Debug)]
pub(super) enum GroupKey {
    Fields(KeyFields),
    Computed(Vec<Part>),
}

impl Default for GroupKey {
    fn default() -> Self {
        Self::Fields(KeyFields::default())
    }
}

/// A computed field of a key.
#[derive(Debug)]
pub(super) struct Part {
    component: &'static str,
    name: Text,
    expression: Expression,
}

impl GroupKey {
    /// Calls `with` with the key of a packet.
    ///
    /// # Errors
    ///
    /// Fails when the packet has no such key, and as `with` does.
    #[inline(always)]
    pub(super) fn find<T>(
        &mut self,
        value: &Value,
        with: impl FnOnce(Found<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match self {
            Self::Fields(fields) => fields.find(value, with),
            Self::Computed(parts) => match parts.as_mut_slice() {
                [single] => with(Found::of(&[&*single.find(value)?])),
                several => {
                    let found: Result<Vec<Cow<'_, Value>>, Failure> =
                        several.iter_mut().map(|part| part.find(value)).collect();
                    let found = found?;
                    let values: Vec<&Value> = found.iter().map(AsRef::as_ref).collect();
                    with(Found::of(&values))
                }
            },
        }
    }
}

impl Part {
    fn compile(
        component: &'static str,
        name: &str,
        text: &ExpressionText,
    ) -> Result<Self, Failure> {
        Ok(Self {
            component,
            name: name.into(),
            expression: text.compile(&format!("by.{name}"))?,
        })
    }

    #[inline]
    fn find<'v>(&mut self, value: &'v Value) -> Result<Cow<'v, Value>, Failure> {
        self.expression.find(value).map_err(|fault| {
            let (component, name) = (self.component, &self.name);
            Failure::packet(format!("{component} `by`: `{name}`: {fault}"))
        })
    }
}
