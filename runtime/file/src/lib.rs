//! Files replaced at once, and stamps that tell whether they are still the same.
//!
//! Whoever reads a file that is being replaced sees the old or the new text, also after a crash; permissions stay; when the
//! disk is full, the old file is as it was. The binary, the server and the desktop shell all save through this crate.
//!
//! | to | look at |
//! |---|---|
//! | write a file piece by piece | [`Replacement`] |
//! | write a text | [`replace`], [`create`] |
//! | read a text and write it back unless it changed | [`read`], [`write()`], [`Stamp`] |

mod replace;
mod stamp;

pub use replace::{Replacement, create, replace};
pub use stamp::{Stamp, WriteError, Written, read, write};
