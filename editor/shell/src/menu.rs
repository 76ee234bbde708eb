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

/// Commands of the editor in the menu: their names, as the page knows them, and what people read. Nothing is a line.
const FILE: &[(&str, &str)] = &[("new", "New"), ("open", "Open…")];
const SAVE: &[(&str, &str)] = &[("save", "Save"), ("save-as", "Save As…")];
const EDIT: &[(&str, &str)] = &[
    ("undo", "Undo"),
    ("redo", "Redo"),
    ("", ""),
    ("duplicate", "Duplicate"),
    ("delete", "Delete"),
    ("select-all", "Select All"),
    ("", ""),
    ("preferences", "Preferences…"),
];
const GRAPH: &[(&str, &str)] = &[
    ("quick-add", "Add Component…"),
    ("connect", "Connect by Keyboard"),
    ("group", "Group"),
    ("extract", "Extract to Subgraph"),
    ("arrange", "Lay Out"),
];
const RUN: &[(&str, &str)] = &[
    ("run", "Run"),
    ("stop", "Stop"),
    ("", ""),
    ("hold", "Hold or Release"),
    ("step", "Step One Packet"),
    ("probe", "Probe Wire"),
    ("why", "Why Do Packets Not Move?"),
    ("", ""),
    ("attach", "Attach to a Runtime…"),
];
const VIEW: &[(&str, &str)] = &[
    ("palette", "Command Palette"),
    ("", ""),
    ("zoom-in", "Zoom In"),
    ("zoom-out", "Zoom Out"),
    ("fit-all", "Show Whole Graph"),
    ("cycle-overlay", "Next Live Overlay"),
    ("", ""),
    ("toggle-left", "Left Side"),
    ("toggle-right", "Inspector"),
    ("toggle-bottom", "Lower Panels"),
];
const HELP: &[(&str, &str)] = &[
    ("welcome", "Welcome and Examples"),
    ("shortcuts", "Keyboard Shortcuts"),
];

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
    let mut menu = menu.item(&file(app)?).item(&edit(app)?);
    for (title, commands) in [
        ("Graph", GRAPH),
        ("Run", RUN),
        ("View", VIEW),
        ("Help", HELP),
    ] {
        let commands = with(SubmenuBuilder::new(app, title), commands);
        menu = menu.item(&commands.build()?);
    }
    menu.build()
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

#[cfg(test)]
mod tests {
    use millstream_app::Command;

    use super::{EDIT, FILE, GRAPH, HELP, RUN, SAVE, VIEW};

    #[test]
    fn every_entry_is_a_command_of_the_editor() {
        let entries = [FILE, SAVE, EDIT, GRAPH, RUN, VIEW, HELP]
            .into_iter()
            .flatten();
        for (id, text) in entries.filter(|(id, _)| !id.is_empty()) {
            assert!(Command::from_id(id).is_some(), "{text}: {id}");
        }
    }
}
