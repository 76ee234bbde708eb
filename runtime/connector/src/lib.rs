//! Connectors: bounded pipes between an out-port and an in-port, and how their two ends wait for each other.
//!
//! A connector is exact: it never holds more packets than its capacity, the packet that a writer puts in can be taken
//! at once, and each packet taken makes room for exactly one. Its sequence numbers are the live counts: packets ever put
//! in ([`Counts::sent`]) and ever taken out ([`Counts::received`]), readable from any thread at no cost to the ends.
//!
//! Both the component contract (ports are ends of connectors) and the engine (which builds and watches them) stand on
//! this crate; it knows neither processes nor schedulers. Whoever waits is named by a [`Target`], and waking it is the
//! business of whoever runs it.
//!
//! Three pipes, chosen when a network is built, with one behaviour:
//!
//! | pipe | when |
//! |---|---|
//! | ring | one writer, or several on the reader's own island |
//! | flume | several writers on several threads; everywhere with `--connector flume`, to compare against |
//! | lossy | connectors that drop instead of waiting (`when_full`) |

mod connector;
mod counts;
mod divert;
mod inject;
mod line;
mod lossy;
mod pipe;
mod reader;
mod ring;
mod stopwatch;
mod sync;
mod tap;
mod target;
mod writer;

#[cfg(test)]
mod tests;

pub use connector::{Connector, Options, PipeKind, WhenFull};
pub use counts::Counts;
pub use divert::{Berth, Detour, Heir, Next, Onward, Outlet, Point};
pub use inject::{INJECTED_MAX, NotInjected};
pub use reader::{Arrival, Reader, Run, RunArrival};
pub use tap::{Look as TapLook, Tap};
pub use target::{Clock, Target, Wake};
pub use writer::{Look, Refused, Vacancy, Writer};
