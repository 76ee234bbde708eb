//! Why packets do not move.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why packets of a network do not move, or that they do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Why {
    /// The graph.
    pub graph: String,
    /// The reasons, one for each culprit; empty when nothing waits for room.
    pub reasons: Vec<Reason>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// A process is slower than what comes: writers wait for room, and its own outputs have room.
    SlowConsumer {
        /// The process.
        process: String,
        /// The full connectors that lead to it, from the first blocked writer on.
        chain: Vec<String>,
        /// Packets inside the last of them, and its capacity.
        depth: u64,
        /// Its capacity.
        capacity: u32,
    },
    /// A connector is held.
    Held {
        /// The connector.
        connector: String,
        /// The full connectors that lead to it, from the first blocked writer on.
        chain: Vec<String>,
    },
    /// Processes wait for each other in a circle.
    Cycle {
        /// The processes with what each waits for; the last waits for the first.
        waits: Vec<String>,
    },
}
