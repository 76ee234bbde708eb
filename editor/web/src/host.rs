//! The two places that the page lives in: the webview of the desktop window, and a browser at `millstream serve`.

mod browser;
mod mailbox;
mod tauri;

use eframe::egui;
use millstream_app::{Host, StoreKey};
use wasm_bindgen::prelude::JsValue;

use browser::BrowserHost;
use mailbox::Mailbox;
use tauri::TauriHost;

/// The host of this page.
///
/// # Errors
///
/// Fails when the page lacks what every page has.
pub(crate) fn host(ctx: &egui::Context) -> Result<Box<dyn Host>, JsValue> {
    let mailbox = Mailbox::new(ctx);
    if tauri::is_here() {
        Ok(Box::new(TauriHost::new(mailbox)))
    } else {
        Ok(Box::new(BrowserHost::new(mailbox)?))
    }
}

/// How a kept text is called where it is kept.
fn key(key: &StoreKey) -> String {
    match key {
        StoreKey::Preferences => "preferences".to_owned(),
        StoreKey::Session => "session".to_owned(),
        StoreKey::Journal(name) => format!("{JOURNAL}{name}"),
    }
}

/// How journals are called.
const JOURNAL: &str = "journal:";

/// What a thrown value says.
pub(crate) fn told(error: &JsValue) -> String {
    let message = js_sys::Reflect::get(error, &"message".into()).ok();
    let text = message.and_then(|message| message.as_string());
    text.or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
