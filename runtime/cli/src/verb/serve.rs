//! `millstream serve`: holds graphs for clients until a signal comes.

use std::io;
use std::path::{Path, PathBuf};

use millstream_server::{Options, ServeError, Server};
use serde_json::json;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::available_threads;
use super::components::document as components_document;
use crate::access::{options, secrets};
use crate::args::{Format, ServeArgs};
use crate::catalog::registry;
use crate::exit::{Exit, Fault};
use crate::output::Shell;
use crate::pages::PAGES;
use crate::remote::announce;
use crate::signals::Signals;

/// Serves.
///
/// # Errors
///
/// Fails when the directory, a graph or the address cannot be used, and when a secret is missing.
pub(crate) fn serve(args: &ServeArgs, shell: &Shell) -> Result<Exit, Fault> {
    let threads = args.threads.map_or_else(available_threads, usize::from);
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads.max(2))
        .thread_name("millstream worker")
        .enable_all()
        .build()
        .map_err(|error| Fault::io("cannot start the server", &error))?;
    let served = runtime.block_on(run(args, threads, shell));
    // A process that reads a terminal may never let go of its thread: nobody waits for it.
    runtime.shutdown_background();
    served
}

async fn run(args: &ServeArgs, threads: usize, shell: &Shell) -> Result<Exit, Fault> {
    let (folder, graphs) = places(&args.paths)?;
    let mut options = options(args.listen, secrets(&args.access)?, &args.access);
    options.folder = Some(folder);
    options.threads = threads;
    options.grace = args.grace;
    let server = listen(options)?;
    let signals = Signals::listen().map_err(|error| Fault::io("cannot catch signals", &error))?;
    let input = args.until_input_ends.then(input_end).transpose()?;
    let names = if args.empty {
        Vec::new()
    } else {
        take_in(&server, &graphs, shell)?
    };
    if args.start && names.is_empty() {
        return Err(Fault::usage("--start needs the graphs to start by name"));
    }
    // Before anything that a graph prints.
    tell(&server, args, shell)?;
    let _announced = announce(server.address(), &names);
    for name in names.iter().filter(|_| args.start) {
        server.start(name)?;
    }
    attend(server, signals, input, shell).await
}

/// A server that listens, with the components of this program and the editor for browsers.
///
/// # Errors
///
/// Fails when address or directory cannot be used, and when a secret is missing.
pub(super) fn listen(mut options: Options) -> Result<Server, Fault> {
    let registry = registry()?;
    options.pages = PAGES;
    options.components = components_document(&registry);
    let server = Server::bind(options, registry)?;
    crate::log::share(server.log_sink());
    Ok(server)
}

/// Serves until a signal comes, or until standard input ends if that is waited for.
///
/// # Errors
///
/// Fails when the listener does.
pub(super) async fn attend(
    server: Server,
    mut signals: Signals,
    input: Option<oneshot::Receiver<()>>,
    shell: &Shell,
) -> Result<Exit, Fault> {
    let (end, ended) = oneshot::channel::<()>();
    let serving = server.run(async move {
        // It fails only when the sender is dropped, and then the server shall end, too.
        drop(ended.await);
    });
    tokio::pin!(serving);
    let failed = |error: io::Error| Fault::io("serving", &error);
    let exit = tokio::select! {
        served = &mut serving => return served.map(|()| Exit::Ok).map_err(failed),
        signal = signals.next() => signal.exit(),
        () = until(input) => Exit::Ok,
    };
    shell.notice("stopping: graphs work off what is in flight (once more ends at once)");
    drop(end);
    tokio::select! {
        served = &mut serving => served.map_err(failed)?,
        _second = signals.next() => {}
    }
    Ok(exit)
}

/// Waits for the end of standard input, or for ever.
async fn until(input: Option<oneshot::Receiver<()>>) {
    match input {
        // The sender is dropped at the end.
        Some(input) => drop(input.await),
        None => std::future::pending().await,
    }
}

/// Tells when standard input ends. A pipe that another program holds ends with that program, however it ended.
fn input_end() -> Result<oneshot::Receiver<()>, Fault> {
    let (end, ended) = oneshot::channel();
    let read = move || {
        // What comes is nobody's; an input that cannot be read is at its end.
        drop(io::copy(&mut io::stdin().lock(), &mut io::sink()));
        drop(end);
    };
    let thread = std::thread::Builder::new().name("end of input".to_owned());
    // It ends with its input, or with the process: nothing of it is to be waited for.
    thread
        .spawn(read)
        .map_err(|error| Fault::io("cannot wait for the end of input", &error))?;
    Ok(ended)
}

/// The directory to serve, and the graphs that were named.
fn places(paths: &[PathBuf]) -> Result<(PathBuf, Vec<PathBuf>), Fault> {
    match paths {
        [] => Ok((PathBuf::from("."), Vec::new())),
        [folder] if folder.is_dir() => Ok((folder.clone(), Vec::new())),
        graphs => {
            if let Some(folder) = graphs.iter().find(|path| path.is_dir()) {
                let shown = folder.display();
                let text = format!("{shown} is a directory: name one directory, or graph files");
                return Err(Fault::usage(text));
            }
            let folder = graphs.first().and_then(|graph| graph.parent());
            let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
            Ok((folder.unwrap_or(Path::new(".")).to_owned(), graphs.to_vec()))
        }
    }
}

/// Takes in the graphs; gives the names of those that were named.
fn take_in(server: &Server, graphs: &[PathBuf], shell: &Shell) -> Result<Vec<String>, Fault> {
    if graphs.is_empty() {
        for left_out in server.load_all()? {
            shell.notice(&format!("left out: {left_out}"));
        }
    }
    let loaded = graphs.iter().map(|graph| server.load_file(graph));
    Ok(loaded.collect::<Result<_, _>>()?)
}

/// Tells where clients find the server.
fn tell(server: &Server, args: &ServeArgs, shell: &Shell) -> Result<(), Fault> {
    let url = format!("ws://{}", server.address());
    if !PAGES.is_empty() {
        shell.notice(&format!("the editor is at http://{}/", server.address()));
    }
    match args.format.get() {
        Format::Human => shell.data(&format!("{url}\n")),
        Format::Json => {
            let document = json!({ "schema": "millstream.serve/1", "url": url });
            shell.data(&format!("{document}\n"))
        }
    }
}

impl From<ServeError> for Fault {
    fn from(error: ServeError) -> Self {
        let text = error.to_string();
        match error {
            ServeError::NoSecret(_) => {
                Self::usage(text).help("--secret-file FILE names a file with one")
            }
            ServeError::Listen { .. } | ServeError::Folder { .. } => Self::new(Exit::Io, text),
            _ => Self::new(Exit::Invalid, text),
        }
    }
}
