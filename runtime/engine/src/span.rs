//! The part of a connector's life that counts for one name.
//!
//! When an edit gives a connector other ends, it is another one for those who look: what passed before counts for the
//! ends that it had, what passes afterwards for those that it has now. Both accounts are exact: of what was put in before,
//! what was not taken is in the second.

use std::sync::{Arc, OnceLock};

use millstream_connector::{Connector, Counts};

use crate::build::Wire;

/// The counts at the moment when a connector got other ends, once it has come.
pub(crate) type Moment = Arc<OnceLock<Counts>>;

/// The part of a connector's life that counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Span {
    /// What passed until then does not count.
    pub(crate) since: Option<Moment>,
    /// Nor what passed from then on.
    pub(crate) until: Option<Moment>,
    /// Whether an edit has taken it out of the graph.
    pub(crate) is_removed: bool,
}

/// Notes that a connector gets other ends now.
pub(crate) fn split(connector: &Connector, moment: &Moment) {
    let mut counts = connector.counts();
    counts.sent = counts.received + counts.dropped;
    counts.depth = 0;
    // Only the first moment counts.
    moment.get_or_init(|| counts);
}

impl Wire {
    /// The counts under this name; `now_nanos` as for [`Connector::counts_at`].
    pub(crate) fn counts(&self, now_nanos: Option<u64>) -> Counts {
        let counts = match now_nanos {
            Some(now_nanos) => self.connector.counts_at(now_nanos),
            None => self.connector.counts(),
        };
        match &self.span {
            None => counts,
            Some(span) => span.of(counts),
        }
    }

    /// Whether an edit has taken it out of the graph.
    pub(crate) fn is_removed(&self) -> bool {
        self.span.as_ref().is_some_and(|span| span.is_removed)
    }

    /// Whether the connector goes on under another name.
    pub(crate) fn is_over(&self) -> bool {
        let until = self.span.as_ref().and_then(|span| span.until.as_ref());
        until.is_some_and(|until| until.get().is_some())
    }
}

impl Span {
    fn of(&self, counts: Counts) -> Counts {
        let counts = match self.until.as_ref().and_then(|until| until.get()) {
            Some(last) => *last,
            None => counts,
        };
        match &self.since {
            None => counts,
            Some(since) => match since.get() {
                Some(before) => less(&counts, before),
                // It has not begun.
                None => Counts {
                    capacity: counts.capacity,
                    ..Counts::default()
                },
            },
        }
    }
}

fn less(counts: &Counts, before: &Counts) -> Counts {
    Counts {
        sent: counts.sent.saturating_sub(before.sent),
        received: counts.received.saturating_sub(before.received),
        dropped: counts.dropped.saturating_sub(before.dropped),
        bytes: counts.bytes.saturating_sub(before.bytes),
        blocked_nanos: counts.blocked_nanos.saturating_sub(before.blocked_nanos),
        starved_nanos: counts.starved_nanos.saturating_sub(before.starved_nanos),
        ..*counts
    }
}
