//! The registry: components by name.

use std::collections::BTreeMap;

use millstream_graph::{ComponentSpec, FormatCheck, Formats};

use crate::definition::{Component, Definition};

/// Components that can be run, by name. Filled explicitly, so that nothing is linked by accident or forgotten.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    components: BTreeMap<&'static str, Definition>,
    formats: Formats,
}

/// Two components of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateName(pub &'static str);

impl std::fmt::Display for DuplicateName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "two components are called `{}`", self.0)
    }
}

impl std::error::Error for DuplicateName {}

impl Registry {
    /// Adds a component.
    ///
    /// # Errors
    ///
    /// Fails when its name is taken; the first one stays.
    pub fn add<C: Component>(&mut self) -> Result<(), DuplicateName> {
        let definition = C::DEFINITION;
        if self.components.contains_key(definition.name) {
            return Err(DuplicateName(definition.name));
        }
        self.components.insert(definition.name, definition);
        Ok(())
    }

    /// Adds the check of a form of text: schemas of settings name it as `"format"`, and `millstream check` then says what is
    /// wrong with such texts.
    pub fn add_format(&mut self, name: &str, check: FormatCheck) {
        self.formats.insert(name, check);
    }

    /// The forms of text that can be checked.
    pub const fn formats(&self) -> &Formats {
        &self.formats
    }

    /// The component of this name.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.components.get(name)
    }

    /// All components by name.
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.components.values()
    }

    /// Descriptions of all components by name.
    pub fn specs(&self) -> Vec<ComponentSpec> {
        self.iter().map(Definition::spec).collect()
    }
}
