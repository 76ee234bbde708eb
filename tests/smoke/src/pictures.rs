//! The pictures of the README, taken of the real window.

use std::path::Path;

use anyhow::Result;

/// Takes them all.
pub(crate) async fn take(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    Ok(())
}
