//! The standard components, by family.
//!
//! One file a component; its name in graphs is `family/Name`. A family's module lists its components and registers
//! them; [`register`] registers all. Components see packets, ports and settings, never the engine (R2).

pub mod console;
pub mod core;
pub mod data;
pub mod file;
pub mod json;
pub mod text;
pub mod time;

mod expression;

use millstream_component::{DuplicateName, Registry};

/// Adds every standard component.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    expression::register(registry);
    core::register(registry)?;
    data::register(registry)?;
    text::register(registry)?;
    json::register(registry)?;
    console::register(registry)?;
    file::register(registry)?;
    time::register(registry)
}
