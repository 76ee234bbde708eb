//! `cargo xtask bundle`: a Debian package.

use anyhow::Result;
use clap::Args;

/// How to pack.
#[derive(Debug, Args)]
pub(crate) struct BundleOptions {}

/// Packs.
pub(crate) fn bundle(_options: &BundleOptions) -> Result<()> {
    Ok(())
}
