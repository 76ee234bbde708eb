//! The `csv` family: records from and to comma-separated values.

mod read;
mod write;

mod delimiter;
mod infer;
mod rows;
mod scan;

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
