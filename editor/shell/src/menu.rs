//! The menu of the window. Its commands are the editor's: the page hears their names and does them.
//!
//! Keys stand in the page alone, where people can change them: two places that listen to the same keys would do
//! everything twice.

use tauri::menu::{Menu, MenuBuilder, Submenu, SubmenuBuilder};
use tauri::{AppHandle, Manager as _, Wry};

use crate::page::{self, Told};
use crate::recent::Recent;
use crate::window;

/// How the names of recent files begin.
const RECENT: &str = "recent:";
const CLEAR: &str = "recent-clear";
const CLOSE: &str = "close-window";

/// Commands of the editor in the menu: their names, as the page knows them, and what people read.
const FILE: &[(&str, &str)] = &[("new", "New"), ("open", "Open…")];
const SAVE: &[(&str, &str)] = &[("save", "Save"), ("save-as", "Save As…")];
const EDIT: &[(&str, &str)] = &[("undo", "Undo"), ("redo", "Redo")];

/// Shows the menu, with the files of now.
///
/// # Errors
///
/// Fails when the system does.
pub(crate) fn show(app: &AppHandle) -> tauri::Result<()> {
    app.set_menu(whole(app)?).map(drop)
}

fn whole(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let menu = MenuBuilder::new(app);
    #[cfg(target_os = "macos")]
    let menu = menu.item(&application(app)?);
    menu.item(&file(app)?).item(&edit(app)?).build()
}

fn file(app: &AppHandle) -> tauri::Result<Submenu<Wry>> {
    let menu = with(SubmenuBuilder::new(app, "File"), FILE).item(&recent(app)?);
    with(menu.separator(), SAVE)
        .separator()
        .text(CLOSE, "Close")
        .build()
}

fn recent(app: &AppHandle) -> tauri::Result<Submenu<Wry>> {
    let files = app.state::<Recent>().files();
    let mut menu = SubmenuBuilder::new(app, "Open Recent").enabled(!files.is_empty());
    for file in &files {
        // An `&` would underline the next letter.
        menu = menu.text(format!("{RECENT}{file}"), file.replace('&', "&&"));
    }
    menu.separator().text(CLEAR, "Clear").build()
}

fn edit(app: &AppHandle) -> tauri::Result<Submenu<Wry>> {
    let menu = with(SubmenuBuilder::new(app, "Edit"), EDIT);
    // Without these, the keys of the clipboard do nothing there.
    #[cfg(target_os = "macos")]
    let menu = menu.separator().cut().copy().paste().select_all();
    menu.build()
}

#[cfg(target_os = "macos")]
fn application(app: &AppHandle) -> tauri::Result<Submenu<Wry>> {
    SubmenuBuilder::new(app, "Millstream")
        .about(None)
        .separator()
        .hide()
        .quit()
        .build()
}

fn with<'m>(
    menu: SubmenuBuilder<'m, Wry, AppHandle>,
    commands: &[(&str, &str)],
) -> SubmenuBuilder<'m, Wry, AppHandle> {
    commands
        .iter()
        .fold(menu, |menu, (id, text)| menu.text(*id, *text))
}

/// Does what was chosen.
pub(crate) fn chosen(app: &AppHandle, id: &str) {
    if let Some(file) = id.strip_prefix(RECENT) {
        window::open(app, std::path::Path::new(file));
    } else if id == CLEAR {
        app.state::<Recent>().clear();
        drop(show(app));
    } else if id == CLOSE {
        if let Some(window) = app.get_webview_window(window::MAIN) {
            drop(window.close());
        }
    } else {
        page::tell(app, Told::Menu { id: id.to_owned() });
    }
}
