//! The one port: WebSocket for those who ask for it, counts for Prometheus, and a line for browsers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use axum::Router;
use axum::extract::State as Shared;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use millstream_protocol::fbp::SUBPROTOCOL;

use crate::limits::MESSAGE_BYTES_MAX;
use crate::metrics;
use crate::security::admit;
use crate::session;
use crate::state::State;

/// What the handlers share.
#[derive(Debug, Clone)]
struct Door {
    state: Arc<State>,
    address: SocketAddr,
}

/// Everything that the port answers.
pub(crate) fn router(state: Arc<State>, address: SocketAddr) -> Router {
    Router::new()
        .route("/", any(enter))
        .route("/metrics", get(measure))
        .with_state(Door { state, address })
}

async fn enter(
    Shared(door): Shared<Door>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Some(refused) = door.turn_away(&headers) {
        return refused;
    }
    let state = door.state;
    let Ok(upgrade) = upgrade else {
        let text = "Millstream speaks the FBP Network Protocol here, by WebSocket.\n";
        return ([(CONNECTION, "close")], text).into_response();
    };
    let Some(place) = state.hub.enter() else {
        let text = "too many clients\n";
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            [(CONNECTION, "close")],
            text,
        )
            .into_response();
    };
    let guard = Guard::new(&state, place.handle.id);
    upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            let state = Arc::clone(&guard.state);
            session::serve(socket, state, place).await;
            drop(guard);
        })
}

/// The counts of all networks that run.
async fn measure(Shared(door): Shared<Door>, headers: HeaderMap) -> Response {
    if let Some(refused) = door.turn_away(&headers) {
        return refused;
    }
    let said = headers
        .get(AUTHORIZATION)
        .and_then(|said| said.to_str().ok());
    let said = said.and_then(|said| said.strip_prefix("Bearer "));
    let rights = door.state.options.secrets.rights(said);
    if !rights.is_ok_and(|rights| rights.inspect) {
        let text = "a secret is needed\n";
        return (
            StatusCode::UNAUTHORIZED,
            [(WWW_AUTHENTICATE, "Bearer")],
            text,
        )
            .into_response();
    }
    let running = door.state.all().into_iter();
    let running = running.filter_map(|served| {
        let run = served.live_run()?;
        Some((served.id.clone(), run.network.clone()))
    });
    match metrics::text(running.collect()) {
        Ok(text) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_format) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Door {
    /// The answer to a browser's page that may not talk to us.
    fn turn_away(&self, headers: &HeaderMap) -> Option<Response> {
        let unwelcome = admit(headers, self.address, &self.state.options.origins).err()?;
        tracing::warn!(%unwelcome, "client turned away");
        let text = format!("{unwelcome}\n");
        let refused = (StatusCode::FORBIDDEN, [(CONNECTION, "close")], text);
        Some(refused.into_response())
    }
}

/// Takes a client's place away, also when its connection never became one.
#[derive(Debug)]
struct Guard {
    state: Arc<State>,
    client: u64,
}

impl Guard {
    fn new(state: &Arc<State>, client: u64) -> Self {
        state.sessions.fetch_add(1, SeqCst);
        Self {
            state: Arc::clone(state),
            client,
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.state.hub.leave(self.client);
        self.state.sessions.fetch_sub(1, SeqCst);
    }
}
