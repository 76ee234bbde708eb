//! The desktop window of the editor: menus, dialogs, files, and a runtime that ends with it.
//!
//! The editor itself is the page in the window (`editor/web`); this is what the page asks for what a page cannot do. It
//! holds no graph logic: graphs are texts here, and the runtime is a program that is started.
//!
//! | to | look at |
//! |---|---|
//! | know what the page can ask | `command` |
//! | know what the window tells the page | `page` |
//! | follow a runtime's life | `runtime` |

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod command;
mod fault;
mod menu;
mod page;
mod recent;
mod runtime;
mod store;
mod watch;
mod window;

use std::process::ExitCode;

use tauri::Manager as _;

fn main() -> ExitCode {
    quirks();
    match build().map(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("millstream-editor: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Puts the window together.
#[expect(clippy::exit, reason = "written by tauri's macro")]
fn build() -> tauri::Result<tauri::App> {
    tauri::Builder::default()
        // First, so that a second start does nothing but hand over its graphs.
        .plugin(tauri_plugin_single_instance::init(
            |app, arguments, folder| {
                window::show(app);
                window::open_all(app, &arguments, folder.as_ref());
            },
        ))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .invoke_handler(tauri::generate_handler![
            command::hello,
            command::catalog,
            command::pick_open,
            command::pick_save,
            command::read,
            command::write,
            command::watch,
            command::recall,
            command::keep,
            command::journals,
            command::start_runtime,
            command::stop_runtime,
            command::read_clipboard,
            command::set_title,
            command::close_heard,
            command::close,
        ])
        .setup(|app| {
            let data = app.path().app_data_dir()?;
            app.manage(store::Store::open(&data));
            app.manage(recent::Recent::open(&data));
            app.manage(page::Page::default());
            app.manage(runtime::Runtime::default());
            app.manage(watch::Watched::default());
            menu::show(app.handle())?;
            watch::start(app.handle());
            let arguments: Vec<String> = std::env::args().collect();
            window::open_all(app.handle(), &arguments, &std::env::current_dir()?);
            Ok(())
        })
        .on_menu_event(|app, event| menu::chosen(app, event.id().as_ref()))
        .on_window_event(window::heard)
        .build(tauri::generate_context!())
}

/// Shows the window until it is closed.
fn run(app: tauri::App) {
    app.run(|_app, _event| {
        #[cfg(target_os = "macos")]
        if let tauri::RunEvent::Opened { urls } = _event {
            let files = urls.iter().filter_map(|url| url.to_file_path().ok());
            files.for_each(|file| window::open(_app, &file));
        }
    });
}

/// `WebKit` draws nothing with NVIDIA's driver and its own way of sharing pictures, so it is started anew without that:
/// <https://github.com/tauri-apps/tauri/issues/9394>. A variable of one's own environment cannot be set safely.
#[cfg(target_os = "linux")]
fn quirks() {
    use std::os::unix::process::CommandExt as _;
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let has_nvidia = std::path::Path::new("/proc/driver/nvidia/version").is_file();
    if has_nvidia && std::env::var_os(SWITCH).is_none() {
        let arguments = std::env::args_os().skip(1);
        if let Ok(program) = std::env::current_exe() {
            let error = std::process::Command::new(program)
                .args(arguments)
                .env(SWITCH, "1")
                .exec();
            tell(&format!("the window may stay empty: {error}"));
        }
    }
}

/// Nothing to get round here.
#[cfg(not(target_os = "linux"))]
const fn quirks() {}

/// Says something to whoever started the window from a terminal.
fn tell(text: &str) {
    use std::io::Write as _;
    // There may be no terminal, and then there is nobody to tell.
    drop(writeln!(std::io::stderr(), "{text}"));
}
