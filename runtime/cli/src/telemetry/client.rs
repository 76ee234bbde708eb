//! The way to a collector.

use std::error::Error;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use hyper::body::Bytes;
use hyper::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{
    ExporterBuildError, MetricExporter, Protocol, SpanExporter, WithExportConfig as _,
    WithHttpConfig as _,
};
use reqwest::Url;
use reqwest::blocking::Client;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::PATIENCE;
use crate::exit::{Exit, Fault};

/// Where a collector listens: `http://localhost:4318`; the paths of metrics and spans are added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(Url);

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = text.parse::<Url>().ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        url.map(Self).ok_or_else(|| {
            format!("`{text}` is no address of a collector: write it as http://localhost:4318")
        })
    }
}

/// A collector, and the client that reaches it.
#[derive(Debug)]
pub(super) struct Collector {
    endpoint: Endpoint,
    client: Messenger,
}

/// A client that remembers what went wrong first, because the exporters do not say it.
#[derive(Debug, Clone)]
struct Messenger {
    client: Client,
    fault: Arc<OnceLock<String>>,
}

impl Collector {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails when secure connections are asked for and cannot be made here.
    pub(super) fn new(endpoint: Endpoint) -> Result<Self, Fault> {
        let cannot = |error: &dyn std::fmt::Display| {
            let Endpoint(url) = &endpoint;
            Fault::new(Exit::Io, format!("cannot send telemetry to {url}: {error}"))
        };
        let tls = tls().map_err(|error| cannot(&error))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(PATIENCE)
            .build()
            .map_err(|error| cannot(&error))?;
        let fault = Arc::default();
        let client = Messenger { client, fault };
        Ok(Self { endpoint, client })
    }

    /// What went wrong, if anything did.
    pub(super) fn fault(&self) -> Option<String> {
        let Endpoint(url) = &self.endpoint;
        let fault = self.client.fault.get()?;
        Some(format!("{url}: {fault}"))
    }

    /// Sends metrics.
    ///
    /// # Errors
    ///
    /// Fails when variables of the environment make no sense.
    pub(super) fn metrics(&self) -> Result<MetricExporter, ExporterBuildError> {
        MetricExporter::builder()
            .with_http()
            .with_http_client(self.client.clone())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .with_endpoint(self.path("v1/metrics"))
            .build()
    }

    /// Sends spans.
    ///
    /// # Errors
    ///
    /// Fails when variables of the environment make no sense.
    pub(super) fn spans(&self) -> Result<SpanExporter, ExporterBuildError> {
        SpanExporter::builder()
            .with_http()
            .with_http_client(self.client.clone())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .with_endpoint(self.path("v1/traces"))
            .build()
    }

    fn path(&self, path: &str) -> String {
        let Endpoint(url) = &self.endpoint;
        format!("{}/{path}", url.as_str().trim_end_matches('/'))
    }
}

impl HttpClient for Messenger {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let answer = self.client.send_bytes(request).await;
            match &answer {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => self.remember(format!("it answers {}", answer.status())),
                Err(error) => self.remember(deepest(error.as_ref())),
            }
            answer
        })
    }
}

impl Messenger {
    fn remember(&self, fault: String) {
        // The first one says the most; later ones are often the same.
        drop(self.fault.set(fault));
    }
}

/// What lies under all the words around it.
fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// Certificates are checked as the system does it.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collector_is_an_address_of_http() {
        let endpoint: Endpoint = "http://localhost:4318".parse().unwrap();
        let collector = Collector::new(endpoint).unwrap();
        assert_eq!(
            collector.path("v1/traces"),
            "http://localhost:4318/v1/traces"
        );
        for bad in [
            "",
            "localhost:4318",
            "4318",
            "grpc://localhost:4317",
            "http://",
        ] {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad}");
        }
    }
}
