//! The `process` family: other programs.

mod exec;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<exec::Exec>()
}
