//! What the address of the page says, behind `#`, where no server sees it: `#secret=…&open=graph.ron`.
//!
//! The secret is taken out of the address, so that it stands in no history and no picture of the window, and kept until the
//! tab is closed, so that a reload needs no other.

use wasm_bindgen::prelude::JsValue;
use web_sys::{Storage, UrlSearchParams, Window};

const SECRET: &str = "millstream:secret";

/// What the address says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What proves the right to be here.
    pub(super) secret: Option<String>,
    /// The file to open first.
    pub(super) open: Option<String>,
}

/// Reads the address, and takes out what is told only once.
///
/// # Errors
///
/// Fails when the page has no address.
pub(super) fn read() -> Result<Place, JsValue> {
    let window = web_sys::window().ok_or("there is no page")?;
    let said = window.location().hash()?;
    let said = UrlSearchParams::new_with_str(said.trim_start_matches('#'))?;
    let secret = match said.get("secret") {
        Some(secret) => {
            keep(&secret);
            forget(&window)?;
            Some(secret)
        }
        None => storage().and_then(|kept| kept.get_item(SECRET).ok()?),
    };
    Ok(Place {
        secret,
        open: said.get("open"),
    })
}

/// Keeps a secret until the tab is closed.
pub(super) fn keep(secret: &str) {
    // Where nothing can be kept, it is asked for again.
    drop(storage().map(|kept| kept.set_item(SECRET, secret)));
}

fn forget(window: &Window) -> Result<(), JsValue> {
    let place = window.location();
    let plain = format!("{}{}", place.pathname()?, place.search()?);
    window
        .history()?
        .replace_state_with_url(&JsValue::NULL, "", Some(&plain))
}

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
