//! What networks count, for those who measure: names, units, and the text that Prometheus reads.
//!
//! Nothing is counted for this: each scrape reads the counts that are always there.

mod machine;
mod reading;
mod text;

pub use reading::{CONNECTOR, Kind, PROCESS, Reading, Unit};
pub use text::{Measured, text};

/// What the text is: `OpenMetrics`, which Prometheus asks for first.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
