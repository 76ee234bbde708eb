//! The client that all requests of a process share.

use std::time::Duration;

use millstream_component::prelude::*;

use crate::tls;

/// Makes a client that waits so long for an answer.
///
/// # Errors
///
/// Fails when the system's certificates cannot be had.
pub(super) fn client(timeout: Duration) -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls::config()?)
        .timeout(timeout)
        .user_agent(concat!("millstream/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Failure::fatal(format!("no requests can be made here: {error}")))
}
