//! The window: what opens in it, and when it closes.

use std::path::Path;

use tauri::{AppHandle, Manager as _, Window, WindowEvent};

use crate::page::{self, Page, Told, Wish};
use crate::{menu, recent::Recent};

/// The one window, as tauri.conf.json calls it.
pub(crate) const MAIN: &str = "main";

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    // A window manager may refuse any of these, and nothing else can be done about it.
    drop(window.unminimize());
    drop(window.show());
    drop(window.set_focus());
}

/// Opens the files that a command line names; its first word is the program.
pub(crate) fn open_all(app: &AppHandle, arguments: &[String], folder: &Path) {
    let files = arguments
        .iter()
        .skip(1)
        .filter(|word| !word.starts_with('-'));
    files.for_each(|file| open(app, &folder.join(file)));
}

/// Has the page open a file.
pub(crate) fn open(app: &AppHandle, file: &Path) {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let file = file.to_string_lossy().into_owned();
    remember(app, &file);
    page::tell(app, Told::OpenFile { file });
}

/// Remembers a file for the menu.
pub(crate) fn remember(app: &AppHandle, file: &str) {
    if app.state::<Recent>().add(file)
        && let Err(error) = menu::show(app)
    {
        crate::tell(&format!("the menu is not up to date: {error}"));
    }
}

/// Asks the page whether the window may close, if there is a page to ask.
pub(crate) fn heard(window: &Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event {
        let app = window.app_handle();
        if app.state::<Page>().wish_close() == Wish::Told {
            api.prevent_close();
            page::tell(app, Told::CloseRequested);
        }
    }
}
