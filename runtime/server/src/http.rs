//! The one port: WebSocket for those who ask for it, and a line for browsers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use axum::Router;
use axum::extract::State as Shared;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::header::CONNECTION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use millstream_protocol::fbp::SUBPROTOCOL;

use crate::limits::MESSAGE_BYTES_MAX;
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
        .with_state(Door { state, address })
}

async fn enter(
    Shared(door): Shared<Door>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let state = door.state;
    if let Err(unwelcome) = admit(&headers, door.address, &state.options.origins) {
        tracing::warn!(%unwelcome, "client turned away");
        let text = format!("{unwelcome}\n");
        return (StatusCode::FORBIDDEN, [(CONNECTION, "close")], text).into_response();
    }
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
