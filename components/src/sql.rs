//! The `sql` family: databases asked and filled.

mod insert;
mod query;

mod database;
mod link;
mod postgres;
mod sqlite;
mod statement;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<query::Query>()?;
    registry.add::<insert::Insert>()
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
