//! What a connector's counts were, over the window that rates are taken over.

use std::collections::VecDeque;

use millstream_protocol::extension::ConnectorCounts;

/// How many looks a window is made of: rates do not jump more than this lets them, and memory stays small.
const LOOKS: u64 = 20;

/// One look at a connector.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    at_ms: u64,
    received: u64,
    depth: u64,
}

/// Looks at a connector, the oldest first; the last one is always the newest.
#[derive(Debug, Clone, Default)]
pub(super) struct Samples(VecDeque<Look>);

impl Samples {
    /// Adds a look.
    pub(super) fn add(&mut self, counts: &ConnectorCounts, now_ms: u64, window_ms: u64) {
        let look = Look {
            at_ms: now_ms,
            received: counts.received,
            depth: counts.depth,
        };
        // A look that is close behind another takes its place, but for the first, from which the window begins.
        let last = self.0.len().checked_sub(2).and_then(|at| self.0.get(at));
        if last.is_some_and(|last| now_ms < last.at_ms + window_ms / LOOKS) {
            self.0.pop_back();
        }
        self.0.push_back(look);
        let start = now_ms.saturating_sub(window_ms);
        // One look from before the window stays: what happened since is told from there.
        while self.0.get(1).is_some_and(|second| second.at_ms <= start) {
            self.0.pop_front();
        }
    }

    /// Packets taken a second over the window, as of now.
    pub(super) fn rate(&self, now_ms: u64, window_ms: u64) -> f64 {
        let (Some(then), Some(last)) = (self.at_start(now_ms, window_ms), self.0.back()) else {
            return 0.0;
        };
        // Since the first look at all, or over the window once it is full. What came before the window does not count.
        let since = then.at_ms.max(now_ms.saturating_sub(window_ms));
        let passed_ms = now_ms.saturating_sub(since);
        if passed_ms == 0 || last.at_ms <= then.at_ms {
            return 0.0;
        }
        let packets = last.received.saturating_sub(then.received) as f64;
        packets * 1000.0 / passed_ms as f64
    }

    /// In how many seconds the connector is full, if it goes on filling as it does.
    pub(super) fn full_in_secs(&self, capacity: u32, now_ms: u64, window_ms: u64) -> Option<f64> {
        let (then, last) = (self.at_start(now_ms, window_ms)?, self.0.back()?);
        let passed_ms = last
            .at_ms
            .checked_sub(then.at_ms)
            .filter(|passed| *passed > 0)?;
        let grown = last
            .depth
            .checked_sub(then.depth)
            .filter(|grown| *grown > 0)?;
        let room = u64::from(capacity).saturating_sub(last.depth);
        Some(room as f64 * passed_ms as f64 / (grown as f64 * 1000.0))
    }

    /// The last look from before the window, or the first one.
    fn at_start(&self, now_ms: u64, window_ms: u64) -> Option<Look> {
        let start = now_ms.saturating_sub(window_ms);
        let before = self.0.iter().rev().find(|look| look.at_ms <= start);
        before.or(self.0.front()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(samples: &mut Samples, received: u64, depth: u64, at_ms: u64) {
        let counts = ConnectorCounts {
            received,
            depth,
            ..ConnectorCounts::default()
        };
        samples.add(&counts, at_ms, 5_000);
    }

    /// The rate as people read it.
    fn told(samples: &Samples, now_ms: u64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
        let rate = samples.rate(now_ms, 5_000).round() as i64;
        rate
    }

    #[test]
    fn rate_is_over_the_window_and_fades_when_nothing_comes() {
        let mut samples = Samples::default();
        for second in 0..=10 {
            add(&mut samples, second * 100, 0, second * 1000);
        }
        assert_eq!(told(&samples, 10_000), 100);
        // Nothing for half a window: half of the packets.
        assert_eq!(told(&samples, 12_500), 60);
        assert_eq!(told(&samples, 15_000), 0);
        assert_eq!(told(&samples, 60_000), 0);
    }

    #[test]
    fn first_looks_are_enough_and_memory_is_bounded() {
        let mut samples = Samples::default();
        assert_eq!(told(&samples, 0), 0);
        add(&mut samples, 50, 0, 1_000);
        assert_eq!(told(&samples, 1_000), 0);
        add(&mut samples, 150, 0, 1_500);
        assert_eq!(told(&samples, 1_500), 200);
        for at in 0..10_000 {
            add(&mut samples, 150 + at, 0, 1_500 + at);
        }
        assert!(samples.0.len() <= 23, "{}", samples.0.len());
        assert!((samples.rate(11_499, 5_000) - 1000.0).abs() < 60.0);
    }

    #[test]
    fn filling_tells_when_it_is_full() {
        let mut samples = Samples::default();
        add(&mut samples, 0, 100, 0);
        add(&mut samples, 0, 300, 2_000);
        assert_eq!(samples.full_in_secs(1000, 2_000, 5_000), Some(7.0));
        add(&mut samples, 0, 50, 4_000);
        assert_eq!(samples.full_in_secs(1000, 4_000, 5_000), None);
    }
}
