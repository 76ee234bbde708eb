//! The `data` family: values and records.
//!
//! These components look into packets. What they look for is written as expressions and names of fields.

mod aggregate;
mod filter;
mod flatten;
mod lookup;
mod map;
mod select;
mod window;

mod key;

use millstream_component::{DuplicateName, Registry};

pub use aggregate::Aggregate;
pub use filter::Filter;
pub use flatten::Flatten;
pub use lookup::Lookup;
pub use map::Map;
pub use select::Select;
pub use window::Window;

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<Filter>()?;
    registry.add::<Map>()?;
    registry.add::<Select>()?;
    registry.add::<Aggregate>()?;
    registry.add::<Window>()?;
    registry.add::<Flatten>()?;
    registry.add::<Lookup>()
}
