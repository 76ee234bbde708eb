//! Connecting to a NATS server.

use std::fmt;
use std::path::PathBuf;

use async_nats::{ConnectErrorKind, ConnectOptions, Event, jetstream};
use tokio::sync::watch;

use super::{NatsBroker, REQUEST_LIMIT};
use crate::link::LinkError;

/// How to prove who one is. Nothing of it is ever shown.
#[derive(Clone, Default)]
pub enum Credentials {
    /// The server asks for none, or the URL has them.
    #[default]
    None,
    /// A user and a password.
    User {
        /// Name.
        user: String,
        /// Password.
        password: String,
    },
    /// A token.
    Token(String),
    /// The seed of an `NKey`.
    Seed(String),
    /// A file of credentials, as `nsc` makes it.
    File(PathBuf),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no credentials",
            Self::User { .. } => "user and password",
            Self::Token(_) => "token",
            Self::Seed(_) => "nkey",
            Self::File(_) => "file of credentials",
        })
    }
}

/// How to connect.
#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// Who one is.
    pub credentials: Credentials,
    /// Certificates of authorities that are trusted beside those of the system.
    pub root_certificates: Option<PathBuf>,
    /// The client's certificate and its key.
    pub client_certificate: Option<(PathBuf, PathBuf)>,
    /// How many servers of a cluster keep each lane.
    pub replicas: usize,
    /// What the server calls the connection.
    pub name: String,
}

impl Default for NatsOptions {
    fn default() -> Self {
        Self {
            credentials: Credentials::None,
            root_certificates: None,
            client_certificate: None,
            replicas: 1,
            name: "millstream".to_owned(),
        }
    }
}

impl NatsBroker {
    /// Connects to a server, such as `nats://localhost:4222`. A connection that is lost later comes back by itself.
    ///
    /// # Errors
    ///
    /// Fails when nobody answers, or the credentials are refused.
    pub async fn connect(url: &str, options: NatsOptions) -> Result<Self, LinkError> {
        let (lost, losses) = watch::channel(0);
        let replicas = options.replicas.max(1);
        let connect = connect_options(options)
            .await?
            .event_callback(move |event| {
                if matches!(event, Event::Disconnected) {
                    lost.send_modify(|count| *count += 1);
                }
                tracing::debug!(%event, "NATS connection");
                async {}
            });
        let client = connect.connect(url).await.map_err(|error| {
            let told = error.to_string();
            match error.kind() {
                ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                    LinkError::Unauthorized(told)
                }
                _ => LinkError::Unreachable(told),
            }
        })?;
        let mut jetstream = jetstream::new(client.clone());
        jetstream.set_timeout(REQUEST_LIMIT);
        Ok(Self {
            client,
            jetstream,
            losses,
            replicas,
        })
    }
}

async fn connect_options(options: NatsOptions) -> Result<ConnectOptions, LinkError> {
    let unauthorized = |error: std::io::Error| LinkError::Unauthorized(error.to_string());
    let mut connect = match options.credentials {
        Credentials::None => ConnectOptions::new(),
        Credentials::User { user, password } => {
            ConnectOptions::with_user_and_password(user, password)
        }
        Credentials::Token(token) => ConnectOptions::with_token(token),
        Credentials::Seed(seed) => ConnectOptions::with_nkey(seed),
        Credentials::File(path) => ConnectOptions::with_credentials_file(path)
            .await
            .map_err(unauthorized)?,
    };
    if let Some(path) = options.root_certificates {
        connect = connect.add_root_certificates(path);
    }
    if let Some((certificate, key)) = options.client_certificate {
        connect = connect.add_client_certificate(certificate, key);
    }
    let wait = |attempt: usize| std::time::Duration::from_millis(10 << attempt.min(6));
    Ok(connect
        .name(options.name)
        .request_timeout(Some(REQUEST_LIMIT))
        .reconnect_delay_callback(wait))
}
