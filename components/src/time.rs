//! The `time` family: packets that come of the clock.

mod cron;
mod tick;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<tick::Tick>()?;
    registry.add::<cron::Cron>()
}
