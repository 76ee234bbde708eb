//! Lanes over NATS servers, each test with a server of its own. Where there is no server, the tests say so.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "what fails here fails the test, and what is skipped is said"
)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use millstream_broker::conformance;
use millstream_broker::conformance::Bench;
use millstream_broker::nats::{NatsBroker, NatsOptions};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// A NATS server that ends with the test.
pub(crate) struct Server {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    child: Mutex<Option<Child>>,
}

impl Server {
    /// Starts a server with these lines more in its configuration.
    pub(crate) async fn start(program: &Path, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
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

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    async fn run(&self) {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        let child = Command::new(&self.program)
            .arg("-c")
            .arg(self.folder.path().join("nats.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it starts");
        *self.child.lock().expect("no panic") = Some(child);
        let answers = async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(20), answers)
            .await
            .expect("it answers");
    }

    fn kill(&self) {
        if let Some(mut child) = self.child.lock().expect("no panic").take() {
            child.kill().expect("it is killed");
            child.wait().expect("it ends");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Bench for Server {
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

/// The program named by a variable of the environment, or the one on the path.
fn program(variable: &str, otherwise: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let found = named.or_else(|| {
        let folders = std::env::var_os("PATH")?;
        let mut candidates = std::env::split_paths(&folders).map(|folder| folder.join(otherwise));
        candidates.find(|candidate| candidate.is_file())
    });
    if found.is_none() {
        eprintln!("SKIPPED: there is no {otherwise}, and {variable} names none");
    }
    found
}

/// The server of the system: Debian's is 2.9.
async fn of_the_system() -> Option<Server> {
    Some(Server::start(&program("MILLSTREAM_NATS_SERVER", "nats-server")?, "").await)
}

/// A newer one.
async fn newer() -> Option<Server> {
    Some(
        Server::start(
            &program("MILLSTREAM_NATS_SERVER_NEW", "nats-server-new")?,
            "",
        )
        .await,
    )
}

conformance!(system, real, super::of_the_system());
conformance!(new, real, super::newer());
