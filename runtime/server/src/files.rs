//! The served directory over HTTP, for editors in a browser: graph files are listed, read and written as texts.
//!
//! Texts, because a file that is no graph yet is one that somebody is about to mend. Each comes with a stamp as its `ETag`;
//! who writes says with `If-Match` what they believe to replace, so that two windows on one file notice each other.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State as Shared};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use millstream_file::{Stamp, Written};
use serde_json::json;

use crate::folder::{FileError, Folder, SaveError};
use crate::http::Door;
use crate::security::Rights;
use crate::state::State;

/// Why a request for a file is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The secret is wrong or missing, or gives no right to do this.
    #[error("a secret is needed")]
    Secret,
    /// The secret gives the right to look, and no other.
    #[error("the secret does not permit this")]
    Rights,
    /// No directory is served.
    #[error("no directory is served here")]
    NoFolder,
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file cannot be written, or is not what the client believes.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The work was not done.
    #[error("the server ends")]
    Ends,
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Secret => StatusCode::UNAUTHORIZED,
            Self::Rights => StatusCode::FORBIDDEN,
            Self::NoFolder => StatusCode::NOT_FOUND,
            Self::Save(SaveError::Changed) => StatusCode::PRECONDITION_FAILED,
            Self::Ends => StatusCode::SERVICE_UNAVAILABLE,
            Self::File(error) | Self::Save(SaveError::File(error)) => status_of(error),
        }
    }
}

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.status();
        let text = format!("{self}\n");
        match self {
            Self::Secret => (status, [(WWW_AUTHENTICATE, "Bearer")], text).into_response(),
            _ => (status, text).into_response(),
        }
    }
}

fn status_of(error: &FileError) -> StatusCode {
    match error {
        FileError::Name(_) => StatusCode::BAD_REQUEST,
        FileError::Io { source, .. } => match source.kind() {
            std::io::ErrorKind::NotFound => StatusCode::NOT_FOUND,
            std::io::ErrorKind::PermissionDenied => StatusCode::FORBIDDEN,
            std::io::ErrorKind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// Who asks: what the secret in `Authorization: Bearer` gives the right to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor(Rights);

impl Visitor {
    /// Refuses those who may not look.
    ///
    /// # Errors
    ///
    /// Fails when they may not.
    pub(crate) const fn may_look(self) -> Result<(), Refused> {
        if self.0.inspect {
            Ok(())
        } else {
            Err(Refused::Secret)
        }
    }

    const fn may_write(self) -> Result<(), Refused> {
        match self.0 {
            Rights { control: true, .. } => Ok(()),
            Rights { inspect: true, .. } => Err(Refused::Rights),
            Rights { .. } => Err(Refused::Secret),
        }
    }
}

impl FromRequestParts<Door> for Visitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Refused> {
        let said = parts.headers.get(AUTHORIZATION);
        let said = said.map(|said| said.to_str().unwrap_or_default());
        let secret = said.map(|said| said.strip_prefix("Bearer ").unwrap_or_default());
        let rights = door.state.options.secrets.rights(secret);
        rights.map(Self).map_err(|_wrong| Refused::Secret)
    }
}

/// `GET /files`: all graph files, in order.
pub(crate) async fn list(
    visitor: Visitor,
    Shared(door): Shared<Door>,
) -> Result<Response, Refused> {
    visitor.may_look()?;
    let names = blocking(&door.state, |_state, folder| {
        let names = folder.names();
        names.map_err(|source| {
            FileError::Io {
                name: "the served directory".to_owned(),
                source,
            }
            .into()
        })
    })
    .await?;
    let files: Vec<String> = names.iter().map(|name| Folder::file_of(name)).collect();
    let document = json!({ "schema": "millstream.files/1", "files": files });
    Ok((
        [(CONTENT_TYPE, "application/json")],
        format!("{document}\n"),
    )
        .into_response())
}

/// `GET /files/{name}.ron`: a text with its stamp; nothing but the stamp if that is known already.
pub(crate) async fn read(
    visitor: Visitor,
    Shared(door): Shared<Door>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    visitor.may_look()?;
    let text = blocking(&door.state, move |_state, folder| {
        Ok(folder.read(name(&file)?)?)
    })
    .await?;
    let stamp = Stamp::of(&text);
    if said(&headers, &IF_NONE_MATCH).is_some_and(|known| known == stamp) {
        return Ok((StatusCode::NOT_MODIFIED, tag(&stamp)).into_response());
    }
    let about = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
    ];
    Ok((about, tag(&stamp), text).into_response())
}

/// `PUT /files/{name}.ron`: replaces a text at once; `If-Match` says which, `If-None-Match: *` that there is none yet.
pub(crate) async fn write(
    visitor: Visitor,
    Shared(door): Shared<Door>,
    Path(file): Path<String>,
    headers: HeaderMap,
    text: String,
) -> Result<Response, Refused> {
    visitor.may_write()?;
    let wanted = match said(&headers, &IF_MATCH) {
        Some(stamp) => Written::IfStill(stamp),
        None if headers.contains_key(IF_NONE_MATCH) => Written::IfNew,
        None => Written::Anyway,
    };
    let stamp = blocking(&door.state, move |state, folder| {
        let name = name(&file)?;
        let stamp = folder.save(name, &text, &wanted)?;
        state.follow_file(name, &text);
        Ok(stamp)
    })
    .await?;
    Ok((StatusCode::NO_CONTENT, tag(&stamp)).into_response())
}

/// Does what waits for a disk where it keeps nobody else waiting.
async fn blocking<T: Send + 'static>(
    state: &Arc<State>,
    work: impl FnOnce(&State, &Folder) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let state = Arc::clone(state);
    let done = tokio::task::spawn_blocking(move || {
        let folder = state.folder.as_ref().ok_or(Refused::NoFolder)?;
        work(&state, folder)
    });
    done.await.unwrap_or(Err(Refused::Ends))
}

/// What the server calls the graph in a file.
fn name(file: &str) -> Result<&str, Refused> {
    let name = Folder::name_in(file);
    name.ok_or_else(|| FileError::Name(file.to_owned()).into())
}

fn tag(stamp: &Stamp) -> [(HeaderName, String); 1] {
    [(ETAG, format!("\"{stamp}\""))]
}

/// The stamp in a header.
fn said(headers: &HeaderMap, name: &HeaderName) -> Option<Stamp> {
    let text = headers.get(name)?.to_str().unwrap_or_default();
    let stamp = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    // What has no such form is no stamp of ours, and matches none.
    (text != "*").then(|| Stamp::told(stamp.unwrap_or_default()))
}
