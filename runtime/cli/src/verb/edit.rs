//! `millstream edit`: the editor's window if it is installed, and else the editor in the browser.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use millstream_server::Secrets;
use serde_json::json;
use tokio::runtime::Builder;
use uuid::Uuid;

use super::available_threads;
use super::serve::{attend, listen};
use crate::access::local_options;
use crate::args::{EditArgs, Format};
use crate::exit::{Exit, Fault, io_text};
use crate::output::Shell;
use crate::pages::PAGES;
use crate::remote::announce;
use crate::signals::Signals;

/// The program with the window.
const WINDOW: &str = "millstream-editor";

/// Opens the editor.
///
/// # Errors
///
/// Fails when the window cannot be started, or the folder cannot be served.
pub(crate) fn edit(args: &EditArgs, shell: &Shell) -> Result<Exit, Fault> {
    let is_for_browser = args.browser || args.no_open;
    if let Some(window) = window().filter(|_| !is_for_browser && has_display()) {
        return show(&window, args.graph.as_deref());
    }
    if PAGES.is_empty() {
        return Err(
            Fault::usage("the editor is neither installed nor built into this program")
                .help("`cargo xtask web` builds it; build this program again then"),
        );
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(available_threads().max(2))
        .thread_name("millstream worker")
        .enable_all()
        .build()
        .map_err(|error| Fault::io("cannot start the server", &error))?;
    let edited = runtime.block_on(serve(args, shell));
    // A process that reads a terminal may never let go of its thread: nobody waits for it.
    runtime.shutdown_background();
    edited
}

/// Shows the window until it is closed.
fn show(window: &Path, graph: Option<&Path>) -> Result<Exit, Fault> {
    let shown = window.display();
    let failed = |why: &str| Fault::new(Exit::Io, format!("{shown}: {why}"));
    let ended = Command::new(window).args(graph).status();
    let status = ended.map_err(|error| failed(&io_text(&error)))?;
    if status.success() {
        return Ok(Exit::Ok);
    }
    Err(failed(&status.to_string()).help("`--browser` opens the editor in the browser"))
}

/// Serves the folder of the graph to the browser.
async fn serve(args: &EditArgs, shell: &Shell) -> Result<Exit, Fault> {
    let secret = Uuid::new_v4().simple().to_string();
    let mut options = local_options(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    options.secrets = Secrets {
        control: Some(secret.clone()),
        inspect: None,
    };
    options.folder = Some(folder(args.graph.as_deref()));
    options.threads = available_threads();
    let server = listen(options)?;
    let signals = Signals::listen().map_err(|error| Fault::io("cannot catch signals", &error))?;
    let _announced = announce(server.address(), &[]);
    let url = url(server.address(), &secret, args.graph.as_deref());
    match args.format.get() {
        Format::Human => shell.data(&format!("{url}\n"))?,
        Format::Json => {
            let document = json!({ "schema": "millstream.edit/1", "url": url });
            shell.data(&format!("{document}\n"))?;
        }
    }
    if !args.no_open && has_display() {
        if let Err(error) = open::that_detached(&url) {
            shell.notice(&format!(
                "no browser opens ({error}): open the address above"
            ));
        }
        shell.notice("the editor is in the browser; Ctrl-C here ends it");
    }
    attend(server, signals, None, shell).await
}

/// The folder to serve.
fn folder(graph: Option<&Path>) -> PathBuf {
    let folder = graph.and_then(Path::parent);
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// What the browser opens. What stands behind `#` stays in the browser: no server and no log ever sees it.
fn url(address: SocketAddr, secret: &str, graph: Option<&Path>) -> String {
    let name = graph.and_then(Path::file_name);
    let name = name.map(|name| format!("&open={}", encoded(&name.to_string_lossy())));
    format!(
        "http://{address}/#secret={secret}{}",
        name.unwrap_or_default()
    )
}

/// A name inside a URL.
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(byte.into());
        } else {
            crate::output::add(&mut text, format_args!("%{byte:02X}"));
        }
    }
    text
}

/// The program with the window, beside this one or on the path.
fn window() -> Option<PathBuf> {
    let name = format!("{WINDOW}{}", std::env::consts::EXE_SUFFIX);
    let own = std::env::current_exe().ok();
    let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = beside.into_iter().chain(std::env::split_paths(&path));
    folders
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// Whether there is a screen to open a window on.
fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_own = cfg!(any(windows, target_os = "macos"));
    has_own || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_has_the_secret_where_no_server_sees_it() {
        let address = "127.0.0.1:80".parse().unwrap();
        let plain = url(address, "abc", None);
        assert_eq!(plain, "http://127.0.0.1:80/#secret=abc");
        let named = url(address, "abc", Some(Path::new("x/ä &b.ron")));
        assert_eq!(
            named,
            "http://127.0.0.1:80/#secret=abc&open=%C3%A4%20%26b.ron"
        );
    }

    #[test]
    fn folder_of_the_graph_is_served() {
        assert_eq!(folder(None), Path::new("."));
        assert_eq!(folder(Some(Path::new("a.ron"))), Path::new("."));
        assert_eq!(folder(Some(Path::new("x/a.ron"))), Path::new("x"));
    }
}
