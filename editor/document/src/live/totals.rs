//! A run in a few numbers, as a status line shows it.

use crate::live::fold::Live;
use crate::live::wire::is_full;

/// A run in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Packets taken a second on all connectors, over the window; nothing while the numbers are old.
    pub rate: f64,
    /// Packets taken on all connectors since the run began.
    pub packets: u64,
    /// Connectors that are full.
    pub full: usize,
    /// Packets that processes gave up on.
    pub failures: u64,
}

impl Live {
    /// The run in a few numbers, as of now.
    pub fn totals(&self, now_ms: u64) -> Totals {
        let mut totals = Totals::default();
        for (at, connector) in self.connectors.iter().enumerate() {
            totals.rate += self.wire(at, now_ms).map_or(0.0, |wire| wire.rate);
            totals.packets += connector.counts.received;
            totals.full += usize::from(is_full(&connector.counts, connector.capacity));
        }
        totals.failures = self
            .processes
            .iter()
            .map(|process| process.counts.failures)
            .sum();
        totals
    }
}
