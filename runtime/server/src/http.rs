//! The one port: WebSocket for those who ask for it, counts for Prometheus, and for browsers the editor and the files of the
//! served directory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{DefaultBodyLimit, Path, Request, State as Shared};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use millstream_protocol::fbp::SUBPROTOCOL;

use crate::files::{self, Refused, Visitor};
use crate::limits::{MESSAGE_BYTES_MAX, READ_BUFFER_BYTES};
use crate::metrics;
use crate::pages;
use crate::security::admit;
use crate::session;
use crate::state::State;

/// What the handlers share.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) state: Arc<State>,
    address: SocketAddr,
}

/// Everything that the port answers.
pub(crate) fn router(state: Arc<State>, address: SocketAddr) -> Router {
    let door = Door { state, address };
    Router::new()
        .route("/", any(enter))
        .route("/components", get(components))
        .route("/files", get(files::list))
        .route("/files/{*file}", get(files::read).put(files::write))
        .route("/metrics", get(measure))
        .route("/{*path}", get(page))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX))
        .layer(from_fn_with_state(door.clone(), look))
        .with_state(door)
}

/// Looks at everybody who asks, whatever it is. Nobody stays for a second question: sockets are few, and clients that have
/// more to ask become one by WebSocket.
async fn look(Shared(door): Shared<Door>, request: Request, next: Next) -> Response {
    let origins = &door.state.options.origins;
    let mut response = match admit(request.headers(), door.address, origins) {
        Ok(()) if is_too_long(request.headers()) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Ok(()) => next.run(request).await,
        Err(unwelcome) => {
            tracing::warn!(%unwelcome, "client turned away");
            (StatusCode::FORBIDDEN, format!("{unwelcome}\n")).into_response()
        }
    };
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// Said before it comes: nobody waits for what is not wanted.
fn is_too_long(headers: &HeaderMap) -> bool {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    length.is_some_and(|length| length > MESSAGE_BYTES_MAX)
}

/// `GET /components`: what `millstream components --json` says.
async fn components(visitor: Visitor, Shared(door): Shared<Door>) -> Result<Response, Refused> {
    visitor.may_look()?;
    let json = [(CONTENT_TYPE, "application/json")];
    Ok((json, door.state.options.components.clone()).into_response())
}

async fn page(
    Shared(door): Shared<Door>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    pages::answer(door.state.options.pages, &path, &headers)
}

async fn enter(
    Shared(door): Shared<Door>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let state = door.state;
    let Ok(upgrade) = upgrade else {
        return pages::answer(state.options.pages, "", &headers);
    };
    let Some(place) = state.hub.enter() else {
        let text = "too many clients\n";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    };
    let guard = Guard::new(&state, place.handle.id);
    upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            let state = Arc::clone(&guard.state);
            session::serve(socket, state, place).await;
            drop(guard);
        })
}

/// `GET /metrics`: the counts of all networks that run.
async fn measure(visitor: Visitor, Shared(door): Shared<Door>) -> Result<Response, Refused> {
    visitor.may_look()?;
    let running = door.state.all().into_iter();
    let running = running.filter_map(|served| {
        let run = served.live_run()?;
        Some((served.id.clone(), run.network.clone()))
    });
    Ok(match metrics::text(running.collect()) {
        Ok(text) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_format) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
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
