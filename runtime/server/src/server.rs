//! The server as its users see it: made with options, given graphs, run until it is asked to end.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::Duration;

use millstream_component::Registry;
use millstream_engine::{Network, Report};
use millstream_graph::{Flat, Graph, flatten};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use crate::extension::LogSink;
use crate::folder::Folder;
use crate::http::router;
use crate::pages::Page;
use crate::resolve::Subgraphs;
use crate::run::Run;
use crate::security::Secrets;
use crate::served::Served;
use crate::socket::{Sockets, listen};
use crate::start::{StartError, end, start};
use crate::state::{LoadError, State};
use crate::tasks::Tasks;

/// The thread that talks to clients; systems show fifteen letters.
const THREAD: &str = "millstream live";
/// Time for clients to hear goodbye.
const FAREWELL: Duration = Duration::from_secs(2);
/// How often it is looked whether they have.
const FAREWELL_LOOK: Duration = Duration::from_millis(10);

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// What clients prove their rights with. Needed unless `listen` is a loopback address.
    pub secrets: Secrets,
    /// Origins of web pages that may connect, beside those of this machine: `https://editor.example`.
    pub origins: Vec<String>,
    /// The directory that graphs are read from and written to; nothing outside it is touched.
    pub folder: Option<PathBuf>,
    /// Threads for components that compute a lot.
    pub threads: usize,
    /// How long a stopped network may work off what is in flight.
    pub grace: Duration,
    /// The component that runs scripts, for clients that send the source of one.
    pub script: Option<ScriptHost>,
    /// The editor for browsers; none if there is none to serve.
    pub pages: &'static [Page],
    /// The components as a document for editors in a browser: what `millstream components --json` says.
    pub components: String,
}

/// A component that runs scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptHost {
    /// What clients call the language.
    pub language: String,
    /// The component.
    pub component: String,
    /// Its setting with the script.
    pub setting: String,
    /// Its in-port.
    pub input: String,
    /// Its out-port.
    pub output: String,
}

impl Options {
    /// Serves this machine alone, without secrets and without files.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            secrets: Secrets::default(),
            origins: Vec::new(),
            folder: None,
            threads: 1,
            grace: Duration::from_secs(10),
            script: None,
            pages: &[],
            components: String::new(),
        }
    }
}

/// Why a server cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Others than this machine could connect, and nothing would stop them.
    #[error("{0} can be reached from other machines, so a secret is needed")]
    NoSecret(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The directory cannot be served.
    #[error("cannot serve {folder}: {source}")]
    Folder {
        /// The directory.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A graph cannot be served.
    #[error("{0}")]
    Graph(String),
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    state: Arc<State>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens; nobody is answered until [`Server::run`].
    ///
    /// # Errors
    ///
    /// Fails when a secret is needed and missing, and when address or directory cannot be used.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O: networks run on the one that this is called in.
    pub fn bind(options: Options, registry: Registry) -> Result<Self, ServeError> {
        let wanted = options.listen;
        if !wanted.ip().is_loopback() && options.secrets.is_empty() {
            return Err(ServeError::NoSecret(wanted));
        }
        let folder = options.folder.as_deref().map(|path| {
            Folder::open(path).map_err(|source| ServeError::Folder {
                folder: path.to_owned(),
                source,
            })
        });
        let folder = folder.transpose()?;
        let refused = |source| ServeError::Listen {
            address: wanted,
            source,
        };
        let listener = listen(wanted).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let tasks = Tasks::new(Handle::current());
        let state = Arc::new(State::new(options, registry, folder, tasks));
        Ok(Self {
            state,
            listener,
            address,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes in all graphs of the served directory, and tells what could not be read. A file that is no graph is left out: a
    /// client may mend it.
    ///
    /// # Errors
    ///
    /// Fails when the directory cannot be read, or holds too many graphs.
    pub fn load_all(&self) -> Result<Vec<String>, ServeError> {
        let Some(folder) = &self.state.folder else {
            return Ok(Vec::new());
        };
        let names = folder.names().map_err(|source| ServeError::Folder {
            folder: self.state.options.folder.clone().unwrap_or_default(),
            source,
        })?;
        let (mut loaded, mut left_out) = (Vec::new(), Vec::new());
        for name in names {
            match self.load(&name) {
                Ok(()) => loaded.push(name),
                Err(LoadError::TooMany) => {
                    return Err(ServeError::Graph(LoadError::TooMany.to_string()));
                }
                Err(_) if folder.has_cases(&name) => {}
                Err(error) => left_out.push(error.to_string()),
            }
        }
        // The only one is what clients want to see.
        if let [only] = &loaded[..] {
            self.state.main.lock().get_or_insert_with(|| only.clone());
        }
        Ok(left_out)
    }

    /// Takes in one graph of the served directory, and shows it to clients first. Gives its name.
    ///
    /// # Errors
    ///
    /// Fails when the file is not in the directory, cannot be read, or is no graph.
    pub fn load_file(&self, file: &Path) -> Result<String, ServeError> {
        let folder = self.state.folder.as_ref();
        let name = folder.and_then(|folder| folder.name_of(file));
        let name = name.ok_or_else(|| {
            let text = "is no graph file (*.ron) inside the served directory";
            ServeError::Graph(format!("{} {text}", file.display()))
        })?;
        let loaded = self.load(&name);
        loaded.map_err(|error| ServeError::Graph(error.to_string()))?;
        self.state.main.lock().get_or_insert_with(|| name.clone());
        Ok(name)
    }

    fn load(&self, name: &str) -> Result<(), LoadError> {
        let graph = self.state.read(name)?;
        self.state.find_or_add(name, || graph, true).map(drop)
    }

    /// Runs a graph.
    ///
    /// # Errors
    ///
    /// Fails when there is none of this name, or it cannot run.
    pub fn start(&self, name: &str) -> Result<(), ServeError> {
        let refused = |error: StartError| ServeError::Graph(error.to_string());
        let served = self.state.find(name);
        let served =
            served.ok_or_else(|| ServeError::Graph(format!("there is no graph `{name}`")))?;
        start(&self.state, &served, None).map(drop).map_err(refused)
    }

    /// Takes in a network that somebody else runs: clients look inside and steer it, and see how it ends.
    pub fn adopt(&self, name: &str, graph: Graph, flat: Flat, network: Network) -> Adopted {
        let served = Arc::new(Served::new(name, graph.clone(), false));
        let base = flatten(&graph, &Subgraphs::of(&self.state, name));
        let flat = Arc::new(flat);
        let base = base.map_or_else(|_unknown| Arc::clone(&flat), Arc::new);
        let run = Arc::new(Run::new(1, network, flat, base));
        {
            let mut inner = served.lock();
            inner.changed = false;
            inner.runs = 1;
            inner.started = true;
            inner.run = Some(Arc::clone(&run));
        }
        self.state.put(&served);
        *self.state.main.lock() = Some(name.to_owned());
        Adopted { served, run }
    }

    /// Where log lines go that clients shall see.
    pub fn log_sink(&self) -> LogSink {
        LogSink::new(&self.state.logs)
    }

    /// Serves until `end`; then networks drain, clients are told, and all tasks are joined.
    ///
    /// Clients are talked to on a thread of its own: whatever they ask for takes one core at most, and never the thread that
    /// a network runs on.
    ///
    /// # Cancel
    ///
    /// Clients lose their connections without a word.
    ///
    /// # Errors
    ///
    /// Fails when the listener does, or the thread cannot be started.
    pub async fn run(self, end: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let Self {
            state,
            listener,
            address,
        } = self;
        let listener = listener.into_std()?;
        let serving = Arc::clone(&state);
        apart(move || async move {
            let listener = TcpListener::from_std(listener)?;
            attend(&serving, listener, address, end).await
        })
        .await?;
        state.tasks.join().await;
        Ok(())
    }
}

/// Does something on a thread of its own; dropped, it ends there, too.
async fn apart<F>(work: impl FnOnce() -> F + Send + 'static) -> io::Result<()>
where
    F: Future<Output = io::Result<()>>,
{
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (done, result) = oneshot::channel();
    let (_wanted, unwanted) = oneshot::channel::<()>();
    let thread = thread::Builder::new()
        .name(THREAD.to_owned())
        .spawn(move || {
            let served = runtime.block_on(async {
                tokio::select! {
                    served = work() => served,
                    _gone = unwanted => Ok(()),
                }
            });
            // Tasks of clients end before anybody is told.
            drop(runtime);
            drop(done.send(served));
        })?;
    let Ok(served) = result.await else {
        return Err(io::Error::other(
            "the thread that talks to clients panicked",
        ));
    };
    // It has said its last word.
    drop(thread.join());
    served
}

/// Talks to clients until the end.
async fn attend(
    state: &Arc<State>,
    listener: TcpListener,
    address: SocketAddr,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = router(Arc::clone(state), address);
    let winding = Arc::clone(state);
    let (wound, down) = oneshot::channel::<()>();
    let wind_up = async move {
        end.await;
        wind_up(&winding).await;
        drop(wound);
    };
    let serving = axum::serve(Sockets::new(listener), router).with_graceful_shutdown(wind_up);
    tokio::select! {
        served = serving.into_future() => served,
        // Sockets that have asked nothing are not waited for.
        () = async { drop(down.await); sleep(FAREWELL_LOOK).await } => Ok(()),
    }
}

/// A network that somebody else runs.
#[derive(Debug)]
pub struct Adopted {
    served: Arc<Served>,
    run: Arc<Run>,
}

impl Adopted {
    /// Tells clients how it ended.
    pub fn end(&self, report: &Report) {
        end(&self.served, &self.run, report);
    }
}

/// Stops all networks, waits for them, and says goodbye to the clients.
async fn wind_up(state: &Arc<State>) {
    let runs: Vec<_> = state
        .all()
        .into_iter()
        .filter_map(|served| served.live_run())
        .collect();
    for run in &runs {
        run.stop();
    }
    // The engine cancels what is not done by then; a process that holds its thread is left behind.
    let limit = state.options.grace + Duration::from_secs(6);
    let ended = async {
        for run in &runs {
            run.ended().await;
        }
    };
    if timeout(limit, ended).await.is_err() {
        tracing::error!("processes did not end in time");
        state.tasks.abort();
    }
    state.closing.send_replace(true);
    let until = Instant::now() + FAREWELL;
    while state.sessions.load(SeqCst) > 0 && Instant::now() < until {
        sleep(FAREWELL_LOOK).await;
    }
}
