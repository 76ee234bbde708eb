//! A server on a free port, and clients of it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use millstream_component::Registry;
use millstream_server::{Options, Secrets, Server};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// No answer takes so long.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A server that runs until it is dropped or ended.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    pub(crate) folder: tempfile::TempDir,
    end: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

pub(crate) fn registry() -> Registry {
    let mut registry = Registry::default();
    millstream_components::register(&mut registry).unwrap();
    registry
}

pub(crate) fn local() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Two secrets: `run` and `look`.
pub(crate) fn secrets() -> Secrets {
    Secrets {
        control: Some("run".to_owned()),
        inspect: Some("look".to_owned()),
    }
}

impl Host {
    /// A server without secrets that serves these files.
    pub(crate) async fn with(files: &[(&str, &str)]) -> Self {
        Self::start(files, Secrets::default()).await
    }

    #[expect(
        clippy::unused_async,
        reason = "whatever concerns a server needs a runtime, and says so"
    )]
    pub(crate) async fn start(files: &[(&str, &str)], secrets: Secrets) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let options = Options {
            secrets,
            folder: Some(folder.path().to_owned()),
            grace: Duration::from_secs(2),
            ..Options::new(local())
        };
        let server = Server::bind(options, registry()).unwrap();
        assert_eq!(server.load_all().unwrap(), Vec::<String>::new());
        let (end, ended) = oneshot::channel::<()>();
        let address = server.address();
        let task = Handle::current().spawn(server.run(async move { drop(ended.await) }));
        Self {
            address,
            folder,
            end: Some(end),
            task,
        }
    }

    /// A client that has said nothing yet.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.address, &[]).await.unwrap()
    }

    /// A client that has said hello.
    pub(crate) async fn friend(&self) -> Client {
        let mut client = self.client().await;
        client
            .ask("millstream", "hello", json!({ "versions": [1] }))
            .await;
        client
    }

    /// Ends the server and waits for it.
    pub(crate) async fn end(mut self) {
        drop(self.end.take());
        let ended = timeout(LIMIT, self.task).await;
        ended.expect("the server ends in time").unwrap().unwrap();
    }
}

/// One WebSocket.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Heard and not looked at.
    heard: Vec<Json>,
    number: u64,
    /// Said with each message.
    pub(crate) secret: Option<String>,
}

impl Client {
    pub(crate) async fn connect(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let mut request = format!("ws://{address}/").into_client_request()?;
        let fixed = [("Sec-WebSocket-Protocol", "noflo")];
        for (name, value) in fixed.iter().chain(headers) {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().insert(*name, value);
        }
        let (socket, response) = connect_async(request).await?;
        assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "noflo");
        Ok(Self {
            socket,
            heard: Vec::new(),
            number: 0,
            secret: None,
        })
    }

    /// The same, with this secret in each message.
    pub(crate) fn knowing(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    /// Sends raw text.
    pub(crate) async fn say_text(&mut self, text: String) {
        self.socket.send(Message::Text(text.into())).await.unwrap();
    }

    /// Sends raw text to a server that may hang up meanwhile.
    pub(crate) async fn try_say(&mut self, text: String) {
        drop(self.socket.send(Message::Text(text.into())).await);
    }

    /// Sends a message; gives its number.
    pub(crate) async fn say(&mut self, protocol: &str, command: &str, payload: Json) -> String {
        self.number += 1;
        let id = self.number.to_string();
        let mut message = json!({ "protocol": protocol, "command": command, "payload": payload, "requestId": id });
        if let Some(secret) = &self.secret {
            message["secret"] = json!(secret);
        }
        self.say_text(message.to_string()).await;
        id
    }

    /// The next message; none when the server has closed the connection.
    pub(crate) async fn next(&mut self) -> Option<Json> {
        loop {
            let heard = timeout(LIMIT, self.socket.next()).await;
            match heard.expect("the server says something in time") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The code and the reason with which the server closes the connection.
    pub(crate) async fn farewell(&mut self) -> (u16, String) {
        loop {
            let heard = timeout(LIMIT, self.socket.next()).await;
            match heard.expect("the server says something in time") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Ok(_)) => {}
                gone => panic!("gone without a word: {gone:?}"),
            }
        }
    }

    /// The first message that fits, heard already or to come.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Json) -> bool) -> Json {
        if let Some(at) = self.heard.iter().position(&fits) {
            return self.heard.remove(at);
        }
        loop {
            let message = self.next().await.expect("the connection stays open");
            if fits(&message) {
                return message;
            }
            self.heard.push(message);
        }
    }

    /// Sends a message and waits for its answer; gives the command and the payload of that.
    pub(crate) async fn ask(
        &mut self,
        protocol: &str,
        command: &str,
        payload: Json,
    ) -> (String, Json) {
        let id = self.say(protocol, command, payload).await;
        let answer = self.until(|message| message["responseTo"] == *id).await;
        let command = answer["command"].as_str().unwrap().to_owned();
        (command, answer["payload"].clone())
    }

    /// As [`Client::ask`] in our own protocol, where this is answered.
    pub(crate) async fn get(&mut self, command: &str, payload: Json, wanted: &str) -> Json {
        let (answer, payload) = self.ask("millstream", command, payload).await;
        assert_eq!(answer, wanted, "{payload}");
        payload
    }

    /// As [`Client::get`] where a refusal is wanted; gives its code.
    pub(crate) async fn refused(&mut self, command: &str, payload: Json) -> String {
        let refusal = self.get(command, payload, "error").await;
        refusal["code"].as_str().unwrap().to_owned()
    }

    /// The next message of this kind.
    pub(crate) async fn event(&mut self, protocol: &str, command: &str) -> Json {
        let is = |message: &Json| message["protocol"] == protocol && message["command"] == command;
        self.until(is).await["payload"].clone()
    }

    /// What was heard and not looked at.
    pub(crate) fn take_heard(&mut self) -> Vec<Json> {
        std::mem::take(&mut self.heard)
    }

    /// Forgets what was heard and not looked at.
    pub(crate) fn forget(&mut self) {
        self.heard.clear();
    }
}
