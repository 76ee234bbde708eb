//! The web editor inside this binary; empty if it was not there when the binary was built (`build.rs`).

use millstream_server::Page;

/// All files of the editor.
pub(crate) const PAGES: &[Page] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));
