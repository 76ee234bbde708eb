//! The `file` family: files in, files out, folders listed and watched.

mod list;
mod read;
mod read_lines;
mod tail;
mod watch;
mod write;

pub(crate) mod ahead;
pub(crate) mod blocks;
pub(crate) mod fault;
mod paths;
mod source;
pub(crate) mod spool;
mod target;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<read_lines::ReadLines>()?;
    registry.add::<read::Read>()?;
    registry.add::<write::Write>()?;
    registry.add::<list::List>()?;
    registry.add::<tail::Tail>()?;
    registry.add::<watch::Watch>()
}
