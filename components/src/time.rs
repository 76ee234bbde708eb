//! The `time` family.

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(_registry: &mut Registry) -> Result<(), DuplicateName> {
    Ok(())
}
