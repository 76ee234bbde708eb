//! The client that all requests of a process share.

use std::sync::Arc;
use std::time::Duration;

use millstream_component::prelude::*;
use rustls_platform_verifier::BuilderVerifierExt as _;

/// Makes a client whose certificates are checked as the system does it.
///
/// # Errors
///
/// Fails when the system's certificates cannot be had.
pub(super) fn client(timeout: Duration) -> Result<reqwest::Client, Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::fatal(format!("no secure connections can be made here: {error}"))
    };
    // Chosen here, because a library must not choose for the whole program.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| cannot(&error))?
        .with_platform_verifier()
        .map_err(|error| cannot(&error))?
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .timeout(timeout)
        .user_agent(concat!("millstream/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| cannot(&error))
}
