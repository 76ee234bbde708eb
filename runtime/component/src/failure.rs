//! How components fail.

use std::error::Error;
use std::fmt;

/// Nobody reads this port any more. A component that can do nothing useful then returns it and ends in good order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reader of the port has ended")
    }
}

impl Error for Closed {}

/// What a failure means for the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// One packet is bad; `on_error` decides whether the process goes on with the next.
    Packet,
    /// The process cannot go on, whatever `on_error` says.
    Fatal,
    /// A reader has ended and there is nothing left to do: not a fault.
    Closed,
}

/// Why a component stopped or gave up on a packet. Made from any error with `?`.
pub struct Failure(Box<Inner>);

struct Inner {
    kind: FailureKind,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    port: Option<String>,
    packet: Option<u64>,
}

impl Failure {
    /// One packet is bad. `message`: lower case, no full stop, says what was found and what was expected.
    pub fn packet(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Packet, message.into(), None)
    }

    /// The process cannot go on.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Fatal, message.into(), None)
    }

    fn new(
        kind: FailureKind,
        message: String,
        source: Option<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            source,
            port: None,
            packet: None,
        }))
    }

    /// The same failure with what was being done in front: `reading words.txt: no such file`.
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.0.message = format!("{doing}: {}", self.0.message);
        self
    }

    /// The same failure as one after which the process cannot go on.
    pub fn into_fatal(mut self) -> Self {
        if self.0.kind == FailureKind::Packet {
            self.0.kind = FailureKind::Fatal;
        }
        self
    }

    /// The same failure with the port and the number of the packet concerned, unless it names them already.
    pub fn at(mut self, port: impl Into<String>, packet: u64) -> Self {
        if self.0.port.is_none() {
            self.0.port = Some(port.into());
            self.0.packet = Some(packet);
        }
        self
    }

    /// What the failure means for the process.
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }

    /// What happened, without port and packet.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The in-port of the packet concerned.
    pub fn port(&self) -> Option<&str> {
        self.0.port.as_deref()
    }

    /// The number of the packet concerned on its port, counted from 1, brackets included.
    pub fn packet_number(&self) -> Option<u64> {
        self.0.packet
    }

    /// The error that the failure was made of.
    pub fn source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let any: &dyn std::any::Any = &error;
        let kind = if any.is::<Closed>() {
            FailureKind::Closed
        } else {
            FailureKind::Packet
        };
        Self::new(kind, chain(&error), Some(Box::new(error)))
    }
}

/// An error with its causes, leaving out those that a message repeats.
fn chain(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        cause = error.source();
    }
    message
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match (&self.0.port, self.0.packet) {
            (Some(port), Some(packet)) => write!(f, " (port `{port}`, packet {packet})"),
            (Some(port), None) => write!(f, " (port `{port}`)"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}
