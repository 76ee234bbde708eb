//! The programs that drive: chromedriver and `WebKitWebDriver`, each on a free port, ended with the test.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value as Json};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};
use url::Url;

/// Longest time until a driver listens.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// A driver that runs, and the page that it drives.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) client: Client,
    _program: Child,
}

impl Driver {
    /// Starts a driver and has it open what the capabilities name.
    ///
    /// # Errors
    ///
    /// Fails when the driver is not installed, or does not do it.
    pub(crate) async fn start(
        program: &str,
        capabilities: Json,
        environment: &[(&str, &Path)],
    ) -> Result<Self> {
        let address = free_port().await?;
        let mut command = Command::new(program);
        command
            .arg(format!("--port={}", address.port()))
            // Or the window does not let itself be driven.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let child = command
            .spawn()
            .with_context(|| format!("{program} is not installed"))?;
        until_listening(address, program).await?;
        let Json::Object(capabilities) = capabilities else {
            bail!("capabilities are an object");
        };
        let client = connect(address, capabilities).await;
        let client = client.with_context(|| format!("{program} opens nothing"))?;
        Ok(Self {
            client,
            _program: child,
        })
    }

    /// Ends the page and its driver.
    ///
    /// # Errors
    ///
    /// Fails when the driver does not end the page.
    pub(crate) async fn end(self) -> Result<()> {
        Ok(self.client.close().await?)
    }
}

async fn connect(address: SocketAddr, capabilities: Map<String, Json>) -> Result<Client> {
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    Ok(builder.connect(&format!("http://{address}")).await?)
}

/// A port that was free a moment ago.
async fn free_port() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}

async fn until_listening(address: SocketAddr, program: &str) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect(address).await.is_err() {
        if Instant::now() > until {
            bail!("{program} does not listen");
        }
        sleep(LOOK).await;
    }
    Ok(())
}

/// What the page complained about: a command of chromedriver alone.
#[derive(Debug)]
pub(crate) struct Complaints;

impl WebDriverCompatibleCommand for Complaints {
    fn endpoint(
        &self,
        base: &Url,
        session: Option<&str>,
    ) -> std::result::Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(r#"{"type":"browser"}"#.to_owned()))
    }
}
