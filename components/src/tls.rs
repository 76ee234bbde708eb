//! Secure connections, for all families that make them.

use std::sync::Arc;

use millstream_component::prelude::*;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

/// How to make secure connections: with certificates checked as the system does it.
///
/// # Errors
///
/// Fails when the system's certificates cannot be had.
pub(crate) fn config() -> Result<ClientConfig, Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::fatal(format!("no secure connections can be made here: {error}"))
    };
    // Chosen here, because a library must not choose for the whole program.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| cannot(&error))?
        .with_platform_verifier()
        .map_err(|error| cannot(&error))?
        .with_no_client_auth();
    Ok(config)
}
