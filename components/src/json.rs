//! The `json` family: values from and to JSON text.

mod read;
mod write;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<read::Read>()?;
    registry.add::<write::Write>()
}
