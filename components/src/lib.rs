//! The standard components, by family.
//!
//! One file a component; its name in graphs is `family/Name`. A family's module lists its components and registers
//! them; [`register`] registers all. Components see packets, ports and settings, never the engine (R2).

pub mod console;
pub mod core;
pub mod csv;
pub mod data;
pub mod file;
#[cfg(feature = "http")]
pub mod http;
pub mod json;
pub mod process;
#[cfg(feature = "script")]
pub mod script;
#[cfg(feature = "sql")]
pub mod sql;
pub mod text;
pub mod time;

mod expression;
#[cfg(any(feature = "http", feature = "sql"))]
mod tls;

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
    csv::register(registry)?;
    console::register(registry)?;
    file::register(registry)?;
    process::register(registry)?;
    #[cfg(feature = "http")]
    http::register(registry)?;
    #[cfg(feature = "script")]
    script::register(registry)?;
    #[cfg(feature = "sql")]
    sql::register(registry)?;
    time::register(registry)
}
