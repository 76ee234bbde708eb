//! The `text` family: lines, words, patterns.

mod lines;
mod regex;
mod replace;
mod template;
mod words;
mod wrap;

pub(crate) mod block;
pub(crate) mod line_buffer;
pub(crate) mod text_or_bytes;

use millstream_component::{DuplicateName, Registry};

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<lines::Lines>()?;
    registry.add::<words::Words>()?;
    registry.add::<wrap::Wrap>()?;
    registry.add::<regex::Regex>()?;
    registry.add::<replace::Replace>()?;
    registry.add::<template::Template>()
}
