//! How a component tells its bench what it saw.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use millstream_component::prelude::*;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Nanoseconds since the first call.
pub(in crate::bench) fn since_start() -> u64 {
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Numbers that components note. Copies share them; it goes into a network as an initial packet.
#[derive(Debug, Clone, Default)]
pub(in crate::bench) struct Probe(Arc<Mutex<Vec<u64>>>);

impl Probe {
    /// As an initial packet.
    pub(in crate::bench) fn value(&self) -> Value {
        Value::opaque(self.clone())
    }

    /// Adds numbers.
    pub(in crate::bench) fn note(&self, numbers: impl IntoIterator<Item = u64>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(numbers);
    }

    /// Takes all numbers out.
    pub(in crate::bench) fn take(&self) -> Vec<u64> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The probe that comes on a port.
    pub(super) async fn from_port(port: &mut In<Packet>) -> Result<Self, Failure> {
        let packet = port.recv_packet().await;
        packet
            .as_ref()
            .and_then(Packet::value)
            .and_then(|value| value.as_opaque::<Self>())
            .cloned()
            .ok_or_else(|| Failure::fatal("no probe came"))
    }
}
