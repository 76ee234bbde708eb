//! The `http` family: requests to servers, and a server.

mod request;
mod serve;

pub(crate) mod content;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<request::Request>()?;
    registry.add::<serve::Serve>()
}
