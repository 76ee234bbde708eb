//! Questions to the server of this page.

use std::cell::RefCell;
use std::rc::Rc;

use millstream_app::{FileName, HostFault, Stamp};
use serde::Deserialize;
use wasm_bindgen::prelude::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use super::place;
use crate::host::told;

/// The server, and what proves the right to ask it.
#[derive(Debug, Clone)]
pub(super) struct Server {
    secret: Rc<RefCell<Option<String>>>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Method {
    /// Reads.
    Get,
    /// Writes; if something is expected, then only over that.
    Put {
        /// All of it.
        text: String,
        /// What is replaced.
        expected: Option<Stamp>,
    },
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The stamp of the file.
    pub(super) tag: String,
    /// The text; none of a file that is the same.
    pub(super) text: String,
    /// Whether the file is what was known.
    pub(super) is_same: bool,
}

/// Why the server does not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no such file.
    NotFound,
    /// The file is not what was expected.
    Changed,
    /// The secret is wrong, or missing.
    Secret,
    /// The text says how.
    Failed(String),
}

impl Fault {
    /// The fault, when it was this file.
    pub(super) fn of_file(self, file: &FileName) -> HostFault {
        match self {
            Self::NotFound => HostFault::NotFound(file.clone()),
            Self::Changed => HostFault::Changed(file.clone()),
            other => other.into(),
        }
    }
}

impl From<Fault> for HostFault {
    fn from(fault: Fault) -> Self {
        Self::Failed(match fault {
            Fault::NotFound => "the server has no such thing".to_owned(),
            Fault::Changed => "it was changed by somebody else".to_owned(),
            Fault::Secret => "the server wants another secret".to_owned(),
            Fault::Failed(text) => text,
        })
    }
}

impl Server {
    /// The server of this page.
    pub(super) fn new(secret: Option<String>) -> Self {
        Self {
            secret: Rc::new(RefCell::new(secret)),
        }
    }

    /// What proves the right to ask it.
    pub(super) fn secret(&self) -> Option<String> {
        self.secret.borrow().clone()
    }

    /// All files of the served directory.
    ///
    /// # Errors
    ///
    /// Fails when the server refuses or does not answer.
    pub(super) async fn files(&self) -> Result<Vec<String>, HostFault> {
        #[derive(Deserialize)]
        struct Files {
            files: Vec<String>,
        }
        let answer = self.ask(Method::Get, "files", None).await?;
        let files: Result<Files, _> = serde_json::from_str(&answer.text);
        files
            .map(|files| files.files)
            .map_err(|error| HostFault::Failed(error.to_string()))
    }

    /// Asks the server, and the user for a secret if it wants another.
    ///
    /// # Errors
    ///
    /// Fails when the server refuses or does not answer.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        known: Option<&Stamp>,
    ) -> Result<Answer, Fault> {
        let said = self.secret();
        match self.try_ask(&method, path, known).await {
            Err(Fault::Secret) if self.secret() != said || self.ask_secret() => {
                self.try_ask(&method, path, known).await
            }
            answer => answer,
        }
    }

    async fn try_ask(
        &self,
        method: &Method,
        path: &str,
        known: Option<&Stamp>,
    ) -> Result<Answer, Fault> {
        let failed = |error: JsValue| Fault::Failed(told(&error));
        let options = self.options(method, known).map_err(failed)?;
        let window =
            web_sys::window().ok_or_else(|| Fault::Failed("there is no page".to_owned()))?;
        let response = JsFuture::from(window.fetch_with_str_and_init(path, &options)).await;
        let lost =
            |error: JsValue| Fault::Failed(format!("the server does not answer: {}", told(&error)));
        let response: Response = response.map_err(lost)?.unchecked_into();
        let text = JsFuture::from(response.text().map_err(failed)?)
            .await
            .map_err(failed)?;
        let text = text.as_string().unwrap_or_default();
        match response.status() {
            200..300 | 304 => Ok(Answer {
                tag: response
                    .headers()
                    .get("etag")
                    .map_err(failed)?
                    .unwrap_or_default(),
                text,
                is_same: response.status() == 304,
            }),
            401 => Err(Fault::Secret),
            404 => Err(Fault::NotFound),
            412 => Err(Fault::Changed),
            _ => Err(Fault::Failed(text.trim().to_owned())),
        }
    }

    fn options(&self, method: &Method, known: Option<&Stamp>) -> Result<RequestInit, JsValue> {
        let headers = Headers::new()?;
        if let Some(secret) = &*self.secret.borrow() {
            headers.set("authorization", &format!("Bearer {secret}"))?;
        }
        if let Some(known) = known {
            headers.set("if-none-match", &known.0)?;
        }
        let options = RequestInit::new();
        // Or the browser answers in the server's place.
        options.set_cache(web_sys::RequestCache::NoStore);
        if let Method::Put { text, expected } = method {
            options.set_method("PUT");
            options.set_body(&text.into());
            if let Some(expected) = expected {
                headers.set("if-match", &expected.0)?;
            }
        }
        options.set_headers(&headers);
        Ok(options)
    }

    /// Whether the user says another secret.
    fn ask_secret(&self) -> bool {
        let window = web_sys::window();
        let question = "This runtime wants a secret.";
        let said = window.and_then(|window| window.prompt_with_message(question).ok()?);
        let Some(said) = said.filter(|said| !said.is_empty()) else {
            return false;
        };
        place::keep(&said);
        *self.secret.borrow_mut() = Some(said);
        true
    }
}

/// Where the server has a file.
pub(super) fn path(file: &FileName) -> String {
    let parts: Vec<String> = file.as_str().split('/').map(encoded).collect();
    format!("files/{}", parts.join("/"))
}

fn encoded(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}
