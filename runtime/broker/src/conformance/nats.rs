//! A NATS server of a test's own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::Bench;
use crate::nats::{NatsBroker, NatsOptions};

/// A server has this long to answer.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A NATS server that ends with its owner, and all that it stored with it.
#[derive(Debug)]
pub struct NatsServer {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    child: Mutex<Option<Child>>,
}

impl NatsServer {
    /// Starts a server on a port of its own, with these lines more in its configuration.
    pub async fn start(program: &Path, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let store = folder.path().join("store");
        let config = format!(
            "listen: 127.0.0.1:{port}\njetstream {{ store_dir: \"{}\" }}\n{more}\n",
            store.display()
        );
        std::fs::write(folder.path().join("nats.conf"), config).expect("it is written");
        let server = Self {
            program: program.to_owned(),
            folder,
            port,
            child: Mutex::new(None),
        };
        server.run().await;
        server
    }

    /// The program that a variable of the environment names, or else the one of this name on the path.
    pub fn program(variable: &str, name: &str) -> Option<PathBuf> {
        let named = std::env::var_os(variable).map(PathBuf::from);
        named.or_else(|| {
            let folders = std::env::var_os("PATH")?;
            let mut programs = std::env::split_paths(&folders).map(|folder| folder.join(name));
            programs.find(|program| program.is_file())
        })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    async fn run(&self) {
        self.spawn();
        let answers = async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(START_LIMIT, answers).await.expect("it answers");
    }

    fn spawn(&self) {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        let child = Command::new(&self.program)
            .arg("-c")
            .arg(self.folder.path().join("nats.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        let mut place = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(child.expect("it starts"));
    }

    fn kill(&self) {
        let mut place = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut child) = place.take() {
            child.kill().expect("it is killed");
            child.wait().expect("it ends");
        }
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Bench for NatsServer {
    type Link = NatsBroker;

    async fn connect(&self) -> NatsBroker {
        loop {
            match NatsBroker::connect(&self.url(), NatsOptions::default()).await {
                Ok(broker) => return broker,
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    async fn restart(&self) -> bool {
        self.kill();
        self.run().await;
        true
    }
}
