//! What the page can ask: one function for each, thin over what does it.
#![expect(
    clippy::let_underscore_must_use,
    reason = "written by tauri's macro for commands that wait"
)]

use std::path::{Path, PathBuf};

use millstream_file::{Stamp, WriteError, Written};
use serde::Serialize;
use tauri::{AppHandle, Manager as _, State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder};
use tokio::process::Command;

use crate::fault::Fault;
use crate::page::{Page, Told};
use crate::recent::Recent;
use crate::runtime::{Address, Runtime, program};
use crate::store::Store;
use crate::watch::Watched;
use crate::window::remember;

/// A file that was read.
#[derive(Debug, Serialize)]
pub(crate) struct FileText {
    text: String,
    stamp: String,
}

/// The page listens; gives what has waited for it.
#[tauri::command]
pub(crate) fn hello(page: State<'_, Page>) -> Vec<Told> {
    page.listen()
}

/// The components, as `millstream components --json` describes them.
#[tauri::command]
pub(crate) async fn catalog() -> Result<String, Fault> {
    let program = program();
    let failed = |why: &dyn std::fmt::Display| {
        Fault::failed(&format!("{} components", program.display()), why)
    };
    let mut command = Command::new(&program);
    command.args(["components", "--format", "json"]);
    #[cfg(windows)]
    command.creation_flags(0x0800_0000); // no console window
    let output = command.output().await.map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(&error))
}

/// Has the user choose a file to open. Off the main thread, which the dialog needs.
#[tauri::command(async)]
pub(crate) fn pick_open(app: AppHandle, window: WebviewWindow) -> Option<String> {
    chosen(&app, dialog(&app, &window).blocking_pick_file()?)
}

/// Has the user choose where to save.
#[tauri::command(async)]
pub(crate) fn pick_save(
    app: AppHandle,
    window: WebviewWindow,
    suggested: String,
) -> Option<String> {
    let suggested = Path::new(&suggested);
    let mut dialog = dialog(&app, &window);
    if let Some(folder) = suggested.parent().filter(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    if let Some(name) = suggested.file_name() {
        dialog = dialog.set_file_name(name.to_string_lossy());
    }
    chosen(&app, dialog.blocking_save_file()?)
}

fn dialog(app: &AppHandle, window: &WebviewWindow) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file().set_parent(window);
    let last = app.state::<Recent>().files().into_iter().next();
    let dialog = dialog.add_filter("Millstream graphs", &["ron"]);
    match last.as_deref().and_then(|last| Path::new(last).parent()) {
        Some(folder) if folder.is_dir() => dialog.set_directory(folder),
        _ => dialog,
    }
}

/// The path of a chosen file. The name of a new one ends as graphs do.
fn chosen(app: &AppHandle, file: tauri_plugin_dialog::FilePath) -> Option<String> {
    let mut path = file.into_path().ok()?;
    if path.extension().is_none() && !path.is_file() {
        path.set_extension("ron");
    }
    let path = path.to_str()?.to_owned();
    remember(app, &path);
    Some(path)
}

/// Reads a file.
#[tauri::command(async)]
pub(crate) fn read(file: String) -> Result<FileText, Fault> {
    let path = Path::new(&file);
    let read = millstream_file::read(path);
    let (text, stamp) = read.map_err(|error| Fault::of_file(path, &error))?;
    Ok(FileText {
        text,
        stamp: stamp.to_string(),
    })
}

/// Writes a file, unless somebody else changed it; gives its stamp.
#[tauri::command(async)]
pub(crate) fn write(
    watched: State<'_, Watched>,
    file: String,
    text: String,
    expected: Option<String>,
) -> Result<String, Fault> {
    let path = Path::new(&file);
    let wanted = expected.map_or(Written::Anyway, |stamp| {
        Written::IfStill(Stamp::told(&stamp))
    });
    let written = millstream_file::write(path, &text, &wanted);
    let stamp = written.map_err(|error| match error {
        WriteError::Io(error) => Fault::of_file(path, &error),
        _ => Fault::Changed(file.clone()),
    })?;
    watched.note(path);
    Ok(stamp.to_string())
}

/// Watches these files from now on, and no others.
#[tauri::command]
pub(crate) fn watch(watched: State<'_, Watched>, files: Vec<PathBuf>) {
    watched.set(files);
}

/// A text that was kept.
#[tauri::command(async)]
pub(crate) fn recall(store: State<'_, Store>, key: String) -> Result<Option<String>, Fault> {
    store
        .recall(&key)
        .map_err(|error| Fault::failed("what was kept cannot be read", &error))
}

/// Keeps a text, or forgets it.
#[tauri::command(async)]
pub(crate) fn keep(
    store: State<'_, Store>,
    key: String,
    text: Option<String>,
) -> Result<(), Fault> {
    let kept = store.keep(&key, text.as_deref());
    kept.map_err(|error| Fault::failed("nothing can be kept", &error))
}

/// Journals that were left behind.
#[tauri::command(async)]
pub(crate) fn journals(store: State<'_, Store>) -> Result<Vec<String>, Fault> {
    store
        .journals()
        .map_err(|error| Fault::failed("journals cannot be read", &error))
}

/// Starts a runtime for the folder of a file, or for the user's own folder.
#[tauri::command]
pub(crate) async fn start_runtime(
    app: AppHandle,
    runtime: State<'_, Runtime>,
    beside: Option<String>,
) -> Result<Address, Fault> {
    let folder = beside.as_deref().map(Path::new).and_then(Path::parent);
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => app
            .path()
            .home_dir()
            .map_err(|error| Fault::failed("there is no folder to run in", &error))?,
    };
    runtime.start(&app, &folder).await
}

/// Ends the runtime.
#[tauri::command]
pub(crate) async fn stop_runtime(runtime: State<'_, Runtime>) -> Result<(), Fault> {
    runtime.stop().await;
    Ok(())
}

/// What is on the clipboard, if it is text.
#[tauri::command(async)]
pub(crate) fn read_clipboard() -> Result<Option<String>, Fault> {
    let failed = |error: arboard::Error| Fault::failed("the clipboard cannot be read", &error);
    match arboard::Clipboard::new().map_err(failed)?.get_text() {
        Ok(text) => Ok(Some(text)),
        Err(arboard::Error::ContentNotAvailable) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Shows this as the title of the window.
#[tauri::command]
pub(crate) fn set_title(window: WebviewWindow, title: String) -> Result<(), Fault> {
    window
        .set_title(&title)
        .map_err(|error| Fault::failed("the title stays", &error))
}

/// The page has heard that the window shall close, and sees to it.
#[tauri::command]
pub(crate) fn close_heard(page: State<'_, Page>) {
    page.hear_close();
}

/// Closes the window: nothing is left to be saved.
#[tauri::command]
pub(crate) async fn close(window: WebviewWindow, runtime: State<'_, Runtime>) -> Result<(), Fault> {
    runtime.stop().await;
    window
        .destroy()
        .map_err(|error| Fault::failed("the window stays", &error))
}
