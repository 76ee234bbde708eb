//! `http`: requests a second through http/Serve and back, against a bare handler of axum.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::extract;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::hello;
use super::lab::{Case, Lab, nanos, race, runtime};
use super::row::Row;
use crate::output;

const CONNECTIONS: u64 = 32;
const REQUEST: &[u8] = b"GET /hello/miller HTTP/1.1\r\nhost: localhost\r\n\r\n";
const ANSWER: &[u8] = b"Hello, miller!";

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    let Some(millstream) = hello::binary() else {
        return output::aside("http: skipped, build the release binary `millstream` first");
    };
    let requests = lab.packets(100_000) / CONNECTIONS;
    let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/http.ron");
    let ours = Server::start(Command::new(millstream).arg("run").arg(graph))?;
    let bare = Server::start(Command::new(std::env::current_exe()?).arg("bare-http"))?;
    let [ours, bare] = {
        let cases: [Case<'_>; 2] = [
            Box::new(|| load(&ours.address, requests)),
            Box::new(|| load(&bare.address, requests)),
        ];
        race(lab.reps(5), cases)?
    };
    let row = Row::new(
        format!("{CONNECTIONS} connections, 3 processes"),
        ours,
        "µs/request",
    );
    lab.row(
        row.faster_than("axum", bare)
            .at_least(0.5, 0.8)
            .note(format!(
                "{:.0} and {:.0} requests/s",
                1e6 / ours,
                1e6 / bare
            )),
    )
}

/// What ours is compared with.
pub(crate) fn bare() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        output::line(&listener.local_addr()?.to_string())?;
        let greet =
            |extract::Path(name): extract::Path<String>| async move { format!("Hello, {name}!") };
        let router = Router::new().route("/hello/{name}", get(greet));
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// A server that is ended when dropped.
pub(super) struct Server {
    child: Child,
    /// What it prints first.
    pub(super) address: String,
}

impl Server {
    /// Starts a program that prints the address that it listens at.
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut server = Self {
            child,
            address: String::new(),
        };
        let out = server.child.stdout.as_mut().context("no standard output")?;
        BufReader::new(out).read_line(&mut server.address)?;
        server.address.truncate(server.address.trim_end().len());
        ensure!(!server.address.is_empty(), "the server does not listen");
        Ok(server)
    }

    /// The number of its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Microseconds a request, with so many requests on each connection.
fn load(address: &str, requests: u64) -> Result<f64> {
    runtime(1)?.block_on(async {
        let mut clients = JoinSet::new();
        let begin = Instant::now();
        for _ in 0..CONNECTIONS {
            clients.spawn(ask(address.to_owned(), requests));
        }
        while let Some(client) = clients.join_next().await {
            client??;
        }
        Ok(nanos(begin.elapsed()) / 1e3 / (requests * CONNECTIONS) as f64)
    })
}

/// Asks one question after the other on one connection.
async fn ask(address: String, requests: u64) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut answer = Vec::with_capacity(1024);
    for _ in 0..requests {
        stream.write_all(REQUEST).await?;
        answer.clear();
        // The body is the end of the answer.
        while !answer.ends_with(ANSWER) {
            let read = stream.read_buf(&mut answer).await?;
            ensure!(read > 0, "the server has hung up");
            ensure!(answer.len() < 1024, "the server answers something else");
        }
    }
    Ok(())
}
