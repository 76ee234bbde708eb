//! Clients of a server that is measured: one that asks, and many that throw away what they are sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Somebody who asks.
pub(super) struct Client {
    socket: WebSocketStream<TcpStream>,
}

/// Clients that throw away what they are sent, until dropped.
pub(super) struct Lookers {
    /// Aborted when dropped.
    _tasks: JoinSet<()>,
    bytes: Arc<AtomicU64>,
}

impl Client {
    /// Connects to `ws://HOST:PORT`.
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let mut request = url.into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static("noflo"));
        let address = url
            .strip_prefix("ws://")
            .context("no address of a server")?;
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (socket, _) = client_async(request, stream).await?;
        Ok(Self { socket })
    }

    pub(super) async fn greet(&mut self) -> Result<()> {
        self.ask("hello", &json!({ "versions": [1] })).await?;
        Ok(())
    }

    /// The payload of the answer.
    pub(super) async fn ask(&mut self, command: &str, payload: &Value) -> Result<Value> {
        let text = self.ask_text(command, payload).await?;
        let mut answer: Value = serde_json::from_str(&text)?;
        ensure!(answer["command"] != "error", "{command}: {text:.200}");
        Ok(answer["payload"].take())
    }

    /// The answer as it came.
    pub(super) async fn ask_text(&mut self, command: &str, payload: &Value) -> Result<String> {
        self.say(command, payload).await?;
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) if text.contains("\"responseTo\":") => {
                    return Ok(text.as_str().to_owned());
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => bail!("the server has hung up"),
            }
        }
    }

    async fn say(&mut self, command: &str, payload: &Value) -> Result<()> {
        let message = json!({
            "protocol": "millstream", "command": command, "payload": payload, "requestId": "1",
        });
        self.socket
            .send(Message::Text(message.to_string().into()))
            .await?;
        Ok(())
    }

    /// The connector at the end of the chain.
    pub(super) async fn last_connector(&mut self) -> Result<String> {
        let subscribe = json!({ "graph": "graph", "interval_ms": 3_600_000 });
        let snapshot = self.ask("subscribe", &subscribe).await?;
        let last = snapshot["connectors"].as_array().and_then(|all| all.last());
        let last = last.and_then(|last| last["to"].as_str());
        Ok(last.context("the network has no connectors")?.to_owned())
    }

    /// How many packets have passed a connector, and when that was.
    pub(super) async fn passed(&mut self, connector: &str) -> Result<(u64, Duration)> {
        let subscribe = json!({
            "graph": "graph", "interval_ms": 3_600_000, "connectors": [connector],
        });
        let snapshot = self.ask("subscribe", &subscribe).await?;
        let packets = snapshot["connectors"][0]["counts"]["received"].as_u64();
        let millis = snapshot["elapsed_ms"].as_u64();
        Ok((
            packets.context("no counts")?,
            Duration::from_millis(millis.context("no time")?),
        ))
    }
}

impl Lookers {
    /// Connects clients that want to be sent something.
    pub(super) async fn start(url: &str, clients: usize, wants: &[(&str, Value)]) -> Result<Self> {
        let bytes = Arc::<AtomicU64>::default();
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            let mut client = Client::connect(url).await?;
            client.greet().await?;
            for (command, payload) in wants {
                client.ask(command, payload).await?;
            }
            let bytes = Arc::clone(&bytes);
            tasks.spawn(async move {
                let mut stream = client.socket.into_inner();
                let mut buffer = vec![0; 1 << 17];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    bytes.fetch_add(read as u64, Relaxed);
                }
            });
        }
        Ok(Self {
            _tasks: tasks,
            bytes,
        })
    }

    /// What they were sent so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }
}
