//! The `console` family: standard input, standard output and the log.

mod input;
mod log;
mod output;

pub(crate) mod line;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<input::Input>()?;
    registry.add::<output::Output>()?;
    registry.add::<log::Log>()
}
