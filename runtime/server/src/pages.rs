//! The editor for browsers: files that whoever composes the server hands in. They hold no secret and need none.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// A file of the web editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Its path without the slash at the beginning; `index.html` is also found without one.
    pub path: &'static str,
    /// Its content type.
    pub kind: &'static str,
    /// The file, compressed with gzip.
    pub body: &'static [u8],
    /// Tells it from other versions of the file.
    pub version: &'static str,
}

/// What a page may load and do: nothing but its own files, and links to runtimes wherever these are.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The page for those who have no editor built in.
const WITHOUT: &str = include_str!("without.html");

/// Answers with a file of the editor.
pub(crate) fn answer(pages: &[Page], path: &str, headers: &HeaderMap) -> Response {
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(page) = pages.iter().find(|page| page.path == path) else {
        return match path {
            "index.html" if pages.is_empty() => html(WITHOUT),
            _ => (StatusCode::NOT_FOUND, "there is no such page\n").into_response(),
        };
    };
    let tag = format!("\"{}\"", page.version);
    let known = headers.get(IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
    }
    let about = [
        (CONTENT_TYPE, page.kind),
        (CONTENT_ENCODING, "gzip"),
        // Asked for anew each time, and answered in a word when it is known.
        (CACHE_CONTROL, "no-cache"),
    ];
    (about, guards(), [(ETAG, tag)], Body::from(page.body)).into_response()
}

fn html(text: &'static str) -> Response {
    let about = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (about, guards(), text).into_response()
}

const fn guards() -> [(axum::http::HeaderName, &'static str); 3] {
    [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ]
}
